"""Moves what stands in the journal into the tallies, some lines in each transaction."""

from __future__ import annotations

from typing import Any, Final

from adnotice.count.caps import Bucket, Caps
from adnotice.count.sql.journal import read_lines, sum_lines
from adnotice.count.sql.place import Place
from adnotice.count.sql.schema import tallies

LINES_A_FOLD: Final = 100


class Folding:
    """The journal's way into the tallies; what is committed within a transaction, the caller says."""

    def __init__(self, place: Place, caps: Caps) -> None:
        self._place = place
        self._caps = caps

    def step(self, cursor: Any, journal: str) -> bool:
        """Moves at most `LINES_A_FOLD` lines of this journal; returns whether more may be waiting."""
        taken, text = self._place.take_lines(cursor, journal, LINES_A_FOLD)
        if taken:
            rows = sum_lines(read_lines(text), self._caps, lambda bucket: self._values(cursor, bucket))
            self._place.add_counts(cursor, rows)
        return taken == LINES_A_FOLD

    def whole(self, cursor: Any, journal: str) -> None:
        """Moves all of it within the caller's transaction."""
        while self.step(cursor, journal):
            pass

    def _values(self, cursor: Any, bucket: Bucket) -> list[str]:
        mark = self._place.mark
        cursor.execute(
            f"SELECT value FROM {tallies.name} WHERE site = {mark} AND dimension = {mark} AND grain = {mark} "  # noqa: S608 - our own names
            f"AND start = {mark}",
            bucket,
        )
        return [row[0] for row in cursor.fetchall()]
