"""What every store must do, on every store: one file, and each test once on each of them."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from adnotice.count.model.calendar import Calendar
from adnotice.count.model.tally import OTHER, Batch, Dimension, Entry, Grain, Key, Metric, Period
from adnotice.count.stores.protocol import Store
from adnotice.vocabulary import Unavailable
from tests.support.entries import DAY, NOON, TODAY, Opener, commit, entry, table, view


@pytest.fixture
def store(opener: Opener) -> Store:
    """One store, empty."""
    return opener()


def test_what_was_committed_is_counted_under_its_dimension_and_value(store: Store) -> None:
    commit(store, entry(*view("/a")), entry(*view("/a", Metric.BLOCKED_CONTENT)), entry(*view("/b")))
    assert table(store) == {("/a", Metric.CLEAR): 1, ("/a", Metric.BLOCKED_CONTENT): 1, ("/b", Metric.CLEAR): 1}
    assert table(store, Dimension.ALL) == {("", Metric.CLEAR): 2, ("", Metric.BLOCKED_CONTENT): 1}
    assert table(store, Dimension.BROWSER) == {}


def test_every_metric_and_dimension_can_be_counted(store: Store) -> None:
    keys = [Key("site", dimension, "x", metric) for dimension in Dimension for metric in Metric]
    commit(store, entry(*keys))
    for dimension in Dimension:
        assert table(store, dimension) == {("x", metric): 1 for metric in Metric}


def test_deltas_count_as_often_as_they_say(store: Store) -> None:
    key = Key("site", Dimension.PAGE, "/a", Metric.INJECTED)
    assert commit(store, Entry("pages:1", NOON + 600, (), {key: 41}), entry(key)) == [True, True]
    assert table(store) == {("/a", Metric.INJECTED): 42}


def test_an_empty_batch_changes_nothing(store: Store) -> None:
    assert commit(store) == []
    assert store.sites() == []


def test_an_id_counts_once_in_one_batch(store: Store) -> None:
    first, again = entry(*view(), name="same"), entry(*view(), name="same")
    assert commit(store, first, entry(*view()), again) == [True, True, False]
    assert table(store) == {("/", Metric.CLEAR): 2}


def test_an_id_counts_once_in_many_batches(store: Store) -> None:
    same = entry(*view())
    assert [commit(store, same) for _ in range(3)] == [[True], [False], [False]]
    assert commit(store, entry(*view()), same, entry(*view())) == [True, False, True]
    assert table(store) == {("/", Metric.CLEAR): 3}


def test_an_id_counts_once_in_two_processes(opener: Opener) -> None:
    one, other = opener(), opener()
    same = entry(*view())
    assert [commit(one, same), commit(other, same), commit(one, same)] == [[True], [False], [False]]
    assert table(other) == {("/", Metric.CLEAR): 1}


def test_a_batch_far_larger_than_a_statement_is_committed_whole(store: Store) -> None:
    batch = [entry(*view(f"/{number}")) for number in range(700)]
    assert commit(store, *batch[:300]) == [True] * 300
    assert commit(store, *batch) == [False] * 300 + [True] * 400
    assert sum(table(store).values()) == 700


def test_ids_of_any_length_and_alphabet_are_told_apart(store: Store) -> None:
    names = ["a", "a" * 1_000, "a" * 999 + "b", "ä", "a\u0308", "😀", "'; DROP TABLE adnotice_ids", "a b", "%s"]
    assert commit(store, *(entry(*view(), name=name) for name in names)) == [True] * len(names)
    assert commit(store, *(entry(*view(), name=name) for name in names)) == [False] * len(names)


def test_values_are_kept_as_they_are(store: Store) -> None:
    pages = ["/größe", "/a'b\"c", "/%s?", "/{x}", "/" + "x" * 255, "/日本語/😀", "/a\\b", "/A", "/a", "/ a ", OTHER]
    commit(store, *(entry(*view(page)) for page in pages))
    assert table(store) == {(page, Metric.CLEAR): 1 for page in pages}


def test_sites_are_kept_apart_and_listed(store: Store) -> None:
    commit(store, entry(*view(site="b")), entry(*view(site="a")), entry(*view(site="a")), entry(*view(site="Ünï")))
    assert store.sites() == ["a", "b", "Ünï"]
    assert [count.n for count in store.counts("a", Dimension.ALL, DAY)] == [2]
    assert store.counts("c", Dimension.ALL, DAY) == []


def test_the_values_with_the_most_counts_come_first(store: Store) -> None:
    commit(store, *(entry(*view(f"/{n}")) for n in range(6) for _ in range(n + 1)))
    assert [count.value for count in store.counts("site", Dimension.PAGE, DAY, limit=3)] == ["/5", "/4", "/3"]


def test_measured_page_views_come_before_other_counts(store: Store) -> None:
    counts = {
        "/sent": {Metric.INJECTED: 900, Metric.CLEAR: 1},
        "/read": {Metric.INJECTED: 5, Metric.CLEAR: 2, Metric.BLOCKED_HOSTS: 2},
        "/also-read": {Metric.INJECTED: 6, Metric.UNKNOWN: 4},
        "/never": {Metric.INJECTED: 1_000},
    }
    keys = {
        Key("site", Dimension.PAGE, page, metric): n for page, found in counts.items() for metric, n in found.items()
    }
    commit(store, Entry("a", NOON + 600, (), keys))
    order = list(dict.fromkeys(count.value for count in store.counts("site", Dimension.PAGE, DAY)))
    assert order == ["/also-read", "/read", "/sent", "/never"]
    assert {count.value for count in store.counts("site", Dimension.PAGE, DAY, limit=2)} == {"/also-read", "/read"}


def test_of_some_metrics_counts_and_points_are_the_same_as_of_all(store: Store) -> None:
    for hours in (0, -24, -48):
        commit(store, entry(*view("/a")), entry(*view("/b", Metric.BLOCKED_CONTENT)), now=NOON + hours * 3600)
    period = Period(TODAY - timedelta(days=5), TODAY)
    for metrics in ((Metric.CLEAR,), (Metric.BLOCKED_CONTENT, Metric.INJECTED), (Metric.SHOWN,)):
        for dimension in (Dimension.ALL, Dimension.PAGE):
            whole = store.counts("site", dimension, period)
            some = store.counts("site", dimension, period, metrics=metrics)
            assert some == [count for count in whole if count.metric in metrics]
        points = store.points("site", Grain.DAY, period, Dimension.PAGE, "/b", metrics)
        assert points == [
            each for each in store.points("site", Grain.DAY, period, Dimension.PAGE, "/b") if each.metric in metrics
        ]


def test_tables_read_at_once_are_those_read_one_by_one(store: Store) -> None:
    period = Period(TODAY - timedelta(days=40), TODAY)
    assert store.tables("site", (Dimension.ALL, Dimension.SHARE), period) == {Dimension.ALL: [], Dimension.SHARE: []}
    for hours in (0, -24 * 9, -24 * 39):
        keys = {
            Key("site", dimension, value, metric): n
            for dimension in (Dimension.ALL, Dimension.BROWSER, Dimension.QUIET)
            for value in (("",) if dimension is Dimension.ALL else ("x", "y", "z"))
            for metric, n in ((Metric.CLEAR, 3 + len(value) + hours % 5), (Metric.NOT_ASKED, 2))
        }
        commit(store, Entry(f"at {hours}", NOON + 600, (), keys), now=NOON + hours * 3600)
    dimensions = (Dimension.QUIET, Dimension.ALL, Dimension.SHARE, Dimension.BROWSER)
    found = store.tables("site", dimensions, period)
    assert list(found) == list(dimensions)
    assert found == {dimension: store.counts("site", dimension, period) for dimension in dimensions}
    assert [count.value for count in found[Dimension.BROWSER][::2]] == ["x", "y", "z"]


def test_what_another_process_has_just_committed_is_in_every_answer(opener: Opener) -> None:
    ours, theirs = opener(), opener()
    for n in range(1, 4):
        commit(ours, entry(*view("/a")))
        assert [count.n for count in theirs.counts("site", Dimension.PAGE, DAY)] == [n]
        commit(ours, entry(*view("/", site="all")))
        assert [count.n for count in theirs.tables("all", (Dimension.ALL,), DAY)[Dimension.ALL]] == [n]
        commit(ours, entry(*view("/c", site="points")))
        assert [each.n for each in theirs.points("points", Grain.DAY, DAY, Dimension.PAGE, "/c")] == [n]


def test_every_period_is_the_sum_of_its_days(store: Store) -> None:
    first = date(2026, 1, 1)
    days = [first + timedelta(days=number) for number in range(320)]
    by_day = {day: number % 7 + 1 for number, day in enumerate(days)}
    calendar = Calendar("UTC")
    key = Key("site", Dimension.PAGE, "/a", Metric.CLEAR)
    for day, n in by_day.items():
        commit(store, Entry(f"day {day}", NOON + 600, (), {key: n}), now=calendar.noon(day))
    mixed = random.Random(7)  # noqa: S311 - periods, not secrets
    for _ in range(40):
        begin, end = sorted(mixed.sample(days, 2))
        total = sum(n for day, n in by_day.items() if begin <= day <= end)
        assert table(store, period=Period(begin, end)) == {("/a", Metric.CLEAR): total}, (begin, end)


@pytest.mark.parametrize(
    ("grain", "starts"),
    [
        (Grain.HOUR, ["2026-11-17T23", "2026-11-18T00", "2026-11-18T12"]),
        (Grain.DAY, ["2026-11-17", "2026-11-18"]),
        (Grain.WEEK, ["2026-11-16"]),
        (Grain.MONTH, ["2026-11-01"]),
    ],
)
def test_a_series_has_its_buckets_in_order(store: Store, grain: Grain, starts: list[str]) -> None:
    for hours in (0, -13, -12):
        commit(store, entry(*view("/a")), entry(*view("/b")), now=NOON + hours * 3600)
    period = Period(TODAY - timedelta(days=5), TODAY)
    points = store.points("site", grain, period, Dimension.PAGE, "/a")
    assert [point.start for point in points] == starts
    assert sum(point.n for point in points) == 3
    assert sum(point.n for point in store.points("site", grain, period)) == 6
    assert store.points("site", grain, period, Dimension.PAGE, "/c") == []


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Asia/Kathmandu", TODAY, 24),
    ],
)
def test_a_day_has_as_many_hours_as_its_clock_shows(opener: Opener, zone: str, day: date, hours: int) -> None:
    store = opener(timezone=zone)
    calendar = Calendar(zone)
    moment = calendar.noon(day) - 14 * 3600
    while calendar.today(moment) <= day:
        commit(store, entry(*view()), now=moment)
        moment += 900
    points = store.points("site", Grain.HOUR, Period(day, day))
    assert [point.n for point in points] == [4] * hours
    assert len({point.start for point in points}) == hours
    assert table(store, Dimension.ALL, Period(day, day)) == {("", Metric.CLEAR): 4 * hours}


def test_another_time_zone_is_refused_with_the_remedy(opener: Opener) -> None:
    commit(opener(timezone="Europe/Berlin"), entry(*view()))
    store = opener(timezone="Asia/Kathmandu")
    with pytest.raises(Unavailable, match="Set timezone back") as refused:
        commit(store, entry(*view()))
    assert refused.value.retry_after == 60
    assert "Europe/Berlin" in store.health().problem


def test_a_clock_that_goes_back_loses_and_doubles_nothing(store: Store) -> None:
    same = entry(*view())
    for moved in (0, -3600, -86_400, 366 * 86_400, 0):
        again = () if moved > 600 else (same,)  # a report that old is refused before it gets here
        commit(store, *again, entry(*view()), now=NOON + moved)
    whole = Period(TODAY - timedelta(days=2), TODAY + timedelta(days=400))
    assert table(store, Dimension.ALL, whole) == {("", Metric.CLEAR): 6}


def test_values_beyond_the_cap_count_as_other(opener: Opener, shards: int) -> None:
    store = opener(max_pages=10)
    for round_ in range(3):
        commit(store, *(entry(*view(f"/{round_}/{number}")) for number in range(40 * shards)))
    counts = table(store)
    assert sum(counts.values()) == 120 * shards
    assert len(counts) <= 10 * shards + 1
    assert counts[OTHER, Metric.CLEAR] >= 110 * shards
    assert table(store, Dimension.ALL) == {("", Metric.CLEAR): 120 * shards}


def test_the_cap_holds_across_processes(opener: Opener, shards: int) -> None:
    stores = [opener(max_pages=10) for _ in range(3)]
    for number, (name, store) in itertools.product(range(10 * shards), enumerate(stores)):
        commit(store, entry(*view(f"/{name}/{number}")))
    assert len(table(stores[0])) <= 10 * shards + 1
    assert sum(table(stores[0]).values()) == 30 * shards


def test_what_is_past_its_retention_is_pruned_and_nothing_else(opener: Opener) -> None:
    store = opener(hours_kept_days=10, days_kept_months=2, months_kept=4)
    moments = [NOON - days * 86_400 for days in (0, 9, 12, 59, 95, 160)]
    for moment in moments:
        commit(store, entry(*view(), expires=moment + 600), now=moment)
    store.prune(NOON)
    everything = Period(TODAY - timedelta(days=300), TODAY)
    kept = {grain: len(store.points("site", grain, everything)) for grain in Grain}
    assert kept == {Grain.HOUR: 2, Grain.DAY: 4, Grain.WEEK: 4, Grain.MONTH: 3}
    assert store.prune(NOON) == 0


def test_an_id_that_has_not_expired_outlives_pruning(store: Store) -> None:
    same = entry(*view(), expires=NOON + 600)
    commit(store, same)
    store.prune(NOON + 599)
    assert commit(store, same) == [False]


def test_housekeeping_changes_no_count(store: Store) -> None:
    for number in range(3):
        commit(store, entry(*view()), now=NOON + number)
        store.tend(NOON + number)
    assert table(store) == {("/", Metric.CLEAR): 3}


def test_an_import_need_not_count_hours(store: Store) -> None:
    key = Key("site", Dimension.ALL, "", Metric.SERVED)
    batch = Batch(NOON, (Entry("import", NOON + 600, (), {key: 5}),), (Grain.DAY, Grain.WEEK, Grain.MONTH))
    assert store.commit(batch) == [True]
    assert [len(store.points("site", grain, DAY)) for grain in Grain] == [0, 1, 1, 1]


def test_notes_are_kept_replaced_and_removed(opener: Opener) -> None:
    notes = opener().notes
    assert notes.get("mode") is None
    notes.put("mode", "ask")
    notes.put("mode", "off – “now”")
    assert opener().notes.get("mode") == "off – “now”"
    notes.remove("mode")
    notes.remove("mode")
    assert notes.get("mode") is None


def test_notes_are_listed_by_what_they_begin_with(store: Store) -> None:
    for name in ("link:b", "link:a", "LINK:c", "links", "li%k:d", "link_e"):
        store.notes.put(name, "x")
    assert store.notes.names("link:") == ["link:a", "link:b"]
    assert store.notes.names("li%k") == ["li%k:d"]
    assert store.notes.names("link_") == ["link_e"]
    assert len(store.notes.names("")) == 6


def test_notes_end_when_they_expire(store: Store) -> None:
    now = datetime.now(UTC).timestamp()
    store.notes.put("session:old", "x", expires=now - 1)
    store.notes.put("session:new", "x", expires=now + 600)
    assert store.notes.get("session:old") is None
    assert store.notes.names("session:") == ["session:new"]
    store.prune(now)
    assert store.notes.get("session:new") == "x"


def test_a_store_says_that_it_is_well_and_keeps_its_password_to_itself(store: Store) -> None:
    commit(store, entry(*view()))
    health = store.health()
    assert health.problem == ""
    assert "://" in health.url


def test_a_closed_store_opens_again(store: Store) -> None:
    commit(store, entry(*view()))
    store.close()
    commit(store, entry(*view()))
    assert table(store) == {("/", Metric.CLEAR): 2}


def test_threads_may_share_a_store(store: Store) -> None:
    def work(worker: int) -> Counter[bool]:
        fates: Counter[bool] = Counter()
        for number in range(25):
            fates.update(commit(store, entry(*view(f"/{worker}")), entry(*view(), name=f"shared {number}")))
            store.counts("site", Dimension.ALL, DAY)
        return fates

    with ThreadPoolExecutor(4) as pool:
        fates = sum(pool.map(work, range(4)), Counter[bool]())
    assert fates == {True: 125, False: 75}
    assert table(store, Dimension.ALL) == {("", Metric.CLEAR): 125}
