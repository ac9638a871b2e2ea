"""The tables, the same on SQLite and PostgreSQL, and the statements that write them.

`adnotice_tallies` has one row for each value in each bucket, one column for each metric: a page's whole funnel is read
at once. `adnotice_journal` holds what was committed last and is not in the tallies yet: appending one line costs a
fiftieth of adding to hundreds of rows, and two processes never wait for each other's rows. `adnotice_ids` is clustered
by expiry, so that new ids land side by side and expired ones leave as a range.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Float, Integer, LargeBinary, MetaData, Table, Text, inspect, select
from sqlalchemy.schema import CreateTable

from adnotice.count.sql.place import Place
from adnotice.count.tally import Metric

SCHEMA: Final = 1
"""The version of the tables that this code reads and writes."""

METRICS: Final = tuple(Metric)
COLUMNS: Final[Mapping[str, str]] = {metric: metric.value.replace("-", "_") for metric in METRICS}

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
    "adnotice_journal",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
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

Migrations = Mapping[int, Callable[[Any], None]]

MIGRATIONS: Final[Migrations] = {}
"""What makes version N out of version N - 1, by N: takes a cursor, in one transaction with the new number."""


KEYS: Final = tuple(column.name for column in tallies.primary_key)


def adding(columns: Sequence[str], rows: str) -> str:
    """The statement that adds rows (the key, then these columns) to the tallies."""
    sums = ", ".join(f"{name} = {tallies.name}.{name} + excluded.{name}" for name in columns)
    return (
        f"INSERT INTO {tallies.name} ({', '.join((*KEYS, *columns))}) {rows} "
        f"ON CONFLICT ({', '.join(KEYS)}) DO UPDATE SET {sums}"
    )


def migrate(place: Place, schema: int = SCHEMA, migrations: Migrations = MIGRATIONS) -> str:
    """Makes the tables, or brings them to this version, one version a transaction and one process at a time.

    Returns why they can be read only, because they are newer than this code; else nothing.
    """
    while (found := _version(place)) < schema:
        with place.write() as cursor:
            place.be_alone(cursor)
            if _version(place) != found:
                continue
            if found:
                migrations[found + 1](cursor)
            else:
                for table in metadata.sorted_tables:
                    cursor.execute(str(CreateTable(table).compile(place.engine)))
                if place.engine.dialect.name == "postgresql":
                    cursor.execute(LEAVE_ROOM)
            _keep_version(cursor, place.mark, found + 1 if found else schema)
    if found == schema:
        return ""
    return (
        f"the tables in {place.shown} have version {found}, this adnotice knows up to {schema}. "
        "Upgrade adnotice; until then they are only read"
    )


def _version(place: Place) -> int:
    with place.engine.connect() as connection:
        if not inspect(connection).has_table(meta.name):
            return 0
        return int(connection.scalar(select(meta.c.value).where(meta.c.name == "schema")) or 0)


def _keep_version(cursor: Any, mark: str, version: int) -> None:
    cursor.execute(
        f"INSERT INTO {meta.name} (name, value) VALUES ('schema', {mark}) "  # noqa: S608 - only our own names
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (str(version),),
    )
