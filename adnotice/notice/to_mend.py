"""What the operator has left to do so that the notice and the public page are true and whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from adnotice.finding import Finding, Weight
from adnotice.language import gettext, gettext_noop
from adnotice.notice.approved import read_approved
from adnotice.notice.settings import NoticeSettings, lacking
from adnotice.notice.wording import READ_IT, load_live
from adnotice.notice.words import SENTENCES, NotWhole

UNSAID: Final[Mapping[tuple[str, ...], tuple[str, str]]] = {
    ("responsible",): (
        gettext_noop("The public page does not say who answers for the measurement."),
        gettext_noop("Set responsible. Readers whose views are counted have a right to know."),
    ),
    ("contact",): (
        gettext_noop("The public page does not say how readers reach them."),
        gettext_noop("Set contact. Readers whose views are counted have a right to know."),
    ),
    ("responsible", "contact"): (
        gettext_noop("The public page does not say who answers for the measurement and how readers reach them."),
        gettext_noop("Set responsible and contact. Readers whose views are counted have a right to know."),
    ),
}
"""What the page does not say where these settings are empty, and what to do."""


class Outdated(NamedTuple):
    """A language of which sentences are new, or have changed, since somebody approved its words."""

    language: str
    new: int
    changed: int


class LeftOpen(NamedTuple):
    """What was left open when adnotice began: empty settings, languages that wait and why, those that can't tell readers what
    `count_allowed` keeps, and those with older words. Files that change are read at the next start."""

    unsaid: tuple[str, ...]
    waiting: tuple[NotWhole, ...]
    lacking: tuple[str, ...]
    outdated: tuple[Outdated, ...]

    def tell(self) -> Iterator[Finding]:
        """Findings for the health page, in the language that is spoken."""
        if self.unsaid:
            found, do = map(gettext, UNSAID[self.unsaid])
            yield Finding(weight=Weight.LOOK, found=found, do=do)
        for reason in self.waiting:
            do = gettext(reason.remedy, **reason.values) if reason.remedy else reason.said
            yield Finding(weight=Weight.LOOK, found=f"{reason.said}.", do=do)
        for language in self.lacking:
            yield Finding(
                weight=Weight.LOOK,
                # Translators: count_allowed is a setting; {language} is a tag such as de.
                found=gettext(
                    "count_allowed waits: nobody has approved what {language} says of it.", language=language
                ),
                do=gettext(READ_IT, language=language),
            )
        for language, new, changed in self.outdated:
            yield Finding(
                weight=Weight.KNOW,
                # Translators: {language} is a tag such as de; {new} and {changed} are numbers of sentences.
                found=gettext(
                    "{language}: sentences wait for approval, {new} new and {changed} changed. Until then readers meet the older "
                    "words.",
                    language=language,
                    new=new,
                    changed=changed,
                ),
                do=gettext(
                    "Read them with adnotice wording --html {language}, then: adnotice wording approve {language} --by NAME",
                    language=language,
                ),
            )


def find_unsaid(settings: NoticeSettings) -> str:
    """What the public page should name and does not, as a sentence in English; empty when it names all."""
    unsaid = list_unsaid(settings)
    return f"{UNSAID[unsaid][0].removesuffix('.')}: set {' and '.join(unsaid)}." if unsaid else ""


def list_unsaid(settings: NoticeSettings) -> tuple[str, ...]:
    """The settings that are empty and should not be."""
    return tuple(name for name in ("responsible", "contact") if not getattr(settings, name).strip())


def find_left_open(settings: NoticeSettings) -> LeftOpen:
    """What is left open now."""
    folder = Path(settings.wording_folder)
    live = load_live(settings.languages, folder, settings.wording)
    wordless = lacking(live.words) if settings.count_allowed else []
    outdated = (_find_outdated(folder, language) for language in settings.languages)
    return LeftOpen(list_unsaid(settings), live.reasons, tuple(wordless), tuple(filter(None, outdated)))


def _find_outdated(folder: Path, language: str) -> Outdated | None:
    try:
        approved = read_approved(folder, language)
    except NotWhole:
        return None  # it is among those that wait
    if approved is None or not approved.by:
        return None
    new = len(set(SENTENCES) - set(approved.words.said))
    return Outdated(language, new, len(approved.outdated)) if new or approved.outdated else None
