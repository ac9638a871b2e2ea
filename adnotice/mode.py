"""The mode in force: what the operator last said with `adnotice mode`, else the setting."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from adnotice.events import Mode

OFF: Final = Mode.OFF  # looked up once: CPython 3.11 takes 0.1 µs to find a member in its Enum

NOTE = "mode"
"""Under this name the store's notes hold what the operator said."""

HOLD_SECONDS = 0.25
WAKE_SECONDS = 5.0


class CurrentMode:
    """Answers at once from memory; makes sure, at most every five seconds, that memory is looked up again."""

    def __init__(self, default: Mode, said: Callable[[], Mode | None], wake: Callable[[], None]) -> None:
        self._default = default
        self._said = said
        self._wake = wake
        self._mode = default
        self._hold_until = 0.0
        self._wake_after = 0.0

    def __call__(self) -> Mode:
        """The mode now; lags behind the store by seconds."""
        now = time.monotonic()
        if now >= self._hold_until:
            self._hold_until = now + HOLD_SECONDS
            if now >= self._wake_after:
                self._wake_after = now + WAKE_SECONDS
                self._wake()
            self._mode = self._said() or self._default
        return self._mode

    def known(self) -> Mode:
        """The mode as memory has it, without a look at the clock: for pages, which wake whoever looks it up by being
        counted, except where it is off."""
        mode = self._said() or self._default
        return self() if mode is OFF else mode
