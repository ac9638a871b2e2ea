"""What a report must not do: trust.md's table, through the whole middleware on a real store."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import anyio
import httpx
import msgspec
import pytest
from starlette.types import Message

from adnotice import AdNoticeMiddleware
from adnotice.count.model.tally import Dimension, Period
from adnotice.count.stores.open import open_store
from adnotice.detect.report import MAX_REPORT_BYTES
from adnotice.http.admission import MAX_DISCARDED_BYTES
from adnotice.keys import CLOCK_TOLERANCE_SECONDS, Keys
from adnotice.notice.ticket import Tickets
from tests.conftest import SECRET
from tests.honest import BASE, HonestBrowser, read_found
from tests.support.asgi_site import OTHER_SECRET, counts, newspaper, server, shut_down
from tests.support.reports import OUTCOME, report

pytestmark = pytest.mark.anyio

JSON = {"content-type": "application/json"}


@pytest.fixture
async def client(store_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with server(store_url) as browser:
        yield browser


async def views(store_url: str) -> int:
    got = await counts(store_url)
    return sum(got.get(name, 0) for name in ("clear", "unknown", "blocked_content", "blocked-content"))


async def test_a_valid_report_counts_once_and_sets_nothing(client: httpx.AsyncClient, store_url: str) -> None:
    answer = await client.post(OUTCOME, json=report())
    assert answer.status_code == 204
    assert read_found(answer)["counted"] is True
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert await views(store_url) == 1


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_other_methods_are_told_which_one_is_taken(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, OUTCOME, headers={"origin": "https://evil.example.test"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert not [name for name in answer.headers if name.startswith("access-control")]


async def post_raw(
    store_url: str, chunks: list[bytes], headers: dict[str, str], *, pause: float = 0, end: bool = True, **options: Any
) -> tuple[int, dict[bytes, bytes], int]:
    """Posts a body in pieces; returns status, headers, and how many pieces were read."""
    app = AdNoticeMiddleware(newspaper, store_url=store_url, secret_key=SECRET, **options)
    sent: list[Message] = []
    read = 0

    async def receive() -> Message:
        nonlocal read
        if read == len(chunks):
            await anyio.sleep(60)
        if pause:
            await anyio.sleep(pause)
        read += 1
        return {"type": "http.request", "body": chunks[read - 1], "more_body": not end or read < len(chunks)}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": OUTCOME,
        "raw_path": OUTCOME.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in {"host": "n", **headers}.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    with anyio.fail_after(20):
        await app(scope, receive, send)
    await shut_down(app)
    return sent[0]["status"], dict(sent[0]["headers"]), read


@pytest.mark.parametrize(("length", "pieces"), [(MAX_REPORT_BYTES + 1, 1), (MAX_DISCARDED_BYTES + 1, 0)])
async def test_a_body_that_says_it_is_too_long_is_rejected_and_read_only_as_far_as_a_proxy_would_send_it(
    length: int, pieces: int, store_url: str
) -> None:
    status, _, read = await post_raw(store_url, [b"{}"], {**JSON, "content-length": str(length)})
    assert (status, read) == (413, pieces)


async def test_a_body_that_does_not_say_is_rejected_at_the_first_byte_too_many(store_url: str) -> None:
    status, headers, read = await post_raw(store_url, [b"x" * 1000] * 15, JSON)
    assert (status, read) == (413, MAX_REPORT_BYTES // 1000 + 1)
    assert headers[b"connection"] == b"close"


async def test_a_body_that_takes_too_long_is_rejected_by_our_own_deadline(store_url: str) -> None:
    began = time.monotonic()
    status, headers, _ = await post_raw(store_url, [b"{", b'"'], JSON, end=False, body_deadline_seconds=0.3)
    assert status == 408
    assert headers[b"connection"] == b"close"
    assert time.monotonic() - began < 3


async def test_a_body_that_trickles_is_rejected_by_the_same_deadline(store_url: str) -> None:
    status, _, read = await post_raw(store_url, [b"{"] * 100, JSON, pause=0.05, body_deadline_seconds=0.3)
    assert status == 408
    assert read < 10


@pytest.mark.parametrize("given", ["", "text/html", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_other_types_are_rejected(client: httpx.AsyncClient, given: str) -> None:
    answer = await client.post(OUTCOME, content=b"{}", headers={"content-type": given})
    assert answer.status_code == 415


async def test_plain_text_as_beacons_send_it_is_taken(client: httpx.AsyncClient) -> None:
    body = msgspec.json.encode(report())
    answer = await client.post(OUTCOME, content=body, headers={"content-type": "text/plain;charset=UTF-8"})
    assert answer.status_code == 204


VIEW = "0" * 32


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"report"',
        b"{}",
        b"\xff\xfe{}",
        b'{"id":"' + VIEW.encode() + b'","page":"\xff"}',
        b'{"id":"' + VIEW.encode() + b'","page":"\\ud800"}',
        b'{"id":"' + VIEW.encode() + b'","page":"/","csp":1}',
        b'{"id":"' + VIEW.encode() + b'","page":"/","csp":"true"}',
        b'{"id":"' + VIEW.encode() + b'","page":"/","probe_answers":true}',
        b'{"id":"' + VIEW.encode() + b'","page":"/","probe_answers":[1.5]}',
        b'{"id":"' + VIEW.encode() + b'","page":"/","filled":NaN}',
        b'{"id":"' + VIEW.encode() + b'","page":"/","filled":Infinity}',
        b'{"id":"' + VIEW.encode() + b'","page":"/","probe_answers":[' + b"9" * 1500 + b"]}",
        b'{"id":"' + VIEW.encode() + b'","page":"/","probe_answers":["seen"]}',
        b'{"id":"' + VIEW.encode() + b'","page":"/","probe":"maybe"}',
        b'{"id":"' + VIEW.encode() + b'","page":"/","unknown":1}',
        b'{"id":"' + VIEW.encode() + b'","id":"' + VIEW.encode() + b'","page":"/"}',
        b'{"id":"' + VIEW.encode() + b'","page":"/","page" : "/"}',
        b'{"id":"' + VIEW.upper().replace("0", "A").encode() + b'","page":"/"}',
        b'{"id":"' + b"0" * 31 + b'","page":"/"}',
        b'{"id":"' + b"0" * 32 + b'\\n","page":"/"}',
        b'{"id":"' + VIEW.encode() + b'","page":5}',
        b'{"id":"' + VIEW.encode() + b'","page":"/","script":[1]}',
        b'{"id":"' + VIEW.encode() + b'","page":"/","script":["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]}',
        b'{"id":"' + VIEW.encode() + b'","page":"/","script":' + b'["",' * 17 + b'""' + b"]" * 17 + b"}",
        b'{"id":"' + VIEW.encode() + b'","page":"/","image":["-1x1"]}',
        b'{"id":"' + VIEW.encode() + b'","page":"/"} {}',
        b"[" * 2000,
        b'{"id":' * 300,
    ],
)
async def test_what_is_no_report_is_rejected_with_its_reason(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post(OUTCOME, content=body, headers=JSON)
    assert answer.status_code == 400
    assert answer.headers["x-adnotice"].startswith("no report: ")


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (lambda: report(secret=OTHER_SECRET), "witness forged"),
        (lambda: {**report(), "id": VIEW}, "witness forged"),
        (lambda: report(age=721), "witness expired"),
        (lambda: report(age=-125), "witness from the future"),
        (lambda: {**report(), "script": [""]}, "no witness"),
        (lambda: {**report(), "script": []}, "no witness"),
        (lambda: {**report(), "script": ["late"] * 5, "image": ["1x1"] * 4}, "no witness"),
        (lambda: {**report(), "script_control": report()["script"]}, "witness forged"),
    ],
)
async def test_a_report_without_a_good_witness_counts_nothing(
    client: httpx.AsyncClient, store_url: str, made: Callable[[], dict[str, Any]], reason: str
) -> None:
    answer = await client.post(OUTCOME, json=made())
    assert answer.status_code == 403
    assert answer.headers["x-adnotice"].startswith(reason)
    assert await views(store_url) == 0


@pytest.mark.parametrize("age", [-119, -2, 0, 719])
async def test_two_minutes_of_clock_skew_are_tolerated(client: httpx.AsyncClient, age: float) -> None:
    answer = await client.post(OUTCOME, json=report(age=age))
    assert answer.status_code == 204


async def test_a_replay_is_answered_and_counts_nothing(client: httpx.AsyncClient, store_url: str) -> None:
    view = report()
    answers = [read_found(await client.post(OUTCOME, json=view))["counted"] for _ in range(50)]
    assert answers == [True] + [False] * 49
    assert await views(store_url) == 1


async def test_one_witness_serves_no_second_view(client: httpx.AsyncClient) -> None:
    view = report()
    answer = await client.post(OUTCOME, json={**view, "id": secrets.token_hex(16)})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example.test"},
        {"origin": "null"},
        {"origin": "https://news.example.test.evil.test"},
    ],
)
async def test_another_sites_page_can_not_report(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await client.post(OUTCOME, json=report(), headers=headers)
    assert answer.status_code == 403
    assert answer.headers["x-adnotice"].startswith("cross-site")


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
        {"x-moz": "prefetch"},
        {"x-purpose": "preview"},
        {"sec-gpc": "1"},
        {"dnt": "1"},
    ],
)
async def test_what_is_no_view_or_not_to_be_measured_counts_nothing(
    client: httpx.AsyncClient, store_url: str, headers: dict[str, str]
) -> None:
    answer = await client.post(OUTCOME, json=report(), headers=headers)
    assert (answer.status_code, read_found(answer)["counted"]) == (204, False)
    assert await views(store_url) == 0


async def test_gpc_is_counted_where_the_operator_says_so(store_url: str) -> None:
    async with server(store_url, honour_gpc=False) as client:
        assert read_found(await client.post(OUTCOME, json=report(), headers={"sec-gpc": "1"}))["counted"] is True


async def test_while_the_mode_is_off_nothing_is_counted(store_url: str) -> None:
    async with server(store_url, mode="off") as client:
        assert read_found(await client.post(OUTCOME, json=report()))["counted"] is False
        assert "getRandomValues" not in (await client.get(BASE + "/client.js")).text


async def test_a_flood_from_one_address_is_limited_and_others_are_not(store_url: str) -> None:
    async with server(store_url, trusted_proxies=("127.0.0.0/8",), rate_per_minute=30) as client:

        async def post(address: str) -> int:
            answer = await client.post(OUTCOME, json=report(), headers={"x-forwarded-for": address})
            if answer.status_code == 429:
                assert int(answer.headers["retry-after"]) >= 1
            return answer.status_code

        flood = [await post("203.0.113.9") for _ in range(40)]
        assert flood == [204] * 30 + [429] * 10
        assert await post("203.0.113.10") == 204
        assert [await post(f"2041:db8::{number:x}") for number in range(31)].count(429) == 1


async def test_a_spoofed_address_changes_nothing_without_a_trusted_proxy(store_url: str) -> None:
    async with server(store_url, rate_per_minute=5) as client:
        spoofed = [
            (await client.post(OUTCOME, json=report(), headers={"x-forwarded-for": "203.0.113.9"})).status_code
            for _ in range(20)
        ]
    assert spoofed == [204] * 20
    async with server(store_url, trusted_proxies=("127.0.0.0/8",), rate_per_minute=5) as client:
        got = [
            (await client.post(OUTCOME, json=report(), headers={"x-forwarded-for": f"10.0.0.{number}, 203.0.113.9"}))
            for number in range(10)
        ]
    assert [answer.status_code for answer in got] == [204] * 5 + [429] * 5


FORGED: list[tuple[str, Any]] = [
    ("outcome", {}),
    ("outcome", {"id": "0" * 32, "page": "/", "script": ["1.0"]}),
    ("outcome", {"id": "0" * 32, "page": "/", "script": [""]}),
    ("outcome", report(secret=OTHER_SECRET)),
    ("outcome", report(age=3600)),
    ("outcome", [[]]),
    ("choice", {}),
    ("choice", {"ticket": "x", "page": "/", "choice": "never"}),
    ("choice", {"ticket": "x", "page": "/", "choice": "shown"}),
    ("about/choice", {"choice": "never"}),
]


@pytest.mark.parametrize(("address", "given"), FORGED)
async def test_what_costs_nothing_to_reject_takes_nothing_from_the_rate_that_all_share(
    address: str, given: Any, store_url: str
) -> None:
    async with server(store_url, site_rate_per_second=20) as client:
        for _ in range(60):
            posted = {"data": given} if address == "about/choice" else {"json": given}
            assert (await client.post(f"{BASE}/{address}", **posted)).status_code not in (429, 503)
        honest = [(await client.post(OUTCOME, json=report())).status_code for _ in range(15)]
    assert honest == [204] * 15


async def test_a_reader_whose_answer_comes_beyond_the_rate_is_left_in_peace_all_the_same(store_url: str) -> None:
    async with server(store_url, site_rate_per_second=1) as client:
        answers = []
        for _ in range(3):
            ticket = Tickets(Keys(SECRET)).write(secrets.token_hex(16), "default", time.time())
            choice = {"ticket": ticket, "page": "/", "choice": "never"}
            answers.append(await client.post(f"{BASE}/choice", json=choice))
    assert [answer.status_code for answer in answers] == [204, 429, 429]
    assert all("adnotice=never" in answer.headers["set-cookie"] for answer in answers)


async def test_the_whole_site_is_limited_too(store_url: str) -> None:
    async with server(store_url, site_rate_per_second=10) as client:
        statuses = [(await client.post(OUTCOME, json=report())).status_code for _ in range(40)]
    assert 10 <= statuses.count(204) < 40
    assert set(statuses) == {204, 429}


@pytest.mark.parametrize(
    ("page", "kept"),
    [
        ("/" + "x" * 900, "(other)"),
        ("/a\r\nSet-Cookie: b", "(other)"),
        ("/<script>alert(1)</script>", "/<script>alert(1)</script>"),
        ("=cmd()", "(other)"),
        ("/\u202egnp.exe", "(other)"),
        ("/story?reader=5#top", "/story"),
        ("", "(other)"),
    ],
)
async def test_a_strange_page_is_counted_under_a_name_that_harms_nobody(store_url: str, page: str, kept: str) -> None:
    async with server(store_url) as client:
        assert (await client.post(OUTCOME, json=report(page=page))).status_code == 204
    store = open_store(store_url)
    today = datetime.now(UTC).date()
    assert {count.value for count in store.counts("default", Dimension.PAGE, Period(today, today))} == {kept}
    store.close()


@pytest.mark.parametrize(
    "name",
    [
        "adverts/adserve/x.js",
        "adverts/adserve/0123456789abcdef-0.gif",
        "adverts/adserve/0123456789ABCDEF-0.js",
        "adverts/adserve/0123456789abcdef-100.js",
        "pix/ads/images/0123456789abcdef.gif",
        "signal/0123456789abcdef-0.js",
        "adverts/adserve/../0123456789abcdef-0.js",
        "check/",
    ],
)
async def test_names_that_no_client_asks_for_are_not_found(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"{BASE}/{name}")).status_code == 404


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("adverts/adserve/0123456789abcdef-0.js", "text/javascript"),
        ("check/0123456789abcdef-3.js", "text/javascript"),
        ("pix/ads/images/0123456789abcdef-0.gif", "image/gif"),
        ("signal/0123456789abcdef-15.gif", "image/gif"),
    ],
)
async def test_baits_and_controls_are_never_kept_and_stay_on_their_site(
    client: httpx.AsyncClient, name: str, kind: str
) -> None:
    answer = await client.get(f"{BASE}/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == kind
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "set-cookie" not in answer.headers


async def test_fifty_readers_of_one_page_send_the_same_apart_from_id_and_witnesses(client: httpx.AsyncClient) -> None:
    sent = [await HonestBrowser(client, page="/story").test() for _ in range(50)]
    assert {msgspec.json.encode({**each, "id": "", "script": len(each["script"])}) for each in sent} == {
        msgspec.json.encode({"id": "", "page": "/story", "script": 1})
    }
    assert max(len(msgspec.json.encode(each)) for each in sent) <= 300


def test_the_clock_tolerance_is_what_the_table_says() -> None:
    assert CLOCK_TOLERANCE_SECONDS == 120
