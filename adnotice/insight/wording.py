"""In which languages dashboard and mails speak: English, and what somebody has approved, as with the words for readers.

A message's name is its English, behind its context where it has one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from adnotice.finding import Finding, Weight
from adnotice.language import CONTEXT_END, ENGLISH, ENGLISH_TAG, Catalogue, gettext, ngettext
from adnotice.notice.approved import Approved, file_of, read_approved
from adnotice.notice.drafts import Draft, list_drafts, read_draft
from adnotice.notice.sentences import Plural
from adnotice.notice.words import NotWhole, Said, Words, check_whole, find_fault

FOLDER: Final = Path(__file__).parent / "catalogues"
MESSAGES: Final = FOLDER / "messages.json"
"""Every message, as `make translations` found them in the code: a list of names, each followed by the form for other numbers
than one (empty: it holds no number)."""

OWN_NAME: Final = f"the language's own name{CONTEXT_END}English"


class NotApproved(NotWhole):
    """Words that nobody has approved, or that are not there at all."""


class Spoken(NamedTuple):
    """The catalogues of the languages that can be spoken, by tag, the operators' own first; whose files or drafts are not used, and
    why; and how many messages nobody has read yet of those that are."""

    catalogues: Mapping[str, Catalogue]
    waiting: Mapping[str, NotWhole]
    unread: Mapping[str, int]

    def tell(self) -> Iterator[Finding]:
        """What is left to do, for the health page, in the language that is spoken when it is asked."""
        for language, reason in self.waiting.items():
            if not isinstance(reason, NotApproved):
                yield Finding(
                    weight=Weight.LOOK,
                    found=gettext("The dashboard does not speak {language}.", language=language)
                    if language != ENGLISH_TAG
                    else gettext("The dashboard speaks adnotice’s own English: your file of it can’t be used."),
                    # Translators: {problem} is what is wrong with a file of words.
                    do=gettext("Mend the file, and start the site anew: {problem}", problem=reason.said),
                )
                continue
            yield Finding(
                weight=Weight.LOOK,
                found=gettext(
                    "The dashboard does not speak {language}: nobody has approved its words.", language=language
                ),
                do=gettext(
                    "Read them with `adnotice wording --html {language} --dashboard`, then: `adnotice wording approve {language} "
                    "--dashboard --by NAME`",
                    language=language,
                ),
            )
        for language, n in self.unread.items():
            yield Finding(
                weight=Weight.KNOW,
                found=ngettext(
                    "Language {language}: {n} sentence of the dashboard is new, and nobody has read it yet.",
                    "Language {language}: {n} sentences of the dashboard are new, and nobody has read them yet.",
                    n,
                    language=language,
                    n=n,
                ),
                do=gettext(
                    "Read them with `adnotice wording --html {language} --dashboard`, then: `adnotice wording approve {language} "
                    "--dashboard --by NAME`",
                    language=language,
                ),
            )


@cache
def messages() -> Mapping[str, str | Plural]:
    """Every message in English, by name."""
    known = msgspec.json.decode(MESSAGES.read_bytes(), type=list[tuple[str, str]])
    return {name: Plural(name, other) if other else name.rpartition(CONTEXT_END)[2] for name, other in known}


def english_messages() -> Words:
    """Our own words."""
    return Words(
        ENGLISH_TAG, {name: said if isinstance(said, str) else tuple(said) for name, said in messages().items()}
    )


def folder_of(wording_folder: Path) -> Path:
    """Where the approved words for operators are, in the folder of those for readers."""
    return wording_folder / "dashboard"


def list_message_drafts() -> Sequence[str]:
    """The languages that there are drafts in."""
    return list_drafts(FOLDER)


def load_message_draft(language: str) -> Draft:
    """The draft in a language. Raises `NotWhole` where there is none, or one that lacks a message as it is now."""
    draft = read_draft(language, FOLDER, messages(), lambda name: name.rpartition(CONTEXT_END)[0])
    return draft._replace(words=check_whole(draft.words, messages()))


def read_approved_messages(wording_folder: Path, language: str) -> Approved | None:
    """What somebody has approved; None where there is no such file. Raises `NotWhole`."""
    folder = folder_of(wording_folder)
    if not file_of(folder, language).exists():
        return None  # before all messages are read, which English alone does not need
    return read_approved(folder, language, messages())


def load_spoken(languages: Sequence[str], wording_folder: Path) -> Spoken:
    """The languages of these that are spoken: English needs nobody's approval, and is spoken as we wrote it where the operator's
    file of it can't be used. Where none is, English is."""
    catalogues: dict[str, Catalogue] = {}
    waiting: dict[str, NotWhole] = {}
    unread: dict[str, int] = {}
    for language in languages:
        try:
            catalogues[language], new = _load(language, wording_folder)
        except NotWhole as reason:
            waiting[language] = reason
            if language == ENGLISH_TAG:
                catalogues[language] = ENGLISH
        else:
            unread.update({language: new} if new else {})
    return Spoken(catalogues or {ENGLISH_TAG: ENGLISH}, waiting, unread)


def name_itself(catalogue: Catalogue) -> str:
    """The language's name in itself."""
    said = catalogue.said.get(OWN_NAME) if catalogue.said else None
    return said if isinstance(said, str) else "English"


def _load(language: str, wording_folder: Path) -> tuple[Catalogue, int]:
    """A language's catalogue, and how many of its messages came after the approval. Raises `NotWhole`."""
    approved = read_approved_messages(wording_folder, language)
    if approved is None or not approved.by:
        if language == ENGLISH_TAG:
            return ENGLISH, 0
        known = (
            f"{file_of(folder_of(wording_folder), language)}"
            if approved
            else "its draft"
            if language in list_message_drafts()
            else ""
        )
        if not known:
            raise NotApproved(
                f"the dashboard does not speak {language}: there are no words in it. Begin with: mkdir -p "
                f"{folder_of(wording_folder)}; adnotice wording template {language} --dashboard "
                f">{file_of(folder_of(wording_folder), language)}"
            )
        raise NotApproved(
            f"the dashboard does not speak {language}: nobody has approved {known}. Read it with adnotice wording --html "
            f"{language} --dashboard, then: adnotice wording approve {language} --dashboard --by NAME"
        )
    from adnotice.insight.display.conventions import conventions_of  # English alone needs none of it

    words = approved.words
    new = [name for name in messages() if name not in words.said]
    brought = _drafted(language, words.plural, new) if new else {}
    said = {name: each for name, each in {**brought, **words.said}.items() if name in messages()}
    return Catalogue(language, said, words.form_of, conventions_of(language).number), len(new)


def _drafted(language: str, plural: str, new: Sequence[str]) -> Mapping[str, Said]:
    """What a version brings for the messages that came after the approval; those that it does not bring, or whose forms are not
    those of the approved words, are said in English: an upgrade takes no language away."""
    try:
        said = load_message_draft(language).words.said
    except NotWhole:
        return {}
    return {name: said[name] for name in new if not find_fault(name, said[name], plural, messages())}
