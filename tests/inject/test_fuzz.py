"""Random responses, sent bare and through the injector: what may differ, and nothing else does.

The invariants: I1 not injected, nothing changed. I2 injected, one tag more and the headers that follow from it. I3 nothing
is withheld. I4 the app's exception comes out as the same object. I5 the request is never read. I6 the server's scope is
never changed. I7 a context variable set in the app is seen by the caller.
"""

from __future__ import annotations

import asyncio
import copy
import gzip
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from adnotice.inject.tag import make_tag
from adnotice.vocabulary import PageInjected, PageRefused, Refusal
from tests.inject.site import SRC, TAG, Kept, body_of, request, wrap

SEEN: ContextVar[int] = ContextVar("SEEN", default=0)
CHANGING = {b"etag", b"last-modified", b"accept-ranges", b"content-length"}
PATHS = ["/", "/a.html", "/b", "/c", "/d.html", "/feed.xml", "/private/x", "/logo.png"]
STATUSES = [200] * 16 + [201, 204, 206, 304, 404, 500]
BEGINNINGS = [
    b"<!doctype html><html><head>",
    b"<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>",
    b"\xef\xbb\xbf<!-- <head> --><html a='>'><head x=\">\">",
    b"<html><body>",
    b"<!doctype html><title>x</title>",
    b"<html><header>",
    b"<html amp><head>",
    "<html ⚡>".encode(),
    b"<p>a fragment</p>",
    b"<!doctype html>" + TAG,
    b"<html><head>" + TAG,
    b"\xff\xfe<\0h\0t\0m\0l\0>\0",
    b"",
    b"<!doctype html>",
    b"<!-- never closed",
]
HARMLESS = [
    (b"ETag", b'"abc"'),
    (b"etag", b'W/"abc"'),
    (b"etag", b"broken"),
    (b"Last-Modified", b"Sun, 22 Nov 2026 10:00:00 GMT"),
    (b"accept-ranges", b"bytes"),
    (b"set-cookie", b"a=1"),
    (b"Set-Cookie", b"b=2"),
    (b"vary", b"accept-encoding"),
    (b"content-disposition", b"inline"),
    (b"cache-control", b"max-age=60"),
    (b"content-security-policy", b"default-src 'self'"),
    (b"content-security-policy", b"script-src 'nonce-abcd' 'strict-dynamic'"),
]
REFUSING = [
    (b"X-AdNotice", b"off"),
    (b"content-disposition", b"attachment; filename=a.html"),
    (b"Cache-Control", b"no-transform"),
    (b"content-range", b"bytes 0-9/100"),
    (b"content-digest", b"sha-256=:x:"),
    (b"content-security-policy", b"default-src 'none'"),
    (b"Content-Length", b"seven"),
    (b"content-encoding", b"snappy"),
]
TYPES = (
    *[b"text/html; charset=utf-8"] * 12,
    b"TEXT/HTML",
    b"text/html; charset=utf-16",
    b"application/xhtml+xml",
    b"application/json",
    b"text/plain",
    None,
)
OTHERS: list[Message] = [
    {"type": "http.response.early_hint", "links": [b"</a.css>; rel=preload"]},
    {"type": "http.response.debug", "info": {"template": "x"}},
    {"type": "http.response.push", "path": "/a.css", "headers": []},
    {"type": "http.response.unheard", "of": 1},
]
UNSEEN = (Refusal.FAILED, Refusal.LARGE)
"""What none of these scripts leads to: nothing fails, and none is that large."""

ENDS: list[Message] = [
    {"type": "http.response.pathsend", "path": "/srv/a.html"},
    {"type": "http.response.zerocopysend", "file": 3},
    {"type": "http.response.trailers", "headers": [(b"x", b"y")], "more_trailers": False},
]


