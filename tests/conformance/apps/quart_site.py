"""A small Quart site."""

from __future__ import annotations

from quart import Quart, Response, render_template, websocket
from site_parts import NEWS, STATIC, TEMPLATES, TITLE, stream_parts, with_adnotice

bare = Quart(__name__, static_folder=str(STATIC), static_url_path="/static", template_folder=str(TEMPLATES))


@bare.get("/")
async def home() -> str:
    """The front page."""
    return await render_template("home.html", title=TITLE)


@bare.get("/live")
async def live() -> Response:
    """A page that arrives in parts."""
    return Response(stream_parts(), mimetype="text/html")


@bare.get("/news")
async def news() -> dict[str, object]:
    """JSON."""
    return dict(NEWS)


@bare.websocket("/echo")
async def echo() -> None:
    """Says everything back."""
    while True:
        await websocket.send(await websocket.receive())


app = with_adnotice(bare)
