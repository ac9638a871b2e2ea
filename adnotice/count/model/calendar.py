"""Hours, days, weeks and months in the operator's time zone, and which of them a period is made of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from adnotice.count.model.tally import Grain, Period

QUARTER_SECONDS: Final = 900
"""Every offset of a time zone, and every clock change, of our days falls on a quarter of an hour."""


class Starts(NamedTuple):
    """The names of the four buckets that one moment falls into."""

    hour: str
    day: str
    week: str
    month: str


class BucketRange(NamedTuple):
    """Buckets of one grain from `first` up to and including `last`."""

    grain: Grain
    first: str
    last: str


class Calendar:
    """Cuts time into buckets.

    An hour is named by its local time; by its offset from UTC as well where a clock change repeats that name. Days,
    weeks (from Monday) and months are named by their first day.
    """

    def __init__(self, timezone: str) -> None:
        self.timezone = timezone
        self._zone = ZoneInfo(timezone)
        self._starts = lru_cache(maxsize=64)(self._cut_quarter)
        self._hours = lru_cache(maxsize=64)(self._cut_day)

    def cut(self, now: float) -> Starts:
        """The buckets that this moment (seconds since the epoch, UTC) falls into."""
        return self._starts(int(now // QUARTER_SECONDS))

    def today(self, now: float) -> date:
        """The local day of this moment."""
        return datetime.fromtimestamp(now, self._zone).date()

    def noon(self, day: date) -> float:
        """A moment within this local day, in seconds since the epoch."""
        return datetime(day.year, day.month, day.day, 12, tzinfo=self._zone).timestamp()

    def starts(self, grain: Grain, period: Period) -> list[str]:
        """The names of the buckets that the period touches, oldest first."""
        days = list(days_of(period))
        if grain is Grain.HOUR:
            return [hour for day in days for hour in self._hours(day)]
        first_of = {Grain.DAY: lambda day: day, Grain.WEEK: monday, Grain.MONTH: first_of_month}[grain]
        return list(dict.fromkeys(first_of(day).isoformat() for day in days))

    def _cut_quarter(self, quarter: int) -> Starts:
        local = datetime.fromtimestamp(quarter * QUARTER_SECONDS, self._zone)
        day = local.date()
        return Starts(name_hour(local), day.isoformat(), monday(day).isoformat(), first_of_month(day).isoformat())

    def _cut_day(self, day: date) -> tuple[str, ...]:
        begin = datetime(day.year, day.month, day.day, tzinfo=self._zone)
        if begin.utcoffset() == (begin + timedelta(days=1)).utcoffset():
            return tuple(f"{day}T{hour:02}" for hour in range(24))
        names: dict[str, None] = {}
        moment = begin.astimezone(UTC)
        while (local := moment.astimezone(self._zone)).date() <= day:
            names[name_hour(local)] = None
            moment += timedelta(seconds=QUARTER_SECONDS)
        return tuple(names)


def name_hour(local: datetime) -> str:
    """The name of the hour that holds this local time."""
    name = local.strftime("%Y-%m-%dT%H")
    repeated = any(
        local.replace(minute=minute, fold=0).utcoffset() != local.replace(minute=minute, fold=1).utcoffset()
        for minute in (0, 59)
    )
    if not repeated:
        return name
    offset = local.strftime("%z")
    return f"{name}{offset[:3]}:{offset[3:5]}"


def days_of(period: Period) -> Iterator[date]:
    """Each day of the period."""
    for number in range((period.last - period.first).days + 1):
        yield period.first + timedelta(days=number)


def monday(day: date) -> date:
    """The Monday of this day's week."""
    return day - timedelta(days=day.weekday())


def first_of_month(day: date) -> date:
    """The first day of this day's month."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """The first day of the month after this day's."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def months_before(day: date, months: int) -> date:
    """The first day of the month that lies so many months before this day's."""
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def cover(period: Period, oldest_day: date = date.min) -> list[BucketRange]:
    """The fewest buckets that make up the period: whole months, whole weeks, single days.

    Before `oldest_day` only months are kept, so that a period which begins inside one takes the whole of it.
    """
    pieces: list[BucketRange] = []
    day = first_of_month(period.first) if period.first < oldest_day else period.first
    while day <= period.last:
        grain, following = Grain.DAY, day + timedelta(days=1)
        if day.day == 1 and (next_month(day) <= period.last + timedelta(days=1) or day < oldest_day):
            grain, following = Grain.MONTH, next_month(day)
        elif day.weekday() == 0 and day + timedelta(days=6) <= period.last and _no_month_begins_whole(day, period):
            grain, following = Grain.WEEK, day + timedelta(days=7)
        last = pieces[-1] if pieces else None
        if last and last.grain is grain:
            pieces[-1] = last._replace(last=day.isoformat())
        else:
            pieces.append(BucketRange(grain, day.isoformat(), day.isoformat()))
        day = following
    return pieces


def _no_month_begins_whole(day: date, period: Period) -> bool:
    """Whether no month that lies wholly in the period begins inside the week of this Monday."""
    begin = next_month(day)
    return begin > day + timedelta(days=6) or next_month(begin) > period.last + timedelta(days=1)
