"""The writer's thread and those that read use one store: what one of them meets harms no other."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import create_engine, text

from adnotice.count.model.tally import Dimension, Metric
from adnotice.count.stores.open import open_store
from adnotice.count.stores.sql.pool import ClosingPool
from adnotice.count.stores.sql.store import SqlStore
from adnotice.vocabulary import Unavailable
from tests.support.entries import DAY, commit, entry, table, view


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def store(request: pytest.FixtureRequest) -> Iterator[SqlStore]:
    """An empty store that has been written to."""
    opened = open_store(request.getfixturevalue(request.param))
    assert isinstance(opened, SqlStore)
    commit(opened, entry(*view("/before"), name="first"))
    yield opened
    opened.close()


def read_nonsense(store: SqlStore) -> None:
    """As where a table is damaged, locked for too long, or gone."""
    with pytest.raises(Unavailable), store.reading() as connection:
        connection.execute(text("SELECT nonsense FROM nowhere"))


def test_a_question_that_fails_leaves_the_transaction_of_another_thread_alone(store: SqlStore) -> None:
    """SQLite's connections may not be closed by one thread while another one commits: the process ends then."""
    with ThreadPoolExecutor(1) as others, store.writing() as cursor:
        cursor.execute("SELECT 1")
        others.submit(read_nonsense, store).result(timeout=10)
        cursor.execute("DELETE FROM adnotice_ids")
    assert commit(store, entry(*view("/before"), name="first")) == [True], "its id was forgotten"


def test_closing_waits_for_the_transaction_of_another_thread(store: SqlStore) -> None:
    with ThreadPoolExecutor(1) as others:
        with store.writing() as cursor:
            closed = others.submit(store.close)
            with suppress(TimeoutError):
                closed.result(timeout=0.2)
            cursor.execute("DELETE FROM adnotice_ids")
        closed.result(timeout=10)
    assert commit(store, entry(*view("/before"), name="first")) == [True], "its id was forgotten"


def test_counting_goes_on_while_every_question_fails(store: SqlStore) -> None:
    ended = threading.Event()

    def ask_on() -> int:
        asked = 0
        while not ended.is_set():
            read_nonsense(store)
            asked += 1
        return asked

    with ThreadPoolExecutor(2) as others:
        asking = [others.submit(ask_on) for _ in range(2)]
        try:
            fates = [commit(store, entry(*view(f"/{number}"))) for number in range(100)]
        finally:
            ended.set()
        assert all(each.result(timeout=10) > 1 for each in asking)
    assert fates == [[True]] * 100
    assert sum(count.n for count in store.counts("site", Dimension.ALL, DAY)) == 101


def test_what_comes_back_after_all_was_closed_is_closed(store: SqlStore) -> None:
    with store.reading() as connection:
        lent = connection.connection.dbapi_connection
        assert lent is not None
        store._dialect.close()
    with pytest.raises(Exception, match="closed"):
        lent.cursor().execute("SELECT 1")
    assert sum(count.n for count in store.counts("site", Dimension.ALL, DAY)) == 1


@pytest.mark.parametrize("while_made", [False, True])
def test_what_is_lent_while_all_are_closed_is_closed_when_it_comes_back(while_made: bool) -> None:
    made: list[sqlite3.Connection] = []

    def connect() -> sqlite3.Connection:
        if while_made and not made:
            engine.dispose()
        made.append(sqlite3.connect(":memory:"))
        return made[-1]

    engine = create_engine("sqlite://", creator=connect, poolclass=ClosingPool)
    with engine.connect():
        if not while_made:
            engine.dispose()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        made[0].cursor()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    engine.dispose()


def test_a_site_that_logs_at_info_reads_nothing_of_pools(store: SqlStore, caplog: pytest.LogCaptureFixture) -> None:
    """As Litestar has it by default: everything from INFO on, of every logger. SQLAlchemy keeps its own to warnings."""
    with caplog.at_level(logging.INFO):
        commit(store, entry(*view("/after"), name="second"))
        store.close()
    assert not caplog.records


def test_what_another_thread_settles_meanwhile_is_read(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A query finds the tallies empty; before it looks into the journal the writer's thread has moved that."""
    commit(store, entry(*view("/meanwhile", site="another")))
    settle = store._settle

    def settle_late() -> None:
        store._fold()
        settle()

    monkeypatch.setattr(store, "_settle", settle_late)
    assert table(store, site="another") == {("/meanwhile", Metric.CLEAR): 1}
