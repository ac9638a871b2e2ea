"""Whether adnotice stands where it can work: in front of a whole app, once, and of an app of its own kind."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final, NamedTuple

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


class InFront:
    """What stands in front of an app is one of these, of whatever kind of app: so each finds the other further in."""

    __slots__ = ()


class MiddlewareOrder(NamedTuple):
    """What is to be said of adnotice's place in front of an app: each a sentence, empty where there is nothing to say."""

    wrong: str
    """Why adnotice can't work there, and where it must stand instead."""

    doubled: str
    """That one stands further in already: both work, and pages are counted once more."""


def judge_asgi(app: object) -> MiddlewareOrder:
    """The place in front of this app, where a middleware for ASGI is to stand."""
    return MiddlewareOrder(ROUND_WSGI.format(name_app(app)) if is_wsgi(app) else _find_list(app), _find_double(app))


def judge_wsgi(app: object) -> MiddlewareOrder:
    """The place in front of this app, where a middleware for WSGI is to stand."""
    return MiddlewareOrder(ROUND_ASGI.format(name_app(app)) if is_asgi(app) else "", _find_double(app))


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


def _find_double(app: object) -> str:
    return TWICE if any(isinstance(each, InFront) for each in _inwards(app)) else ""


def _find_list(app: object) -> str:
    """Whether a framework has put us into a list of its own, which it calls for its routes only."""
    for each in _inwards(app):
        if _is_whole_app(each):
            return ""
        if _module(_attribute(each, "__self__", each)).startswith("litestar."):
            return IN_LITESTAR
    return ""


def _inwards(app: object) -> Iterator[object]:
    """The app, and what each middleware in it calls: by far most keep it as `app`."""
    for _ in range(MAX_DEPTH):
        if app is None:
            return
        yield app
        app = _attribute(app, "app", None)


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


def _attribute(app: object, name: str, default: object) -> object:
    with suppress(Exception):  # an app may answer any attribute as it likes
        return getattr(app, name, default)
    return default
