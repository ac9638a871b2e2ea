"""Admission: what it lets through, what it rejects and why, and what that costs."""

from __future__ import annotations

import asyncio
import ipaddress
import tracemalloc
from collections.abc import Awaitable, Callable, Generator, Iterator
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from adnotice.http import admission
from adnotice.http.admission import (
    Admission,
    AdmissionSettings,
    Rate,
    check_origin,
    client_address,
    collect,
    messages_of,
    read_address,
    read_network,
)
from adnotice.http.messages import Answer, Rejected, Request, Rule

pytestmark = pytest.mark.anyio

POST = Rule(methods=("POST",), max_body_bytes=100, content_types=(b"application/json",), same_origin=True, limited=True)
JSON = (b"content-type", b"application/json")


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Deadlines and half-begun awaitables must hold on both."""
    return str(request.param)


def scope(*headers: tuple[bytes, bytes], method: str = "POST", client: str = "127.0.0.1") -> dict[str, Any]:
    return {
        "type": "http",
        "method": method,
        "scheme": "https",
        "query_string": b"a=1",
        "headers": [(b"Host", b"news.example.test"), *headers],
        "client": (client, 5),
    }


def pieces(*given: bytes, pause: float | None = None) -> Callable[[], Awaitable[Message]]:
    """A receive() that hands these out; with a pause before each (0: one turn of the loop)."""
    left = list(given)

    async def receive() -> Message:
        if pause is not None:
            await anyio.sleep(pause)
        if not left:
            await anyio.sleep_forever()
        body = left.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(left)}

    return receive


async def admit(receive: Callable[[], Awaitable[Message]], **settings: Any) -> bytes:
    return (await admitted(scope(JSON), receive, **settings)).body


async def admitted(asked: dict[str, Any], receive: Callable[[], Awaitable[Message]], **settings: Any) -> Request:
    admission = Admission(AdmissionSettings(**settings))
    request = admission.admit(asked, POST, path="outcome", base="/x", site="news")
    body = admission.read_body(receive, POST.max_body_bytes)
    request.body = body if isinstance(body, bytes) else await body
    return request


async def test_an_admitted_request_says_what_endpoints_need() -> None:
    asked = scope(JSON, (b"Cookie", b"a=1"), (b"cookie", b"adnotice=later.5"), (b"X", b"1"), (b"x", b"2"))
    request = await admitted(asked, pieces(b"{}"))
    assert (request.method, request.path, request.base, request.site) == ("POST", "outcome", "/x", "news")
    assert (request.secure, request.client, request.query, request.body) == (True, None, b"a=1", b"{}")
    assert request.header(b"x") == "2"
    assert request.cookie("adnotice") == "later.5"
    assert request.cookie("b") == ""


async def test_on_asyncio_a_body_that_is_already_there_costs_no_timer(
    monkeypatch: pytest.MonkeyPatch, anyio_backend_name: str
) -> None:
    def forbidden(_: float) -> None:
        pytest.fail("a timer was set")

    monkeypatch.setattr(admission.asyncio, "timeout", forbidden)
    if anyio_backend_name == "asyncio":
        monkeypatch.setattr(admission.anyio, "fail_after", forbidden)
    assert await admit(pieces(b'{"a":1}')) == b'{"a":1}'


async def test_a_body_in_pieces_is_put_together() -> None:
    assert await admit(pieces(b"{", b'"a":', b"1}")) == b'{"a":1}'


@pytest.mark.parametrize("pause", [0, 0.01])
async def test_a_body_that_comes_later_is_waited_for(pause: float) -> None:
    assert await admit(pieces(b"{", b"}", pause=pause)) == b"{}"


async def test_any_awaitable_will_do_as_receive() -> None:
    class Later:
        def __await__(self) -> Generator[Any, Any, Message]:
            yield from anyio.sleep(0.01).__await__()
            return {"type": "http.request", "body": b"{}"}

    assert await admit(Later) == b"{}"


class Steps:
    """What granian's receive() gives, in Python: `__await__` returns an iterator that is no generator."""

    def __init__(self, seconds: float, message: Message) -> None:
        self.future = asyncio.get_running_loop().create_future()
        if seconds:
            asyncio.get_running_loop().call_later(
                seconds, lambda: self.future.done() or self.future.set_result(message)
            )
        else:
            self.future.set_result(message)

    def __await__(self) -> Iterator[Any]:
        return self

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if self.future.done():
            raise StopIteration(self.future.result())
        self.future._asyncio_future_blocking = True
        return self.future


