"""Removes what is past its time, a thousand rows at once, so that nobody waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, Final

from adnotice.count.buckets import Calendar, months_before
from adnotice.count.settings import CountSettings
from adnotice.count.sql.place import Place
from adnotice.count.sql.schema import ids, meta, notes, tallies
from adnotice.count.tally import Dimension, Grain

ROWS_AT_ONCE: Final = 1_000
EVERY_SECONDS: Final = 600.0
GRACE_SECONDS: Final = 3_600
"""Ids stay that much longer than they must: a clock that is set back by less makes nothing count twice."""

BELIEVED_LEAP_SECONDS: Final = 2 * 86_400
DOUBT_SECONDS: Final = 86_400
"""A clock that has leapt by more than two days is believed after one more: what it would remove is gone for good."""

Writing = Callable[[], AbstractContextManager[Any]]


class Pruning:
    """What is due, step by step; each step is one short write transaction."""

    def __init__(self, place: Place, calendar: Calendar, settings: CountSettings) -> None:
        self._mark = place.mark
        self._calendar = calendar
        self._settings = settings
        self._steps: Iterator[int] | None = None
        self._due = 0.0

    def whole(self, writing: Writing, now: float) -> int:
        """Removes all that is past its time; returns how many rows."""
        return sum(self._walk(writing, now))

    def step(self, writing: Writing, now: float) -> None:
        """One step, when it is due."""
        if self._steps is None:
            if time.monotonic() < self._due:
                return
            self._due = time.monotonic() + EVERY_SECONDS
            if not self._believes(writing, now):
                return
            self._steps = self._walk(writing, now)
        if next(self._steps, None) is None:
            self._steps = None

    def _walk(self, writing: Writing, now: float) -> Iterator[int]:
        mark = self._mark
        with writing() as cursor:
            cursor.execute(f"DELETE FROM {notes.name} WHERE expires <= {mark}", (now,))  # noqa: S608 - our own names
            removed = cursor.rowcount
            cursor.execute(f"SELECT DISTINCT site FROM {tallies.name} WHERE dimension = 'all' AND grain = 'month'")  # noqa: S608
            sites = [row[0] for row in cursor.fetchall()]
        yield removed
        yield from self._range(writing, ids.name, "", (), ("expires", "id"), int(now) - GRACE_SECONDS)
        for grain, oldest in self._cutoffs(now).items():
            for site in sites:
                for dimension in Dimension:
                    where = f"site = {mark} AND dimension = {mark} AND grain = {mark} AND "
                    fixed = (site, str(dimension), str(grain))
                    yield from self._range(writing, tallies.name, where, fixed, ("start", "value"), oldest)

    def _range(
        self, writing: Writing, table: str, where: str, fixed: tuple[Any, ...], order: tuple[str, str], end: Any
    ) -> Iterator[int]:
        """Deletes the rows whose first column of the order lies before the end, from the oldest on."""
        mark, (first, second) = self._mark, order
        while True:
            with writing() as cursor:
                cursor.execute(
                    f"SELECT {first}, {second} FROM {table} WHERE {where}{first} < {mark} "  # noqa: S608
                    f"ORDER BY {first}, {second} LIMIT 1 OFFSET {ROWS_AT_ONCE}",
                    (*fixed, end),
                )
                stop = cursor.fetchone()
                condition = f"({first}, {second}) < ({mark}, {mark})" if stop else f"{first} < {mark}"
                cursor.execute(f"DELETE FROM {table} WHERE {where}{condition}", (*fixed, *(stop or (end,))))  # noqa: S608
                removed = cursor.rowcount
            if removed:
                yield removed
            if not stop:
                return

    def _cutoffs(self, now: float) -> dict[Grain, str]:
        today = self._calendar.today(now)
        days = months_before(today, self._settings.days_kept_months).isoformat()
        return {
            Grain.HOUR: (today - timedelta(days=self._settings.hours_kept_days)).isoformat(),
            Grain.DAY: days,
            Grain.WEEK: days,
            Grain.MONTH: months_before(today, self._settings.months_kept).isoformat(),
        }

    def _believes(self, writing: Writing, now: float) -> bool:
        """Whether this clock may remove counts: not in the first day after it leapt ahead."""
        mark = self._mark
        with writing() as cursor:
            cursor.execute(f"SELECT name, value FROM {meta.name} WHERE name IN ('clock', 'clock-doubted')")  # noqa: S608
            kept = {name: float(value) for name, value in cursor.fetchall()}
            believed, doubted = kept.get("clock", now), kept.get("clock-doubted")
            leapt = now - believed > BELIEVED_LEAP_SECONDS
            if leapt and doubted is not None and 0 <= now - doubted < 2 * BELIEVED_LEAP_SECONDS:
                leapt = now - doubted < DOUBT_SECONDS
                said = None if leapt else ("clock", now)
            else:
                said = ("clock-doubted", now) if leapt else ("clock", now)
            if said:
                cursor.execute(
                    f"INSERT INTO {meta.name} (name, value) VALUES ({mark}, {mark}) "  # noqa: S608
                    "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    (said[0], str(said[1])),
                )
        return not leapt
