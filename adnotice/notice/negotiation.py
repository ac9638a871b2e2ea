"""In which of the languages on offer somebody is answered: RFC 4647's lookup, in the order of RFC 9110's weights."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

MAX_RANGES: Final = 20
MAX_TAG_CHARACTERS: Final = 35
"""What BCP 47 (4.4.1) lets a reader of tags stop at: longer ones are nobody's language."""

_WEIGHT: Final = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")


def pick_language(wanted: str, available: Sequence[str]) -> str:
    """The available language that is wanted most; else the first one that is acceptable.

    `wanted` is a list by commas: a page's `lang`, a `navigator.languages`, or an Accept-Language header. A region falls back
    to its language. What has the weight 0 is not acceptable, what can't be read is passed over, `*` takes what there is.
    """
    known = {tag.lower(): tag for tag in available}
    weights = list(_read(wanted))
    unacceptable = {tag for tag, weight in weights if not weight}
    for tag, weight in sorted(weights, key=lambda each: -each[1]):
        if weight and (found := _look_up(tag, known)) and found not in unacceptable:
            return known[found]
    return next((tag for low, tag in known.items() if low not in unacceptable), available[0])


def _read(wanted: str) -> Iterator[tuple[str, float]]:
    """Each tag in small letters with its weight, as they stand."""
    for entry in wanted.split(",", MAX_RANGES)[:MAX_RANGES]:
        tag, semicolon, parameter = (part.strip().lower() for part in entry.partition(";"))
        weight = _WEIGHT.fullmatch(parameter.replace(" ", "")) if semicolon else None
        if tag and len(tag) <= MAX_TAG_CHARACTERS and (weight or not semicolon):
            yield tag, float(weight[1]) if weight else 1.0


def _look_up(tag: str, known: dict[str, str]) -> str:
    """The known tag that this one, or what is left of it without its last parts, is; empty where there is none."""
    while tag and tag not in known:
        tag = tag.rpartition("-")[0]
    return tag
