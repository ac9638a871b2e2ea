"""`adnotice wording`: which words readers meet, who approved them, and how new ones get there."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from adnotice.arguments import Arguments
from adnotice.commands import whole_settings
from adnotice.notice.approved import Approved, approve, print_approved, read_approved, write_approved
from adnotice.notice.drafts import list_drafts, load_draft
from adnotice.notice.review_sheet import Column, print_review_sheet
from adnotice.notice.sentences import SOURCE
from adnotice.notice.wording import describe
from adnotice.notice.words import SENTENCES, NotWhole, Words, complete, english
from adnotice.settings import Settings

ACTIONS = ("list", "approve", "template")


def tell_wording(asked: Arguments) -> int:
    """Lists the languages, prints words, or approves them; returns the exit status."""
    settings = whole_settings()
    folder = asked.folder or Path(settings.notice.wording_folder)
    try:
        if asked.json and (asked.html or asked.action == "template"):
            print("--json is for list, approve and --names: --html and template print a file", file=sys.stderr)
            return 2
        if asked.json and asked.names:
            print(msgspec.json.encode({"sentences": english().said}).decode())
        elif asked.json and asked.action == "list":
            print(msgspec.json.encode({"languages": list(list_records(settings, folder))}).decode())
        elif asked.names:
            print("\n".join(f"{name}\t{_one_line(name)}" for name in SENTENCES))
        elif asked.html:
            own = settings.notice.ads_are if asked.html == settings.notice.languages[0] else ""
            print(print_review_sheet(find_column(asked.html, folder), Column(english(), "the source"), own))
        elif asked.action == "list":
            print("\n".join(list_languages(settings, folder)))
        elif not asked.language:
            print(f"wording {asked.action} needs a language, such as uk", file=sys.stderr)
            return 2
        elif asked.action == "template":
            print(print_approved(make_template(asked.language)), end="")
        else:
            return approve_language(asked, settings, folder)
    except NotWhole as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def approve_language(asked: Arguments, settings: Settings, folder: Path) -> int:
    """Writes a language's words into the operator's file, under the name of who has read them."""
    if not asked.by.strip():
        print("wording approve needs --by NAME: who has read these words", file=sys.stderr)
        return 2
    language = asked.language
    old = read_approved(folder, language)
    words = merge(language, old)
    path = write_approved(folder, approve(words, asked.by.strip(), datetime.now(UTC).date()))
    if asked.json:
        named = language in settings.notice.languages
        told = {
            "file": str(path),
            "language": language,
            "sentences": len(SENTENCES),
            "by": asked.by.strip(),
            "named": named,
        }
        print(msgspec.json.encode({**told, "outdated": list(old.outdated) if old else []}).decode())
        return 0
    print(f"{path}: {len(SENTENCES)} sentences approved by {asked.by.strip()}")
    for name in old.outdated if old else ():
        print(f"kept as it was: {name}, whose English is now: {_one_line(name)}")
    if language not in settings.notice.languages:
        now = ", ".join([*settings.notice.languages, language])
        print(f"Readers meet them once the setting languages names {language}: {now}")
    print("The site says them from its next start on.")
    return 0


def merge(language: str, old: Approved | None) -> Words:
    """What the file has, as it is, and what it lacks from the draft; our English is no draft. Raises `NotWhole`."""
    ours = english() if language == SOURCE else None
    if ours is None and (old is None or set(SENTENCES) - set(old.words.said)):
        try:
            ours = load_draft(language).words
        except NotWhole as reason:
            if old is None:
                raise
            raise NotWhole(f"{describe(language, old)}, and {reason}. Add them to the file") from None
    said = {**(ours.said if ours else {}), **(old.words.said if old else {})}
    plural = old.words.plural if old else ours.plural if ours else ""
    return complete(Words(language, said, plural))


def make_template(language: str) -> Approved:
    """A file to translate by hand: the English in every place, approved by nobody."""
    return approve(Words(language, english().said), "", datetime.now(UTC).date())._replace(on=None)


def find_column(language: str, folder: Path) -> Column:
    """The words of a language as they are said or would be, and what to know of them. Raises `NotWhole`."""
    approved = read_approved(folder, language)
    if approved is not None:
        return Column(approved.words, _tell_approved(language, approved))
    if language == SOURCE:
        return Column(english(), "ours")
    draft = load_draft(language)
    return Column(draft.words, f"a draft of {draft.on}, read by: {draft.read_by}")


def list_languages(settings: Settings, folder: Path) -> Iterator[str]:
    """A line for each language: whether readers meet it, and what is to be done first."""
    named = settings.notice.languages
    for language in list_known(settings, folder):
        yield f"{'*' if language in named else ' '} {language:6} {_tell(language, folder)}"
    yield "* named in the setting languages"
    if settings.notice.ads_are:
        yield f"ads_are, under More in {named[0]}: {settings.notice.ads_are}"


def list_known(settings: Settings, folder: Path) -> Sequence[str]:
    """The languages that are named, ours, drafted, or in the operator's folder."""
    return list(dict.fromkeys((*settings.notice.languages, SOURCE, *list_drafts(), *_filed(folder))))


class LanguageRecord(msgspec.Struct, frozen=True):
    """A language for programs: whether the setting names it, who approved its words and when (None: nobody), and the line that
    says what is to be done first."""

    language: str
    named: bool
    by: str | None
    on: date | None
    about: str


def list_records(settings: Settings, folder: Path) -> Iterator[LanguageRecord]:
    """What `list_languages` says, for programs."""
    for language in list_known(settings, folder):
        try:
            approved = read_approved(folder, language)
        except NotWhole:
            approved = None  # the line says why
        by = approved.by or None if approved else None
        named = language in settings.notice.languages
        yield LanguageRecord(language, named, by, approved.on if approved else None, _tell(language, folder))


def _tell(language: str, folder: Path) -> str:
    try:
        column = find_column(language, folder)
        approved = read_approved(folder, language)
        if approved is not None:
            return _tell_approved(language, approved)
        if language == SOURCE:
            return "live: ours. An upgrade may change them, until: adnotice wording approve en --by NAME"
        return f"{column.about}; not live before: adnotice wording approve {language} --by NAME"
    except NotWhole as reason:
        return f"not live: {reason}"


def _tell_approved(language: str, approved: Approved) -> str:
    waits = describe(language, approved).partition(": ")[2]
    on = f" on {approved.on.isoformat()}" if approved.on else ""
    return "; ".join(filter(None, [f"live: approved by {approved.by}{on}" if approved.by else "not live", waits]))


def _filed(folder: Path) -> Sequence[str]:
    return sorted(path.stem for path in folder.glob("*.toml"))


def _one_line(name: str) -> str:
    said = english().said[name]
    return (said if isinstance(said, str) else " | ".join(said)).replace("\n", " / ")
