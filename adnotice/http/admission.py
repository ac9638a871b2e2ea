"""What stands before every endpoint of ours: method, size, deadline, origin, client address, rate.

The rate is our own ten lines of the generic cell rate algorithm, not PyPI `limits`: one float a client, 0.6 µs a look
against 6 to 12 µs, 10,000 clients at most (0.2 kB each) where the memory storage of `limits` grows with every address
(300 B each, swept later); a tenth of what a whole report may cost would have gone into looking up its client.
"""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import sys
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import anyio
from starlette.types import Message, Receive, Scope

from adnotice.http.first_step import Begun, begin
from adnotice.http.headers import content_length, header, retry_after
from adnotice.http.messages import Answer, Rejected, Request, Rule
from adnotice.vocabulary import Commit, Counted, Occurrence, Rejection

MAX_KNOWN_CLIENTS: Final = 10_000

MAX_DISCARDED_BYTES: Final = 2 * 1024 * 1024
"""Twice nginx’s default client_max_body_size of 1 MiB."""

MAX_HOPS: Final = 32
"""So many entries of X-Forwarded-For are read, from our side on; where all of them are our proxies the address is not known."""

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

OWN_IPV6: Final = (ipaddress.IPv6Network("fc00::/7"), ipaddress.IPv6Network("fe80::/10"))
"""Unique local and link-local addresses: short prefixes, and yet nobody's but the operator's (RFC 4193, RFC 4291)."""

NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
NAT64_LOCAL: Final = ipaddress.IPv6Network("64:ff9b:1::/48")
"""All of IPv4 as IPv6 sees it (RFC 6052); the same within one network, whose owner chooses the layout (RFC 8215)."""


@dataclass(frozen=True, kw_only=True)
class AdmissionSettings:
    """Who may ask how much."""

    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks of the proxies in front of us; only their X-Forwarded-For is believed. One that comes through a Unix
    socket has no address, and is believed where any is named."""

    rate_per_minute: int = 600
    """Reports and choices that one client address may post in a minute; 0: no limit. Needs `trusted_proxies`."""

    site_rate_per_second: int = 2_000
    """Reports with a valid witness, and choices with a valid ticket, that one process takes in a second from all clients
    together; 0: no limit."""

    body_deadline_seconds: float = 5.0
    """How long a body may take to arrive."""

    def problems(self) -> Iterator[str]:
        """Says what is wrong with these settings, each with its remedy."""
        for entry in self.trusted_proxies:
            try:
                read_network(entry)
            except ValueError:
                yield f"trusted_proxies takes addresses and networks such as 10.0.0.0/8, got {entry!r}"
        for name in ("rate_per_minute", "site_rate_per_second"):
            if getattr(self, name) < 0:
                yield f"{name} must be 0 (no limit) or more, got {getattr(self, name)}"
        if not 0 < self.body_deadline_seconds <= 3600:
            yield (
                "body_deadline_seconds must be above 0 and at most 3600, "
                f"got {self.body_deadline_seconds:g}. The default is 5"
            )

    def warnings(self) -> Iterator[str]:
        """Says what is allowed and yet seldom meant."""
        for entry in self.trusted_proxies:
            network = ipaddress.ip_network(entry, strict=False)
            if is_nearly_everyone(network):
                yield (
                    f"trusted_proxies holds {entry}: nearly everyone may then say in X-Forwarded-For who they are, and "
                    "rates by address hold nobody back. Name the addresses of your own proxies"
                )


def is_nearly_everyone(network: Network) -> bool:
    """Whether a network reaches far beyond any operator's own."""
    if isinstance(network, ipaddress.IPv4Network):
        return network.prefixlen < 8
    return network.prefixlen < 16 and not any(network.subnet_of(own) for own in OWN_IPV6)


