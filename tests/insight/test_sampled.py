"""The rate of all views from those that were drawn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adnotice.insight.analysis.sampled import Sample, estimate, wilson_of


def test_where_every_view_is_measured_there_is_no_interval() -> None:
    found = estimate([Sample(1.0, 200, 800)])
    assert found.rate == 0.2
    assert found.interval is None


def test_nothing_measured_has_no_rate() -> None:
    assert estimate([]).rate is None
    assert estimate([Sample(0.5, 0, 0)]).rate is None


@pytest.mark.parametrize("share", [0.9, 0.5, 0.05])
def test_one_share_is_wilsons_with_n_over_one_minus_the_share(share: float) -> None:
    found = estimate([Sample(share, 200, 800)])
    expected = wilson_of(0.2, 1_000 / (1 - share))
    assert found.rate == pytest.approx(0.2)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((expected.low, expected.high))


def test_a_small_share_is_nearly_the_textbooks_interval() -> None:
    found, textbook = estimate([Sample(1e-6, 200, 800)]).interval, wilson_of(0.2, 1_000)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((textbook.low, textbook.high), rel=1e-4)


def test_busy_hours_weigh_as_much_as_they_had_views() -> None:
    # 20,000 views at 22 % while half of them were measured, 10,000 at 18 %.
    found = estimate([Sample(0.5, 2_200, 7_800), Sample(1.0, 1_800, 8_200)])
    assert found.rate == pytest.approx((4_400 + 1_800) / 30_000)


def test_under_five_with_ads_blocked_the_counts_stand_alone() -> None:
    assert estimate([Sample(0.5, 4, 800)]).interval is None
    assert estimate([Sample(0.5, 5, 800)]).interval is not None
    assert estimate([Sample(0.5, 4, 800)], fewest_blocked=0).interval is not None


@pytest.mark.parametrize("share", [0.0, -0.5, 1.01, float("nan")])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        estimate([Sample(share, 1, 1)])


@pytest.mark.parametrize(
    ("n", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_the_one_that_newcombe_1998_prints_in_table_i_as_method_3(
    n: int, of: int, low: float, high: float
) -> None:
    interval = wilson_of(n / of, of)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@given(
    st.floats(1e-6, 1).flatmap(lambda share: st.tuples(st.just(share), st.integers(0, 10**12), st.integers(0, 10**12)))
)
def test_the_interval_holds_the_rate_and_stays_within_0_and_1(numbers: tuple[float, int, int]) -> None:
    found = estimate([Sample(*numbers)], fewest_blocked=0)
    if found.rate is not None and found.interval is not None:
        assert 0 <= found.interval.low <= found.rate + 1e-12
        assert found.rate - 1e-12 <= found.interval.high <= 1
