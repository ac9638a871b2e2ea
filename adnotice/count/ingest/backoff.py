"""Growing pauses with jitter, so that many processes don't come back to a store at the same moment."""

from __future__ import annotations

from random import Random
from typing import Final

FIRST_SECONDS: Final = 0.1
LONGEST_SECONDS: Final = 5.0


class Backoff:
    """The pause before the next attempt."""

    def __init__(self) -> None:
        self._seconds = FIRST_SECONDS
        self._dice = Random()  # noqa: S311 - spreads load, protects nothing

    def next_pause(self) -> float:
        """Seconds to wait now: between half and the whole of a pause that doubles each time."""
        pause = self._seconds * self._dice.uniform(0.5, 1.0)
        self._seconds = min(self._seconds * 2, LONGEST_SECONDS)
        return pause

    def reset(self) -> None:
        """The store answered."""
        self._seconds = FIRST_SECONDS
