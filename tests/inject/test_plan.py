"""A plan is worth remembering: what it says follows from the headers, and holds for every length."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adnotice.inject.plan import Plan, find_length, fit_plan, make_plan
from adnotice.inject.plans import Plans
from adnotice.inject.tag import make_tag
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
    request,
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


def fitted(headers: Pairs) -> Plan | None:
    """The plan by way of the pages that differ in their length alone."""
    at = find_length(headers)
    return None if at is None else fit_plan(plan_for(headers[:at] + headers[at + 1 :]), headers, at)


def told(plan: Plan) -> dict[str, object]:
    """All that a plan says."""
    names = ("refusal", "tag", "length", "coding", "policies", "has_validators", "revised")
    return {name: getattr(plan, name) for name in names}


def plan_for(headers: Pairs) -> Plan:
    return make_plan("GET", 200, False, headers, TAG_HERE)


@given(HEADERS)
@example([HTML, (b"content-length", b"5")])
@example([(b"content-length", b"5"), HTML, (b"Content-Length", b"6")])
def test_a_fitted_plan_is_the_plan_that_would_have_been_made(headers: Pairs) -> None:
    plan = fitted(headers)
    assert plan is None or told(plan) == told(plan_for(headers))


@given(st.lists(st.tuples(st.sampled_from(("GET", "HEAD")), HEADERS), max_size=8))
def test_plans_that_are_remembered_are_the_plans_that_would_have_been_made(pages: list[tuple[str, Pairs]]) -> None:
    plans = Plans(SRC)
    for method, headers in pages:
        for length in (b"5", b"6", b"5"):
            now = [(name, length if name == b"content-length" else value) for name, value in headers]
            found = plans.find(request(method=method), start(*now))
            assert told(found) == told(make_plan(method, 200, False, now, TAG_HERE))


def test_a_page_as_most_sites_send_it_is_fitted() -> None:
    plan = fitted([HTML, (b"content-length", b"5"), (b"set-cookie", b"a=1")])
    assert plan is not None
    assert plan.length == 5
    assert plan.revised[1] == (b"content-length", b"%d" % (5 + len(TAG)))


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
