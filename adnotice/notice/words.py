"""Everything that we say in one language: whole, or there are no words in it."""

from __future__ import annotations

import gettext
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from adnotice.language import ENGLISH, Problem, fill, gettext_noop
from adnotice.notice.about_sentences import ABOUT
from adnotice.notice.sentences import NOTICE, SOURCE, Plural
from adnotice.notice.steps import STEPS

SENTENCES: Final[Mapping[str, str | Plural]] = {**NOTICE, **STEPS, **ABOUT}
"""All sentences by name, in English."""

STAND_INS: Final[Mapping[str, str]] = {
    "about_notice_links": "about_notice",
    "title_alone_hosts": "body_hosts",
    **{
        f"{part}_{blocker}_on_a_phone": f"{part}_{blocker}"
        for part in ("name", "how")
        for blocker in ("adguard", "ghostery", "other", "safari", "ublock_origin")
    },
}
"""A sentence that came after the first release, and the older one that is said in its place until somebody has approved
its words: an upgrade never silences a language that was live."""

MAY_LACK: Final = (
    "duckduckgo",
    "edge",
    "edge_on_a_phone",
    "opera",
    "opera_on_a_phone",
    "privacy_badger",
    "privacy_badger_on_a_phone",
    "private_dns",
    "samsung",
)
"""Blockers that came later, whose steps a language may lack until they are translated: they are left out there."""

SAID_OF_ALLOWED: Final = ("about_allowed_cookie", "about_answer_allowed")
"""What the public page says of the setting `count_allowed`: a language may lack it, and the setting waits until it has it."""

NUMBERS: Final = (*range(200), 1_000_000)
"""Every form of a plural rule is that of one of these (CLDR's samples of whole numbers: French has a form for millions)."""

NAMED: Final = 10
"""So many of the sentences that are missing are named."""

Said = str | tuple[str, ...]
"""A sentence as it is said in one language; of one that holds a number, every form in the order of the plural rule."""

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_ENGLISH_PLURAL: Final = "nplurals=2; plural=(n != 1);"
_PLURAL: Final = re.compile(r"nplurals\s*=\s*(\d+)\s*;\s*plural\s*=\s*([^;]+?)\s*;?\s*")


class NotWhole(Problem):
    """Words that can't be used: says in which language, and what is missing or wrong; `remedy`, a message too, what to do."""

    def __init__(self, message: str, remedy: str = "", /, **values: object) -> None:
        super().__init__(message, **values)
        self.remedy = remedy

    def __str__(self) -> str:
        told = super().__str__()
        return f"{told}. {fill(self.remedy, self.values, ENGLISH)}" if self.remedy else told


def placeholders(said: Said | Plural) -> frozenset[str]:
    """The names that stand in braces in a sentence, in any of its forms."""
    return frozenset(_PLACEHOLDER.findall(said if isinstance(said, str) else " ".join(said)))


def source_revision(sentences: Mapping[str, str | Plural] = SENTENCES) -> str:
    """Twelve characters that change whenever an English sentence does."""
    text = "\n".join(f"{name}\t{'|'.join(_forms(said))}" for name, said in sorted(sentences.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Words:
    """All sentences in one language, by name. `plural` is gettext's Plural-Forms, such as "nplurals=2; plural=(n != 1);"."""

    language: str
    said: Mapping[str, Said]
    plural: str = _ENGLISH_PLURAL

    def say(self, name: str, /, count: int | None = None, **values: str) -> str:
        """The sentence of this name, with the values put in the places of their names; `count` picks the form."""
        said = self.said[name]
        if not isinstance(said, str):
            said = said[self.form_of(count or 0)]
        if count is not None:
            values["count"] = str(count)
        return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), said)

    def with_own(self, custom: Mapping[str, str]) -> Words:
        """The same with the operator's own sentences in the places of ours.

        Where those are written in other letters the language is not known, and no longer told: it is the page's own.
        """
        mixed = replace(self, said={**self.said, **custom})
        return mixed if mixed.script == self.script else replace(mixed, language="")

    @property
    def direction(self) -> str:
        """`rtl` where the notice's own words are written from right to left, else `ltr`: told by the words themselves."""
        text = "".join(map(str, self._own()))
        sides = Counter(unicodedata.bidirectional(each) for each in text)
        return "rtl" if sides["R"] + sides["AL"] > sides["L"] else "ltr"

    @property
    def script(self) -> str:
        """The writing system of the notice's own words, such as LATIN or ARABIC (as Unicode names letters)."""
        return written_in(map(str, self._own()))

    def _own(self) -> Iterable[Said]:
        """The notice's own words; of other sentences all."""
        return [self.said[name] for name in ("title", "body", "not_now") if name in self.said] or self.said.values()

    def form_of(self, number: int) -> int:
        """Which form a number takes, from 0."""
        return _plural_rule(self.plural)[1](number)


