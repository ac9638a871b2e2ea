"""Who gets a name in a bucket: whatever is invented, real values keep theirs, and no sum changes."""

from __future__ import annotations

import itertools
import random
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adnotice.count.model.calendar import Calendar
from adnotice.count.model.cardinality import APART_SECONDS, Arrival, Counts, WaitingNames, admit
from adnotice.count.model.tally import OTHER, Batch, Dimension, Entry, Grain, Key, Metric, Period, views_of
from adnotice.count.stores.protocol import Store
from tests.support.entries import DAY, NOON, TODAY, Opener, table

RANGES = {days: Period(Calendar("UTC").today(NOON - (days - 1) * 86_400), TODAY) for days in (1, 7, 30, 90)}
"""Those that the dashboard offers."""


class Names:
    """A bucket's names in memory."""

    def __init__(self, cap: int) -> None:
        self.cap = cap
        self.counts: dict[str, dict[str, int]] = {}
        self.floor = 0

    def free(self) -> int:
        return self.cap - len(self.counts)

    def weakest(self) -> Sequence[tuple[int, str]]:
        found = sorted((views_of(counts), value) for value, counts in self.counts.items())
        self.floor = found[0][0] if found else 0
        return found

    def take(self, value: str) -> Counts:
        return self.counts.pop(value)


values = st.integers(0, 40).map(lambda number: f"/{number}")
flushes = st.lists(
    st.tuples(st.integers(0, 8), st.dictionaries(values, st.integers(1, 5), max_size=30), st.booleans()), max_size=30
)


@given(flushes=flushes, cap=st.integers(1, 12), room=st.integers(1, 12), views=st.integers(1, 4))
@settings(max_examples=300, deadline=None)
def test_whatever_comes_no_view_is_lost_and_a_value_lacks_no_more_than_the_bound(
    flushes: list[tuple[int, dict[str, int], bool]], cap: int, room: int, views: int
) -> None:
    names, waiting, other, now = Names(cap), WaitingNames({}, room), Counter[str](), 0
    came, unnamed = Counter[str](), 0
    for pause, arrivals, reported in flushes:
        now += pause
        metric = Metric.CLEAR if reported else Metric.INJECTED
        came.update({(value, metric): n for value, n in arrivals.items()})  # type: ignore[arg-type]
        missing = {value: n for value, n in arrivals.items() if value not in names.counts}
        for value, n in arrivals.items():
            if value in names.counts:
                names.counts[value][metric] = names.counts[value].get(metric, 0) + n
        unnamed += sum(missing.values())
        moves = admit(
            [Arrival(value, now, now, {metric: n}) for value, n in sorted(missing.items())], waiting, names, views=views
        )
        other.update({metric: sum(n for value, n in missing.items() if value not in moves.named)})
        for value, before in moves.named.items():
            other.subtract(before)
            names.counts[value] = dict(Counter(before) + Counter({metric: missing[value]}))
        for counts in moves.unnamed.values():
            other.update(counts)
            unnamed += views_of(counts)
        assert len(names.counts) <= cap
        assert len(waiting.candidates) <= room
        assert min(other.values(), default=0) >= 0
        whole = Counter(other)
        for counts in names.counts.values():
            whole.update(counts)
        for each in (Metric.CLEAR, Metric.INJECTED):
            assert whole[each] == sum(n for (_, metric_), n in came.items() if metric_ == each)  # type: ignore[misc]
    for value, counts in names.counts.items():
        for metric, n in counts.items():
            assert came[value, metric] - unnamed // room <= n <= came[value, metric]  # type: ignore[index]


