"""The mode in force, as a value: what the operator last said with `adnotice mode`, else the setting; and how old that is.

Pages take what is known. What readers are answered (the script, a notice) rests on what is fresh: `adnotice mode`
returns `SETTLE_SECONDS` after the store took its word, so that no answer given later can rest on the mode before.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from adnotice.vocabulary import Mode

NOTE = "mode"
"""Under this name the store's notes hold what the operator said."""

SETTLE_SECONDS: Final = 10.0
"""So long after the store took a new mode nobody is answered by the old one."""

FRESH_SECONDS: Final = 9.5
"""So long an answer may rest on one look at the store; the rest of `SETTLE_SECONDS` is for sending it."""

CLOCK: Final[Callable[[], float]] = (
    # Goes on while the machine sleeps, where the system has such a clock; and, as any, while the process is stopped.
    partial(time.clock_gettime, time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic
)

LookForMode = Callable[[], Awaitable[Mode | None]]
"""Has the store asked for the mode now; None where it can't say within a second."""


class CurrentMode:
    """Holds the mode for one process. Has no effect on anything: whoever asks the store tells it here."""

    def __init__(self, setting: Mode, clock: Callable[[], float] = CLOCK) -> None:
        self.setting = setting
        self.now = clock
        self.said = False
        """Whether the mode is the operator's word, not the setting."""
        self._mode = setting
        self.off = setting is Mode.OFF
        """Whether it is off, as it was last heard of: for pages, which spend neither a call nor a look at the clock on it."""
        self._asked_at = float("-inf")

    def tell(self, said: Mode | None, asked_at: float) -> None:
        """Takes what the operator last said (None: nothing) and when, by `now`, the store was asked for it. Called from
        whichever thread asked."""
        self.said = said is not None
        self._mode = said or self.setting
        self.off = self._mode is Mode.OFF
        self._asked_at = asked_at

    def known(self) -> Mode:
        """The mode as it was last heard of, however long ago: for pages, which spend no look at the clock on it."""
        return self._mode

    def fresh(self) -> Mode | None:
        """The mode, when the store was asked for it lately; else None."""
        return self._mode if self.now() - self._asked_at <= FRESH_SECONDS else None
