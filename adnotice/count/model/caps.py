"""How many values of a dimension are counted by name in one bucket; `(other)` takes the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from adnotice.count.model.tally import Dimension, Grain

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

WAITS: Final = frozenset({Dimension.PAGE, Dimension.REFERRER})
"""Their values come with requests: they may be invented, or name a person, and are kept once they have had enough views."""


class CappedBucket(NamedTuple):
    """One dimension of one site in one hour, day, week or month."""

    site: str
    dimension: str
    grain: str
    start: str


class Caps:
    """The caps that follow from the settings."""

    def __init__(self, max_pages: int) -> None:
        self._max_pages = max_pages

    def of(self, dimension: str, grain: str) -> int | None:
        """The cap of a dimension in a bucket of this grain; None where its values are a fixed set."""
        if dimension == Dimension.PAGE:
            return self._max_pages if grain in SHORT else self._max_pages * LONG_FACTOR
        return VALUE_CAPS.get(dimension)

    def room(self, dimension: str) -> int:
        """How many values wait for a name in a bucket, beside those that have one."""
        return self._max_pages if dimension == Dimension.PAGE else VALUE_CAPS[dimension]
