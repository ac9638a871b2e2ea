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


def test_nor_on_a_page_of_a_site_that_has_more(store: Store) -> None:
    pages_left(store, 100, "/popular")
    views = (Key("news", Dimension.ALL, "", Metric.CLEAR), Key("news", Dimension.PAGE, "/a", Metric.CLEAR))
    commit(store, *(entry(*views) for _ in range(100)))
    assert believed(watch(store)) == 12


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


class Clocked:
    """Suspicion over a store whose looks are counted, with a monotonic clock that the test moves."""

    def __init__(self, store: Store, **settings: float | bool) -> None:
        self.seconds, self.looks = 0.0, 0
        self._store = store
        self.suspicion = Suspicion(CountSettings(**settings), self._look, lambda: self.seconds)  # type: ignore[arg-type]

    def _look(self) -> Store:
        self.looks += 1
        return self._store

    def believed(self, path: str = "/a", now: float = NOON, *, frequent: bool = False) -> int:
        """How many reports are taken before the first that is suspect."""
        for n in range(MORE):
            if self.suspicion.doubts("news", path, now, frequent=frequent):
                return n
        return MORE


def test_the_store_is_looked_at_the_less_often_the_more_is_left(store: Store) -> None:
    """Twice at a time, for site and page: an eighth of what is left is granted, ten reports at least."""
    pages_left(store, 1_000)
    watched = Clocked(store)
    assert watched.believed() == 3_100
    assert watched.looks == 2 * 37
    empty = Clocked(store)
    assert empty.believed("/b") == 100
    assert empty.looks == 10 + 1, "ten for the page, one for the site"


def test_where_nothing_is_left_the_store_is_asked_again_after_a_second_and_not_before(store: Store) -> None:
    watched = Clocked(store)
    assert watched.believed() == 100
    pages_left(store, 5)
    asked = watched.looks
    watched.seconds = 0.99
    assert watched.believed() == 0
    assert watched.looks == asked
    watched.seconds = 1.0
    assert watched.believed() == 15


def test_after_the_last_one_the_store_is_asked_at_once(store: Store) -> None:
    watched = Clocked(store, suspect_allowance=1)
    assert not watched.suspicion.doubts("news", "/a", NOON)
    pages_left(store, 1)
    assert not watched.suspicion.doubts("news", "/a", NOON)


def test_what_is_committed_is_no_longer_under_way(store: Store) -> None:
    watched = Clocked(store)
    assert watched.believed() == 100
    watched.suspicion.committed()
    watched.seconds = 1.0
    assert watched.believed() == 100, "the store knows nothing of them"
    watched.seconds = 2.0
    assert watched.believed() == 0


def test_what_others_sent_is_under_way_for_a_busy_address_too(store: Store) -> None:
    pages_left(store, 40)
    watched = Clocked(store)
    for _ in range(25):
        assert not watched.suspicion.doubts("news", "/a", NOON)
    assert watched.believed(frequent=True) == 15
    assert watched.suspicion.doubts("news", "/a", NOON, frequent=True)
    assert not watched.suspicion.doubts("news", "/a", NOON), "readers have places of their own"


def test_each_hour_explains_its_own(store: Store) -> None:
    watched = Clocked(store)
    assert watched.believed() == 100
    assert watched.believed(now=NOON + 3_599) == 0
    assert watched.believed(now=NOON + 3_600) == 100
    assert watched.believed(now=NOON + 3_600) == 0
    assert watched.believed(now=NOON) == 100, "a clock that was set back begins that hour anew"


def test_invented_pages_push_out_pages_and_never_the_site(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    pages_left(store, 100, "/popular")
    watched = Clocked(store)
    assert [watched.believed(path) for path in ("/a", "/b", "/c", "/a")] == [100, 100, 100, 0]
    monkeypatch.setattr("adnotice.count.ingest.suspicion.MAX_GRANTS", 2)
    watched = Clocked(store)
    assert [watched.believed(path) for path in ("/a", "/b", "/c", "/a")] == [100] * 4
    assert watched.believed("/d") == 0, "the site explains 400"


def test_a_site_explains_nothing_of_another(store: Store) -> None:
    watched = Clocked(store)
    assert watched.believed() == 100
    assert not watched.suspicion.doubts("elsewhere", "/a", NOON)


def proven(store: Store, *metrics: Metric, site: str = "news") -> None:
    commit(store, *(entry(Key(site, Dimension.ALL, "", metric)) for metric in metrics))


def test_ads_are_believed_to_be_allowed_again_as_often_as_readers_took_steps(store: Store) -> None:
    watched = Clocked(store)
    assert not watched.suspicion.allows("news", NOON)
    proven(store, Metric.HOWTO, Metric.RECHECKED)
    asked = watched.looks
    assert not watched.suspicion.allows("news", NOON), "within a second nobody looks again"
    assert watched.looks == asked
    watched.seconds = 1.0
    assert [watched.suspicion.allows("news", NOON) for _ in range(3)] == [True, True, False]
    proven(store, Metric.HOWTO, site="elsewhere")
    assert watched.suspicion.allows("elsewhere", NOON), "each site has its own"


def test_what_another_process_has_counted_as_allowed_meanwhile_is_seen_each_time(store: Store) -> None:
    proven(store, Metric.HOWTO, Metric.HOWTO)
    watched = Clocked(store)
    assert watched.suspicion.allows("news", NOON)
    proven(store, Metric.ALLOWED)
    assert not watched.suspicion.allows("news", NOON)


def test_what_stands_in_the_store_as_allowed_is_no_longer_left(store: Store) -> None:
    proven(store, Metric.HOWTO, Metric.HOWTO, Metric.ALLOWED)
    watched = Clocked(store)
    assert [watched.suspicion.allows("news", NOON) for _ in range(2)] == [True, False]
    watched.suspicion.committed()
    watched.seconds = 1.0
    assert watched.suspicion.allows("news", NOON), "the store knows nothing of the one that was taken"


@pytest.mark.parametrize(("days", "allows"), [(0, True), (1, True), (2, False)])
def test_a_visit_may_last_over_one_midnight(days: int, allows: bool, store: Store) -> None:
    proven(store, Metric.HOWTO)
    assert Clocked(store).suspicion.allows("news", NOON + days * 86_400) is allows
