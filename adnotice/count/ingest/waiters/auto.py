"""The callers on the event loop that runs here, whichever kind of loop it is; or those that are threads without one."""

from __future__ import annotations

import asyncio

from adnotice.count.ingest.waiters.asyncio import AsyncioWaiters
from adnotice.count.ingest.waiters.base import Waiters
from adnotice.count.ingest.waiters.threads import THREADS, ThreadWaiters
from adnotice.waiting import on_event_loop


def waiters_here(last: Waiters | None, deadline_seconds: float) -> Waiters:
    """The waiters of the running event loop: the last ones when it is the same loop. For asyncio, for trio, and for threads
    without a loop."""
    if not on_event_loop():
        return last if last is not None and last.loop is THREADS else ThreadWaiters(deadline_seconds)
    try:
        loop: object = asyncio.get_running_loop()
    except RuntimeError:
        import trio

        loop = trio.lowlevel.current_trio_token()
        if last is not None and last.loop is loop:
            return last
        from adnotice.count.ingest.waiters.trio import TrioWaiters

        return TrioWaiters(deadline_seconds)
    if last is not None and last.loop is loop:
        return last
    return AsyncioWaiters(deadline_seconds)
