"""The composition root over a real store: our addresses, everyone else's pages, modes and keys that change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.types import Message, Receive, Scope, Send

from adnotice import AdNoticeMiddleware, mode
from adnotice.count.ingest import writer_thread
from tests.conftest import SECRET
from tests.support.asgi_site import AGENT, PAGE, TAG, counts, front, newspaper, reading, shut_down

pytestmark = pytest.mark.anyio


async def test_one_line_puts_the_tag_into_pages_and_nothing_into_the_rest(store_url: str) -> None:
    app = AdNoticeMiddleware(newspaper, secret_key=SECRET, store_url=store_url)
    async with reading(app) as client:
        page = await client.get("/")
        assert page.text == PAGE.replace("<head>", "<head>" + TAG)
        assert int(page.headers["content-length"]) == len(page.content)
        assert (await client.get("/data")).json() == {"page": PAGE}


async def test_it_works_through_add_middleware(store_url: str) -> None:
    site = Starlette(routes=[Route("/", front)])
    site.add_middleware(AdNoticeMiddleware, secret_key=SECRET, store_url=store_url)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://news.example.test") as client:
        assert TAG in (await client.get("/")).text
        assert (await client.get("/_adnotice/client.js")).status_code == 200


async def test_an_address_under_the_prefix_that_is_not_ours_says_so(store_url: str) -> None:
    async with reading(AdNoticeMiddleware(newspaper, secret_key=SECRET, store_url=store_url)) as client:
        answer = await client.get("/_adnotice/nothing")
        assert answer.status_code == 404
        assert answer.headers["x-adnotice"] == "/_adnotice/nothing is no address of adnotice"
        assert (await client.get("/_adnotice")).status_code == 404


async def test_a_mounted_site_finds_its_own_addresses(store_url: str) -> None:
    inner = AdNoticeMiddleware(newspaper, secret_key=SECRET, store_url=store_url)
    site = Starlette(routes=[Mount("/paper", app=inner)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://news.example.test") as client:
        assert 'src="/paper/_adnotice/client.js"' in (await client.get("/paper/")).text
        assert (await client.get("/paper/_adnotice/client.js")).status_code == 200
    await shut_down(inner)


async def test_websockets_reach_the_app_untouched(store_url: str) -> None:
    seen: list[object] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend((scope, receive, send))

    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        raise AssertionError

    scope = {"type": "websocket", "path": "/"}
    await AdNoticeMiddleware(app, secret_key=SECRET, store_url=store_url)(scope, receive, send)
    assert [one is other for one, other in zip(seen, (scope, receive, send), strict=True)] == [True] * 3


async def test_only_listed_hosts_are_injected_and_answered(store_url: str) -> None:
    app = AdNoticeMiddleware(newspaper, secret_key=SECRET, store_url=store_url, hosts={"news.example.test": "news"})
    async with reading(app) as client:
        assert TAG in (await client.get("/")).text
        assert (await client.get("/_adnotice/client.js")).status_code == 200
    async with reading(app, "other.example.test:8000") as client:
        assert TAG not in (await client.get("/")).text
        answer = await client.get("/_adnotice/client.js")
        assert (answer.status_code, answer.headers["x-adnotice"]) == (
            403,
            "this host is not listed in the setting hosts",
        )


async def eventually(check: Callable[[], Awaitable[bool]], seconds: float = 10.0) -> None:
    import anyio

    with anyio.fail_after(seconds):
        while not await check():
            await anyio.sleep(0.1)


async def test_the_mode_is_changed_while_running(
    store_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from adnotice.cli import main

    monkeypatch.setattr(writer_thread, "LOOK_SECONDS", 0.2)
    app = AdNoticeMiddleware(newspaper, secret_key=SECRET, store_url=store_url, mode="measure")
    async with reading(app) as client:

        async def carries_the_tag() -> bool:
            return TAG in (await client.get("/")).text

        async def carries_no_tag() -> bool:
            return not await carries_the_tag()

        async def script_is_empty() -> bool:
            return "getRandomValues" not in (await client.get("/_adnotice/client.js")).text

        async def script_is_there() -> bool:
            return not await script_is_empty()

        assert await carries_the_tag()
        assert await script_is_there()
        assert main(["mode", "off", "--no-wait", "--store", store_url]) == 0
        await eventually(carries_no_tag)
        await eventually(script_is_empty)
        assert main(["mode", "ask", "--no-wait", "--store", store_url]) == 0
        await eventually(carries_the_tag)
        await eventually(script_is_there)
        assert main(["mode", "default", "--no-wait", "--store", store_url]) == 0
        assert main(["mode", "--store", store_url]) == 0
    assert capsys.readouterr().out.splitlines()[-2] == "default: what the setting mode says"


async def test_a_cached_script_asks_again_within_five_minutes(store_url: str) -> None:
    async with reading(AdNoticeMiddleware(newspaper, secret_key=SECRET, store_url=store_url)) as client:
        script = await client.get("/_adnotice/client.js")
        directives = dict(part.strip().partition("=")[::2] for part in script.headers["cache-control"].split(","))
        assert int(directives["max-age"]) + mode.SETTLE_SECONDS < 300
        again = await client.get("/_adnotice/client.js", headers={"if-none-match": script.headers["etag"]})
        assert again.status_code == 304


@pytest.mark.parametrize("name", ["client.js", "notice.js", "evidence.js"])
async def test_script_addresses_ignore_their_query(name: str, store_url: str) -> None:
    async with reading(AdNoticeMiddleware(newspaper, secret_key=SECRET, store_url=store_url)) as client:
        plain, marked = [(await client.get(f"/_adnotice/{name}{query}")).content for query in ("", "?ver=6.1")]
        assert plain == marked != b""


async def test_an_app_that_knows_no_lifespan_ends_in_order_all_the_same(store_url: str) -> None:
    """As Django's: it raises before it has read or said anything."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError("Django can only handle ASGI/HTTP connections, not lifespan.")
        await newspaper(scope, receive, send)

    async with reading(AdNoticeMiddleware(app, secret_key=SECRET, store_url=store_url)) as client:
        for _ in range(3):
            await client.get("/", headers={"user-agent": AGENT})
    assert await counts(store_url) == {"injected": 3}


async def test_what_an_app_raises_while_it_starts_is_its_servers(store_url: str) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        raise ValueError("the database")

    with pytest.raises(ValueError, match="the database"):
        await shut_down(AdNoticeMiddleware(app, secret_key=SECRET, store_url=store_url))
