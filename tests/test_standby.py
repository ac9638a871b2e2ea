"""Wrong settings: the constructor never raises, the server does not start, and where nobody asks the site goes on."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import litestar
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as running
from hypothesis import strategies as st
from litestar.middleware import DefineMiddleware
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adnotice import AdNoticeMiddleware, Settings, SettingsError, middleware, settings
from adnotice.count.settings import CountSettings
from adnotice.http.admission import AdmissionSettings
from adnotice.standby import REASON, Standby
from tests.conftest import SECRET
from tests.support.any_settings import NAMES, VALUES

pytestmark = pytest.mark.anyio

PAGE = "<!doctype html><html lang=en><head><title>Budget</title></head><body><p>Text.</p></body></html>"


async def front(_: Request) -> HTMLResponse:
    return HTMLResponse(PAGE)


newspaper = Starlette(routes=[Route("/{path:path}", front)])


@pytest.fixture(autouse=True)
def nothing_said_yet() -> None:
    """What was logged once in this process is logged again."""
    middleware.tell.cache_clear()


@asynccontextmanager
async def reading(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://news.example.test") as client:
        yield client


async def start(app: ASGIApp) -> list[Message]:
    """What a server is told when it starts up."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
    return sent


def stands_by(app: AdNoticeMiddleware) -> bool:
    return isinstance(app._router, Standby)


@running(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    given=st.just(None)
    | VALUES
    | st.builds(Settings)
    | st.builds(Settings, prefix=VALUES, admission=VALUES, count=VALUES),
    options=st.dictionaries(st.sampled_from([*NAMES, "self", "app_", "admission", "settings_"]) | st.text(), VALUES),
)
def test_the_constructor_never_raises(given: object, options: dict[str, object]) -> None:
    options = {name: value for name, value in options.items() if name not in ("app", "settings")}
    app = AdNoticeMiddleware(newspaper, given, **options)  # type: ignore[arg-type]
    assert stands_by(app), "without a secret"


