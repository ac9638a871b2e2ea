"""A share of counted things, the range of what was not seen, and the interval that a sample leaves.

Where every page view is measured a share is a count: nothing about it is uncertain, and it has no interval. What was not
measured, or has no clear answer, is a range. Only a share estimated from a sample has an interval (`sampled.py`).
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import msgspec

LEVEL: Final = 0.95
Z_OF_LEVEL: Final = 1.959963984540054
"""The 97.5 % point of the normal distribution."""

FEW_VIEWS: Final = 100
"""A share of fewer is shown with a mark: one reader more or less moves it by points."""


class Interval(msgspec.Struct, frozen=True):
    """From `low` to `high`, both shares between 0 and 1, at the confidence `level`."""

    low: float
    high: float
    level: float = LEVEL
    method: str = "wilson"


class Share(msgspec.Struct, frozen=True):
    """`n` of `of` things; `rate` is None where there is nothing to divide by. `few`: under 100 were counted."""

    n: int
    of: int
    rate: float | None
    few: bool


class Range(msgspec.Struct, frozen=True):
    """The rate if none (`low`) or all (`high`) of the page views without an answer were seen with ads blocked; of a sample, as
    far down and up as drawing leaves them open."""

    low: float
    high: float
    unanswered: int


def share(n: int, of: int, *, counted: int | None = None) -> Share:
    """The share n of `of`; without a rate when there is nothing to divide by or more than all of it.

    `counted` things stand for `of`; as many, if it is not given.
    """
    if of <= 0 or n > of:
        return Share(n, of, None, few=True)
    return Share(n, of, n / of, few=(of if counted is None else counted) < FEW_VIEWS)


class Drawn(NamedTuple):
    """How much chance drawing leaves in the numbers of views, blocked and others, that drawn ones stand for: their variance as a
    multiple of the number. That is (1 - f) / f at a share f, and 0 where every view was measured."""

    blocked: float = 0.0
    others: float = 0.0


COUNTED: Final = Drawn()


def widest(blocked: int, decided: int, unanswered: int, drawn: Drawn = COUNTED) -> Range | None:
    """The range that holds whatever the views without an answer were (worst-case bounds, Manski 1989).

    Of a sample each end is that of the 95 % interval of its own: both hold together in 95 % at least (Bonferroni), the truth
    between them all the more (Imbens and Manski 2004).
    """
    total = decided + unanswered
    if total <= 0:
        return None
    low, others = at_least(blocked, drawn.blocked), at_least(decided - blocked, drawn.others)
    return Range(low / total, (total - others) / total, unanswered)


def at_least(number: int, drawn: float) -> float:
    """The lower end of the 95 % score interval of a number whose estimate has a variance of `drawn` times it."""
    half = Z_OF_LEVEL * Z_OF_LEVEL * drawn / 2
    return max(0.0, number + half - math.sqrt(half * half + 2 * half * number)) if drawn else number
