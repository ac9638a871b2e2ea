"""Whether adnotice stands where it can work: in front of a whole app, once, and of an app of its own kind."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

MAX_DEPTH: Final = 20

IN_LITESTAR: Final = (
    "adnotice stands in Litestar's own list of middleware, which Litestar calls for its routes only: adnotice's addresses "
    "would be answered 404. Put it around the whole app instead: app = AdNoticeMiddleware(Litestar(...), ...)"
)

ROUND_WSGI: Final = (
    "AdNoticeMiddleware goes round an ASGI app, got a WSGI one: {}. Take the other one for it: "
    "from adnotice.wsgi import AdNotice"
)
ROUND_ASGI: Final = (
    "adnotice.wsgi.AdNotice goes round a WSGI app, got an ASGI one: {}. Take the other one for it: "
    "from adnotice import AdNoticeMiddleware"
)
TWICE: Final = "adnotice stands twice in front of this app: every page is counted once more, as refused (repeated). Take one of the two out"
_POSITIONAL: Final = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def is_asgi(app: object) -> bool:
    """Whether the app is certainly one of ASGI: a coroutine function."""
    return inspect.iscoroutinefunction(_called(app))


def is_wsgi(app: object) -> bool:
    """Whether the app takes `environ` and `start_response`, and is no coroutine function."""
    try:
        taken = [each for each in inspect.signature(_called(app)).parameters.values() if each.name != "self"]
    except (TypeError, ValueError):
        return False
    return len(taken) == 2 and all(each.kind in _POSITIONAL for each in taken) and not is_asgi(app)


def name_app(app: object) -> str:
    """The app's name for people: a function's or method's own, else that of its class."""
    return str(_attribute(app, "__qualname__", type(app).__qualname__))


def holds(app: object, kind: type) -> bool:
    """Whether such a middleware stands further in already."""
    for _ in range(MAX_DEPTH):
        if app is None or isinstance(app, kind):
            return app is not None
        app = _inner(app)
    return False


def find_wrong_placement(app: object) -> str:
    """Says where adnotice must stand instead; empty where it stands right. `app` is what an ASGI middleware was given to call."""
    if is_wsgi(app):
        return ROUND_WSGI.format(name_app(app))
    for _ in range(MAX_DEPTH):
        if app is None or _is_whole_app(app):
            return ""
        if _module(_attribute(app, "__self__", app)).startswith("litestar."):
            return IN_LITESTAR
        app = _inner(app)
    return ""


def _called(app: Any) -> Callable[..., Any]:
    """The function that a call of the app calls."""
    if inspect.isfunction(app) or inspect.ismethod(app):
        return app
    called: Callable[..., Any] = getattr(type(app), "__call__", app)  # noqa: B004 - the method itself, not whether there is one
    return called


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
