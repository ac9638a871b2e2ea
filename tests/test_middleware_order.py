"""Where adnotice can't work, or works twice, one line in the log says so and what to do."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from a2wsgi import ASGIMiddleware, WSGIMiddleware
from flask import Flask
from starlette.applications import Starlette

from adnotice import AdNoticeMiddleware
from adnotice.middleware import tell
from adnotice.middleware_order import is_asgi, is_wsgi
from adnotice.wsgi import AdNotice
from tests.conftest import SECRET


@pytest.fixture(autouse=True)
def nothing_told_yet() -> None:
    tell.cache_clear()


def quiet(app: Any, kind: type) -> Any:
    return kind(app, secret_key=SECRET, store_url="sqlite:///never-opened.db")


def said(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(record.getMessage() for record in caplog.records)


@pytest.mark.parametrize("part", ["app", "wsgi_app"])
def test_a_wsgi_app_is_not_taken_for_one_of_asgi(part: str, caplog: pytest.LogCaptureFixture) -> None:
    app = Flask("news")
    quiet(app if part == "app" else app.wsgi_app, AdNoticeMiddleware)
    assert "AdNoticeMiddleware goes round an ASGI app, got a WSGI one: Flask" in said(caplog)
    assert "from adnotice.wsgi import AdNotice" in said(caplog)


def test_nor_an_asgi_app_for_one_of_wsgi(caplog: pytest.LogCaptureFixture) -> None:
    quiet(Starlette(), AdNotice)
    assert "adnotice.wsgi.AdNotice goes round a WSGI app, got an ASGI one: Starlette" in said(caplog)
    assert "from adnotice import AdNoticeMiddleware" in said(caplog)


def test_of_two_one_behind_the_other_one_is_to_go(caplog: pytest.LogCaptureFixture) -> None:
    quiet(quiet(Starlette(), AdNoticeMiddleware), AdNoticeMiddleware)
    assert said(caplog).count("adnotice stands twice in front of this app") == 1


def test_under_wsgi_too(caplog: pytest.LogCaptureFixture) -> None:
    quiet(quiet(Flask("news").wsgi_app, AdNotice), AdNotice)
    assert said(caplog).count("adnotice stands twice in front of this app") == 1


def test_of_two_kinds_each_finds_the_other(caplog: pytest.LogCaptureFixture) -> None:
    inner = quiet(Flask("news").wsgi_app, AdNotice)
    quiet(WSGIMiddleware(inner), AdNoticeMiddleware)
    assert said(caplog).count("adnotice stands twice in front of this app") == 1
    caplog.clear()
    loop = asyncio.new_event_loop()
    loop.close()  # nothing is asked: else it would begin one of its own, and a thread
    quiet(ASGIMiddleware(quiet(Starlette(), AdNoticeMiddleware), loop=loop), AdNotice)
    assert said(caplog).count("adnotice stands twice in front of this app") == 1


def test_each_round_its_own_app_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    quiet(Starlette(), AdNoticeMiddleware)
    quiet(Flask("news").wsgi_app, AdNotice)
    assert said(caplog) == ""


def test_an_app_that_takes_whatever_it_is_given_is_left_alone() -> None:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return args, kwargs

    def double(scope: Any) -> Any:
        return scope

    assert not any(judge(app) for judge in (is_wsgi, is_asgi) for app in (wrapped, double, None))
