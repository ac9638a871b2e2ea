"""Whatever fails in here, the app's response goes out as the app made it; one line in the log, one page counted."""

from __future__ import annotations

import gzip
import inspect
import logging
import random
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard
from starlette.types import Message, Receive, Scope, Send

from adnotice.inject import log_throttle, middleware, outcomes, page_audience, response, rules, tag
from adnotice.inject.decide import csp, eligibility, plan, validators
from adnotice.inject.log_throttle import LogThrottle
from adnotice.inject.memo import copies, plans, sizes
from adnotice.inject.middleware import Injector
from adnotice.inject.rewrite import codecs, compressed, head_scanner, plain
from adnotice.inject.tag import make_tag
from adnotice.vocabulary import Mode, PageRefused, Refusal
from tests.inject.site import (
    HEAD_END,
    HTML,
    PAGE,
    SRC,
    TAG,
    Kept,
    ask,
    body_of,
    length_of,
    part,
    request,
    sending,
    start,
    wrap,
)

pytestmark = pytest.mark.anyio

MODULES = (
    *(page_audience, codecs, copies, csp, eligibility, log_throttle, middleware, outcomes, head_scanner, sizes),
    *(plan, plans, compressed, plain, rules, tag, validators, response),
)

# These are the fence itself: they call what may fail, and let what was held go.
FENCE = {
    "adnotice.inject.middleware.Injector.__init__",
    "adnotice.inject.middleware.Injector.__call__",
    "adnotice.inject.middleware.Injector.attend",
    "adnotice.inject.middleware.Injector._prepare",
    "adnotice.inject.outcomes.Outcomes.__init__",
    "adnotice.inject.outcomes.Outcomes.failed",
    "adnotice.inject.outcomes.Outcomes.refused_outside",
    "adnotice.inject.log_throttle.LogThrottle.__init__",  # at start-up, as those below
    "adnotice.inject.rules.Rules.__init__",
    "adnotice.inject.rules.make_rules",
    "adnotice.inject.response.PageResponse.__init__",  # these put down what they are given
    "adnotice.inject.rules.Page.__init__",
    "adnotice.inject.rewrite.plain.PlainRewriter.__init__",
    "adnotice.inject.response.PageResponse.take",
    "adnotice.inject.response.PageResponse._leave_to_server",
    "adnotice.inject.response.PageResponse.pass_on",
    "adnotice.inject.response.PageResponse._take_first",
    "adnotice.inject.rewrite.plain.PlainRewriter.take",
    "adnotice.inject.rewrite.plain.PlainRewriter._release",
    "adnotice.inject.rewrite.compressed.CompressedRewriter.take",
    "adnotice.inject.rewrite.compressed.CompressedRewriter._release",
    "adnotice.inject.rewrite.head_scanner.Beginnings.__init__",  # at start-up, where raising is right
    "adnotice.inject.page_audience.PageAudience.__init__",
    "adnotice.inject.memo.copies.Copies.__init__",
    "adnotice.inject.memo.plans.Plans.__init__",
    "adnotice.inject.sending.nothing",
    "adnotice.inject.sending.send_both",
    "adnotice.inject.sending.send_all",
}

# Never called while a page goes out.
UNREACHED = dict.fromkeys(
    (
        *(f"adnotice.inject.rewrite.head_scanner._Table.{name}" for name in ("__init__", "add", "lead", "copy")),
        *(
            f"adnotice.inject.rewrite.head_scanner.{name}"
            for name in ("_build_start", "_build_level", "_build_declaration", "_build_name", "_build_end_tag")
        ),
        *(
            f"adnotice.inject.rewrite.head_scanner.{name}"
            for name in ("_end_name", "_build_attributes", "_build_amp", "_build_late")
        ),
    ),
    "the scanner's table is made by `_table`, once in a process, and `_table` is made to fail",
)

# Without them there is nothing to say it with.
SILENT = {"adnotice.inject.log_throttle.LogThrottle.complain"}

