"""The tables, the same on SQLite and PostgreSQL, and the statements that write them.

`adnotice_tallies` has one row for each value in each bucket, one column for each metric: a page's whole funnel is read
at once. `adnotice_journal_…` holds what was committed last and is not in the tallies yet: appending one line costs a
fiftieth of adding to hundreds of rows, and two processes never wait for each other's rows. `adnotice_waiting` has, for
each bucket, who waits for a name, how many names were taken away and that none has fewer views than `least`.
`adnotice_ids` is clustered by expiry, so that new ids land side by side and expired ones leave as a range.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import BigInteger, Column, Float, Integer, LargeBinary, MetaData, Table, Text

from adnotice.count.model.tally import METRICS

SCHEMA: Final = 2
"""The version of the tables that this code reads and writes."""


def name_column(metric: str) -> str:
    """The column that holds what is counted under this metric."""
    return metric.replace("-", "_")


COLUMNS: Final[Mapping[str, str]] = {metric: name_column(metric.value) for metric in METRICS}


def journal_name(schema: int) -> str:
    """What the journal is called in this schema: whoever knows an older one alone must not write to it."""
    return "adnotice_journal" if schema == 1 else f"adnotice_journal_{schema}"


metadata: Final = MetaData()

tallies: Final = Table(
    "adnotice_tallies",
    metadata,
    *(Column(name, Text, primary_key=True) for name in ("site", "dimension", "grain", "start", "value")),
    *(Column(name, BigInteger, nullable=False, server_default="0") for name in COLUMNS.values()),
    sqlite_with_rowid=False,
)
LEAVE_ROOM: Final = f"ALTER TABLE {tallies.name} SET (fillfactor = 80)"
"""For PostgreSQL: updated rows stay in their block. A statement, since SQLAlchemy 2.0 takes no such option for a table."""

journal: Final = Table(
    journal_name(SCHEMA),
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("body", Text, nullable=False),
)
waiting: Final = Table(
    "adnotice_waiting",
    metadata,
    *(Column(name, Text, primary_key=True) for name in ("site", "dimension", "grain", "start")),
    Column("taken", BigInteger, nullable=False),
    Column("least", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)
ids: Final = Table(
    "adnotice_ids",
    metadata,
    Column("expires", BigInteger, primary_key=True, autoincrement=False),
    Column("id", LargeBinary, primary_key=True),
    sqlite_with_rowid=False,
)
notes: Final = Table(
    "adnotice_notes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("expires", Float(53)),
    sqlite_with_rowid=False,
)
meta: Final = Table(
    "adnotice_meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)

KEYS: Final = tuple(column.name for column in tallies.primary_key)


def adding(columns: Sequence[str], rows: str) -> str:
    """The statement that adds rows (the key, then these columns) to the tallies."""
    sums = ", ".join(f"{name} = {tallies.name}.{name} + excluded.{name}" for name in columns)
    return (
        f"INSERT INTO {tallies.name} ({', '.join((*KEYS, *columns))}) {rows} "
        f"ON CONFLICT ({', '.join(KEYS)}) DO UPDATE SET {sums}"
    )
