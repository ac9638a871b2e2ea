"""The mode is a value that knows its age: pages take what is known, readers are answered by what is fresh."""

from __future__ import annotations

import pytest

from adnotice.mode import FRESH_SECONDS, SETTLE_SECONDS, CurrentMode
from adnotice.vocabulary import Mode


class Clock:
    """Says what it is told to say."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_what_the_operator_said_stands_before_the_setting() -> None:
    clock = Clock()
    current = CurrentMode(Mode.MEASURE, clock)
    current.tell(Mode.ASK, clock.now)
    assert (current.fresh(), current.known()) == (Mode.ASK, Mode.ASK)
    current.tell(None, clock.now)
    assert (current.fresh(), current.known()) == (Mode.MEASURE, Mode.MEASURE)


def test_before_the_store_was_asked_nothing_is_fresh() -> None:
    current = CurrentMode(Mode.ASK)
    assert current.fresh() is None
    assert current.known() is Mode.ASK


@pytest.mark.parametrize(("age", "known"), [(0.0, Mode.ASK), (FRESH_SECONDS, Mode.ASK), (FRESH_SECONDS + 0.01, None)])
def test_the_mode_is_as_fresh_as_the_question_not_as_its_answer(age: float, known: Mode | None) -> None:
    clock = Clock()
    current = CurrentMode(Mode.OFF, clock)
    asked_at = clock.now
    clock.now += age  # a slow store, or a process that was stopped: the answer is no younger than the question
    current.tell(Mode.ASK, asked_at)
    assert current.fresh() is known
    assert current.known() is Mode.ASK


def test_an_answer_never_rests_on_a_mode_older_than_what_the_command_waits() -> None:
    assert FRESH_SECONDS < SETTLE_SECONDS <= 10


def test_the_clock_goes_on_while_nobody_looks() -> None:
    current = CurrentMode(Mode.ASK)
    current.tell(Mode.OFF, current.now() - 60)
    assert current.fresh() is None
