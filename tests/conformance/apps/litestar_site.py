"""A small Litestar site."""

from __future__ import annotations

from litestar import Litestar, WebSocket, get, websocket
from litestar.contrib.jinja import JinjaTemplateEngine
from litestar.response import Stream, Template
from litestar.static_files import create_static_files_router
from litestar.template.config import TemplateConfig
from site_parts import NEWS, STATIC, TEMPLATES, TITLE, stream_parts, with_adnotice


@get("/")
async def home() -> Template:
    """The front page."""
    return Template("home.html", context={"title": TITLE})


@get("/live")
async def live() -> Stream:
    """A page that arrives in parts."""
    return Stream(stream_parts(), media_type="text/html")


@get("/news")
async def news() -> dict[str, object]:
    """JSON."""
    return dict(NEWS)


@websocket("/echo")
async def echo(socket: WebSocket) -> None:
    """Says everything back."""
    await socket.accept()
    async for text in socket.iter_data():
        await socket.send_text(text)


bare = Litestar(
    [home, live, news, echo, create_static_files_router("/static", [STATIC])],
    template_config=TemplateConfig(directory=TEMPLATES, engine=JinjaTemplateEngine),
    openapi_config=None,
)
app = with_adnotice(bare)
