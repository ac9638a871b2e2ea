"""Shares as counted; ranges by hand."""

from __future__ import annotations

import pytest
from scipy.optimize import brentq

from adnotice.insight.analysis.intervals import Z_OF_LEVEL, Drawn, at_least, share, widest


@pytest.mark.parametrize(
    ("n", "of", "few"), [(0, 0, True), (7, 5, True), (0, 29, True), (40, 99, True), (0, 100, False), (50, 100, False)]
)
def test_a_share_is_marked_when_it_rests_on_few_things(n: int, of: int, few: bool) -> None:
    assert share(n, of).few is few


def test_a_share_of_nothing_or_of_more_than_all_has_no_rate() -> None:
    assert share(0, 0).rate is None
    assert share(7, 5).rate is None


def test_the_range_supposes_that_none_or_all_of_the_rest_block() -> None:
    found = widest(200, 800, 200)
    assert found is not None
    assert (found.low, found.high, found.unanswered) == (0.2, 0.4, 200)


def test_the_range_of_nothing_is_none() -> None:
    assert widest(0, 0, 0) is None


def test_the_range_of_a_sample_is_as_wide_as_drawing_leaves_each_end() -> None:
    counted, drawn = widest(200, 800, 200), widest(200, 800, 200, Drawn(3.0, 3.0))
    assert counted is not None
    assert drawn is not None
    assert drawn.low < counted.low
    assert counted.high < drawn.high


@pytest.mark.parametrize(("number", "drawn"), [(200, 3.0), (5, 0.5), (1, 19.0)])
def test_a_number_is_at_least_what_the_score_interval_says(number: int, drawn: float) -> None:
    def miss(true: float) -> float:
        return (number - true) ** 2 - Z_OF_LEVEL**2 * drawn * true

    assert at_least(number, drawn) == pytest.approx(brentq(miss, 0, number))
    assert at_least(0, drawn) == 0
    assert at_least(number, 0.0) == number
