"""adnotice as a Litestar plugin: `Litestar([...], plugins=[AdNoticePlugin()])`.

Litestar's own list of middleware is called for its routes only; a plugin stands around the whole app.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Unpack

from anyio import create_memory_object_stream, create_task_group
from litestar.exceptions import ImproperlyConfiguredException
from litestar.plugins import InitPlugin

from adnotice.keywords import Keywords
from adnotice.middleware import AdNoticeMiddleware
from adnotice.settings import Settings

if TYPE_CHECKING:
    from litestar import Litestar
    from litestar.config.app import AppConfig
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class AdNoticePlugin(InitPlugin):
    """Settings as for `AdNoticeMiddleware`; the app does not start with settings that can't be used."""

    def __init__(self, settings: Settings | None = None, **options: Unpack[Keywords]) -> None:
        self._settings = settings
        self._options = options

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        """Litestar's hook: from its start to its end the app is wrapped."""
        app_config.lifespan.append(self._wrap)
        return app_config

    @asynccontextmanager
    async def _wrap(self, app: Litestar) -> AsyncIterator[None]:
        bare: Any = app.asgi_handler
        front: Any = AdNoticeMiddleware(_Site(bare), self._settings, **self._options)
        async with _alive(front):
            app.asgi_handler = front
            try:
                yield
            finally:
                app.asgi_handler = bare


class _Site:
    """Litestar's handler, and a lifespan that is ready at once: Litestar's own is already under way."""

    def __init__(self, handler: ASGIApp) -> None:
        self._handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._handler(scope, receive, send)
            return
        for phase in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{phase}.complete"})


@asynccontextmanager
async def _alive(front: Any) -> AsyncIterator[None]:
    """Starts and ends a middleware as a server does (ASGI's lifespan). Raises where it refuses to start."""
    to_front, asked = create_memory_object_stream[Any](2)
    told, from_front = create_memory_object_stream[Any](2)

    async def send(message: Message) -> None:
        await told.send(message)

    with to_front, asked, told, from_front:
        async with create_task_group() as tasks:
            tasks.start_soon(front, {"type": "lifespan", "asgi": {"version": "3.0"}}, asked.receive, send)
            await to_front.send({"type": "lifespan.startup"})
            begun = await from_front.receive()
            refused = begun["type"] != "lifespan.startup.complete"
            if not refused:
                try:
                    yield
                finally:
                    await to_front.send({"type": "lifespan.shutdown"})
                    await from_front.receive()
    if refused:
        raise ImproperlyConfiguredException(begun.get("message", "adnotice refused to start"))
