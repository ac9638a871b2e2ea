"""What this process has seen of one sensor lately: the tallies that belief is judged by, in bounded memory."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final

from adnotice.detect.reliability import MANY, Tally

LAST: Final = 20
SLICE_SECONDS: Final = 60.0
FRESH_SECONDS: Final = 15 * 60.0
USUAL_SECONDS: Final = 24 * 3600.0


class History:
    """The last outcomes one by one, and by the minute what was usual before them, for a day.

    Outcomes older than a quarter of an hour say nothing about now, so a sensor that was set aside is believed again
    when readers stay away; when they come, their outcomes bring it back.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._outcomes: deque[tuple[float, bool, bool]] = deque()
        self._slices: deque[tuple[float, Tally]] = deque()
        self._usual = Tally()
        self._worked = 0.0
        self._successes = 0

    def worked(self, began: float) -> None:
        """Takes a success, cheaply; `began` is when its view began (seconds since the epoch, UTC)."""
        self._successes += 1
        if began > self._worked:
            self._worked = began

    def failed(self, *, believed: bool) -> None:
        """Takes a failure; one that is not believed now does not become usual."""
        self._fold()
        self._outcomes.append((self._clock(), True, believed))

    def seed(self, usual: Tally) -> None:
        """Takes what the store remembers of the time before this process began."""
        self._add_usual(usual)

    def many(self) -> Tally:
        """The last outcomes, at most as many as belief asks for."""
        self._fold()
        return Tally(len(self._outcomes), sum(failed for _, failed, _ in self._outcomes))

    def last(self) -> Tally:
        """The newest of them."""
        self._fold()
        newest = list(self._outcomes)[-LAST:]
        return Tally(len(newest), sum(failed for _, failed, _ in newest))

    def usual(self) -> Tally:
        """A day's outcomes, without the newest."""
        self._fold()
        older = list(self._outcomes)[:-LAST]
        return self._usual.plus(Tally(len(older), sum(failed for _, failed, _ in older)))

    def worked_in_view_after(self, moment: float) -> bool:
        """Whether it worked in a view that began after this moment (seconds since the epoch, UTC)."""
        return self._worked > moment

    def _fold(self) -> None:
        """Adds the successes since the last time, dated now although they may be some hours old, and drops what is older than
        FRESH_SECONDS and USUAL_SECONDS."""
        now = self._clock()
        if self._successes:
            fresh = min(self._successes, MANY)
            self._outcomes.extend([(now, False, True)] * fresh)
            if self._successes > fresh:
                self._add_usual(Tally(self._successes - fresh, 0))
            self._successes = 0
        while self._outcomes and (len(self._outcomes) > MANY or now - self._outcomes[0][0] > FRESH_SECONDS):
            _, failed, believed = self._outcomes.popleft()
            if believed:
                self._add_usual(Tally(1, int(failed)))
        while self._slices and now - self._slices[0][0] > USUAL_SECONDS:
            gone = self._slices.popleft()[1]
            self._usual = Tally(self._usual.tried - gone.tried, self._usual.failed - gone.failed)

    def _add_usual(self, tally: Tally) -> None:
        now = self._clock()
        if self._slices and now - self._slices[-1][0] < SLICE_SECONDS:
            began, before = self._slices[-1]
            self._slices[-1] = (began, before.plus(tally))
        else:
            self._slices.append((now, tally))
        self._usual = self._usual.plus(tally)