def written_in(texts: Iterable[str]) -> str:
    """The writing system that most letters of these texts belong to; empty where there are no letters."""
    letters = (each for text in texts for each in text if each.isalpha())
    found = Counter(unicodedata.name(each, "").partition(" ")[0] for each in letters).most_common(1)
    return found[0][0] if found else ""


def english() -> Words:
    """Our own words."""
    return Words(SOURCE, {name: _plain(sentence) for name, sentence in SENTENCES.items()})


def complete(words: Words, stand_ins: Mapping[str, str] = STAND_INS) -> Words:
    """The same words as this version needs them: whole, older ones in place of those that are not there yet.

    Blockers of `MAY_LACK` that nobody has translated are empty, and left out; so are the sentences of `SAID_OF_ALLOWED`. Raises `NotWhole` where a sentence is missing for which nothing stands in, or is not fit to be said.
    """
    said = dict(words.said)
    for name, older in stand_ins.items():
        if name not in said and older in said:
            said[name] = said[older]
    for blocker in MAY_LACK:
        said.setdefault(f"name_{blocker}", "")
        said.setdefault(f"how_{blocker}", "")
    for name in SAID_OF_ALLOWED:
        said.setdefault(name, "")
    return check_whole(replace(words, said=said), SENTENCES)


def check_whole(words: Words, sentences: Mapping[str, str | Plural]) -> Words:
    """The same words, of these sentences alone. Raises `NotWhole` where one is missing, or is not fit to be said."""
    missing = [name for name in sentences if name not in words.said]
    if missing:
        named = ", ".join([*missing[:NAMED], *(["…"] if len(missing) > NAMED else [])])
        raise NotWhole(
            # Translators: {language} is a tag such as de; {names} are those of the sentences that it lacks.
            gettext_noop("{language} lacks {n} of {of} sentences: {names}"),
            language=words.language,
            n=len(missing),
            of=len(sentences),
            names=named,
        )
    wrong = [
        f"{name}: {fault}"
        for name, each in words.said.items()
        if (fault := find_fault(name, each, words.plural, sentences))
    ]
    if wrong:
        raise NotWhole(
            # Translators: {language} is a tag such as de; {faults} are told in English.
            gettext_noop("{language} can't be used: {faults}"),
            language=words.language,
            faults="; ".join(wrong),
        )
    return replace(words, said={name: words.said[name] for name in sentences})


def find_fault(
    name: str, said: Said, plural: str = _ENGLISH_PLURAL, sentences: Mapping[str, str | Plural] = SENTENCES
) -> str:
    """What is wrong with a sentence in some language; empty when nothing is."""
    if name not in sentences:
        return ""  # of a version that is gone
    source = sentences[name]
    if not isinstance(source, Plural):
        if not isinstance(said, str):
            return "it is one sentence, without forms by number"
        if not said.strip() and not name.startswith(("how_", "name_")) and name not in SAID_OF_ALLOWED:
            return "it is empty"
    elif not isinstance(said, str):
        try:
            needed, _ = _plural_rule(plural)
        except ValueError as error:
            return str(error)
        if len(said) != needed or not all(form.strip() for form in said):
            return f"it needs {needed} forms, got {len(said)}"
    allowed = placeholders(source) | {"site"}
    if strange := sorted(placeholders(said) - allowed):
        told = " and ".join(f"{{{each}}}" for each in sorted(allowed))
        return f"it may hold the placeholder {told} only, got {{{strange[0]}}}"
    if said and (lost := sorted(placeholders(source) - placeholders(said) - {"count", "label", "site"})):
        return f"it must hold {{{lost[0]}}}"
    return ""


@lru_cache(maxsize=64)
def _plural_rule(header: str) -> tuple[int, Callable[[int], int]]:
    """How many forms there are, and which one a number takes. Raises `ValueError` for a rule that can't be used."""
    found = _PLURAL.fullmatch(header.strip())
    if found is None:
        raise ValueError(f"plural must be gettext's Plural-Forms, such as {_ENGLISH_PLURAL!r}, got {header!r}")
    needed, form_of = int(found[1]), gettext.c2py(found[2])
    try:
        forms = {form_of(number) for number in NUMBERS}
    except ArithmeticError:
        forms = {needed}
    if strange := sorted(form for form in forms if not 0 <= form < needed):
        raise ValueError(f"plural names form {strange[0]}, of forms 0 to {needed - 1}: {header!r}")
    return needed, form_of


def _plain(sentence: str | Plural) -> Said:
    return sentence if isinstance(sentence, str) else tuple(sentence)


def _forms(sentence: str | Plural) -> tuple[str, ...]:
    return (sentence,) if isinstance(sentence, str) else tuple(sentence)
