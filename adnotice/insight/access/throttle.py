"""How long someone who gave wrong passwords waits before the next try; nobody else waits for them."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

FREE_FAILURES: Final = 5
MAX_WAIT_SECONDS: Final = 60.0
FORGET_SECONDS: Final = 15 * 60
MAX_KNOWN: Final = 10_000


class Throttle:
    """Failures by who failed: five are free, then each doubles the wait up to a minute; 15 quiet minutes forget them.

    A try counts as failed from its beginning, so that a burst gets no more than tries one after the other. `now` is in
    seconds of a clock that nobody sets.
    """

    def __init__(self) -> None:
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def take(self, who: str, now: float) -> float:
        """Takes a try: 0 when it may be made now, else the seconds until the next one may."""
        failures, last = self._failures.get(who, (0, now))
        if now - last > FORGET_SECONDS:
            failures = 0
        if failures >= FREE_FAILURES:
            pause = min(2.0 ** min(failures - FREE_FAILURES, 10), MAX_WAIT_SECONDS)
            if (wait := last + pause - now) > 0:
                return wait
        self._failures[who] = (failures + 1, now)
        self._failures.move_to_end(who)
        if len(self._failures) > MAX_KNOWN:
            self._failures.popitem(last=False)
        return 0.0

    def failed(self, who: str, now: float) -> None:
        """Notes when a try that was taken has failed: the wait begins then."""
        if who in self._failures:
            self._failures[who] = (self._failures[who][0], now)

    def give_back(self, who: str) -> None:
        """Undoes a try that was taken and not made."""
        failures, last = self._failures.get(who, (0, 0.0))
        if failures:
            self._failures[who] = (failures - 1, last)

    def succeeded(self, who: str) -> None:
        """Forgets the failures."""
        self._failures.pop(who, None)
