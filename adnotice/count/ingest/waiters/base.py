"""Callers that wait for the writer's thread: one message to the event loop for a whole group of them.

A waiter can be awaited. Each has a deadline.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any, Protocol

from adnotice.vocabulary import Counted, Unavailable

CommitFate = Counted | Unavailable
"""How it was counted, or why that can't be told."""


class Waiter(Protocol):
    """One caller."""

    def done(self) -> bool:
        """Whether the caller has its answer, or has gone."""

    def __await__(self) -> Generator[Any, None, Counted]:
        """Waits for the answer; raises `Unavailable`."""


class Waiters(Protocol):
    """The callers on one event loop."""

    loop: object

    def add(self) -> Waiter:
        """A new caller. Called on the loop."""

    def answer(self, fates: Iterable[tuple[Any, CommitFate]]) -> None:
        """Answers callers. Called from any thread."""


class EventWaiter:
    """A caller for whom an event is set: a thread's, or a trio task's. `_until_told` waits for it, or for the deadline."""

    def __init__(self, deadline_seconds: float, told: Any) -> None:
        self._deadline = deadline_seconds
        self._told = told
        self._fate: CommitFate | None = None
        self._gone = False

    def done(self) -> bool:
        """See `Waiter`."""
        return self._gone or self._fate is not None

    def answer(self, fate: CommitFate) -> None:
        """Lets the caller go on. Called where its event may be set."""
        if not self.done():
            self._fate = fate
            self._told.set()

    def __await__(self) -> Generator[Any, None, Counted]:
        """See `Waiter`."""
        return self._wait().__await__()

    async def _until_told(self) -> None:
        raise NotImplementedError

    async def _wait(self) -> Counted:
        try:
            await self._until_told()
        finally:
            self._gone = True
        if self._fate is None:
            raise too_late(self._deadline)
        if isinstance(self._fate, Unavailable):
            raise self._fate
        return self._fate


def answer_each(fates: Iterable[tuple[EventWaiter, CommitFate]]) -> None:
    """Answers callers one by one, where their events may be set."""
    for waiter, fate in fates:
        waiter.answer(fate)


def too_late(deadline_seconds: float) -> Unavailable:
    """What a caller is told whose deadline has passed."""
    return Unavailable(f"no commit within {deadline_seconds:g} seconds")
