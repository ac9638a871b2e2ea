"""What foreign suites' apps are wrapped in. Runs inside those suites' venvs."""

from __future__ import annotations

import os
from typing import Any

from starlette.middleware.base import BaseHTTPMiddleware

from adnotice import AdNoticeMiddleware, Settings
from adnotice.wsgi import AdNotice

# Read before any event loop runs: Starlette builds its stack inside one, and its suite forbids blocking calls there. (What
# happens once at start-up may block; the suite can't know that.)
SETTINGS = Settings.of(
    secret_key="k7Jm2vQx9TzR4wLb8NcY6pHd3sFg5aEu", store_url=f"sqlite:///{os.environ.get('WRAP_STORE', 'counts.db')}"
)


def adnotice(app: Any) -> Any:
    """Our middleware, as a user writes it."""
    return AdNoticeMiddleware(app, SETTINGS)


def base_http(app: Any) -> Any:
    """A middleware known to change what apps can do, to prove that the comparison sees it."""
    return BaseHTTPMiddleware(app, dispatch=lambda request, call_next: call_next(request))


def nothing(app: Any) -> Any:
    """A wrapper that does nothing."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, send)

    return wrapped


def wsgi(app: Any) -> Any:
    """Our WSGI middleware, as a user writes it."""
    return AdNotice(app, SETTINGS)


def eager(app: Any) -> Any:
    """A WSGI middleware known to change what apps can do (it reads a body to its end), to prove that the comparison sees
    it."""

    def wrapped(environ: Any, start_response: Any) -> Any:
        return [b"".join(app(environ, lambda status, headers, *rest: start_response(status, headers[:1], *rest)))]

    return wrapped
