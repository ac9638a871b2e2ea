"""One page at every address, in WSGI; the environment says where it counts."""

from __future__ import annotations

import os
from typing import Any

from adnotice.wsgi import AdNotice
from tests.conftest import SECRET

PAGE = b"<!doctype html><title>News</title><p>What happened today."


def news(environ: Any, start_response: Any) -> list[bytes]:
    """The newspaper itself."""
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(PAGE)))])
    return [PAGE]


app = AdNotice(
    news,
    secret_key=SECRET,
    store_url=os.environ["TEST_STORE"],
    store_deadline_seconds=float(os.environ.get("TEST_DEADLINE", "5")),
    dashboard_password_hash=os.environ.get("TEST_PASSWORD_HASH", ""),
    suspect_factor=0,
    site_rate_per_second=0,
)
