"""A small site for the tests of the injector: apps that send given messages, and a server that keeps what comes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adnotice.http.sites import Sites
from adnotice.inject.memo.sizes import NOTHING, USUAL
from adnotice.inject.middleware import Injector
from adnotice.inject.rules import make_rules
from adnotice.inject.settings import InjectSettings
from adnotice.mode import CurrentMode
from adnotice.vocabulary import Mode, Occurrence

SRC = "/_adnotice/client.js"
TAG = b'<script async="" src="/_adnotice/client.js" data-cfasync="false"></script>'
PAGE = b"<!doctype html>\n<html lang=en><head><title>Budget</title></head><body><p>Text.</p></body></html>\n"
HEAD_END = PAGE.index(b"<title>")
PAGE_WITH_TAG = PAGE[:HEAD_END] + TAG + PAGE[HEAD_END:]
HTML = (b"content-type", b"text/html; charset=utf-8")

WITHOUT_MEMORY = "TEST_EMPTY_MEMORY" in os.environ

Headers = Sequence[tuple[bytes, bytes]]


class Kept(list[Occurrence]):
    """What was recorded."""

    @property
    def record(self) -> Callable[[Occurrence], None]:
        """Takes an occurrence."""
        return self.append


def wrap(
    app: ASGIApp, kept: Kept | None = None, *, mode: Mode = Mode.ASK, site: str | None = "news", **settings: Any
) -> Injector:
    """The injector in front of the app."""
    record = kept.record if kept is not None else lambda _: None
    rules = make_rules(
        InjectSettings(**settings),
        src=SRC,
        record=record,
        begin=lambda: None,
        sites=Sites(site or "", {} if site else {"elsewhere.example.test": "elsewhere"}),
        mode=CurrentMode(mode),
        sizes=NOTHING if WITHOUT_MEMORY else USUAL,
    )
    return Injector(app, rules)


def request(path: str = "/", headers: Headers = (), method: str = "GET", **more: Any) -> Scope:
    """A request's scope."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"news.example.test"), *headers],
        "client": ("127.0.0.1", 5000),
        "server": ("127.0.0.1", 80),
        **more,
    }


def start(*headers: tuple[bytes, bytes], status: int = 200, **more: Any) -> Message:
    """The start of a response."""
    return {"type": "http.response.start", "status": status, "headers": list(headers), **more}


def part(body: bytes, more: bool = False) -> Message:
    """A piece of its body."""
    return {"type": "http.response.body", "body": body, "more_body": more}


def length_of(body: bytes) -> tuple[bytes, bytes]:
    """The Content-Length."""
    return (b"content-length", b"%d" % len(body))


def page_of(body: bytes, *headers: tuple[bytes, bytes], status: int = 200) -> ASGIApp:
    """An app that sends one page whole."""
    return sending(start(HTML, length_of(body), *headers, status=status), part(body))


def sending(*messages: Message) -> ASGIApp:
    """An app that sends these messages."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)

    return app


async def ask(app: ASGIApp, scope: Scope | None = None) -> list[Message]:
    """What the server gets to send."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError("nothing here reads the request's body")

    await app(request() if scope is None else scope, receive, send)
    return sent


def body_of(messages: Iterable[Message]) -> bytes:
    """The whole body."""
    return b"".join(message.get("body", b"") for message in messages)


def header_of(messages: Sequence[Message], name: bytes) -> bytes | None:
    """A header's value; None when missing. Of a repeated one the first."""
    start = next(message for message in messages if message["type"] == "http.response.start")
    return next((value for key, value in start["headers"] if key.lower() == name), None)
