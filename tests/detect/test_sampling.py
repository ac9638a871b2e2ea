"""Under saturation fewer views are measured, and all of them again when it is over."""

from __future__ import annotations

import pytest

from adnotice.detect.sampling import MAX_HALVINGS, STEP_SECONDS, Sampling


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_quick_answers_change_nothing() -> None:
    sampling = Sampling(1.0, Clock())
    for _ in range(1000):
        sampling.answered(0.02)
    assert sampling.rate(sampling.halvings) == 1.0


@pytest.mark.parametrize("took", [1.5, None])
def test_late_or_failed_answers_halve_the_share_once_a_minute_down_to_a_floor(took: float | None) -> None:
    clock = Clock()
    sampling = Sampling(0.5, clock)
    shares = []
    for _ in range(10):
        for _ in range(100):
            sampling.answered(took)
        shares.append(sampling.rate(sampling.halvings))
        clock.now += STEP_SECONDS
    assert shares[:3] == [0.25, 0.125, 0.0625]
    assert shares[-1] == 0.5 / 2**MAX_HALVINGS


def test_calm_doubles_it_minute_by_minute() -> None:
    clock = Clock()
    sampling = Sampling(1.0, clock)
    sampling.answered(None)
    clock.now += STEP_SECONDS
    sampling.answered(None)
    assert sampling.halvings == 2
    clock.now += STEP_SECONDS
    assert sampling.halvings == 1
    assert sampling.halvings == 1
    clock.now += STEP_SECONDS
    assert sampling.halvings == 0
