"""Callers on trio."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import trio

from adnotice.count.ingest.waiters.base import CommitFate, EventWaiter, Waiter, answer_each


class TrioWaiter(EventWaiter):
    """One task."""

    async def _until_told(self) -> None:
        with trio.move_on_after(self._deadline):
            await self._told.wait()


class TrioWaiters:
    """The callers on one trio run."""

    def __init__(self, deadline_seconds: float) -> None:
        self._token = trio.lowlevel.current_trio_token()
        self.loop: object = self._token
        self._deadline = deadline_seconds

    def add(self) -> Waiter:
        """See `Waiters`."""
        return TrioWaiter(self._deadline, trio.Event())

    def answer(self, fates: Iterable[tuple[Any, CommitFate]]) -> None:
        """See `Waiters`."""
        with suppress(trio.RunFinishedError):
            self._token.run_sync_soon(answer_each, fates)
