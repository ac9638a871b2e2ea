"""A small site behind one proxy, for strangers to flood its login."""

from __future__ import annotations

import os

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from adnotice import AdNoticeMiddleware


async def front(_: object) -> PlainTextResponse:
    """The front page."""
    return PlainTextResponse("The Daily Example")


app = AdNoticeMiddleware(
    Starlette(routes=[Route("/", front)]),
    secret_key=os.environ["SITE_SECRET"],
    store_url=os.environ["SITE_STORE"],
    dashboard_password_hash=os.environ["SITE_HASH"],
    trusted_proxies=["127.0.0.1"],
)
