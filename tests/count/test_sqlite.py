"""What can happen to a file: damaged, removed, replaced, read-only, full, another program's, on a network."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from adnotice.count.model.tally import Dimension
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.count.stores.protocol import Store, Unusable
from adnotice.count.stores.sql import sqlite
from adnotice.count.stores.sql.file_lock import FileLock
from adnotice.count.stores.sql.pruning import SITES_AT_ONCE
from adnotice.count.stores.sql.schema import SCHEMA
from adnotice.count.stores.sql.store import SqlStore
from adnotice.vocabulary import Unavailable
from tests.support.entries import DAY, NOON, commit, entry, view


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the store's file is going to be."""
    return tmp_path / "counts.db"


def opened(file: Path, **settings: object) -> Store:
    """A store on this file."""
    url = f"sqlite:///{file}"
    return open_store(url, CountSettings(store_url=url, **settings))  # type: ignore[arg-type]


def total(store: Store) -> int:
    """How many views the store has counted."""
    return sum(count.n for count in store.counts("site", Dimension.ALL, DAY))


def fill(store: Store, views: int = 500) -> None:
    """Commits views of many pages."""
    commit(store, *(entry(*view(f"/{number}")) for number in range(views)))
    assert total(store) == views


def test_housekeeping_goes_from_site_to_site_in_short_transactions(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(file, hours_kept_days=10)
    assert isinstance(store, SqlStore)
    sites = [f"site {number:02}" for number in range(40)]
    commit(store, *(entry(*view(site=site)) for site in sites), now=NOON - 20 * 86_400)
    store.counts("site", Dimension.ALL, DAY)  # has the journal added to the tallies
    writing, transactions = store.writing, 0

    @contextmanager
    def counted(*, patient: bool = True) -> Iterator[object]:
        nonlocal transactions
        transactions += 1
        with writing(patient=patient) as cursor:
            yield cursor

    monkeypatch.setattr(store, "writing", counted)
    assert hours(file) == 2 * len(sites)
    for _ in range(5 * len(sites)):
        transactions = 0
        store.tend(NOON)
        assert transactions <= 2 * SITES_AT_ONCE + 4
    assert hours(file) == 0


def hours(file: Path) -> int:
    """How many rows of single hours there are."""
    with closing(sqlite3.connect(file)) as connection:
        return int(connection.execute("SELECT count(*) FROM adnotice_tallies WHERE grain = 'hour'").fetchone()[0])


def pragma(file: Path, name: str) -> object:
    """What SQLite says of the file."""
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


def aside(file: Path) -> list[Path]:
    """The files that were moved aside."""
    return [path for path in file.parent.glob("*.corrupt-*") if not path.name.endswith(sqlite.SIDES)]


def test_the_file_is_durable_and_marked_as_ours(file: Path) -> None:
    store = opened(file)
    fill(store)
    assert pragma(file, "journal_mode") == "wal"
    assert pragma(file, "application_id") == sqlite.APPLICATION_ID
    with store._dialect.write() as cursor:  # type: ignore[attr-defined]
        assert cursor.execute("PRAGMA synchronous").fetchone() == (2,)


@pytest.mark.parametrize(
    "content", [b"no database at all\n" * 100, b"SQLite format 3\0" + b"\xff" * 4080, b"\0" * 8192]
)
def test_a_file_that_is_no_database_is_moved_aside_and_counting_goes_on(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    store = opened(file)
    assert commit(store, entry(*view())) == [True]
    (moved,) = aside(file)
    assert moved.read_bytes() == content
    assert moved.name in store.health().banner
    assert store.health().problem == ""


def test_a_damaged_page_is_found_at_the_start(file: Path) -> None:
    store = opened(file)
    fill(store)
    store.close()
    _damage(file)
    store = opened(file)
    assert commit(store, entry(*view())) == [True]
    assert total(store) == 1
    assert len(aside(file)) == 1


def test_damage_that_is_met_while_running_moves_the_file_aside(file: Path) -> None:
    store = opened(file)
    fill(store)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    _damage(file)
    for _ in range(3):
        try:
            commit(store, entry(*view()))
            total(store)
        except Unavailable:
            continue
    assert len(aside(file)) == 1
    assert commit(store, entry(*view())) == [True]


def _damage(file: Path) -> None:
    """Overwrites every page but the first."""
    size = file.stat().st_size
    with file.open("r+b") as writing:
        writing.seek(4096)
        writing.write(b"\xa5" * (size - 4096))


def test_another_programs_database_is_refused_and_left_alone(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    with pytest.raises(Unusable, match="another program's database"):
        commit(opened(file), entry(*view()))
    assert aside(file) == []
    with closing(sqlite3.connect(file)) as connection:
        assert [row[0] for row in connection.execute("SELECT name FROM sqlite_schema")] == ["theirs"]


def test_a_removed_file_takes_no_counts_into_nowhere(file: Path) -> None:
    store = opened(file)
    fill(store, 3)
    for path in file.parent.glob("counts.db*"):
        path.unlink()
    with pytest.raises(Unavailable, match="was removed"):
        commit(store, entry(*view()))
    assert commit(store, entry(*view())) == [True]
    assert total(opened(file)) == 1


def test_every_process_follows_a_file_that_was_replaced(file: Path, tmp_path: Path) -> None:
    one, other = opened(file), opened(file)
    fill(one, 3)
    assert total(other) == 3
    for path in tmp_path.glob("counts.db*"):
        path.rename(path.with_name("old-" + path.name))
    fill(opened(file), 1)
    assert total(other) == 1
    commit(one, entry(*view()))
    assert total(other) == 2


@pytest.mark.skipif(os.name != "posix", reason="no read-only folders for root elsewhere")
def test_a_read_only_file_gives_unavailable_and_is_written_again_when_it_can_be(file: Path) -> None:
    fill(opened(file), 2)
    with Unwritable(file.parent):
        store = opened(file)
        with pytest.raises(Unavailable, match="mounted read-only"):
            commit(store, entry(*view()))
    assert commit(store, entry(*view())) == [True]
    assert total(store) == 3


class Unwritable:
    """A folder mounted read-only: root could write into one that is merely marked so."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)

    def __enter__(self) -> None:
        for options in (["--bind", self._folder, self._folder], ["-o", "remount,ro,bind", self._folder]):
            done = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"mount is not allowed here: {done.stderr.strip()}")

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", "--lazy", self._folder], check=True)


def test_a_full_disk_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(disk)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"mount is not allowed here: {mounted.stderr.strip()}")
    try:
        store = opened(disk / "counts.db")
        counted = 0
        for number in range(400):
            try:
                counted += sum(commit(store, *(entry(*view(f"/{number}/{i}")) for i in range(20))))
            except Unavailable as full:
                problem = str(full)
                break
        else:
            pytest.fail("the disk never filled up")
        assert "full" in problem or "I/O" in problem
        subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
        assert commit(store, entry(*view())) == [True]
        assert total(store) == counted + 1
        store.close()
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_database_that_stays_locked_gives_unavailable_within_the_deadline(file: Path) -> None:
    store = opened(file, store_deadline_seconds=0.3)
    fill(store, 1)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        with pytest.raises(Unavailable, match="locked"):
            commit(store, entry(*view()))
        assert time.monotonic() - began < 2
    assert commit(store, entry(*view())) == [True]


def test_a_network_file_system_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "file_system", lambda _: "nfs4")
    with pytest.raises(Unusable, match="network file system"):
        commit(opened(file), entry(*view()))
    assert not file.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells where file systems are mounted in /proc")
def test_the_type_of_the_file_system_is_the_innermost_mounts() -> None:
    assert sqlite.file_system(Path("/proc/version")) == "proc"
    assert sqlite.file_system(Path("/nowhere/at/all")) not in ("", "proc")


def test_turns_are_taken_in_order_and_one_at_a_time(tmp_path: Path) -> None:
    turns = FileLock(tmp_path / "lock")
    order: list[int] = []
    threads = []
    with turns.take():
        for number in range(5):
            thread = threading.Thread(target=_take, args=(turns, order, number))
            thread.start()
            threads.append(thread)
            time.sleep(0.05)
        with pytest.raises(Unavailable, match="others are writing"), FileLock(tmp_path / "lock").take(patient=False):
            pass
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def _take(turns: FileLock, order: list[int], number: int) -> None:
    with turns.take():
        order.append(number)


def test_a_file_of_a_newer_version_is_read_and_not_written(file: Path) -> None:
    newer = opened(file)
    later = {SCHEMA + 1: lambda _: None}
    newer = SqlStore(newer._dialect, CountSettings(), schema=SCHEMA + 1, migrations=later, migrates=True)  # type: ignore[attr-defined]
    fill(newer, 3)
    store = opened(file)
    with pytest.raises(Unusable, match="Upgrade adnotice"):
        commit(store, entry(*view()))
    assert total(store) == 3
    assert f"has schema {SCHEMA + 1}" in store.health().problem


def test_ids_are_told_apart_when_only_their_expiry_differs(file: Path) -> None:
    store = opened(file)
    assert commit(store, entry(*view(), name="x", expires=NOON + 1), entry(*view(), name="x", expires=NOON + 2)) == [
        True,
        True,
    ]
