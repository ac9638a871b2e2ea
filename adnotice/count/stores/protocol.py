"""What every store can do: `Store` keeps tallies, `Notes` the operator's own state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol, TypeVar

import msgspec

from adnotice.count.model.tally import METRICS, Batch, Count, Dimension, Grain, Metric, Period, Point
from adnotice.vocabulary import Unavailable

T = TypeVar("T")

MOST_VALUES: Final = 1000
"""So many values of a dimension are given where nobody says how many."""


class Partial(Unavailable):
    """Some shards of a store have committed their part of a batch, others could not be asked or did not answer.

    `fates` has for each entry, in order, what `commit` would have returned; None where that is not known: such an entry
    may be given again under the same id and counts once.
    """

    def __init__(self, message: str, fates: list[bool | None]) -> None:
        super().__init__(message)
        self.fates = fates


class Unusable(Unavailable):
    """The store can't be used until the operator has done what the message says."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retry_after=60)


class NoStore(Unusable):
    """Nobody has begun a store there yet, and the caller begins none."""


class Health(msgspec.Struct, frozen=True):
    """How the store is: `problem` is empty when it takes and gives counts."""

    url: str
    problem: str = ""
    banner: str = ""
    """What the operator should know although counting goes on (a corrupt file was moved aside)."""
    processes: tuple[str, ...] = ()
    """A sentence for each process that does not reach the store, or fails."""


PG_DUMP: Final = "pg_dump --table='adnotice_*'"
REDIS_COPY: Final = "the server's own append-only file, or redis-cli --rdb"
"""How servers' stores are copied: with tools of their own."""


class MigrationPlan(msgspec.Struct, frozen=True):
    """What stands between the schema of a store and the one that this code writes; no `steps`: nothing."""

    shown: str
    """The store's address, without a password."""
    found: int
    """Its schema."""
    wanted: int
    steps: tuple[str, ...] = ()
    copy_advice: str = ""
    """How the operator makes a copy first; empty where that is a step."""


Tell = Callable[[str], None]
"""Is told, in words, what has been done."""


def read_note(text: str, kind: type[T]) -> T | None:
    """What a note in JSON says; None for one that another version of adnotice wrote, which keeps other things in it."""
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.MsgspecError:
        return None


class Notes(Protocol):
    """The operator's own state: mode, sessions, links, annotations. Small values under names; blocking calls."""

    def get(self, name: str) -> str | None:
        """The value, or None when there is none or it has expired."""

    def put(self, name: str, value: str, expires: float | None = None) -> None:
        """Keeps the value, until `expires` (seconds since the epoch, UTC) if given."""

    def remove(self, name: str) -> None:
        """Forgets the value; nothing happens when there is none."""

    def names(self, prefix: str) -> list[str]:
        """The names that begin with the prefix and have not expired, sorted."""

    def values(self, prefix: str) -> dict[str, str]:
        """The same with their values."""


class Store(Protocol):
    """Keeps tallies. Every call blocks; every call raises `vocabulary.Unavailable` when the store can't answer in time."""

    @property
    def notes(self) -> Notes:
        """The operator's own state in the same place."""

    def commit(self, batch: Batch) -> list[bool]:
        """Commits the whole batch or nothing of it, atomically (a store of several shards: each entry, see `Partial`).

        Returns for each entry, in order, whether it was counted now (False: its id had been counted before).
        """

    def tend(self, now: float) -> None:
        """A little housekeeping when it is due, milliseconds of it: the writer calls it when nobody waits for it."""

    def sites(self) -> list[str]:
        """The sites that have tallies, sorted."""

    def counts(
        self,
        site: str,
        dimension: Dimension,
        period: Period,
        limit: int = MOST_VALUES,
        metrics: Sequence[Metric] = METRICS,
    ) -> list[Count]:
        """Counts of each value and metric over the period; the `limit` values with the most measured page views, of those with
        as many the ones with the most counts of these metrics. Few metrics are read sooner than all."""

    def tables(self, site: str, dimensions: Sequence[Dimension], period: Period) -> dict[Dimension, list[Count]]:
        """What `counts` tells of each of these dimensions, all at once: for those with few values."""

    def points(
        self,
        site: str,
        grain: Grain,
        period: Period,
        dimension: Dimension = Dimension.ALL,
        value: str = "",
        metrics: Sequence[Metric] = METRICS,
    ) -> list[Point]:
        """The series of one value, oldest bucket first; buckets without counts of these metrics are left out."""

    def prune(self, now: float) -> int:
        """Removes expired ids and notes and what is past retention, in small batches; returns how many rows."""

    def identity(self) -> str:
        """A word that was made with the store: when it is another one, the store was emptied, removed or replaced."""

    def check_in(self, name: str, value: str, expires: float) -> None:
        """Keeps a note, having written to every part of the store: raises `Unavailable` when one of them takes nothing."""

    def health(self) -> Health:
        """How the store is; never raises."""

    def plan(self) -> MigrationPlan:
        """What `migrate` would do; touches nothing. Raises `Unusable` for a store with a newer schema, `NoStore` for none."""

    def migrate(self, tell: Tell) -> None:
        """Brings the store to the schema that this code writes. May be ended at any moment, and then called again.

        Raises `Unusable` for a store with a newer schema, or where something is missing that the message names.
        """

    def close(self) -> None:
        """Lets go of connections and files."""
