"""What the store remembers of yesterday and today, told once to a process that begins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from adnotice.count.model.calendar import Calendar
from adnotice.count.model.tally import Dimension, Period
from adnotice.count.stores.protocol import Store


def recent_grounds(store: Store, calendar: Calendar, now: float) -> Mapping[str, int]:
    """Views by the ground of their verdict, of all sites. May raise `Unavailable`."""
    today = calendar.today(now)
    period = Period(today - timedelta(days=1), today)
    grounds: Counter[str] = Counter()
    for site in store.sites():
        for count in store.counts(site, Dimension.GROUND, period):
            grounds[count.value] += count.n
    return grounds
