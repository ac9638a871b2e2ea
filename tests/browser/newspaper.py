"""The newspaper that browser tests read: a small Starlette app behind adnotice, served by a real uvicorn.

Run as `python -m tests.browser.newspaper SOCKET-FD PLAN.json`; the plan is a `Plan`.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from adnotice.count.ingest import writer_thread
from adnotice.middleware import AdNoticeMiddleware

ROOT = Path(__file__).parents[2]
FLUSH_SECONDS = 0.2
"""When pages without a report are counted. Less than `Site.wait_for_counts` waits for counts that should not come."""


class Sheet(msgspec.Struct, frozen=True):
    """One page or file that a test adds to the newspaper."""

    body: str
    headers: dict[str, str] = {}
    repeated: list[tuple[str, str]] = []
    """Headers that may come more than once."""
    media_type: str = "text/html"
    status: int = 200
    delay_seconds: float = 0.0


class Plan(msgspec.Struct, frozen=True):
    """What is printed, and what adnotice is told. `head` goes into the head of every article."""

    settings: dict[str, Any]
    sheets: dict[str, Sheet] = {}
    head: str = ""
    headers: dict[str, str] = {}


ARTICLES = {
    "/": "The front page",
    "/politics/budget": "Council passes the budget after a long night",
    "/politics/bridge": "The bridge will be rebuilt, at last",
    "/local/swimming-pool": "Swimming pool opens a week early",
    "/sports/cup-final": "A cup final to remember",
}

PARAGRAPH = "The session lasted until half past two. " * 12


def article(path: str, title: str, head: str) -> str:
    """An article with two ad slots and links to the others."""
    links = "".join(f'<li><a href="{other}">{name}</a></li>' for other, name in ARTICLES.items() if other != path)
    text = "".join(f"<p>{PARAGRAPH}</p>" for _ in range(8))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width">{head}</head><body>'
        f'<header><a href="/">The Daily Example</a></header><main><h1>{title}</h1>'
        f'<div id="slot-top" data-slot="top" style="min-height: 250px"></div>{text}'
        f'<div id="slot-end" data-slot="end" style="min-height: 250px"></div></main>'
        f'<nav aria-label="More articles"><ul>{links}</ul></nav>'
        f"<footer><p>The Daily Example</p></footer></body></html>\n"
    )


def build(plan: Plan) -> AdNoticeMiddleware:
    """The newspaper behind adnotice."""

    async def show(request: Request) -> Response:
        path = request.url.path
        sheet = plan.sheets.get(path)
        if sheet is not None:
            await asyncio.sleep(sheet.delay_seconds)
            response = Response(sheet.body, sheet.status, {**plan.headers, **sheet.headers}, sheet.media_type)
            for name, value in sheet.repeated:
                response.headers.append(name, value)
            return response
        if path in ARTICLES:
            return HTMLResponse(article(path, ARTICLES[path], plan.head), headers=plan.headers)
        return HTMLResponse("<!doctype html><html lang=en><title>Not found</title><h1>Not found</h1></html>", 404)

    routes = [Route("/{path:path}", show, methods=["GET", "POST"])]
    modules = ROOT / "node_modules"
    if modules.is_dir():
        routes.insert(0, Mount("/vendor", StaticFiles(directory=modules, follow_symlink=True)))
    bundles = ROOT / ".cache" / "detectors"
    if bundles.is_dir():
        routes.insert(0, Mount("/detectors", StaticFiles(directory=bundles)))
    return AdNoticeMiddleware(Starlette(routes=routes), **plan.settings)


def main() -> None:
    """Serves the plan on a socket that the parent has opened, until it is told to end."""
    plan = msgspec.json.decode(Path(sys.argv[2]).read_bytes(), type=Plan)
    writer_thread.FLUSH_SECONDS = FLUSH_SECONDS
    config = uvicorn.Config(
        build(plan), fd=int(sys.argv[1]), log_level="warning", proxy_headers=True, forwarded_allow_ips="127.0.0.1"
    )
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
