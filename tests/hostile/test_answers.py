"""Whatever is asked of our addresses is answered: in time, in headers that every server can send, and never with a 500."""

from __future__ import annotations

import json
import random
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from adnotice import AdNoticeMiddleware
from adnotice.http.headers import MAX_VALUE_BYTES, header, quote_root, reason
from adnotice.keys import Keys
from adnotice.notice.ticket import Tickets
from tests.conftest import SECRET
from tests.hostile.inputs import BASE, HOST, QUOTED, Attack, get, make_attack, true_report
from tests.insight.conftest import CHEAP_HASH, TOKEN, log_in
from tests.support.asgi_site import newspaper, shut_down

pytestmark = pytest.mark.anyio

NGINX_READS_BYTES = 4_096
"""What nginx with its defaults reads of an answer's headers (proxy_buffer_size); beyond it the server counts as dead."""


async def ask(app: AdNoticeMiddleware, attack: Attack, **scope: Any) -> tuple[Message, bytes]:
    """The answer's start and its body; an exception comes through, as it would to the server."""
    sent: list[Message] = []
    left = [{"type": "http.request", "body": attack.body, "more_body": False}]

    async def receive() -> Message:
        return left.pop() if left else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(attack.scope(**scope), receive, send)
    return sent[0], b"".join(message.get("body", b"") for message in sent[1:])


def assert_harmless(start: Message, why: object) -> None:
    """Any server can send this, and any proxy read it."""
    assert start["status"] < 500, why
    for name, value in start["headers"]:
        assert type(name) is type(value) is bytes, why
        assert all(0x20 <= byte <= 0x7E for byte in name + value), (name, value, why)
        assert value == value.strip(), (name, value, why)
    assert sum(len(name) + len(value) + 4 for name, value in start["headers"]) < NGINX_READS_BYTES, why


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def attacked(store_url: str) -> AsyncIterator[tuple[AdNoticeMiddleware, Sequence[bytes]]]:
    """The app, and the cookies of an operator who is logged in there."""
    options = {"rate_per_minute": 0, "site_rate_per_second": 0, "trusted_proxies": ("127.0.0.1",), "mode": "ask"}
    app = AdNoticeMiddleware(
        newspaper,
        secret_key=SECRET,
        store_url=store_url,
        dashboard_password_hash=CHEAP_HASH,
        metrics_token=TOKEN,
        **options,
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST.decode()}{BASE}/") as browser:
        await log_in(browser)
        cookies = [f"{cookie.name}={cookie.value}".encode() for cookie in browser.cookies.jar]
    assert any(cookie.startswith(b"adn=") for cookie in cookies)
    yield app, cookies
    await shut_down(app)


@pytest.mark.parametrize("root_path", ["", "//evil.example.test", "/a;b\r\nc", "/é", "/.."])
async def test_what_was_sent_once_is_answered_like_anything_else(
    attacked: tuple[AdNoticeMiddleware, Sequence[bytes]], root_path: str
) -> None:
    app, cookies = attacked
    for attack in QUOTED:
        for known in ((), ((b"cookie", b"; ".join(cookies)),)):
            more = {"headers": [*attack.headers, *known], "root_path": root_path}
            start, _ = await ask(app, attack, **more)
            assert_harmless(start, attack)
            assert not dict(start["headers"]).get(b"location", b"").startswith((b"//", b"/\\")), attack


async def test_a_name_that_no_store_can_hold_is_the_askers_mistake(
    attacked: tuple[AdNoticeMiddleware, Sequence[bytes]],
) -> None:
    app, cookies = attacked
    for path in ("dashboard", "dashboard/health", "api/v1/summary", "api/v1/pages.csv"):
        for name in ("%00", "a%00", "%0d%0a", "%1b", "%e2%80%a8", "%7f"):
            start, body = await ask(app, get(f"{path}?site={name}", (b"cookie", b"; ".join(cookies))))
            assert (start["status"], b"printable" in body) == (400, True), (path, name)


async def test_nothing_that_is_asked_ends_in_an_error_or_in_a_header_that_no_server_sends(
    attacked: tuple[AdNoticeMiddleware, Sequence[bytes]],
) -> None:
    app, cookies = attacked
    seed = random.randrange(2**32)  # noqa: S311 - dice for inputs; pytest-randomly prints what they follow from
    dice = random.Random(seed)  # noqa: S311 - dice for inputs
    answered = set()
    for _ in range(1_500):
        attack = make_attack(dice, cookies)
        start, _ = await ask(app, attack)
        assert_harmless(start, (seed, attack))
        answered.add(start["status"])
    assert {200, 204, 303, 400, 403, 404, 405, 415} <= answered, "the inputs reach every kind of answer"


@given(st.one_of(st.binary(max_size=2000), st.text(max_size=2000)))
def test_a_header_of_ours_is_printable_whatever_it_is_made_of(value: bytes | str) -> None:
    for _, made in (header(b"a", value), reason(value if isinstance(value, str) else value.decode("latin-1"))):
        assert all(0x20 <= byte <= 0x7E for byte in made)
        assert made == made.strip()
        assert len(made) <= MAX_VALUE_BYTES


@given(st.text(max_size=60))
def test_a_root_path_leads_to_no_other_host_and_into_no_attribute(root_path: str) -> None:
    quoted = quote_root(root_path)
    assert quoted == "" or (quoted.startswith("/") and not quoted.startswith("//"))
    assert not set(quoted) & set(";,\\\"'<>")
    assert quoted.isascii()
    assert quoted.isprintable()
    assert ".." not in quoted.split("/")


@pytest.mark.parametrize("url", ["sqlite:////nowhere/secret-folder/counts.db", "postgresql://u:pw@127.0.0.1:1/secret"])
async def test_who_asks_is_told_that_the_store_is_away_and_not_where_it_is(url: str) -> None:
    app = AdNoticeMiddleware(
        newspaper, secret_key=SECRET, store_url=url, store_deadline_seconds=0.5, dashboard_password_hash=CHEAP_HASH
    )
    posts = [("outcome", json.dumps(true_report()).encode()), ("choice", choice_of("later"))]
    for name, body in posts:
        headers = [(b"host", HOST), (b"content-type", b"application/json")]
        start, told = await ask(
            app, Attack(method="POST", target=f"{BASE}/{name}".encode(), headers=headers, body=body)
        )
        assert (start["status"], told) == (503, b"store unavailable\n"), name
        assert dict(start["headers"])[b"x-adnotice"] == b"store unavailable"
        assert dict(start["headers"])[b"retry-after"].isdigit()
    await shut_down(app)


def choice_of(choice: str) -> bytes:
    ticket = Tickets(Keys(SECRET)).write("0" * 32, "default", time.time())
    return json.dumps({"ticket": ticket, "page": "/", "choice": choice}).encode()
