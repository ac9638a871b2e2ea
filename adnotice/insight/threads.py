"""Threads of our own for what blocks: reading the store, hashing, drawing. The site's own threads stay free."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar

from adnotice.vocabulary import Unavailable

T = TypeVar("T")

THREADS: Final = 4
STORE_SECONDS: Final = 2.5
"""How long a page waits for a store's first word: one that hangs is told within three seconds."""


class Threads:
    """Runs at most a few blocking calls at once in each event loop."""

    def __init__(self, threads: int = THREADS) -> None:
        self._threads = threads
        self._limiter: RunVar[anyio.CapacityLimiter] = RunVar("adnotice.insight.threads")

    async def run(self, call: Callable[[], T], seconds: float | None = None) -> T:
        """What the call returns or raises; with `seconds`, raises `Unavailable` when it takes longer, and leaves its
        thread to end by itself."""
        limiter = self._limiter.get(None)
        if limiter is None:
            limiter = anyio.CapacityLimiter(self._threads)
            self._limiter.set(limiter)
        if seconds is None:
            return await anyio.to_thread.run_sync(call, limiter=limiter)
        try:
            with anyio.fail_after(seconds):
                return await anyio.to_thread.run_sync(call, limiter=limiter, abandon_on_cancel=True)
        except TimeoutError:
            raise Unavailable(f"the store did not answer within {seconds:g} seconds") from None
