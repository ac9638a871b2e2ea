"""Callers on asyncio: one alarm a loop, armed only while somebody waits, looks after all their deadlines."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from adnotice.count.ingest.waiters.base import CommitFate, Waiter, too_late
from adnotice.vocabulary import Counted, Unavailable


class AsyncioWaiters:
    """The callers on one asyncio loop."""

    def __init__(self, deadline_seconds: float) -> None:
        self._here = asyncio.get_running_loop()
        self.loop: object = self._here
        self._deadline = deadline_seconds
        self._waiting: deque[asyncio.Future[Counted]] = deque()
        self._dues: deque[float] = deque()
        """When each of those who wait has waited long enough."""
        self._alarm: asyncio.TimerHandle | None = None

    def add(self) -> Waiter:
        """See `Waiters`."""
        future: asyncio.Future[Counted] = self._here.create_future()
        due = self._here.time() + self._deadline
        self._waiting.append(future)
        self._dues.append(due)
        if self._alarm is None:
            self._alarm = self._here.call_at(due, self._look)
        return future

    def answer(self, fates: Iterable[tuple[Any, CommitFate]]) -> None:
        """See `Waiters`."""
        with suppress(RuntimeError):  # a loop that has been closed: nobody waits there any more
            self._here.call_soon_threadsafe(self._hand_out, fates)

    def _hand_out(self, fates: Iterable[tuple[asyncio.Future[Counted], CommitFate]]) -> None:
        for future, fate in fates:
            if future.done():
                continue
            if isinstance(fate, Unavailable):
                future.set_exception(fate)
            else:
                future.set_result(fate)
        self._forget_done()

    def _forget_done(self) -> None:
        while self._waiting and self._waiting[0].done():
            self._waiting.popleft()
            self._dues.popleft()

    def _look(self) -> None:
        now = self._here.time()
        self._forget_done()
        while self._dues and self._dues[0] <= now:
            self._waiting[0].set_exception(too_late(self._deadline))
            self._forget_done()
        self._alarm = self._here.call_at(self._dues[0], self._look) if self._dues else None
