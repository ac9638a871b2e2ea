"""What is counted, and how it is bucketed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from itertools import chain
from typing import NamedTuple

import msgspec


class Grain(StrEnum):
    """How long a bucket is."""

    __hash__ = str.__hash__  # Enum's own is written in Python: keys are hashed for every report

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Dimension(StrEnum):
    """What a tally is broken down by; `ALL` is the site as a whole, its value is empty."""

    __hash__ = str.__hash__

    ALL = "all"
    PAGE = "page"
    BROWSER = "browser"
    DEVICE = "device"
    SYSTEM = "system"
    LANGUAGE = "language"
    REFUSAL = "refusal"
    QUIET = "quiet"
    EVIDENCE = "evidence"
    VARIANT = "variant"
    REFERRER = "referrer"


class Outcome(StrEnum):
    """What a tally counts.

    `served` are page views that the operator imported from a CDN's own counts. `turned-away` are reports answered 503
    because the store could not take them; a browser's retry may have brought them later, so it bounds the loss.
    """

    __hash__ = str.__hash__

    INJECTED = "injected"
    DECLINED = "declined"
    REFUSED = "refused"
    CLEAR = "clear"
    BLOCKED_EXTENSION = "blocked-extension"
    BLOCKED_NETWORK = "blocked-network"
    UNKNOWN = "unknown"
    BOT = "bot"
    SUSPECT = "suspect"
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


OTHER = "(other)"
"""The value that takes what exceeds a dimension's cap."""


class Key(NamedTuple):
    """What one count is about, before it is put into buckets."""

    site: str
    dimension: Dimension
    value: str
    outcome: Outcome


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
    """What one commit carries; `now` (seconds since the epoch, UTC) says into which buckets of which grains."""

    now: float
    entries: tuple[Entry, ...] = ()
    grains: tuple[Grain, ...] = tuple(Grain)


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
    """One value's count of one outcome over a whole period."""

    value: str
    outcome: Outcome
    n: int


class Point(NamedTuple):
    """One outcome's count in one bucket. `start` is local time in the operator's timezone: YYYY-MM-DD or
    YYYY-MM-DDTHH (hours carry their UTC offset where a clock change repeats them)."""

    start: str
    outcome: Outcome
    n: int
