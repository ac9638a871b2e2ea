"""How sure a rate is that was counted in a sample of the views, drawn in the browser.

Where every view is measured nothing is uncertain about the count itself, and there is no interval. The share is halved
while a server is busy (`detect/sampling.py`), and busy hours have other readers: so counts of each share are weighted by
its inverse (Horvitz and Thompson 1952), pooled counts would lean to the calm hours.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from adnotice.insight.analysis.intervals import Z_OF_LEVEL, Drawn, Interval

FEWEST_BLOCKED: Final = 5


class Sample(msgspec.Struct, frozen=True):
    """Views that were measured while `share` (above 0, at most 1) of all views was: with ads blocked, without, and
    without a clear answer."""

    share: float
    blocked: int
    clear: int
    unknown: int = 0

    @property
    def measured(self) -> int:
        """All of them."""
        return self.blocked + self.clear + self.unknown


def weigh(samples: Iterable[Sample], n: Callable[[Sample], int]) -> float:
    """How many of all views these numbers of the drawn ones stand for."""
    return sum(n(each) / each.share for each in samples)


def find_drawn(samples: Sequence[Sample]) -> Drawn:
    """How much chance drawing leaves in the numbers of blocked and of clear views that these stand for."""

    def spread(n: Callable[[Sample], int]) -> float:
        variance = sum((1 - each.share) / each.share**2 * n(each) for each in samples)
        return variance / weigh(samples, n) if variance else 0.0

    return Drawn(spread(lambda each: each.blocked), spread(lambda each: each.clear))


class Estimate(msgspec.Struct, frozen=True):
    """The rate of all views, None where there are none; its interval, None where every view was measured or under five
    views with ads blocked were."""

    rate: float | None
    interval: Interval | None


def estimate(samples: Iterable[Sample], *, fewest_blocked: int = FEWEST_BLOCKED) -> Estimate:
    """The rate of all views, those that were not drawn included, with the 95 % interval that drawing leaves.

    Wilson's, with the number of views that would leave as much uncertainty: n / (1 - f) for one share f. Its width is 0
    where f is 1. With fewer than `fewest_blocked` views with ads blocked there is none. Raises `ValueError` for a share that is not above 0 and at most 1.
    """
    samples = tuple(samples)
    if wrong := [each.share for each in samples if not 0 < each.share <= 1]:
        raise ValueError(f"a sample's share must be above 0 and at most 1, got {wrong[0]}")
    blocked = weigh(samples, lambda each: each.blocked)
    total = blocked + weigh(samples, lambda each: each.clear)
    if not total:
        return Estimate(None, None)
    rate = blocked / total
    variance = (
        sum(
            (1 - each.share) / each.share**2 * (each.blocked * (1 - rate) ** 2 + each.clear * rate**2)
            for each in samples
        )
        / total**2
    )
    if variance == 0 or sum(each.blocked for each in samples) < fewest_blocked:
        return Estimate(rate, None)
    return Estimate(rate, wilson_of(rate, rate * (1 - rate) / variance))


def wilson_of(rate: float, number: float) -> Interval:
    """The 95 % score interval of a rate that so many independent views would give (Wilson 1927; chosen as Brown, Cai and
    DasGupta 2001 advise: it keeps its level at small numbers and near 0 and 1). The number may be broken."""
    square = Z_OF_LEVEL * Z_OF_LEVEL
    middle = (rate + square / (2 * number)) / (1 + square / number)
    reach = Z_OF_LEVEL / (1 + square / number) * math.sqrt(rate * (1 - rate) / number + square / (4 * number * number))
    return Interval(low=max(0.0, middle - reach), high=min(1.0, middle + reach), method="wilson")
