"""The desk of the event loop that runs here, whichever kind of loop it is; or of threads without one."""

from __future__ import annotations

import asyncio

from adnotice.count.ingest.waiters.asyncio import AsyncioDesk
from adnotice.count.ingest.waiters.base import Desk
from adnotice.count.ingest.waiters.threads import THREADS, ThreadDesk
from adnotice.waiting import on_event_loop


def desk_here(last: Desk | None, deadline_seconds: float) -> Desk:
    """The desk of the running event loop: the last one when it is the same loop. For asyncio, for trio, and for threads
    without a loop."""
    if not on_event_loop():
        return last if last is not None and last.loop is THREADS else ThreadDesk(deadline_seconds)
    try:
        loop: object = asyncio.get_running_loop()
    except RuntimeError:
        import trio

        loop = trio.lowlevel.current_trio_token()
        if last is not None and last.loop is loop:
            return last
        from adnotice.count.ingest.waiters.trio import TrioDesk

        return TrioDesk(deadline_seconds)
    if last is not None and last.loop is loop:
        return last
    return AsyncioDesk(deadline_seconds)
