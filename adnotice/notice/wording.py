"""Which languages the site speaks, and in which words: what the operator has approved, and our English."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from adnotice.language import gettext_noop
from adnotice.notice.approved import Approved, file_of, read_approved
from adnotice.notice.drafts import list_drafts
from adnotice.notice.sentences import SOURCE, Plural
from adnotice.notice.steps import STEPS
from adnotice.notice.words import SENTENCES, NotWhole, Words, complete, english, find_fault

BLOCKERS: Final = tuple(name.removeprefix("how_") for name in STEPS if name.startswith("how_"))

MAX_LANGUAGES: Final = 40

READ_IT: Final = gettext_noop(
    "Read it with adnotice wording --html {language}, then: adnotice wording approve {language} --by NAME"
)

_TAG: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class Live(NamedTuple):
    """The words that readers meet, by language, the site's own language first; and why others are not among them."""

    words: Mapping[str, Words]
    reasons: tuple[NotWhole, ...]

    @property
    def waiting(self) -> tuple[str, ...]:
        """The reasons in English."""
        return tuple(map(str, self.reasons))


def load_live(languages: Sequence[str], folder: Path, own: Mapping[str, str]) -> Live:
    """The words of each language that can be said whole; `own` are the operator's single sentences, in the first one.

    English needs nobody's approval, and is said as we wrote it where the operator's file of it can't be used. Where no language
    can be said, English is.
    """
    words: dict[str, Words] = {}
    reasons = []
    for language in languages:
        custom = own if language == languages[0] else {}
        try:
            words[language] = _load(language, folder, custom)
        except NotWhole as reason:
            reasons.append(reason)
            if language == SOURCE:
                words[language] = english().with_own(custom)
    return Live(words or {SOURCE: english()}, tuple(reasons))


def language_problems(languages: Sequence[str]) -> Iterator[str]:
    """Says what is wrong with the languages' tags."""
    if not 1 <= len(languages) <= MAX_LANGUAGES or len({tag.lower() for tag in languages}) < len(languages):
        yield f"languages takes 1 to {MAX_LANGUAGES} tags, each once, the site's own first, got {', '.join(languages) or 'none'}"
    for tag in languages:
        if not _TAG.fullmatch(tag):
            yield f"languages takes tags such as en, uk or pt-BR (BCP 47), got {tag!r}"


def wording_problems(custom: Mapping[str, str]) -> Iterator[str]:
    """Says what is wrong with the operator's own sentences, each with its remedy."""
    for name, sentence in custom.items():
        if name not in SENTENCES:
            near = difflib.get_close_matches(name, SENTENCES, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            yield f"wording has no sentence {name!r}.{hint} All names: adnotice wording --names"
        elif fault := find_fault(name, sentence):
            yield f"wording[{name!r}]: {fault}"


def describe(language: str, approved: Approved, sentences: Mapping[str, str | Plural] = SENTENCES) -> str:
    """What an upgrade has left to do in a language's file; empty when nothing."""
    new = [name for name in sentences if name not in approved.words.said]
    if not approved.by:
        return f"{language}: nobody has approved its words yet"
    if new or approved.outdated:
        return f"{language}: sentences wait for approval, {len(new)} new and {len(approved.outdated)} changed"
    return ""


def _load(language: str, folder: Path, custom: Mapping[str, str]) -> Words:
    approved = read_approved(folder, language)
    if approved is not None and approved.by:
        return complete(approved.words.with_own(custom))
    if language == SOURCE:
        return complete(english().with_own(custom))
    if set(custom) >= set(SENTENCES):
        return complete(Words(language, custom))
    if approved is not None:
        raise NotWhole(
            # Translators: {language} is a tag such as de, in which readers are not spoken to yet; {file} is a path.
            gettext_noop("{language} is not said: nobody has approved {file}"),
            gettext_noop("Read it, then: adnotice wording approve {language} --by NAME"),
            language=language,
            file=file_of(folder, language),
        )
    if language in list_drafts():
        raise NotWhole(
            # Translators: {language} is a tag such as de, in which readers are not spoken to yet.
            gettext_noop("{language} is not said: nobody has approved its draft"),
            READ_IT,
            language=language,
        )
    raise NotWhole(
        # Translators: {language} is a tag such as de, in which readers are not spoken to yet.
        gettext_noop("{language} is not said: there are no words in it"),
        gettext_noop("Begin with: adnotice wording template {language} >{file}"),
        language=language,
        file=file_of(folder, language),
    )
