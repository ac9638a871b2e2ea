"""A pytest plugin for another project's test suite: wraps its apps in our middleware, writes down each test's outcome.

Told by the environment: `WRAP` names the wrapper as module:function (empty: nothing is wrapped), `WRAP_AT` says where
(`client`: round every app that Starlette's test client drives; `stack`: round what
`Starlette.build_middleware_stack` returns; `wsgi`: round every app that Werkzeug's test client runs), `TAG` what is added to pages, `OUTCOMES` names the file for the outcomes.

Some tests compare a whole page with what they wrote. They all read `response.text`, so that alone is shown without the
tag, after the whole response has come; messages, bytes, headers and lengths stay as our middleware made them.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

RANK = ("passed", "skipped", "failed")

outcomes: dict[str, str] = {}
tagged: list[str] = []


def pytest_configure() -> None:
    """Patches Starlette before the suite imports it."""
    if not os.environ["WRAP"]:
        return
    module, _, name = os.environ["WRAP"].partition(":")
    wrap = getattr(importlib.import_module(module), name)
    {"client": wrap_client, "stack": wrap_stack, "wsgi": wrap_wsgi}[os.environ["WRAP_AT"]](wrap)
    if os.environ["WRAP_AT"] == "wsgi":
        hide_tag_of_wsgi(os.environ["TAG"].encode())
    else:
        hide_tag(os.environ["TAG"])


def wrap_client(wrap: Callable[[Any], Any]) -> None:
    """Wraps what the test client drives: http and websocket through its transport, lifespan through `TestClient.app`."""
    from starlette import testclient

    plain_init = testclient._TestClientTransport.__init__
    plain_lifespan = testclient.TestClient.lifespan

    @functools.wraps(plain_init)
    def init(self: Any, app: Any, *args: Any, **kwargs: Any) -> None:
        plain_init(self, wrap(app), *args, **kwargs)

    async def lifespan(self: Any) -> None:
        app = self.app
        self.app = wrap(app)
        try:
            await plain_lifespan(self)
        finally:
            self.app = app

    testclient._TestClientTransport.__init__ = init
    testclient.TestClient.lifespan = lifespan


def wrap_stack(wrap: Callable[[Any], Any]) -> None:
    """Wraps what every Starlette application builds of itself.

    The wrapper is made when the application is: the stack itself is built inside the event loop, where the suite forbids
    blocking calls such as reading templates, which ours does once at its start.
    """
    from starlette.applications import Starlette

    plain_init = Starlette.__init__
    plain_build = Starlette.build_middleware_stack

    wrapping = False

    @functools.wraps(plain_init)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        nonlocal wrapping
        plain_init(self, *args, **kwargs)
        self.wrapped_stack = None
        if not wrapping:  # the wrapper itself holds a Starlette application: its own pages
            wrapping = True
            self.wrapped_stack = wrap(lambda scope, receive, send: self.bare_stack(scope, receive, send))
            wrapping = False

    def build(self: Any) -> Any:
        self.bare_stack = plain_build(self)
        return self.wrapped_stack or self.bare_stack

    Starlette.__init__ = init
    Starlette.build_middleware_stack = build


def wrap_wsgi(wrap: Callable[[Any], Any]) -> None:
    """Wraps what Werkzeug's client runs, each app once, as a server would."""
    from werkzeug import test

    plain = test.run_wsgi_app

    @functools.wraps(plain)
    def run(app: Any, environ: Any, buffered: bool = False) -> Any:
        return plain(wrap(app), environ, buffered)

    test.run_wsgi_app = run


def hide_tag_of_wsgi(tag: bytes) -> None:
    """Shows the data of pages without the tag, and notes which pages had it."""
    from werkzeug.wrappers import Response

    plain = Response.get_data

    @functools.wraps(plain)
    def get_data(self: Any, as_text: bool = False) -> Any:
        whole = plain(self)
        if tag and tag in whole:
            tagged.append(os.environ.get("PYTEST_CURRENT_TEST", ""))
            whole = whole.replace(tag, b"", 1)
        return whole.decode() if as_text else whole

    Response.get_data = get_data
    Response.data = property(get_data, Response.set_data)


def hide_tag(tag: str) -> None:
    """Shows the text of pages without the tag, and notes which pages had it."""
    from starlette.testclient import httpx

    plain = httpx.Response.text

    def text(self: Any) -> str:
        whole: str = plain.fget(self)
        if tag and tag in whole:
            tagged.append(os.environ.get("PYTEST_CURRENT_TEST", ""))
        return whole.replace(tag, "", 1) if tag else whole

    httpx.Response.text = property(text)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keeps the worst of a test's three phases."""
    seen = outcomes.get(report.nodeid, "passed")
    outcomes[report.nodeid] = max(seen, report.outcome, key=RANK.index)


def pytest_sessionfinish() -> None:
    """Writes the outcomes down."""
    Path(os.environ["OUTCOMES"]).write_text(json.dumps({"outcomes": outcomes, "tagged": tagged}))
