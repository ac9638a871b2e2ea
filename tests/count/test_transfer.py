"""All counts of a store in another one: from a file to a server, and back."""

from __future__ import annotations

from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from adnotice.count.model.tally import Dimension, Metric
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.count.stores.protocol import Unusable
from adnotice.count.stores.sql.transfer import copy_store
from tests.support.entries import NOON, commit, entry, table, view

NAME = "/ü\U0001f5de"
PAGES = 1_300
"""More than one batch of rows."""


def fill(url: str) -> None:
    """A store with more rows than are copied at once, an operator's note, and an id that has been counted."""
    store = open_store(url, SETTINGS)
    commit(store, *(entry(*view(f"/{number}")) for number in range(PAGES)), entry(*view(NAME), name="known"))
    commit(store, *(entry(*view(NAME)) for _ in range(4)))
    store.notes.put("mode", "ask")
    store.close()


SETTINGS = CountSettings(store_url="sqlite:///unused", max_pages=5_000, name_after_views=1, timezone="Europe/Kyiv")


def test_everything_goes_from_a_file_to_a_server_and_back(sqlite_url: str, postgresql_url: str, tmp_path: Path) -> None:
    fill(sqlite_url)
    urls = [sqlite_url, postgresql_url, f"sqlite:///{tmp_path / 'back.db'}"]
    stores = [open_store(url, SETTINGS) for url in urls]
    copied = [copy_store(source, target) for source, target in pairwise(stores)]
    assert copied[0] == copied[1] > PAGES
    for store in stores:
        assert table(store, Dimension.ALL) == {("", Metric.CLEAR): PAGES + 5}
        assert table(store)[NAME, Metric.CLEAR] == 5
        assert store.notes.get("mode") == "ask"
        assert commit(store, entry(*view(NAME), name="known")) == [False], "what was counted counts once"
        assert commit(store, entry(*view("/new"))) == [True]
        store.close()


def test_a_store_that_holds_counts_is_not_added_to(sqlite_url: str, tmp_path: Path) -> None:
    fill(sqlite_url)
    other = f"sqlite:///{tmp_path / 'other.db'}"
    fill(other)
    with (
        closing(open_store(sqlite_url, SETTINGS)) as source,
        closing(open_store(other, SETTINGS)) as target,
        pytest.raises(Unusable, match="holds counts already"),
    ):
        copy_store(source, target)


def test_another_time_zone_is_refused_before_anything_is_copied(sqlite_url: str, tmp_path: Path) -> None:
    fill(sqlite_url)
    elsewhere = CountSettings(store_url="sqlite:///unused")
    other = f"sqlite:///{tmp_path / 'other.db'}"
    with (
        closing(open_store(sqlite_url, elsewhere)) as source,
        closing(open_store(other, elsewhere)) as target,
        pytest.raises(Unusable, match="cut in the time zone Europe/Kyiv"),
    ):
        copy_store(source, target)


def test_what_is_no_sql_database_is_told_so(sqlite_url: str) -> None:
    class Other:
        """Any other store."""

    with (
        closing(open_store(sqlite_url, SETTINGS)) as source,
        pytest.raises(Unusable, match="Redis has tools of its own"),
    ):
        copy_store(source, Other())  # type: ignore[arg-type] - that it is none is what is tried


def test_the_days_of_before_are_still_there(sqlite_url: str, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path / 'other.db'}"
    with closing(open_store(sqlite_url, SETTINGS)) as source, closing(open_store(other, SETTINGS)) as target:
        commit(source, entry(*view("/old"), expires=NOON), now=NOON)
        copy_store(source, target)
        assert table(target) == table(source) == {("/old", Metric.CLEAR): 1}
