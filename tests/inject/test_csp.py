"""The page's own policy: the tag runs under it, with its nonce where it asks for one, or isn't there."""

from __future__ import annotations

import pytest

from adnotice.vocabulary import PageInjected, PageRefused, Refusal
from tests.inject.policies import CASES, NONCE, Outcome, PolicyCase
from tests.inject.site import PAGE, TAG, Kept, ask, body_of, header_of, page_of, request, wrap

pytestmark = pytest.mark.anyio

HOST = b"news.example.test:8080"


async def answer(*headers: tuple[bytes, bytes], scheme: str = "http") -> tuple[bytes, Kept, list[tuple[bytes, bytes]]]:
    kept = Kept()
    scope = request(scheme=scheme)
    scope["headers"] = [(b"host", HOST)]
    sent = await ask(wrap(page_of(PAGE, *headers), kept), scope)
    return body_of(sent), kept, sent[0]["headers"]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
async def test_a_policy_decides_about_the_tag_and_stays_as_it_is(case: PolicyCase) -> None:
    policies = [
        *((b"content-security-policy", line.replace("{host}", HOST.decode()).encode()) for line in case.enforced),
        *((b"Content-Security-Policy-Report-Only", line.encode()) for line in case.reported),
    ]
    body, kept, headers = await answer(*policies)
    tag = TAG.replace(b"></script>", f' nonce="{NONCE}"></script>'.encode())
    expected = {Outcome.PLAIN: TAG, Outcome.NONCED: tag, Outcome.REFUSED: b""}[case.outcome]
    at = PAGE.index(b"<title>")
    assert body == PAGE[:at] + expected + PAGE[at:]
    assert (b"content-length", b"%d" % len(body)) in headers
    assert [pair for pair in headers if b"policy" in pair[0].lower()] == policies
    assert len(kept) == 1
    assert kept[0] == (
        PageRefused("news", Refusal.CSP) if case.outcome is Outcome.REFUSED else PageInjected("news", "/")
    )


def test_the_table_holds_more_than_thirty_cases_each_once() -> None:
    assert len({case.name for case in CASES}) == len(CASES) > 30


@pytest.mark.parametrize(
    "source", [b"https:", b"https://news.example.test:8080", b"http://news.example.test:8080", b"'self'"]
)
async def test_over_https_a_source_may_say_http_or_https(source: bytes) -> None:
    body, _, _ = await answer((b"content-security-policy", b"script-src " + source), scheme="https")
    assert TAG in body


async def test_a_default_port_needs_no_mention() -> None:
    for scheme, host, source in [
        ("https", b"a.test", b"a.test:443"),
        ("http", b"a.test:80", b"a.test"),
        ("https", b"a.test", b"http://a.test:80"),
    ]:
        scope = request(scheme=scheme)
        scope["headers"] = [(b"host", host)]
        sent = await ask(wrap(page_of(PAGE, (b"content-security-policy", b"script-src " + source))), scope)
        assert TAG in body_of(sent), (scheme, host, source)


async def test_an_ipv6_host_is_known_with_and_without_its_port() -> None:
    for host, source in [(b"[::1]:8080", b"http://[::1]:8080"), (b"[::1]", b"[::1]")]:
        scope = request()
        scope["headers"] = [(b"host", host)]
        sent = await ask(wrap(page_of(PAGE, (b"content-security-policy", b"script-src " + source))), scope)
        assert TAG in body_of(sent), source


@pytest.mark.parametrize("name", [b"integrity-policy", b"Integrity-Policy-Report-Only"])
async def test_an_integrity_policy_for_scripts_keeps_the_tag_out(name: bytes) -> None:
    body, kept, _ = await answer((name, b"blocked-destinations=(script)"))
    assert body == PAGE
    assert kept == [PageRefused("news", Refusal.CSP)]


async def test_an_integrity_policy_for_something_else_does_not_matter() -> None:
    body, _, _ = await answer((b"integrity-policy", b"blocked-destinations=(style)"))
    assert TAG in body


async def test_a_nonce_changes_the_length_but_not_the_mark_on_the_etag() -> None:
    first = await ask(wrap(page_of(PAGE, (b"etag", b'"a"'), (b"content-security-policy", b"script-src 'nonce-abc'"))))
    second = await ask(
        wrap(page_of(PAGE, (b"etag", b'"a"'), (b"content-security-policy", b"script-src 'nonce-abcdef'")))
    )
    assert header_of(first, b"content-length") == b"%d" % len(body_of(first))
    assert header_of(second, b"content-length") == b"%d" % len(body_of(second))
    assert header_of(first, b"etag") == header_of(second, b"etag")
