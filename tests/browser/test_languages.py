"""Every language on screen: whole, cut off nowhere, mirrored where its letters run from the right.

LANGUAGE_PICTURES=folder keeps what was seen, for eyes.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adnotice.notice.approved import approve, write_approved
from adnotice.notice.drafts import list_drafts, load_draft
from adnotice.notice.labels import LABELS
from adnotice.notice.words import Words, english
from tests.browser.conftest import Newsroom, Readers
from tests.browser.newspaper import ROOT, Sheet
from tests.browser.notice import find_faults
from tests.browser.reader import Page, wait_until
from tests.browser.site import Site
from translations.labels import read_labels

LANGUAGES = ["en", *list_drafts()]
PICTURES = os.environ.get("LANGUAGE_PICTURES")
LINKS = {"Support us": "/support"}

OVERFLOWS = """
  const root = args[0] ? document.querySelector("reader-notice").shadowRoot : document.body;
  const found = [];
  for (const each of root.querySelectorAll("*")) {
    const box = each.getBoundingClientRect();
    if (!box.width || each.closest(".quiet, svg, thead") || getComputedStyle(each).position === "absolute") continue;
    if (box.left < -1 || box.right > document.documentElement.clientWidth + 1) found.push([each.className || each.localName, each.textContent.slice(0, 40), box.left, box.right]);
    if (each.localName !== "section" && each.clientWidth && each.scrollWidth > each.clientWidth + 1) found.push([each.className || each.localName, each.textContent.slice(0, 40), each.scrollWidth, each.clientWidth]);
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push(["page", document.documentElement.scrollWidth]);
  return found;
"""


@pytest.fixture
def speaking(newsroom: Newsroom, tmp_path: Path) -> Site:
    """A site that speaks every language there is a draft in, each approved."""
    for language in list_drafts():
        write_approved(tmp_path / "words", approve(load_draft(language).words, "a test", date(2026, 11, 29)))
    text = "<p>" + "Lorem ipsum dolor sit amet. " * 400 + "</p>"
    sheets = {
        f"/{language}": Sheet(
            f'<!doctype html><html lang="{language}" dir="{words_of(language).direction}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><title>Page</title></head>'
            f"<body><main><h1>The Daily Example</h1>{text}</main></body></html>"
        )
        for language in LANGUAGES
    }
    return newsroom(
        sheets=sheets, languages=LANGUAGES, wording_folder=str(tmp_path / "words"), support_links=LINKS, ad_probe="gpt"
    )


def words_of(language: str) -> Words:
    """The words of a language."""
    return english() if language == "en" else load_draft(language).words


def keep(page: Page, name: str) -> None:
    """A picture of what is seen, where one is wanted."""
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(Path(PICTURES) / f"{name}.png")


def rest(page: Page) -> None:
    """Waits until nothing moves any more."""
    page.run("await new Promise((done) => setTimeout(done, 500))")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_speaks_its_pages_language_and_nothing_is_cut_off(
    language: str, speaking: Site, reader: Readers
) -> None:
    words = words_of(language)
    page = reader("chromium", speaking).tab()
    for width, height in ((320, 568), (360, 640), (1280, 800)):
        page.call("viewport", width=width, height=height)
        page.goto(f"/{language}?{width}#adnotice=preview")
        notice = page.notice().wait()
        seen: dict[str, Any] = notice.look() or {}
        assert (seen["lang"], seen["dir"]) == (language, words.direction)
        assert words.say("title") in seen["text"].replace("\n", " ")
        rest(page)
        keep(page, f"notice-{language}-{width}")
        assert page.run(OVERFLOWS, True) == []
        assert width != 360 or find_faults(page) == []
        notice.click(words.say("how"))
        notice.wait_text(words.say("steps_title"))
        rest(page)
        keep(page, f"steps-{language}-{width}")
        assert page.run(OVERFLOWS, True) == []
        assert width != 360 or find_faults(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_public_page_speaks_it_too_at_every_width(language: str, speaking: Site, reader: Readers) -> None:
    words = words_of(language)
    page = reader("chromium", speaking).tab()
    for width in (320, 1280):
        page.call("viewport", width=width, height=900)
        page.goto(f"/_adnotice/about?lang={language}")
        found = page.run(
            "return [document.documentElement.lang, document.documentElement.dir, document.querySelector('h1').innerText,"
            " document.querySelector('.languages [aria-current]').lang, document.querySelector('.back').innerText]"
        )
        title, back = (words.say(name, site="The Daily Example") for name in ("about_title", "about_back"))
        assert found == [language, words.direction, title, language, back]
        assert page.run(OVERFLOWS, False) == []
        keep(page, f"about-{language}-{width}")
        assert width != 320 or find_faults(page, "html") == []
        if PICTURES:
            page.run("scrollTo(0, 1500)")
            keep(page, f"about-{language}-{width}-below")


def test_the_public_page_is_mirrored_for_arabic(speaking: Site, reader: Readers) -> None:
    page = reader("chromium", speaking).tab()
    page.call("viewport", width=1280, height=800)
    sides = []
    for language in ("en", "ar"):
        page.goto(f"/_adnotice/about?lang={language}")
        sides.append(
            page.run(
                "const x = (name) => document.querySelector(name).getBoundingClientRect().left; return x('.site') < x('.back')"
            )
        )
    assert sides == [True, False]


def test_who_chooses_a_language_keeps_it_through_an_answer(speaking: Site, reader: Readers) -> None:
    page = reader("chromium", speaking).tab()
    page.goto("/_adnotice/about?lang=uk")
    page.run("document.querySelector('#objection button[value=object]').click()")
    wait_until(lambda: page.call("url").endswith("/_adnotice/about?objected&lang=uk"), "the answer")
    wait_until(lambda: page.run("return document.readyState === 'complete'"), "the page is complete")
    assert page.run("return document.documentElement.lang") == "uk"
    assert page.run("return document.querySelector('[data-when=both]').hidden") is False


def test_labels_are_those_of_the_products_own_locale_files() -> None:
    blocker, said = read_labels(ROOT / ".cache" / "privacy-badger")
    assert LABELS[blocker] == said


def test_a_products_label_is_in_the_browsers_language_and_marked_as_such(newsroom: Newsroom, reader: Readers) -> None:
    page = reader("firefox", newsroom()).open("/politics/budget#adnotice=preview")
    notice = page.notice().wait()
    notice.click("Show me how")
    notice.wait_text("How to allow ads on this site")
    found = page.run(
        """const root = document.querySelector("reader-notice").shadowRoot;
           return [...root.querySelectorAll("li bdi")].map((each) => [each.lang, each.textContent]);"""
    )
    assert found == [["en", "Disable Privacy Badger for this site"]]
