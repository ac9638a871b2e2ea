"""The mode in force: what the operator last said with `adnotice mode`, else the setting."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from adnotice.events import Mode

OFF: Final = Mode.OFF  # looked up once: CPython 3.11 takes 0.1 µs to find a member in its Enum

NOTE = "mode"
"""Under this name the store's notes hold what the operator said."""

WAKE_SECONDS = 5.0


class CurrentMode:
    """Answers at once from memory; makes sure, at most every five seconds, that the store is asked again."""

    def __init__(self, default: Mode, wake: Callable[[], None]) -> None:
        self._default = default
        self._wake = wake
        self._mode = default
        self._wake_after = 0.0

    def tell(self, said: Mode | None) -> None:
        """What the operator last said; None: nothing. Called from whichever thread asked the store."""
        self._mode = said or self._default

    def __call__(self) -> Mode:
        """The mode now; lags behind the store by seconds."""
        now = time.monotonic()
        if now >= self._wake_after:
            self._wake_after = now + WAKE_SECONDS
            self._wake()
        return self._mode

    def known(self) -> Mode:
        """The same without a look at the clock: for pages, which have the store asked again by being counted. Where the
        mode is off no page is counted."""
        return self() if self._mode is OFF else self._mode
