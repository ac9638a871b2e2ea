"""The second composition root: adnotice on its own, for sites that are not Python.

The site's own server (nginx, say) sends what begins with our prefix here and adds the tag to its pages itself:

    adnotice serve --port 8009
    <script async="" src="/_adnotice/client.js" data-cfasync="false"></script>
"""

from __future__ import annotations

from dataclasses import replace

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.types import ASGIApp

from adnotice.configuration import read_settings
from adnotice.middleware import AdNoticeMiddleware
from adnotice.settings import Settings


def create_app(settings: Settings | None = None) -> ASGIApp:
    """An ASGI app that answers our addresses and nothing else; settings from the file and the environment unless given.

    The pages are another server's, so how many leave is not known: the same as if a cache answered for them.
    """
    settings = settings or read_settings()
    if settings.count.pages_cached is None:
        settings = replace(settings, count=replace(settings.count, pages_cached=True))
    nothing = PlainTextResponse("This is adnotice on its own: it answers its own addresses only.\n", status_code=404)
    # Starlette answers the lifespan, which a response alone would not: what waits is written before the end.
    return AdNoticeMiddleware(Starlette(routes=[Mount("/", app=nothing)]), settings=settings)
