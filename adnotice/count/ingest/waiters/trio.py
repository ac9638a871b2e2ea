"""The same desk for callers on trio."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import suppress
from typing import Any

import trio

from adnotice.count.ingest.waiters.base import CommitFate, Slip, too_late
from adnotice.vocabulary import Counted, Unavailable


class TrioSlip:
    """What one caller on trio waits for."""

    def __init__(self, deadline_seconds: float) -> None:
        self._deadline = deadline_seconds
        self._told = trio.Event()
        self._fate: CommitFate | None = None
        self._gone = False

    def done(self) -> bool:
        """See `Slip`."""
        return self._gone or self._fate is not None

    def answer(self, fate: CommitFate) -> None:
        """Lets the caller go on. Called on trio's thread."""
        if not self.done():
            self._fate = fate
            self._told.set()

    def __await__(self) -> Generator[Any, None, Counted]:
        """See `Slip`."""
        return self._wait().__await__()

    async def _wait(self) -> Counted:
        try:
            with trio.move_on_after(self._deadline):
                await self._told.wait()
        finally:
            self._gone = True
        if self._fate is None:
            raise too_late(self._deadline)
        if isinstance(self._fate, Unavailable):
            raise self._fate
        return self._fate


class TrioDesk:
    """The callers on one trio run."""

    def __init__(self, deadline_seconds: float) -> None:
        self.loop: object = trio.lowlevel.current_trio_token()
        self._token = trio.lowlevel.current_trio_token()
        self._deadline = deadline_seconds

    def slip(self) -> Slip:
        """See `Desk`."""
        return TrioSlip(self._deadline)

    def tell(self, fates: Iterable[tuple[Any, CommitFate]]) -> None:
        """See `Desk`."""
        with suppress(trio.RunFinishedError):
            self._token.run_sync_soon(_hand_out, fates)


def _hand_out(fates: Iterable[tuple[TrioSlip, CommitFate]]) -> None:
    for slip, fate in fates:
        slip.answer(fate)
