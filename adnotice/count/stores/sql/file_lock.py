"""Fair turns at one file, between threads and processes of one machine.

SQLite's own waiting is by retries after growing pauses: whoever is unlucky starves for seconds while others write on.
The kernel's file lock wakes who waits in the order of arrival.
Waiting for that lock has no end of its own, and whoever holds it may be stopped: so a thread waits, and its caller goes.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from adnotice.count.stores.sql.lock_holders import name_holders
from adnotice.vocabulary import Unavailable

IMPATIENT_SECONDS: Final = 0.25
PAUSE_SECONDS: Final = 0.005
PATIENT_SECONDS: Final = 5.0


class LockTurn:
    """A place in the kernel's queue for the lock; a thread stands in it."""

    def __init__(self, lock: int) -> None:
        self.lock = lock
        self._guard = threading.Lock()
        self._got = threading.Event()
        self._wanted = True
        threading.Thread(target=self._stand, name="adnotice-turn", daemon=True).start()

    def wait(self, seconds: float) -> bool:
        """Whether the turn came within this time; if not, the place is kept, and the turn passed on when it comes."""
        if self._got.wait(seconds):
            return True
        with self._guard:
            self._wanted = self._got.is_set()
        return self._wanted

    def come_back(self) -> bool:
        """Wants the turn again; False when it has been passed on meanwhile."""
        with self._guard:
            self._wanted = not self._got.is_set()
        return self._wanted

    def _stand(self) -> None:
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        with self._guard:
            self._got.set()
            if not self._wanted:
                release(self.lock)


class FileLock:
    """Turns at the file with this name; whoever dies within its turn loses it."""

    def __init__(self, file: Path, seconds: float = PATIENT_SECONDS) -> None:
        self._file = file
        self._seconds = seconds
        self._left: LockTurn | None = None
        """Where the last caller gave up: the next one goes on waiting there."""

    @contextmanager
    def take(self, *, patient: bool = True) -> Iterator[None]:
        """One turn. Raises `Unavailable`, naming who holds it, when it does not come in time: within a quarter of a
        second for who is not patient."""
        lock = self._wait() if patient else self._try()
        try:
            yield
        finally:
            release(lock)

    def _wait(self) -> int:
        left, self._left = self._left, None
        if left is None or not left.come_back():
            lock = self._open()
            if _is_free(lock):
                return lock
            left = LockTurn(lock)
        if not left.wait(self._seconds):
            self._left = left
            raise Unavailable(f"nobody could write for {self._seconds:g} seconds. {name_holders(self._file)}")
        return left.lock

    def _try(self) -> int:
        lock = self._open()
        end = time.monotonic() + IMPATIENT_SECONDS
        while not _is_free(lock):
            if time.monotonic() > end:
                os.close(lock)
                raise Unavailable("others are writing to the store")
            time.sleep(PAUSE_SECONDS)
        return lock

    def _open(self) -> int:
        return os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def release(lock: int) -> None:
    """Ends the turn. Closing is not enough: a child that was forked within it has the same open file, and its lock."""
    fcntl.flock(lock, fcntl.LOCK_UN)
    os.close(lock)


def _is_free(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
