"""Whatever fails in here, the app's response goes out as the app made it; one line in the log, one page counted."""

from __future__ import annotations

import gzip
import inspect
import logging
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from starlette.types import Message, Scope

from adnotice.inject import log_throttle, middleware, outcomes, page_audience, response, rules, tag
from adnotice.inject.decide import csp, eligibility, plan, validators
from adnotice.inject.log_throttle import LogThrottle
from adnotice.inject.memo import copies, plans
from adnotice.inject.rewrite import codecs, compressed, head_scanner, plain
from adnotice.inject.tag import make_tag
from adnotice.vocabulary import PageRefused, Refusal
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
    *(page_audience, codecs, copies, csp, eligibility, middleware, outcomes, head_scanner),
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
    "adnotice.inject.rules.Rules.__init__",
    "adnotice.inject.rules.make_rules",
    "adnotice.inject.response.PageResponse.__init__",  # these put down what they are given
    "adnotice.inject.rules.Page.__init__",
    "adnotice.inject.rewrite.plain.PlainRewriter.__init__",
    "adnotice.inject.response.PageResponse.take",
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

# When the beginning of a compressed page is out, only our own encoder can go on with it.
NO_WAY_BACK = {
    "adnotice.inject.rewrite.compressed.CompressedRewriter._go_on",
    "adnotice.inject.rewrite.compressed.CompressedRewriter._mark_all",
    "adnotice.inject.rewrite.compressed.CompressedRewriter._mark",
    "adnotice.inject.rewrite.codecs.ZlibEncoder.finish",
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
                    if inspect.isfunction(method) or isinstance(method, staticmethod):
                        found.append((member, inner, f"{module.__name__}.{name}.{inner}"))
            elif callable(member):
                found.append((module, name, f"{module.__name__}.{name}"))
    return [each for each in found if each[2] not in FENCE and not getattr(each[0], "_is_protocol", False)]


POLICY = (
    b"content-security-policy",
    b"script-src 'nonce-abc' http://news.example.test:*/x, sandbox allow-scripts allow-same-origin",
)
PACKED = gzip.compress(PAGE)
EXCHANGES: list[tuple[list[Message], Scope]] = [
    ([start(HTML, length_of(PAGE), (b"etag", b'"v1"'), POLICY), part(PAGE)], request(headers=[(b"sec-gpc", b"1")])),
    ([start(HTML), part(PAGE[:4], more=True), part(PAGE[4:])], request()),
    ([start(HTML), part(b"<html><", more=True), part(b"body>")], request()),
    ([start(HTML, length_of(PAGE)), part(PAGE[:4], more=True), part(PAGE[4:])], request()),
    ([start(HTML, (b"content-encoding", b"gzip")), part(PACKED)], request()),
    ([start(HTML, (b"content-encoding", b"gzip")), part(PACKED[:30], more=True), part(PACKED[30:])], request()),
    (
        [start(HTML, (b"content-encoding", b"gzip")), {"type": "http.response.debug", "info": {}}, part(PACKED)],
        request(),
    ),
    ([start(HTML), part(PAGE[:HEAD_END], more=True), part(PAGE[HEAD_END:])], request()),
    ([start(HTML, length_of(PAGE)), part(PAGE[:HEAD_END], more=True), part(PAGE[HEAD_END:])], request()),
    ([start(HTML, length_of(b"<p>")), part(b"<p>")], request()),
    ([start(HTML, status=404), part(b"<p>")], request()),
    (
        [start((b"etag", b'"v1"'), status=304), part(b"")],
        request(headers=[(b"if-none-match", b'W/"v1%s"' % make_tag(SRC, "").marks[0])]),
    ),
    ([start(HTML, length_of(PAGE)), part(b"")], request(method="HEAD", extensions={"http.response.pathsend": {}})),
]


async def answers(app_of: Callable[[Any], Any]) -> list[list[Message]]:
    return [await ask(app_of(sending(*messages)), scope) for messages, scope in EXCHANGES]


@pytest.fixture(autouse=True)
def forgetful() -> None:
    """What is remembered from other tests is never asked again: forget it."""
    for _, name, _ in inner_functions():
        for module in MODULES:
            clear = getattr(getattr(module, name, None), "cache_clear", None)
            if clear is not None and name != "_table":
                clear()


@pytest.mark.parametrize(
    ("owner", "name", "words"), inner_functions(), ids=[words for _, _, words in inner_functions()]
)
async def test_a_function_that_fails_changes_no_page(
    owner: Any, name: str, words: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls = 0

    def fail(*_: Any, **__: Any) -> Any:
        nonlocal calls
        calls += 1
        raise ZeroDivisionError(words)

    monkeypatch.setattr(owner, name, fail)
    for module in MODULES:  # where it was imported by name
        if getattr(module, name, None) is not None and inspect.ismodule(owner):
            monkeypatch.setattr(module, name, fail)
    caplog.set_level(logging.ERROR)
    kept = Kept()

    def wrapped(app: Any) -> Any:
        marking = wrap(app, kept)
        marking._rules.marks_out = True
        return marking

    for (messages, _), sent in zip(EXCHANGES, await answers(wrapped), strict=True):
        if words in NO_WAY_BACK and messages[1].get("more_body") and messages[0]["headers"][-1][1] == b"gzip":
            assert PAGE.startswith(zlib.decompressobj(31).decompress(sent[1]["body"]))
            continue
        bare = body_of(messages)
        plain = bare if not body_of(sent).startswith(b"\x1f\x8b") else PAGE
        got = body_of(sent) if plain is bare else gzip.decompress(body_of(sent))
        assert (
            sent == messages or got.replace(TAG, b"", 1).replace(TAG[:-10] + b' nonce="abc"></script>', b"", 1) == plain
        )
    if calls:
        lines = [record for record in caplog.records if "adnotice failed" in record.getMessage()]
        assert 1 <= len(lines) <= len(EXCHANGES), "one line for each of these injectors at most"


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

    for messages, scope in EXCHANGES:
        app = wrap(sending(*messages), Full())
        sent = await ask(app, scope)
        if body_of(sent)[:1] == b"\x1f" and sent != messages:
            assert gzip.decompress(body_of(sent)) == PAGE
        else:
            assert sent == messages or scope["method"] == "HEAD"
