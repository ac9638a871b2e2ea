"""Twelve ways in which a store breaks, each for real, on each kind of store that can have it."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from adnotice.count.stores.open import open_store
from tests.count.servers import PostgreSQL, Redis, wait_for
from tests.support.lock_holder import OURS, holding

Cleanup = Callable[[], None]


@contextmanager
def small_disk(folder: Path, size: str = "2m") -> Iterator[Path]:
    """A disk of its own, of this size. Needs the right to mount."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0777", "none", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=False)
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Cleanup:
    """Fills the disk to the last byte; returns what makes room again."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    return filler.unlink


class Sqlite:
    """A file on a small disk of its own."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._stack = ExitStack()
        self.disk = self._stack.enter_context(small_disk(folder / "disk"))
        self.file = self.disk / "counts" / "adnotice.db"
        self.file.parent.mkdir()
        self.url = f"sqlite:///{self.file}"

    def close(self) -> None:
        self._stack.close()

    def sides(self) -> list[Path]:
        return [self.file.with_name(self.file.name + side) for side in ("", "-wal", "-shm")]

    def full(self) -> Cleanup:
        return fill(self.disk)

    def read_only(self) -> Cleanup:
        subprocess.run(["mount", "-o", "remount,ro", str(self.disk)], check=True)
        return lambda: subprocess.run(["mount", "-o", "remount,rw", str(self.disk)], check=True) and None

    def deleted(self) -> Cleanup:
        for side in self.sides():
            side.unlink(missing_ok=True)
        return nothing

    def replaced(self) -> Cleanup:
        other = self.disk / "other.db"
        store = open_store(f"sqlite:///{other}")
        store.identity()
        store.close()
        for side in self.sides():
            side.unlink(missing_ok=True)
        other.rename(self.file)
        return nothing

    def corrupt(self) -> Cleanup:
        with closing(sqlite3.connect(self.file)) as connection:  # what stands in the log alone would be written again
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with self.file.open("r+b") as file:
            file.write(b"\xa5" * 40_000)
        return nothing

    def foreign(self) -> Cleanup:
        for side in self.sides():
            side.unlink(missing_ok=True)
        with closing(sqlite3.connect(self.file)) as connection:
            connection.execute("CREATE TABLE recipes (name)")
            connection.commit()
        return self.file.unlink

    def wrong_schema(self) -> Cleanup:
        return self._set_schema("99")

    def _set_schema(self, version: str) -> Cleanup:
        with closing(sqlite3.connect(self.file)) as connection:
            (before,) = connection.execute("SELECT value FROM adnotice_meta WHERE name = 'schema'").fetchone()
            connection.execute("UPDATE adnotice_meta SET value = ? WHERE name = 'schema'", (version,))
            connection.commit()
        return lambda: self._set_schema(before) and None

    def locked(self) -> Cleanup:
        return hold(holding(OURS, self.url))

    def refused(self) -> Cleanup:
        aside = self.file.parent.with_name("aside")
        self.file.parent.rename(aside)
        return lambda: aside.rename(self.file.parent) and None


class Postgres:
    """A server of its own."""

    name = "PostgreSQL"

    def __init__(self, server: PostgreSQL, name: str) -> None:
        self._stack = ExitStack()
        self._server = server
        self.disk = self._stack.enter_context(small_disk(server.folder / name, "32m"))
        space = self.disk / "space"
        space.mkdir()
        if server.user:
            shutil.chown(space, server.user)
        self.run(f"CREATE TABLESPACE {name} LOCATION '{space}'", "postgres")
        self.run(f"CREATE DATABASE {name} TABLESPACE {name}", "postgres")
        self._stack.callback(self._drop)
        self._database = name
        self.url = f"postgresql://test@127.0.0.1:{server.port}/{name}"

    def close(self) -> None:
        self._stack.close()

    def _drop(self) -> None:
        self.run(f"DROP DATABASE {self._database} WITH (FORCE)", "postgres")
        self.run(f"DROP TABLESPACE {self._database}", "postgres")

    def full(self) -> Cleanup:
        make_room = fill(self.disk)
        for rows in (
            100,
            10,
            1,
        ):  # what room the file of ids has itself: committed, for PostgreSQL takes back what was refused
            with contextlib.suppress(psycopg.Error):
                while True:
                    self.run(
                        "INSERT INTO adnotice_ids SELECT 4e9, decode(md5(random()::text), 'hex') "  # noqa: S608 - a number of ours
                        f"FROM generate_series(1, {rows})"
                    )
        return make_room

    def run(self, statement: str, database: str = "") -> Any:
        url = f"postgresql://test@127.0.0.1:{self._server.port}/{database or self._database}"
        with psycopg.connect(url, autocommit=True) as connection:
            found = connection.execute(statement.encode())
            return found.fetchall() if found.description else None

    def read_only(self) -> Cleanup:
        self.run(f"ALTER DATABASE {self._database} SET default_transaction_read_only = on", "postgres")
        self._disconnect()

        def mend() -> None:
            self.run(f"ALTER DATABASE {self._database} SET default_transaction_read_only = off", "postgres")
            self._disconnect()

        return mend

    def _disconnect(self) -> None:
        self.run(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self._database}'",  # noqa: S608 - our own names
            "postgres",
        )

    def deleted(self) -> Cleanup:
        self.run(f"DROP TABLE {', '.join(self._tables())}")
        return nothing

    def _tables(self) -> list[str]:
        return [name for (name,) in self.run("SELECT tablename FROM pg_tables WHERE tablename LIKE 'adnotice%'")]

    def replaced(self) -> Cleanup:
        self.run("UPDATE adnotice_meta SET value = 'another' WHERE name = 'identity'")
        return nothing

    def corrupt(self) -> Cleanup:
        self.run("CHECKPOINT")
        ((path,),) = self.run("SELECT pg_relation_filepath('adnotice_notes')")
        file = self._server.folder / "data" / path
        self._server.kill()
        sound = file.read_bytes()
        file.write_bytes(b"\xa5" * len(sound))
        self._server.start()

        def mend() -> None:
            self._server.kill()
            file.write_bytes(sound)
            self._server.start()

        return mend

    def foreign(self) -> Cleanup:
        self.deleted()
        self.run("CREATE TABLE adnotice_meta (recipe text)")
        return lambda: self.run("DROP TABLE adnotice_meta")

    def wrong_schema(self) -> Cleanup:
        ((before,),) = self.run("SELECT value FROM adnotice_meta WHERE name = 'schema'")
        self.run("UPDATE adnotice_meta SET value = '99' WHERE name = 'schema'")
        undo = f"UPDATE adnotice_meta SET value = '{before}' WHERE name = 'schema'"  # noqa: S608 - as it was read
        return lambda: self.run(undo)

    def locked(self) -> Cleanup:
        connection = psycopg.connect(self.url)
        connection.execute("LOCK TABLE adnotice_ids, adnotice_notes IN SHARE MODE")
        return connection.close

    def stopped(self) -> Cleanup:
        self._server.hang()
        return self._server.wake

    def refused(self) -> Cleanup:
        self._server.kill()
        return self._server.start


