"""The rendered page as a WSGI app, wrapped by the contender that the environment names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from jinja2 import DictLoader, Environment, select_autoescape

from adnotice.wsgi import AdNotice
from bench.measure import BASE, CONTROL
from bench.pages import STORIES, TEMPLATE
from bench.wsgi import OURS, WRAPPER

WSGIApp = Callable[[Any, Any], Iterable[bytes]]

templates = Environment(loader=DictLoader({"home": TEMPLATE}), autoescape=select_autoescape(default=True))


def render(_: Any, start_response: Any) -> Iterable[bytes]:
    """The page, made anew."""
    body = templates.get_template("home").render(title="The Daily Example", stories=STORIES).encode()
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]


def hand_on(app: WSGIApp) -> WSGIApp:
    """A wrapper that does nothing."""

    def wrapped(environ: Any, start_response: Any) -> Iterable[bytes]:
        return app(environ, start_response)

    return wrapped


def wrap(app: WSGIApp) -> WSGIApp:
    """Ours."""
    return AdNotice(app, secret_key="k7Jm2vQx9TzR4wLb8NcY6pHd3sFg5aEu", store_url=os.environ["BENCH_STORE"])


app = {BASE: lambda app: app, CONTROL: lambda app: app, WRAPPER: hand_on, OURS: wrap}[os.environ["BENCH_CONTENDER"]](
    render
)
