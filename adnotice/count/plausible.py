"""Which reports the pages that were served can explain; what goes beyond is counted as suspect.

A flood of forged reports can move a page's, and a site's, figures of an hour by `factor` times the pages served plus
an allowance, and no further. The bound is loose by what each process grants itself before it looks again: an eighth.
Where a shared cache answers for us, pages served say nothing, and nothing is suspect.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from adnotice.count.buckets import QUARTER_SECONDS, Calendar
from adnotice.count.settings import CountSettings
from adnotice.count.spread import VERDICTS
from adnotice.count.store import Store
from adnotice.count.tally import SUSPECTS, Dimension, Grain, Metric, Period

PORTION: Final = 8
LEAST_GRANT: Final = 10
LOOK_AGAIN_SECONDS: Final = 1.0
MAX_GRANTS: Final = 10_000
CACHED_FACTOR: Final = 1.1
CACHED_SLACK: Final = 100


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


def found_cached(injected: int, measured: int) -> bool:
    """Whether so many more views were measured than pages left here that others must be answering for us."""
    return measured > injected * CACHED_FACTOR + CACHED_SLACK


class Plausibility:
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
        self._grants: dict[tuple[str, str], Grant] = {}
        self._touched: list[Grant] = []
        self._cached: dict[str, bool] = {}

    def doubts(self, site: str, page: str, now: float) -> bool:
        """Whether one more report on this page goes beyond what served pages explain. May raise `Unavailable`."""
        if now >= self._turn_at or now < self._turned_at:
            self._turn(now)
        if self._settings.pages_cached is None and self._is_cached(site, now):
            return False
        whole, part = self._grant(site, "", now), self._grant(site, page, now)
        if whole is None or part is None:
            return True
        for grant in (whole, part):
            if not grant.taken:
                self._touched.append(grant)
            grant.left -= 1
            grant.taken += 1
        return False

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
            self._grants.clear()
            self._cached.clear()

    def _is_cached(self, site: str, now: float) -> bool:
        """Whether yesterday's counts show that others answer for us."""
        if site not in self._cached:
            yesterday = self._calendar.today(now) - timedelta(days=1)
            counts = self._store().counts(site, Dimension.ALL, Period(yesterday, yesterday))
            by_metric = {count.metric: count.n for count in counts}
            measured = sum(by_metric.get(metric, 0) for metric in (*VERDICTS, *SUSPECTS.values()))
            self._cached[site] = found_cached(by_metric.get(Metric.INJECTED, 0), measured)
        return self._cached[site]

    def _grant(self, site: str, page: str, now: float) -> Grant | None:
        """What is left for the page, or for the site when that is empty; None: nothing."""
        grant = self._grants.get((site, page))
        if grant is None:
            if len(self._grants) >= MAX_GRANTS:
                self._grants.clear()
            grant = self._grants[site, page] = Grant(self._settings.suspect_allowance // PORTION)
        if grant.left <= 0 and self._monotonic() >= grant.look_at:
            left = self._look(site, page, now) - grant.taken
            grant.left = min(left, max(left // PORTION, LEAST_GRANT))
            if left <= 0:
                grant.look_at = self._monotonic() + LOOK_AGAIN_SECONDS
        return grant if grant.left > 0 else None

    def _look(self, site: str, page: str, now: float) -> int:
        today = self._calendar.today(now)
        dimension = Dimension.PAGE if page else Dimension.ALL
        points = self._store().points(site, Grain.HOUR, Period(today, today), dimension, page)
        here = {point.metric: point.n for point in points if point.start == self._hour}
        taken = sum(here.get(metric, 0) for metric in VERDICTS)
        served = here.get(Metric.INJECTED, 0)
        return explained(served, self._settings.suspect_factor, self._settings.suspect_allowance) - taken
