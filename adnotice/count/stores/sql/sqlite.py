"""One SQLite file: opened with care, written by one process at a time in fair turns, moved aside when it is damaged."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, NullPool, Select, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from adnotice.count.stores.protocol import Unusable
from adnotice.count.stores.sql.copying import check_room, copy_database, copy_of, make_private, open_to_read, size_of
from adnotice.count.stores.sql.dialect import Rows
from adnotice.count.stores.sql.file_lock import IMPATIENT_SECONDS, FileLock
from adnotice.count.stores.sql.lock_holders import name_holders
from adnotice.count.stores.sql.pool import ClosingPool
from adnotice.count.stores.sql.schema import KEYS, adding, meta, tallies
from adnotice.language import gettext
from adnotice.vocabulary import Unavailable

logger: Final = logging.getLogger("adnotice")

APPLICATION_ID: Final = 0x41444E43
"""Stands in the header of every file of ours ("ADNC")."""

WHOLE_CHECK_BYTES: Final = 64 * 1024 * 1024
"""Larger files are not read from end to end at start; damage in them is found when it is met."""

DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
NETWORK_FILE_SYSTEMS: Final = (
    *("nfs", "cifs", "smb", "afs", "ncpfs", "sshfs", "glusterfs", "ceph", "lustre"),
    *("beegfs", "9p", "virtiofs", "vboxsf", "vmhgfs"),
)
"""How their names begin, after what says that they run beside the kernel (`fuse.`). Those that a machine shares with its host are
among them: memory is not shared over them, as the log needs it."""

SIZES: Final = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
"""Statements are prepared for so many ids; the last one is repeated to fill up, which changes nothing. So with rows:
the key of the last one, with nothing to add."""


class SqliteDialect:
    """Where a `SqlStore` keeps its tables: one file."""

    mark: Final = "?"
    errors: Final = (sqlite3.Error,)
    copy_advice: Final = ""

    def __init__(self, file: Path, deadline_seconds: float) -> None:
        self.shown = f"sqlite:///{file}"
        self._file = file
        self._deadline = deadline_seconds
        self._turns = FileLock(file.with_name(file.name + ".lock"), deadline_seconds)
        self._writing: sqlite3.Connection | None = None
        self._inode: tuple[int, int] | None = None
        self.engine = self._make_engine()

    def exists(self) -> bool:
        """Whether the file is there."""
        return self._file.exists()

    def prepare(self) -> None:
        """Makes sure that the file is there and sound; one that is damaged is moved aside, never deleted."""
        self._refuse_network()
        refuse_folder(self._file)
        with self._turns.take():
            try:
                self._look()
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                self._move_aside(error)
                self._look()

    @contextmanager
    def write(self, *, patient: bool = True) -> Iterator[sqlite3.Cursor]:
        """A write transaction; raises `Unavailable` when it is not patient and another one is going on."""
        with self._turns.take(patient=patient):
            cursor = self._connection().cursor()
            try:
                if not patient:  # a program that takes no turns may be in the middle of something
                    cursor.execute(f"PRAGMA busy_timeout={IMPATIENT_SECONDS * 1000:.0f}")
                cursor.execute("BEGIN IMMEDIATE")
                yield cursor
                cursor.execute("COMMIT")
                if not patient:
                    cursor.execute(f"PRAGMA busy_timeout={self._deadline * 1000:.0f}")
            except BaseException:
                self._let_go()
                raise

    @contextmanager
    def peek(self) -> Iterator[Connection | None]:
        """A connection that changes nothing; None where there is no file."""
        if not self._file.exists() or not self._file.stat().st_size:
            yield None
            return
        engine = create_engine("sqlite://", creator=lambda: open_to_read(self._file), poolclass=NullPool)
        try:
            with engine.connect() as connection:
                self._refuse_foreign(connection.connection.dbapi_connection)
                yield connection
        finally:
            engine.dispose()

    def changing(self) -> AbstractContextManager[sqlite3.Cursor]:
        """A write transaction: it may take as long as it takes."""
        return self.write()

    def plan_copy(self, schema: int) -> str:
        """What `keep_copy` would do, in words."""
        return f"a copy is made first: {copy_of(self._file, schema)} ({size_of(self._file)})"

    def keep_copy(self, schema: int) -> str:
        """Copies the file to one beside it, named after its schema; says so. Raises `Unusable` without room for it."""
        copy = copy_of(self._file, schema)
        check_room(self._file)
        copy_database(self._file, copy, lambda *_: None)
        return f"copied to {copy} ({size_of(copy)})"

    def hold(self, cursor: sqlite3.Cursor, tables: Sequence[str]) -> None:
        """Nothing to do: SQLite's writers take turns."""

    def be_alone(self, cursor: sqlite3.Cursor) -> None:
        """Nothing to do: SQLite's writers take turns."""

    def has_tables(self, cursor: sqlite3.Cursor) -> bool:
        """Whether this transaction sees the tables."""
        cursor.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (meta.name,))
        return cursor.fetchone() is not None

    def remember(self, cursor: sqlite3.Cursor, ids: Sequence[tuple[int, bytes]]) -> set[tuple[int, bytes]]:
        """Keeps the ids; returns those that had been there before."""
        if self._insert(cursor, ids) == len(ids):
            return set()
        # Some were there, and which ones can't be told any more: begin again (the turn is still ours) and look first.
        cursor.execute("ROLLBACK")
        cursor.execute("BEGIN IMMEDIATE")
        before: set[tuple[int, bytes]] = set()
        for part in parts(ids, SIZES[-1]):
            places = ", ".join(["(?, ?)"] * len(part))
            wanted = [field for row in part for field in row]
            cursor.execute(f"SELECT expires, id FROM adnotice_ids WHERE (expires, id) IN (VALUES {places})", wanted)  # noqa: S608
            before.update(cursor.fetchall())
        self._insert(cursor, [row for row in ids if row not in before])
        return before

    def take_lines(self, cursor: sqlite3.Cursor, journal: str, limit: int) -> tuple[int, str]:
        """Takes lines out of the table: how many, and their text joined by commas."""
        cursor.execute(
            f"SELECT count(*), max(seq), group_concat(body) FROM (SELECT seq, body FROM {journal} ORDER BY seq LIMIT ?)",  # noqa: S608 - our own name
            (limit,),
        )
        n, last, text = cursor.fetchone()
        if n:
            cursor.execute(f"DELETE FROM {journal} WHERE seq <= ?", (last,))  # noqa: S608 - our own name
        return n, text or ""

    def add_counts(self, cursor: sqlite3.Cursor, counts: Rows) -> None:
        """Adds rows of counts to the tallies."""
        nothing = [0] * len(counts.columns)
        for part in parts(counts.rows, ROW_SIZES[-1]):
            size = next(size for size in ROW_SIZES if size >= len(part))
            fields = [field for row in part for field in row]
            fields += [*part[-1][: len(KEYS)], *nothing] * (size - len(part))
            cursor.execute(adding_rows(counts.columns, size), fields)

    def at(self, wanted: Select[Any], starts: Sequence[str]) -> Select[Any]:
        """Those of the wanted tallies whose buckets start then."""
        return wanted.where(tallies.c.start.in_(starts))

    def recover(self, error: BaseException) -> None:
        """Called after an error: lets go of what may be broken; moves a damaged file aside."""
        self.close()
        if isinstance(error, sqlite3.DatabaseError) and is_damage(error):
            with suppress(OSError, sqlite3.Error, Unavailable):
                self.prepare()

    def explain(self, error: BaseException) -> str:
        """What else is to be said of an error: who holds the file."""
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return ""
        return name_holders(*(self._file.with_name(self._file.name + side) for side in ("", *SIDES)))

    def banner(self) -> str:
        """What the operator should know: damaged files that were moved aside and are still there."""
        aside = sorted(
            path.name
            for path in self._file.parent.glob(f"{self._file.name}.corrupt-*")
            if not path.name.endswith(SIDES)
        )
        if not aside:
            return ""
        return gettext(
            "A damaged database was moved aside and counting began anew: {files}. Counts from before are in your backup (adnotice "
            "restore); remove the file when you don't need it.",
            files=", ".join(aside),
        )

    def close(self) -> None:
        """Closes every connection."""
        self._let_go()
        self.engine.dispose()

    def _connection(self) -> sqlite3.Connection:
        # A file that was removed or replaced would take counts into nowhere: its name must still lead to it.
        if self._writing is not None and self._inode != inode(self._file):
            self.close()
        if self._writing is None:
            if not self._file.exists():
                raise sqlite3.OperationalError(f"the file {self._file} was removed")
            self._writing = self._connect()
            self._inode = inode(self._file)
        return self._writing

    def _let_go(self) -> None:
        if self._writing is not None:
            with suppress(sqlite3.Error):
                if self._writing.in_transaction:
                    self._writing.rollback()
            with suppress(sqlite3.Error):
                self._writing.close()
            self._writing = None

    def _insert(self, cursor: sqlite3.Cursor, ids: Sequence[tuple[int, bytes]]) -> int:
        n = 0
        for part in parts(ids, SIZES[-1]):
            size = next(size for size in SIZES if size >= len(part))
            row = [field for row in part for field in row]
            row += [*part[-1]] * (size - len(part))
            cursor.execute(INSERTS[size], row)
            n += cursor.rowcount
        return n

    def _look(self) -> None:
        """Opens the file, making it when there is none; raises what SQLite says of a damaged one."""
        fresh = not self._file.exists() or self._file.stat().st_size == 0
        connection = self._connect()
        try:
            self._refuse_foreign(connection)
            if fresh:
                connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            connection.execute("PRAGMA journal_mode=WAL")
            if not fresh and self._file.stat().st_size <= WHOLE_CHECK_BYTES:
                found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
                if found != "ok":
                    raise Damaged(found)
        finally:
            connection.close()

    def _refuse_foreign(self, connection: Any) -> None:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        if application not in (0, APPLICATION_ID) or (
            application == 0 and connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
        ):
            raise Unusable(f"{self._file} is another program's database. Give adnotice a file of its own in store_url")

    def _move_aside(self, error: sqlite3.DatabaseError) -> None:
        aside = f"{self._file.name}.corrupt-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
        for side in ("", *SIDES):
            with suppress(FileNotFoundError):
                self._file.with_name(self._file.name + side).rename(self._file.with_name(aside + side))
        said = " ".join(str(error).split())
        logger.error(
            "The database %s is damaged (%s): moved aside to %s, counting begins anew", self._file, said, aside
        )

    def _make_engine(self) -> Engine:
        engine = create_engine(
            "sqlite://",
            creator=self._connect,
            isolation_level="AUTOCOMMIT",
            pool_size=4,
            max_overflow=4,
            pool_timeout=self._deadline,
            poolclass=ClosingPool,
        )
        event.listen(engine, "connect", self._on_connect)
        event.listen(engine, "checkout", self._on_checkout)
        return engine

    def _on_connect(self, connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        connection.execute("PRAGMA query_only=1")
        record.info["inode"] = inode(self._file)

    def _on_checkout(self, _connection: sqlite3.Connection, record: ConnectionPoolEntry, _proxy: object) -> None:
        # Restored, or moved aside by another process: what this connection reads is no longer the store.
        if record.info["inode"] != inode(self._file):
            raise DisconnectionError

    def _connect(self) -> sqlite3.Connection:
        make_private(self._file)
        connection = sqlite3.connect(
            self._file, timeout=self._deadline, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        for pragma in (
            "synchronous=FULL",
            "journal_size_limit=16777216",
            "wal_autocheckpoint=2000",
            "cache_size=-8000",
        ):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _refuse_network(self) -> None:
        kind = file_system(self._file)
        if kind.removeprefix("fuse.").startswith(NETWORK_FILE_SYSTEMS):
            raise Unusable(
                f"{self._file} lies on a network file system ({kind}), where SQLite's write-ahead log loses counts. "
                "Use a local disk, or postgresql:// in store_url"
            )


SIDES: Final = ("-wal", "-shm")
ROW_SIZES: Final = (1, 2, 4, 8, 16, 32)
INSERTS: Final = {
    size: f"INSERT INTO adnotice_ids (expires, id) VALUES {', '.join(['(?, ?)'] * size)} ON CONFLICT DO NOTHING"  # noqa: S608
    for size in SIZES
}


class Damaged(sqlite3.DatabaseError):
    """SQLite's own check found damage."""


@lru_cache(maxsize=64)
def adding_rows(columns: tuple[str, ...], size: int) -> str:
    """The statement that adds so many rows with these columns."""
    row = f"({', '.join(['?'] * (len(KEYS) + len(columns)))})"
    return adding(columns, f"VALUES {', '.join([row] * size)}")


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether the error says that the file is damaged, or no database at all."""
    return isinstance(error, Damaged) or getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGED


def refuse_folder(file: Path) -> None:
    """Raises `Unusable` where the file can't be made or written: SQLite puts files of its own beside it."""
    folder = file.parent
    if file.is_dir() or not folder.is_dir():
        wrong = f"{file} is a folder" if file.is_dir() else f"there is no folder {folder}"
        raise Unusable(f"{wrong}. Make store_url name a file in a folder that exists, such as sqlite:///adnotice.db")
    for needed in (folder, file):
        if needed.exists() and os.statvfs(needed).f_flag & os.ST_RDONLY:
            raise Unusable(
                f"{needed} lies on a file system that is mounted read-only. Mount it for writing, or see why it is not"
            )
        if needed.exists() and not os.access(needed, os.R_OK | os.W_OK):
            raise Unusable(
                f"{needed} can't be written by the user that this process runs as. Give it to that user (chown), or name "
                "a file in another folder in store_url, such as sqlite:////var/lib/adnotice/adnotice.db"
            )


def inode(file: Path) -> tuple[int, int] | None:
    """What the file's name leads to now; None when to nothing."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def file_system(file: Path) -> str:
    """The type of the file system that the file lies on, as Linux names it; empty elsewhere."""
    try:
        mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    except OSError:
        return ""
    there = file.resolve()
    best, kind = -1, ""
    for _, point, name, *_ in mounts:
        if there.is_relative_to(point) and len(point) >= best:
            best, kind = len(point), name
    return kind


def parts(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """The rows in pieces of at most this size."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