def test_a_value_that_keeps_coming_survives_a_flood_of_others_up_to_the_bound() -> None:
    names, waiting = Names(10), WaitingNames({}, 100)
    invented = (f"/invented/{number}" for number in itertools.count())
    for flush in range(200):
        arrivals = [Arrival(next(invented), flush, flush, {Metric.INJECTED: 1}) for _ in range(50)]
        arrivals += [Arrival("/real", flush, flush, {Metric.INJECTED: 1})] if "/real" not in names.counts else []
        moves = admit(arrivals, waiting, names, views=3)
        for value, before in moves.named.items():
            names.counts[value] = dict(Counter(before) + Counter({Metric.INJECTED: 1}))
        if "/real" in names.counts and "/real" not in moves.named:
            names.counts["/real"][Metric.INJECTED] += 1
    unnamed = 200 * 50
    assert names.counts["/real"][Metric.INJECTED] >= 200 - unnamed // 100
    assert set(names.counts) == {"/real"}


numbers = itertools.count()


def entries_of(deltas: Counter[Key], reports: Iterable[tuple[str, Metric]]) -> tuple[Entry, ...]:
    """What a process commits: its pages as one entry, each report as one of its own."""
    pages = [Entry(f"pages:{next(numbers)}", NOON + 9_000, (), deltas)] if deltas else []
    return (
        *pages,
        *(
            Entry(
                f"view {next(numbers)}",
                NOON + 9_000,
                (Key("site", Dimension.ALL, "", metric), Key("site", Dimension.PAGE, page, metric)),
            )
            for page, metric in reports
        ),
    )


def sent(pages: Iterable[str]) -> Counter[Key]:
    """The counts of these pages' being sent."""
    counts: Counter[Key] = Counter()
    for page in pages:
        counts[Key("site", Dimension.ALL, "", Metric.INJECTED)] += 1
        counts[Key("site", Dimension.PAGE, page, Metric.INJECTED)] += 1
    return counts


def read_by_many(real: dict[str, int], flushes: int) -> Iterator[list[str]]:
    """Each page as often as it is read, spread over flushes."""
    mixed = random.Random(11)  # noqa: S311 - readers, not secrets
    views = [page for page, n in real.items() for _ in range(n)]
    mixed.shuffle(views)
    for flush in range(flushes):
        yield views[flush::flushes]


@pytest.mark.parametrize("repeats", [2, 4])
def test_invented_pages_do_not_push_out_those_that_are_read(
    opener: Opener, shards: int, repeats: int, capsys: pytest.CaptureFixture[str]
) -> None:
    store = opener()
    invented = [f"/invented/{number}" for number in range(5_600)]
    real = {f"/news/{rank}": 30 * (1 if shards == 1 else 3) + 4 * rank for rank in range(60)}
    now = NOON
    for _ in range(repeats):
        for start in range(0, len(invented), 800):
            now += APART_SECONDS + 1
            some = invented[start : start + 800]
            reported = [(page, Metric.CLEAR) for page in some[::2]]
            store.commit(Batch(now, entries_of(sent(some), reported), from_readers=True))
    for some in read_by_many(real, 40):
        now += APART_SECONDS + 1
        more = [next(iter(invented[(next(numbers) * 7) % 5_600 :])) for _ in range(20)]
        reported = [(page, Metric.BLOCKED_CONTENT) for page in some] + [(page, Metric.CLEAR) for page in more]
        store.commit(Batch(now, entries_of(sent([*some, *more]), reported), from_readers=True))
    unnamed = repeats * len(invented) + 800
    waiting_at_most = 2 * 2 * shards if shards > 1 else 0  # too few to be named: two sent, two reported, on each shard
    m = unnamed // 1_000 + waiting_at_most
    most_read = sorted(real, key=lambda page: -real[page])[:20]
    with capsys.disabled():
        print(f" [m = {m} of at least {min(real[page] for page in most_read)}]", end="")  # noqa: T201 - the bound is told
    for days, period in RANGES.items():
        counts = store.counts("site", Dimension.PAGE, period)
        by_page: dict[str, Counter[str]] = {}
        for value, metric, n in counts:
            by_page.setdefault(value, Counter())[metric] += n
        for page in most_read:
            assert views_of(by_page.get(page, {})) >= real[page] - m, (days, page)
        top = sorted((page for page in by_page if page != OTHER), key=lambda page: -views_of(by_page[page]))[:20]
        assert set(top) <= real.keys(), days
    assert_sums_agree(store)


