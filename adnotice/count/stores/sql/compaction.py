"""Moves what stands in the journal into the tallies, some lines in each transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from adnotice.count.model.caps import CappedBucket, Caps
from adnotice.count.model.tally import OTHER
from adnotice.count.stores.sql.dialect import Dialect
from adnotice.count.stores.sql.journal import Arrivals, Line, read_lines, sum_lines
from adnotice.count.stores.sql.naming import Fold, Naming
from adnotice.count.stores.sql.schema import tallies

LINES_A_FOLD: Final = 100


class Folding:
    """The journal's way into the tallies; what is committed within a transaction, the caller says."""

    def __init__(self, dialect: Dialect, caps: Caps, naming: Naming) -> None:
        self._dialect = dialect
        self._caps = caps
        self._naming = naming

    def step(self, cursor: Any, journal: str) -> bool:
        """Moves at most `LINES_A_FOLD` lines of this journal; returns whether more may be waiting."""
        lines = self._take(cursor, journal)
        fold = Fold(cursor, self._naming)
        for rows in sum_lines(lines, fold):
            self._dialect.add_counts(cursor, rows)
            if moved := fold.take_moved():
                self._dialect.add_counts(cursor, moved)
        return len(lines) == LINES_A_FOLD

    def whole(self, cursor: Any, journal: str) -> None:
        """Moves all of an older schema's journal within the caller's transaction; nobody waits for names in its tables."""
        names = FirstCome(cursor, self._dialect.mark, self._caps)
        while lines := self._take(cursor, journal):
            for rows in sum_lines(lines, names):
                self._dialect.add_counts(cursor, rows)

    def _take(self, cursor: Any, journal: str) -> Sequence[Line]:
        taken, text = self._dialect.take_lines(cursor, journal, LINES_A_FOLD)
        return read_lines(text) if taken else ()


class FirstCome:
    """Names as they were given before any waited: to whoever comes first, until all are given; see `Names`."""

    def __init__(self, cursor: Any, mark: str, caps: Caps) -> None:
        self._cursor = cursor
        self._mark = mark
        self._caps = caps

    def capped(self, dimension: str, grain: str) -> bool:
        """See `Names`."""
        return self._caps.of(dimension, grain) is not None

    def unnamed(
        self,
        site: str,
        dimension: str,
        buckets: Sequence[tuple[str, str]],
        arrivals: Arrivals,
        *,
        views: int,  # noqa: ARG002 - nobody waited then
    ) -> Mapping[str, Collection[str]]:
        """See `Names`."""
        return {each[0]: self._beyond(CappedBucket(site, dimension, *each), arrivals) for each in buckets}

    def _beyond(self, bucket: CappedBucket, arrivals: Arrivals) -> Collection[str]:
        cap = self._caps.of(bucket.dimension, bucket.grain) or 0
        mark = self._mark
        self._cursor.execute(
            f"SELECT value FROM {tallies.name} WHERE site = {mark} AND dimension = {mark} AND grain = {mark} "  # noqa: S608 - our own names
            f"AND start = {mark}",
            bucket,
        )
        known = {row[0] for row in self._cursor.fetchall()} - {OTHER}
        missing = sorted(arrivals.values - known - {OTHER})
        return missing[max(0, cap - len(known)) :]
