"""In place of adnotice where the setting `enabled` is false: the app answers, and nothing is opened or started."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from adnotice.detect.client import make_silence
from adnotice.http.admission import Admission, AdmissionSettings, messages_of
from adnotice.http.messages import Rejected, Request
from adnotice.http.router import LOOK_RULE, Prefix
from adnotice.vocabulary import Rejection

REASON: Final = "adnotice is switched off by the setting enabled"


class SwitchedOff:
    """Passes everything on but our own addresses: pages that caches hold with the tag get an empty script, all else 404.

    The app does not get those: what it has for unknown addresses, a page perhaps, would come as a script.
    """

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._admission = Admission(AdmissionSettings())
        self._silence = make_silence()
        self.name_of = Prefix(prefix).name_of

    def attend(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """The app's own answer."""
        return self._app(scope, receive, send)

    async def answer(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        """The empty script, or 404."""
        await self._admission.discard(scope, receive)
        try:
            answer = self._silence.answer(self._admit(name, scope))
        except Rejected as rejected:
            answer = rejected.answer()
        for message in messages_of(answer, head=scope["method"] == "HEAD"):
            await send(message)

    def _admit(self, name: str, scope: Scope) -> Request:
        if name != "client.js":
            raise Rejected(Rejection.NAME, REASON)
        return self._admission.admit(scope, LOOK_RULE, path=name, base="", site="")

    async def live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The app's own."""
        await self._app(scope, receive, send)
