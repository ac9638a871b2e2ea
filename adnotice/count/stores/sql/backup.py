"""A copy of the counts while counting goes on, and the way back. SQLite alone: a server has tools of its own."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from adnotice.count.stores.open import sqlite_file
from adnotice.count.stores.protocol import PG_DUMP, REDIS_COPY, NoStore, Unusable
from adnotice.count.stores.sql.copying import copy_database, make_private, open_to_read
from adnotice.count.stores.sql.file_lock import FileLock
from adnotice.count.stores.sql.sqlite import APPLICATION_ID, SIDES
from adnotice.vocabulary import Unavailable

OTHERS: Final = {
    "postgresql": PG_DUMP,
    "redis": REDIS_COPY,
}


def back_up(url: str, copy: Path, progress: Callable[[int, int], None] = lambda *_: None) -> int:
    """Copies the store into a new file, whole and of one moment; returns its size in bytes. `progress` is told how many pages
    are left, of how many.

    Raises `Unusable` for a store that is no SQLite file, or a copy that exists; `Unavailable` when it fails.
    """
    file = _file(url)
    if copy.exists():
        raise Unusable(f"{copy} exists. Give the backup a name of its own")
    if not file.exists():
        raise NoStore(f"there is no {file} to back up")
    try:
        copy_database(file, copy, _check, progress=progress)
    except (sqlite3.Error, OSError) as error:
        raise Unavailable(f"the backup of {file} failed: {error}") from error
    return copy.stat().st_size


def restore(copy: Path, url: str) -> Path | None:
    """Puts the copy where the store is; processes that are running go on with it.

    What was there is moved aside; returns its new name, or None when there was nothing. Raises `Unusable` for a copy
    that is none, `Unavailable` when it fails.
    """
    file = _file(url)
    if not copy.exists():
        raise Unusable(f"there is no {copy} to restore")
    arriving = file.with_name(file.name + ".arriving")
    aside = file.with_name(f"{file.name}.before-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}")
    try:
        with closing(open_to_read(copy.absolute())) as source:
            _check(source, copy)
            make_private(arriving)
            with closing(sqlite3.connect(arriving)) as target:
                source.backup(target)
        owner = (file if file.exists() else file.parent).stat()
        os.chown(arriving, owner.st_uid, owner.st_gid)  # running processes are to go on with it, whoever restores it
        with FileLock(file.with_name(file.name + ".lock")).take():
            was_there = file.exists()
            for side in ("", *SIDES):
                old = file.with_name(file.name + side)
                if old.exists():
                    old.rename(file.with_name(aside.name + side))
            arriving.rename(file)
    except (sqlite3.Error, OSError) as error:
        arriving.unlink(missing_ok=True)
        raise Unavailable(f"{copy} could not be restored: {error}") from error
    return aside if was_there else None


def _file(url: str) -> Path:
    scheme = url.partition(":")[0]
    if scheme != "sqlite":
        with_what = OTHERS.get(scheme.partition("+")[0].replace("rediss", "redis"), "its own tools")
        raise Unusable(f"backup and restore are for sqlite:///FILE. Back this store up with {with_what}")
    return sqlite_file(url)


def _check(connection: sqlite3.Connection, file: Path) -> None:
    """Raises when the file is not ours, or damaged."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise Unusable(f"{file} is no database of adnotice")
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(f"{file} is damaged: {found}")
