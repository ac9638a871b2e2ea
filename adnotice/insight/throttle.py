"""How long someone who gave wrong passwords waits before the next try; nobody else waits for them."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

FREE_FAILURES: Final = 5
MAX_WAIT_SECONDS: Final = 60.0
FORGET_SECONDS: Final = 15 * 60
MAX_KNOWN: Final = 10_000


class Throttle:
    """Failures by who failed: five are free, then each doubles the wait up to a minute; 15 quiet minutes forget them."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, who: str, now: float) -> float:
        """Seconds until the next try; 0 when it may be made now."""
        failures, last = self._failures.get(who, (0, now))
        if now - last > FORGET_SECONDS:
            del self._failures[who]
            return 0.0
        if failures < FREE_FAILURES:
            return 0.0
        pause = min(2.0 ** min(failures - FREE_FAILURES, 10), MAX_WAIT_SECONDS)
        return max(0.0, last + pause - now)

    def failed(self, who: str, now: float) -> None:
        """Notes a wrong password."""
        failures, _ = self._failures.get(who, (0, now))
        self._failures[who] = (failures + 1, now)
        self._failures.move_to_end(who)
        if len(self._failures) > MAX_KNOWN:
            self._failures.popitem(last=False)

    def succeeded(self, who: str) -> None:
        """Forgets the failures."""
        self._failures.pop(who, None)
