"""Which schema the tables have, and the way to the one that this code reads and writes.

A schema is made of the one before in one transaction, by one process at a time: the journal is moved into the tallies,
then a function changes the tables. The journal has another name in each schema. So a worker of an older adnotice that
goes on finds no journal at its next commit: it rolls back, looks at the schema, and refuses what comes, and browsers
try again. It can't write under old names what the new tables would not show.
"""

from __future__ import annotations

import logging
from typing import Any, Final

from sqlalchemy import Connection, func, inspect, select, table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateTable

from adnotice.count.stores.protocol import MigrationPlan, NoStore, Tell, Unusable
from adnotice.count.stores.sql.compaction import Folding
from adnotice.count.stores.sql.dialect import Dialect
from adnotice.count.stores.sql.migrations import Migrations
from adnotice.count.stores.sql.schema import LEAVE_ROOM, SCHEMA, journal_name, meta, metadata, tallies

logger: Final = logging.getLogger("adnotice")


class Versions:
    """The schemas of one database: the one found and, one after the other, those up to the wanted one."""

    def __init__(self, dialect: Dialect, wanted: int, migrations: Migrations, folding: Folding) -> None:
        self._dialect = dialect
        self._wanted = wanted
        self._migrations = migrations
        self._folding = folding

    def open(self, *, migrates: bool) -> str:
        """Makes the tables where there are none, and brings them to the wanted schema where that may be done unasked.

        Returns why they can be read only, because they are newer than this code; else nothing. Raises `Unusable` where
        the operator has to migrate them.
        """
        while (found := find_version(self._dialect)) < self._wanted:
            if found and not migrates:
                raise Unusable(self._due(found))
            self._step(found, copies=found > 0, tell=self._log)
        return self._newer(found) if found > self._wanted else ""

    def plan(self) -> MigrationPlan:
        """What `migrate` would do; touches nothing. Raises `Unusable` for newer tables."""
        with self._dialect.peek() as connection:
            found, lines = self._look(connection) if connection is not None else (0, 0)
        if not found:
            raise NoStore(f"there is no store of adnotice at {self._dialect.shown}")
        if found > self._wanted:
            raise Unusable(self._newer(found))
        if found == self._wanted:
            return MigrationPlan(self._dialect.shown, found, self._wanted)
        copy = [said] if (said := self._dialect.plan_copy(found)) else []
        journal = f"{lines} lines of the journal are moved into the tallies"
        changes = map(self._told, range(found + 1, self._wanted + 1))
        return MigrationPlan(
            self._dialect.shown, found, self._wanted, (*copy, journal, *changes), self._dialect.copy_advice
        )

    def _look(self, connection: Connection) -> tuple[int, int]:
        """The schema, and how many lines the journal of an older one has."""
        found = read_version(connection)
        if not 0 < found < self._wanted:
            return found, 0
        try:
            return found, int(connection.scalar(select(func.count()).select_from(table(journal_name(found)))) or 0)
        except DBAPIError:
            if read_version(connection) == found:
                raise
        return self._look(connection)  # another process has just migrated it

    def migrate(self, tell: Tell) -> None:
        """Brings the tables to the wanted schema. Raises `Unusable` for newer ones."""
        copies = True
        while (found := find_version(self._dialect)) < self._wanted:
            if not found:
                return
            self._step(found, copies=copies, tell=tell)
            copies = False
        if found > self._wanted:
            raise Unusable(self._newer(found))

    def _step(self, found: int, *, copies: bool, tell: Tell = lambda _: None) -> None:
        """From this schema to the next one; nothing where another process has just done it."""
        with self._dialect.changing() as cursor:
            self._dialect.be_alone(cursor)
            if self._version_here(cursor) != found:
                return
            if not found:
                self._make(cursor)
                keep_version(cursor, self._dialect.mark, SCHEMA)
                return
            if copies and (said := self._dialect.keep_copy(found)):
                tell(said)
            self._dialect.hold(cursor, (journal_name(found), tallies.name))
            self._folding.whole(cursor, journal_name(found))
            tell("the journal is moved into the tallies")
            self._migrations[found + 1](cursor)
            cursor.execute(f"ALTER TABLE {journal_name(found)} RENAME TO {journal_name(found + 1)}")
            keep_version(cursor, self._dialect.mark, found + 1)
            tell(self._told(found + 1))

    def _version_here(self, cursor: Any) -> int:
        """The schema as this transaction sees it: whoever holds the lock must not wait for a connection that a pooler has
        given to those who wait for the lock."""
        if not self._dialect.has_tables(cursor):
            return 0
        cursor.execute(f"SELECT value FROM {meta.name} WHERE name = 'schema'")  # noqa: S608 - only our own names
        (kept,) = cursor.fetchone() or (0,)
        return int(kept)

    def _log(self, done: str) -> None:
        logger.warning("The store %s: %s", self._dialect.shown, done)

    def _make(self, cursor: Any) -> None:
        for made in metadata.sorted_tables:
            cursor.execute(str(CreateTable(made).compile(self._dialect.engine)))
        if self._dialect.engine.dialect.name == "postgresql":
            cursor.execute(LEAVE_ROOM)

    def _told(self, version: int) -> str:
        text = (self._migrations[version].__doc__ or "").partition("\n")[0]
        return f"schema {version}: {text}"

    def _due(self, found: int) -> str:
        return (
            f"the store {self._dialect.shown} has schema {found}, this adnotice writes schema {self._wanted}. "
            "Run: adnotice migrate"
        )

    def _newer(self, found: int) -> str:
        return (
            f"the store {self._dialect.shown} has schema {found}, this adnotice knows up to {self._wanted}. "
            "Upgrade adnotice; until then it is only read"
        )


def find_version(dialect: Dialect) -> int:
    """The schema of the tables; 0 where there are none."""
    with dialect.engine.connect() as connection:
        return read_version(connection)


def read_version(connection: Connection) -> int:
    """The schema of the tables that this connection sees; 0 where there are none."""
    if not inspect(connection).has_table(meta.name):
        return 0
    return int(connection.scalar(select(meta.c.value).where(meta.c.name == "schema")) or 0)


def keep_version(cursor: Any, mark: str, version: int) -> None:
    """Writes down which schema the tables have."""
    cursor.execute(
        f"INSERT INTO {meta.name} (name, value) VALUES ('schema', {mark}) "  # noqa: S608 - only our own names
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (str(version),),
    )
