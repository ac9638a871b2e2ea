"""A share of counted things, the range of what was not seen, and the interval that a sample leaves.

Where every page view is measured a share is a count: nothing about it is uncertain, and it has no interval. What was not
measured, or has no clear answer, is a range. Only a share estimated from a sample has an interval (`sampled.py`).
"""

from __future__ import annotations

from typing import Final

import msgspec

LEVEL: Final = 0.95
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
    """The rate if none (`low`) or all (`high`) of the page views without an answer were seen with ads blocked."""

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


def widest(blocked: int, decided: int, unanswered: int) -> Range | None:
    """The range that holds whatever the views without an answer were (worst-case bounds, Manski 1989)."""
    total = decided + unanswered
    if total <= 0:
        return None
    return Range(blocked / total, (blocked + unanswered) / total, unanswered)
