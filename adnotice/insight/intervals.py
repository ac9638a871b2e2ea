"""How sure a share of counted things is: Wilson's interval, and the range of what was not seen."""

from __future__ import annotations

import math
from typing import Final

import msgspec

LEVEL: Final = 0.95
Z_OF_LEVEL: Final = 1.959963984540054
"""The 97.5 % point of the normal distribution."""

FEW_VIEWS: Final = 30
WIDE_INTERVAL: Final = 0.2


class Interval(msgspec.Struct, frozen=True):
    """From `low` to `high`, both shares between 0 and 1, at the confidence `level`."""

    low: float
    high: float
    level: float = LEVEL
    method: str = "wilson"


class Share(msgspec.Struct, frozen=True):
    """`n` of `of` things; `rate` and `interval` are None where there is nothing to divide by.

    `few` says that the number is too small to rely on: under 30 things, or an interval wider than 20 points.
    """

    n: int
    of: int
    rate: float | None
    interval: Interval | None
    few: bool


class Range(msgspec.Struct, frozen=True):
    """The rate if none (`low`) or all (`high`) of the page views without an answer were seen with ads blocked."""

    low: float
    high: float
    unanswered: int


def wilson(n: int, of: int) -> Interval:
    """The 95 % score interval of a share (Wilson 1927; chosen as Brown, Cai and DasGupta 2001 advise: it keeps its
    level at small numbers and near 0 and 1, where the textbook interval leaves 0..1).

    Raises `ValueError` unless 0 <= n <= of and of > 0.
    """
    if not 0 <= n <= of or of == 0:
        raise ValueError(f"a share needs 0 <= n <= of and of > 0, got {n} of {of}")
    square = Z_OF_LEVEL * Z_OF_LEVEL
    middle = (n + square / 2) / (of + square)
    reach = Z_OF_LEVEL / (of + square) * math.sqrt(n * (of - n) / of + square / 4)
    return Interval(
        low=0.0 if n == 0 else max(0.0, middle - reach),
        high=1.0 if n == of else min(1.0, middle + reach),
    )


def share(n: int, of: int) -> Share:
    """The share n of `of`; without a rate when there is nothing to divide by or more than all of it."""
    if of <= 0 or n > of:
        return Share(n, of, None, None, few=True)
    interval = wilson(n, of)
    return Share(n, of, n / of, interval, few=of < FEW_VIEWS or interval.high - interval.low > WIDE_INTERVAL)


def widest(blocked: int, decided: int, unanswered: int) -> Range | None:
    """The range that holds whatever the views without an answer were (worst-case bounds, Manski 1989)."""
    total = decided + unanswered
    if total <= 0:
        return None
    return Range(blocked / total, (blocked + unanswered) / total, unanswered)
