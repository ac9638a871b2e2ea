"""A page without a working tag: the reason is named, with its remedy."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from adnotice.doctor.observations import PageSeen, Seen, SiteSeen
from adnotice.doctor.pages import carries_tag, judge_page
from adnotice.finding import Finding, Weight
from adnotice.inject.tag import ASKING
from adnotice.texts import REFUSALS
from adnotice.vocabulary import Refusal

TAG = b'<script async="" src="/_adnotice/client.js" data-cfasync="false"></script>'
NONCED = b'<script async="" src="/_adnotice/client.js" data-cfasync="false" nonce="abc"></script>'
WORDPRESS = (Path(__file__).parents[2] / "docs" / "start" / "wordpress.md").read_text(encoding="utf-8")
PAGE = b"<!doctype html><html><head><title>News</title></head><body></body></html>"
HTML = (b"content-type", b"text/html; charset=utf-8")


def tagged(tag: bytes = TAG) -> bytes:
    return PAGE.replace(b"<head>", b"<head>" + tag)


def judge(
    body: bytes, *headers: tuple[bytes, bytes], status: int = 200, plain: bytes | None = None, **more: str
) -> list[Finding]:
    given = headers if any(name == b"content-type" for name, _ in headers) else (HTML, *headers)
    url = "https://news.example/story"
    packed = Seen(url=url, status=status, headers=given, body=body, problem=more.get("problem", ""))
    page = PageSeen(path="/story", packed=packed, plain=Seen(url=url, status=status, headers=given, body=plain or body))
    site = SiteSeen(
        public=True,
        scheme="https",
        host="news.example",
        src="/_adnotice/client.js",
        pages=(page,),
        client=Seen(url=url),
        probes=(),
        reports=(),
    )
    return list(judge_page(page, site, "/_adnotice"))


def test_a_page_with_the_tag_needs_nothing() -> None:
    assert judge(tagged()) == []


def test_a_page_without_tag_and_without_reason_points_at_the_settings() -> None:
    (finding,) = judge(PAGE)
    assert finding.weight is Weight.WRONG
    assert "nothing in it says why" in finding.found
    assert "wrapped in AdNoticeMiddleware" in finding.do


@pytest.mark.parametrize(
    ("refusal", "headers", "body"),
    [
        (Refusal.HEADER, [(b"x-adnotice", b"off")], PAGE),
        (Refusal.TYPE, [(b"content-type", b"application/json")], b"{}"),
        (Refusal.CHARSET, [(b"content-type", b"text/html; charset=utf-16")], PAGE),
        (Refusal.ATTACHMENT, [(b"content-disposition", b"attachment; filename=page.html")], PAGE),
        (Refusal.NO_TRANSFORM, [(b"cache-control", b"public, no-transform")], PAGE),
        (Refusal.DIGEST, [(b"repr-digest", b"sha-256=:x:")], PAGE),
        (Refusal.CSP, [(b"content-security-policy", b"script-src 'none'")], PAGE),
        (Refusal.CSP, [(b"integrity-policy", b"blocked-destinations=(script)")], PAGE),
        (Refusal.AMP, [], b"<!doctype html><html amp><head></head></html>"),
        (Refusal.FRAGMENT, [], b"<p>one more comment</p>"),
    ],
)
def test_what_speaks_against_the_tag_is_named(
    refusal: Refusal, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    (finding,) = judge(body, *headers)
    assert f"without the tag ({refusal})" in finding.found
    assert finding.do == REFUSALS[refusal].do


def test_a_page_that_is_no_200_is_something_to_know() -> None:
    (finding,) = judge(PAGE, status=404)
    assert finding.weight is Weight.KNOW
    assert "(status)" in finding.found


def test_a_page_that_loses_its_tag_when_compressed_names_the_order_of_middleware() -> None:
    (finding,) = judge(PAGE, (b"content-encoding", b"br"), plain=tagged())
    assert "(coding)" in finding.found
    assert "outside of adnotice" in finding.do
    assert "adnotice[brotli]" in finding.do


def test_a_tag_that_stands_twice_is_told() -> None:
    (finding,) = judge(tagged(TAG + TAG))
    assert "carries the tag 2 times" in finding.found


def test_a_pasted_tag_may_ask_optimisers_to_let_it_be() -> None:
    written = WORDPRESS.partition("echo '")[2].partition("';")[0]
    plugin = written.replace("',\n        '", "").encode()
    asking = b" ".join([TAG.removesuffix(b"></script>"), *ASKING])
    assert plugin == asking + b"></script>"
    assert judge(tagged(plugin)) == []
    (finding,) = judge(tagged(asking + b" defer></script>"))
    assert "rewrites the tag" in finding.found


@pytest.mark.parametrize(
    "altered",
    [
        TAG.replace(b"async", b'type="text/rocketscript" async', 1),
        TAG.replace(b'src="/', b'src="https://cdn.example/'),
        TAG.replace(b'src="/', b'src="//cdn.example/'),
        TAG.replace(b"client.js", b"client.js?ver=5"),
        TAG.replace(b'async=""', b"async"),
    ],
)
def test_a_rewritten_tag_is_shown_as_it_came(altered: bytes) -> None:
    (finding,) = judge(tagged(altered))
    assert "rewrites the tag" in finding.found
    assert finding.came == altered.removesuffix(b"</script>").decode()


@pytest.mark.parametrize(
    ("policy", "tag"),
    [
        (b"default-src 'self'", TAG),
        (b"script-src 'nonce-abc' 'strict-dynamic'", NONCED),
        (b"script-src 'self' 'nonce-xyz'", TAG),
        (b"script-src https://news.example", TAG),
        (b"default-src 'none'; script-src 'self'; img-src *; connect-src 'self'", TAG),
    ],
)
def test_a_policy_that_lets_everything_run_is_fine(policy: bytes, tag: bytes) -> None:
    assert judge(tagged(tag), (b"content-security-policy", policy)) == []


@pytest.mark.parametrize(
    ("policy", "tag"),
    [
        (b"script-src 'none'", TAG),
        (b"script-src 'nonce-xyz' 'strict-dynamic'", TAG),
        (b"script-src 'nonce-xyz'", NONCED),
        (b"script-src 'self', script-src https://cdn.example", TAG),
        (b"script-src 'self' 'strict-dynamic'", TAG),
    ],
)
def test_a_policy_that_stops_the_script_is_told(policy: bytes, tag: bytes) -> None:
    findings = judge(tagged(tag), (b"content-security-policy", policy))
    assert "as delivered stops the script" in findings[0].found
    assert policy.decode() in findings[0].came


@pytest.mark.parametrize(
    ("policy", "directive"),
    [
        ("connect-src https://api.example", "connect-src"),
        ("img-src data:", "img-src"),
        ("connect-src 'none'", "connect-src"),
        ("script-src 'self'; img-src 'self'; default-src 'none'", "connect-src"),
    ],
)
def test_requests_that_a_policy_stops_are_told_wherever_it_stands(policy: str, directive: str) -> None:
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'.encode()
    for findings in (judge(tagged(), (b"content-security-policy", policy.encode())), judge(tagged(TAG + meta))):
        assert [finding.do for finding in findings] == [f"Add 'self' to {directive}"]


def test_a_referrer_policy_in_the_page_counts_before_the_header() -> None:
    body = tagged(TAG + b'<meta name="referrer" content="no-referrer">')
    (finding,) = judge(body, (b"referrer-policy", b"same-origin"))
    assert "looks like the first of a visit" in finding.found
    same = tagged(TAG + b'<meta name="referrer" content="same-origin">')
    assert judge(same, (b"referrer-policy", b"no-referrer")) == []


def test_of_several_referrer_policies_the_last_counts() -> None:
    assert judge(tagged(), (b"referrer-policy", b"no-referrer, strict-origin-when-cross-origin")) == []


@pytest.mark.parametrize(
    "header",
    [(b"age", b"17"), (b"cf-cache-status", b"HIT"), (b"x-cache", b"Hit from cloudfront"), (b"x-cache", b"HIT, MISS")],
)
def test_a_page_from_a_cache_is_something_to_know(header: tuple[bytes, bytes]) -> None:
    (finding,) = judge(tagged(), header)
    assert finding.weight is Weight.KNOW
    assert "pages_cached=True" in finding.do


def test_a_challenge_is_not_taken_for_the_page() -> None:
    (finding,) = judge(b"<title>Just a moment...</title>", (b"cf-mitigated", b"challenge"), status=403)
    assert "challenge" in finding.found


def test_no_answer_says_what_went_wrong() -> None:
    (finding,) = judge(b"", problem="no answer: ConnectError")
    assert finding.came == "no answer: ConnectError"


def test_only_pages_with_our_own_tag_carry_it() -> None:
    seen = Seen(url="https://news.example/", status=200, headers=(HTML,), body=gzip.compress(tagged()))
    assert not carries_tag(PageSeen(path="/", plain=seen, packed=seen))
