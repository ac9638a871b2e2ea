"""An app named as module:app, found, and kept awake while it is examined."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import sys
from collections.abc import AsyncIterator
from functools import reduce
from pathlib import Path
from typing import Final, cast

from starlette.types import ASGIApp, Message

from adnotice.doctor.wsgi_bridge import WsgiBridge
from adnotice.middleware_order import is_wsgi

STARTUP_SECONDS: Final = 30


class NotFound(ValueError):
    """There is no such app; says what was looked for and what to do."""


def find_app(target: str) -> ASGIApp:
    """The app that `module:attribute` names, a WSGI one behind a bridge. Raises `NotFound`; what the module itself raises comes through."""
    module_name, _, attribute = target.partition(":")
    if (here := str(Path.cwd())) not in sys.path:  # for as long as the app runs, as uvicorn does
        sys.path.insert(0, here)
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not (module_name == error.name or module_name.startswith(error.name + ".")):
            raise
        raise NotFound(
            f"there is no module {module_name!r} in {Path.cwd()}, as {target!r} says. Name it as for uvicorn: module:app"
        ) from None
    try:
        found = reduce(getattr, attribute.split("."), module)
    except AttributeError:
        raise NotFound(f"the module {module_name!r} has no {attribute!r}, as {target!r} says") from None
    if not callable(found):
        raise NotFound(f"{target!r} must be an ASGI or a WSGI app, got {type(found).__name__}")
    return WsgiBridge(found) if is_wsgi(found) else cast("ASGIApp", found)


@contextlib.asynccontextmanager
async def awake(app: ASGIApp) -> AsyncIterator[None]:
    """Runs the app's lifespan round the block, as a server does; apps without one are left alone."""
    inbox: asyncio.Queue[Message] = asyncio.Queue()
    outbox: asyncio.Queue[Message] = asyncio.Queue()

    async def live() -> None:
        await app(
            {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}, inbox.get, outbox.put
        )

    life = asyncio.create_task(live())
    answer = asyncio.create_task(outbox.get())
    inbox.put_nowait({"type": "lifespan.startup"})
    await asyncio.wait((life, answer), timeout=STARTUP_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    started = answer.done() and answer.result()["type"] == "lifespan.startup.complete"
    if answer.done() and not started:
        raise NotFound(f"the app failed at its start: {answer.result().get('message', 'it says no more')}")
    try:
        yield
    finally:
        answer.cancel()
        if started:
            inbox.put_nowait({"type": "lifespan.shutdown"})
            await asyncio.wait((life,), timeout=STARTUP_SECONDS)
        life.cancel()
        await asyncio.gather(life, return_exceptions=True)  # an app without a lifespan raises here, which is its answer