@dataclass
class Script:
    """One response: what is asked, and what the app does."""

    method: str
    path: str
    asked: list[tuple[bytes, bytes]]
    messages: list[Message]
    headers_as: str
    coding: str | None
    crash_after: int | None
    extensions: bool
    error: Exception = field(default_factory=lambda: RuntimeError("the app's own"))

    def make(self) -> Iterator[Message]:
        """The messages, made anew: an iterator over headers can be used only once."""
        for message in copy.deepcopy(self.messages):
            if message["type"] == "http.response.start":
                headers = message.pop("headers")
                if self.headers_as == "iterator":
                    message["headers"] = iter(headers)
                elif self.headers_as != "missing":
                    message["headers"] = {"list": list, "tuple": tuple, "lists": _as_lists}[self.headers_as](headers)
            yield message

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The app."""
        SEEN.set(SEEN.get() + 1)
        for number, message in enumerate(self.make()):
            await send(message)
            if number == self.crash_after:
                raise self.error


def _as_lists(headers: Any) -> Any:
    return [list(pair) for pair in headers]


def pack(document: bytes, coding: str | None) -> bytes:
    """The document in this coding."""
    if coding == "gzip":
        return gzip.compress(document, mtime=0)
    return zlib.compress(document) if coding == "deflate" else document


def unpack(body: bytes, coding: str | None) -> bytes:
    """What a reader can read of it."""
    return zlib.decompressobj({"gzip": 31, "deflate": 15}[coding]).decompress(body) if coding else body


@st.composite
def scripts(draw: st.DrawFn, content_types: tuple[bytes | None, ...] = TYPES) -> Script:
    """Anything an app may send, and some of what it may not."""
    document = draw(st.sampled_from(BEGINNINGS)) + draw(
        st.sampled_from([b"", b"<p>x", b"</he</head><body>" + b"x" * 99])
    )
    coding = draw(st.sampled_from([None] * 6 + ["gzip", "deflate"]))
    body = pack(document, coding)
    headers = draw(st.lists(st.sampled_from(HARMLESS), max_size=3))
    if draw(st.integers(0, 3)) == 0:
        headers.append(draw(st.sampled_from(REFUSING)))
    content_type = draw(st.sampled_from(content_types))
    if content_type is not None:
        headers.insert(
            draw(st.integers(0, len(headers))),
            (draw(st.sampled_from([b"content-type", b"Content-Type"])), content_type),
        )
    if coding:
        headers.append((b"content-encoding", coding.encode()))
    if draw(st.booleans()):
        headers.append((b"Content-Length", b"%d" % len(body)))
    first: Message = {"type": "http.response.start", "status": draw(st.sampled_from(STATUSES)), "headers": headers}
    if draw(st.integers(0, 12)) == 0:
        first["trailers"] = True
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=4)))
    pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    messages = [first]
    for number, piece in enumerate(pieces, 1):
        messages.append({"type": "http.response.body", "body": piece, "more_body": number < len(pieces)})
    if draw(st.integers(0, 5)) == 0:
        messages.insert(draw(st.sampled_from([0, 0, 1, len(messages)])), draw(st.sampled_from(OTHERS)))
    if draw(st.integers(0, 5)) == 0:
        messages = [*messages[:1], draw(st.sampled_from(ENDS))] if draw(st.booleans()) else [*messages, ENDS[2]]
    return Script(
        method=draw(st.sampled_from(["GET"] * 16 + ["HEAD", "POST"])),
        path=draw(st.sampled_from(PATHS)),
        asked=draw(
            st.lists(
                st.sampled_from(
                    [
                        (b"sec-gpc", b"1"),
                        (b"sec-fetch-dest", b"empty"),
                        (b"if-none-match", b'W/"abc%s"' % make_tag(SRC, "").marks[0]),
                        (b"range", b"bytes=5-"),
                    ]
                ),
                max_size=2,
            )
        ),
        messages=messages,
        headers_as=draw(st.sampled_from(["list"] * 4 + ["tuple", "iterator"] * 2 + ["lists", "missing"])),
        coding=coding,
        crash_after=draw(st.sampled_from([None] * 5 + [0, 1, 2])),
        extensions=draw(st.booleans()),
    )


@dataclass
class Trace:
    """What the server saw."""

    sent: list[Message] = field(default_factory=list)
    after_each: list[bytes] = field(default_factory=list)
    error: Exception | None = None


async def run(script: Script, wrapper: Callable[[Any], Any]) -> Trace:
    """Runs the script, and keeps what came out after each of the app's sends."""
    trace = Trace()

    async def send(message: Message) -> None:
        if "headers" in message:
            message = {**message, "headers": list(message["headers"])}
        trace.sent.append(message)

    async def receive() -> Message:
        raise AssertionError("I5: the request was read")

    async def app(scope: Scope, receive: Receive, outgoing: Send) -> None:
        async def send_and_look(message: Message) -> None:
            await outgoing(message)
            trace.after_each.append(body_of(trace.sent))

        await script(scope, receive, send_and_look)

    scope = request(script.path, script.asked, script.method)
    if script.extensions:
        scope["extensions"] = {"http.response.pathsend": {}, "http.response.debug": {}}
    before = copy.deepcopy(scope)
    SEEN.set(0)
    try:
        await wrapper(app)(scope, receive, send)
    except RuntimeError as error:
        trace.error = error
    assert SEEN.get() == 1, "I7: the context variable was lost"
    assert scope == before, "I6: the server's scope was changed"
    return trace


