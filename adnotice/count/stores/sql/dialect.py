"""What tells SQLite and PostgreSQL apart: how a database is opened, written, and found broken."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, Engine, Select


class Rows(NamedTuple):
    """Counts to add: each row has site, dimension, grain, start, value, then what these columns count."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


Id = tuple[int, bytes]
"""When it expires (seconds since the epoch, UTC), and its digest."""


class Dialect(Protocol):
    """Where a `SqlStore` keeps its tables. Every call may raise the driver's `errors`."""

    @property
    def engine(self) -> Engine:
        """Connections to read with."""

    @property
    def shown(self) -> str:
        """Its address, without a password."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What its driver raises."""

    @property
    def mark(self) -> str:
        """How its driver marks a parameter."""

    @property
    def copy_advice(self) -> str:
        """How the operator makes a copy before a migration; empty where `keep_copy` makes one."""

    def exists(self) -> bool:
        """Whether there is a database of ours already; leaves nothing there."""

    def prepare(self) -> None:
        """Makes sure that there is a sound database."""

    def write(self, *, patient: bool = True) -> AbstractContextManager[Any]:
        """A write transaction: gives a cursor, commits at the end."""

    def peek(self) -> AbstractContextManager[Connection | None]:
        """A connection that changes nothing, not even by being opened; None where there is no database."""

    def changing(self) -> AbstractContextManager[Any]:
        """A write transaction that may take minutes: gives a cursor, commits at the end."""

    def plan_copy(self, schema: int) -> str:
        """What `keep_copy` would do, in words; empty where it does nothing."""

    def keep_copy(self, schema: int) -> str:
        """Within `changing`: makes a copy of the database as it is, named after its schema. Says which, empty where the
        operator makes it. Raises `Unusable` where there is no room for it."""

    def hold(self, cursor: Any, tables: Sequence[str]) -> None:
        """Keeps everybody else from these tables until the transaction ends. Raises `Unavailable` where others don't
        let go of them."""

    def be_alone(self, cursor: Any) -> None:
        """Waits until no other process is in a transaction that has called this."""

    def has_tables(self, cursor: Any) -> bool:
        """Whether this transaction sees the tables."""

    def remember(self, cursor: Any, ids: Sequence[Id]) -> set[Id]:
        """Keeps the ids; returns those that had been there before."""

    def take_lines(self, cursor: Any, journal: str, limit: int) -> tuple[int, str]:
        """Takes lines out of the table: how many, and their text joined by commas."""

    def add_counts(self, cursor: Any, counts: Rows) -> None:
        """Adds rows of counts to the tallies."""

    def at(self, wanted: Select[Any], starts: Sequence[str]) -> Select[Any]:
        """Those of the wanted tallies whose buckets start then: each looked up, none between them read."""

    def recover(self, error: BaseException) -> None:
        """Called after an error: lets go of what may be broken."""

    def explain(self, error: BaseException) -> str:
        """What else the operator should know of an error; often nothing."""

    def banner(self) -> str:
        """What the operator should know although counting goes on."""

    def close(self) -> None:
        """Closes every connection."""
