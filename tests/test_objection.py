"""Who objects is not counted: the form keeps it, each report honours it, and it is undone as easily."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adnotice.http.messages import Request
from adnotice.objection import NAME, drop_objection, keep_objection, objects
from tests.honest import HonestBrowser, read_found
from tests.support.asgi_site import counts, server

COOKIE = f"{NAME}=1"


def make_request(cookie: bytes | None, *, secure: bool = True) -> Request:
    headers = {} if cookie is None else {b"cookie": cookie}
    return Request("POST", "outcome", b"", headers, b"", "default", "/app/_adnotice", secure)


@pytest.mark.parametrize("cookie", [COOKIE, f"a=b; {COOKIE}", f"{COOKIE};theme=dark", f"a={NAME}; {COOKIE}"])
def test_it_is_found_among_the_cookies_of_the_site(cookie: str) -> None:
    assert objects(make_request(cookie.encode()))


@pytest.mark.parametrize("cookie", [None, b"", b"\xff\x00=", f"{NAME}=".encode(), f"x{COOKIE}".encode(), b"adnotice=1"])
def test_nothing_else_is_one(cookie: bytes | None) -> None:
    assert not objects(make_request(cookie))


@given(st.binary(max_size=200))
def test_no_cookie_header_makes_it_raise(cookie: bytes) -> None:
    objects(make_request(cookie))


def test_everybody_gets_the_same_bytes_below_our_prefix_alone() -> None:
    line = f"{COOKIE}; Path=/app/_adnotice; Max-Age=34560000; HttpOnly; SameSite=Lax; Secure"
    assert keep_objection(make_request(None)) == (b"set-cookie", line.encode())
    assert drop_objection(make_request(None)) == (
        b"set-cookie",
        line.replace("=1", "=").replace("34560000", "0").encode(),
    )
    assert b"Secure" not in keep_objection(make_request(None, secure=False))[1]


class TestOverHttp:
    """The way that a browser without scripts goes, and what a browser with them then meets."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    async def client(self, store_url: str) -> AsyncIterator[httpx.AsyncClient]:
        async with server(store_url) as client:
            yield client

    async def press(self, client: httpx.AsyncClient, wish: str) -> httpx.Response:
        return await client.post(
            "/_adnotice/about/objection", data={"objection": wish}, headers={"sec-fetch-site": "same-origin"}
        )

    async def test_a_press_is_kept_and_undone(self, client: httpx.AsyncClient) -> None:
        answer = await self.press(client, "object")
        assert (answer.status_code, answer.headers["location"]) == (303, "/_adnotice/about?objected")
        assert (await client.get(answer.headers["location"])).headers["x-adnotice"] == "objected"
        answer = await self.press(client, "withdraw")
        assert (answer.status_code, answer.headers["location"]) == (303, "/_adnotice/about?counted")
        assert "x-adnotice" not in (await client.get(answer.headers["location"])).headers
        assert (await HonestBrowser(client).view())["counted"] is True

    async def test_presses_are_counted_and_nothing_about_who_pressed(self, store_url: str) -> None:
        async with server(store_url) as client:
            for wish in ("object", "object", "withdraw", "object", "withdraw"):  # the second says what is kept already
                await self.press(client, wish)
        assert await counts(store_url) == {"objected": 2}

    @pytest.mark.parametrize("blocker", [False, True])
    async def test_a_report_that_comes_all_the_same_counts_nothing_asks_nothing_and_is_told_why(
        self, blocker: bool, store_url: str
    ) -> None:
        async with server(store_url) as client:
            await self.press(client, "object")
            browser = HonestBrowser(client, blocker=blocker)
            reports = [await browser.test(), {**await browser.test(), "again": ""}, {"no": "report"}]
            for report in reports:
                answer = await browser.post(report)
                assert answer.status_code == 204
                assert answer.headers["set-cookie"].startswith(f"{COOKIE}; Path=/_adnotice; Max-Age=34560000;")
                found = read_found(answer)
                said = (found["verdict"], found["ground"], found["counted"], found["notice"])
                assert said == ("unknown", "the reader objects", False, None)
        assert await counts(store_url) == {"objected": 1}

    @pytest.mark.parametrize("wish", ["", "object ", "both", "<script>"])
    async def test_another_wish_is_refused_with_the_two_there_are(self, wish: str, client: httpx.AsyncClient) -> None:
        answer = await self.press(client, wish)
        assert answer.status_code == 400
        assert "objection must be one of: object, withdraw" in answer.text
        assert "set-cookie" not in answer.headers

    async def test_another_site_can_neither_object_nor_withdraw_for_a_reader(self, client: httpx.AsyncClient) -> None:
        for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {"origin": "null"}):
            answer = await client.post("/_adnotice/about/objection", data={"objection": "object"}, headers=headers)
            assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
        for query in ("objected", "counted"):
            assert "set-cookie" not in (await client.get(f"/_adnotice/about?{query}")).headers