def check(script: Script, seen: Counter[Refusal | None] | None = None) -> None:
    """One script, bare and wrapped."""
    kept = Kept()

    async def both() -> tuple[Trace, Trace]:
        injector: Any = None

        def wrapped(app: Any) -> Any:
            nonlocal injector
            injector = wrap(app, kept, exclude=("/private/*",), skip=lambda scope: scope["path"] == "/feed.xml")
            injector._rules.marks_out = True
            return injector

        return await run(script, lambda app: app), await run(script, wrapped)

    bare, ours = asyncio.run(both())
    assert ours.error is bare.error, "I4: the exception is another"
    if seen is not None:
        seen.update(each.reason if isinstance(each, PageRefused) else None for each in kept)
    assert Refusal.FAILED not in [each.reason for each in kept if isinstance(each, PageRefused)]
    injected = any(isinstance(each, PageInjected) for each in kept)
    bare_body, our_body = body_of(bare.sent), body_of(ours.sent)
    if ours.error is not None and all(message["type"] != "http.response.start" for message in ours.sent):
        assert bare.sent[: len(ours.sent)] == ours.sent, "held when the app failed: the server can answer 500"
        return
    if ours.sent == bare.sent:
        assert not injected
        return
    compare_starts(script, start_of(bare), start_of(ours), len(our_body))
    assert others(bare) == others(ours)
    if script.method == "HEAD" and our_body != bare_body:
        assert our_body == b"", "a server would announce the length of a body that it is given"
        return
    if script.method == "HEAD":
        assert our_body in (bare_body, b""), "an answer to HEAD has no body"
        return
    compare_bodies(script, bare, ours)


def compare_bodies(script: Script, bare: Trace, ours: Trace) -> None:
    """Nothing but one tag was added, and the length says so."""
    old, new = unpack(body_of(bare.sent), script.coding), unpack(body_of(ours.sent), script.coding)
    if ours.error is not None and old.startswith(new) and make_tag(SRC, "").begins(old[len(new) :]) is None:
        return  # the app failed while it might still have been sending a tag of ours
    if new != old:
        added = nonced() if nonced() in new else TAG
        assert len(new) == len(old) + len(added)
        assert any(new[:at] + new[at + len(added) :] == old for at in find_all(new, added)), (
            "I2: more than a tag changed"
        )
        compare_pieces(script, bare, ours, added)
    else:
        # Headers alone: for HEAD, for a 304, and where they had to go before a page's beginning was complete.
        undecided = header(bare, b"content-length") is None or script.coding
        assert script.method == "HEAD" or start_of(bare)["status"] == 304 or undecided, "I1: changed, but not injected"
    if not script.coding:
        lengths = [int(v) for k, v in start_of(bare)["headers"] if k.lower() == b"content-length" and v.isdigit()]
        if lengths and new != old:
            assert header(ours, b"content-length") == b"%d" % (lengths[0] + len(new) - len(old))


