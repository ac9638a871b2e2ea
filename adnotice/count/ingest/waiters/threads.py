"""Callers that are threads without an event loop, as WSGI's are: each waits by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Final

from adnotice.count.ingest.waiters.base import CommitFate, EventWaiter, Waiter, answer_each

THREADS: Final[object] = object()
"""In place of an event loop: all threads are alike."""


class ThreadWaiter(EventWaiter):
    """One thread, which blocks while it waits."""

    async def _until_told(self) -> None:
        self._told.wait(self._deadline)


class ThreadWaiters:
    """All callers that block."""

    loop: object = THREADS

    def __init__(self, deadline_seconds: float) -> None:
        self._deadline = deadline_seconds

    def add(self) -> Waiter:
        """See `Waiters`."""
        return ThreadWaiter(self._deadline, threading.Event())

    def answer(self, fates: Iterable[tuple[ThreadWaiter, CommitFate]]) -> None:
        """See `Waiters`."""
        answer_each(fates)
