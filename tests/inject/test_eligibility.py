"""Which responses carry the tag: one test for each no, with the exact bytes, and who is counted."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from starlette.types import Message, Scope

from adnotice.http.sites import Sites
from adnotice.inject.outcomes import Outcomes
from adnotice.inject.settings import InjectSettings
from adnotice.inject.tag import make_tag
from adnotice.vocabulary import Mode, PageInjected, PageRefused, Refusal
from tests.inject.site import (
    HTML,
    PAGE,
    PAGE_WITH_TAG,
    SRC,
    TAG,
    Headers,
    Kept,
    ask,
    body_of,
    length_of,
    page_of,
    part,
    request,
    sending,
    start,
    wrap,
)

pytestmark = pytest.mark.anyio

AMP = b"<!doctype html><html amp><head></head>"
PARTIAL = b"<tr><td>1</td></tr>"
LENGTH = length_of(PAGE)
BY_THE_BODY = {
    Refusal.CHARSET,
    Refusal.FILE,
    Refusal.MESSAGE,
    Refusal.LARGE,
    Refusal.AMP,
    Refusal.FRAGMENT,
    Refusal.REPEATED,
}
"""What the start may leave open."""


async def test_a_page_carries_the_tag_and_is_counted() -> None:
    kept = Kept()
    sent = await ask(wrap(page_of(PAGE), kept), request("/news/budget"))
    assert sent == [start(HTML, length_of(PAGE_WITH_TAG)), part(PAGE_WITH_TAG)]
    assert kept == [PageInjected("news", "/news/budget")]


@pytest.mark.parametrize(
    ("refusal", "messages", "scope"),
    [
        (Refusal.METHOD, [start(HTML, LENGTH), part(PAGE)], request(method="POST")),
        (Refusal.EXCLUDED, [start(HTML, LENGTH), part(PAGE)], request("/account/me")),
        (Refusal.SKIPPED, [start(HTML, LENGTH), part(PAGE)], request("/skipped")),
        (Refusal.HEADER, [start(HTML, LENGTH, (b"X-AdNotice", b"Off")), part(PAGE)], request()),
        (Refusal.STATUS, [start(HTML, LENGTH, status=404), part(PAGE)], request()),
        (Refusal.STATUS, [start(HTML, LENGTH, status=500), part(PAGE)], request()),
        (Refusal.STATUS, [start(HTML, LENGTH, status=201), part(PAGE)], request()),
        (Refusal.TYPE, [start((b"content-type", b"application/xhtml+xml"), LENGTH), part(PAGE)], request()),
        (Refusal.CHARSET, [start((b"content-type", b"text/html; charset=UTF-16"), LENGTH), part(PAGE)], request()),
        (
            Refusal.CHARSET,
            [start((b"content-type", b'text/html;charset="iso-2022-jp"'), LENGTH), part(PAGE)],
            request(),
        ),
        (Refusal.CHARSET, [start(HTML), part(PAGE.decode().encode("utf-16"))], request()),
        (Refusal.RANGE, [start(HTML, LENGTH, (b"content-range", b"bytes 0-9/99"), status=206), part(PAGE)], request()),
        (Refusal.RANGE, [start(HTML, LENGTH, (b"Content-Range", b"bytes 0-9/99")), part(PAGE)], request()),
        (Refusal.ATTACHMENT, [start(HTML, LENGTH, (b"content-disposition", b"Attachment")), part(PAGE)], request()),
        (
            Refusal.NO_TRANSFORM,
            [start(HTML, LENGTH, (b"cache-control", b"public, No-Transform")), part(PAGE)],
            request(),
        ),
        (Refusal.DIGEST, [start(HTML, LENGTH, (b"repr-digest", b"sha-256=:x:")), part(PAGE)], request()),
        (Refusal.DIGEST, [start(HTML, LENGTH, (b"Content-MD5", b"x")), part(PAGE)], request()),
        (Refusal.DIGEST, [start(HTML, LENGTH, (b"signature", b"x")), part(PAGE)], request()),
        (Refusal.TRAILERS, [start(HTML, LENGTH, trailers=True), part(PAGE)], request()),
        (Refusal.LENGTH, [start(HTML, LENGTH, LENGTH), part(PAGE)], request()),
        (Refusal.LENGTH, [start(HTML, (b"content-length", b"-1")), part(PAGE)], request()),
        (Refusal.CODING, [start(HTML, LENGTH, (b"content-encoding", b"compress")), part(PAGE)], request()),
        (Refusal.CODING, [start(HTML, LENGTH, (b"content-encoding", b"gzip, gzip")), part(PAGE)], request()),
        (Refusal.FILE, [start(HTML, LENGTH), {"type": "http.response.pathsend", "path": "/a"}], request()),
        (Refusal.MESSAGE, [start(HTML, LENGTH), {"type": "http.response.zerocopysend", "file": 3}], request()),
        (
            Refusal.MESSAGE,
            [start(HTML, LENGTH, (b"content-encoding", b"gzip")), {"type": "http.response.zerocopysend", "file": 3}],
            request(),
        ),
        (
            Refusal.FILE,
            [start(HTML, LENGTH, (b"content-encoding", b"gzip")), {"type": "http.response.pathsend", "path": "/a"}],
            request(),
        ),
        (
            Refusal.LARGE,
            [start(HTML, (b"content-encoding", b"gzip")), part(gzip.compress(b"<html>" * 2_000_000))],
            request(),
        ),
        (
            Refusal.CSP,
            [start(HTML, LENGTH, (b"content-security-policy", b"default-src 'none'")), part(PAGE)],
            request(),
        ),
        (Refusal.AMP, [start(HTML, length_of(AMP)), part(AMP)], request()),
        (Refusal.FRAGMENT, [start(HTML, length_of(PARTIAL)), part(PARTIAL)], request()),
        (Refusal.FRAGMENT, [start(HTML), part(PARTIAL, more=True), part(b"")], request()),
        (Refusal.REPEATED, [start(HTML, length_of(PAGE_WITH_TAG)), part(PAGE_WITH_TAG)], request()),
    ],
)
async def test_a_page_that_must_not_carry_the_tag_goes_out_as_it_came_and_is_counted_by_its_reason(
    refusal: Refusal, messages: list[Message], scope: Scope
) -> None:
    kept = Kept()
    app = wrap(sending(*messages), kept, exclude=("/account/*",), skip=lambda scope: scope["path"] == "/skipped")
    sent = await ask(app, scope)
    assert sent == messages
    # What is decided by the start alone is never touched; else the start was held, and is a copy: the app may use its own again.
    assert refusal in BY_THE_BODY or all(one is other for one, other in zip(sent, messages, strict=True))
    assert kept == [PageRefused("news", refusal)]


def test_every_refusal_but_the_failure_is_tested_above() -> None:
    marks = test_a_page_that_must_not_carry_the_tag_goes_out_as_it_came_and_is_counted_by_its_reason.pytestmark
    tested = {case[0] for mark in marks if mark.name == "parametrize" for case in mark.args[1]}
    assert tested == set(Refusal) - {Refusal.FAILED}


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (200, [(b"content-type", b"application/json")]),
        (200, [(b"content-type", b"image/png")]),
        (200, [(b"content-type", b"text/event-stream")]),
        (200, [(b"content-type", b"text/htmlx")]),
        (200, []),
        (302, [HTML, (b"location", b"/")]),
        (304, [HTML]),
        (204, []),
    ],
)
async def test_what_no_reader_sees_as_a_page_passes_uncounted(status: int, headers: Headers) -> None:
    kept = Kept()
    messages = [start(*headers, status=status), part(PAGE)]
    sent = await ask(wrap(sending(*messages), kept))
    assert all(one is other for one, other in zip(sent, messages, strict=True))
    assert kept == []


@pytest.mark.parametrize(
    "content_type",
    [
        b"text/html",
        b"TEXT/HTML; charset=x",
        b" text/html ;charset=utf-8",
        b"text/html; charset=shift_jis",
        b"text/html; charset=windows-1252",
    ],
)
async def test_html_in_any_spelling_and_any_charset_that_begins_like_ascii_carries_the_tag(content_type: bytes) -> None:
    sent = await ask(wrap(sending(start((b"Content-Type", content_type)), part(PAGE))))
    assert body_of(sent) == PAGE_WITH_TAG


@pytest.mark.parametrize(
    "headers",
    [
        [(b"sec-fetch-dest", b"empty")],
        [(b"sec-fetch-dest", b"empty"), (b"sec-fetch-mode", b"cors")],
        [(b"sec-fetch-mode", b"navigate"), (b"sec-fetch-dest", b"iframe")],
        [(b"sec-fetch-dest", b"iframe")],
        [(b"sec-purpose", b"prefetch;prerender")],
        [(b"purpose", b"prefetch")],
        [(b"x-moz", b"Prefetch")],
        [(b"x-purpose", b"preview")],
        [(b"x-requested-with", b"XMLHttpRequest")],
        [(b"hx-request", b"true")],
        [(b"sec-fetch-dest", b"document"), (b"sec-purpose", b"prefetch")],
    ],
)
async def test_a_page_that_no_reader_sees_yet_carries_the_tag_uncounted(headers: Headers) -> None:
    kept = Kept()
    sent = await ask(wrap(page_of(PAGE), kept), request(headers=headers))
    assert body_of(sent) == PAGE_WITH_TAG
    assert kept == []
    await ask(wrap(page_of(PARTIAL), kept), request(headers=headers))
    assert kept == []


@pytest.mark.parametrize(
    ("headers", "declined"),
    [
        ([(b"sec-fetch-dest", b"document")], False),
        ([(b"sec-fetch-mode", b"navigate"), (b"sec-fetch-dest", b"document")], False),
        ([(b"sec-fetch-dest", b"empty"), (b"sec-fetch-mode", b"navigate")], False),  # through a service worker
        ([(b"sec-gpc", b"1")], True),
        ([(b"dnt", b"1"), (b"sec-fetch-dest", b"document")], True),
        ([(b"dnt", b"0")], False),
        ([(b"x-requested-with", b"org.example.reader")], False),
    ],
)
async def test_a_page_asked_for_with_gpc_or_dnt_is_counted_as_declined(headers: Headers, declined: bool) -> None:
    kept = Kept()
    await ask(wrap(page_of(PAGE), kept), request(headers=headers))
    assert kept == [PageInjected("news", "/", declined)]


@pytest.mark.parametrize("kind", [list, tuple])
async def test_request_headers_may_be_pairs_of_any_kind(kind: Any) -> None:
    kept = Kept()
    asked = request()
    asked["headers"] = kind([[b"sec-gpc", b"1"], (b"sec-fetch-dest", b"document")])
    await ask(wrap(page_of(PAGE), kept), asked)
    assert kept == [PageInjected("news", "/", True)]


async def test_a_refused_page_is_recorded_for_readers_and_uncounted_for_programs() -> None:
    for agent, expected in ((b"Mozilla/5.0 Firefox/150", (1, 0)), (b"curl/8.5.0", (0, 1))):
        recorded: list[Any] = []
        uncounted: list[bool] = []
        outcomes = Outcomes(recorded.append, Sites("news", {}), lambda begun=uncounted: begun.append(True))
        outcomes.refused(request(headers=[(b"user-agent", agent)]), Refusal.HEADER)
        assert (len(recorded), len(uncounted)) == expected


async def test_the_bytes_of_a_page_depend_on_no_request_header() -> None:
    bodies = set()
    app = wrap(page_of(PAGE))
    for number in range(200):
        headers = [(b"x-%d" % number, b"y"), (b"sec-gpc", b"1"), (b"range", b"bytes=3-"), (b"cookie", b"n=%d" % number)]
        sent = await ask(app, request(headers=headers[number % 4 :]))
        bodies.add((body_of(sent), tuple(sent[0]["headers"])))
    assert len(bodies) == 1


async def test_with_the_mode_off_pages_pass_untouched_and_uncounted() -> None:
    kept = Kept()
    messages = [start(HTML, LENGTH), part(PAGE)]
    scope = request(
        headers=[(b"if-none-match", b'W/"a%s"' % make_tag(SRC, "").marks[0])], extensions={"http.response.pathsend": {}}
    )
    app = wrap(sending(*messages), kept, mode=Mode.OFF)
    assert all(one is other for one, other in zip(await ask(app, scope), messages, strict=True))
    assert kept == []


@pytest.mark.parametrize(
    ("settings", "carrying", "others"),
    [
        ({}, ["/", "/a/b"], []),
        ({"exclude": ("/account/*", "*.php")}, ["/", "/account", "/a.phpx"], ["/account/", "/account/a/b", "/x/a.php"]),
        ({"include": ("/news/*",)}, ["/news/a/b"], ["/", "/newsletter"]),
        ({"include": ("/news/*",), "exclude": ("*/print",)}, ["/news/a"], ["/news/a/print", "/x"]),
        ({"include": ("/[ab]?",)}, ["/a1", "/b2"], ["/c1", "/a"]),
    ],
)
async def test_globs_say_which_paths_carry_the_tag(
    settings: dict[str, tuple[str, ...]], carrying: list[str], others: list[str]
) -> None:
    app = wrap(page_of(PAGE), **settings)
    assert [path for path in carrying + others if TAG in body_of(await ask(app, request(path)))] == carrying


async def test_the_operators_predicate_sees_the_scope_as_the_app_left_it() -> None:
    async def app(scope: Scope, receive: object, send: object) -> None:
        scope["endpoint"] = "article"
        await page_of(PAGE)(scope, receive, send)  # type: ignore[arg-type]

    sent = await ask(wrap(app, skip=lambda scope: scope["endpoint"] == "article"))
    assert body_of(sent) == PAGE


async def test_a_host_of_no_site_gets_no_tag() -> None:
    kept = Kept()
    app = wrap(page_of(PAGE), kept, site=None)
    assert body_of(await ask(app)) == PAGE
    assert kept == []


def test_a_glob_that_can_match_no_path_is_reported_with_its_remedy() -> None:
    assert list(InjectSettings(exclude=("account/*",)).problems()) == [
        "exclude takes globs of paths such as /account/*, got 'account/*'. Begin it with / or *"
    ]
    assert list(InjectSettings(include=("/a", "*.html")).problems()) == []
