"""`adnotice wording`: which words readers and operators meet, who approved them, and how new ones get there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import msgspec

from adnotice.commands.arguments import Arguments
from adnotice.commands.stores import whole_settings
from adnotice.insight import wording as insight_wording
from adnotice.notice.approved import Approved, approve, print_approved, read_approved, write_approved
from adnotice.notice.drafts import Draft, list_drafts, load_draft
from adnotice.notice.review_sheet import PARTS, Column, print_review_sheet
from adnotice.notice.sentences import SOURCE, Plural
from adnotice.notice.wording import describe
from adnotice.notice.words import SENTENCES, NotWhole, Words, check_whole, complete, english
from adnotice.settings import Settings

ACTIONS = ("list", "approve", "template")


@dataclass(frozen=True)
class Audience:
    """Whom words are for: readers, or operators. `folder` has what was approved for them, `named` are the languages that `setting`
    names, `option` what the command takes to mean them."""

    sentences: Mapping[str, str | Plural]
    parts: Mapping[str, Mapping[str, str | Plural]]
    folder: Path
    setting: str
    named: Sequence[str]
    option: str
    drafts: Sequence[str]
    load_draft: Callable[[str], Draft]
    complete: Callable[[Words], Words]
    english: Words

    def read(self, language: str) -> Approved | None:
        """A language's file; None where there is none. Raises `NotWhole`."""
        return read_approved(self.folder, language, self.sentences)


def find_audience(settings: Settings, folder: Path, *, dashboard: bool) -> Audience:
    """Readers; or operators, of whose words the names are the English."""
    if not dashboard:
        named = settings.notice.languages
        return Audience(
            SENTENCES, PARTS, folder, "languages", named, "", list_drafts(), load_draft, complete, english()
        )
    sentences = insight_wording.messages()
    return Audience(
        sentences,
        {"Dashboard and mails": sentences},
        insight_wording.folder_of(folder),
        "dashboard_languages",
        settings.insight.dashboard_languages,
        " --dashboard",
        insight_wording.list_message_drafts(),
        insight_wording.load_message_draft,
        partial(check_whole, sentences=sentences),
        insight_wording.english_messages(),
    )


def tell_wording(asked: Arguments) -> int:
    """Lists the languages, prints words, or approves them; returns the exit status."""
    settings = whole_settings()
    folder = asked.folder or Path(settings.notice.wording_folder)
    audience = find_audience(settings, folder, dashboard=asked.dashboard)
    try:
        if asked.json and (asked.html or asked.action == "template"):
            print("--json is for list, approve and --names: --html and template print a file", file=sys.stderr)
            return 2
        if asked.json and asked.names:
            print(msgspec.json.encode({"sentences": audience.english.said}).decode())
        elif asked.json and asked.action == "list":
            print(msgspec.json.encode({"languages": list(list_records(audience))}).decode())
        elif asked.names:
            print("\n".join(f"{name}\t{_one_line(audience, name)}" for name in audience.sentences))
        elif asked.html:
            own = settings.notice.ads_are if asked.html == settings.notice.languages[0] and not asked.dashboard else ""
            source = Column(audience.english, "the source")
            print(print_review_sheet(find_column(asked.html, audience), source, own, audience.parts))
        elif asked.action == "list":
            print("\n".join(list_languages(audience, settings.notice.ads_are)))
        elif not asked.language:
            print(f"wording {asked.action} needs a language, such as uk", file=sys.stderr)
            return 2
        elif asked.action == "template":
            print(print_approved(make_template(asked.language, audience)), end="")
        else:
            return approve_language(asked, audience)
    except NotWhole as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def approve_language(asked: Arguments, audience: Audience) -> int:
    """Writes a language's words into the operator's file, under the name of who has read them."""
    if not asked.by.strip():
        print("wording approve needs --by NAME: who has read these words", file=sys.stderr)
        return 2
    language = asked.language
    old = audience.read(language)
    words = merge(language, old, audience)
    path = write_approved(audience.folder, approve(words, asked.by.strip(), datetime.now(UTC).date()))
    if asked.json:
        named = language in audience.named
        told = {
            "file": str(path),
            "language": language,
            "sentences": len(audience.sentences),
            "by": asked.by.strip(),
            "named": named,
        }
        print(msgspec.json.encode({**told, "outdated": list(old.outdated) if old else []}).decode())
        return 0
    print(f"{path}: {len(audience.sentences)} sentences approved by {asked.by.strip()}")
    for name in old.outdated if old else ():
        print(f"kept as it was: {name}, whose English is now: {_one_line(audience, name)}")
    if language not in audience.named:
        now = ", ".join([*audience.named, language])
        who = "Operators" if audience.option else "Readers"
        print(f"{who} meet them once the setting {audience.setting} names {language}: {now}")
    print("The site says them from its next start on.")
    return 0


