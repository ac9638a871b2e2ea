"""Which reports the pages that left explain, number for number, on a real store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adnotice.count.ingest.suspicion import CACHED_FACTOR, CACHED_SLACK, Suspicion, explained, suggests_cache
from adnotice.count.model.tally import Dimension, Key, Metric
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.count.stores.protocol import Store
from tests.support.entries import NOON, commit, entry

MORE = 10_000
"""More reports than anything here explains."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'counts.db'}")
    yield opened
    opened.close()


def pages_left(store: Store, pages: int, path: str = "/a") -> None:
    keys = (Key("news", Dimension.ALL, "", Metric.INJECTED), Key("news", Dimension.PAGE, path, Metric.INJECTED))
    commit(store, *(entry(*keys) for _ in range(pages)))


def believed(suspicion: Suspicion, path: str = "/a", *, frequent: bool = False, share: float = 1.0) -> int:
    """How many reports are taken before the first that is suspect."""
    for n in range(MORE):
        if suspicion.doubts("news", path, NOON, frequent=frequent, share=share):
            return n
    return MORE


def watch(store: Store, **settings: float | bool) -> Suspicion:
    return Suspicion(CountSettings(**settings), lambda: store, lambda: 0.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(("served", "reports"), [(0, 100), (1, 103), (33, 199)])
def test_a_page_explains_three_reports_each_and_a_hundred_beside(served: int, reports: int, store: Store) -> None:
    pages_left(store, served)
    assert explained(served, 3.0, 100) == reports
    assert believed(watch(store)) == reports


@pytest.mark.parametrize("served", [0, 1, 40])
def test_a_busy_address_explains_no_more_than_the_pages(served: int, store: Store) -> None:
    pages_left(store, served)
    assert believed(watch(store), frequent=True) == served


def test_what_stands_in_the_store_is_no_longer_left(store: Store) -> None:
    views = (Key("news", Dimension.ALL, "", Metric.CLEAR), Key("news", Dimension.PAGE, "/a", Metric.CLEAR))
    commit(store, *(entry(*views) for _ in range(90)))
    assert believed(watch(store)) == 12, "an eighth of the allowance is granted before the store is looked at"


def test_a_view_drawn_at_a_quarter_takes_four_places_and_seven_until_it_is_committed(store: Store) -> None:
    """Loose on the safe side: what a view stands for is under way twice, as taken and as drawn."""
    assert believed(watch(store), share=0.25) == 15


@pytest.mark.parametrize("settings", [{"suspect_factor": 0}, {"pages_cached": True}])
def test_nothing_is_suspect_where_the_operator_says_so(settings: dict[str, float | bool], store: Store) -> None:
    assert believed(watch(store, **settings)) == MORE


@pytest.mark.parametrize("sent", [0, 1, 100, 1000, 123_456])
def test_a_cache_is_supposed_from_one_report_beyond_the_bound_on(sent: int) -> None:
    bound = int(sent * CACHED_FACTOR + CACHED_SLACK)
    assert not suggests_cache(sent, bound)
    assert suggests_cache(sent, bound + 1)


def test_the_bound_for_a_cache_is_a_tenth_and_twenty() -> None:
    assert [suggests_cache(100, n) for n in (130, 131)] == [False, True]
    assert [suggests_cache(0, n) for n in (20, 21)] == [False, True]