class WithSend(Steps):
    def send(self, _: object) -> Any:
        return next(self)


class WithThrow(Steps):
    def throw(self, error: BaseException) -> Any:
        raise error


class WithBoth(WithSend, WithThrow):
    pass


ITERATORS = pytest.mark.parametrize("steps", [Steps, WithSend, WithThrow, WithBoth])
ON_ASYNCIO = pytest.mark.parametrize("anyio_backend", ["asyncio"])


@ON_ASYNCIO
@ITERATORS
@pytest.mark.parametrize("seconds", [0, 0.01])
async def test_an_awaitable_of_the_server_s_own_need_not_be_a_generator(seconds: float, steps: type[Steps]) -> None:
    parts = [steps(seconds, {"type": "http.request", "body": body, "more_body": body == b"{"}) for body in (b"{", b"}")]
    assert await admit(lambda: parts.pop(0)) == b"{}"


@ON_ASYNCIO
@ITERATORS
async def test_one_that_takes_too_long_is_given_up_too(steps: type[Steps]) -> None:
    with pytest.raises(Rejected, match="within"):
        await admit(lambda: steps(5, {"type": "http.request"}), body_deadline_seconds=0.05)


@pytest.mark.parametrize("given", [(), (b"{",) * 99])
async def test_a_body_that_takes_too_long_is_rejected_after_the_deadline(given: tuple[bytes, ...]) -> None:
    began = anyio.current_time()
    with pytest.raises(Rejected, match=r"within 0\.2 seconds") as rejected:
        await admit(pieces(*given, pause=0.03), body_deadline_seconds=0.2)
    assert rejected.value.status == 408
    assert 0.19 <= anyio.current_time() - began < 1.5


async def test_an_error_of_the_servers_own_comes_through() -> None:
    async def receive() -> Message:
        await anyio.sleep(0.01)
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        await admit(receive)


async def test_a_cancellation_from_outside_reaches_what_is_awaited() -> None:
    ended = []

    async def receive() -> Message:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)
        raise AssertionError

    with anyio.move_on_after(0.05) as outside:
        await admit(receive)
    assert outside.cancelled_caught
    assert ended == [True]


async def test_a_receive_that_opens_scopes_of_its_own_is_left_whole() -> None:
    async def receive() -> Message:
        with anyio.move_on_after(5):
            async with anyio.create_task_group() as group:
                group.start_soon(anyio.sleep, 0.01)
        return {"type": "http.request", "body": b"{}"}

    assert await admit(receive) == b"{}"


async def test_a_client_that_goes_away_is_no_report() -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    with pytest.raises(Rejected, match="went away"):
        await admit(receive)


@pytest.mark.parametrize(
    ("asked", "body", "status"),
    [
        (scope(JSON, method="GET"), b"", 405),
        (scope((b"content-type", b"text/html")), b"{}", 415),
        (scope(), b"{}", 415),
        (scope(JSON, (b"content-length", b"101")), b"{}", 413),
        (scope(JSON, (b"content-length", b"9" * 5000)), b"{}", 413),
        (scope(JSON, (b"content-length", b"-5")), b"x" * 101, 413),
        (scope(JSON), b"x" * 101, 413),
        (scope(JSON, (b"sec-fetch-site", b"cross-site")), b"{}", 403),
        (scope(JSON, (b"origin", b"https://evil.example.test")), b"{}", 403),
    ],
)
async def test_what_the_rule_does_not_take_is_rejected(asked: dict[str, Any], body: bytes, status: int) -> None:
    with pytest.raises(Rejected) as rejected:
        await admitted(asked, pieces(body))
    assert rejected.value.status == status
    assert rejected.value.reason


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {b"sec-fetch-site": b"same-origin", b"origin": b"https://else.test", b"host": b"news.test"},
        {b"sec-fetch-site": b"none"},
        {b"origin": b"https://News.test:8443", b"host": b"news.test:8443"},
    ],
)
def test_the_sites_own_pages_may_post(headers: dict[bytes, bytes]) -> None:
    check_origin(headers)


