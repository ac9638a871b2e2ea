"""A changed body, changed validators: revalidation still works, and no download is put together from two bodies."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from adnotice.inject.decide.validators import mark_etag, unmark_etags
from adnotice.inject.tag import make_tag
from adnotice.vocabulary import Mode, PageInjected
from tests.inject.site import (
    HTML,
    PAGE,
    PAGE_WITH_TAG,
    SRC,
    TAG,
    Kept,
    ask,
    header_of,
    length_of,
    page_of,
    part,
    request,
    sending,
    start,
    wrap,
)

pytestmark = pytest.mark.anyio

OURS = make_tag(SRC, "")
STRONG, WEAK = OURS.marks
VALIDATORS = [(b"ETag", b'"v1"'), (b"last-modified", b"Sun, 22 Nov 2026 10:00:00 GMT"), (b"Accept-Ranges", b"bytes")]


@pytest.mark.parametrize("etag", [b'"v1"', b'W/"v1"', b'""', b'"a-b"', b'"a,b, c"'])
def test_an_etag_comes_back_to_the_app_as_it_was(etag: bytes) -> None:
    marked = mark_etag(etag, OURS)
    assert marked is not None
    assert marked.startswith(b'W/"')
    assert unmark_etags(marked, OURS) == etag
    assert unmark_etags(b'"x", ' + marked + b', W/"y"', OURS) == b'"x", ' + etag + b', W/"y"'
    assert mark_etag(marked, OURS) == marked


def test_the_mark_changes_with_the_tag() -> None:
    other = make_tag(SRC, "/below")
    marked = mark_etag(b'"v1"', other)
    assert marked is not None
    assert marked != mark_etag(b'"v1"', OURS)
    assert unmark_etags(marked, OURS) == marked


async def test_the_etag_becomes_weak_and_the_other_validators_go() -> None:
    sent = await ask(wrap(page_of(PAGE, *VALIDATORS, (b"Vary", b"cookie"))))
    marked = b'W/"v1%s"' % STRONG
    assert sent[0]["headers"] == [HTML, length_of(PAGE_WITH_TAG), (b"ETag", marked), (b"Vary", b"cookie")]


async def test_an_etag_that_is_none_goes() -> None:
    assert header_of(await ask(wrap(page_of(PAGE, (b"etag", b"v1")))), b"etag") is None


@pytest.mark.parametrize("typed", [(), (HTML,)], ids=["plain", "with a type, as Flask and Quart send it"])
async def test_the_app_sees_its_own_etag_and_the_browser_the_page_s(typed: tuple[tuple[bytes, bytes], ...]) -> None:
    kept = Kept()
    seen: list[list[tuple[bytes, bytes]]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(list(scope["headers"]))
        if dict(scope["headers"]).get(b"if-none-match") == b'"v1"':
            await send(start(*typed, (b"etag", b'"v1"'), (b"content-length", b"120"), status=304))
            await send(part(b""))
        else:
            await page_of(PAGE, *VALIDATORS)(scope, receive, send)

    injector = wrap(app, kept)
    marked = header_of(await ask(injector), b"etag")
    assert marked is not None
    scope = request(headers=[(b"if-none-match", marked)])
    sent = await ask(injector, scope)
    assert (b"if-none-match", b'"v1"') in seen[1]
    assert (b"if-none-match", marked) in scope["headers"], "the server's scope is never changed"
    assert sent[0]["status"] == 304
    assert sent[0]["headers"] == [*typed, (b"etag", marked)]
    assert kept == [PageInjected("news", "/"), PageInjected("news", "/")]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("own", [b'"v1"', b'W/"v1"'])
async def test_a_page_that_was_read_can_be_saved_whichever_process_is_asked(method: str, own: bytes) -> None:
    seen: list[bytes] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend(value for name, value in scope["headers"] if name == b"if-match")
        await page_of(PAGE, (b"etag", own))(scope, receive, send)

    reading = wrap(app)
    marked = header_of(await ask(reading), b"etag")
    assert marked not in (None, own)
    headers = [(b"if-match", b'"other", %s' % marked)]
    for injector in (reading, *([wrap(app), wrap(app, mode=Mode.OFF)] if method != "GET" else [])):
        await ask(injector, request(method=method, headers=headers))
        assert seen.pop() == b'"other", %s' % own


@pytest.mark.parametrize("own", [b'"v1"', b'W/"v1"'])
async def test_a_page_with_an_earlier_tag_can_be_saved_and_is_fresh_no_longer(own: bytes) -> None:
    """As after an upgrade, or beside a process that has not been replaced yet."""
    seen: list[tuple[bytes, bytes]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend((name, value) for name, value in scope["headers"])
        await page_of(PAGE, (b"etag", own))(scope, receive, send)

    earlier = mark_etag(own, make_tag(SRC, "/earlier"))
    assert earlier is not None
    await ask(wrap(app), request(method="PUT", headers=[(b"if-match", earlier), (b"if-none-match", earlier)]))
    assert (b"if-match", own) in seen
    assert (b"if-none-match", earlier) in seen


@pytest.mark.parametrize("unwanted", [{"exclude": ["/news"]}, {"skip": lambda _: True}], ids=["excluded", "skipped"])
async def test_a_page_that_goes_out_without_the_tag_by_now_is_not_said_to_be_unchanged(
    unwanted: dict[str, Any],
) -> None:
    """The browser would go on with the copy that has it."""
    seen: list[bytes] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend(value for name, value in scope["headers"] if name in (b"if-none-match", b"if-match"))
        await sending(start((b"etag", b'"v1"'), status=304), part(b""))(scope, receive, send)

    kept = Kept()
    injector = wrap(app, kept, **unwanted)
    injector._rules.marks_out = True
    marked = b'W/"v1%s"' % STRONG
    sent = await ask(injector, request("/news", headers=[(b"if-none-match", marked), (b"if-match", marked)]))
    assert seen == [marked, b'"v1"']
    assert header_of(sent, b"etag") == b'"v1"'
    assert kept == []


async def test_a_head_request_for_a_page_that_a_browser_holds_counts_as_no_view() -> None:
    kept = Kept()
    injector = wrap(sending(start((b"etag", b'"v1"'), status=304), part(b"")), kept)
    injector._rules.marks_out = True
    marked = (b"if-none-match", b'W/"v1%s"' % STRONG)
    for method, counted in (("HEAD", []), ("GET", [PageInjected("news", "/")])):
        sent = await ask(injector, request(method=method, headers=[marked]))
        assert (header_of(sent, b"etag"), kept) == (marked[1], counted)


async def test_a_304_for_a_page_that_was_stored_without_the_tag_passes_as_it_is() -> None:
    messages = [start((b"etag", b'"v1"'), status=304), part(b"")]
    injector = wrap(sending(*messages))
    injector._rules.marks_out = True
    for asked in (b'"v1"', b'W/"v2%s"' % STRONG, b"*"):
        assert await ask(injector, request(headers=[(b"if-none-match", asked)])) == messages


async def test_the_answer_to_head_has_the_headers_of_the_page_or_leaves_them_out() -> None:
    injector = wrap(page_of(PAGE, *VALIDATORS, (b"X-Other", b"1")))
    got, head = await ask(injector), await ask(injector, request(method="HEAD"))
    page = dict(got[0]["headers"])
    for name, value in head[0]["headers"]:
        assert page[name] == value
    assert set(page) - set(dict(head[0]["headers"])) == {b"content-length"}


@pytest.fixture
def static_site(tmp_path: Path) -> Starlette:
    (tmp_path / "page.html").write_bytes(PAGE + b"<p>More of it.</p>\n" * 500)
    (tmp_path / "film.mp4").write_bytes(b"film" * 3000)
    return Starlette(routes=[Mount("/", StaticFiles(directory=tmp_path))])


def reading(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(wrap(app)), base_url="http://news.example.test")


async def test_a_resumed_download_of_a_page_is_never_corrupt(static_site: Starlette) -> None:
    dice = random.Random(7)  # noqa: S311
    async with reading(static_site) as client:
        full = await client.get("/page.html")
        bare = await httpx.AsyncClient(transport=httpx.ASGITransport(static_site), base_url="http://x").get(
            "/page.html"
        )
        assert TAG in full.content
        for _ in range(500):
            at = dice.randrange(1, len(full.content))
            validator = dice.choice([full.headers["etag"], bare.headers["etag"], bare.headers["last-modified"]])
            before = full.content if validator == full.headers["etag"] else bare.content
            at = min(at, len(before) - 1)
            rest = await client.get("/page.html", headers={"range": f"bytes={at}-", "if-range": validator})
            joined = before[:at] + rest.content if rest.status_code == 206 else rest.content
            assert joined in (full.content, bare.content)
            assert rest.status_code == 200 or before is bare.content
            assert rest.status_code == 206 or joined == full.content


async def test_a_file_that_is_no_page_can_be_resumed(static_site: Starlette) -> None:
    async with reading(static_site) as client:
        full = await client.get("/film.mp4")
        rest = await client.get("/film.mp4", headers={"range": "bytes=99-", "if-range": full.headers["etag"]})
        assert rest.status_code == 206
        assert full.content[:99] + rest.content == full.content
        assert full.headers["accept-ranges"] == "bytes"


async def test_a_static_page_is_revalidated(static_site: Starlette) -> None:
    async with reading(static_site) as client:
        etag = (await client.get("/page.html")).headers["etag"]
        assert re.fullmatch(r'W/"[0-9a-f]+-adn[0-9a-f]{8}s"', etag)
        again = await client.get("/page.html", headers={"if-none-match": etag})
        assert again.status_code == 304
        assert again.headers["etag"] == etag
        assert "last-modified" not in again.headers
