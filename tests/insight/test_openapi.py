"""The dashboard's addresses in docs/openapi.json, as schemathesis tries them: for somebody who was let in, and for a stranger."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request

from adnotice import AdNoticeMiddleware
from tests.conftest import SECRET
from tests.insight.conftest import form_token
from tests.support.openapi import FOR_OPERATORS, assert_nothing_found
from tests.support.reports import report

pytestmark = pytest.mark.slow

BASE: Final = "https://news.example.test/_adnotice/"
ACCOUNT: Final = {"x-account": "anna", "origin": "https://news.example.test", "host": "news.example.test"}
OF_PASSWORDS: Final = ("/dashboard/login", "/dashboard/logout")
"""What there is not where a site knows its people."""
MANY: Final = [60, pytest.param(1000, marks=pytest.mark.endurance)]
"""How many requests: in make test, and in make endurance."""


def as_account(request: Request) -> str | None:
    """A site that knows its people by a header."""
    return request.headers.get("x-account")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Starlette:
    """adnotice in front of an app that answers nothing, on a store of its own."""
    url = f"sqlite:///{tmp_path_factory.mktemp('openapi') / 'adnotice.db'}"
    options = {"secret_key": SECRET, "store_url": url, "authorize": as_account}
    return Starlette(middleware=[Middleware(AdNoticeMiddleware, **options)])


@pytest.fixture(scope="module")
def token(app: Starlette) -> str:
    """What the forms of this account's pages carry, where a view was counted."""

    async def read() -> str:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE, headers=ACCOUNT) as browser:
            assert (await browser.post("outcome", json=report())).status_code == 204
            return form_token((await browser.get("dashboard/notice")).text)

    return asyncio.run(read())


@pytest.mark.parametrize("examples", MANY)
@pytest.mark.parametrize(("method", "path"), FOR_OPERATORS)
def test_schemathesis_finds_nothing_where_it_was_let_in(
    app: Starlette, token: str, method: str, path: str, examples: int
) -> None:
    def fill(case: Any) -> None:
        if isinstance(case.body, dict):
            case.body["token"] = token
            case.body["site"] = "default"  # the one that there is
            if "day" in case.body:
                case.body["day"] = "today"  # a date is most often one to come, or one long ago

    statuses = assert_nothing_found(app, method, path, examples=examples, headers=ACCOUNT, fill=fill)
    if path in OF_PASSWORDS:
        assert 403 in statuses
    else:
        assert statuses & {200, 303, 404}, "it did what it is for"


@pytest.mark.parametrize(("method", "path"), FOR_OPERATORS)
def test_schemathesis_finds_nothing_as_a_stranger(app: Starlette, method: str, path: str) -> None:
    statuses = assert_nothing_found(app, method, path, examples=10)
    if not path.endswith((".js", ".css")):
        assert statuses <= {303, 400, 401, 403, 404, 405, 422}, "nobody but the site's accounts sees anything"
