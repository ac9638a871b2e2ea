"""Blocking checks in a fair order: nobody's second waits before somebody else's first."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Final, TypeVar

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar

T = TypeVar("T")


class Full(Exception):
    """More are waiting than are let wait, and each of them is as much entitled."""


class FairChecks:
    """Runs so many checks at once in each event loop; lets so many wait.

    Start-time fair queueing (Goyal, Vin and Cheng 1996) with checks of equal length: a check's rank is the rank of the
    last one begun, or one more than that of the same asker's last. So somebody new waits, at most, for one check of each
    other asker that waits. Where all places are taken, the highest rank gives way.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._at_once = at_once
        self._waiting = waiting
        self._queue: RunVar[_Queue] = RunVar("adnotice.insight.access.fair_queue")

    async def run(self, who: str, check: Callable[[], T]) -> T:
        """What the check returns or raises, made in a thread. Raises `Full`, now or while it waits."""
        queue = self._queue.get(None)
        if queue is None:
            queue = _Queue(self._at_once, self._waiting)
            self._queue.set(queue)
        async with queue.turn(who):
            return await anyio.to_thread.run_sync(check, limiter=queue.limiter)


class _Turn:
    """One check that waits: its place in the order, and whether it has begun when it is told."""

    def __init__(self, rank: int, number: int) -> None:
        self.place: Final = (rank, number)
        self.told: Final = anyio.Event()
        self.begun = False


class _Queue:
    """The checks of one event loop."""

    def __init__(self, at_once: int, most: int) -> None:
        self.limiter: Final = anyio.CapacityLimiter(at_once)
        self._free = at_once
        self._most = most
        self._turns: list[_Turn] = []
        self._rank = 0
        self._numbers = count()
        self._asked: Counter[str] = Counter()
        self._last_rank: dict[str, int] = {}

    @asynccontextmanager
    async def turn(self, who: str) -> AsyncIterator[None]:
        """One turn of this asker. Raises `Full`."""
        self._asked[who] += 1
        try:
            await self._enter(who)
            try:
                yield
            finally:
                self._leave()
        finally:
            self._asked[who] -= 1
            if not self._asked[who]:
                del self._asked[who]
                self._last_rank.pop(who, None)

    async def _enter(self, who: str) -> None:
        rank = max(self._rank, self._last_rank.get(who, -1) + 1)
        if self._free:
            self._free -= 1
            self._rank = self._last_rank[who] = rank
            return
        if len(self._turns) >= self._most:
            self._send_one_away(rank)
        turn = _Turn(rank, next(self._numbers))
        self._turns.append(turn)
        self._last_rank[who] = rank
        await self._await(turn)

    async def _await(self, turn: _Turn) -> None:
        try:
            await turn.told.wait()
        except BaseException:
            if turn.begun:
                self._leave()
            elif turn in self._turns:
                self._turns.remove(turn)
            raise
        if not turn.begun:
            raise Full

    def _leave(self) -> None:
        self._free += 1
        if self._turns:
            first = min(self._turns, key=lambda turn: turn.place)
            self._turns.remove(first)
            self._free -= 1
            self._rank = max(self._rank, first.place[0])
            first.begun = True
            first.told.set()

    def _send_one_away(self, rank: int) -> None:
        """Makes a place by sending away the last of those that have a higher rank. Raises `Full` when there is none."""
        last = max(self._turns, key=lambda turn: turn.place)
        if last.place[0] <= rank:
            raise Full
        self._turns.remove(last)
        last.told.set()