# When the beginning of a compressed page is out, only our own encoder can go on with it.
NO_WAY_BACK = {
    "adnotice.inject.rewrite.compressed.CompressedRewriter._go_on",
    "adnotice.inject.rewrite.compressed.CompressedRewriter._mark_all",
    "adnotice.inject.rewrite.compressed.CompressedRewriter._mark",
    *(f"adnotice.inject.rewrite.codecs.{coding}Encoder.finish" for coding in ("Zlib", "Brotli", "Zstd")),
    *(f"adnotice.inject.rewrite.codecs.{coding}Encoder.flush" for coding in ("Zlib", "Brotli", "Zstd")),
    *(f"adnotice.inject.rewrite.codecs.{coding}Encoder.put" for coding in ("Zlib", "Brotli", "Zstd")),
}


def inner_functions() -> list[tuple[Any, str, str]]:
    """Everything of ours that runs while a page goes out: its owner, its name, and both in words."""
    found = []
    for module in MODULES:
        for name, member in vars(module).items():
            if getattr(member, "__module__", None) != module.__name__:
                continue
            if inspect.isclass(member):
                for inner, method in vars(member).items():
                    written = getattr(method, "__wrapped__", method)
                    ours = getattr(written, "__code__", None) is None or written.__code__.co_filename == module.__file__
                    if ours and (inspect.isfunction(method) or isinstance(method, staticmethod)):
                        found.append((member, inner, f"{module.__name__}.{name}.{inner}"))
            elif callable(member):
                found.append((module, name, f"{module.__name__}.{name}"))
    return [each for each in found if each[2] not in FENCE and not getattr(each[0], "_is_protocol", False)]


@dataclass(frozen=True)
class Exchange:
    """What an app sends to a request, and the page's text where that is something else than the bytes sent."""

    messages: tuple[Message, ...]
    asked: Mapping[str, Any] = field(default_factory=dict)
    text: bytes | None = None
    at_once: bool = True
    """Whether the app sends the compressed page in one piece; else nobody but our own encoder can go on with it."""


def policy(value: bytes) -> tuple[bytes, bytes]:
    return (b"content-security-policy", value)


def page(*headers: tuple[bytes, bytes], body: bytes = PAGE, **asked: Any) -> Exchange:
    return Exchange((start(HTML, length_of(body), *headers), part(body)), asked)


def streamed(*pieces: bytes, headers: Sequence[tuple[bytes, bytes]] = (), **asked: Any) -> Exchange:
    parts = [part(piece, more=True) for piece in pieces[:-1]]
    return Exchange((start(HTML, *headers), *parts, part(pieces[-1])), asked)


def packed(coding: bytes, pack: Callable[[bytes], bytes], text: bytes = PAGE, cut: int = 0) -> Exchange:
    headers, body = (HTML, (b"content-encoding", coding)), pack(text)
    pieces = (part(body[:cut], more=True), part(body[cut:])) if cut else (part(body),)
    return Exchange((start(*headers), *pieces), text=text, at_once=not cut)


MARKED = b'W/"v1%s"' % make_tag(SRC, "").marks[0]
WITH_TAG = PAGE[:HEAD_END] + TAG + PAGE[HEAD_END:]
LONG = PAGE + random.Random(1).randbytes(40_000)  # noqa: S311 - no secret
FILE = Path(__file__).with_name("page.html")
GZIP = gzip.compress
PATHSEND = {"extensions": {"http.response.pathsend": {}, "http.response.zerocopysend": {}}}
NONCED = b"script-src 'nonce-abc' http://news.example.test:*/x, sandbox allow-scripts allow-same-origin"

