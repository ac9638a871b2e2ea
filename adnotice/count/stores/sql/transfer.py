"""All that a store holds, copied into another, empty one: from SQLite to PostgreSQL, or back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, Table, func, select

from adnotice.count.stores.protocol import Store, Unusable
from adnotice.count.stores.sql.schema import ids, journal, meta, notes, tallies, waiting
from adnotice.count.stores.sql.store import SqlStore

ROWS_AT_ONCE: Final = 500
COPIED: Final = (tallies, waiting, ids, notes, meta)
OF_THE_TARGET: Final = ("schema",)
"""Notes about a store that it has made itself."""


def copy_store(source: Store, target: Store) -> int:
    """Copies every row in one transaction of the target; returns how many tallies.

    Raises `Unusable` where one of them is no SQL database, the target holds something, or the source is written to.
    """
    if not (isinstance(source, SqlStore) and isinstance(target, SqlStore)):
        raise Unusable("copy goes between sqlite:///FILE and postgresql://…. Redis has tools of its own")
    source.sites()  # moves what stands in the journal
    with source.reading() as reads:
        if _count(reads, journal):
            raise Unusable(
                "the store is being written to. Stop the site's servers first; they may start with the new one"
            )
        with target.changing() as cursor:
            for table in (tallies, journal, ids):
                cursor.execute(f"SELECT 1 FROM {table.name} LIMIT 1")  # noqa: S608 - our own name
                if cursor.fetchone() is not None:
                    raise Unusable("the new store holds counts already. Name an empty database")
            for table in COPIED:
                _copy_table(reads, cursor, table, target.mark)
        return _count(reads, tallies)


def _copy_table(reads: Connection, cursor: Any, table: Table, mark: str) -> None:
    names = [column.name for column in table.columns]
    insert = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join([mark] * len(names))})"  # noqa: S608 - our own names
    if table is meta:
        cursor.execute(f"DELETE FROM {meta.name} WHERE name NOT IN ({mark})", OF_THE_TARGET)  # noqa: S608 - our own name
    for rows in _batches(reads, table):
        kept = [row for row in rows if not (table is meta and row[0] in OF_THE_TARGET)]
        if kept:
            cursor.executemany(insert, kept)


def _batches(reads: Connection, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    with reads.execute(select(table)) as found:
        for rows in found.partitions(ROWS_AT_ONCE):
            yield [tuple(row) for row in rows]


def _count(reads: Connection, table: Table) -> int:
    return int(reads.scalar(select(func.count()).select_from(table)) or 0)
