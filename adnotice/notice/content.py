"""What notice.js is given: everything it says and shows, made once at start-up; only the ticket is a view's own."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any, Final

import msgspec

from adnotice.notice.about_sentences import ABOUT
from adnotice.notice.device import Device, list_blockers
from adnotice.notice.labels import PLACE, find_label
from adnotice.notice.settings import NoticeSettings
from adnotice.notice.words import Words
from adnotice.vocabulary import Kind, Word


class NoticeState(Word):
    """What the notice has to say when it comes up."""

    ASK = "ask"
    STILL = "still"
    THANKS = "thanks"


SHAPES: Final = ("bar", "card")
"""Of what lies over the page: the values of the setting `notice_shape`."""

PREVIEW_STATES: Final = ("asking", "steps", "more", "still", "thanks")
"""What the operator may look at: the notice as it asks, with its steps open, with what stands behind More; after a reload of a page
on which ads are blocked still; and as it thanks. static/src/operator/preview.js has the same names."""

AT_ONCE: Final = {"delay": 0, "depth": 0}
"""Who has acted is answered at once, and the operator's look is not kept waiting."""


class Steps(msgspec.Struct, frozen=True):
    """How to allow ads in one blocker. `label` is what the product writes on its button, in its own words and language: it stands
    in one of the steps."""

    name: str
    steps: tuple[str, ...]
    label: str = ""
    label_lang: str = ""


class Link(msgspec.Struct, frozen=True):
    """Another way to support the site."""

    label: str
    address: str


class Accents(msgspec.Struct, frozen=True):
    """The colour of small headings, on light and on dark pages; empty: that of the text."""

    light: str
    dark: str


class Content(msgspec.Struct, frozen=True):
    """A notice. `text` has the sentences by name; `site` is the name that stands in them; `ticket` is empty in a preview,
    which counts nothing. Of `blockers` the first is the likely one; without any the first link is what is asked for. `lang`
    is empty where the operator's own words are in a language that nobody told: then it is the page's. What lies over the page
    comes up after `delay` seconds, once `depth` per cent of the page's height have been in the window."""

    state: NoticeState
    kind: Kind
    lang: str
    dir: str
    site: str
    text: Mapping[str, str]
    blockers: tuple[Steps, ...]
    links: tuple[Link, ...]
    accents: Accents
    shape: str
    delay: int = 0
    depth: int = 0
    privacy: str = ""
    ticket: str = ""
    preview: bool = False


def pick_text(sentences: Mapping[str, str], *, has_steps: bool, has_links: bool) -> dict[str, str]:
    """What notice.js says, by name: steps left out, and of several bodies the one that is true of this site and reader."""
    variants = ("how_", "name_", "body_", "announce_", "title_alone_")
    picked = {name: said for name, said in sentences.items() if not name.startswith(variants)}
    if not has_links:
        picked["body"] = sentences["body_without_links"]
    elif not has_steps:
        for name in ("body", "announce", "title_alone"):
            picked[name] = sentences[f"{name}_hosts"]
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
        accents = Accents(settings.accent, settings.accent_dark)
        self._labelled: dict[tuple[str, Kind, Device], dict[int, str]] = {}
        """Which of the blockers have a button of their own language in their steps, by their place."""
        self._made: dict[tuple[str, Kind, Device, bool], dict[str, Any]] = {}
        """By language, kind, device, and whether support is asked for."""
        self._has_links = bool(links)
        self._choices = {"kind": list(Kind), "device": list(Device), "lang": list(live)}
        for language, words in live.items():
            sentences = say_all(words, site_name, settings.not_now_days)
            own = {"ads_are": settings.ads_are} if settings.ads_are and language == settings.languages[0] else {}
            for kind, device, offered in product(Kind, Device, {links, ()}):
                names = [each for each in list_blockers(kind, device) if sentences[f"how_{each}"].strip()]
                blockers = tuple(
                    Steps(sentences[f"name_{name}"], tuple(sentences[f"how_{name}"].splitlines())) for name in names
                )
                self._labelled[language, kind, device] = {
                    at: name for at, name in enumerate(names) if PLACE in sentences[f"how_{name}"]
                }
                content = Content(
                    NoticeState.ASK,
                    kind,
                    words.language,
                    words.direction,
                    site_name or words.say("this_site"),
                    {**pick_text(sentences, has_steps=bool(blockers), has_links=bool(offered)), **own},
                    blockers,
                    offered,
                    accents,
                    settings.notice_shape,
                    settings.ask_delay_seconds,
                    settings.ask_scroll_percent,
                    settings.privacy_link,
                )
                self._made[language, kind, device, bool(offered)] = msgspec.json.decode(msgspec.json.encode(content))

    def can_act(self, language: str, kind: Kind | None, device: Device, *, beside_appeal: bool = False) -> bool:
        """Whether there is anything that this reader could do: steps to take, or another way to support the site."""
        made = self._made[language, kind or Kind.CONTENT, device, self._has_links and not beside_appeal]
        return bool(made["blockers"] or made["links"])

    def make(
        self,
        language: str,
        kind: Kind | None,
        device: Device,
        state: NoticeState,
        ticket: str = "",
        page_language: str = "",
        browser_languages: str = "",
        *,
        beside_appeal: bool = False,
    ) -> Mapping[str, Any]:
        """The notice for one view; `ticket` lets its choices be counted. Products' own labels follow the browser's languages.
        Beside the site's own appeal it asks for no support: the appeal does."""
        made = self._find(language, kind, device, browser_languages, beside_appeal=beside_appeal)
        waits = {} if state is NoticeState.ASK else AT_ONCE
        return {**made, **waits, "state": state.value, "lang": made["lang"] or page_language, "ticket": ticket}

    def preview(self, language: str, kind: Kind, device: Device, browser_languages: str = "") -> Mapping[str, Any]:
        """The notice as the operator looks at it: labelled, and counting nothing; with whose steps it has, and what else can be
        asked for."""
        made = self._find(language, kind, device, browser_languages)
        return {**made, **AT_ONCE, "preview": True, "device": device.value, "choices": self._choices}

    def _find(
        self,
        language: str,
        kind: Kind | None,
        device: Device,
        browser_languages: str = "",
        *,
        beside_appeal: bool = False,
    ) -> dict[str, Any]:
        kind = kind or Kind.CONTENT
        made = self._made[language, kind, device, self._has_links and not beside_appeal]
        blockers = list(made["blockers"])
        for at, name in self._labelled[language, kind, device].items():
            label = find_label(name, browser_languages)
            steps = [step.replace(PLACE, label.text) for step in blockers[at]["steps"]]
            blockers[at] = {**blockers[at], "steps": steps, "label": label.text, "label_lang": label.language}
        return {**made, "blockers": blockers}