EXCHANGES: tuple[Exchange, ...] = (
    page((b"etag", b'"v1"'), policy(NONCED), headers=[(b"sec-gpc", b"1"), (b"purpose", b"prefetch?")]),
    page(headers=[(b"user-agent", b"curl/8.5.0")]),
    page(body=PAGE + b"<p>longer"),  # begins like the one before but for its length
    page(policy(b"script-src 'none'")),
    page(policy(b"script-src http://*.example.test:80/_adnotice/ https:")),
    page(policy(b"script-src 'strict-dynamic' https:")),
    page(policy(b"default-src https:; sandbox")),
    page((b"content-disposition", b"attachment")),
    page((b"x-adnotice", b"off")),
    page(path="/private/x"),
    page(path="/skipped"),
    page((b"integrity-policy", b"blocked-destinations=(script)")),
    page((b"content-type", b"text/html; charset=utf-16")),
    page(body=WITH_TAG),
    page(body=b"<!-- a comment --><!doctype html>" + b" " * 20_000 + b"<p>no page"),
    page(body=b"<p>"),
    streamed(PAGE[:4], PAGE[4:]),
    streamed(b"<html><", b"body>"),
    streamed(b"<html><he", b"ad>", b"<p>late"),
    streamed(PAGE[:4], PAGE[4:], headers=[length_of(PAGE)]),
    streamed(PAGE[:HEAD_END], PAGE[HEAD_END:]),
    streamed(PAGE[:HEAD_END], PAGE[HEAD_END:], headers=[length_of(PAGE)]),
    streamed(WITH_TAG[: HEAD_END + 5], WITH_TAG[HEAD_END + 5 :]),
    streamed(WITH_TAG[: HEAD_END + 5], WITH_TAG[HEAD_END + 5 :], headers=[length_of(WITH_TAG)]),
    Exchange((start(HTML), {"type": "http.response.debug", "info": {}}, part(PAGE))),
    Exchange((start(HTML, length_of(PAGE)), {"type": "http.response.debug", "info": {}}, part(PAGE))),
    Exchange((start(HTML, status=404), part(b"<p>"))),
    packed(b"gzip", GZIP),
    packed(b"gzip", GZIP, cut=30),
    packed(b"gzip", GZIP, text=b"<p>no page"),
    packed(b"gzip", GZIP, text=WITH_TAG),
    packed(b"gzip", GZIP, text=LONG, cut=20_000),
    packed(b"deflate", zlib.compress),
    packed(b"br", brotli.compress),
    packed(b"br", brotli.compress, text=LONG, cut=20_000),
    packed(b"zstd", zstandard.compress),
    packed(b"zstd", zstandard.compress, text=LONG, cut=39_000),
    Exchange(
        (start(HTML, (b"content-encoding", b"gzip")), {"type": "http.response.debug", "info": {}}, part(GZIP(PAGE))),
        text=PAGE,
    ),
    Exchange((start(HTML, (b"content-encoding", b"gzip")), part(b"this was never compressed"))),
    Exchange((start(HTML, (b"content-encoding", b"gzip")), part(GZIP(PAGE)[:40]))),
    Exchange(
        (start((b"etag", b'"v1"'), status=304), part(b"")), {"headers": [(b"if-none-match", MARKED)]},
    ),
    Exchange((start(HTML, length_of(PAGE)), part(b"")), {"method": "HEAD", **PATHSEND}),
    Exchange((start(HTML, length_of(PAGE)), {"type": "http.response.pathsend", "path": str(FILE)}), PATHSEND, PAGE),
    Exchange((start(HTML), {"type": "http.response.pathsend", "path": "/nowhere/at/all"}), PATHSEND, b""),
    page(headers=[[b"sec-gpc", b"1"]]),  # pairs that are lists, as ASGI allows
    Exchange((start([b"content-type", b"text/html"]), part(PAGE))),  # type: ignore[arg-type]
)  # fmt: skip
"""Each way through the room; all go through one injector, three times, so that what is remembered is asked too."""

AGAIN = 3


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Sends what belongs to the request."""
    for message in EXCHANGES[scope["number"]].messages:
        await send(message)


def site(kept: Kept, **options: Any) -> Injector:
    """The injector that is made to fail, its own settings asked too."""
    made = wrap(app, kept, exclude=("/private/*",), skip=lambda scope: scope["path"] == "/skipped", **options)
    made._rules.marks_out = True
    return made


def unpacked(body: bytes, coding: bytes) -> bytes:
    """The text in a compressed body."""
    if coding in (b"gzip", b"deflate"):
        return zlib.decompressobj(47).decompress(body)
    return (
        brotli.Decompressor().process(body)
        if coding == b"br"
        else zstandard.ZstdDecompressor().decompressobj().decompress(body)
    )


def assert_as_the_app_made_it(exchange: Exchange, sent: list[Message], *, way_back: bool) -> None:
    """Message for message, or with one tag in it."""
    if sent == list(exchange.messages):
        return
    coding = next((value for name, value in exchange.messages[0]["headers"] if name == b"content-encoding"), b"")
    got = body_of(sent)
    text = body_of(exchange.messages) if exchange.text is None else exchange.text
    if coding and got != body_of(exchange.messages):
        if not way_back and not exchange.at_once:
            assert text.startswith(unpacked(sent[1]["body"], coding)[:HEAD_END])
            return
        got = unpacked(got, coding)
    elif coding:
        return
    nonced = TAG[:-10] + b' nonce="abc"></script>'
    assert text in (got, got.replace(TAG, b"", 1), got.replace(nonced, b"", 1))


IS_COMPILED = not str(rules.__file__).endswith(".py")


@pytest.fixture(autouse=True)
def forgetful() -> None:
    """What is remembered from other tests is never asked again: forget it. The scanner's table is there, as after any page."""
    for _, name, _ in inner_functions():
        for module in MODULES:
            clear = getattr(getattr(module, name, None), "cache_clear", None)
            if clear is not None and name != "_table":
                clear()
    head_scanner._table()  # once in a process: not in whichever test comes first


