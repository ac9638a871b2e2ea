"""Shares as counted; ranges by hand."""

from __future__ import annotations

import pytest

from adnotice.insight.analysis.intervals import share, widest


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
