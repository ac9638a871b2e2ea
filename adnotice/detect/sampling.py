"""The share of views that browsers are told to measure: the operator's, halved while we are saturated."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

logger: Final = logging.getLogger("adnotice")

SLOW_SECONDS: Final = 1.0
STEP_SECONDS: Final = 60.0
MAX_HALVINGS: Final = 6


class Sampling:
    """Halves the share, at most once a minute, when reports are answered late or not at all; doubles it when calm.

    Browsers learn of it with the next client.js, within minutes; until then late reports are retried as always.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._halvings = 0
        self._changed = clock()
        self._slow = -STEP_SECONDS

    @property
    def halvings(self) -> int:
        """How often the share is halved now."""
        if self._halvings and self._clock() - max(self._changed, self._slow) >= STEP_SECONDS:
            self._halvings -= 1
            self._changed = self._clock()
            logger.warning("detection: calm again, %g of all views are measured", self.rate(self._halvings))
        return self._halvings

    def rate(self, halvings: int) -> float:
        """The share after so many halvings."""
        return self._rate / (1 << halvings)

    def answered(self, seconds: float | None) -> None:
        """Takes how long a report's commit took; None: it failed."""
        if seconds is not None and seconds < SLOW_SECONDS:
            return
        now = self._slow = self._clock()
        if self._halvings < MAX_HALVINGS and (not self._halvings or now - self._changed >= STEP_SECONDS):
            self._halvings += 1
            self._changed = now
            logger.warning("detection: saturated, %g of all views are measured", self.rate(self._halvings))
