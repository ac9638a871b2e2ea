"""Fair turns at one file, between threads and processes of one machine.

SQLite's own waiting is by retries after growing pauses: whoever is unlucky starves for seconds while others write on.
The kernel's file lock wakes who waits in the order of arrival. Where there is none (Windows), SQLite's way remains.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from adnotice.vocabulary import Unavailable

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    HAS_LOCKS = False
else:
    HAS_LOCKS = True

IMPATIENT_SECONDS: Final = 0.25
PAUSE_SECONDS: Final = 0.005


class Turns:
    """Turns at the file with this name; whoever dies within its turn loses it."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @contextmanager
    def take(self, *, patient: bool = True) -> Iterator[None]:
        """One turn. Raises `Unavailable` when it is not patient and a quarter of a second was not enough."""
        if not HAS_LOCKS:  # pragma: no cover - Windows
            yield
            return
        lock = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if patient:
                fcntl.flock(lock, fcntl.LOCK_EX)
            else:
                _try(lock)
            yield
        finally:
            # Closing is not enough: a child that was forked within this turn has the same open file, and its lock.
            fcntl.flock(lock, fcntl.LOCK_UN)
            os.close(lock)


def _try(lock: int) -> None:
    end = time.monotonic() + IMPATIENT_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > end:
                raise Unavailable("others are writing to the store") from None
            time.sleep(PAUSE_SECONDS)
