"""A plan is worth remembering: what it says follows from the headers, and holds for every length."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adnotice.inject.decide.plan import Plan, find_length, make_plan
from adnotice.inject.memo.plans import Plans
from adnotice.inject.tag import make_tag
from adnotice.vocabulary import Refusal
from tests.inject.site import (
    HTML,
    PAGE,
    PAGE_WITH_TAG,
    SRC,
    TAG,
    ask,
    body_of,
    header_of,
    length_of,
    part,
    start,
    wrap,
)

Pairs = list[tuple[bytes, bytes]]

TAG_HERE = make_tag(SRC, "")
HEADERS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from((b"content-length", b"Content-Length")),
            st.sampled_from((b"5", b"20480", b"", b"-1", b"five", b"9" * 19)),
        ),
        st.sampled_from(
            (
                HTML,
                (b"content-type", b"text/html"),
                (b"etag", b'"v1"'),
                (b"ETag", b"none"),
                (b"last-modified", b"yesterday"),
                (b"accept-ranges", b"bytes"),
                (b"content-encoding", b"gzip"),
                (b"content-encoding", b"identity"),
                (b"content-security-policy", b"script-src 'self'"),
                (b"cache-control", b"no-transform"),
                (b"set-cookie", b"a=1"),
                (b"set-cookie", b"b=2"),
            )
        ),
    ),
    max_size=6,
)


def told(plan: Plan, headers: Pairs, tag: bytes = TAG_HERE.plain) -> list[object]:
    """All that a plan says about the page with these headers."""
    says = [
        plan.refusal,
        plan.tag,
        plan.coding,
        plan.has_length,
        plan.has_validators,
        plan.policies,
        plan.keeps_start(),
    ]
    return [*says, plan.revise(headers, tag)]


def plan_for(headers: Pairs, method: str = "GET", status: int = 200, trailers: bool = False) -> Plan:
    return make_plan(method, status, trailers, headers, TAG_HERE)


@given(
    st.lists(
        st.tuples(st.sampled_from(("GET", "HEAD", "POST")), st.sampled_from((200, 404)), st.booleans(), HEADERS),
        max_size=8,
    )
)
@example([("GET", 200, False, [(b"content-length", b"5"), HTML, (b"Content-Length", b"6")])])
def test_plans_that_are_remembered_are_the_plans_that_would_have_been_made(
    pages: list[tuple[str, int, bool, Pairs]],
) -> None:
    plans = Plans(SRC)
    for method, status, trailers, headers in pages:
        for length in (b"5", b"6", b"five", b"5"):
            now = [(name, length if name == b"content-length" else value) for name, value in headers]
            found = plans.find(method, "", status, trailers, now)
            assert told(found, now) == told(plan_for(now, method, status, trailers), now)


def test_pages_that_differ_in_their_length_alone_share_one_plan() -> None:
    plans = Plans(SRC)
    lengths = [[HTML, (b"Content-Length", b"%d" % n), (b"set-cookie", b"a=1")] for n in (5, 20_480, 5)]
    found = [plans.find("GET", "", 200, False, headers) for headers in lengths]
    assert found[0] is found[1] is found[2]
    revised = [plan.revise(headers, TAG_HERE.plain)[1] for plan, headers in zip(found, lengths, strict=True)]
    assert revised == [(b"Content-Length", b"%d" % (n + len(TAG))) for n in (5, 20_480, 5)]


def test_a_tag_with_a_nonce_counts_as_long_as_it_is() -> None:
    headers = [HTML, (b"content-length", b"5")]
    longer = TAG_HERE.with_nonce(b"abc")
    assert plan_for(headers).revise(headers, longer)[1] == (b"content-length", b"%d" % (5 + len(longer)))


LENGTH_HERE = (b"Content-Length", b"5")


@pytest.mark.parametrize("at", [0, 1, 2])
def test_the_length_is_revised_wherever_it_stands(at: int) -> None:
    headers = [HTML, (b"x-robots-tag", b"none")]
    headers.insert(at, LENGTH_HERE)
    plan = plan_for(headers)
    longer = TAG_HERE.with_nonce(b"abc")
    assert find_length(headers) == plan.length_at == at
    assert plan.has_length
    assert plan.revise(headers, longer)[at] == (b"Content-Length", b"%d" % (5 + len(longer)))


def test_a_page_without_a_length_has_none_to_revise() -> None:
    assert find_length([HTML]) == plan_for([HTML]).length_at == -1
    assert not plan_for([HTML]).has_length
    assert plan_for([HTML]).revise([HTML], TAG_HERE.with_nonce(b"abc")) == [HTML]


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [
        ([HTML, (b"content-encoding", b"br2"), (b"content-security-policy", b"script-src 'self'")], Refusal.CODING),
        ([HTML, (b"content-length", b"five")], Refusal.LENGTH),
        ([HTML, (b"integrity-policy", b"blocked-destinations=(script)")], Refusal.CSP),
    ],
)
def test_the_plan_of_a_page_without_the_tag_says_nothing_of_how_it_would_get_it(
    headers: Pairs, refusal: Refusal
) -> None:
    plan = plan_for(headers)
    assert told(plan, headers) == [refusal, TAG_HERE, b"", False, False, b"", True, []]
    assert plan.length_at == -1


@pytest.mark.parametrize("coding", [b"gzip", b" GZIP "])
def test_a_coding_is_known_however_it_is_written_and_identity_is_none(coding: bytes) -> None:
    assert plan_for([HTML, (b"Content-Encoding", coding)]).coding == b"gzip"
    assert plan_for([HTML, (b"Content-Encoding", b"Identity")]).coding == b""


@pytest.mark.parametrize(("method", "coding"), [("HEAD", b"identity"), ("GET", b"gzip"), ("HEAD", b"gzip")])
def test_a_length_that_will_not_be_that_of_the_body_is_not_announced(method: str, coding: bytes) -> None:
    headers = [HTML, LENGTH_HERE, (b"content-encoding", coding)]
    plan = plan_for(headers, method)
    assert find_length(plan.revise(headers, TAG_HERE.plain)) == -1
    assert plan.has_length


@pytest.mark.parametrize(
    ("headers", "keeps"),
    [
        ([HTML], True),
        ([HTML, LENGTH_HERE], False),
        ([HTML, (b"ETag", b'"v1"')], False),
        ([HTML, (b"content-encoding", b"gzip")], False),
    ],
)
def test_a_start_is_kept_where_nothing_in_it_changes(headers: Pairs, keeps: bool) -> None:
    assert plan_for(headers).keeps_start() is keeps


def test_what_an_app_changes_in_its_list_of_headers_afterwards_changes_no_plan() -> None:
    plans = Plans(SRC)
    headers = [HTML, (b"x-robots-tag", b"none")]
    plans.find("GET", "", 200, False, headers)
    headers[1] = (b"etag", b'"v1"')
    assert plans.find("GET", "", 200, False, headers).has_validators


def test_nor_what_it_changes_in_pairs_that_are_lists() -> None:
    plans = Plans(SRC)
    pair = [b"x-robots-tag", b"none"]
    headers = [HTML, pair]
    plans.find("GET", "", 200, False, headers)
    pair[:] = [b"etag", b'"v1"']
    assert plans.find("GET", "", 200, False, headers).has_validators


@pytest.mark.anyio
async def test_pages_of_every_length_go_out_whole() -> None:
    bodies = [PAGE + b"." * n for n in (0, 1, 1, 2, 700, 0)]

    async def app(scope: object, receive: object, send: object) -> None:
        body = bodies[0]
        for message in (start(HTML, length_of(body)), part(body)):
            await send(message)  # type: ignore[operator]

    wrapped = wrap(app)
    while bodies:
        sent = await ask(wrapped)
        assert body_of(sent) == PAGE_WITH_TAG + bodies[0][len(PAGE) :]
        assert header_of(sent, b"content-length") == b"%d" % len(body_of(sent))
        bodies.pop(0)
