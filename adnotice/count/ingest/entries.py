"""What one caller wants counted becomes an entry: on the page that its path belongs to, apart where it is not believed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Final, NamedTuple

import msgspec

from adnotice.count.ingest.suspicion import Suspicion
from adnotice.count.model.keys import TallyKeys, is_bots, spread, suspect_keys
from adnotice.count.model.page_templates import RoutePatterns
from adnotice.vocabulary import (
    AdsAllowed,
    BaitServed,
    ObjectionMade,
    Occurrence,
    PageForProgram,
    PageRefused,
    RequestRejected,
    ViewJudged,
)

NO_PAGE: Final = (BaitServed, ObjectionMade, PageForProgram, PageRefused, RequestRejected)
"""Occurrences that are on no page."""


class Entered(NamedTuple):
    """The keys to count, and whether they stand apart: what is counted so moves nothing and allows nothing."""

    keys: TallyKeys
    apart: bool


class Entering:
    """Decides for one process. Every call may raise `Unavailable`: it looks into the store."""

    def __init__(self, routes: RoutePatterns, suspicion: Suspicion) -> None:
        self._routes = routes
        self._suspicion = suspicion

    def enter(self, occurrences: Sequence[Occurrence], now: float) -> Entered:
        """The keys of occurrences that are counted under one id: a view comes first, what it brought follows."""
        first = self.name(occurrences[0]) if occurrences else None
        if not isinstance(first, ViewJudged):
            return Entered(self._spread(occurrences), False)
        keys = spread(first)
        if is_bots(keys):
            return Entered(keys, True)
        if self._suspicion.doubts(first.site, first.page, now, frequent=first.frequent, share=first.share):
            return Entered(suspect_keys(first), True)
        if len(occurrences) == 1:
            return Entered(keys, False)
        believed = [each for each in occurrences[1:] if self._believes(each, now)]
        return Entered(keys + self._spread(believed), False)

    def name(self, occurrence: Occurrence) -> Occurrence:
        """The occurrence on the page that its path belongs to."""
        if not self._routes or isinstance(occurrence, NO_PAGE):
            return occurrence
        return msgspec.structs.replace(occurrence, page=self._routes.name(occurrence.page))

    def _spread(self, occurrences: Sequence[Occurrence]) -> TallyKeys:
        return tuple(chain.from_iterable([spread(self.name(each)) for each in occurrences]))

    def _believes(self, occurrence: Occurrence, now: float) -> bool:
        """Whether what a view claims beside its verdict can be: that ads are allowed again has no proof of its own."""
        return not isinstance(occurrence, AdsAllowed) or self._suspicion.allows(occurrence.site, now)
