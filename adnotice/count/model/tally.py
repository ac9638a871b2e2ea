"""What is counted, and how it is bucketed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import chain
from typing import Final, NamedTuple

import msgspec

from adnotice.vocabulary import Word


class Grain(Word):
    """How long a bucket is."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Dimension(Word):
    """What a tally is broken down by; `ALL` is the site as a whole, its value is empty.

    `rejection` are rejected requests, by reason; `support` the support links that were taken, by label;
    `program` pages for programs, by their kind (`injected`); `bait` the first baits of views (`served`);
    `share` the views that were drawn while less than all were measured, by the share (`0.25`): a view stands for 1 / share.
    """

    ALL = "all"
    PAGE = "page"
    BROWSER = "browser"
    DEVICE = "device"
    SYSTEM = "system"
    LANGUAGE = "language"
    REFUSAL = "refusal"
    QUIET = "quiet"
    GROUND = "ground"
    VARIANT = "variant"
    REFERRER = "referrer"
    REJECTION = "rejection"
    PROGRAM = "program"
    BAIT = "bait"
    SUPPORT = "support"
    SHARE = "share"


class Metric(Word):
    """What a tally counts.

    `served` are page views that the operator imported from a CDN's own counts. `turned-away` are reports answered 503
    because the store could not take them; a browser's retry may have brought them later, so it bounds the loss.
    `suspect-…` are views that the served pages don't explain, by the verdict that they claim; stores of before schema 2
    kept no verdict with them: `suspect-unknown`.
    `rejected` are requests to our own addresses that were rejected, whatever they were for.
    """

    INJECTED = "injected"
    DECLINED = "declined"
    REFUSED = "refused"
    CLEAR = "clear"
    PARTLY = "partly"
    BLOCKED_CONTENT = "blocked-content"
    BLOCKED_HOSTS = "blocked-hosts"
    UNKNOWN = "unknown"
    BOT = "bot"
    SUSPECT_CLEAR = "suspect-clear"
    SUSPECT_PARTLY = "suspect-partly"
    SUSPECT_CONTENT = "suspect-content"
    SUSPECT_HOSTS = "suspect-hosts"
    SUSPECT_UNKNOWN = "suspect-unknown"
    ASKED = "asked"
    NOT_ASKED = "not-asked"
    SHOWN = "shown"
    HOWTO = "howto"
    LATER = "later"
    NEVER = "never"
    SUPPORTS = "supports"
    RECHECKED = "rechecked"
    ALLOWED = "allowed"
    SERVED = "served"
    TURNED_AWAY = "turned-away"
    SUPPORT_LINK = "support-link"
    OBJECTED = "objected"
    CLEAR_SINCE_ALLOWED = "clear-since-allowed"
    REJECTED = "rejected"


METRICS: Final = tuple(Metric)
VERDICTS: Final = (Metric.CLEAR, Metric.PARTLY, Metric.BLOCKED_CONTENT, Metric.BLOCKED_HOSTS, Metric.UNKNOWN)
"""What measured page views count as."""

SUSPECTS: Final[Mapping[Metric, Metric]] = {
    Metric.CLEAR: Metric.SUSPECT_CLEAR,
    Metric.PARTLY: Metric.SUSPECT_PARTLY,
    Metric.BLOCKED_CONTENT: Metric.SUSPECT_CONTENT,
    Metric.BLOCKED_HOSTS: Metric.SUSPECT_HOSTS,
    Metric.UNKNOWN: Metric.SUSPECT_UNKNOWN,
}
"""What a view counts as that the served pages don't explain, instead of its verdict."""

REPORTED: Final = (
    Metric.CLEAR,
    Metric.PARTLY,
    Metric.BLOCKED_CONTENT,
    Metric.BLOCKED_HOSTS,
    Metric.UNKNOWN,
    Metric.BOT,
    *SUSPECTS.values(),
)
"""What each report counts one of."""


def views_of(counts: Mapping[str, int]) -> int:
    """How many views these counts by metric come from: pages sent, reports, or imported views, whichever is more."""
    reported = sum(counts.get(metric, 0) for metric in REPORTED)
    return max(counts.get(Metric.INJECTED, 0), counts.get(Metric.SERVED, 0), reported)


OTHER = "(other)"
"""The value that takes what exceeds a dimension's cap."""


class Key(NamedTuple):
    """What one count is about, before it is put into buckets."""

    site: str
    dimension: Dimension
    value: str
    metric: Metric


Deltas = Mapping[Key, int]


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One thing that counts once: its id is remembered until it expires (seconds since the epoch, UTC).

    Id and expiry belong together: what is tried again carries both unchanged. Each of `keys` counts one, `deltas`
    says how many (pages that were counted in memory).
    """

    id: str
    expires: float
    keys: tuple[Key, ...] = ()
    deltas: Deltas = {}


class Batch(msgspec.Struct, frozen=True):
    """What one commit carries; `now` (seconds since the epoch, UTC) says into which buckets of which grains.

    What comes from readers is counted by name only once it keeps coming; else the operator vouches for every name.
    """

    now: float
    entries: tuple[Entry, ...] = ()
    grains: tuple[Grain, ...] = tuple(Grain)
    from_readers: bool = False


def add_up(entries: Iterable[Entry]) -> Counter[Key]:
    """The counts of all entries together."""
    entries = tuple(entries)
    counts = Counter(chain.from_iterable([entry.keys for entry in entries]))
    for entry in entries:
        if entry.deltas:
            counts.update(entry.deltas)
    return counts


class Period(NamedTuple):
    """Local days in the operator's timezone: from `first` up to and including `last`."""

    first: date
    last: date


class Count(NamedTuple):
    """One value's count of one metric over a whole period."""

    value: str
    metric: Metric
    n: int


class Point(NamedTuple):
    """One metric's count in one bucket. `start` is local time in the operator's timezone: YYYY-MM-DD or
    YYYY-MM-DDTHH (hours carry their UTC offset where a clock change repeats them)."""

    start: str
    metric: Metric
    n: int