def assert_sums_agree(store: Store) -> None:
    """Pages add up to the whole, whatever buckets a period is read from."""
    week = Period(TODAY - timedelta(days=2), TODAY + timedelta(days=4))
    month = Period(TODAY.replace(day=1), TODAY.replace(day=30))
    for period in (*RANGES.values(), week, month):
        sums: list[Counter[Metric]] = []
        for dimension in (Dimension.ALL, Dimension.PAGE):
            sums.append(Counter())
            for _, metric, n in store.counts("site", dimension, period, limit=100_000):
                sums[-1][metric] += n
        assert sums[0] == sums[1], period


def on_one_shard(shards: int) -> Iterator[str]:
    """Ids whose entries the same shard gets."""
    return (name for number in itertools.count() if zlib.crc32((name := f"one {number}").encode()) % shards == 0)


def test_a_name_waits_until_it_keeps_coming(opener: Opener, shards: int) -> None:
    store, ids = opener(), on_one_shard(shards)

    def come(seconds: float, *pages: str, from_readers: bool = True) -> None:
        keys = [
            (Key("site", Dimension.ALL, "", Metric.CLEAR), Key("site", Dimension.PAGE, page, Metric.CLEAR))
            for page in pages
        ]
        entries = tuple(Entry(next(ids), NOON + 9_000, each) for each in keys)
        store.commit(Batch(NOON + seconds, entries, from_readers=from_readers))

    come(0, "/a", "/a", "/a", "/b")
    assert table(store) == {(OTHER, Metric.CLEAR): 4}, "three within a second may be one reader"
    come(APART_SECONDS, "/a", "/b")
    assert table(store) == {("/a", Metric.CLEAR): 4, (OTHER, Metric.CLEAR): 2}
    come(2 * APART_SECONDS, "/b", "/a")
    assert table(store) == {("/a", Metric.CLEAR): 5, ("/b", Metric.CLEAR): 3}
    come(3_600, "/a")
    points = store.points("site", Grain.HOUR, DAY, Dimension.PAGE, "/a")
    assert [point.n for point in points] == [5, 1], "who has a name in a day has one in each of its hours"
    come(3_600, "/vouched", from_readers=False)
    assert table(store)["/vouched", Metric.CLEAR] == 1


@pytest.mark.parametrize("read_meanwhile", [False, True])
@pytest.mark.parametrize("shuffle", range(3))
def test_the_order_in_which_batches_are_told_makes_no_name_wait(
    opener: Opener, shards: int, shuffle: int, read_meanwhile: bool
) -> None:
    """A worker that had to retry commits after the others; PostgreSQL takes the lines of a journal in any order."""
    store, ids = opener(), on_one_shard(shards)
    batches = [(second, page) for second in range(4 * APART_SECONDS) for page in ("/a", f"/once {second}")]
    random.Random(shuffle).shuffle(batches)  # noqa: S311 - an order, not a secret
    for number, (second, page) in enumerate(batches):
        keys = (Key("site", Dimension.ALL, "", Metric.CLEAR), Key("site", Dimension.PAGE, page, Metric.CLEAR))
        store.commit(Batch(NOON + second, (Entry(next(ids), NOON + 9_000, keys),), from_readers=True))
        if read_meanwhile and number % 3 == 0:
            assert_sums_agree(store)
    assert table(store) == {("/a", Metric.CLEAR): 4 * APART_SECONDS, (OTHER, Metric.CLEAR): 4 * APART_SECONDS}
    assert_sums_agree(store)


@pytest.mark.parametrize("seconds", [(APART_SECONDS, APART_SECONDS, 0), (0, 0, APART_SECONDS), (3, 0, APART_SECONDS)])
def test_views_apart_give_a_name_whichever_is_told_first(opener: Opener, shards: int, seconds: tuple[int, ...]) -> None:
    store, ids = opener(), on_one_shard(shards)
    for second in seconds:
        keys = (Key("site", Dimension.ALL, "", Metric.CLEAR), Key("site", Dimension.PAGE, "/a", Metric.CLEAR))
        store.commit(Batch(NOON + second, (Entry(next(ids), NOON + 9_000, keys),), from_readers=True))
        assert_sums_agree(store)
    assert table(store) == {("/a", Metric.CLEAR): len(seconds)}


