"""What 54edcfd wrote is kept: its stores are brought to today's schema, whole, whoever is killed meanwhile; what its
readers' browsers hold still counts."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, inspect

from adnotice.cli import main
from adnotice.count.model.tally import Batch, Dimension, Entry, Key, Metric
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.count.stores.protocol import NoStore, Store, Unusable
from adnotice.count.stores.sql.backup import back_up, restore
from adnotice.keys import Keys
from adnotice.notice.cookie import Kept, read_cookie
from adnotice.notice.ticket import Ticket, Tickets
from adnotice.vocabulary import NoticeEvent, Unavailable
from tests.count.old_stores import (
    FAR,
    FOLDER,
    SOON_AFTER,
    WHOLE,
    ZONE,
    OldStore,
    check,
    old_postgresql,
    old_sqlite,
    open_at,
    put_old,
)


@pytest.fixture(params=["sqlite", "postgresql", "shards"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> OldStore:
    """A store as 54edcfd left it, its journal filled."""
    return put_old(request.param, request, tmp_path)


@pytest.fixture(params=["sqlite", "postgresql", "redis", "shards", "cluster"])
def any_old(request: pytest.FixtureRequest, tmp_path: Path) -> OldStore:
    """The same, on every kind of server."""
    return put_old(request.param, request, tmp_path)


def migrated(old: OldStore) -> Store:
    """The store after the operator has run `adnotice migrate`."""
    store = open_at(old.url)
    store.migrate(lambda _: None)
    return store


def test_all_totals_are_equal_after_the_migration_and_new_counts_add_to_them(any_old: OldStore) -> None:
    store = migrated(any_old)
    check(any_old, store)
    new = Entry("new", FAR, tuple(Key("news.example", Dimension.ALL, "", metric) for metric in Metric))
    assert store.commit(Batch(SOON_AFTER, (new,))) == [True]
    before = {metric: n for _, metric, n in any_old.totals["sites"]["news.example"]["counts"]["all"]}
    wanted = {str(metric): before.get(str(metric), 0) + 1 for metric in Metric}
    assert {str(each.metric): each.n for each in store.counts("news.example", Dimension.ALL, WHOLE)} == wanted
    store.close()


def test_migrating_again_changes_nothing(old: OldStore) -> None:
    store = migrated(old)
    before = _rows(old)
    store.migrate(lambda _: None)
    store.close()
    assert _rows(old) == before


def test_a_dry_run_says_what_is_to_be_done_and_touches_nothing(
    old: OldStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ADNOTICE_TIMEZONE", "Europe/Berlin")
    before = old.raw()
    assert main(["migrate", "--dry-run", "--store", old.url]) == 0
    told = capsys.readouterr().out
    assert "has schema 1, this adnotice writes schema 2. It needs:" in told
    assert told.endswith("Nothing was changed.\n")
    assert old.raw() == before


def test_an_older_store_is_refused_by_commands_with_the_remedy_and_is_not_touched(
    old: OldStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ADNOTICE_TIMEZONE", "Europe/Berlin")
    store = open_at(old.url)
    rows = _rows(old)
    for use in (
        lambda: store.commit(Batch(SOON_AFTER, (Entry("x", FAR, ()),))),
        lambda: store.sites(),
        lambda: store.tend(SOON_AFTER),
        lambda: store.notes.put("mode", "off"),
    ):
        with pytest.raises(Unusable, match=r"has schema 1, this adnotice writes schema 2\. Run: adnotice migrate"):
            use()
    assert "Run: adnotice migrate" in store.health().problem
    store.close()
    assert main(["figures", "--store", old.url]) == 1
    assert capsys.readouterr().err.strip().endswith("Run: adnotice migrate")
    assert _rows(old) == rows


def _rows(old: OldStore) -> object:
    """What the store holds; of SQLite its rows, since a log that is written back changes the file's bytes."""
    return old.raw() if old.name != "sqlite" else read_rows(old.url)


