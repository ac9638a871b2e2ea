"""The mode in force, as a value: what the operator last said with `adnotice mode`, else the setting; until when everyone is
left in peace (`adnotice peace`); and how old both are.

Pages take what is known. What readers are answered (the script, a notice) rests on what is fresh: `adnotice mode`
returns `SETTLE_SECONDS` after the store took its word, so that no answer given later can rest on the mode before.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, Protocol

from adnotice.language import Problem, gettext_noop
from adnotice.vocabulary import Mode

NOTE = "mode"
"""Under this name the store's notes hold what the operator said."""

PEACE_NOTE: Final = "peace"
"""Under this name they hold until when everyone is left in peace (seconds since the epoch, UTC)."""

LONGEST_PEACE_SECONDS: Final = 31 * 86_400
"""Who wants nobody to be asked for longer wants another mode."""

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


class Notebook(Protocol):
    """What is needed of a store's notes."""

    def get(self, name: str) -> str | None:
        """The value, or None."""

    def put(self, name: str, value: str, expires: float | None = None) -> None:
        """Keeps the value until then."""

    def remove(self, name: str) -> None:
        """Forgets the value."""


def begin_peace(notes: Notebook, until: float, now: float) -> None:
    """Leaves everyone in peace until then (seconds since the epoch, UTC), in place of what was said before. Every process
    obeys `SETTLE_SECONDS` later. Raises `Problem` for a time that is past or too far."""
    if until <= now:
        raise Problem(gettext_noop("the time is past. Give one that is still to come"))
    if until > now + LONGEST_PEACE_SECONDS:
        days = LONGEST_PEACE_SECONDS // 86_400
        raise Problem(
            gettext_noop("the time is more than {n} days away. For longer than that: adnotice mode measure"), n=days
        )
    notes.put(PEACE_NOTE, f"{until:.0f}", until)


def end_peace(notes: Notebook) -> None:
    """Lets readers be asked again; nothing happens where they are already."""
    notes.remove(PEACE_NOTE)


def find_peace(notes: Notebook, now: float) -> float | None:
    """Until when everyone is left in peace; None where nobody said so, or the time is over."""
    try:
        until = float(notes.get(PEACE_NOTE) or 0)
    except ValueError:  # of a version that says it otherwise
        return None
    return until if until > now else None


class CurrentMode:
    """Holds the mode for one process. Has no effect on anything: whoever asks the store tells it here."""

    def __init__(
        self, setting: Mode, clock: Callable[[], float] = CLOCK, wall: Callable[[], float] = time.time
    ) -> None:
        self.setting = setting
        self.now = clock
        self._wall = wall
        self._peace_until = 0.0
        self.said = False
        """Whether the mode is the operator's word, not the setting."""
        self._mode = setting
        self.off = setting is Mode.OFF
        """Whether it is off, as it was last heard of: for pages, which spend neither a call nor a look at the clock on it."""
        self._asked_at = float("-inf")

    def tell(self, said: Mode | None, asked_at: float, peace_until: float | None = None) -> None:
        """Takes what the operator last said (None: nothing), when, by `now`, the store was asked for it, and until when
        everyone is left in peace. Called from whichever thread asked."""
        self._peace_until = peace_until or 0.0
        self.said = said is not None
        self._mode = said or self.setting
        self.off = self._mode is Mode.OFF
        self._asked_at = asked_at

    def known(self) -> Mode:
        """The mode as it was last heard of, however long ago: for pages, which spend no look at the clock on it."""
        return self._mode

    def peace(self) -> bool:
        """Whether everyone is left in peace now: as fresh as what `fresh` says."""
        return self._wall() < self._peace_until

    def fresh(self) -> Mode | None:
        """The mode, when the store was asked for it lately; else None."""
        return self._mode if self.now() - self._asked_at <= FRESH_SECONDS else None
