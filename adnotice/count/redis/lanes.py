"""A value's counts as one string: a number of 48 bits for each outcome, the lowest byte first.

So many values are read at once that they must add up fast: read as one long integer, two strings are added in one step,
all outcomes together. A lane never overflows into the next: 2**48 is 280 million million. Outcomes that are rare stand
last, and a string ends with its last count above zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from adnotice.count.tally import Outcome

LANE_BYTES: Final = 6
LANES: Final = (
    Outcome.CLEAR,
    Outcome.INJECTED,
    Outcome.NOT_ASKED,
    Outcome.BLOCKED_EXTENSION,
    Outcome.UNKNOWN,
    Outcome.BLOCKED_NETWORK,
    Outcome.BOT,
    Outcome.ASKED,
    Outcome.SHOWN,
    Outcome.LATER,
    Outcome.NEVER,
    Outcome.HOWTO,
    Outcome.ALLOWED,
    Outcome.RECHECKED,
    Outcome.SUPPORTS,
    Outcome.REFUSED,
    Outcome.DECLINED,
    Outcome.SUSPECT,
    Outcome.SERVED,
    Outcome.TURNED_AWAY,
)
"""Where each outcome stands. Stored: only ever add at the end."""

_OFFSETS: Final = {outcome: place * LANE_BYTES for place, outcome in enumerate(LANES)}
_ALL_BITS: Final = (1 << 8 * LANE_BYTES) - 1


def name_lanes(counts: Mapping[Outcome, int]) -> list[int]:
    """The counts for the script: where a lane begins, what to add to it, and so on."""
    return [number for outcome, n in counts.items() for number in (_OFFSETS[outcome], n)]


def read_lanes(lanes: int) -> Iterator[tuple[Outcome, int]]:
    """Every outcome that was counted, with its count."""
    for outcome in LANES:
        if n := lanes & _ALL_BITS:
            yield outcome, n
        lanes >>= 8 * LANE_BYTES