class RedisServer:
    """A server of its own, on a small disk."""

    name = "Redis"

    def __init__(self, folder: Path) -> None:
        self._stack = ExitStack()
        self.disk = self._stack.enter_context(small_disk(folder / "disk"))
        self._server = Redis(self.disk / "data", "--loglevel", "warning")
        self._stack.callback(self._server.stop)
        self._server.start()
        self.url = self._server.url

    def close(self) -> None:
        self._stack.close()

    def full(self) -> Cleanup:
        make_room = fill(self.disk)

        def mend() -> None:
            make_room()
            if not self._server.ready():
                self._server.kill()  # it has ended by itself
                self._server.start()
                wait_for(self._server.ready)

        return mend

    def read_only(self) -> Cleanup:
        self._server.cli("REPLICAOF", "127.0.0.1", "1")
        return lambda: self._server.cli("REPLICAOF", "NO", "ONE") and None

    def replaced(self) -> Cleanup:
        self._meta("HSET", "identity", "another")
        return nothing

    def foreign(self) -> Cleanup:
        self._server.cli("FLUSHALL")
        self._server.cli("SET", "{adnotice}:meta", "a recipe")
        return lambda: self._server.cli("FLUSHALL") and None

    def wrong_schema(self) -> Cleanup:
        before = self._meta("HGET", "schema").strip()
        self._meta("HSET", "schema", "99")
        return lambda: self._meta("HSET", "schema", before) and None

    def _meta(self, command: str, *fields: str) -> str:
        return self._server.cli(command, self.meta, *fields)

    @property
    def meta(self) -> str:
        return next(line for line in self._server.cli("KEYS", "*:meta").split())

    def locked(self) -> Cleanup:
        self._server.cli("CLIENT", "PAUSE", "600000", "WRITE")
        return lambda: self._server.cli("CLIENT", "UNPAUSE") and None

    def stopped(self) -> Cleanup:
        self._server.hang()
        return self._server.wake

    def refused(self) -> Cleanup:
        self._server.kill()
        return self._server.start

    def flushed(self) -> Cleanup:
        self._server.cli("FLUSHALL")
        return nothing

    def out_of_memory(self) -> Cleanup:
        self._server.cli("CONFIG", "SET", "maxmemory", "1")
        return lambda: self._server.cli("CONFIG", "SET", "maxmemory", "0") and None


def nothing() -> None:
    """What is done where the store mends itself."""


def hold(held: AbstractContextManager[object]) -> Cleanup:
    """Enters, and returns what leaves."""
    stack = ExitStack()
    stack.enter_context(held)
    return stack.close


FAULTS: Mapping[str, str] = {
    "full": "the disk is full",
    "read_only": "it is mounted, or set, read-only",
    "deleted": "its file, or tables, are removed",
    "replaced": "another store of adnotice stands in its place",
    "corrupt": "what it holds is damaged",
    "foreign": "something of another program stands in its place",
    "wrong_schema": "it was written by a newer adnotice",
    "locked": "somebody holds it and does not go on",
    "stopped": "its server is stopped (SIGSTOP): connections stay, nothing answers",
    "refused": "its server, or folder, is gone",
    "flushed": "its server was emptied",
    "out_of_memory": "its server's memory is full",
}
AT_START = {("SQLite", "read_only"), ("SQLite", "wrong_schema"), ("PostgreSQL", "wrong_schema")}
"""Met by a process that begins: one that runs has the file open, or has read the version."""
