"""Names in the SQL tallies: who has one in a bucket, who waits, who gives way. Within the transaction that adds counts.

Each process remembers names that it has found, as long as none has been taken away: only then are those of a fold that
it does not know looked up.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec

from adnotice.count.model.caps import WAITS, CappedBucket, Caps
from adnotice.count.model.cardinality import Candidate, Counts, Moves, WaitingNames, admit
from adnotice.count.model.tally import METRICS, OTHER, REPORTED, Metric
from adnotice.count.stores.sql.dialect import Rows
from adnotice.count.stores.sql.journal import Arrivals
from adnotice.count.stores.sql.schema import COLUMNS, KEYS, tallies, waiting

MAX_REMEMBERED_BUCKETS: Final = 256
WEAKEST: Final = 64
"""So many names can give way in a bucket at once; more do the next time."""

VALUES_A_QUERY: Final = 500
_OTHER: Final = f"'{OTHER}'"

_decode: Final = msgspec.json.Decoder(dict[str, Candidate]).decode
_encode: Final = msgspec.json.Encoder().encode


def _views() -> str:
    """`views_of`, of the columns of a row."""
    most = " + ".join(COLUMNS[metric] for metric in REPORTED)
    for metric in (Metric.INJECTED, Metric.SERVED):
        most = f"CASE WHEN {COLUMNS[metric]} > ({most}) THEN {COLUMNS[metric]} ELSE {most} END"
    return most


VIEWS: Final = _views()


class Naming:
    """What this process remembers of names between folds."""

    def __init__(self, mark: str, caps: Caps) -> None:
        self.mark = mark
        self.caps = caps
        self._known: OrderedDict[CappedBucket, tuple[int, set[str]]] = OrderedDict()

    def known(self, bucket: CappedBucket, taken: int) -> set[str]:
        """Names of the bucket, found since the last of so many was taken away."""
        known = self._known.get(bucket)
        if known is None or known[0] != taken:
            known = self._known[bucket] = (taken, set())
            if len(self._known) > MAX_REMEMBERED_BUCKETS:
                self._known.popitem(last=False)
        self._known.move_to_end(bucket)
        return known[1]

    def remember(self, bucket: CappedBucket, taken: int, names: set[str]) -> None:
        """These are names of the bucket, after so many were taken away."""
        self._known[bucket] = (taken, names)

    def forget(self) -> None:
        """Nothing that was found is sure any more: its transaction failed."""
        self._known.clear()


class Fold:
    """Gives names within one transaction, and keeps which counts change names by it."""

    def __init__(self, cursor: Any, naming: Naming) -> None:
        self._cursor = cursor
        self._naming = naming
        self._moved: defaultdict[tuple[str, ...], dict[str, int]] = defaultdict(dict)

    def capped(self, dimension: str, grain: str) -> bool:
        """See `Names`."""
        return self._naming.caps.of(dimension, grain) is not None

    def unnamed(
        self, site: str, dimension: str, buckets: Sequence[tuple[str, str]], arrivals: Arrivals, *, views: int
    ) -> Mapping[str, Collection[str]]:
        """See `Names`. Whoever has a name in one bucket, or needs no views, need not wait for one in another."""
        queues = [Queue(self._cursor, self._naming, CappedBucket(site, dimension, *each), arrivals) for each in buckets]
        trusted: set[str] = set()
        for queue in queues:
            trusted |= arrivals.values - queue.missing
        for queue in sorted(queues, key=lambda queue: -queue.cap):  # a month's names are trusted in an hour
            if queue.missing:
                waits = dimension in WAITS and views > 1
                moves = queue.admit(trusted if waits else arrivals.values, views)
                trusted.update(moves.named)
                self._keep(queue.bucket, moves)
        return {queue.bucket.grain: queue.missing for queue in queues}

    def take_moved(self) -> Rows | None:
        """What is to be added beside what came, so that no sum changes; None: nothing. The taker's from now on."""
        rows = {key: row for key, row in sorted(self._moved.items()) if row}
        self._moved.clear()
        if not rows:
            return None
        metrics = sorted({metric for row in rows.values() for metric in row})
        return Rows(
            tuple(COLUMNS[metric] for metric in metrics),
            [(*key, *(row.get(metric, 0) for metric in metrics)) for key, row in rows.items()],
        )

    def _keep(self, bucket: CappedBucket, moves: Moves) -> None:
        for value, counts in moves.named.items():
            self._add((*bucket, OTHER), counts, -1)
            self._add((*bucket, value), counts, 1)
        for counts in moves.unnamed.values():
            self._add((*bucket, OTHER), counts, 1)

    def _add(self, key: tuple[str, ...], counts: Counts, sign: int) -> None:
        row = self._moved[key]
        for metric, n in counts.items():
            row[metric] = row.get(metric, 0) + sign * n