def read_rows(url: str) -> object:
    """The rows of a SQLite file's tables."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        select = "SELECT * FROM {} ORDER BY 1, 2"
        return {name: connection.execute(select.format(name)).fetchall() for name in sorted(names)}


def test_the_command_asks_for_a_copy_where_it_can_make_none(
    old: OldStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ADNOTICE_TIMEZONE", "Europe/Berlin")
    before = old.raw()
    status = main(["migrate", "--store", old.url])
    told = capsys.readouterr().out
    if old.name == "sqlite":
        assert status == 0
        assert "counts.db.schema-1" in told
    else:
        assert status == 2
        assert old.raw() == before
        assert "Make a copy of it first (" in told
        assert told.endswith("Make a copy, then: adnotice migrate --yes\n")
        assert main(["migrate", "--yes", "--store", old.url]) == 0
        assert "done after" in capsys.readouterr().out
    check(old, open_at(old.url))


def test_programs_are_told_the_plan_as_json_and_are_asked_nothing(
    old: OldStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ADNOTICE_TIMEZONE", "Europe/Berlin")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    told = []
    for options, status in ((["--dry-run"], 0), ([], 0 if old.name == "sqlite" else 2), (["--yes"], 0), (["--yes"], 0)):
        assert main(["migrate", "--json", *options, "--store", old.url]) == status
        told.append(json.loads(capsys.readouterr().out))
    first = told[0]
    assert (first["found"], first["wanted"], first["migrated"]) == (1, 2, False)
    assert first["steps"]
    assert bool(first["copy_advice"]) is (old.name != "sqlite")
    assert [each["migrated"] for each in told[1:]] == (
        [True, False, False] if old.name == "sqlite" else [False, True, False]
    )
    assert (told[-1]["found"], told[-1]["wanted"], told[-1]["steps"]) == (2, 2, [])


def test_several_migrate_at_once_and_every_count_is_there_once(old: OldStore) -> None:
    stores = [open_at(old.url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda store: store.migrate(lambda _: None), stores))
    check(old, stores[0])
    for store in stores:
        store.close()


def test_several_processes_migrate_at_once(old: OldStore) -> None:
    running = [subprocess.Popen(command(old), stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate(timeout=60)[0].count("done") for process in running] == [1, 1, 1]
    check(old, open_at(old.url))


def command(old: OldStore) -> list[str]:
    """What migrates the store in a process of its own, and says when it begins and when it has done so."""
    program = (
        "import sys; from tests.count.old_stores import open_at; store = open_at(sys.argv[1]); store.plan(); "
        "print('begun', flush=True); store.migrate(lambda _: None); print('done', flush=True)"
    )
    return [sys.executable, "-c", program, old.url]


def test_a_sqlite_file_is_migrated_by_the_server_that_opens_it_after_a_copy_was_made(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    old = old_sqlite(tmp_path)
    store = open_at(old.url, migrates=True)
    check(old, store)
    store.close()
    copy = tmp_path / "counts.db.schema-1"
    assert f"copied to {copy}" in caplog.text
    assert copy.stat().st_mode & 0o077 == 0, "its owner's alone, as the store is"
    again = tmp_path / "again"
    again.mkdir()
    restore(copy, f"sqlite:///{again}/counts.db")
    check(old, open_at(f"sqlite:///{again}/counts.db", migrates=True))


def test_servers_that_start_at_once_migrate_the_file_once_and_all_count_in_it(tmp_path: Path) -> None:
    old = old_sqlite(tmp_path)
    stores = [open_at(old.url, migrates=True) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        fates = pool.map(
            lambda pair: pair[1].commit(Batch(SOON_AFTER, (Entry(f"view {pair[0]}", FAR, ()),))), enumerate(stores)
        )
        assert list(fates) == [[True]] * 6
    check(old, stores[5])


def test_a_backup_of_old_is_migrated_when_it_was_restored_under_a_running_server(tmp_path: Path) -> None:
    old = old_sqlite(tmp_path)
    backup = tmp_path / "backup.db"
    back_up(old.url, backup)
    store = open_at(old.url, migrates=True)
    store.commit(Batch(SOON_AFTER, (Entry("lost", FAR, (Key("lost.example", Dimension.ALL, "", Metric.CLEAR),)),)))
    assert "lost.example" in store.sites()
    restore(backup, old.url)
    eventually(lambda: store.sites())
    check(old, store)
    store.close()


def eventually(use: Callable[[], object]) -> None:
    """As the writer does: what fails is tried again."""
    for _ in range(3):
        try:
            use()
            return
        except Unavailable:
            continue
    use()


def test_without_room_for_a_copy_nothing_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = old_sqlite(tmp_path)
    before = read_rows(old.url)
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    store = open_at(old.url, migrates=True)
    with pytest.raises(Unusable, match=r"it takes 0\.\d MB, 0\.0 MB are free"):
        store.sites()
    store.close()
    assert read_rows(old.url) == before
    assert not (tmp_path / "counts.db.schema-1").exists()


PROMISES = json.loads((FOLDER / "promises.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("choice", "day", "header"), PROMISES["cookies"], ids=lambda each: str(each)[:24])
def test_choice_cookies_of_old_hold(choice: str, day: str, header: str) -> None:
    kept = date.fromisoformat(day)
    value = header.partition("=")[2].partition(";")[0]
    assert read_cookie(value, kept + timedelta(days=1)) == Kept(NoticeEvent(choice), kept)


@pytest.mark.parametrize(("view", "site", "text"), PROMISES["tickets"], ids=lambda each: str(each)[:24])
def test_tickets_of_old_count(view: str, site: str, text: str) -> None:
    read = Tickets(Keys(PROMISES["secret"])).read(text, site, PROMISES["issued"] + 3600)
    assert isinstance(read, Ticket)
    assert read.view == view


def test_tables_that_somebody_reads_for_long_are_left_as_they_are(postgresql_url: str) -> None:
    old = old_postgresql(postgresql_url)
    before = old.raw()
    store = open_store(old.url, CountSettings(store_url=old.url, timezone=ZONE, store_deadline_seconds=0.5))
    with psycopg.connect(old.url) as reading:
        reading.execute("SELECT count(*) FROM adnotice_tallies")
        with pytest.raises(Unavailable, match="somebody is using the tables"):
            store.migrate(lambda _: None)
        assert old.raw() == before
    store.migrate(lambda _: None)
    store.close()
    check(old, open_at(old.url))


@pytest.mark.parametrize("fixture", ["sqlite_url", "postgresql_url"])
def test_migrated_tables_are_made_like_new_ones(
    fixture: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    fresh = request.getfixturevalue(fixture)
    store = open_at(fresh)
    store.sites()
    store.close()
    made = tables(fresh)
    folder = tmp_path_factory.mktemp("old")
    old = old_sqlite(folder) if fixture == "sqlite_url" else old_postgresql(fresh)
    migrated(old).close()
    assert tables(old.url) == made


def tables(url: str) -> dict[str, object]:
    """Every table's columns, whatever their order, and its key."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    found: dict[str, object] = {}
    asked = inspect(engine)
    for name in sorted(asked.get_table_names()):
        columns = {(each["name"], str(each["type"]), each["nullable"]) for each in asked.get_columns(name)}
        found[name] = columns, asked.get_pk_constraint(name)["constrained_columns"]
    engine.dispose()
    return found


@pytest.mark.parametrize("fixture", ["sqlite_url", "postgresql_url", "redis_url"])
def test_where_there_is_no_store_none_is_migrated_nor_begun(
    fixture: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    url = request.getfixturevalue(fixture)
    assert main(["migrate", "--yes", "--store", url]) == 2
    assert "there is no store of adnotice at" in capsys.readouterr().err
    with pytest.raises(NoStore):
        open_at(url).plan()
