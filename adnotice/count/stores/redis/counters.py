"""A value's counts as one string: a number of 48 bits for each metric, the lowest byte first.

So many values are read at once that they must add up fast: read as one long integer, two strings are added in one step,
all metrics together. A lane never overflows into the next: 2**48 is 280 million million. Metrics that are rare stand
last, and a string ends with its last count above zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from adnotice.count.model.tally import Metric

LANE_BYTES: Final = 6
LANES: Final = (
    Metric.CLEAR,
    Metric.INJECTED,
    Metric.NOT_ASKED,
    Metric.BLOCKED_CONTENT,
    Metric.UNKNOWN,
    Metric.BLOCKED_HOSTS,
    Metric.BOT,
    Metric.ASKED,
    Metric.SHOWN,
    Metric.LATER,
    Metric.NEVER,
    Metric.HOWTO,
    Metric.ALLOWED,
    Metric.RECHECKED,
    Metric.SUPPORTS,
    Metric.REFUSED,
    Metric.DECLINED,
    Metric.SUSPECT_UNKNOWN,
    Metric.SERVED,
    Metric.TURNED_AWAY,
    Metric.PARTLY,
    Metric.SUPPORT_LINK,
    Metric.OBJECTED,
    Metric.CLEAR_SINCE_ALLOWED,
    Metric.REJECTED,
    Metric.SUSPECT_CLEAR,
    Metric.SUSPECT_PARTLY,
    Metric.SUSPECT_CONTENT,
    Metric.SUSPECT_HOSTS,
)
"""Where each metric stands. Stored: only ever add at the end."""

_OFFSETS: Final = {metric: place * LANE_BYTES for place, metric in enumerate(LANES)}
_ALL_BITS: Final = (1 << 8 * LANE_BYTES) - 1


def name_lanes(counts: Mapping[Metric, int]) -> list[int]:
    """The counts for the script: where a lane begins, what to add to it, and so on."""
    return [number for metric, n in counts.items() for number in (_OFFSETS[metric], n)]


def read_lanes(lanes: int) -> Iterator[tuple[Metric, int]]:
    """Every metric that was counted, with its count."""
    for metric in LANES:
        if n := lanes & _ALL_BITS:
            yield metric, n
        lanes >>= 8 * LANE_BYTES
