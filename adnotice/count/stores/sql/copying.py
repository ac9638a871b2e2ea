"""A copy of a SQLite database of one moment, made while others write to it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from adnotice.count.stores.protocol import Unusable

PAGES_AT_ONCE: Final = 2_000
"""Copied within one step, 8 MB: nobody who writes waits for longer than that."""


def copy_database(
    file: Path,
    copy: Path,
    check: Callable[[sqlite3.Connection, Path], None],
    timeout: float = 30,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> None:
    """Copies the database whole, and only then gives the copy its name; what had that name is replaced.

    `check` is asked about both and raises where one is not as it should be; `progress` is told how many pages of the file
    are left, of how many. Raises `sqlite3.Error` and `OSError`.
    """
    unfinished = copy.with_name(copy.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        make_private(unfinished)
        with closing(sqlite3.connect(file, timeout=timeout)) as source, closing(sqlite3.connect(unfinished)) as target:
            check(source, file)
            source.execute("BEGIN")  # of one moment: what others commit meanwhile would have the copy begun anew
            source.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
            source.backup(
                target,
                pages=PAGES_AT_ONCE,
                sleep=0.01,
                progress=lambda _, remaining, total: progress(remaining, total),
            )
            check(target, unfinished)
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.rename(copy)
        _sync_folder(copy.parent)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def make_private(file: Path) -> None:
    """Makes an empty file that its owner alone may read, unless there is one; SQLite gives its companions the same mode.

    An existing file is not even opened: closing it would drop the locks that SQLite holds on it in this process.
    """
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def copy_of(file: Path, schema: int) -> Path:
    """Where the copy of this file lies that was made before it left this schema."""
    return file.with_name(f"{file.name}.schema-{schema}")


def check_room(file: Path) -> None:
    """Raises `Unusable` where a copy of the file has no room beside it."""
    needed, free = _bytes_of(file), shutil.disk_usage(file.parent).free
    if needed > free:
        raise Unusable(
            f"a copy of {file} is made before its schema changes: it takes {_megabytes(needed)}, "
            f"{_megabytes(free)} are free in {file.parent}. Make room; until then nothing is counted"
        )


def size_of(file: Path) -> str:
    """The size of a database with what its log holds, for people."""
    return _megabytes(_bytes_of(file))


def open_to_read(file: Path) -> sqlite3.Connection:
    """A connection that can't change the file."""
    return sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)


def _bytes_of(file: Path) -> int:
    log = file.with_name(file.name + "-wal")
    return file.stat().st_size + (log.stat().st_size if log.exists() else 0)


def _megabytes(number: int) -> str:
    return f"{number / 1_000_000:,.1f} MB"


def _sync_folder(folder: Path) -> None:
    """The new name is on the disk too, not the content alone."""
    with suppress(PermissionError):  # one that may be written into need not be readable
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