class Rate:
    """A limit by the generic cell rate algorithm (ATM Forum, traffic management 4.0): one float a key.

    Keys are kept as keyed hashes, so no address is in memory longer than its request; those seen least recently are
    forgotten beyond `MAX_KNOWN_CLIENTS`, which can only let more through.
    """

    def __init__(self, events: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = seconds / events
        self._burst = seconds
        self._clock = clock
        self._salt = secrets.token_bytes(16)
        self._due: OrderedDict[int, float] = OrderedDict()

    def wait(self, key: str) -> float:
        """Takes one event for the key: 0 when it is within the limit, else the seconds until the next one is."""
        now = self._clock()
        hashed = hash((self._salt, key))
        # Compared as seconds from now: added to a large clock reading they would be rounded.
        ahead = max(self._due.get(hashed, now) - now, 0.0) + self._interval
        if ahead > self._burst:
            return ahead - self._burst
        self._due[hashed] = now + ahead
        self._due.move_to_end(hashed)
        if len(self._due) > MAX_KNOWN_CLIENTS:
            self._due.popitem(last=False)
        return 0.0


class Admission:
    """Turns an ASGI request into an admitted `Request`, or rejects it with a reason."""

    def __init__(self, settings: AdmissionSettings) -> None:
        self._proxies = tuple(read_network(entry) for entry in settings.trusted_proxies)
        """Networks; those of IPv4-mapped IPv6 addresses are kept as the IPv4 networks that they are, as addresses are compared."""
        self._deadline = settings.body_deadline_seconds
        self._client_rate = Rate(settings.rate_per_minute, 60.0) if settings.rate_per_minute else None
        self._site_rate = Rate(settings.site_rate_per_second, 1.0) if settings.site_rate_per_second else None

    def admit(self, scope: Scope, rule: Rule, *, path: str, base: str, site: str) -> Request:
        """The request, still without its body, if the rule lets it through.

        Raises `Rejected`: 405 for the method, 403 for another origin, 429 for the rate, 415 for the type, 413 for the
        size that the request itself tells.
        """
        method: str = scope["method"]
        if method not in rule.methods:
            allow = ", ".join(rule.methods)
            raise Rejected(Rejection.METHOD, f"method {method} is not taken here, use {allow}", header(b"allow", allow))
        headers = collect(scope)
        secure = scope.get("scheme") == "https"
        if rule.same_origin:
            check_origin(headers)
        client = client_address(scope, headers, self._proxies) if self._proxies else None
        if rule.limited and self._client_rate is not None and client is not None:
            reject_until(self._client_rate.wait(client))
        if rule.max_body_bytes:
            check_type(headers, rule.content_types)
            check_length(headers, rule.max_body_bytes)
        return Request(method, path, scope.get("query_string", b""), headers, b"", site, base, secure, client)

    def read_body(self, receive: Receive, limit: int) -> bytes | Awaitable[bytes]:
        """The body, of at most `limit` bytes, where it is already there; else what waits for it.

        Raises `Rejected`, here or when awaited: 413 when there are more, 408 when it takes too long. A body that is
        already there comes out of the first step of receive() and costs neither a timer nor a coroutine. asyncio alone
        lets a deadline begin in the middle of what it is for; on trio scopes must nest.
        """
        if not on_asyncio():
            return self._collect(receive, b"", limit)
        first = begin(receive())
        if isinstance(first, Begun):
            return self._finish(first, receive, limit)
        body, more = take(first, b"", limit)
        return self._collect(receive, body, limit) if more else body

    async def _collect(self, receive: Receive, body: bytes, limit: int) -> bytes:
        try:
            with anyio.fail_after(self._deadline):
                more = True
                while more:
                    body, more = take(await receive(), body, limit)
                return body
        except TimeoutError:
            raise self._late() from None

    async def _finish(self, first: Begun, receive: Receive, limit: int) -> bytes:
        try:
            async with asyncio.timeout(self._deadline):
                body, more = take(await first, b"", limit)
                while more:
                    body, more = take(await receive(), body, limit)
                return body
        except TimeoutError:
            raise self._late() from None

    async def discard(self, scope: Scope, receive: Receive) -> None:
        """Reads a body that nobody wants, so that the answer doesn't meet it on its way.

        A server that answers and closes while a proxy is still sending resets the connection; nginx then takes it for
        dead. What is larger than proxies let through, or slow, is left.
        """
        if not announces_body(scope):
            return
        left = MAX_DISCARDED_BYTES
        with anyio.move_on_after(self._deadline):
            while left > 0:
                message = await receive()
                if message["type"] != "http.request" or not message.get("more_body", False):
                    return
                left -= len(message.get("body", b""))

    def _late(self) -> Rejected:
        late = f"body must arrive within {self._deadline:g} seconds"
        rejected = Rejected(Rejection.DEADLINE, late, header(b"connection", "close"))
        rejected.unread = False
        return rejected

    def limit(self, commit: Commit) -> Commit:
        """The same commit, within the site's rate; raises `Rejected` (429) beyond it.

        What is rejected before, because its witness, its ticket or its form is wrong, costs nothing and takes nothing from
        the rate that all readers share.
        """
        rate = self._site_rate
        if rate is None:
            return commit
        shared = rate

        def within_rate(id_: str, expires: float, occurrences: tuple[Occurrence, ...]) -> Awaitable[Counted]:
            reject_until(shared.wait(""))
            return commit(id_, expires, occurrences)

        return within_rate


def announces_body(scope: Scope) -> bool:
    """Whether the request has a body that comes without being asked for (RFC 9110, 10.1.1), and none too large to read."""
    headers: dict[bytes, bytes] = {name.lower(): value for name, value in scope.get("headers", ())}
    length = headers.get(b"content-length", b"0")
    if b"expect" in headers or (length.isdigit() and int(length[:19]) > MAX_DISCARDED_BYTES):
        return False
    return length != b"0" or b"transfer-encoding" in headers


def reject_until(wait: float) -> None:
    """Rejects (429) when there are seconds to wait."""
    if wait:
        raise Rejected(Rejection.RATE, "too many requests, try again later", retry_after(wait))


def on_asyncio() -> bool:
    """Whether this runs on asyncio, not on trio."""
    if "trio" not in sys.modules:
        return True
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def take(message: Message, body: bytes, limit: int) -> tuple[bytes, bool]:
    """The body with this message's part, and whether more is to come."""
    if message["type"] != "http.request":
        gone = Rejected(Rejection.GONE, "the client went away before the body was complete")
        gone.unread = False
        raise gone
    part = message.get("body", b"")
    body = body + part if body else part
    if len(body) > limit:
        large = Rejected(
            Rejection.SIZE, f"body must have at most {limit} bytes, got more", header(b"connection", "close")
        )
        large.unread = message.get("more_body", False)
        raise large
    return body, message.get("more_body", False)


_JOINTS: Final = {b"cookie": b"; ", b"x-forwarded-for": b", "}
"""How repeated headers become one; a proxy may add a line of its own to X-Forwarded-For."""


def collect(scope: Scope) -> dict[bytes, bytes]:
    """The request's headers by lower-case name; of a repeated one the last, cookies and hops joined."""
    given = scope.get("headers", ())
    pairs = given if type(given) is list else list(given)
    headers: dict[bytes, bytes] = dict(pairs)
    if len(headers) == len(pairs) and b"host" in headers:
        return headers  # from a server that writes them small, as ASGI demands: every request has a Host
    headers.clear()
    for raw, value in pairs:
        name = raw.lower()
        joint = _JOINTS.get(name)
        headers[name] = headers[name] + joint + value if joint is not None and name in headers else value
    return headers


def check_origin(headers: Mapping[bytes, bytes]) -> None:
    """Rejects what another site's page sends: by Sec-Fetch-Site, else by Origin against Host (OWASP CSRF sheet)."""
    fetch_site = headers.get(b"sec-fetch-site", b"")
    if fetch_site:
        if fetch_site not in (b"same-origin", b"none"):
            raise Rejected(Rejection.CROSS_SITE, "cross-site: this address takes requests of its own site's pages only")
        return
    origin = headers.get(b"origin", b"")
    if origin and origin.lower().partition(b"://")[2] != (headers.get(b"host", b"").lower() or b"?"):
        raise Rejected(Rejection.ORIGIN, "cross-site: the Origin header names another site than the Host header")


def check_type(headers: Mapping[bytes, bytes], taken: tuple[bytes, ...]) -> None:
    """Rejects a body of a media type that is not taken."""
    given = headers.get(b"content-type", b"")
    if taken and given not in taken and given.partition(b";")[0].strip().lower() not in taken:
        wanted = b" or ".join(taken).decode()
        raise Rejected(Rejection.TYPE, f"content type must be {wanted}, got {given[:40].decode('latin-1') or 'none'}")


def check_length(headers: Mapping[bytes, bytes], limit: int) -> None:
    """Rejects a body that says itself that it is too long."""
    declared = headers.get(b"content-length", b"")
    if declared.isdigit() and int(declared[:19]) > limit:
        raise Rejected(Rejection.SIZE, f"body must have at most {limit} bytes, got {declared[:19].decode()}")


def client_address(scope: Scope, headers: Mapping[bytes, bytes], proxies: tuple[Network, ...]) -> str | None:
    """The reader's address, IPv6 as its /64: the first hop, from our side, that is no proxy of ours.

    That is the connection's own address where it is no proxy: a direct visit, or a server (uvicorn with its defaults)
    that has read X-Forwarded-For already. A connection without an address, through a Unix socket, is the proxy's. None where it can't be known, and wherever no proxies are configured.
    """
    if not proxies:
        return None
    forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
    peer: str = (scope.get("client") or ("",))[0]
    behind = (peer,) if read_address(peer) else ()  # one that has no address came through a Unix socket: from our proxy
    for hop in (*behind, *forwarded[: -MAX_HOPS - 1 : -1]):
        address = read_address(hop)
        if address is None:
            return None
        if not any(address in network for network in proxies):
            return group(address)
    return None


def peer_address(scope: Scope) -> str:
    """The address that the connection comes from, IPv6 as its /64; as the server tells it where that is no address."""
    peer: str = (scope.get("client") or ("",))[0]
    address = read_address(peer)
    return peer if address is None else group(address)


def group(address: IPAddress) -> str:
    """What counts as one reader's address: an IPv6 network's owner has all of its /64.

    Where a prefix holds IPv4 addresses that is what counts: translated ones share one /64 with all of IPv4, those of one
    Teredo server (RFC 4380) one, and whoever has a 6to4 address (RFC 3056) has 65,536 of them.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address in NAT64:
        return str(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    if address in NAT64_LOCAL:
        return str(address)
    teredo = address.teredo
    within = teredo[1] if teredo else address.sixtofour
    return str(within or ipaddress.ip_network((address, 64), strict=False))


def read_address(hop: str) -> IPAddress | None:
    """The address that a proxy, or a server, writes so: with a port or without, IPv6 in brackets or without.

    An IPv4 address that came in through an IPv6 socket (::ffff:192.0.2.1, RFC 4291, 2.5.5.2) is an IPv4 address. None for
    anything else.
    """
    text = hop.strip().strip('"')
    host, _, port = text.rpartition(":")
    try:
        address = ipaddress.ip_address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        if not (port.isdigit() and port.isascii()):
            return None
        try:
            address = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
        except ValueError:
            return None
    if isinstance(address, ipaddress.IPv6Address):
        return address.ipv4_mapped or ipaddress.IPv6Address(int(address))  # without a zone such as %eth0
    return address


def read_network(entry: str) -> Network:
    """The network in this setting; one of mapped IPv4 addresses as the IPv4 network that it is. Raises `ValueError`."""
    network = ipaddress.ip_network(entry, strict=False)
    if isinstance(network, ipaddress.IPv6Network) and network.prefixlen >= 96:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return ipaddress.IPv4Network((mapped, network.prefixlen - 96))
    return network


def messages_of(answer: Answer, *, head: bool = False) -> tuple[Message, Message]:
    """The answer as ASGI messages; without its body for HEAD."""
    headers = list(answer.headers)
    if answer.status not in (204, 304):
        headers.append(content_length(len(answer.body)))
    return (
        {"type": "http.response.start", "status": answer.status, "headers": headers},
        {"type": "http.response.body", "body": b"" if head else answer.body},
    )