PROXIES = tuple(ipaddress.ip_network(each) for each in ("127.0.0.0/8", "10.0.0.0/8", "::1/128"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9,10.1.2.3,10.1.2.4", "203.0.113.9"),
        ("127.0.0.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "", None),
        ("127.0.0.1", "10.1.2.3", None),
        ("127.0.0.1", "unknown", None),
        ("127.0.0.1", "203.0.113.9:4711", "203.0.113.9"),
        ("127.0.0.1", "[2001:db8:1:2::9]:4711", "2001:db8:1:2::/64"),
        ("127.0.0.1", "[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("127.0.0.1", '"[2001:db8:1:2::9]:4711"', "2001:db8:1:2::/64"),
        ("127.0.0.1", "198.51.100.1:1, 203.0.113.9:2, 10.1.2.3:3", "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9:port", None),
        ("127.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "::ffff:203.0.113.9, ::ffff:10.1.2.3", "203.0.113.9"),
        ("::ffff:127.0.0.1", "[::ffff:203.0.113.9]:80", "203.0.113.9"),
        ("::ffff:127.0.0.1", "::ffff:203.0.113.9:80", "203.0.113.9"),
        ("::ffff:203.0.113.50", "", "203.0.113.50"),
        ("fe80::1%eth0", "", "fe80::/64"),
        ("127.0.0.1", "203.0.113.9" + ", 10.1.2.3" * 31, "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9" + ", 10.1.2.3" * 32, None),
        ("203.0.113.50", "198.51.100.1", "203.0.113.50"),
        ("203.0.113.50", "", "203.0.113.50"),
        ("2001:db8:1:2::9", "203.0.113.9", "2001:db8:1:2::/64"),
        ("127.0.0.1", "64:ff9b::203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "[64:ff9b::cb00:7109]:4711", "203.0.113.9"),
        ("64:ff9b::203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("64:ff9b::10.1.2.3", "198.51.100.1", "10.1.2.3"),
        ("127.0.0.1", "2002:cb00:7109:1:2:3:4:5", "203.0.113.9"),
        ("127.0.0.1", "2001:0:c000:201:8000:ffff:34ff:8ef6", "203.0.113.9"),
        ("", "198.51.100.1, 10.1.2.3", "198.51.100.1"),  # through a Unix socket: from our proxy
        ("", "", None),
        ("unix:/run/app", "198.51.100.1", "198.51.100.1"),
    ],
)
def test_only_a_trusted_proxys_word_on_the_client_is_taken(peer: str, forwarded: str, address: str | None) -> None:
    asked = scope((b"X-Forwarded-For", forwarded.encode()), client=peer)
    assert client_address(asked, collect(asked), PROXIES) == address
    assert client_address(asked, collect(asked), ()) is None


@given(st.ip_addresses(v=4), st.ip_addresses(v=4), st.integers(0, 2**80 - 1))
def test_an_ipv4_address_counts_as_one_whatever_translates_it(
    one: ipaddress.IPv4Address, other: ipaddress.IPv4Address, host: int
) -> None:
    """Two of them share no place, and one has no two, however the prefix's other bits are chosen."""
    forms = {
        "mapped": lambda number, _: 0xFFFF << 32 | number,
        "NAT64": lambda number, _: 0x64FF9B << 96 | number,
        "6to4": lambda number, more: 0x2002 << 112 | number << 80 | more,
        "Teredo": lambda number, more: 0x20010000 << 96 | (more & 0xFFFF_FFFF_FFFF) << 32 | number ^ 0xFFFF_FFFF,
    }
    for form, make in forms.items():
        grouped = [
            client_address(scope(client=str(ipaddress.IPv6Address(make(int(address), more)))), {}, PROXIES)
            for address, more in ((one, 0), (one, host), (other, host))
        ]
        wanted = [str(one), str(one), str(other)]
        if form == "mapped":
            wanted = [None if any(each in network for network in PROXIES) else str(each) for each in (one, one, other)]
        assert grouped == wanted, form


def test_a_network_that_translates_within_itself_tells_its_addresses_apart() -> None:
    """Its owner may put the IPv4 address anywhere behind the prefix (RFC 6052, 2.2), so nothing but the whole address is one."""
    for address in ("64:ff9b:1::cb00:7109", "64:ff9b:1:cb00:71:900::"):
        assert client_address(scope(client=address), {}, PROXIES) == str(ipaddress.ip_address(address))


@given(st.ip_addresses(), st.integers(1, 65535), st.sampled_from(["{}", "{}:{}", "[{}]", "[{}]:{}", " {} ", '"{}"']))
def test_an_address_reads_the_same_however_a_proxy_writes_it(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int, form: str
) -> None:
    if address.version == 6 and form == "{}:{}":
        form = "[{}]:{}"  # without brackets the port might be a part of the address
    wanted = read_address(str(address))
    assert read_address(form.format(address, port)) == wanted
    if isinstance(address, ipaddress.IPv4Address):
        assert wanted == address
        assert (
            read_address(
                form.replace("{}", "[::ffff:{}]", 1).replace("[[", "[").replace("]]", "]").format(address, port)
            )
            == address
        )


@pytest.mark.parametrize(
    ("entry", "inside", "outside"),
    [
        ("10.0.0.0/8", "::ffff:10.1.2.3", "::ffff:11.1.2.3"),
        ("::ffff:10.0.0.0/104", "10.1.2.3", "11.1.2.3"),
        ("::ffff:10.0.0.7", "10.0.0.7", "::ffff:10.0.0.8"),
        ("::/0", "2001:db8::1", "10.0.0.1"),
    ],
)
def test_a_trusted_proxy_is_known_on_either_kind_of_socket(entry: str, inside: str, outside: str) -> None:
    network = read_network(entry)
    known, stranger = read_address(inside), read_address(outside)
    assert known is not None
    assert known in network
    assert stranger is not None
    assert stranger not in network


def test_a_proxy_may_add_a_line_of_its_own() -> None:
    asked = scope((b"X-Forwarded-For", b"203.0.113.9"), (b"x-forwarded-for", b"10.1.2.3"), client="127.0.0.1")
    assert client_address(asked, collect(asked), PROXIES) == "203.0.113.9"


class Clock:
    """A clock that a test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.floats(0, 20), min_size=1, max_size=300), st.integers(1, 60))
def test_in_any_window_at_most_the_burst_and_what_flowed_back_is_let_through(gaps: list[float], events: int) -> None:
    clock = Clock()
    rate = Rate(events, 60.0, clock)
    passed = []
    for gap in gaps:
        clock.now += gap
        wait = rate.wait("client")
        if not wait:
            passed.append(clock.now)
        else:
            before, clock.now = clock.now, clock.now + wait + 1e-6
            assert rate.wait("client") == 0, "after the wait that it named, it lets through"
            passed.append(clock.now)
            assert clock.now > before
    for first, start in enumerate(passed):
        for count, end in enumerate(passed[first:], 1):
            assert count <= events + (end - start) * events / 60 + 1 + 1e-3


@pytest.mark.parametrize("now", [0.1, 1000.0, 4_321.987_654_321, 1e6 / 3, 1e9 / 7])
def test_who_was_not_seen_before_is_let_through_whatever_the_time_is(now: float) -> None:
    """A limit of one event: that one must not be rejected because a sum was rounded up."""
    clock = Clock()
    for step in range(1000):
        clock.now = now + step * 0.137
        for seconds in (1.0, 60.0):
            assert Rate(1, seconds, clock).wait("client") == 0


def test_clients_do_not_share_a_rate_and_a_full_burst_comes_back() -> None:
    clock = Clock()
    rate = Rate(10, 60.0, clock)
    assert [rate.wait("a") for _ in range(10)] == [0.0] * 10
    assert rate.wait("a") == pytest.approx(6.0)
    assert rate.wait("b") == 0.0
    clock.now += 60
    assert [rate.wait("a") for _ in range(10)] == [0.0] * 10


def test_many_addresses_take_a_few_megabytes() -> None:
    rate = Rate(600, 60.0)
    tracemalloc.start()
    for number in range(200_000):
        rate.wait(str(number))
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used < 5 * 2**20


@pytest.mark.inside
def test_no_address_is_kept_in_memory() -> None:
    rate = Rate(600, 60.0)
    rate.wait("203.0.113.9")
    assert "203.0.113.9" not in repr(vars(rate))


@pytest.mark.parametrize(
    ("answer", "head", "length", "body"),
    [
        (Answer(200, ((b"a", b"b"),), b"text"), False, b"4", b"text"),
        (Answer(200, (), b"text"), True, b"4", b""),
        (Answer(204), False, None, b""),
        (Answer(304), False, None, b""),
    ],
)
def test_answers_have_the_length_of_their_body(answer: Answer, head: bool, length: bytes | None, body: bytes) -> None:
    start, rest = messages_of(answer, head=head)
    assert dict(start["headers"]).get(b"content-length") == length
    assert rest["body"] == body


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"trusted_proxies": ("proxy.example.test",)}, "trusted_proxies takes addresses and networks"),
        ({"rate_per_minute": -1}, "rate_per_minute must be 0"),
        ({"site_rate_per_second": -1}, "site_rate_per_second must be 0"),
        ({"body_deadline_seconds": 0}, "body_deadline_seconds must be above 0"),
    ],
)
def test_settings_that_can_not_work_are_told_with_a_remedy(options: dict[str, Any], problem: str) -> None:
    assert [each for each in AdmissionSettings(**options).problems() if problem in each]
    assert not list(AdmissionSettings().problems())