@running(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(name=st.sampled_from(NAMES), value=VALUES)
def test_what_settings_of_refuses_stands_by_and_what_it_takes_works(name: str, value: object) -> None:
    options = {"secret_key": SECRET, name: value}
    try:
        Settings.of(**options)
    except SettingsError:
        assert stands_by(AdNoticeMiddleware(newspaper, **options))
    else:
        assert not stands_by(AdNoticeMiddleware(newspaper, **options))


@pytest.mark.parametrize(
    ("given", "options", "told"),
    [
        (None, {}, ["secret_key is required, and there are no settings: no keywords, no adnotice.toml in "]),
        (
            "settings.toml",
            {},
            [
                "settings must be made by Settings.of, Settings.from_env or Settings.from_file, got a text of 13 characters",
                "secret_key is required",
            ],
        ),
        (
            Settings.of(secret_key=SECRET),
            {"mode": "ask"},
            ["give settings= or single options, not both; got also mode"],
        ),
        (Settings(secret_key=("short",)), {}, ["secret_key must have at least 32 characters, got 5"]),
        (
            Settings(secret_key=(SECRET,), admission=AdmissionSettings(trusted_proxies=("proxy",)), prefix="//evil"),
            {},
            ["prefix must be a path", "trusted_proxies takes addresses"],
        ),
        (None, {"secret_key": SECRET, "sitename": "x"}, ["sitename is not a setting. Did you mean site_name?"]),
        (None, {"secret_key": SECRET, "a\nb": 1}, ["'a\\nb' is not a setting. Known are: "]),
    ],
)
async def test_all_that_is_wrong_is_logged_once_and_told_to_the_server(
    given: object, options: dict[str, object], told: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        app = AdNoticeMiddleware(newspaper, given, **options)  # type: ignore[arg-type]
    (record,) = caplog.records
    first, *lines = record.getMessage().splitlines()
    assert first == "adnotice can't start with these settings:"
    assert len(lines) == len(told)
    for line, beginning in zip(lines, told, strict=True):
        assert line.startswith(f"  * {beginning}")
    assert await start(app) == [{"type": "lifespan.startup.failed", "message": record.getMessage()}]


async def test_where_no_lifespan_arrives_pages_go_out_and_our_addresses_say_why_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    site = Starlette(routes=[Mount("/paper", app=AdNoticeMiddleware(newspaper, secret_key="short"))])
    async with reading(site) as client:
        for path in ("/paper/", "/paper/_adnotice", "/paper/news/_adnotice/client.js"):
            assert (await client.get(path)).text == PAGE
        for name in ("client.js", "outcome", "dashboard", "metrics", "api/v1/summary", "x/y"):
            for method in ("GET", "POST"):
                answer = await client.request(method, f"/paper/_adnotice/{name}")
                assert (answer.status_code, answer.text) == (503, f"{REASON}\n")
                assert answer.headers["x-adnotice"] == REASON == "adnotice is not set up, see the log"
        head = await client.head("/paper/_adnotice/client.js")
        assert (head.status_code, head.content) == (503, b"")
    assert len([record for record in caplog.records if record.name == "adnotice"]) == 1


@pytest.mark.parametrize(("prefix", "expected"), [("/ads", "/ads"), ("//evil", "/_adnotice"), (3, "/_adnotice")])
async def test_our_addresses_are_where_the_prefix_says_if_it_says_anything(prefix: object, expected: str) -> None:
    async with reading(AdNoticeMiddleware(newspaper, secret_key="short", prefix=prefix)) as client:
        for name in ("client.js", "%0d%0aA:b", "%ff", "a" * 5000):
            assert (await client.get(f"{expected}/{name}")).headers["x-adnotice"] == REASON
        assert (await client.get("/news")).text == PAGE


async def test_websockets_reach_the_app(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[object] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    scope = {"type": "websocket", "path": "/_adnotice/client.js"}
    await AdNoticeMiddleware(app)(scope, None, None)  # type: ignore[arg-type]
    assert seen == [scope]


@pytest.mark.parametrize("module", ["psycopg", "redis"])
async def test_a_missing_driver_is_known_before_the_first_request(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for name in [
        name
        for name in sys.modules
        if name.startswith((module, "adnotice.count.stores.redis", "adnotice.count.stores.sql"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    extra, url = {"psycopg": ("postgresql", "postgresql://db/news"), "redis": ("redis", "redis://cache")}[module]
    app = AdNoticeMiddleware(newspaper, secret_key=SECRET, store_url=url)
    (message,) = await start(app)
    assert message["message"].splitlines()[1:] == [
        f"  * {extra}:// needs the {'driver' if extra == 'postgresql' else 'client'} {module}. "
        f"Install it with: pip install 'adnotice[{extra}]'"
    ]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://press:hunter2@[/news",
        "postgresql://press:hunter2@db:port/news",
        "postgresql://press:hunter2@db/news?nonsense=1",
        "redis://:hunter2/x@cache",
        "redis://:hunter2@cache:port",
        "redis://:hunter2@[cache",
        "rediss+cluster://:hunter2@a:1,b:x",
    ],
)
def test_an_address_that_no_driver_can_read_is_told_without_its_password(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.of(secret_key=SECRET, store_url=url)
    (problem,) = caught.value.problems
    assert problem.startswith("store_url must ")
    assert "hunter2" not in problem


async def test_whatever_else_fails_while_it_is_set_up_leaves_the_site_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("once")

    monkeypatch.setattr("adnotice.composition.Keys", fail)
    app = AdNoticeMiddleware(newspaper, secret_key=SECRET)
    async with reading(app) as client:
        assert (await client.get("/")).text == PAGE
    (message,) = await start(app)
    assert "a fault of its own: ZeroDivisionError: once" in message["message"]
    assert any(record.exc_info for record in caplog.records)


def test_a_warning_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    app = AdNoticeMiddleware(newspaper, secret_key=SECRET, trusted_proxies=["0.0.0.0/0"])
    assert not stands_by(app)
    said = [record.getMessage() for record in caplog.records if record.name == "adnotice"]
    assert [message.partition(":")[0] for message in said] == ["trusted_proxies holds 0.0.0.0/0"]


def test_settings_given_whole_are_what_was_given() -> None:
    made = Settings.of(secret_key=SECRET, store_url="sqlite:///x.db", hosts={"a": "b"}, skip=len, routes=["/{x}"])
    assert Settings.among(made, {}) == made
    assert settings.Settings.among(
        Settings(secret_key=(SECRET,), count=CountSettings(max_pages=20)), {}
    ) == Settings.of(secret_key=SECRET, max_pages=20)


async def test_in_litestars_own_slot_pages_go_out_and_the_form_that_works_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Between:
        def __init__(self, app: ASGIApp) -> None:
            self.app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await self.app(scope, receive, send)

    @litestar.get("/", media_type="text/html")
    async def home() -> str:
        return PAGE

    @litestar.get("/news", media_type="text/html")
    async def news() -> str:
        return PAGE

    for others in ([], [Between]):
        middleware.tell.cache_clear()
        caplog.clear()
        slot = [*others, DefineMiddleware(AdNoticeMiddleware, secret_key=SECRET)]
        site = litestar.Litestar([home, news], middleware=slot, openapi_config=None, logging_config=None)
        async with reading(site) as client:  # type: ignore[arg-type]
            assert (await client.get("/")).text == (await client.get("/news")).text == PAGE
        (record,) = [record for record in caplog.records if record.name == "adnotice"]
        assert "app = AdNoticeMiddleware(Litestar(...), ...)" in record.getMessage()


def test_around_litestar_it_stands_right(tmp_path: Path) -> None:
    class OwnLitestar(litestar.Litestar):
        pass

    for whole in (litestar.Litestar([], logging_config=None), OwnLitestar([], logging_config=None)):
        for inner in (whole, Starlette(routes=[Mount("/api", app=whole)])):  # type: ignore[arg-type]
            assert not stands_by(AdNoticeMiddleware(inner, secret_key=SECRET))  # type: ignore[arg-type]


def test_an_app_that_answers_any_attribute_is_no_trap() -> None:
    class Endless:
        @property
        def app(self) -> object:
            return Endless()

    class Raising:
        @property
        def app(self) -> object:
            raise RuntimeError

    for app in (Endless(), Raising()):
        assert not stands_by(AdNoticeMiddleware(app, secret_key=SECRET))  # type: ignore[arg-type]
