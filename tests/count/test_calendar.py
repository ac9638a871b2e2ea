"""Time cut into buckets, and periods put together from them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adnotice.count.model.calendar import Calendar, cover, days_of, months_before, next_month
from adnotice.count.model.language import NOT_KNOWN, name_language
from adnotice.count.model.tally import Grain, Period

days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham")


@given(first=days, length=st.integers(0, 800))
def test_a_period_is_covered_by_buckets_that_touch_and_never_overlap(first: date, length: int) -> None:
    period = Period(first, first + timedelta(days=length))
    covered: list[date] = []
    for grain, begin, end in cover(period):
        day = date.fromisoformat(begin)
        while day <= date.fromisoformat(end):
            following = {
                Grain.DAY: day + timedelta(days=1),
                Grain.WEEK: day + timedelta(days=7),
                Grain.MONTH: next_month(day),
            }[grain]
            covered += days_of(Period(day, following - timedelta(days=1)))
            day = following
    assert covered == list(days_of(period))


@given(first=days, length=st.integers(0, 800))
def test_a_period_takes_few_buckets_however_long_it_is(first: date, length: int) -> None:
    pieces = cover(Period(first, first + timedelta(days=length)))
    buckets = 0
    for grain, begin, end in pieces:
        spanned = (date.fromisoformat(end) - date.fromisoformat(begin)).days
        buckets += spanned // {Grain.DAY: 1, Grain.WEEK: 7, Grain.MONTH: 28}[grain] + 1
    assert buckets <= 27 + 2 * (6 + 4 + 6)


def test_what_is_kept_by_month_only_is_taken_by_month() -> None:
    pieces = cover(Period(date(2025, 3, 10), date(2026, 2, 10)), oldest_day=date(2026, 1, 1))
    assert pieces[0] == (Grain.MONTH, "2025-03-01", "2026-01-01")


@given(zone=st.sampled_from(ZONES), moment=st.floats(1.7e9, 1.9e9))
def test_a_moment_lies_in_a_bucket_that_its_period_lists(zone: str, moment: float) -> None:
    calendar = Calendar(zone)
    starts, today = calendar.cut(moment), calendar.today(moment)
    for grain in Grain:
        assert getattr(starts, grain) in calendar.starts(grain, Period(today, today))


@pytest.mark.parametrize("zone", ZONES)
def test_every_quarter_of_a_year_lies_in_exactly_one_hour_in_order(zone: str) -> None:
    calendar = Calendar(zone)
    begin = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
    seen: dict[str, None] = {}
    last = ""
    for quarter in range(begin, begin + 366 * 86_400, 900):
        hour = calendar.cut(quarter).hour
        assert hour == last or hour not in seen, "an hour that has ended comes again"
        seen[hour] = None
        last = hour
    first, end = calendar.today(begin), calendar.today(begin + 366 * 86_400 - 1)
    listed = calendar.starts(Grain.HOUR, Period(first, end))
    assert [hour for hour in listed if hour in seen] == list(seen)


def test_a_repeated_hour_says_which_it_is() -> None:
    hours = Calendar("Europe/Berlin").starts(Grain.HOUR, Period(date(2026, 10, 25), date(2026, 10, 25)))
    assert hours[1:5] == ["2026-10-25T01", "2026-10-25T02+02:00", "2026-10-25T02+01:00", "2026-10-25T03"]


def test_months_are_counted_back_over_years() -> None:
    assert months_before(date(2026, 2, 28), 13) == date(2025, 1, 1)
    assert months_before(date(2026, 12, 31), 0) == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("de-CH,de;q=0.9", "de"),
        ("EN", "en"),
        (" fr ;q=1", "fr"),
        ("gsw-CH", "gsw"),
        ("zh_CN", "zh"),
        ("", NOT_KNOWN),
        ("*", NOT_KNOWN),
        ("<script>", NOT_KNOWN),
        ("english", NOT_KNOWN),
        ("d", NOT_KNOWN),
    ],
)
def test_a_language_is_its_first_code(header: str, name: str) -> None:
    assert name_language(header) == name
