"""Nothing is withheld, nothing is read, nothing runs beside: messages go through in the app's own send()."""

from __future__ import annotations

import asyncio
import contextvars
import gzip
import resource
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import anyio
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adnotice.vocabulary import PageInjected, PageRefused, Refusal
from tests.inject.site import (
    HEAD_END,
    HTML,
    PAGE,
    PAGE_WITH_TAG,
    TAG,
    Kept,
    ask,
    body_of,
    header_of,
    length_of,
    part,
    request,
    sending,
    start,
    wrap,
)

pytestmark = pytest.mark.anyio

PACKED: Final = gzip.compress(PAGE)


class Frozen(dict[str, Any]):
    """A message that can't be changed, nor its copies."""

    def copy(self) -> Frozen:
        return self

    def __setitem__(self, key: str, value: object) -> None:
        raise TypeError("frozen")


@pytest.mark.parametrize("headers", [(HTML,), (HTML, length_of(PAGE))], ids=["streamed", "with a length"])
async def test_messages_of_an_app_s_own_kind_are_never_written_to(headers: tuple[tuple[bytes, bytes], ...]) -> None:
    kept = Kept()
    sent = await ask(wrap(sending(Frozen(start(*headers)), Frozen(part(PAGE))), kept))
    assert body_of(sent) == PAGE_WITH_TAG
    assert kept == [PageInjected("news", "/")]


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return request.param


