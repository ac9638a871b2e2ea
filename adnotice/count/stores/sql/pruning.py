"""Removes what is past its time, a thousand rows at once, so that nobody waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from itertools import chain
from typing import Any, Final

from adnotice.count.model.calendar import Calendar, months_before
from adnotice.count.model.tally import Dimension, Grain
from adnotice.count.settings import CountSettings
from adnotice.count.stores.sql.dialect import Dialect
from adnotice.count.stores.sql.schema import ids, meta, notes, tallies, waiting

ROWS_AT_ONCE: Final = 1_000
SITES_AT_ONCE: Final = 10
EVERY_SECONDS: Final = 600.0
GRACE_SECONDS: Final = 3_600
"""Ids stay that much longer than they must: a clock that is set back by less makes nothing count twice."""

WAITING_DAYS: Final = {Grain.HOUR: 1, Grain.DAY: 2, Grain.WEEK: 9, Grain.MONTH: 33}
"""For how many days after a bucket's begin values wait for a name in it: shorter than any bucket is kept."""

BELIEVED_LEAP_SECONDS: Final = 2 * 86_400
DOUBT_SECONDS: Final = 86_400
"""A clock that has leapt by more than two days is believed after one more: what it would remove is gone for good."""

Writing = Callable[[], AbstractContextManager[Any]]


class Pruning:
    """What is due, step by step; a step is a few short write transactions, however many sites share the store."""

    def __init__(self, dialect: Dialect, calendar: Calendar, settings: CountSettings) -> None:
        self._mark = dialect.mark
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
        yield removed
        yield self._remove_waiting(writing, now)
        yield from self._range(writing, ids.name, "", (), ("expires", "id"), int(now) - GRACE_SECONDS)
        ends = [
            (str(dimension), str(grain), end) for grain, end in self._cutoffs(now).items() for dimension in Dimension
        ]
        where = f"site = {mark} AND dimension = {mark} AND grain = {mark} AND "
        site, walked = "", 0
        while site := self._next_site(writing, site):
            for dimension, grain, end in self._find_due(writing, site, ends):
                yield from self._range(writing, tallies.name, where, (site, dimension, grain), ("start", "value"), end)
            walked += 1
            if walked % SITES_AT_ONCE == 0:
                yield 0

    def _remove_waiting(self, writing: Writing, now: float) -> int:
        """Who waits for a name in a bucket that nothing comes for any more stays under `(other)`."""
        mark, today = self._mark, self._calendar.today(now)
        ends = [(str(grain), (today - timedelta(days=days)).isoformat()) for grain, days in WAITING_DAYS.items()]
        due = " OR ".join([f"(grain = {mark} AND start < {mark})"] * len(ends))
        with writing() as cursor:
            cursor.execute(f"DELETE FROM {waiting.name} WHERE {due}", (*chain.from_iterable(ends),))  # noqa: S608 - our own names
            removed: int = cursor.rowcount
        return removed

    def _next_site(self, writing: Writing, last: str) -> str:
        """The site after this one, empty after the last; DISTINCT would read every row."""
        with writing() as cursor:
            cursor.execute(f"SELECT min(site) FROM {tallies.name} WHERE site > {self._mark}", (last,))  # noqa: S608 - our own names
            found: str | None = cursor.fetchone()[0]
        return found or ""

    def _find_due(
        self, writing: Writing, site: str, ends: Sequence[tuple[str, str, str]]
    ) -> list[tuple[str, str, str]]:
        """Those of the dimensions and grains, each with its end, that have rows of the site from before it."""
        mark = self._mark
        places = ", ".join([f"({mark}, {mark}, {mark})"] * len(ends))
        with writing() as cursor:
            cursor.execute(
                f"WITH wanted(dimension, grain, cutoff) AS (VALUES {places}) "  # noqa: S608 - our own names
                f"SELECT dimension, grain, cutoff FROM wanted WHERE EXISTS (SELECT 1 FROM {tallies.name} AS kept "
                f"WHERE kept.site = {mark} AND kept.dimension = wanted.dimension AND kept.grain = wanted.grain "
                "AND kept.start < wanted.cutoff LIMIT 1 OFFSET 0)",  # which PostgreSQL looks up, and makes no join of
                (*chain.from_iterable(ends), site),
            )
            due: list[tuple[str, str, str]] = cursor.fetchall()
        return due

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
