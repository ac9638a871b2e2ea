"""Threads of our own for what blocks: reading the store, hashing, drawing. The site's own threads stay free."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar

T = TypeVar("T")

THREADS: Final = 4


class Workers:
    """Runs at most a few blocking calls at once in each event loop."""

    def __init__(self, threads: int = THREADS) -> None:
        self._threads = threads
        self._limiter: RunVar[anyio.CapacityLimiter] = RunVar("adnotice.insight.workers")

    async def run(self, call: Callable[[], T]) -> T:
        """What the call returns or raises."""
        limiter = self._limiter.get(None)
        if limiter is None:
            limiter = anyio.CapacityLimiter(self._threads)
            self._limiter.set(limiter)
        return await anyio.to_thread.run_sync(call, limiter=limiter)