class Watched:
    """A server that knows, after each of the app's sends, what it has."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    async def send(self, message: Message) -> None:
        await anyio.lowlevel.checkpoint()
        self.sent.append(message)

    async def receive(self) -> Message:
        raise AssertionError("nothing here reads the request's body")


@pytest.mark.parametrize("validators", [(), ((b"etag", b'"v1"'), (b"accept-ranges", b"bytes"))])
async def test_a_page_without_a_length_is_never_held_however_it_is_cut(
    validators: tuple[tuple[bytes, bytes], ...],
) -> None:
    for size in (1, 2, 3, 7, 16, 1000):
        server = Watched()

        async def app(scope: Scope, receive: Receive, send: Send, size: int = size, server: Watched = server) -> None:
            await send(start(HTML, *validators))
            for at in range(0, len(PAGE), size):
                await send(part(PAGE[at : at + size], more=True))
                out = body_of(server.sent).replace(TAG, b"")
                held = PAGE[: at + size].removeprefix(out)
                assert held in (b"", b"<"), "only what may begin a tag of ours waits for the next piece"
                assert not held or PAGE.index(held, len(out)) == HEAD_END
                assert len(server.sent) >= 1 + at // size
            await send(part(b""))

        await wrap(app)(request(), server.receive, server.send)
        assert body_of(server.sent) == PAGE_WITH_TAG


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([b"<!doctype html><", b"meta charset=utf-8>", b"x"], b"<!doctype html><meta charset=utf-8>" + TAG + b"x"),
        ([b"<html><", b"BODY class='>'>x"], b"<html><BODY class='>'>" + TAG + b"x"),
        ([b"<html><", b"head>x"], b"<html><head>" + TAG + b"x"),
        ([b"<html><", b"title>x"], b"<html><title>x"),
        ([b"<html><he", b"ader>x"], b"<html><header>x"),
        ([b"<html><he", b"ad>x"], b"<html><head>" + TAG + b"x"),
        ([b"<!doctype html>", b"", b"x"], b"<!doctype html>" + TAG + b"x"),
        ([b"<!doctype html>", b""], b"<!doctype html>" + TAG),
        ([b"", b"", PAGE], PAGE_WITH_TAG),
    ],
)
async def test_a_stream_cut_where_the_head_begins_gets_the_tag_at_the_next_good_place(
    pieces: list[bytes], expected: bytes
) -> None:
    messages = [part(piece, more=number < len(pieces)) for number, piece in enumerate(pieces, 1)]
    assert body_of(await ask(wrap(sending(start(HTML), *messages)))) == expected


async def test_a_page_with_a_length_is_held_until_its_place_is_known_and_no_longer() -> None:
    server = Watched()
    counts = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start(HTML, length_of(PAGE)))
        for piece in (PAGE[:3], PAGE[3:30], PAGE[30:60], PAGE[60:]):
            counts.append(len(server.sent))
            await send(part(piece, more=True))
        await send(part(b""))

    await wrap(app)(request(), server.receive, server.send)
    assert counts == [0, 0, 0, 2]
    assert body_of(server.sent) == PAGE_WITH_TAG
    assert (b"content-length", b"%d" % len(PAGE_WITH_TAG)) in server.sent[0]["headers"]


NONCED = TAG.replace(b"></script>", b' nonce="abc"></script>')
BELOW = TAG.replace(b"/_adnotice", b"/news/_adnotice")
OTHERS = (
    b'<script async="" src="/other.js"></script>',
    b'<script async="" src="/_adnotice/client.js"></script>',
    b"<script>1</script>",
    TAG[:-1] + b" >",
    TAG[:-12],
    b'<script async="" src="' + b"x" * 1200,
)


def cut(text: bytes, *places: int) -> list[bytes]:
    return [text[begin:end] for begin, end in zip((0, *places), (*places, len(text)), strict=True)]


def ways_to_cut(text: bytes) -> Iterator[list[bytes]]:
    """Byte by byte, at any one place near the head, and at two."""
    yield [text[at : at + 1] for at in range(len(text))]
    near = range(HEAD_END - 3, HEAD_END + len(TAG) + 3)
    yield from (cut(text, at) for at in near)
    yield from (cut(text, at, at + size) for at in near for size in (1, 20))


def stream(pieces: list[bytes], kind: str) -> ASGIApp:
    """The page in these pieces: without a length, with one, or compressed and flushed after each."""
    headers = [HTML, *([length_of(b"".join(pieces))] if kind == "length" else [])]
    if kind == "gzip":
        headers.append((b"content-encoding", b"gzip"))
        packer = zlib.compressobj(wbits=31)
        pieces = [packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH) for piece in pieces] + [packer.flush()]
    parts = [part(piece, more=number < len(pieces)) for number, piece in enumerate(pieces, 1)]
    return sending(start(*headers), *parts)


async def text_of(app: ASGIApp, kept: Kept) -> bytes:
    sent = await ask(wrap(app, kept))
    packed = header_of(sent, b"content-encoding") == b"gzip"
    return zlib.decompressobj(31).decompress(body_of(sent)) if packed else body_of(sent)


@pytest.mark.parametrize("kind", ["no length", "length", "gzip"])
@pytest.mark.parametrize("tag", [TAG, NONCED, BELOW])
async def test_a_page_that_has_a_tag_gets_no_second_however_it_comes(tag: bytes, kind: str) -> None:
    page = PAGE[:HEAD_END] + tag + PAGE[HEAD_END:]
    for pieces in ways_to_cut(page):
        kept = Kept()
        assert await text_of(stream(pieces, kind), kept) == page, pieces
        assert kept == [PageRefused("news", Refusal.REPEATED)], pieces


@pytest.mark.parametrize("kind", ["no length", "length", "gzip"])
@pytest.mark.parametrize("other", OTHERS)
async def test_what_only_looks_like_a_tag_keeps_none_away(other: bytes, kind: str) -> None:
    for ending in (b"", PAGE[HEAD_END:]):
        page = PAGE[:HEAD_END] + other + ending
        for pieces in (
            [page[at : at + 1] for at in range(len(page))],
            *(cut(page, HEAD_END + at) for at in range(1, 60, 7)),
        ):
            kept = Kept()
            assert await text_of(stream(pieces, kind), kept) == PAGE[:HEAD_END] + TAG + page[HEAD_END:], pieces
            assert kept == [PageInjected("news", "/")], pieces


async def test_other_messages_pass_in_order() -> None:
    hint: Message = {"type": "http.response.early_hint", "links": [b"</a.css>; rel=preload"]}
    debug: Message = {"type": "http.response.debug", "info": {}}
    push: Message = {"type": "http.response.push", "path": "/a.css", "headers": [(b"content-type", b"text/html")]}
    sent = await ask(wrap(sending(hint, debug, push, start(HTML), part(PAGE, more=True), debug, part(b""))))
    assert [sent[at] for at in (0, 1, 2, 5)] == [hint, debug, push, debug]
    assert body_of(sent) == PAGE_WITH_TAG


async def test_what_is_sent_beside_a_streamed_page_keeps_no_tag_from_it() -> None:
    kept = Kept()
    push: Message = {"type": "http.response.push", "path": "/a.css", "headers": []}
    pieces = [part(PAGE[:5], more=True), push, part(PAGE[5:])]
    sent = await ask(wrap(sending(start(HTML), push, *pieces), kept))
    assert [message["type"].rpartition(".")[2] for message in sent] == ["start", "push", "body", "push", "body"]
    assert (body_of(sent), kept) == (PAGE_WITH_TAG, [PageInjected("news", "/")])


async def test_an_unheard_message_lets_go_what_was_held_first() -> None:
    messages = [
        start(HTML, length_of(PAGE)),
        part(PAGE[:5], more=True),
        {"type": "http.response.unheard"},
        part(PAGE[5:]),
    ]
    assert await ask(wrap(sending(*messages))) == messages


async def test_keys_of_messages_that_we_do_not_know_stay() -> None:
    sent = await ask(wrap(sending({**start(HTML), "x": 1}, {**part(PAGE), "y": 2})))
    assert sent[0]["x"] == 1
    assert sent[1]["y"] == 2


@pytest.mark.parametrize("body", [bytearray(PAGE), memoryview(PAGE)])
async def test_a_body_that_is_no_bytes_object_is_taken_too(body: Any) -> None:
    assert body_of(await ask(wrap(sending(start(HTML), {"type": "http.response.body", "body": body})))) == PAGE_WITH_TAG


async def test_headers_that_can_be_read_once_reach_the_server() -> None:
    def once() -> Iterator[tuple[bytes, bytes]]:
        yield from ((b"X-A", b"1"), HTML, (b"x-a", b"2"))

    sent = await ask(wrap(sending({"type": "http.response.start", "status": 200, "headers": once()}, part(PAGE))))
    assert list(sent[0]["headers"]) == [(b"X-A", b"1"), HTML, (b"x-a", b"2")]
    assert body_of(sent) == PAGE_WITH_TAG


async def test_the_messages_and_headers_of_the_app_are_never_changed() -> None:
    headers = [HTML, length_of(PAGE), (b"etag", b'"v1"')]
    first: Message = {"type": "http.response.start", "status": 200, "headers": headers}
    second = part(PAGE)
    app = wrap(sending(first, second))
    for _ in range(2):
        sent = await ask(app)
        sent[0]["headers"].append((b"added", b"by an outer middleware"))
        assert len(headers) == 3
    assert first["headers"] is headers
    assert second == part(PAGE)


@pytest.mark.parametrize(
    "page",
    [PAGE, b"<!-- no page -->\n" * 9, PACKED, b"\x1f\x8bno gzip"],
    ids=["a page", "no page", "a packed page", "what is no gzip"],
)
@pytest.mark.parametrize("size", [2, 16, 1000])
async def test_an_app_may_use_its_messages_and_buffers_again_once_they_are_sent(page: bytes, size: int) -> None:
    packed = page.startswith(b"\x1f\x8b")
    headers = [HTML, length_of(page), *([(b"content-encoding", b"gzip")] if packed else [])]

    async def frugal(scope: Scope, receive: Receive, send: Send) -> None:
        message: Message = {"type": "http.response.start", "status": 200, "headers": headers}
        await send(message)
        headers.clear()
        message.clear()
        buffer = bytearray(size)
        for at in range(0, len(page), size):
            piece = page[at : at + size]
            buffer[: len(piece)] = piece
            message.update(type="http.response.body", body=memoryview(buffer)[: len(piece)], more_body=True)
            await send(message)
        buffer[:] = bytes(size)
        message.update(body=b"", more_body=False)
        await send(message)

    sent: list[Message] = []

    async def copy(message: Message) -> None:
        sent.append({**message, **({"body": bytes(message["body"])} if "body" in message else {})})

    await wrap(frugal)(request(), Watched().receive, copy)
    assert header_of(sent, b"content-type") == HTML[1]
    body = body_of(sent)
    assert (gzip.decompress(body) if page == PACKED else body) == (PAGE_WITH_TAG if page in (PAGE, PACKED) else page)


async def test_a_slow_reader_slows_the_app() -> None:
    waiting = anyio.Event()
    produced = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start(HTML))
        for number in range(10):
            await send(part(PAGE, more=True))
            produced.append(number)

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body" and message["body"] == PAGE:
            waiting.set()
            await anyio.sleep_forever()

    async with anyio.create_task_group() as group:
        group.start_soon(wrap(app), request(), Watched().receive, send)
        await waiting.wait()
        assert produced == [0]
        group.cancel_scope.cancel()


async def test_what_the_server_raises_reaches_the_app_and_comes_out_again() -> None:
    gone = OSError("the reader went away")
    caught = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await sending(start(HTML), part(PAGE))(scope, receive, send)
        except OSError as error:
            caught.append(error)
            raise

    async def send(message: Message) -> None:
        raise gone

    with pytest.raises(OSError) as raised:  # noqa: PT011 - the object is compared
        await wrap(app)(request(), Watched().receive, send)
    assert raised.value is gone
    assert caught == [gone]


async def test_an_app_that_fails_before_its_page_began_leaves_the_answer_to_the_server() -> None:
    broken = RuntimeError("the app's own")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start(HTML, length_of(PAGE)))
        raise broken

    server = Watched()
    with pytest.raises(RuntimeError) as raised:
        await wrap(app)(request(), server.receive, server.send)
    assert raised.value is broken
    assert server.sent == []


async def test_receive_and_what_is_no_page_s_scope_reach_the_app_as_the_same_objects() -> None:
    seen: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend((scope, receive))
        await sending(start(), part(b""))(scope, receive, send)

    scope, server = request(headers=[(b"if-none-match", b'"v1"')]), Watched()
    await wrap(app)(scope, server.receive, server.send)
    assert seen[0] is scope
    assert seen[1] == server.receive


async def test_a_context_variable_set_in_the_app_is_seen_outside() -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        variable.set("set")
        await sending(start(HTML), part(PAGE))(scope, receive, send)

    await ask(wrap(app))
    assert variable.get() == "set"


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/", False),
        ("/a.html", False),
        ("/a.HTM", False),
        ("/v1.2", True),
        ("/film.mp4", True),
        ("/a.CSS", True),
        ("/x.tar.gz", True),
    ],
)
async def test_a_server_s_ways_to_send_files_are_offered_where_no_page_can_come_back(path: str, kept: bool) -> None:
    offered: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        offered.append(scope)
        await sending(start(), part(b""))(scope, receive, send)

    extensions: dict[str, Any] = {
        "http.response.pathsend": {},
        "http.response.zerocopysend": {},
        "http.response.push": {},
    }
    scope = request(path, extensions=extensions)
    await ask(wrap(app), scope)
    assert scope["extensions"] is extensions
    assert len(extensions) == 3
    assert set(offered[0]["extensions"]) == set(extensions) - (set() if kept else {"http.response.zerocopysend"})
    assert (offered[0] is scope) is kept
    await ask(wrap(app), {**scope, "method": "HEAD"})
    assert set(offered[1]["extensions"]) == set(extensions)


@pytest.mark.parametrize("size", [len(PAGE), 200_000])
async def test_a_page_that_the_app_leaves_to_the_server_as_a_file_gets_the_tag(size: int, tmp_path: Path) -> None:
    page = PAGE + b" " * (size - len(PAGE))
    file = tmp_path / "page.html"
    file.write_bytes(page)
    messages = [start(HTML, length_of(page)), {"type": "http.response.pathsend", "path": str(file)}]
    sent = await ask(wrap(sending(*messages)), request("/page.html", extensions={"http.response.pathsend": {}}))
    assert body_of(sent) == page.replace(PAGE, PAGE_WITH_TAG)
    assert length_of(page.replace(PAGE, PAGE_WITH_TAG)) in sent[0]["headers"]


async def test_a_file_that_is_no_page_is_left_to_the_server() -> None:
    messages = [start((b"content-type", b"image/png")), {"type": "http.response.pathsend", "path": "/srv/a.png"}]
    assert await ask(wrap(sending(*messages))) == messages


async def test_a_router_that_changes_the_scope_changes_nothing_of_the_page_s_address() -> None:
    kept = Kept()

    async def router(scope: Scope, receive: Receive, send: Send) -> None:
        scope.update(root_path="/static", path="/static/inner")
        await sending(start(HTML), part(PAGE))(scope, receive, send)

    assert body_of(await ask(wrap(router, kept), request("/static/page"))) == PAGE_WITH_TAG
    assert kept == [PageInjected("news", "/static/page")]


async def test_an_answer_to_head_whose_app_sends_a_body_names_no_length_of_it() -> None:
    messages = [start(HTML, length_of(PAGE)), part(PAGE)]
    sent = await ask(wrap(sending(*messages)), request(method="HEAD"))
    assert sent == [start(HTML), part(b"")]


async def test_sends_may_be_made_into_tasks(anyio_backend: str) -> None:
    if anyio_backend == "trio":

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            for message in (start(HTML), part(PAGE)):
                async with anyio.create_task_group() as group:
                    group.start_soon(send, message)
    else:

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            for message in (start(HTML), part(PAGE)):
                await asyncio.create_task(send(message))  # type: ignore[arg-type]

    assert body_of(await ask(wrap(app))) == PAGE_WITH_TAG


@pytest.mark.slow
async def test_two_hundred_megabytes_streamed_take_five_more_at_most() -> None:
    piece = b"<p>The council met on Tuesday.</p>\n" * 1900

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start(HTML))
        await send(part(PAGE, more=True))
        for _ in range(200_000_000 // len(piece)):
            await send(part(bytes(bytearray(piece)), more=True))
        await send(part(b""))

    size = 0

    async def send(message: Message) -> None:
        nonlocal size
        size += len(message.get("body", b""))

    kept = Kept()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await wrap(app, kept)(request(), Watched().receive, send)
    assert size > 199_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 5 * 1024
    assert len(kept) == 1