def merge(language: str, old: Approved | None, audience: Audience) -> Words:
    """What the file has, as it is, and what it lacks from the draft; our English is no draft. Raises `NotWhole`."""
    ours = audience.english if language == SOURCE else None
    if ours is None and (old is None or set(audience.sentences) - set(old.words.said)):
        try:
            ours = audience.load_draft(language).words
        except NotWhole as reason:
            if old is None:
                raise
            waits = describe(language, old, audience.sentences)
            raise NotWhole(f"{waits}, and {reason}. Add them to the file") from None
    said = {**(ours.said if ours else {}), **(old.words.said if old else {})}
    plural = old.words.plural if old else ours.plural if ours else ""
    return audience.complete(Words(language, said, plural))


def make_template(language: str, audience: Audience) -> Approved:
    """A file to translate by hand: the English in every place, approved by nobody."""
    return approve(Words(language, audience.english.said), "", datetime.now(UTC).date())._replace(on=None)


def find_column(language: str, audience: Audience) -> Column:
    """The words of a language as they are said or would be, and what to know of them. Raises `NotWhole`."""
    approved = audience.read(language)
    if approved is not None:
        return Column(approved.words, _tell_approved(language, approved, audience))
    if language == SOURCE:
        return Column(audience.english, "ours")
    draft = audience.load_draft(language)
    return Column(draft.words, f"a draft of {draft.on}, read by: {draft.read_by}")


def list_languages(audience: Audience, ads_are: str) -> Iterator[str]:
    """A line for each language: whether it is met, and what is to be done first."""
    named = audience.named
    for language in list_known(audience):
        yield f"{'*' if language in named else ' '} {language:6} {_tell(language, audience)}"
    yield f"* named in the setting {audience.setting}"
    if ads_are and not audience.option:
        yield f"ads_are, under More in {named[0]}: {ads_are}"


def list_known(audience: Audience) -> Sequence[str]:
    """The languages that are named, ours, drafted, or in the operator's folder."""
    return list(dict.fromkeys((*audience.named, SOURCE, *audience.drafts, *_filed(audience.folder))))


class LanguageRecord(msgspec.Struct, frozen=True):
    """A language for programs: whether the setting names it, who approved its words and when (None: nobody), and the line that
    says what is to be done first."""

    language: str
    named: bool
    by: str | None
    on: date | None
    about: str


def list_records(audience: Audience) -> Iterator[LanguageRecord]:
    """What `list_languages` says, for programs."""
    for language in list_known(audience):
        try:
            approved = audience.read(language)
        except NotWhole:
            approved = None  # the line says why
        by = approved.by or None if approved else None
        named = language in audience.named
        yield LanguageRecord(language, named, by, approved.on if approved else None, _tell(language, audience))


def _tell(language: str, audience: Audience) -> str:
    to_approve = f"adnotice wording approve {language}{audience.option} --by NAME"
    try:
        column = find_column(language, audience)
        approved = audience.read(language)
        if approved is not None:
            return _tell_approved(language, approved, audience)
        if language == SOURCE:
            return f"live: ours. An upgrade may change them, until: {to_approve}"
        return f"{column.about}; not live before: {to_approve}"
    except NotWhole as reason:
        return f"{'live: ours, and not the file' if language == SOURCE else 'not live'}: {reason}"


def _tell_approved(language: str, approved: Approved, audience: Audience) -> str:
    waits = describe(language, approved, audience.sentences).partition(": ")[2]
    on = f" on {approved.on.isoformat()}" if approved.on else ""
    return "; ".join(filter(None, [f"live: approved by {approved.by}{on}" if approved.by else "not live", waits]))


def _filed(folder: Path) -> Sequence[str]:
    return sorted(path.stem for path in folder.glob("*.toml"))


def _one_line(audience: Audience, name: str) -> str:
    said = audience.english.said[name]
    return (said if isinstance(said, str) else " | ".join(said)).replace("\n", " / ")
