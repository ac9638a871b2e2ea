"""The dashboard's pages in a language that brackets every message, and their templates as they stand: no English is outside."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from adnotice.detect.baits import SCRIPT
from adnotice.insight import display
from adnotice.vocabulary import Refusal, Rejection
from tests.insight.conftest import Newsroom, log_in
from tests.insight.weeks import count_weeks
from tests.support.pseudo_language import pseudo_language, words_outside

TEMPLATES = sorted((Path(display.__file__).parent / "templates").glob("*.html"))
CODE = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
SAID = ("aria-label", "title", "data-on", "data-off", "data-out", "data-done", "data-copy")
"""Attributes that people read or hear."""

NAMES = (
    "adnotice", "The Daily", "Example", "news.example.test", "UTC", "operator", "command line", "harbour", "har", "Firefox", "Chrome",
    "Ukrainian", "English", "Windows", "Android", "search.example", "news.example", "Become a patron", "Subscribe", "en", "de",
)  # fmt: skip


class Told(HTMLParser):
    """What people read or hear of a page, without what stands in it as code."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.words += [value for name, value in attrs if name in SAID and value]
        if tag in ("code", "pre", "script", "style", "option"):
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.words.append(data)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_has_no_words_of_its_own(path: Path) -> None:
    found = Told(CODE.sub(" ", path.read_text(encoding="utf-8"))).words
    assert not words_outside(" ".join(found), ["adnotice"]), path.name


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_note_for_translators_stands_directly_before_what_it_tells_of(path: Path) -> None:
    """A note that is parted from its message by other code is extracted with another one, or with none."""
    notes = re.findall(r"\{# Translators:.*?#\}\s*(.*)", path.read_text(encoding="utf-8"))
    assert [line for line in notes if not re.search(r"(?:\b_|gettext)\(", line)] == []


ADDRESSES = (
    "", "?days=1", "?days=84", "?days=365", "?against=year", "health", "notice", "access", "preview", "languages", "pages",
    "pages?q=har", "pages?by=section", "pages?name=/harbour", "nowhere",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.anyio
async def test_no_english_stands_outside_of_messages(newsroom: Newsroom) -> None:
    newsroom.hold(count_weeks)
    dashboard = newsroom.dashboard(spoken={"en": pseudo_language()}, languages=("en", "de"))
    async with newsroom.browser(dashboard=dashboard) as browser:
        pages = {"login": await browser.get("dashboard/login")}
        await log_in(browser)
        for address in ADDRESSES:
            pages[address] = await browser.get(f"dashboard{'/' if address[:1] not in ('', '?') else ''}{address}")
    names = {*NAMES, *Refusal, *Rejection, *SCRIPT.verified.engines, *SCRIPT.verified.lists}
    for address, page in pages.items():
        assert page.status_code == (404 if address == "nowhere" else 200), address
        assert "⟦" in page.text, address
        words = words_outside(" ".join(Told(page.text).words), names)
        assert not words, f"{words} in {address or 'the figures'}"
