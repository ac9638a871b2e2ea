"""The tag: the same bytes wherever they are served from, once in a page, and never from another host."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from adnotice.inject.tag import make_tag
from adnotice.vocabulary import PageInjected, PageRefused, Refusal
from tests.inject.site import PAGE, PAGE_WITH_TAG, SRC, TAG, Kept, ask, body_of, page_of, request, wrap

pytestmark = pytest.mark.anyio


def test_the_tag_is_short_and_well_formed_xml() -> None:
    tag = make_tag(SRC, "")
    assert tag.plain == TAG
    assert len(tag.with_nonce(b"a" * 32)) <= 160
    assert ET.fromstring(tag.with_nonce(b"abc")).attrib == {  # noqa: S314
        "async": "",
        "src": SRC,
        "data-cfasync": "false",
        "nonce": "abc",
    }


@pytest.mark.parametrize(
    ("root_path", "src"),
    [
        ("/news", "/news/_adnotice/client.js"),
        ("/a/b/", "/a/b/_adnotice/client.js"),
        ("/été", "/%C3%A9t%C3%A9/_adnotice/client.js"),
        ("//evil.example", "/evil.example/_adnotice/client.js"),
        ("/\\evil.example", "/evil.example/_adnotice/client.js"),
        ("https://evil.example", "/https:/evil.example/_adnotice/client.js"),
        ('/"><script>', "/%22%3E%3Cscript%3E/_adnotice/client.js"),
        ("/../..", "/_adnotice/client.js"),
    ],
)
async def test_the_tag_stands_below_the_root_path_and_on_the_page_s_own_host(root_path: str, src: str) -> None:
    body = body_of(await ask(wrap(page_of(PAGE)), request(root_path=root_path)))
    assert body == PAGE.replace(b"<title>", TAG.replace(SRC.encode(), src.encode()) + b"<title>")


async def front(request: Request) -> HTMLResponse:
    return HTMLResponse(PAGE.decode())


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
async def test_a_mounted_app_gets_a_tag_that_leads_to_itself(depth: int) -> None:
    app = wrap(Starlette(routes=[Route("/page", front)]))
    mounted: object = app
    for number in range(depth):
        mounted = Starlette(routes=[Mount(f"/m{number}", app=mounted)])  # type: ignore[arg-type]
    prefix = "".join(f"/m{number}" for number in reversed(range(depth)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(mounted), base_url="http://x") as client:  # type: ignore[arg-type]
        body = (await client.get(f"{prefix}/page")).text
    assert f'src="{prefix}/_adnotice/client.js"' in body


async def test_wrapped_twice_a_page_gets_one_tag_and_is_counted_once() -> None:
    inner, outer = Kept(), Kept()
    assert body_of(await ask(wrap(wrap(page_of(PAGE), inner), outer))) == PAGE_WITH_TAG
    assert inner == [PageInjected("news", "/")]
    assert outer == [PageRefused("news", Refusal.REPEATED)]


async def test_an_instance_inside_a_mounted_app_wins_over_the_one_around_all() -> None:
    inner, outer = Kept(), Kept()
    site = Starlette(routes=[Mount("/shop", app=wrap(Starlette(routes=[Route("/", front)]), inner)), Route("/", front)])
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(wrap(site, outer)), base_url="http://x", headers={"user-agent": "Firefox"}
    ) as client:
        shop, home = (await client.get("/shop/")).content, (await client.get("/")).content
    assert shop.count(b"client.js") == home.count(b"client.js") == 1
    assert b'src="/shop/_adnotice/client.js"' in shop
    assert [type(each) for each in inner] == [PageInjected]
    assert outer == [PageRefused("news", Refusal.REPEATED), PageInjected("news", "/")]


async def test_wrapped_twice_a_page_is_still_revalidated() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if (b"if-none-match", b'"v1"') in scope["headers"]:
            await send({"type": "http.response.start", "status": 304, "headers": [(b"etag", b'"v1"')]})
            await send({"type": "http.response.body"})
        else:
            await page_of(PAGE, (b"etag", b'"v1"'))(scope, receive, send)

    twice = wrap(wrap(app))
    for method in ("GET", "HEAD"):
        etag = dict((await ask(twice, request(method=method)))[0]["headers"])[b"etag"]
        assert etag.count(b"-adn") == 1
    twice._rules.marks_out = True
    again = await ask(twice, request(headers=[(b"if-none-match", etag)]))
    assert again[0]["status"] == 304
    assert dict(again[0]["headers"])[b"etag"] == etag
