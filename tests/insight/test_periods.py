"""Which days are shown, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from adnotice.count.model.tally import Grain, Metric, Period
from adnotice.insight.analysis.periods import (
    CHOICES,
    BadPeriod,
    Retention,
    choose_span,
    is_chosen,
    neighbours,
)
from adnotice.insight.analysis.query import Reader, Wish
from adnotice.vocabulary import Mode
from tests.insight.conftest import SITE, Newsroom

TODAY = date(2026, 11, 22)


def test_without_a_wish_the_last_four_whole_weeks_are_shown_today_left_out() -> None:
    span = choose_span(TODAY, "UTC")
    assert (span.first, span.last, span.days, span.grain) == (date(2026, 10, 25), date(2026, 11, 21), 28, Grain.DAY)
    assert span.whole_weeks


def test_each_choice_of_the_page_is_the_one_that_is_marked() -> None:
    for _, days in CHOICES:
        span = choose_span(TODAY, "UTC", days=days)
        assert [name for name, other in CHOICES if is_chosen(span, other)] == [
            name for name, other in CHOICES if other == days
        ]


def test_first_and_last_are_both_within_the_span() -> None:
    span = choose_span(TODAY, "UTC", first="2026-11-01", last="2026-11-02", days="90")
    assert (span.period.first, span.period.last, span.days) == (date(2026, 11, 1), date(2026, 11, 2), 2)


def test_the_future_is_cut_off() -> None:
    assert choose_span(TODAY, "UTC", first="2026-11-20", last="2027-01-01").last == TODAY


@pytest.mark.parametrize(
    ("days", "grain"),
    [
        (1, Grain.HOUR),
        (3, Grain.HOUR),
        (4, Grain.DAY),
        (120, Grain.DAY),
        (121, Grain.WEEK),
        (400, Grain.WEEK),
        (420, Grain.MONTH),
    ],
)
def test_the_longer_the_span_the_longer_its_buckets(days: int, grain: Grain) -> None:
    assert choose_span(TODAY, "UTC", days=str(days)).grain is grain


def test_a_short_span_of_long_ago_has_days_because_hours_are_gone() -> None:
    first = TODAY - timedelta(days=60)
    assert choose_span(TODAY, "UTC", first=first.isoformat(), last=first.isoformat()).grain is Grain.DAY


@pytest.mark.parametrize(("hours", "grain"), [(59, Grain.DAY), (60, Grain.HOUR)])
def test_hours_are_shown_for_as_long_as_the_settings_keep_them(hours: int, grain: Grain) -> None:
    first = (TODAY - timedelta(days=60)).isoformat()
    kept = Retention(hours_kept_days=hours)
    assert choose_span(TODAY, "UTC", first=first, last=first, retention=kept).grain is grain


@pytest.mark.parametrize(("first", "grain"), [("2026-10-01", Grain.DAY), ("2026-09-30", Grain.MONTH)])
def test_days_that_the_settings_no_longer_keep_are_shown_as_their_months(first: str, grain: Grain) -> None:
    kept = Retention(days_kept_months=1)
    assert choose_span(TODAY, "UTC", first=first, last="2026-10-20", retention=kept).grain is grain


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        (("2025-03-15", "2025-03-20"), ("2025-03-01", "2025-03-31")),
        (("2025-03-15", "2025-05-10"), ("2025-03-01", "2025-05-31")),
        (("2025-09-20", "2026-11-10"), ("2025-09-01", "2026-11-22")),
        (("2024-09-14", "2026-11-22"), ("2024-10-01", "2026-11-22")),
        (("2025-10-01", "2026-11-10"), ("2025-10-01", "2026-11-10")),
    ],
)
def test_of_days_that_are_no_longer_kept_whole_months_are_shown_and_named(
    asked: tuple[str, str], shown: tuple[str, str]
) -> None:
    """Their counts are those of whole months. What is shown can be asked for again: addresses of the page have it."""
    for first, last in (asked, shown):
        span = choose_span(TODAY, "UTC", first=first, last=last)
        assert (str(span.first), str(span.last)) == shown
        assert span.days == (span.last - span.first).days + 1 <= 800


def test_where_months_alone_are_kept_the_series_adds_up_to_what_is_named(newsroom: Newsroom) -> None:
    now = newsroom.now
    days = [newsroom.today - timedelta(days=ago) for ago in range(520, 0, -13)]
    for day in days:
        newsroom.now = now - 86_400 * (newsroom.today - day).days
        newsroom.count({Metric.INJECTED: 12, Metric.CLEAR: 8, Metric.BLOCKED_CONTENT: 2})
        newsroom.now = now
    reader = Reader(
        lambda: newsroom.store, mode=lambda: Mode.ASK, timezone="UTC", cached=None, clock=lambda: newsroom.now
    )
    for first, last in ((500, 490), (500, 20), (430, 0)):
        asked = [(newsroom.today - timedelta(days=ago)).isoformat() for ago in (first, last)]
        summary = reader.read(Wish(SITE, "", *asked, "", 20)).summary
        named = [day for day in days if summary.span.first <= day <= summary.span.last]
        assert summary.views.measured == sum(each.views.measured for each in summary.series) == 10 * len(named)


def test_beside_whole_months_lie_as_many_months() -> None:
    span = choose_span(TODAY, "UTC", first="2025-02-15", last="2025-03-20")
    before, after = neighbours(span)
    assert before == Period(date(2024, 12, 1), date(2025, 1, 31))
    assert after == Period(date(2025, 4, 1), date(2025, 5, 31))
    days = choose_span(TODAY, "UTC", first="2026-11-03", last="2026-11-09")
    assert neighbours(days) == (
        Period(date(2026, 10, 27), date(2026, 11, 2)),
        Period(date(2026, 11, 10), date(2026, 11, 16)),
    )


def test_a_choice_is_marked_where_its_days_are_shown_as_months() -> None:
    span = choose_span(TODAY, "UTC", days="365", retention=Retention(days_kept_months=3))
    assert span.first == date(2025, 11, 1)
    assert [days for _, days in CHOICES if is_chosen(span, days)] == ["365"]


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"first": "yesterday"}, "first must be a date such as 2026-11-01, got 'yesterday'"),
        ({"last": "2026-13-01"}, "last must be a date"),
        ({"first": "2026-11-02", "last": "2026-11-01"}, "must not be after last"),
        ({"first": "2027-11-02"}, "or after today"),
        ({"first": "2022-01-01"}, "at most 800 days"),
        ({"days": "0"}, "days must be a number from 1 to 800"),
        ({"days": "801"}, "days must be a number"),
        ({"days": "-7"}, "days must be a number"),
        ({"days": "\u0667"}, "days must be a number"),
        ({"days": "9" * 5000}, "days must be a number"),
        ({"days": "0000000011999999999"}, "days must be a number"),
        ({"last": "0001-01-05"}, "last must not be before 2020-01-01"),
    ],
)
def test_a_span_that_cannot_be_shown_says_why(wish: dict[str, str], reason: str) -> None:
    with pytest.raises(BadPeriod, match=reason):
        choose_span(TODAY, "UTC", **wish)
