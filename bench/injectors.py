"""Who is measured: middleware that puts a script into pages, each driven as its authors made it, none copied."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import lolhtml
from asgi_autoreload import AutoreloadMiddleware
from asgi_autoreload._script import SSE_SCRIPT
from newrelic.api.asgi_application import ASGIBrowserMiddleware
from shiny._autoreload import ResponseMangler
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adnotice import AdNoticeMiddleware
from adnotice.inject.tag import make_tag
from bench.measure import BASE, CONTROL

TAG: Final = make_tag("/_adnotice/client.js", "").plain
OURS: Final = "adnotice"
WRAPPER: Final = "a wrapper that does nothing"


@dataclass(frozen=True, kw_only=True)
class Contender:
    """One way to serve the app, and the bytes it adds to a page."""

    name: str
    wrap: Callable[[ASGIApp], ASGIApp]
    tag: bytes = TAG


class DoNothing:
    """The least that middleware which looks at responses can be: one call and one send, both async."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands everything on."""

        async def forward(message: Message) -> None:
            await send(message)

        await self.app(scope, receive, forward)


class TutorialMiddleware(BaseHTTPMiddleware):
    """What tutorials show: read the whole body, replace, answer anew."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Puts the tag before the end of the body."""
        response: Any = await call_next(request)
        if "text/html" not in response.headers.get("content-type", ""):
            return response  # type: ignore[no-any-return]
        body = b"".join([part async for part in response.body_iterator])
        headers = dict(response.headers)
        headers.pop("content-length", None)
        return Response(body.replace(b"</body>", TAG + b"</body>", 1), response.status_code, headers)


class ShinyMangler:
    """shiny's `ResponseMangler` with the callback that shiny gives it, and our tag."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Puts the tag before the end of the head."""

        def mangle(body: bytes) -> tuple[bytes, bool]:
            if b"</head>" in body:
                return body.replace(b"</head>", TAG + b"</head>", 1), True
            return body, False

        await self.app(scope, receive, ResponseMangler(send, mangle).send)  # type: ignore[arg-type]


class RecordingTransaction:
    """What New Relic's middleware asks of a transaction, without an account behind it."""

    enabled = True
    autorum_disabled = False
    rum_header_generated = False

    class settings:  # noqa: N801 - the name that their code looks up
        """Their defaults."""

        class browser_monitoring:  # noqa: N801
            """Which types are instrumented."""

            content_type = ("text/html",)

    @staticmethod
    def browser_timing_header() -> str:
        """The snippet: here our tag, which is far shorter than theirs."""
        return TAG.decode()


class NewRelicBrowser:
    """New Relic's `ASGIBrowserMiddleware`, made anew for each request as their agent does."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets it insert its snippet."""
        await ASGIBrowserMiddleware(self.app, RecordingTransaction)(scope, receive, send)


class PrependToHead:
    """The handler that lol-html calls."""

    def element(self, element: Any) -> None:
        """Puts the tag first into the head."""
        element.prepend(TAG.decode(), lolhtml.ContentType.HTML)


class LolHtml:
    """lol-html's streaming rewriter round the body; a page with a length is held until its new length is known."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rewrites what is HTML."""
        start: Message = {}
        rewriter: Any = None
        output = bytearray()

        async def rewrite(message: Message) -> None:
            nonlocal start, rewriter
            if message["type"] == "http.response.start":
                headers = dict(message["headers"])
                if headers.get(b"content-type", b"").startswith(b"text/html") and b"content-encoding" not in headers:
                    rewriter = lolhtml.HTMLRewriter(output.extend)
                    rewriter.on("head", PrependToHead())
                    if b"content-length" in headers:
                        start = message
                        return
                await send(message)
                return
            if rewriter is None:
                await send(message)
                return
            rewriter.write(message["body"])
            more = message.get("more_body", False)
            if not more:
                rewriter.end()
            if start and more:
                return
            if start:
                headers = {**dict(start["headers"]), b"content-length": b"%d" % len(output)}
                await send({**start, "headers": list(headers.items())})
            body = bytes(output)
            output.clear()
            await send({"type": "http.response.body", "body": body, "more_body": more})

        await self.app(scope, receive, rewrite)


def with_adnotice(app: ASGIApp) -> ASGIApp:
    """Ours as a user writes it, counting into the store that the bench made."""
    return AdNoticeMiddleware(
        app, secret_key="only-for-this-bench-4f8a2c7e91b0d635", store_url=os.environ["BENCH_STORE"]
    )


def unwrapped(app: ASGIApp) -> ASGIApp:
    """The app as it is."""
    return app


CONTENDERS: Final = (
    Contender(name=BASE, wrap=unwrapped),
    Contender(name=CONTROL, wrap=unwrapped),
    Contender(name=WRAPPER, wrap=DoNothing),
    Contender(name=OURS, wrap=with_adnotice),
    Contender(name="shiny ResponseMangler", wrap=ShinyMangler),
    Contender(name="New Relic ASGI browser", wrap=NewRelicBrowser),
    Contender(name="asgi-autoreload", wrap=AutoreloadMiddleware, tag=SSE_SCRIPT),
    Contender(name="python-lolhtml", wrap=LolHtml),
    Contender(name="BaseHTTPMiddleware + replace", wrap=TutorialMiddleware),
)
BY_NAME: Final[Mapping[str, Contender]] = {contender.name: contender for contender in CONTENDERS}
NO_PEERS: Final = frozenset({BASE, CONTROL, WRAPPER, OURS})
