"""A site behind a proxy, for uvicorn to serve: the middleware with its default rates."""

from __future__ import annotations

import os

from starlette.applications import Starlette

from adnotice import AdNoticeMiddleware
from tests.conftest import SECRET

app = AdNoticeMiddleware(
    Starlette(),
    secret_key=SECRET,
    store_url=os.environ["STORE_URL"],
    trusted_proxies=("127.0.0.1",),
    rate_per_minute=int(os.environ.get("RATE_PER_MINUTE", "600")),
)
