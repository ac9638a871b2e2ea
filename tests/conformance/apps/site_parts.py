"""What the small sites share: their pages, and our middleware in front of them as a user writes it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from adnotice import AdNoticeMiddleware

HERE = Path(__file__).parent
STATIC = HERE / "static"
TEMPLATES = HERE / "templates"

TITLE = "The Daily Example"
NEWS = {"headline": "Nothing happened", "tags": ["<head>", "<html>"]}
PARTS = (b"<!doctype html><html><head><title>Live</title></head><body>", b"<p>first</p>", b"<p>last</p></body></html>")
PAUSE_SECONDS = 0.3


async def stream_parts() -> AsyncIterator[bytes]:
    """A page whose first part is there at once and whose rest takes a while."""
    yield PARTS[0]
    await asyncio.sleep(PAUSE_SECONDS)
    for part in PARTS[1:]:
        yield part


def iterate_parts() -> Iterator[bytes]:
    """The same for frameworks that block."""
    yield PARTS[0]
    time.sleep(PAUSE_SECONDS)
    yield from PARTS[1:]


def with_adnotice(app: Any) -> Any:
    """The one line that an operator adds."""
    return AdNoticeMiddleware(
        app,
        secret_key="k7Jm2vQx9TzR4wLb8NcY6pHd3sFg5aEu",
        site_name=TITLE,
        store_url=os.environ["STORE_URL"],
        name_after_views=1,
        dashboard_password_hash=os.environ["PASSWORD_HASH"],
    )
