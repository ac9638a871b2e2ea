"""Copies made while counting goes on, and the way back; page views that a CDN counted."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest

from adnotice.count.cdn_import import NotImportable, import_served, read_served
from adnotice.count.model.calendar import Calendar
from adnotice.count.model.tally import Count, Dimension, Grain, Metric, Period
from adnotice.count.stores.open import open_store, sqlite_file
from adnotice.count.stores.protocol import Unusable
from adnotice.count.stores.sql import copying
from adnotice.count.stores.sql.backup import back_up, restore
from adnotice.vocabulary import Unavailable
from tests.support.entries import DAY, commit, entry, view

TWO_DAYS = ["day,page,views\n", "2026-11-01,/a,40\n", "2026-11-01,/b?utm=1,2\n", "2026-11-02,/a,5\n"]


def total(url: str) -> int:
    """How many views the store has counted."""
    store = open_store(url)
    try:
        return sum(count.n for count in store.counts("site", Dimension.ALL, DAY))
    finally:
        store.close()


def test_a_backup_is_whole_and_comes_back(sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(sqlite_url)
    commit(store, *(entry(*view(f"/{number}")) for number in range(300)))
    copy = tmp_path / "copy.db"
    assert back_up(sqlite_url, copy) == copy.stat().st_size
    commit(store, *(entry(*view()) for _ in range(5)))
    aside = restore(copy, sqlite_url)
    assert total(sqlite_url) == 300
    assert aside is not None
    assert total(f"sqlite:///{aside}") == 305
    assert commit(store, entry(*view())) == [True], "a running process goes on with what was restored"
    assert sum(count.n for count in store.counts("site", Dimension.ALL, DAY)) == 301
    store.close()


@pytest.mark.parametrize("name", ["copy#1.db", "copy?mode=rw.db", "copy%20.db", "Kopie – März.db"])
def test_a_backup_may_have_any_name(name: str, sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(sqlite_url)
    commit(store, entry(*view()))
    store.close()
    back_up(sqlite_url, tmp_path / name)
    restore(tmp_path / name, sqlite_url)
    assert total(sqlite_url) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_what_root_restores_is_the_sites_as_it_was(sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(sqlite_url)
    commit(store, entry(*view()))
    store.close()
    back_up(sqlite_url, tmp_path / "copy.db")
    file = sqlite_file(sqlite_url)
    os.chown(file, 65534, 65534)
    restore(tmp_path / "copy.db", sqlite_url)
    assert (file.stat().st_uid, file.stat().st_gid) == (65534, 65534)
    file.unlink()
    os.chown(file.parent, 65534, 65534)
    restore(tmp_path / "copy.db", sqlite_url)
    assert file.stat().st_uid == 65534, "of a store that is gone its folder tells"


def test_ids_come_back_with_a_backup(sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(sqlite_url)
    same = entry(*view())
    commit(store, same)
    back_up(sqlite_url, tmp_path / "copy.db")
    store.close()
    other = f"sqlite:///{tmp_path / 'other.db'}"
    assert restore(tmp_path / "copy.db", other) is None
    store = open_store(other)
    assert commit(store, same) == [False]
    store.close()


def test_a_backup_is_made_while_counting_goes_on(sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(sqlite_url)
    commit(store, entry(*view()))
    stop = threading.Event()
    counted = [1]

    def count_on() -> None:
        while not stop.is_set():
            counted[0] += sum(commit(store, *(entry(*view(f"/{number}")) for number in range(20))))

    thread = threading.Thread(target=count_on)
    thread.start()
    try:
        for number in range(5):
            before = counted[0]
            back_up(sqlite_url, tmp_path / f"copy{number}.db")
            assert before <= total(f"sqlite:///{tmp_path / f'copy{number}.db'}") <= counted[0] + 20
    finally:
        stop.set()
        thread.join()
        store.close()
    assert total(sqlite_url) == counted[0]


def test_what_is_no_backup_is_refused_and_nothing_is_touched(sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(sqlite_url)
    commit(store, entry(*view()))
    store.close()
    noise = tmp_path / "noise"
    noise.write_bytes(b"noise" * 1000)
    with pytest.raises(Unavailable):
        restore(noise, sqlite_url)
    with pytest.raises(Unusable, match="there is no"):
        restore(tmp_path / "missing", sqlite_url)
    with pytest.raises(Unusable, match="exists"):
        back_up(sqlite_url, noise)
    assert total(sqlite_url) == 1


@pytest.mark.parametrize(("url", "tool"), [("postgresql://host/db", "pg_dump"), ("redis://host", "append-only")])
def test_a_server_is_backed_up_with_its_own_tools(url: str, tool: str, tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=tool):
        back_up(url, tmp_path / "copy")


def test_each_day_of_a_cdns_counts_is_taken_once(sqlite_url: str) -> None:
    store, calendar = open_store(sqlite_url), Calendar("UTC")
    served = read_served(TWO_DAYS, "site")
    assert import_served(store, calendar, served) == (2, 47, [])
    more = read_served([*TWO_DAYS, "2026-11-03,/a,7\n"], "site")
    assert import_served(store, calendar, more) == (1, 7, [("site", date(2026, 11, 1)), ("site", date(2026, 11, 2))])
    november = Period(date(2026, 11, 1), date(2026, 11, 30))
    assert store.counts("site", Dimension.ALL, november) == [Count("", Metric.SERVED, 54)]
    assert store.counts("site", Dimension.PAGE, november) == [
        Count("/a", Metric.SERVED, 52),
        Count("/b", Metric.SERVED, 2),
    ]
    assert store.points("site", Grain.HOUR, november) == []
    store.close()


def test_imported_pages_have_the_names_that_their_views_have() -> None:
    served = read_served(["day,page,views\n", f"2026-11-01,{quote('/новини/стаття-1')},4\n"], "site")
    assert served == {("site", date(2026, 11, 1)): {"/новини/стаття-1": 4}}


def test_a_backup_ends_while_others_write_without_a_pause(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy in steps is begun anew by each commit of another process, unless it holds one moment."""
    monkeypatch.setattr(copying, "PAGES_AT_ONCE", 3)
    store = open_store(sqlite_url)
    commit(store, *(entry(*view(f"/{number}")) for number in range(400)))
    steps: list[int] = []
    with closing(sqlite3.connect(sqlite_file(sqlite_url), isolation_level=None)) as other:

        def write(left: int, whole: int) -> None:
            steps.append(left)
            assert len(steps) < 500, "it is begun anew again and again"
            other.execute(f"PRAGMA user_version = {len(steps)}")

        back_up(sqlite_url, tmp_path / "copy.db", write)
    store.close()
    assert len(steps) > 1
    assert steps == sorted(steps, reverse=True)


def test_an_import_may_name_sites(sqlite_url: str) -> None:
    served = read_served(["site,day,page,views\n", "b,2026-11-01,/,1\n", ",2026-11-01,/,2\n"], "a")
    assert {site: sum(pages.values()) for (site, _), pages in served.items()} == {"a": 2, "b": 1}


def test_all_that_is_wrong_with_a_file_is_said_at_once() -> None:
    with pytest.raises(NotImportable) as wrong:
        read_served(["day,page,views\n", "yesterday,/,1\n", "2026-11-01,/,-1\n", "2026-11-01,/\n"], "site")
    assert [line.partition(":")[0] for line in str(wrong.value).splitlines()] == ["line 2", "line 3", "line 4"]
    with pytest.raises(NotImportable, match="must name the columns"):
        read_served(["a,b\n"], "site")
    with pytest.raises(NotImportable, match="got nothing"):
        read_served([], "site")
