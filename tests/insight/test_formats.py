"""How numbers and times read."""

from __future__ import annotations

import pytest

from adnotice.count.model.tally import Grain
from adnotice.insight.display import formats


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (None, "–"),
        (0, "0%"),
        (1, "100%"),
        (0.2345, "23.4%"),
        (0.0004, "under 0.1%"),
        (0.0005, "0.1%"),
        (0.99951, "over 99.9%"),
        (0.5, "50.0%"),
    ],
)
def test_a_share_never_reads_as_none_or_all_when_it_is_only_close(rate: float | None, text: str) -> None:
    assert formats.percent(rate) == text


@pytest.mark.parametrize(
    ("n", "text"), [(0, "0"), (9_999, "9,999"), (20_000, "20k"), (1_500_000, "1.5M"), (2e9, "2bn"), (150_000, "150k")]
)
def test_an_axis_is_short(n: float, text: str) -> None:
    assert formats.compact(n) == text


@pytest.mark.parametrize(
    ("start", "grain", "whole", "short"),
    [
        ("2026-11-12T14", Grain.HOUR, "12 November 2026, 14:00", "14:00"),
        ("2026-10-25T02+01:00", Grain.HOUR, "25 October 2026, 02:00+01:00", "02:00+01:00"),
        ("2026-11-12T00", Grain.HOUR, "12 November 2026, 00:00", "12 Nov"),
        ("2026-11-12", Grain.DAY, "Thursday, 12 November 2026", "12 Nov"),
        ("2026-11-09", Grain.WEEK, "Week from 9 November 2026", "9 Nov"),
        ("2026-11-01", Grain.MONTH, "November 2026", "Nov 2026"),
    ],
)
def test_a_bucket_has_a_whole_and_a_short_name(start: str, grain: Grain, whole: str, short: str) -> None:
    assert (formats.bucket(start, grain), formats.tick(start, grain)) == (whole, short)


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        (0.0, "0%"),
        (0.003, "under 1%"),
        (0.0049, "under 1%"),
        (0.006, "1%"),
        (0.187, "19%"),
        (0.997, "over 99%"),
        (1.0, "100%"),
    ],
)
def test_a_rate_for_the_board_is_none_or_all_only_where_it_is(rate: float, said: str) -> None:
    assert formats.whole(rate) == said


def test_one_page_view_is_one() -> None:
    assert [formats.views(n) for n in (0, 1, 2, 1_234)] == [
        "0 page views",
        "1 page view",
        "2 page views",
        "1,234 page views",
    ]
