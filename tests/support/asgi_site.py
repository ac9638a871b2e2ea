"""A small newspaper behind the whole middleware, in the test's own process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message

from adnotice import AdNoticeMiddleware
from tests.conftest import SECRET
from tests.honest import AGENT

PAGE = "<!doctype html><html lang=en><head><title>Budget</title></head><body><p>Text.</p></body></html>"
TAG = '<script async="" src="/_adnotice/client.js" data-cfasync="false"></script>'


async def front(_: Request) -> HTMLResponse:
    return HTMLResponse(PAGE)


async def data(_: Request) -> JSONResponse:
    return JSONResponse({"page": PAGE})


newspaper = Starlette(routes=[Route("/", front), Route("/data", data)])


@asynccontextmanager
async def reading(app: ASGIApp, host: str = "news.example.test") -> AsyncIterator[httpx.AsyncClient]:
    """A client of the app; afterwards the writer is flushed as a server's shutdown does it."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{host}") as client:
        yield client
    await shut_down(app)


async def shut_down(app: ASGIApp) -> None:
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive() -> Message:
        return next(messages)

    async def send(message: Message) -> None:
        pass

    await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)


TOKEN = "tests-read-the-figures-with-this"
OTHER_SECRET = SECRET[::-1]


@asynccontextmanager
async def server(store_url: str, **options: Any) -> AsyncIterator[httpx.AsyncClient]:
    """One process' worth of adnotice on this store, up until the block ends."""
    given = {"secret_key": SECRET, "mode": "ask", "ask_on_first_page": True, "name_after_views": 1, **options}
    app = AdNoticeMiddleware(newspaper, store_url=store_url, metrics_token=TOKEN, **given)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="https://news.example.test", headers={"user-agent": AGENT}
    ) as client:
        yield client
    await shut_down(app)


async def counts(store_url: str) -> Mapping[str, int]:
    """The served figures, without what is zero."""
    async with server(store_url) as client:
        answer = await client.get("/_adnotice/api/v1/summary", headers={"authorization": f"Bearer {TOKEN}"})
        answer.raise_for_status()
        return {metric: n for metric, n in answer.json()["counts"].items() if n}
