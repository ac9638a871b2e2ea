"""The series: buckets of hours, days, weeks or months, each with its rate; and the days by which changes are judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final

from adnotice.count.model.calendar import Starts, monday
from adnotice.count.model.tally import SUSPECTS, VERDICTS, Grain, Metric, Point
from adnotice.insight.analysis.change import Day
from adnotice.insight.analysis.intervals import COUNTED, widest
from adnotice.insight.analysis.sampled import find_drawn
from adnotice.insight.analysis.summary import NOTHING, Bucket, Numbers, Views
from adnotice.insight.analysis.weighting import rate_of, sample_views, view, weigh_each, weigh_views

IN_ROWS: Final[Sequence[Metric]] = (Metric.INJECTED, *VERDICTS)
IN_SERIES: Final[Sequence[Metric]] = (Metric.INJECTED, Metric.DECLINED, *VERDICTS, *SUSPECTS.values())
"""What is read of each row, and of each bucket: a few of all metrics are read sooner."""


def make_series(
    points: Iterable[Point],
    starts: Iterable[str],
    grain: Grain,
    current: Starts,
    drawn: Mapping[float, Iterable[Point]] = {},
    *,
    known: bool = True,
) -> list[Bucket]:
    """The buckets, oldest first, those without counts included, none of the future. Weeks are made of days. `known` says
    whether it is known how many views were not measured."""
    numbers = by_bucket(points, grain)
    drawn_at = {at: by_bucket(each, grain) for at, each in drawn.items()}
    now = getattr(current, grain.value)
    names = list(starts)
    past = names[: names.index(now) + 1] if now in names else names
    weighed = weigh_each(
        [numbers[start] for start in past],
        [{at: each[start] for at, each in drawn_at.items()} for start in past],
    )
    return [
        make_bucket(
            start,
            numbers[start],
            views=views,
            so_far=start == now,
            known=known,
            drawn={at: each[start] for at, each in drawn_at.items()},
        )
        for start, views in zip(past, weighed, strict=True)
    ]


def make_bucket(
    start: str,
    numbers: Numbers,
    *,
    so_far: bool,
    views: Views | None = None,
    known: bool = True,
    drawn: Mapping[float, Numbers] = {},
) -> Bucket:
    """One bucket with its rate: that of `views`, for which those in its numbers stand, or of these themselves. `drawn` are those
    that were drawn while less than all were."""
    counted = view(numbers)
    weighed = views or counted
    chance = find_drawn(sample_views(drawn, counted)) if drawn else COUNTED
    missing = max(0, numbers[Metric.INJECTED] - weighed.measured)
    return Bucket(
        start=start,
        views=weighed,
        injected=numbers[Metric.INJECTED],
        declined=numbers[Metric.DECLINED],
        blocking=rate_of(weighed, counted),
        so_far=so_far,
        range=widest(weighed.blocked, weighed.decided, weighed.unknown + missing, chance) if known else None,
    )


def by_bucket(points: Iterable[Point], grain: Grain) -> defaultdict[str, dict[Metric, int]]:
    """The numbers of each bucket; weeks are made of days."""
    numbers: defaultdict[str, dict[Metric, int]] = defaultdict(NOTHING.copy)
    for start, metric, n in points:
        numbers[_name_week(start) if grain is Grain.WEEK else start][metric] += n
    return numbers


@lru_cache(maxsize=1024)
def _name_week(day: str) -> str:
    """The Monday of a day's week: each day is asked for once a metric."""
    return monday(date.fromisoformat(day)).isoformat()


def days_of(points: Iterable[Point], drawn: Mapping[float, Iterable[Point]] = {}) -> list[Day]:
    """The days of a series as a change is judged by them: at the rate that drawn views stand for, and no more views than
    were counted, since how sure a rate is follows from those."""
    drawn_at = {at: by_bucket(each, Grain.DAY) for at, each in drawn.items()}
    days = []
    for start, numbers in by_bucket(points, Grain.DAY).items():
        counted = view(numbers)
        weighed = weigh_views(numbers, {at: each[start] for at, each in drawn_at.items()})
        blocked = round(counted.decided * weighed.blocked / weighed.decided) if weighed.decided else 0
        share = counted.decided / weighed.decided if weighed.decided else 1.0
        days.append(Day(date.fromisoformat(start), numbers[Metric.INJECTED], blocked, counted.decided - blocked, share))
    return days
