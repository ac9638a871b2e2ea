"""Which row is the largest part of a change: described, never a reason.

With s a row's share of the decided views, r its rate, and R the site's rate in the middle of both stretches, the change of the
site's rate is the sum over the rows of s (r - R) now less s (r - R) before: each row's part, by bringing more or fewer views as
well as by its own rate. A row that moves as all do has a part as large as its share; told is the row whose part exceeds that by
most, of all tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from adnotice.count.model.tally import OTHER
from adnotice.insight.analysis.change import Part
from adnotice.insight.analysis.intervals import FEW_VIEWS
from adnotice.insight.analysis.summary import Views
from adnotice.insight.analysis.weighting import NO_VIEWS

STANDS_OUT: Final = 0.1
"""So much of the change a row must be beyond its share, to be told: else all have moved."""


class Stretch(NamedTuple):
    """The views of a site in some weeks, and by table those of each row."""

    whole: Views
    tables: Mapping[str, Mapping[str, Views]]


def find_part(now: Stretch, before: Stretch, judged: float) -> Part | None:
    """The row that is the largest part of the change beyond its share; None where none stands out.

    `judged` is the change that was found, without unusual days. Rows have all days: where the change of these is another
    one, there is no part of it.
    """
    rate, rate_before = _rate(now.whole) or 0.0, _rate(before.whole) or 0.0
    change, middle = rate - rate_before, (rate + rate_before) / 2
    if abs(change - judged) > abs(judged) / 2:
        return None

    def measure_beyond(part: Part) -> float:
        return (part.points - change * (part.share + part.share_before) / 2) / change

    parts = list(list_parts(now, before, middle)) if change else []
    largest = max(parts, key=measure_beyond, default=None)
    return largest if largest and measure_beyond(largest) > STANDS_OUT else None


def list_parts(now: Stretch, before: Stretch, middle: float) -> Iterator[Part]:
    """The part of each row that has views enough for a rate; where these are all views, they add up to the change. `middle` is
    the site's rate halfway between both."""
    of, of_before = now.whole.decided, before.whole.decided
    for table, rows in now.tables.items():
        earlier = before.tables[table]
        for name in {**rows, **earlier}:
            views, was = rows.get(name, NO_VIEWS), earlier.get(name, NO_VIEWS)
            if name == OTHER or max(views.decided, was.decided) < FEW_VIEWS:
                continue
            share, share_before = views.decided / of if of else 0.0, was.decided / of_before if of_before else 0.0
            rate, rate_before = _rate(views), _rate(was)
            part = share * ((rate or 0.0) - middle) - share_before * ((rate_before or 0.0) - middle)
            now_told, before_told = (_rate(each) if each.decided >= FEW_VIEWS else None for each in (views, was))
            yield Part(table, name, share, share_before, now_told, before_told, part)


def _rate(views: Views) -> float | None:
    return views.blocked / views.decided if views.decided else None
