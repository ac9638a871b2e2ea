"""The composition root: our addresses to our endpoints, everyone else's HTML through inject. Wires, decides nothing."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Final, Unpack

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adnotice.composition import compose
from adnotice.configuration import choose_settings
from adnotice.http.router import Router
from adnotice.inject.middleware import Injector
from adnotice.keywords import Keywords
from adnotice.middleware_order import InFront, judge_asgi
from adnotice.settings import Settings, SettingsError
from adnotice.standby import Standby
from adnotice.switched_off import SwitchedOff
from adnotice.vocabulary import Mode

logger: Final = logging.getLogger("adnotice")


@lru_cache(maxsize=16)
def tell(why: str) -> None:
    """Logs it once in a process: some frameworks make a middleware for each of their routes."""
    logger.error("%s", why)


UNKNOWN_SCOPE: Final = (AssertionError, NotImplementedError, ValueError)
"""What apps raise for a kind of connection that they don't know: Django a ValueError, others assert that it is HTTP. Whatever else an
app raises is a fault of its own, which its server is to see."""


class AdNoticeMiddleware(InFront):
    """One line in front of an ASGI app.

    `AdNoticeMiddleware(app)` takes the settings that `adnotice init` has written: from the file that ADNOTICE_CONFIG names,
    else from adnotice.toml in the folder where the server runs, the environment's ADNOTICE_… above it. Or they are given
    as keywords, or as `settings=` made by `Settings.of`, `Settings.from_env` or `Settings.from_file`. Opens nothing and
    starts nothing until the server starts up, or until the first request.

    Never raises: many frameworks make their middleware while they answer the first request, and would answer all of them
    with 500. Settings that can't be used are logged at once, fail the server's startup, and leave the site as it is.
    """

    def __init__(self, /, app: ASGIApp, settings: Settings | None = None, **options: Unpack[Keywords]) -> None:
        self.app = app
        self._router: Router | Standby | SwitchedOff
        self._pages: Injector | Standby | SwitchedOff
        try:
            found = choose_settings(settings, options)
            if found.enabled:
                self._set_up(app, found)
            else:
                off = SwitchedOff(app, found.prefix)
                self._router = self._pages = off
                self._live = off.live
        except SettingsError as error:
            self._stand_by(error)
        except Exception as error:  # whatever it is, the site must not fail for it
            logger.exception("adnotice failed while it was set up")
            told = f"adnotice failed while it was set up, which is a fault of its own: {type(error).__name__}: {error}"
            self._stand_by(SettingsError([told]))

    def _stand_by(self, error: SettingsError) -> None:
        tell(str(error))
        standby = Standby(self.app, str(error), error.prefix)
        self._router = self._pages = standby
        self._live = standby.live

    def _set_up(self, app: ASGIApp, settings: Settings) -> None:
        placement = judge_asgi(app)
        if placement.wrong:
            raise SettingsError([placement.wrong])
        if placement.doubled:
            tell(placement.doubled)
        parts = compose(settings)
        self._writer = parts.writer
        self._pages = Injector(app, parts.rules)
        self._router = parts.router
        self._live = self._lifespan
        self._counts_from_the_start = settings.mode is not Mode.OFF

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers our own addresses; hands everything else to the app."""
        if scope["type"] == "http":
            if name := self._router.name_of(scope):
                await self._router.answer(name, scope, receive, send)
            else:
                await self._pages.attend(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        touched = False

        async def receive_ours() -> Message:
            nonlocal touched
            touched = True
            return await receive()

        async def send_after_flush(message: Message) -> None:
            nonlocal touched
            touched = True
            if message["type"] == "lifespan.startup.complete" and self._counts_from_the_start:
                self._writer.begin()  # in its own thread: nobody waits, and what is wrong with the store is said now
            if message["type"].startswith("lifespan.shutdown."):
                await self._writer.close()
            await send(message)

        try:
            await self.app(scope, receive_ours, send_after_flush)
        except UNKNOWN_SCOPE:
            if touched:
                raise
            # An app that knows no lifespan, as Django's: ours ends in order all the same, with all that was counted.
            for step in ("startup", "shutdown"):
                await receive()
                await send_after_flush({"type": f"lifespan.{step}.complete"})
