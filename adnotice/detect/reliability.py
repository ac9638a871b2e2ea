"""Which baits and probes can be believed now, from tallies.

A sensor that fails for nearly everybody, or whose failures jump far above what they were, says something about itself
or about the ad host, not about readers. It is set aside while that lasts: the views count as unknown. What it reports
goes on being tallied, so it comes back by itself.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from adnotice.vocabulary import Word

NEARLY_EVERYBODY: Final = 0.9
MANY: Final = 50
SURPRISE: Final = 1e-6
LEAST_RATE: Final = 0.05


class Sensor(Word):
    """What can fail for reasons of its own."""

    BAITS = "baits"
    PROBE = "ad script"


class Tally(NamedTuple):
    """How often a sensor was tried, and how often it failed."""

    tried: int = 0
    failed: int = 0

    def plus(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(self.tried + other.tried, self.failed + other.failed)


class Doubt(Word):
    """Why a sensor is set aside."""

    EVERYBODY = "fails for nearly everybody"
    JUMP = "its failures jumped"


def doubt(many: Tally, last: Tally, usual: Tally, other: Doubt | None = None) -> Doubt | None:
    """Why a sensor can't be believed now; None when it can.

    `many` are its last outcomes, `last` the newest of them, `usual` what came before. `other` is what is the matter
    with another sensor: a jump that it shares came with the readers (a link on a page that people with blockers read),
    not with this sensor.
    """
    if many.tried >= MANY and many.failed >= NEARLY_EVERYBODY * many.tried:
        return Doubt.EVERYBODY
    if jumped(last, usual) and other is not Doubt.JUMP:
        return Doubt.JUMP
    return None


def jumped(last: Tally, usual: Tally) -> bool:
    """Whether so many failures would surprise at the usual rate, taken at the upper end of what the tally allows."""
    return usual.tried >= MANY and tail(last.tried, last.failed, max(LEAST_RATE, upper(usual))) < SURPRISE


def upper(tally: Tally) -> float:
    """The upper end of the rate's 95 % interval (Wilson 1927)."""
    n, p, z = tally.tried, tally.failed / tally.tried, 1.96
    middle = p + z * z / (2 * n)
    return (middle + z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)


def tail(n: int, k: int, p: float) -> float:
    """The chance of `k` or more failures in `n` tries at rate `p`."""
    if p >= 1:
        return 1.0
    log_p, log_q = math.log(p), math.log1p(-p)
    whole = math.lgamma(n + 1)
    return sum(
        math.exp(whole - math.lgamma(i + 1) - math.lgamma(n - i + 1) + i * log_p + (n - i) * log_q)
        for i in range(k, n + 1)
    )