def test_a_page_that_fewer_read_gives_way_to_one_that_more_read(opener: Opener, shards: int) -> None:
    store, ids = opener(max_pages=10), on_one_shard(shards)

    def come(now: float, page: str, times: int) -> None:
        keys = (Key("site", Dimension.ALL, "", Metric.CLEAR), Key("site", Dimension.PAGE, page, Metric.CLEAR))
        for seconds in (0, APART_SECONDS):
            entries = tuple(Entry(next(ids), NOON + 9_000, keys) for _ in range(times))
            store.commit(Batch(now + seconds, entries, from_readers=True))

    for rank in range(10):
        come(NOON + rank, f"/{rank}", 5 + rank)
    assert len(table(store)) == 10
    come(NOON + 100, "/more", 7)
    come(NOON + 200, "/less", 2)
    counts = table(store)
    assert counts["/more", Metric.CLEAR] == 14
    assert ("/0", Metric.CLEAR) not in counts
    assert ("/less", Metric.CLEAR) not in counts
    assert counts[OTHER, Metric.CLEAR] == 10 + 4
    come(NOON + 300, "/0", 5)
    counts = table(store)
    assert counts["/0", Metric.CLEAR] == 20, "its counts waited with it"
    assert ("/1", Metric.CLEAR) not in counts
    assert_sums_agree(store)


def test_languages_and_other_short_lists_need_not_wait(opener: Opener) -> None:
    store = opener()
    key = Key("site", Dimension.LANGUAGE, "fo", Metric.CLEAR)
    store.commit(Batch(NOON, (Entry("one", NOON + 9_000, (key,)),), from_readers=True))
    assert table(store, Dimension.LANGUAGE) == {("fo", Metric.CLEAR): 1}


def test_names_are_given_at_once_where_the_operator_says_so(opener: Opener) -> None:
    store = opener(name_after_views=1)
    key = Key("site", Dimension.PAGE, "/a", Metric.CLEAR)
    store.commit(Batch(NOON, (Entry("one", NOON + 9_000, (key,)),), from_readers=True))
    assert table(store) == {("/a", Metric.CLEAR): 1}


@pytest.mark.parametrize(
    "metrics", [(Metric.CLEAR,), (Metric.CLEAR, Metric.SHOWN), (Metric.SHOWN, Metric.CLEAR, Metric.ASKED)]
)
def test_which_of_two_with_as_many_views_comes_first_does_not_depend_on_what_else_is_asked_for(
    opener: Opener, metrics: tuple[Metric, ...]
) -> None:
    """A row that a list has is found again where more is asked of it."""
    store = opener(name_after_views=1)
    for page, shown in (("/a", 1), ("/b", 9), ("/c", 5)):
        deltas = {
            Key("site", Dimension.PAGE, page, Metric.CLEAR): 10,
            Key("site", Dimension.PAGE, page, Metric.SHOWN): shown,
        }
        store.commit(Batch(NOON, (Entry(page, NOON + 9_000, deltas=deltas),)))
    found = store.counts("site", Dimension.PAGE, DAY, 2, metrics)
    assert list(dict.fromkeys(count.value for count in found)) == ["/a", "/b"]


def test_what_has_no_views_comes_by_its_counts(opener: Opener) -> None:
    store = opener()
    for reason, n in (("a", 1), ("b", 9), ("c", 5)):
        key = Key("site", Dimension.REFUSAL, reason, Metric.REFUSED)
        store.commit(Batch(NOON, (Entry(reason, NOON + 9_000, deltas={key: n}),)))
    assert [count.value for count in store.counts("site", Dimension.REFUSAL, DAY)] == ["b", "c", "a"]
