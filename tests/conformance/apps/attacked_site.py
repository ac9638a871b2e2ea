"""A site for strangers to attack: a page under every address, one of them large and compressed; adnotice in each state."""

from __future__ import annotations

import gzip
import os
from functools import cache
from random import Random

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route

from adnotice import AdNoticeMiddleware

SECRET = "k7Jm2vQx9TzR4wLb8NcY6pHd3sFg5aEu"
PAGE = "<!doctype html><html lang=en><head><title>Budget</title></head><body><p>Text.</p></body></html>"
LARGE_BYTES = 26_000_000
HOSTS = ("large", "forged", "invented", "replayed", "returning", *(f"site{number}" for number in range(10)))
"""Each attack has a site of its own, so that no count of one is another's."""


@cache
def large() -> bytes:
    """A page of so many bytes, compressed, dense enough to be work."""
    dice = Random(7)  # noqa: S311 - text, no secret
    text = (
        b"<!doctype html><html><head><title>All</title></head><body>" + dice.randbytes(LARGE_BYTES // 2).hex().encode()
    )
    return gzip.compress(text, 1)


async def front(request: Request) -> Response:
    """Any page."""
    if request.url.path == "/large":
        return Response(large(), media_type="text/html", headers={"content-encoding": "gzip"})
    return HTMLResponse(PAGE)


bare = Starlette(routes=[Route("/{path:path}", front)])


def with_adnotice(**options: object) -> AdNoticeMiddleware:
    """In mode ask, with a dashboard."""
    return AdNoticeMiddleware(
        bare,
        secret_key=SECRET,
        store_url=os.environ["STORE_URL"],
        dashboard_password_hash=os.environ["PASSWORD_HASH"],
        metrics_token="a-token-of-at-least-32-characters-for-metrics",
        mode="ask",
        ask_on_first_page=True,
        **options,
    )


app = with_adnotice()
hosted = with_adnotice(hosts={f"{name}.example.test": name for name in HOSTS}, trusted_proxies=["127.0.0.1"])
proxied = with_adnotice(trusted_proxies=["127.0.0.1"])
wrong = Starlette(routes=[Mount("/", app=AdNoticeMiddleware(bare, secret_key="short", sitename="x"))])
off = AdNoticeMiddleware(bare, enabled=False)
