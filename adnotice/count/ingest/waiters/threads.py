"""The same desk for callers that are threads without an event loop, as WSGI's are: each waits by itself."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable
from typing import Any, Final

from adnotice.count.ingest.waiters.base import CommitFate, Slip, too_late
from adnotice.vocabulary import Counted, Unavailable

THREADS: Final[object] = object()
"""In place of an event loop: all threads are alike."""


class ThreadSlip:
    """What one thread waits for."""

    def __init__(self, deadline_seconds: float) -> None:
        self._deadline = deadline_seconds
        self._told = threading.Event()
        self._fate: CommitFate | None = None
        self._gone = False

    def done(self) -> bool:
        """See `Slip`."""
        return self._gone or self._fate is not None

    def answer(self, fate: CommitFate) -> None:
        """Lets the caller go on. Called on any thread."""
        self._fate = fate
        self._told.set()

    def __await__(self) -> Generator[Any, None, Counted]:
        """See `Slip`. Blocks the thread."""
        return self._wait().__await__()

    async def _wait(self) -> Counted:
        self._told.wait(self._deadline)
        self._gone = True
        if self._fate is None:
            raise too_late(self._deadline)
        if isinstance(self._fate, Unavailable):
            raise self._fate
        return self._fate


class ThreadDesk:
    """All callers that block."""

    loop: object = THREADS

    def __init__(self, deadline_seconds: float) -> None:
        self._deadline = deadline_seconds

    def slip(self) -> Slip:
        """See `Desk`."""
        return ThreadSlip(self._deadline)

    def tell(self, fates: Iterable[tuple[ThreadSlip, CommitFate]]) -> None:
        """See `Desk`."""
        for slip, fate in fates:
            if not slip.done():
                slip.answer(fate)
