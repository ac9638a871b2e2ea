"""Where callers on an event loop wait for the writer's thread: one message to the loop for a whole group of them.

A slip can be awaited. Each has a deadline; one alarm a loop, armed only while somebody waits, looks after all of them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Generator, Iterable
from contextlib import suppress
from typing import Any, Protocol

from adnotice.events import Unavailable

Fate = bool | Unavailable
"""Whether it was counted now, or why that can't be told."""


class Slip(Protocol):
    """What one caller waits for."""

    def done(self) -> bool:
        """Whether the caller has its answer, or has gone."""

    def __await__(self) -> Generator[Any, None, bool]:
        """Waits for the answer; raises `Unavailable`."""


class Desk(Protocol):
    """The callers on one event loop."""

    loop: object

    def slip(self) -> Slip:
        """A new caller's slip. Called on the loop."""

    def tell(self, fates: Iterable[tuple[Any, Fate]]) -> None:
        """Answers callers, by their slips. Called from any thread."""


def desk_here(last: Desk | None, deadline_seconds: float) -> Desk:
    """The desk of the running event loop: the last one when it is the same loop. For asyncio, and for trio."""
    try:
        loop: object = asyncio.get_running_loop()
    except RuntimeError:
        import trio

        loop = trio.lowlevel.current_trio_token()
        if last is not None and last.loop is loop:
            return last
        from adnotice.count.trio_desk import TrioDesk

        return TrioDesk(deadline_seconds)
    if last is not None and last.loop is loop:
        return last
    return AsyncioDesk(deadline_seconds)


def too_late(deadline_seconds: float) -> Unavailable:
    """What a caller is told whose deadline has passed."""
    return Unavailable(f"no commit within {deadline_seconds:g} seconds")


class AsyncioDesk:
    """The callers on one asyncio loop."""

    def __init__(self, deadline_seconds: float) -> None:
        self._here = asyncio.get_running_loop()
        self.loop: object = self._here
        self._deadline = deadline_seconds
        self._waiting: deque[tuple[float, asyncio.Future[bool]]] = deque()
        self._alarm: asyncio.TimerHandle | None = None

    def slip(self) -> Slip:
        """See `Desk`."""
        future: asyncio.Future[bool] = self._here.create_future()
        due = self._here.time() + self._deadline
        self._waiting.append((due, future))
        if self._alarm is None:
            self._alarm = self._here.call_at(due, self._look)
        return future

    def tell(self, fates: Iterable[tuple[Any, Fate]]) -> None:
        """See `Desk`."""
        with suppress(RuntimeError):  # a loop that has been closed: nobody waits there any more
            self._here.call_soon_threadsafe(self._hand_out, fates)

    def _hand_out(self, fates: Iterable[tuple[asyncio.Future[bool], Fate]]) -> None:
        for future, fate in fates:
            if future.done():
                continue
            if isinstance(fate, Unavailable):
                future.set_exception(fate)
            else:
                future.set_result(fate)
        waiting = self._waiting
        while waiting and waiting[0][1].done():
            waiting.popleft()

    def _look(self) -> None:
        now = self._here.time()
        waiting = self._waiting
        while waiting and (waiting[0][1].done() or waiting[0][0] <= now):
            _, future = waiting.popleft()
            if not future.done():
                future.set_exception(too_late(self._deadline))
        self._alarm = self._here.call_at(waiting[0][0], self._look) if waiting else None
