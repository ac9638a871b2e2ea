"""Intervals against published figures; ranges by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adnotice.insight.intervals import share, widest, wilson


@pytest.mark.parametrize(
    ("n", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_the_one_that_newcombe_1998_prints_in_table_i_as_method_3(
    n: int, of: int, low: float, high: float
) -> None:
    interval = wilson(n, of)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@given(st.integers(1, 10**12).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_holds_the_rate_and_stays_within_0_and_1(numbers: tuple[int, int]) -> None:
    n, of = numbers
    interval = wilson(n, of)
    assert 0 <= interval.low <= n / of <= interval.high <= 1
    assert (interval.low == 0) == (n == 0)
    assert (interval.high == 1) == (n == of)


@pytest.mark.parametrize(("n", "of"), [(-1, 5), (6, 5), (0, 0)])
def test_what_is_no_share_has_no_interval(n: int, of: int) -> None:
    with pytest.raises(ValueError, match=f"got {n} of {of}"):
        wilson(n, of)


@pytest.mark.parametrize(
    ("n", "of", "few"), [(0, 0, True), (7, 5, True), (0, 29, True), (0, 30, False), (40, 80, True), (50, 100, False)]
)
def test_a_share_is_marked_when_it_rests_on_few_things_or_its_interval_is_wider_than_20_points(
    n: int, of: int, few: bool
) -> None:
    assert share(n, of).few is few


def test_a_share_of_nothing_or_of_more_than_all_has_no_rate() -> None:
    assert share(0, 0).rate is None
    assert share(7, 5).rate is None
    assert share(7, 5).interval is None


def test_the_range_supposes_that_none_or_all_of_the_rest_block() -> None:
    found = widest(200, 800, 200)
    assert found is not None
    assert (found.low, found.high, found.unanswered) == (0.2, 0.4, 200)


def test_the_range_of_nothing_is_none() -> None:
    assert widest(0, 0, 0) is None
