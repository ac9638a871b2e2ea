"""Whether adnotice stands where a framework would call it for some requests only."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

MAX_DEPTH: Final = 20

IN_LITESTAR: Final = (
    "adnotice stands in Litestar's own list of middleware, which Litestar calls for its routes only: adnotice's addresses "
    "would be answered 404. Put it around the whole app instead: app = AdNoticeMiddleware(Litestar(...), ...)"
)


def find_wrong_placement(app: object) -> str:
    """Says where adnotice must stand instead; empty where it stands right. `app` is what it was given to call."""
    for _ in range(MAX_DEPTH):
        if app is None or _is_whole_app(app):
            return ""
        if _module(_attribute(app, "__self__", app)).startswith("litestar."):
            return IN_LITESTAR
        app = _inner(app)
    return ""


def _is_whole_app(app: object) -> bool:
    return any((kind.__module__, kind.__name__) == ("litestar.app", "Litestar") for kind in type(app).__mro__)


def _module(app: object) -> str:
    return type(app).__module__


def _inner(app: object) -> object:
    """What a middleware calls: by far most keep it as `app`."""
    return _attribute(app, "app", None)


def _attribute(app: object, name: str, default: object) -> object:
    with suppress(Exception):  # an app may answer any attribute as it likes
        return getattr(app, name, default)
    return default
