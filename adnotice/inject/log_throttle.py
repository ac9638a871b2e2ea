"""The lines in the log, few enough to be read: one for each subject in a minute at most."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

SECONDS_BETWEEN_LINES: Final = 60.0

logger: Final = logging.getLogger("adnotice")


class LogThrottle:
    """Says what went wrong with a page, and how often it wasn't said."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due: dict[str, float] = {}
        self._unsaid: dict[str, int] = {}

    def complain(self, subject: str, path: str, *, failed: bool = False) -> None:
        """Logs the subject with the page's path; with the traceback of the exception being handled when `failed`."""
        now = self._clock()
        if now < self._due.get(subject, now):
            self._unsaid[subject] = self._unsaid.get(subject, 0) + 1
            return
        self._due[subject] = now + SECONDS_BETWEEN_LINES
        logger.log(
            logging.ERROR if failed else logging.WARNING,
            "%s: %r (%d more since the last line like this)",
            subject,
            path,
            self._unsaid.pop(subject, 0),
            exc_info=failed,
        )
