"""In place of adnotice where its settings can't be used: the site goes on as if it were not there."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from adnotice.http.admission import Admission, AdmissionSettings, messages_of
from adnotice.http.messages import Rejected
from adnotice.http.router import Prefix
from adnotice.vocabulary import Rejection

REASON: Final = "adnotice is not set up, see the log"


class Standby:
    """Passes pages on untouched, answers our own addresses with 503, and lets no server start that asks first.

    `why` is the whole list of what is wrong; `prefix` is where our addresses are expected.
    """

    def __init__(self, app: ASGIApp, why: str, prefix: str) -> None:
        self._app = app
        self._why = why
        self._admission = Admission(AdmissionSettings())
        self.name_of = Prefix(prefix).name_of

    def attend(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """The app's own answer."""
        return self._app(scope, receive, send)

    async def answer(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - as Router has it
        """The same for each of our addresses."""
        await self._admission.discard(scope, receive)
        for message in messages_of(Rejected(Rejection.SETTINGS, REASON).answer(), head=scope["method"] == "HEAD"):
            await send(message)

    async def live(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's
        """Refuses to start, with the whole list: what the server does then is its own (it ends, or listens to nobody)."""
        await receive()
        await send({"type": "lifespan.startup.failed", "message": self._why})
