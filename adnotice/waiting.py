"""Waiting: on the event loop that runs here, or, where the caller is a thread without one (WSGI), on the thread itself."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Final, TypeVar

import anyio
import anyio.lowlevel
import anyio.to_thread

T = TypeVar("T")
A = TypeVar("A")

_BLOCKING: Final[ContextVar[bool]] = ContextVar("adnotice.waiting.blocking", default=False)
"""Whether the caller blocks its thread, whatever loop may run in it."""


def on_event_loop() -> bool:
    """Whether this runs on an event loop that somebody else's turn could come on: asyncio's or trio's."""
    if _BLOCKING.get():
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return "trio" in sys.modules and _on_trio()
    return True


def _on_trio() -> bool:
    import trio

    try:
        trio.lowlevel.current_trio_token()
    except RuntimeError:
        return False
    return True


async def pause(seconds: float) -> None:
    """Waits for so long."""
    if on_event_loop():
        await anyio.sleep(seconds)
    else:
        time.sleep(seconds)  # noqa: ASYNC251 - there is no loop that it could hold up


async def call_aside(call: Callable[[A], T], argument: A) -> T:
    """What a blocking call returns; on an event loop it is made in a thread, which is left to itself on cancellation."""
    if on_event_loop():
        return await anyio.to_thread.run_sync(call, argument, abandon_on_cancel=True)
    return call(argument)


async def yield_turn() -> None:
    """Lets everybody else on the event loop have a turn."""
    if on_event_loop():
        await anyio.lowlevel.checkpoint()


def complete(awaitable: Awaitable[T]) -> T:
    """What it returns or raises, waited for on this thread. It must wait by this module's means alone."""
    blocking = _BLOCKING.set(True)
    try:
        steps = awaitable.__await__()
        next(steps)
    except StopIteration as done:
        value: T = done.value
        return value
    finally:
        _BLOCKING.reset(blocking)
    close = getattr(awaitable, "close", None)
    if close is not None:
        close()
    raise RuntimeError("adnotice waited for an event loop where there is none")
