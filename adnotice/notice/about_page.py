"""The public page: what is measured and kept here, how to object, and how to take an answer back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from markupsafe import Markup, escape

from adnotice import objection
from adnotice.http.headers import header, reason
from adnotice.http.messages import Answer, Request
from adnotice.notice.about import HEADERS, Practice, blocker_line, chosen_language, way_back
from adnotice.notice.about_sentences import WRITTEN_ON
from adnotice.notice.cookie import ALLOWED, ALLOWED_DAYS, LONGEST, NAME, Kept
from adnotice.notice.negotiation import pick_language
from adnotice.notice.settings import NoticeSettings, is_address, lacking
from adnotice.notice.words import Words
from adnotice.templates import load_templates
from adnotice.version import VERSION
from adnotice.vocabulary import Mode

_TEMPLATES: Final = Path(__file__).parent / "templates"

_MAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class AboutPage:
    """Renders the public page for one reader."""

    def __init__(self, settings: NoticeSettings, site_name: str, practice: Practice, live: Mapping[str, Words]) -> None:
        self._template = load_templates(_TEMPLATES).get_template("about.html")
        self._words = live
        self._site_name = site_name
        self._practice = practice
        self._facts = {
            **practice._asdict(),
            "cookie": NAME,
            "objection": objection.NAME,
            "objection_days": objection.LONGEST_SECONDS // 86_400,
            "not_now_days": settings.not_now_days,
            "lasting_days": LONGEST.days,
            "count_allowed": settings.count_allowed and not lacking(live),
            "allowed_days": ALLOWED_DAYS,
            "share": f"{100 * practice.sample_rate:g}%",
            "has_links": bool(settings.support_links),
            "privacy_link": settings.privacy_link,
            "responsible": settings.responsible,
            "contact": settings.contact,
            "contact_link": _link_to(settings.contact),
            "purpose": settings.purpose,
            "ground": settings.ground,
            "languages": {tag: words.say("language") for tag, words in live.items()},
            "version": VERSION,
            "written_on": WRITTEN_ON,
        }

    def answer(
        self, request: Request, mode: Mode, kept: Kept | None, *, objects: bool, allowed: date | None = None
    ) -> Answer:
        """The page in the reader's language, with the answer and the objection that the reader's browser keeps, or since which
        month it keeps that ads are allowed."""
        chosen = chosen_language(request)
        language = pick_language(chosen or request.header(b"accept-language"), tuple(self._words))
        words = self._words[language]
        site = self._site_name or words.say("this_site")
        said = request.query.partition(b"&")[0]

        def say(name: str, /, count: int | None = None, **values: object) -> Markup:
            shown = {key: _show(key, value) for key, value in {"site": site, **values}.items()}
            return Markup(_escaped(words, name).say(name, count, **shown))  # noqa: S704 - its parts are escaped

        body = self._template.render(
            self._facts,
            back=way_back(request, self._practice.prefix),
            base=request.base,
            chosen=language if chosen else "",
            day=kept.day.isoformat() if kept else "",
            dir=words.direction,
            home=f"{request.base.removesuffix(self._practice.prefix)}/",
            kept=kept.choice.value if kept else ALLOWED if allowed else "",
            month=f"{allowed:%Y-%m}" if allowed else "",
            lang=words.language,
            line=blocker_line(request),
            mode=mode.value,
            objects=objects,
            pressed=said.decode("latin-1"),
            saved=said == b"saved",
            say=say,
            site=site,
            title=words.say("about_title", site=site),
        )
        kept_back = (reason("objected"),) if objects else ()
        told = (header(b"content-language", words.language),) if words.language else ()
        return Answer(200, (*HEADERS, *told, *kept_back), body.encode())


_FOR_MACHINES: Final = frozenset({"name", "day", "month", "version", "share"})


def _show(key: str, value: object) -> Markup:
    """What is put into a sentence stands by itself: a name in the direction of its letters, all else as it is written."""
    if key == "path":
        return Markup('<code dir="ltr">{}</code>').format(value)
    if key in _FOR_MACHINES:
        return Markup('<bdi dir="ltr">{}</bdi>').format(value)
    return Markup("<bdi>{}</bdi>").format(value)


def _escaped(words: Words, name: str) -> Words:
    said = words.said[name]
    safe = str(escape(said)) if isinstance(said, str) else tuple(str(escape(form)) for form in said)
    return Words(words.language, {name: safe}, words.plural)


def _link_to(contact: str) -> str:
    """Where the contact leads; empty when it is no address."""
    if _MAIL.fullmatch(contact):
        return f"mailto:{contact}"
    return contact if is_address(contact) else ""