class Queue:
    """One bucket's names and who waits for one, as far as what arrives asks for it; see `count.model.cardinality`.

    `missing` are the arrivals that have no name.
    """

    def __init__(self, cursor: Any, naming: Naming, bucket: CappedBucket, arrivals: Arrivals) -> None:
        self.bucket = bucket
        self.cap = naming.caps.of(bucket.dimension, bucket.grain) or 0
        self._cursor = cursor
        self._naming = naming
        self._arrivals = arrivals
        self._where = " AND ".join(f"{name} = {naming.mark}" for name in KEYS[:-1])
        ((taken, least),) = self._ask(f"SELECT taken, least FROM {waiting.name} WHERE {self._where}") or [(0, 0)]  # noqa: S608 - our own names
        self._taken: int = taken
        self.floor: int = least
        self._known = naming.known(bucket, self._taken)
        self.missing = {value for value in arrivals.values if value not in self._known and value != OTHER}
        self._known |= self._find(sorted(self.missing))
        self.missing -= self._known

    def admit(self, trusted: Collection[str], views: int) -> Moves:
        """Gives names to those of the missing that may have one now; keeps who waits."""
        row = self._ask(f"SELECT body FROM {waiting.name} WHERE {self._where}")  # noqa: S608 - our own names
        queue = WaitingNames(_decode(row[0][0]) if row else {}, self._naming.caps.room(self.bucket.dimension))
        moves = admit(self._arrivals.of(self.missing), queue, self, views=views, trusted=trusted)
        self.missing -= moves.named.keys()
        self._taken += len(moves.unnamed)
        self._known = (self._known | moves.named.keys()) - moves.unnamed.keys()
        self._naming.remember(self.bucket, self._taken, self._known)
        if row or queue.candidates or self.floor:
            self._keep(queue)
        return moves

    def free(self) -> int:
        """See `Named`."""
        ((n,),) = self._ask(f"SELECT count(*) FROM {tallies.name} WHERE {self._where} AND value <> {_OTHER}")  # noqa: S608 - our own names
        return self.cap - int(n)

    def weakest(self) -> Sequence[tuple[int, str]]:
        """See `Named`: of those that nothing arrives for."""
        rows = self._ask(
            f"SELECT {VIEWS}, value FROM {tallies.name} WHERE {self._where} AND value <> {_OTHER} "  # noqa: S608 - our own names
            f"ORDER BY 1, value LIMIT {WEAKEST}"
        )
        self.floor = int(rows[0][0]) if rows else 0
        return [(int(n), value) for n, value in rows if value not in self._arrivals.values]

    def take(self, value: str) -> Counts:
        """See `Named`."""
        (row,) = self._ask(
            f"SELECT {', '.join(COLUMNS.values())} FROM {tallies.name} WHERE {self._where} AND value = {self._naming.mark}",  # noqa: S608 - our own names
            value,
        )
        self._cursor.execute(
            f"DELETE FROM {tallies.name} WHERE {self._where} AND value = {self._naming.mark}",  # noqa: S608 - our own names
            (*self.bucket, value),
        )
        return {metric: n for metric, n in zip(METRICS, row, strict=True) if n}

    def _find(self, values: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for first in range(0, len(values), VALUES_A_QUERY):
            some = values[first : first + VALUES_A_QUERY]
            marks = ", ".join([self._naming.mark] * len(some))
            rows = self._ask(f"SELECT value FROM {tallies.name} WHERE {self._where} AND value IN ({marks})", *some)  # noqa: S608 - our own names
            found.update(row[0] for row in rows)
        return found

    def _keep(self, queue: WaitingNames) -> None:
        fields = (*self.bucket, self._taken, self.floor, _encode(queue.candidates).decode())
        self._cursor.execute(
            f"INSERT INTO {waiting.name} ({', '.join(KEYS[:-1])}, taken, least, body) "  # noqa: S608 - our own names
            f"VALUES ({', '.join([self._naming.mark] * len(fields))}) ON CONFLICT ({', '.join(KEYS[:-1])}) "
            "DO UPDATE SET taken = excluded.taken, least = excluded.least, body = excluded.body",
            fields,
        )

    def _ask(self, query: str, *more: str) -> list[Any]:
        self._cursor.execute(query, (*self.bucket, *more))
        rows: list[Any] = self._cursor.fetchall()
        return rows
