"""What notice.js is given: everything it says and shows, made once at start-up; only the ticket is a view's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from adnotice.notice.about_sentences import ABOUT
from adnotice.notice.settings import NoticeSettings
from adnotice.notice.wording import BLOCKERS
from adnotice.notice.words import Words
from adnotice.vocabulary import Kind, Word


class NoticeState(Word):
    """What the notice has to say when it comes up."""

    ASK = "ask"
    STILL = "still"
    THANKS = "thanks"


class Steps(msgspec.Struct, frozen=True):
    """How to allow ads in one blocker."""

    name: str
    steps: tuple[str, ...]


class Link(msgspec.Struct, frozen=True):
    """Another way to support the site."""

    label: str
    address: str


class Content(msgspec.Struct, frozen=True):
    """A notice. `text` has the sentences by name; `ticket` is empty in a preview, which counts nothing. `lang` is empty where
    the operator's own words are in a language that nobody told: then it is the page's."""

    state: NoticeState
    kind: Kind
    lang: str
    dir: str
    text: Mapping[str, str]
    blockers: tuple[Steps, ...]
    links: tuple[Link, ...]
    ticket: str = ""
    preview: bool = False


class Family(Word):
    """Browsers, as far as they differ in the blockers that they can have."""

    FIREFOX = "firefox"
    SAFARI = "safari"
    OTHER = "other"


_ON_THE_WAY: Final = ("dns", "vpn")
_NOT_IN: Final[Mapping[Family, tuple[str, ...]]] = {
    Family.FIREFOX: ("ublock_origin_lite", "brave", "safari"),
    Family.SAFARI: ("ublock_origin", "ublock_origin_lite", "brave", "firefox"),
    Family.OTHER: ("firefox", "safari"),
}


def browser_family(browser: str) -> Family:
    """The family of a browser as `classify_agent` names it; all browsers on iOS have Safari's content blockers."""
    if "Safari" in browser or "iOS" in browser:
        return Family.SAFARI
    return Family.FIREFOX if "Firefox" in browser else Family.OTHER


def list_blockers(kind: Kind, family: Family) -> list[str]:
    """The blockers that this reader may have, the likely ones first."""
    if kind is Kind.HOSTS:
        # of what a browser brings along, only what stops ad hosts and leaves the site's own addresses alone
        built_in = {Family.FIREFOX: ("firefox",), Family.SAFARI: (), Family.OTHER: ("brave",)}[family]
        return [*built_in, *_ON_THE_WAY]
    return [name for name in BLOCKERS if name not in (*_NOT_IN[family], *_ON_THE_WAY)]


def pick_text(sentences: Mapping[str, str], kind: Kind, *, has_links: bool) -> dict[str, str]:
    """What notice.js says, by name: steps left out, and of several bodies the one that is true of this site and reader."""
    picked = {
        name: said for name, said in sentences.items() if not name.startswith(("how_", "name_", "body_", "announce_"))
    }
    if not has_links:
        picked["body"] = sentences["body_without_links"]
    elif kind is Kind.HOSTS:
        picked["body"] = sentences["body_hosts"]
        picked["announce"] = sentences["announce_hosts"]
    return picked


def say_all(words: Words, site_name: str, not_now_days: int) -> dict[str, str]:
    """Every sentence of the notice, and every step, with the site's name and numbers put in."""
    site = site_name or words.say("this_site")
    counts = {"closed": not_now_days}
    return {name: words.say(name, counts.get(name), site=site) for name in words.said if name not in ABOUT}


class Contents:
    """All notices that this site can show, in each of the languages that it speaks."""

    def __init__(self, settings: NoticeSettings, site_name: str, live: Mapping[str, Words]) -> None:
        links = tuple(Link(label, address) for label, address in settings.support_links.items())
        self._made: dict[tuple[str, Kind, Family, NoticeState], dict[str, Any]] = {}
        for language, words in live.items():
            sentences = say_all(words, site_name, settings.not_now_days)
            for kind in Kind:
                text = pick_text(sentences, kind, has_links=bool(links))
                for family in Family:
                    blockers = tuple(
                        Steps(sentences[f"name_{name}"], tuple(sentences[f"how_{name}"].splitlines()))
                        for name in list_blockers(kind, family)
                        if sentences[f"how_{name}"].strip()
                    )
                    for state in NoticeState:
                        content = Content(state, kind, words.language, words.direction, text, blockers, links)
                        self._made[language, kind, family, state] = msgspec.json.decode(msgspec.json.encode(content))

    def make(
        self,
        language: str,
        kind: Kind | None,
        family: Family,
        state: NoticeState,
        ticket: str = "",
        page_language: str = "",
    ) -> Mapping[str, Any]:
        """The notice for one view; `ticket` lets its choices be counted."""
        made = self._made[language, kind or Kind.CONTENT, family, state]
        return {**made, "lang": made["lang"] or page_language, "ticket": ticket}

    def preview(self, language: str, family: Family) -> Mapping[str, Any]:
        """The notice as the operator looks at it: labelled, and counting nothing."""
        return {**self._made[language, Kind.CONTENT, family, NoticeState.ASK], "preview": True}