@pytest.mark.remembers
@pytest.mark.parametrize(
    ("owner", "name", "words"), inner_functions(), ids=[words for _, _, words in inner_functions()]
)
async def test_a_function_that_fails_changes_no_page(
    owner: Any, name: str, words: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls = 0
    kept = Kept()
    sites = [site(kept), site(kept, mode=Mode.OFF)]

    def fail(*_: Any, **__: Any) -> Any:
        nonlocal calls
        calls += 1
        raise ZeroDivisionError(words)

    monkeypatch.setattr(owner, name, fail)
    for module in MODULES:  # where it was imported by name
        if getattr(module, name, None) is not None and inspect.ismodule(owner):
            monkeypatch.setattr(module, name, fail)
    caplog.set_level(logging.ERROR)
    for injector in (*[sites[0]] * AGAIN, sites[1]):
        for number, exchange in enumerate(EXCHANGES):
            sent = await ask(injector, request(**{**exchange.asked, "number": number}))
            assert_as_the_app_made_it(exchange, sent, way_back=words not in NO_WAY_BACK)
    if words in UNREACHED:
        assert not calls, f"{words} is reached: take it off the list"
        return
    if IS_COMPILED and not calls:
        return  # machine code calls what stands in its own module without looking it up: it can't be replaced there
    assert calls, f"{words} was never reached: add an exchange that does, or say why there is none"
    lines = [record for record in caplog.records if "adnotice failed" in record.getMessage()]
    assert len(lines) <= len(sites), "one line for each of these injectors at most"
    assert lines or words in SILENT


def test_nearly_all_of_the_room_is_made_to_fail() -> None:
    assert len(inner_functions()) > 60


async def test_five_hundred_failures_leave_five_hundred_pages_and_one_line(caplog: pytest.LogCaptureFixture) -> None:
    kept = Kept()

    def skip(scope: Scope) -> bool:
        raise ZeroDivisionError

    messages = [start(HTML, length_of(PAGE)), part(PAGE)]
    app = wrap(sending(*messages), kept, skip=skip)
    for _ in range(500):
        assert await ask(app, request("/a\r\nb")) == messages
    assert [record.getMessage() for record in caplog.records] == [
        "adnotice failed, the page went out as the app made it. Please report this: '(other)'"
        " (0 more since the last line like this)"
    ]
    assert caplog.records[0].exc_info is not None
    assert kept == [PageRefused("news", Refusal.FAILED)] * 500


def test_the_next_line_says_how_many_were_not_said(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    log = LogThrottle(lambda: now)
    for seconds in (0.0, 1.0, 59.0, 60.0):
        now = seconds
        log.complain("something", "/a")
    log.complain("something else", "/b")
    assert [record.getMessage() for record in caplog.records] == [
        "something: '/a' (0 more since the last line like this)",
        "something: '/a' (2 more since the last line like this)",
        "something else: '/b' (0 more since the last line like this)",
    ]
    assert log_throttle.SECONDS_BETWEEN_LINES == 60


async def test_a_count_that_fails_changes_no_page() -> None:
    class Full(Kept):
        def append(self, _: Any) -> None:
            raise ZeroDivisionError

    injector = site(Full())
    for number, exchange in enumerate(EXCHANGES):
        sent = await ask(injector, request(**{**exchange.asked, "number": number}))
        assert_as_the_app_made_it(exchange, sent, way_back=True)
