"""The translations that come with adnotice: drafts, of which none is said before the operator has approved it."""

from __future__ import annotations

import gettext
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from adnotice.language import gettext_noop
from adnotice.notice.sentences import Plural
from adnotice.notice.steps import PRODUCTS
from adnotice.notice.words import NUMBERS, SENTENCES, NotWhole, Said, Words, complete

FOLDER: Final = Path(__file__).parent / "catalogues"


class Draft(NamedTuple):
    """A translation, by whom it was read ("nobody yet" for what a machine wrote), and when it was made."""

    words: Words
    read_by: str
    on: str


class _Absent(gettext.NullTranslations):
    """Says nothing for what a catalogue lacks, where gettext would say it in English."""

    def gettext(self, message: str) -> str:
        return ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return ""

    def pgettext(self, context: str, message: str) -> str:
        return ""

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return ""


def list_drafts(folder: Path = FOLDER) -> list[str]:
    """The languages that there are drafts in, whole or not, by tag."""
    return sorted(path.stem for path in folder.glob("*.mo"))


def load_draft(language: str, folder: Path = FOLDER) -> Draft:
    """The draft in a language. Raises `NotWhole` where there is none, or one that lacks a sentence as it is now."""
    draft = read_draft(language, folder, SENTENCES, lambda name: name)
    named = {name: source for name, source in SENTENCES.items() if name in PRODUCTS and isinstance(source, str)}
    return draft._replace(words=complete(replace(draft.words, said={**draft.words.said, **named})))


def read_draft(
    language: str, folder: Path, sentences: Mapping[str, str | Plural], context: Callable[[str], str]
) -> Draft:
    """What a catalogue has of these sentences, whole or not; `context` is that of a sentence's name (empty: it has none). Raises
    `NotWhole` where there is no catalogue."""
    if language not in list_drafts(folder):
        raise NotWhole(
            gettext_noop("there is no draft in {language}, there are: {drafts}"),
            language=repr(language),
            drafts=", ".join(list_drafts(folder)),
        )
    with (folder / f"{language}.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    catalogue.add_fallback(_Absent())
    told = catalogue.info()
    words = Words(language, {}, told["plural-forms"])
    found = {name: _look_up(catalogue, context(name), source, words) for name, source in sentences.items()}
    said = {name: each for name, each in found.items() if each or not sentences[name]}
    return Draft(
        replace(words, said=said),
        told["language-team"].removeprefix("read by: "),
        told["po-revision-date"].partition(" ")[0],
    )


def _look_up(catalogue: gettext.GNUTranslations, context: str, source: str | Plural, words: Words) -> Said:
    if isinstance(source, Plural):
        forms = {
            words.form_of(n): catalogue.npgettext(context, *source, n) if context else catalogue.ngettext(*source, n)
            for n in NUMBERS
        }
        return tuple(forms[index] for index in sorted(forms)) if all(forms.values()) else ""
    if not source:
        return ""  # the empty message is the catalogue's head
    return catalogue.pgettext(context, source) if context else catalogue.gettext(source)
