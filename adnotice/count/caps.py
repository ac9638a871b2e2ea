"""How many values of a dimension are counted by name in one bucket; `(other)` takes the rest."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, NamedTuple

from adnotice.count.tally import OTHER, Dimension, Grain

MAX_REMEMBERED_BUCKETS: Final = 256
SHORT: Final = (Grain.HOUR, Grain.DAY)
LONG_FACTOR: Final = 5
"""A week and a month see more pages than a day: so many times the cap."""

VALUE_CAPS: Final[Mapping[str, int]] = {
    Dimension.LANGUAGE: 64,
    Dimension.GROUND: 64,
    Dimension.VARIANT: 64,
    Dimension.REFERRER: 200,
    Dimension.SUPPORT: 64,
    "evidence": 64,  # the ground, in journals of schema 1
}
"""Every other dimension but `page` takes its values from a fixed set."""


class Bucket(NamedTuple):
    """One dimension of one site in one hour, day, week or month."""

    site: str
    dimension: str
    grain: str
    start: str


class Caps:
    """Decides which values are counted by name. Not thread-safe: asked within a write transaction."""

    def __init__(self, max_pages: int) -> None:
        self._max_pages = max_pages
        self._known: OrderedDict[Bucket, set[str]] = OrderedDict()

    def of(self, dimension: str, grain: str) -> int | None:
        """The cap of a dimension in a bucket of this grain; None where its values are a fixed set."""
        if dimension == Dimension.PAGE:
            return self._max_pages if grain in SHORT else self._max_pages * LONG_FACTOR
        return VALUE_CAPS.get(dimension)

    def admit(
        self, bucket: Bucket, wanted: Iterable[str], read: Callable[[Bucket], Iterable[str]]
    ) -> Collection[str] | None:
        """The values of this bucket that are counted by name; None: all.

        `wanted` come the most frequent first. `read` tells which values the bucket has; it is asked only for what is
        not known yet while there is room: a full bucket never changes.
        """
        cap = self.of(bucket.dimension, bucket.grain)
        if cap is None:
            return None
        known = self._known.get(bucket)
        missing = [value for value in wanted if known is None or value not in known]
        if known is None or (missing and len(known) < cap):
            known = self._known[bucket] = {value for value in read(bucket) if value != OTHER}
            if len(self._known) > MAX_REMEMBERED_BUCKETS:
                self._known.popitem(last=False)
        self._known.move_to_end(bucket)
        for value in missing:
            if len(known) >= cap:
                break
            if value != OTHER:
                known.add(value)
        return known

    def forget(self) -> None:
        """Nothing that was admitted is sure any more: its transaction failed."""
        self._known.clear()