def nonced() -> bytes:
    """The tag with the nonce of the policy above."""
    return TAG.replace(b"></script>", b' nonce="abcd"></script>')


def start_of(trace: Trace) -> Message:
    """The response's start."""
    return next(message for message in trace.sent if message["type"] == "http.response.start")


def header(trace: Trace, name: bytes) -> bytes | None:
    """A header's value."""
    return next((value for key, value in start_of(trace).get("headers", ()) if key.lower() == name), None)


def others(trace: Trace) -> list[Message]:
    """All that is neither start nor body."""
    return [m for m in trace.sent if m["type"] not in ("http.response.start", "http.response.body")]


def find_all(text: bytes, word: bytes) -> Iterator[int]:
    """Where the word stands."""
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def compare_starts(script: Script, bare: Message, ours: Message, size: int) -> None:
    """Only the headers that follow from the body change; order, case and duplicates of the others stay."""
    assert {**bare, "headers": 0} == {**ours, "headers": 0}
    old = [tuple(pair) for pair in bare["headers"] if pair[0].lower() not in CHANGING]
    new = [tuple(pair) for pair in ours["headers"] if pair[0].lower() not in CHANGING]
    assert new == old
    for name, value in ours["headers"]:
        if name.lower() == b"etag" and ours["headers"] != bare["headers"]:
            assert value.startswith(b'W/"')
        if name.lower() == b"content-length" and bare["headers"] != ours["headers"]:
            assert script.coding is None or script.method == "HEAD" or int(value) == size
        if bare["headers"] != ours["headers"]:
            assert name.lower() not in (b"last-modified", b"accept-ranges")


def compare_pieces(script: Script, bare: Trace, ours: Trace, added: bytes) -> None:
    """I3: after each send of the app, the server has what it would have; a page with a length may be held."""
    if header(bare, b"content-length") is not None and not script.coding:
        return
    for old, new in zip(bare.after_each, ours.after_each, strict=True):
        old, new = unpack(old, script.coding), unpack(new, script.coding)
        gone = new.replace(added, b"", 1)
        may_be_ours = old.startswith(gone) and make_tag(SRC, "").begins(old[len(gone) :]) is None
        assert gone == old or new == old or may_be_ours, "I3: something is withheld"


@pytest.mark.parametrize(
    "examples",
    [
        150,
        pytest.param(1_500, marks=pytest.mark.slow),
        pytest.param(20_000, marks=[pytest.mark.endurance, pytest.mark.timeout(3600)]),
    ],
)
def test_nothing_changes_but_what_must(examples: int) -> None:
    seen: Counter[Refusal | None] = Counter()

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(scripts())
    def compare(script: Script) -> None:
        check(script, seen)

    compare()
    print(f"{examples} scripts: {seen[None]} injected, refused { ({r.value: n for r, n in seen.items() if r}) }")  # noqa: T201 - shown with -s
    if examples >= 1_500:
        assert seen[None] > examples / 50
    if examples >= 20_000:
        rare = {reason: seen[reason] for reason in Refusal if seen[reason] < 20 and reason not in UNSEEN}
        assert not rare, f"seen too rarely: {rare}"


@settings(max_examples=300, deadline=None, database=None)
@given(scripts((b"application/json",)))
def test_what_is_no_page_passes_as_the_same_objects(script: Script) -> None:
    sent: list[Message] = []
    got: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in script.make():
            sent.append(message)
            await send(message)

    async def send(message: Message) -> None:
        got.append(message)

    async def receive() -> Message:
        raise AssertionError

    if script.headers_as == "iterator" or script.asked:
        return
    asyncio.run(wrap(app)(request(script.path, method=script.method), receive, send))
    assert len(got) == len(sent)
    assert all(one is other for one, other in zip(got, sent, strict=True))
