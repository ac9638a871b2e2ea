"""Which reports the pages that were served can explain; what goes beyond is counted apart, as suspect.

All reports of an hour together count up to `factor` times the pages served plus an allowance, on a page and on a site.
Those of addresses that send more than a reader does count only as long as fewer reports than pages did: so whoever has
few addresses can't take the places of readers. The bound is loose by what each process grants itself before it looks
again: an eighth.
Where a shared cache answers for us, pages served say nothing: then the operator says so (`pages_cached`), and nothing is
suspect. That a cache is there is never concluded from counts, which a flood makes as it likes; it is only supposed
(`suggests_cache`), and the operator told.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from adnotice.count.model.calendar import QUARTER_SECONDS, Calendar
from adnotice.count.model.tally import VERDICTS, Dimension, Grain, Metric, Period
from adnotice.count.settings import CountSettings
from adnotice.count.stores.protocol import Store

PORTION: Final = 8
LEAST_GRANT: Final = 10
LOOK_AGAIN_SECONDS: Final = 1.0
MAX_GRANTS: Final = 10_000
CACHED_FACTOR: Final = 1.1
CACHED_SLACK: Final = 20

PROVEN: Final = (Metric.HOWTO, Metric.RECHECKED)
"""What a reader does before ads are allowed again, each counted once for a view that was asked."""


class Grant:
    """How many reports more are taken without looking, how many were and are not in the store yet, and when one may
    look again if none is left."""

    __slots__ = ("left", "look_at", "taken")

    def __init__(self, left: int) -> None:
        self.left = left
        self.taken = 0
        self.look_at = 0.0


def explained(served: int, factor: float, allowance: int) -> int:
    """How many reports so many served pages explain."""
    return int(served * factor) + allowance


def suggests_cache(sent: int, reported: int) -> bool:
    """Whether so many more views were reported than pages left here that others answer for us, or somebody forges.

    Fewer are pages that stayed open over midnight, or counts that a crash lost.
    """
    return reported > sent * CACHED_FACTOR + CACHED_SLACK


class Suspicion:
    """Decides for one process; looks into the store seldom, and the less often the more is explained."""

    def __init__(
        self, settings: CountSettings, store: Callable[[], Store], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._store = store
        self._monotonic = monotonic
        self._calendar = Calendar(settings.timezone)
        self._hour = ""
        self._turned_at = self._turn_at = 0.0
        self._applies = bool(settings.suspect_factor) and not settings.pages_cached
        self._sites: dict[tuple[str, bool], Grant] = {}
        self._pages: dict[tuple[str, str], Grant] = {}
        self._allowed: dict[str, Grant] = {}
        self._drawn: dict[str, int] = {}
        """By site, for how many more views than reports those of this hour stand, as far as this process took them: the
        store counts reports."""
        self._touched: list[Grant] = []

    def doubts(self, site: str, page: str, now: float, *, frequent: bool = False, share: float = 1.0) -> bool:
        """Whether one more report on this page goes beyond what served pages explain: from a frequent address, beyond
        one a page. A view that was drawn at a share of all stands for 1 / share. May raise `Unavailable`."""
        if not self._applies:
            return False
        if now >= self._turn_at or now < self._turned_at:
            self._turn(now)
        whole, part = self._site(site, now, frequent=frequent), self._page(site, page, now)
        if whole.left <= 0 or part.left <= 0:
            return True
        stands_for = max(1, round(1 / share))
        self._take(whole, stands_for)
        self._take(part, stands_for)
        if stands_for > 1:
            self._drawn[site] = self._drawn.get(site, 0) + stands_for - 1
        return False

    def allows(self, site: str, now: float) -> bool:
        """Whether one more view may count as one with ads allowed again: no more do than readers opened the steps or
        checked again, which takes a ticket. May raise `Unavailable`."""
        grant = self._allowed.setdefault(site, Grant(0))
        if grant.left <= 0 and self._monotonic() >= grant.look_at:
            grant.left = min(1, self._look_allowed(site, now) - grant.taken)
            if grant.left <= 0:
                grant.look_at = self._monotonic() + LOOK_AGAIN_SECONDS
        if grant.left <= 0:
            return False
        self._take(grant)
        return True

    def _take(self, grant: Grant, views: int = 1) -> None:
        if not grant.taken:
            self._touched.append(grant)
        grant.left -= views
        grant.taken += views

    def committed(self) -> None:
        """What was taken until now stands in the store."""
        for grant in self._touched:
            grant.taken = 0
        self._touched.clear()

    def _turn(self, now: float) -> None:
        """Begins a new hour with new grants; looks at the clock again within a quarter of an hour."""
        self._turned_at = now
        self._turn_at = (now // QUARTER_SECONDS + 1) * QUARTER_SECONDS
        hour = self._calendar.cut(now).hour
        if hour != self._hour:
            self._hour = hour
            self._sites.clear()
            self._pages.clear()
            self._drawn.clear()

    def _site(self, site: str, now: float, *, frequent: bool) -> Grant:
        """What is left for the site in this hour, for frequent addresses or for the others."""
        grant = self._sites.get((site, frequent))
        if grant is None:
            grant = self._sites[site, frequent] = Grant(0 if frequent else self._settings.suspect_allowance // PORTION)
        other = self._sites.get((site, not frequent))
        under_way = (other.taken if other else 0) + self._drawn.get(site, 0)
        return self._renew(grant, site, "", now, frequent=frequent, under_way=under_way)

    def _page(self, site: str, page: str, now: float) -> Grant:
        """What is left for the page in this hour. Invented pages may push it out of memory, never the site's."""
        grant = self._pages.get((site, page))
        if grant is None:
            if len(self._pages) >= MAX_GRANTS:
                self._pages.clear()
            grant = self._pages[site, page] = Grant(self._settings.suspect_allowance // PORTION)
        return self._renew(grant, site, page, now)

    def _renew(
        self, grant: Grant, site: str, page: str, now: float, *, frequent: bool = False, under_way: int = 0
    ) -> Grant:
        if grant.left <= 0 and self._monotonic() >= grant.look_at:
            left = self._look(site, page, now, frequent=frequent) - grant.taken - under_way
            grant.left = min(left, max(left // PORTION, LEAST_GRANT))
            if left <= 0:
                grant.look_at = self._monotonic() + LOOK_AGAIN_SECONDS
        return grant

    def _look(self, site: str, page: str, now: float, *, frequent: bool) -> int:
        today = self._calendar.today(now)
        dimension = Dimension.PAGE if page else Dimension.ALL
        points = self._store().points(site, Grain.HOUR, Period(today, today), dimension, page)
        here = {point.metric: point.n for point in points if point.start == self._hour}
        taken = sum(here.get(metric, 0) for metric in VERDICTS)
        served = here.get(Metric.INJECTED, 0)
        factor, allowance = self._settings.suspect_factor, self._settings.suspect_allowance
        return (explained(served, min(1.0, factor), 0) if frequent else explained(served, factor, allowance)) - taken

    def _look_allowed(self, site: str, now: float) -> int:
        """How many more views may count as allowed: of yesterday and today, since a visit may last over midnight."""
        today = self._calendar.today(now)
        counts = self._store().counts(site, Dimension.ALL, Period(today - timedelta(days=1), today))
        by_metric = {count.metric: count.n for count in counts}
        proven = sum(by_metric.get(metric, 0) for metric in PROVEN)
        return proven - by_metric.get(Metric.ALLOWED, 0)
