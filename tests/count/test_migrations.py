"""From one version of the tables to the next: by one process at a time, whole or not at all, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from adnotice.count.model.tally import Dimension
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.count.stores.protocol import Unusable
from adnotice.count.stores.sql.schema import SCHEMA
from adnotice.count.stores.sql.store import SqlStore
from adnotice.vocabulary import Unavailable
from tests.support.entries import DAY, commit, entry, view

Make = Callable[..., SqlStore]


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def make(request: pytest.FixtureRequest) -> Make:
    """Opens a store as a version that knows these migrations would."""
    url: str = request.getfixturevalue(request.param)

    def open_version(*migrations: Callable[[Any], None]) -> SqlStore:
        settings = CountSettings(store_url=url)
        place = open_store(url, settings)._dialect  # type: ignore[attr-defined]
        by_number = {SCHEMA + number: each for number, each in enumerate(migrations, 1)}
        store = SqlStore(place, settings, schema=SCHEMA + len(migrations), migrations=by_number, migrates=True)
        request.addfinalizer(store.close)
        return store

    return open_version


def add_column(cursor: Any) -> None:
    """A migration as a later version could have it."""
    cursor.execute("ALTER TABLE adnotice_tallies ADD COLUMN extra BIGINT NOT NULL DEFAULT 0")


def add_table(cursor: Any) -> None:
    """Another one."""
    cursor.execute("CREATE TABLE adnotice_later (x BIGINT)")


def fail_half_way(cursor: Any) -> None:
    """One that begins and does not get to its end."""
    add_table(cursor)
    cursor.execute("THIS IS NO SQL")


def views(store: SqlStore) -> int:
    """How many views the store has counted."""
    return sum(count.n for count in store.counts("site", Dimension.ALL, DAY))


def test_counts_survive_every_step(make: Make) -> None:
    commit(make(), entry(*view()))
    commit(make(add_column), entry(*view()))
    last = make(add_column, add_table)
    commit(last, entry(*view()))
    assert views(last) == 3
    with last.writing() as cursor:
        cursor.execute("SELECT count(*) FROM adnotice_later")
        cursor.execute("SELECT sum(extra) FROM adnotice_tallies")


def test_a_migration_that_fails_leaves_nothing_behind(make: Make) -> None:
    commit(make(), entry(*view()))
    with pytest.raises(Unavailable, match="syntax error"):
        commit(make(fail_half_way), entry(*view()))
    assert views(make()) == 1
    commit(make(add_table), entry(*view()))


def test_many_processes_migrate_at_once_and_one_does_it(make: Make) -> None:
    commit(make(), entry(*view()))
    stores = [make(add_column, add_table) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda store: commit(store, entry(*view())), stores)) == [[True]] * 6
    assert views(stores[0]) == 7


def test_many_processes_begin_an_empty_store_at_once(make: Make) -> None:
    stores = [make() for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda store: commit(store, entry(*view())), stores)) == [[True]] * 6
    assert views(stores[0]) == 6


def test_an_older_version_only_reads(make: Make) -> None:
    newer = make(add_column)
    commit(newer, entry(*view()))
    assert views(newer) == 1
    older = make()
    with pytest.raises(Unusable, match="Upgrade adnotice"):
        commit(older, entry(*view()))
    assert views(older) == 1
