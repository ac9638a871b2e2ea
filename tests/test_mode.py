"""The mode is answered from memory; who asks makes sure that the store is asked again."""

from __future__ import annotations

import pytest

from adnotice import mode
from adnotice.events import Mode
from adnotice.mode import CurrentMode


class Waker:
    """Counts how often the store would have been asked."""

    def __init__(self) -> None:
        self.woken = 0

    def __call__(self) -> None:
        self.woken += 1


def test_what_the_operator_said_stands_before_the_setting() -> None:
    current = CurrentMode(Mode.MEASURE, Waker())
    assert (current(), current.known()) == (Mode.MEASURE, Mode.MEASURE)
    current.tell(Mode.ASK)
    assert (current(), current.known()) == (Mode.ASK, Mode.ASK)
    current.tell(None)
    assert (current(), current.known()) == (Mode.MEASURE, Mode.MEASURE)


def test_asking_has_the_store_asked_again_every_five_seconds_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter((100.0, 101.0, 104.9, 105.0, 107.0, 110.1))
    monkeypatch.setattr(mode.time, "monotonic", lambda: next(moments))
    wake = Waker()
    current = CurrentMode(Mode.MEASURE, wake)
    for _ in range(6):
        current()
    assert wake.woken == 3


def test_pages_have_the_store_asked_again_only_where_the_mode_is_off() -> None:
    wake = Waker()
    current = CurrentMode(Mode.MEASURE, wake)
    current.known()
    assert wake.woken == 0
    current.tell(Mode.OFF)
    assert current.known() is Mode.OFF
    assert wake.woken == 1
