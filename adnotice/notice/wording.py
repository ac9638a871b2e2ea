"""What the notice says in one language, sentence by sentence: ours, or by its name the operator's own."""

from __future__ import annotations

import difflib
import gettext
import re
from collections.abc import Iterator, Mapping
from typing import Final

from adnotice.notice.sentences import NOTICE, Plural
from adnotice.notice.steps import STEPS

SENTENCES: Final[Mapping[str, str | Plural]] = {**NOTICE, **STEPS}

THIS_SITE: Final = "this site"
"""What stands for the name of a site that has none."""

BLOCKERS: Final = tuple(name.removeprefix("how_") for name in STEPS if name.startswith("how_"))

LANGUAGES: Final = ("en",)
"""The languages we have sentences in, by BCP 47 tag; the first is the source."""

RIGHT_TO_LEFT: Final = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")


def pick_language(wanted: str, available: tuple[str, ...] = LANGUAGES) -> str:
    """The first available language of those wanted, in order; else the source language.

    `wanted` is a list by commas: a page's `lang`, a `navigator.languages`, or an Accept-Language header in the order
    that browsers send it in. A region falls back to its language (RFC 4647, lookup).
    """
    known = {tag.lower(): tag for tag in available}
    for entry in wanted[:200].split(","):
        tag = entry.partition(";")[0].strip().lower()
        while tag:
            if tag in known:
                return known[tag]
            tag = tag.rpartition("-")[0]
    return available[0]


def direction(language: str) -> str:
    """`rtl` for languages written from right to left, else `ltr`."""
    return "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"


def load_catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; the source language needs none."""
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of: {', '.join(LANGUAGES)}, got {language!r}")
    return gettext.NullTranslations()


def word(language: str, custom: Mapping[str, str], site_name: str, *, not_now_days: int = 30) -> dict[str, str]:
    """Every sentence by its name, in this language: the operator's own where there is one, names and numbers put in."""
    catalogue = load_catalogue(language)
    site = site_name or catalogue.gettext(THIS_SITE)
    counts = {"closed": not_now_days}

    def say(name: str, sentence: str | Plural) -> str:
        if isinstance(sentence, Plural):
            count = counts[name]
            said = custom.get(name) or catalogue.ngettext(sentence.one, sentence.other, count)
            return said.replace("{count}", str(count)).replace("{site}", site)
        return custom.get(name, catalogue.gettext(sentence)).replace("{site}", site)

    return {name: say(name, sentence) for name, sentence in SENTENCES.items()}


def placeholders(sentence: str | Plural) -> frozenset[str]:
    """The names that stand in braces in a sentence of ours or the operator's."""
    return frozenset(_PLACEHOLDER.findall(" ".join(sentence) if isinstance(sentence, Plural) else sentence))


def wording_problems(custom: Mapping[str, str]) -> Iterator[str]:
    """Says what is wrong with the operator's own sentences, each with its remedy."""
    for name, sentence in custom.items():
        if name not in SENTENCES:
            near = difflib.get_close_matches(name, SENTENCES, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            yield f"wording has no sentence {name!r}.{hint} It must be one of: {', '.join(SENTENCES)}"
            continue
        ours = SENTENCES[name]
        if not sentence.strip() and not name.startswith("how_"):
            yield f"wording[{name!r}] must not be empty. Leave it out to keep ours: {_show(ours)!r}"
        allowed = placeholders(ours) | {"site"}
        for placeholder in sorted(placeholders(sentence) - allowed):
            told = " and ".join(f"{{{each}}}" for each in sorted(allowed))
            yield f"wording[{name!r}] may hold the placeholder {told} only, got {{{placeholder}}}"


def _show(sentence: str | Plural) -> str:
    return sentence.other if isinstance(sentence, Plural) else sentence
