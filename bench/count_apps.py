"""The apps whose reports are measured: ours on each store, a bare endpoint, and the peers as their authors made them.

The environment says which: BENCH_APP, and BENCH_STORE for what it keeps.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from starlette.types import ASGIApp

from bench.count_views import SECRET, bare


def ours() -> ASGIApp:
    """adnotice in front of the bare app."""
    from adnotice import AdNoticeMiddleware

    return AdNoticeMiddleware(
        bare, secret_key=SECRET, store_url=os.environ["BENCH_STORE"], site_rate_per_second=0, suspect_factor=0
    )


def runlight() -> ASGIApp:
    """Runlight's own ASGI app, as its guide sets it up."""
    from runlight import Runlight
    from runlight.asgi import app as make
    from runlight.store import Stores

    return make(
        Runlight(
            store=Stores.sqlite(os.environ["BENCH_STORE"]),
            site={"name": "news.example.test", "hostnames": ["news.example.test"], "timezone": "Europe/London"},
        )
    )


def tiny_analytics() -> ASGIApp:
    """tiny-analytics' own FastAPI app, configured by its environment variables."""
    os.environ["TINY_ANALYTICS_DB_PATH"] = os.environ["BENCH_STORE"]
    os.environ["TINY_ANALYTICS_SECRET_KEY"] = SECRET
    Path(os.environ["BENCH_STORE"]).parent.mkdir(exist_ok=True)
    from tiny_analytics.app import app as theirs  # type: ignore[import-untyped]
    from tiny_analytics.app import init_db

    init_db()
    return theirs  # type: ignore[no-any-return]


APPS: Final[Mapping[str, Callable[[], ASGIApp]]] = {
    "bare": lambda: bare,
    "ours": ours,
    "runlight": runlight,
    "tiny-analytics": tiny_analytics,
}

app: Final = APPS[os.environ["BENCH_APP"]]()
