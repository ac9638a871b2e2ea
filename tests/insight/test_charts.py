"""Charts: well-formed, told in words, the same numbers as their tables."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adnotice.count.model.tally import Grain, Metric
from adnotice.insight.analysis.intervals import Share, share
from adnotice.insight.analysis.series import make_bucket
from adnotice.insight.analysis.summary import Bucket
from adnotice.insight.display.charts import (
    FRAMES,
    LOW_FRAMES,
    Frame,
    count_axis,
    dot_plot,
    rate_axis,
    rate_chart,
    ticks,
    views_chart,
)

SVG_ALLOWED = {"svg", "title", "desc", "defs", "pattern", "path", "text", "polyline", "polygon", "circle", "rect"}


def bucket(start: str, clear: int, blocked: int, injected: int = 0, *, so_far: bool = False) -> Bucket:
    numbers = dict.fromkeys(Metric, 0) | {
        Metric.CLEAR: clear,
        Metric.BLOCKED_CONTENT: blocked,
        Metric.UNKNOWN: 3 if clear else 0,
        Metric.INJECTED: injected,
    }
    return make_bucket(start, numbers, so_far=so_far)


SERIES = [
    bucket("2026-11-17", 300, 100, 500),
    bucket("2026-11-18", 320, 80, 500),
    bucket("2026-11-19", 0, 0, 0),
    bucket("2026-11-20", 310, 90, 500),
    bucket("2026-11-21", 0, 0, 0),
    bucket("2026-11-22", 6, 4, 20, so_far=True),
]


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - our own chart


def draw(kind: str, frame: Frame, series: list[Bucket] = SERIES) -> ElementTree.Element:
    words = {"title": "What <it> shows", "description": "Lowest & highest"}
    if kind == "rate":
        return parse(rate_chart(series, Grain.DAY, frame, **words))
    return parse(views_chart(series, Grain.DAY, frame, cached=False, **words))


EVERY = [("rate", frame) for frame in FRAMES] + [("views", frame) for frame in LOW_FRAMES]


@pytest.mark.parametrize(("kind", "frame"), EVERY)
def test_a_chart_is_an_image_with_a_title_and_a_description(kind: str, frame: Frame) -> None:
    svg = draw(kind, frame)
    assert svg.get("role") == "img"
    labels = [svg.find(f"*[@id='{name}']") for name in svg.get("aria-labelledby", "").split()]
    assert [label is not None and label.text for label in labels] == ["What <it> shows", "Lowest & highest"]


@pytest.mark.parametrize(("kind", "frame"), EVERY)
def test_a_chart_holds_shapes_only_and_no_style_or_script(kind: str, frame: Frame) -> None:
    for element in draw(kind, frame).iter():
        assert element.tag in SVG_ALLOWED
        assert not {name for name in element.attrib if name.startswith("on") or name in ("style", "href")}


def test_the_ids_of_all_charts_of_a_page_differ() -> None:
    ids = [element.get("id") for kind, frame in EVERY for element in draw(kind, frame).iter() if element.get("id")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("frame", FRAMES)
def test_the_line_breaks_where_nothing_was_measured_and_a_lonely_point_is_drawn(frame: Frame) -> None:
    svg = draw("rate", frame)
    assert [len(line.get("points", "").split()) for line in svg.findall("polyline")] == [2]
    assert len(svg.findall("circle")) == 4
    assert svg.findall("polygon") == []


def test_few_page_views_and_a_day_that_is_not_over_are_hollow() -> None:
    kinds = [circle.get("class") for circle in draw("rate", FRAMES[0]).findall("circle")]
    assert kinds == ["rate-dot", "rate-dot", "rate-dot", "rate-dot open"]


@pytest.mark.parametrize("frame", FRAMES)
def test_the_rate_of_the_weeks_before_is_one_dashed_line_at_its_height(frame: Frame) -> None:
    words = {"title": "Rate", "description": "by day"}
    assert parse(rate_chart(SERIES, Grain.DAY, frame, **words)).findall("path[@class='before-line']") == []
    for before in (0.05, 0.24, 0.6):
        svg = parse(rate_chart(SERIES, Grain.DAY, frame, before=before, **words))
        (line,) = svg.findall("path[@class='before-line']")
        axis = rate_axis([each.blocking for each in SERIES], before)
        assert axis.bottom <= before <= axis.top
        left, height, right = re.findall(r"[\d.]+", line.get("d", ""))
        assert (float(left), float(right)) == (frame.left, frame.width - frame.right)
        assert float(height) == pytest.approx(frame.level(axis.part(before)), abs=0.06)


@pytest.mark.parametrize("kind", ["rate", "views"])
def test_each_bucket_tells_its_numbers_under_the_pointer(kind: str) -> None:
    told = [title.text for title in draw(kind, FRAMES[0]).findall("rect[@class='hover']/title")]
    assert len(told) == len(SERIES)
    if kind == "rate":
        assert told[0] == "Tuesday, 17 November 2026: 25.0%, 100 of 400 page views"
        assert told[2] == "Thursday, 19 November 2026: no page views with an answer"
    else:
        assert told[0] == (
            "Tuesday, 17 November 2026: 100 with ads blocked, 300 with ads, 3 without a clear answer, 97 not measured"
        )
        assert told[5] is not None
        assert told[5].startswith("Sunday, 22 November 2026 (so far): ")


def test_bars_are_as_high_as_their_numbers_and_stand_on_each_other() -> None:
    frame = LOW_FRAMES[0]
    bars = [bar for bar in draw("views", frame).findall("rect") if bar.get("class", "").startswith("bar-")][:4]
    assert [bar.get("class") for bar in bars] == ["bar-blocked", "bar-clear", "bar-unknown", "bar-missing"]
    heights = [float(bar.get("height", 0)) for bar in bars]
    whole = frame.floor - frame.top
    assert heights == pytest.approx([whole * n / 600 for n in (100, 300, 3, 97)], abs=0.11)
    bottoms = [float(bar.get("y", 0)) + float(bar.get("height", 0)) for bar in bars]
    tops = [float(bar.get("y", 0)) for bar in bars]
    assert bottoms == pytest.approx([frame.floor, *tops[:3]], abs=0.11)


def test_kinds_of_bars_differ_without_colour() -> None:
    svg = draw("views", LOW_FRAMES[0])
    hatched = svg.find("rect[@class='bar-unknown']")
    assert hatched is not None
    assert hatched.get("fill") == "url(#views-wide-hatch)"
    assert svg.find("defs/pattern[@id='views-wide-hatch']") is not None


def test_nothing_is_drawn_outside_the_picture() -> None:
    for kind, frame in EVERY:
        for element in draw(kind, frame).iter():
            for name, limit in (("x", frame.width), ("cx", frame.width), ("y", frame.height), ("cy", frame.height)):
                assert 0 <= float(element.get(name, 0)) <= limit
            for x, y in re.findall(r"([\d.]+),([\d.]+)", element.get("points", "")):
                assert 0 <= float(x) <= frame.width
                assert frame.top <= float(y) <= frame.floor


@pytest.mark.parametrize("series", [[], [bucket("2026-11-22", 0, 0)]])
@pytest.mark.parametrize(("kind", "frame"), EVERY)
def test_a_chart_of_nothing_is_still_a_chart(kind: str, frame: Frame, series: list[Bucket]) -> None:
    assert draw(kind, frame, series).get("role") == "img"


@pytest.mark.parametrize(
    ("shares", "axis"),
    [
        ([], (0, 0.01, 0.005)),
        ([share(0, 10_000)], (0, 0.01, 0.005)),
        ([share(250, 1000)], (0.245, 0.255, 0.005)),
        ([share(180, 1000), share(200, 1000)], (0.17, 0.21, 0.01)),
        ([share(50, 1000), share(300, 1000)], (0, 0.3, 0.1)),
        ([share(250, 1000), share(1, 2)], (0.245, 0.255, 0.005)),
        ([share(1000, 1000)], (0.995, 1.0, 0.005)),
    ],
)
def test_the_rate_axis_shows_the_movement(shares: list[Share], axis: tuple[float, float, float]) -> None:
    assert rate_axis(shares) == pytest.approx(axis)


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(100, 100_000)), min_size=1))
def test_the_rate_axis_holds_every_rate_on_at_most_six_lines_and_wastes_little_room(
    pairs: list[tuple[int, int]],
) -> None:
    shares = [share(min(n, of), of) for n, of in pairs]
    axis, rates = rate_axis(shares), [each.rate for each in shares if each.rate is not None]
    assert all(-1e-6 <= axis.part(rate) <= 1 + 1e-6 for rate in rates)
    assert 2 <= len(axis.levels) <= 6
    spread = max(rates) - min(rates)
    assert axis.bottom == 0 or spread < 0.01 or spread > (axis.top - axis.bottom) / 4


@pytest.mark.parametrize(
    ("highest", "top", "step"), [(0, 1, 1), (1, 1, 1), (7, 8, 2), (500, 600, 200), (10**9, 10**9, 5 * 10**8)]
)
def test_the_count_axis_has_round_steps(highest: int, top: int, step: int) -> None:
    assert count_axis(highest) == (top, step)


def test_the_time_axis_names_no_more_than_it_has_room_for_and_hours_from_midnight() -> None:
    days = [f"2026-11-{day:02}" for day in range(1, 31)]
    assert ticks(days, Grain.DAY, 10) == list(range(0, 30, 3))
    hours = [f"2026-11-{day:02}T{hour:02}" for day in (20, 21, 22) for hour in range(24)]
    assert ticks(hours, Grain.HOUR, 10) == list(range(0, 72, 12))
    assert ticks(hours[5:30], Grain.HOUR, 4) == [7, 19]


def test_a_dot_plot_is_hidden_from_screen_readers_which_have_the_numbers() -> None:
    svg = parse(dot_plot(share(25, 100), 0.5))
    assert svg.get("aria-hidden") == "true"
    circle = svg.find("circle")
    assert circle is not None
    assert float(circle.get("cx", 0)) == pytest.approx(4 + 0.5 * 112)
    assert parse(dot_plot(share(0, 0), 0.5)).find("circle") is None
