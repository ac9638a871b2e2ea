"""Under an unusual change stands its largest part: the row that is more of it than its share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adnotice.count.model.tally import OTHER, Dimension, Key, Metric
from adnotice.insight.analysis.change import Day, Part, Trend, judge_change
from adnotice.insight.analysis.largest_part import Stretch, find_part, list_parts
from adnotice.insight.analysis.query import Reader, Wish
from adnotice.insight.analysis.rows import add_up, narrow
from adnotice.insight.analysis.summary import Views
from adnotice.insight.analysis.weighting import add_views
from adnotice.vocabulary import Mode
from bench.worlds import END, Size, World, simulate
from tests.insight.conftest import SITE, TOKEN, Newsroom, log_in
from tests.insight.screen import Page


def stretch(**rows: tuple[int, int]) -> Stretch:
    """Rows of browsers, each with its clear and its blocked views."""
    views = {name: add_views(clear, 0, blocked, 0, 0) for name, (clear, blocked) in rows.items()}
    return Stretch(add_up(list(views.values())), {"browsers": views})


def rate(views: Views) -> float:
    return views.blocked / views.decided


def find(now: Stretch, before: Stretch) -> Part | None:
    """The largest part where no day was left out."""
    return find_part(now, before, rate(now.whole) - rate(before.whole), USUAL)


USUAL = 0.005
"""What the sites of these tests often move by."""

BEFORE = stretch(Chrome=(6_000, 1_000), Firefox=(1_800, 1_200))


def test_a_row_that_brings_more_views_than_before_is_named() -> None:
    part = find(stretch(Chrome=(6_000, 1_000), Firefox=(3_600, 2_400)), BEFORE)
    assert part
    assert part.name == "Firefox"
    assert (part.share_before, part.rate_before, part.rate) == (0.3, 0.4, 0.4)
    assert part.share == pytest.approx(6 / 13)


def test_a_row_whose_own_rate_moved_is_named() -> None:
    part = find(stretch(Chrome=(4_500, 2_500), Firefox=(1_800, 1_200)), BEFORE)
    assert part
    assert (part.name, part.share, part.share_before) == ("Chrome", 0.7, 0.7)
    assert part.points == pytest.approx(0.15, abs=0.01)


ROWS = {"Chrome": (0.45, 0.16), "Safari": (0.27, 0.11), "Firefox": (0.15, 0.38), "Edge": (0.13, 0.17)}
"""The rows of a world: the share of the readers that each has, and its rate."""

AS_ALL: Mapping[str, Callable[[float], float]] = {
    "by points": lambda rate: rate + 0.05,
    "by a factor": lambda rate: rate * 1.27,
    "by odds": lambda rate: 1.37 * rate / (1 - rate) / (1 + 1.37 * rate / (1 - rate)),
    "down by a factor": lambda rate: rate * 0.75,
}


def live(
    seed: int, moves: Mapping[str, Callable[[float], float]], grows: Mapping[str, int]
) -> Iterator[tuple[str, list[Day]]]:
    """Forty weeks of each row of a site of 100,000 page views a month; in the last four a rate moved, or a row brought more views."""
    generator = np.random.default_rng(seed)
    for name, (part, usual) in ROWS.items():
        size = Size(round(8_000 * part), round(100_000 * part))
        days = simulate(World(name=name, rate=usual), size, 7 * 40, generator)
        for n, day in enumerate(days[-28:], start=len(days) - 28):
            views = day.blocked + day.clear
            blocked = int(generator.binomial(views, moves[name](day.blocked / views))) if name in moves else day.blocked
            times = grows.get(name, 1)
            days[n] = Day(day.day, day.delivered, blocked * times, (views - blocked) * times)
        yield name, days


def look(rows: Mapping[str, list[Day]]) -> tuple[bool, Part | None]:
    """Whether the change is more than usual, and its largest part."""
    whole = [
        Day(each[0].day, *(sum(getattr(day, kind) for day in each) for kind in ("delivered", "blocked", "clear")))
        for each in zip(*rows.values(), strict=True)
    ]
    change = judge_change(whole, 4, END)
    if change.answer is not Trend.UNUSUAL or change.points is None or change.yardstick is None:
        return False, None

    def add(first: int, last: int) -> Stretch:
        sums = {
            name: (sum(day.clear for day in days[first:last]), sum(day.blocked for day in days[first:last]))
            for name, days in rows.items()
        }
        return stretch(**sums)

    return True, find_part(add(-28, len(whole)), add(-56, -28), change.points, change.yardstick)


def name_parts(moves: Mapping[str, Callable[[float], float]], grows: Mapping[str, int]) -> list[str]:
    """What is named on twenty such sites, of those where the change is more than usual."""
    looks = [look(dict(live(seed, moves, grows))) for seed in range(20)]
    assert sum(unusual for unusual, _ in looks) >= 12, "the change is seen"
    return [part.name if part else "" for unusual, part in looks if unusual]


@pytest.mark.slow
@pytest.mark.parametrize("way", AS_ALL)
def test_where_all_rows_of_a_world_move_alike_none_is_named(way: str) -> None:
    assert set(name_parts(dict.fromkeys(ROWS, AS_ALL[way]), {})) == {""}


@pytest.mark.slow
def test_where_one_row_of_a_world_moves_it_is_named() -> None:
    further = name_parts({"Firefox": lambda rate: rate + 0.3}, {})
    more = name_parts({}, {"Firefox": 3})
    for named in (further, more):
        assert set(named) <= {"Firefox", ""}
        assert named.count("Firefox") >= 0.9 * len(named)


@pytest.mark.parametrize("factor", [1.1, 1.3, 0.8])
def test_where_all_move_alike_none_is_named(factor: float) -> None:
    before = {"a": (5_400, 600), "b": (2_100, 900), "c": (1_000, 1_000)}
    now = {name: (round(sum(n) - n[1] * factor), round(n[1] * factor)) for name, n in before.items()}
    assert find(stretch(**now), stretch(**before)) is None


def test_a_part_that_is_less_than_half_of_what_is_usual_is_not_named() -> None:
    now = stretch(Chrome=(4_500, 2_500), Firefox=(1_800, 1_200))
    change = rate(now.whole) - rate(BEFORE.whole)
    assert find_part(now, BEFORE, change, change * 1.9)
    assert find_part(now, BEFORE, change, change * 2.1) is None


def test_the_row_that_has_all_views_is_never_named() -> None:
    assert find(stretch(Chrome=(6_000, 2_000)), stretch(Chrome=(6_000, 1_000))) is None


def test_a_row_that_is_new_or_gone_is_named_with_one_rate_alone() -> None:
    new = find(stretch(Chrome=(6_000, 1_000), Firefox=(1_800, 1_200), Brave=(100, 2_000)), BEFORE)
    assert new
    assert (new.name, new.share_before, new.rate_before) == ("Brave", 0.0, None)
    gone = find(stretch(Chrome=(6_000, 1_000)), BEFORE)
    assert gone
    assert (gone.name, gone.share, gone.rate) == ("Firefox", 0.0, None)
    assert gone.points < 0


def test_neither_a_handful_of_views_nor_what_has_no_name_is_named() -> None:
    few = stretch(Chrome=(200, 50), Brave=(0, 90))
    assert find(few, stretch(Chrome=(240, 60), Brave=(10, 0))) is None
    others = {OTHER: add_views(100, 0, 5_000, 0, 0), "Chrome": add_views(6_000, 0, 1_000, 0, 0)}
    assert find(Stretch(add_up(list(others.values())), {"browsers": others}), BEFORE) is None
    assert find(BEFORE, BEFORE) is None


def test_of_another_change_than_the_judged_one_there_is_no_part() -> None:
    """As where a viral day was left out of what was judged."""
    viral = stretch(Chrome=(4_500, 2_500), Firefox=(1_800, 1_200), Viral=(20_000, 1_000))
    moved = rate(viral.whole) - rate(BEFORE.whole)
    assert moved < 0
    assert find_part(viral, BEFORE, moved, USUAL)
    assert find_part(viral, BEFORE, 0.1, USUAL) is None
    assert find_part(viral, BEFORE, moved * 3, USUAL) is None


def test_no_rate_is_told_of_a_handful_of_views() -> None:
    part = find(stretch(Chrome=(6_000, 1_000), Brave=(400, 2_000)), stretch(Chrome=(6_000, 1_000), Brave=(1, 1)))
    assert part
    assert (part.name, part.rate_before) == ("Brave", None)


@given(st.lists(st.tuples(*[st.integers(100, 10_000)] * 4), min_size=2, max_size=6))
def test_the_parts_of_one_table_add_up_to_the_change(rows: list[tuple[int, int, int, int]]) -> None:
    now = stretch(**{f"b{n}": each[:2] for n, each in enumerate(rows)})
    before = stretch(**{f"b{n}": each[2:] for n, each in enumerate(rows)})

    middle = (rate(now.whole) + rate(before.whole)) / 2
    total = sum(part.points for part in list_parts(now, before, middle))
    assert total == pytest.approx(rate(now.whole) - rate(before.whole))


def count_firefox(newsroom: Newsroom) -> None:
    """For four weeks Firefox has brought more views than before; in each browser ads are blocked as often as ever."""
    now = newsroom.now
    for ago in range(7 * 57, 0, -1):
        newsroom.now = now - 86_400 * ago
        firefox = 500 if ago <= 28 else 300
        blocked = 100 + firefox // 2 + ago * 37 % 11
        views = {
            (Dimension.ALL, ""): (1_300 - blocked, blocked),
            (Dimension.BROWSER, "Firefox"): (firefox // 2, firefox // 2),
            (Dimension.BROWSER, "Chrome"): (1_300 - blocked - firefox // 2, blocked - firefox // 2),
        }
        newsroom.count_all(
            {
                Key(SITE, *place, metric): n
                for place, each in views.items()
                for metric, n in zip((Metric.CLEAR, Metric.BLOCKED_CONTENT), each, strict=True)
            }
        )


@pytest.mark.anyio
@pytest.mark.parametrize(("against", "told"), [("", True), ("1-week", False), ("year", False)])
async def test_it_stands_under_an_unusual_change_alone(newsroom: Newsroom, against: str, told: bool) -> None:
    newsroom.hold(count_firefox)
    async with newsroom.browser() as browser:
        await log_in(browser)
        page = Page((await browser.get(f"dashboard?against={against}")).text)
        bearer = {"authorization": f"Bearer {TOKEN}"}
        change = (await browser.get(f"api/v1/summary?against={against}", headers=bearer)).json()["change"]
        figures = (await browser.get(f"api/v1/figures.csv?against={against}", headers=bearer)).text
    sentence = "Its largest part: Firefox brought 38.5% of page views, before 23.1%, with ads blocked on 50.0%, before 50.0% of them."
    assert (sentence in page.text) is told
    assert (change["part"] is not None) is told
    assert ("part_name,Firefox" in figures) is told
    assert ("part_share,0.385" in figures) is told
    if told:
        found = Reader(
            lambda: newsroom.store, mode=lambda: Mode.ASK, timezone="UTC", cached=None, clock=lambda: newsroom.now
        )
        change = narrow(found.read(Wish(SITE, "", "", "", "", 20)), 5).summary.change
        assert change
        assert (change.answer, change.part) == (Trend.UNUSUAL, None), "a row of a shared link has views enough"


@pytest.mark.anyio
async def test_page_views_that_no_site_led_to_are_named_like_others(newsroom: Newsroom) -> None:
    """Of these nothing is tallied: they are what the referrers leave of the whole."""
    now = newsroom.now
    for ago in range(7 * 20, 0, -1):
        newsroom.now = now - 86_400 * ago
        direct = 900 if ago <= 28 else 300
        led = {Metric.CLEAR: 900 - ago * 37 % 11, Metric.BLOCKED_CONTENT: 100 + ago * 37 % 11}
        whole = {
            Metric.CLEAR: led[Metric.CLEAR] + direct // 2,
            Metric.BLOCKED_CONTENT: led[Metric.BLOCKED_CONTENT] + direct // 2,
        }
        newsroom.count_all(
            {Key(SITE, Dimension.ALL, "", metric): n for metric, n in whole.items()}
            | {Key(SITE, Dimension.REFERRER, "search.example", metric): n for metric, n in led.items()}
        )
    newsroom.now = now
    async with newsroom.browser() as browser:
        await log_in(browser)
        page = Page((await browser.get("dashboard")).text)
    assert (
        "Its largest part: without another site as their referrer came 47.4% of page views, before 23.1%," in page.text
    )
