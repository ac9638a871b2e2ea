"""Figures from rows, number for number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from adnotice.count.model.calendar import Calendar
from adnotice.count.model.tally import SUSPECTS, VERDICTS, Count, Dimension, Grain, Metric, Period, Point
from adnotice.insight.analysis.periods import choose_span
from adnotice.insight.analysis.series import make_series
from adnotice.insight.analysis.summarize import break_down, summarize, total, view
from adnotice.insight.analysis.summary import ReportRows, Summary
from adnotice.vocabulary import Mode
from tests.insight.rows import ALL, NOW, TODAY, O, counts


def report(
    numbers: dict[Metric, int],
    points: list[Point] | None = None,
    cached: bool | None = None,
    shares: Sequence[Count] = (),
) -> Summary:
    span = choose_span(TODAY, "UTC", days="7")
    starts = Calendar("UTC").starts(span.grain, span.period)
    return summarize(
        ReportRows({Dimension.ALL: counts(numbers), Dimension.SHARE: shares}, points or [], starts),
        sites=["news"],
        site="news",
        label="",
        mode=Mode.ASK,
        span=span,
        cached=cached,
        current=NOW,
    )


def test_the_rate_is_blocked_of_those_with_a_clear_answer() -> None:
    found = report(ALL)
    assert (found.views.blocked, found.views.decided, found.views.measured) == (200, 800, 850)
    assert found.rate == 0.25
    assert found.interval is None


def test_only_a_rate_from_a_sample_has_an_interval_and_each_view_stands_for_those_that_were_not_drawn() -> None:
    drawn = [Count("0.5", metric, n) for metric, n in ALL.items() if metric in VERDICTS]
    found = report({**ALL, O.INJECTED: 2000}, shares=drawn)
    assert found.rate == 0.25
    assert found.interval is not None
    assert (round(found.interval.low, 4), round(found.interval.high, 4)) == (0.2294, 0.2718)
    assert found.sampled == 0.5
    assert found.not_measured == 2000 - 1700
    assert found.range is not None
    # 400 blocked and 1,200 others of 2,000, drawn at a half: (400 - B)² = 1.96² B, (1200 - C)² = 1.96² C
    assert (round(found.range.low, 4), round(found.range.high, 4)) == (0.1813, 0.433)


def test_busy_hours_weigh_as_much_as_they_had_views() -> None:
    # 10,000 views at 18 % measured whole, 20,000 at 22 % while half of them were.
    whole = {O.INJECTED: 30_000, O.CLEAR: 8_200 + 7_800, O.BLOCKED_CONTENT: 1_800 + 2_200}
    found = report(whole, shares=[Count("0.5", O.CLEAR, 7_800), Count("0.5", O.BLOCKED_CONTENT, 2_200)])
    assert found.rate == pytest.approx(6_200 / 30_000)
    assert found.sampled == pytest.approx(2 / 3)
    assert found.not_measured == 0


def test_the_kinds_of_blocking_are_kept_apart_and_add_up() -> None:
    kinds = report(ALL).kinds
    assert (kinds["content"].n, kinds["hosts"].n) == (180, 20)
    assert (kinds["content"].rate, kinds["hosts"].rate) == (0.225, 0.025)


def test_what_arrives_partly_is_in_the_denominator_and_not_in_the_numerator() -> None:
    found = report({**ALL, O.CLEAR: 500, O.PARTLY: 100})
    assert (found.views.partly, found.views.decided, found.views.measured) == (100, 800, 850)
    assert (found.rate, found.kinds["content"].rate) == (0.25, 0.225)
    assert found.range == report(ALL).range


def test_the_range_takes_in_what_was_not_measured_and_what_has_no_clear_answer() -> None:
    found = report(ALL)
    assert found.not_measured == 150
    assert found.range is not None
    assert found.range.unanswered == 150 + 50
    assert (found.range.low, found.range.high) == (200 / 1000, 400 / 1000)


def test_without_any_answer_there_is_no_rate_and_the_range_is_everything() -> None:
    found = report({O.INJECTED: 10})
    assert (found.rate, found.interval) == (None, None)
    assert found.range is not None
    assert (found.range.low, found.range.high) == (0, 1)


def test_without_anything_there_is_neither_rate_nor_range() -> None:
    found = report({})
    assert (found.rate, found.range, found.not_measured, found.empty) == (None, None, 0, True)


def test_where_pages_are_cached_what_was_not_measured_is_not_known() -> None:
    found = report(ALL, cached=True)
    assert (found.pages_cached, found.not_measured, found.range) == (True, None, None)
    assert found.rate == 0.25


@pytest.mark.parametrize(("reported", "suggested"), [(1000, False), (1120, False), (1121, True)])
@pytest.mark.parametrize("metric", [O.CLEAR, O.PARTLY, O.BLOCKED_HOSTS, O.UNKNOWN, *SUSPECTS.values()])
def test_a_cache_is_suggested_by_more_than_a_tenth_and_twenty_views_more_than_pages(
    metric: O, reported: int, suggested: bool
) -> None:
    found = report({O.INJECTED: 1000, metric: reported})
    assert (found.cache_suggested, found.pages_cached) == (suggested, False)
    assert (found.not_measured is None) == (found.range is None) == suggested


def test_a_cache_is_suggested_when_it_answered_on_one_day_only() -> None:
    def points(reported: int) -> list[Point]:
        return [
            Point("2026-11-18", O.INJECTED, 900),
            Point("2026-11-18", O.CLEAR, 300),
            Point("2026-11-19", O.INJECTED, 100),
            Point("2026-11-19", O.CLEAR, reported),
        ]

    assert not report(ALL, points(130)).cache_suggested
    assert report(ALL, points(131)).cache_suggested


def test_no_count_says_that_pages_are_cached_only_the_operator_does() -> None:
    flood = {**ALL, O.CLEAR: 1_000_000, **dict.fromkeys(SUSPECTS.values(), 1_000_000)}
    assert not report(flood).pages_cached
    assert report(ALL, cached=True).pages_cached


def test_suspect_views_join_by_their_verdict_where_the_operator_says_that_pages_are_cached() -> None:
    numbers = {
        O.INJECTED: 100,
        O.CLEAR: 60,
        O.BLOCKED_CONTENT: 20,
        **{each: n for n, each in enumerate(SUSPECTS.values(), 1)},
    }
    points = [Point("2026-11-19", metric, n) for metric, n in numbers.items()]
    apart, joined = report(numbers, points, cached=False), report(numbers, points, cached=True)
    assert (apart.views.clear, apart.views.content, apart.views.measured) == (60, 20, 80)
    suspects = dict(zip(SUSPECTS, range(1, 6), strict=True))
    assert joined.views.clear == 60 + suspects[O.CLEAR]
    assert joined.views.partly == suspects[O.PARTLY]
    assert joined.views.content == 20 + suspects[O.BLOCKED_CONTENT]
    assert joined.views.hosts == suspects[O.BLOCKED_HOSTS]
    assert joined.views.unknown == suspects[O.UNKNOWN]
    assert sum(bucket.views.measured for bucket in joined.series) == joined.views.measured == 95
    assert joined.counts == apart.counts, "what was counted stays as it was counted"


def test_pages_that_stay_open_over_midnight_are_no_cache() -> None:
    points = [Point("2026-11-18", O.INJECTED, 100), Point("2026-11-18", O.CLEAR, 115)]
    assert not report(ALL, points).cache_suggested


def test_an_operator_who_says_that_there_is_no_cache_is_believed() -> None:
    found = report({**ALL, O.INJECTED: 849}, cached=False)
    assert (found.pages_cached, found.cache_suggested, found.not_measured) == (False, False, 0)


def test_the_funnel_has_every_step_with_what_it_is_a_share_of() -> None:
    steps = {step.name: (step.share.n, step.of, step.share.of, step.share.rate) for step in report(ALL).funnel}
    assert steps == {
        "blocked": (200, "decided", 800, 0.25),
        "asked": (120, "blocked", 200, 0.6),
        "shown": (100, "asked", 120, 100 / 120),
        "howto": (20, "shown", 100, 0.2),
        "later": (40, "shown", 100, 0.4),
        "never": (5, "shown", 100, 0.05),
        "supports": (3, "shown", 100, 0.03),
        "rechecked": (15, "shown", 100, 0.15),
        "allowed": (10, "shown", 100, 0.1),
    }
    assert next(iter(steps)) == "blocked"


def test_a_step_that_began_before_the_span_has_its_number_and_no_rate() -> None:
    allowed = report({O.SHOWN: 2, O.ALLOWED: 3}).funnel[-1]
    assert (allowed.share.n, allowed.share.rate) == (3, None)


def test_the_series_has_every_day_and_marks_the_one_that_is_not_over() -> None:
    points = [
        Point("2026-11-20", O.CLEAR, 30),
        Point("2026-11-20", O.BLOCKED_HOSTS, 10),
        Point("2026-11-22", O.CLEAR, 5),
    ]
    series = report(ALL, points).series
    assert [bucket.start for bucket in series] == [f"2026-11-{day}" for day in range(16, 23)]
    assert [bucket.so_far for bucket in series] == [False] * 6 + [True]
    assert [bucket.blocking.rate for bucket in series] == [None, None, None, None, 0.25, None, 0.0]


def test_the_series_ends_with_the_present_hour() -> None:
    starts = [f"2026-11-22T{hour:02}" for hour in range(24)]
    series = make_series([], starts, Grain.HOUR, NOW)
    assert [bucket.start for bucket in series] == starts[:16]
    assert series[-1].so_far


def test_weeks_are_made_of_the_days_within_the_span() -> None:
    points = [Point(f"2026-11-{day}", O.CLEAR, 1) for day in range(13, 23)]
    series = make_series(points, ["2026-11-09", "2026-11-16"], Grain.WEEK, NOW)
    assert [(bucket.start, bucket.views.clear, bucket.so_far) for bucket in series] == [
        ("2026-11-09", 3, False),
        ("2026-11-16", 7, True),
    ]


def test_an_hour_that_the_clock_change_repeats_stands_twice_in_its_order() -> None:
    starts = Calendar("Europe/Berlin").starts(Grain.HOUR, Period(date(2026, 10, 25), date(2026, 10, 25)))
    points = [Point(start, O.CLEAR, 1) for start in starts]
    series = make_series(points, starts, Grain.HOUR, NOW)
    assert len(series) == 25
    assert [bucket.start for bucket in series if bucket.start[11:13] == "02"] == [
        "2026-10-25T02+02:00",
        "2026-10-25T02+01:00",
    ]
    assert sum(bucket.views.clear for bucket in series) == 25


def test_a_breakdown_shows_the_most_seen_and_puts_the_rest_of_the_whole_last() -> None:
    rows = [
        *counts({O.CLEAR: 10, O.BLOCKED_CONTENT: 30}, "/b"),
        *counts({O.CLEAR: 60}, "/a"),
        *counts({O.CLEAR: 1}, "/c"),
        *counts({O.INJECTED: 500}, "/never-measured"),
        *counts({O.CLEAR: 3}, "(other)"),
    ]
    whole = view(total(counts({O.CLEAR: 80, O.BLOCKED_CONTENT: 30, O.BLOCKED_HOSTS: 2, O.UNKNOWN: 4})))
    shown = break_down(rows, whole, top=2)
    assert [(row.name, row.views.measured, row.views.blocked) for row in shown] == [
        ("/a", 60, 0),
        ("/b", 40, 30),
        ("(other)", 16, 2),
    ]
    assert sum(row.views.measured for row in shown) == whole.measured


def test_a_breakdown_of_everything_has_no_rest() -> None:
    rows = counts({O.CLEAR: 10}, "/only")
    assert [row.name for row in break_down(rows, view(total(rows)))] == ["/only"]


@pytest.mark.parametrize("name", ["quiet", "refusals"])
def test_reasons_come_the_most_frequent_first_with_their_shares(name: str) -> None:
    metric, dimension = {
        "quiet": (O.NOT_ASKED, Dimension.QUIET),
        "refusals": (O.REFUSED, Dimension.REFUSAL),
    }[name]
    rows = [*counts({metric: 1}, "later"), *counts({metric: 3}, "csp"), *counts({metric: 99}, "not-blocked")]
    rows = rows if name == "quiet" else rows[:2]
    found = summarize(
        ReportRows({dimension: rows}, [], []),
        sites=[],
        site="",
        label="",
        mode=Mode.ASK,
        span=choose_span(TODAY, "UTC"),
        cached=None,
        current=NOW,
    )
    reasons = getattr(found, name)
    assert [(reason.name, reason.share.n, reason.share.rate) for reason in reasons] == [
        ("csp", 3, 0.75),
        ("later", 1, 0.25),
    ]
