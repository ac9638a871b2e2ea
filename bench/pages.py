"""The bare apps that the inject part wraps: one case each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from jinja2 import DictLoader, Environment, select_autoescape
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

KB: Final = 1024
HEAD: Final = (
    b'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>The Daily Example</title>\n'
    b'<link rel="stylesheet" href="/site.css">\n</head>\n<body>\n'
)
TAIL: Final = b"</body>\n</html>\n"
PARAGRAPH: Final = b"<p>The <b>council</b> met on Tuesday &amp; decided, after <a href='/a'>a debate</a>, little.</p>\n"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One bare app. `page`: its answer should carry the tag."""

    name: str
    app: ASGIApp
    headers: tuple[tuple[str, str], ...] = ()
    page: bool = True


def make_page(size: int) -> bytes:
    """An article of exactly this many bytes."""
    body = PARAGRAPH * (size // len(PARAGRAPH) + 1)
    return HEAD + body[: size - len(HEAD) - len(TAIL)] + TAIL


@dataclass(frozen=True)
class Constant:
    """The cheapest app there can be: one page, kept in memory. Its cost is nearly all the server's."""

    body: bytes
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    status: int = 200

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it."""
        await send({"type": "http.response.start", "status": self.status, "headers": list(self.headers)})
        await send({"type": "http.response.body", "body": self.body})


@dataclass
class MadeAnew:
    """A page that is another one at each request, of another length: what a site sends that renders its pages."""

    beginning: bytes
    asked: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it."""
        self.asked += 1
        body = self.beginning + b" " * (self.asked % 97) + TAIL
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@dataclass(frozen=True)
class Streamed:
    """A page in parts of 8 KB, without a length."""

    parts: tuple[bytes, ...]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it."""
        headers = [(b"content-type", b"text/html; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for part in self.parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def constant_page(size: int) -> Constant:
    """A page as most sites send it."""
    page = make_page(size)
    length = b"%d" % len(page)
    return Constant(page, [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", length)])


def streamed_page(size: int) -> Streamed:
    """The same in parts."""
    page = make_page(size)
    return Streamed(tuple(page[at : at + 8 * KB] for at in range(0, len(page), 8 * KB)))


def streaming_site(size: int) -> ASGIApp:
    """The same from Starlette's StreamingResponse, as most applications stream."""
    parts = streamed_page(size).parts

    async def iterate() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    async def home(_: Request) -> StreamingResponse:
        return StreamingResponse(iterate(), media_type="text/html")

    return Starlette(routes=[Route("/", home)])


TEMPLATE: Final = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ title }}</title></head>
<body>
{% for story in stories %}<article><h2><a href="/story/{{ story.id }}">{{ story.title }}</a></h2>
<p class="by">{{ story.author }}, {{ story.words }} words</p>
{% if story.open %}<p>{{ story.summary }}</p>{% endif %}</article>
{% endfor %}</body>
</html>
"""
STORIES: Final = [
    {
        "id": n,
        "title": f"Story <{n}>",
        "author": "A. Reporter",
        "words": n * 17,
        "open": n % 3,
        "summary": "Text & so. " * 9,
    }
    for n in range(110)
]


def rendered_site() -> ASGIApp:
    """A Starlette app with a Jinja page of about 20 KB."""
    templates = Environment(loader=DictLoader({"home": TEMPLATE}), autoescape=select_autoescape(default=True))

    async def home(_: Request) -> HTMLResponse:
        return HTMLResponse(templates.get_template("home").render(title="The Daily Example", stories=STORIES))

    return Starlette(routes=[Route("/", home)])


JSON_BODY: Final = b'{"headline": "Nothing happened", "tags": ["a", "b"]}'


def socket_site() -> ASGIApp:
    """What the measurements over real sockets ask for."""
    page = constant_page(20 * KB)

    async def slow_parts() -> AsyncIterator[bytes]:
        yield HEAD
        for _ in range(3):
            await asyncio.sleep(0.1)
            yield PARAGRAPH
        yield TAIL

    async def huge_parts() -> AsyncIterator[bytes]:
        yield HEAD
        part = (PARAGRAPH * 700)[: 64 * KB]
        for _ in range(200 * KB // 64):
            yield part
        yield TAIL

    async def slow(_: Request) -> StreamingResponse:
        return StreamingResponse(slow_parts(), media_type="text/html")

    async def huge(_: Request) -> StreamingResponse:
        return StreamingResponse(huge_parts(), media_type="text/html")

    async def news(_: Request) -> JSONResponse:
        return JSONResponse({"headline": "Nothing happened"})

    rest = Starlette(routes=[Route("/slow", slow), Route("/huge", huge), Route("/news", news)])

    async def site(scope: Scope, receive: Receive, send: Send) -> None:
        await (page if scope["path"] == "/" else rest)(scope, receive, send)

    return site


@cache
def cases() -> tuple[Case, ...]:
    """Every case, cheapest app first."""
    validators = [(b"etag", b'"5f3a"'), (b"cache-control", b"max-age=60")]
    json_headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(JSON_BODY))]
    return (
        Case(name="20 KB", app=constant_page(20 * KB)),
        Case(name="20 KB, made anew", app=MadeAnew(make_page(20 * KB)[: -len(TAIL)])),
        Case(name="100 KB", app=constant_page(100 * KB)),
        Case(name="1 MB", app=constant_page(1024 * KB)),
        Case(name="100 KB streamed", app=streamed_page(100 * KB)),
        Case(name="streamed by Starlette", app=streaming_site(100 * KB)),
        Case(name="Jinja, rendered", app=rendered_site()),
        Case(
            name="20 KB, gzip inside",
            app=GZipMiddleware(constant_page(20 * KB)),
            headers=(("Accept-Encoding", "gzip"),),
        ),
        Case(name="JSON", app=Constant(JSON_BODY, json_headers), page=False),
        Case(name="304", app=Constant(b"", validators, 304), headers=(("If-None-Match", 'W/"5f3a"'),), page=False),
    )
