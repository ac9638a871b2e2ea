"""A small FastAPI site."""

from __future__ import annotations

from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import HTMLResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from site_parts import NEWS, STATIC, TEMPLATES, TITLE, stream_parts, with_adnotice

bare = FastAPI()
bare.mount("/static", StaticFiles(directory=STATIC))
templates = Jinja2Templates(TEMPLATES)


@bare.get("/", response_class=HTMLResponse)
async def home(request: Request) -> HTMLResponse:
    """The front page."""
    return templates.TemplateResponse(request, "home.html", {"title": TITLE})


@bare.get("/live")
async def live() -> StreamingResponse:
    """A page that arrives in parts."""
    return StreamingResponse(stream_parts(), media_type="text/html")


@bare.get("/news")
async def news() -> dict[str, object]:
    """JSON."""
    return dict(NEWS)


@bare.websocket("/echo")
async def echo(socket: WebSocket) -> None:
    """Says everything back."""
    await socket.accept()
    async for text in socket.iter_text():
        await socket.send_text(text)


app = with_adnotice(bare)
