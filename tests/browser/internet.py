"""The network that test browsers live in: every request of theirs passes here, is written down, and may meet a fault.

Browsers reach it by name (Chromium through --host-resolver-rules, Firefox through a proxy setting), so pages have
real-looking host names and TLS, ad hosts answer as the `ad world` does, and nothing leaves the machine. Each browser
has a `Line` of its own: what went over it, and what is wrong with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import ssl
import struct
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import h11
import trustme

from tests.browser.adworld import FONT_HOST, answer_as_ad_world

HANG_SECONDS = 12.0
"""Longer than client.js waits on a fast page, short enough for tests."""
IDLE_SECONDS = 60.0
ADDRESS = "198.51.100.7"
"""Where readers are, unless a test moves them."""


@dataclass(frozen=True)
class Hit:
    """One request that reached the network."""

    at: float
    scheme: str
    host: str
    method: str
    target: str
    headers: dict[str, str]
    sizes: dict[str, int] = field(default_factory=dict, compare=False)
    """Bytes that went over the wire for it, as HTTP/1.1 puts them: `asked`, and `answered` once it is."""

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def url(self) -> str:
        """The address as the browser asked for it."""
        return f"{self.scheme}://{self.host}{self.target}"

    @property
    def page(self) -> str:
        """The host of the page that asked, as far as the browser says."""
        return urlsplit(self.headers.get("referer") or self.headers.get("origin", "")).netloc

    @property
    def is_document(self) -> bool:
        """Whether the browser asked for a page."""
        return self.headers.get("sec-fetch-dest", "document") == "document" and "text/html" in self.headers.get(
            "accept", ""
        )


class Fault:
    """What may become of a request instead of an answer."""


@dataclass(frozen=True)
class Cut(Fault):
    """The connection is reset."""


@dataclass(frozen=True)
class Hang(Fault):
    """Nothing comes, until the browser gives up or the time is over."""

    seconds: float = HANG_SECONDS


@dataclass(frozen=True)
class Late(Fault):
    """The answer comes, later."""

    seconds: float


@dataclass(frozen=True)
class Page(Fault):
    """Somebody else answers: a captive portal, a proxy's error page."""

    body: bytes
    status: int = 200
    content_type: str = "text/html; charset=utf-8"


Weather = Callable[[Hit], Fault | None]
"""What is wrong with a line: asked for each request, in the order of arrival."""


def fair(_: Hit) -> None:
    """Everything arrives."""


def after_the_page(hit: Hit) -> Fault | None:
    """The network goes away when the HTML has arrived."""
    return None if hit.is_document else Cut()


def lossy(share: float, seed: int, hang_seconds: float = HANG_SECONDS) -> Weather:
    """Loses whole requests at random: half are reset, half never answered. Pages themselves arrive: no page, no view."""
    chance = random.Random(seed)  # noqa: S311 - the same weather for the same seed

    def lose(hit: Hit) -> Fault | None:
        if hit.is_document or chance.random() >= share:
            return None
        return Cut() if chance.random() < 0.5 else Hang(hang_seconds)

    return lose


def sparing(path_end: str, weather: Weather) -> Weather:
    """The weather, but requests for this file arrive: what comes down with client.js on board."""
    return lambda hit: None if hit.path.endswith(path_end) else weather(hit)


PORTAL = b"<!doctype html><html lang=en><title>Welcome to Hotel WiFi</title><h1>Please accept our terms</h1>"


def captive(hit: Hit) -> Fault | None:
    """A walled garden: after the page, everything is answered with the portal's own page."""
    return None if hit.is_document else Page(PORTAL)


def without(*hosts: str, fault: Fault | None = None) -> Weather:
    """Requests to these hosts (and those below them) fail; a resolver or proxy on the way stops them."""
    chosen = fault or Cut()

    def stop(hit: Hit) -> Fault | None:
        return chosen if any(hit.host == host or hit.host.endswith("." + host) for host in hosts) else None

    return stop


def failing(match: Callable[[Hit], bool], fault: Fault | None = None) -> Weather:
    """Requests that match fail."""
    chosen = fault or Cut()
    return lambda hit: chosen if match(hit) else None


def late(seconds: float) -> Weather:
    """Everything arrives later."""
    return lambda _: Late(seconds)


@dataclass
class Line:
    """One browser's way to the network."""

    port: int
    weather: Weather = fair
    address: str = ADDRESS
    """The reader's, as it is told to sites."""
    hits: list[Hit] = field(default_factory=list)

    def since(self, mark: int, host: str) -> list[Hit]:
        """What was asked for by pages of this host, or of this host itself, since the mark."""
        return [hit for hit in self.hits[mark:] if hit.host == host or hit.page == host]


class Internet:
    """Runs in a thread of its own: `with Internet() as net`, then `net.line()` for each browser."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="internet", daemon=True)
        self._authority = trustme.CA()
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._sites: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def write_authority(self, path: Path) -> None:
        """Writes the certificate of the authority that signs for every host here."""
        self._authority.cert_pem.write_to_path(str(path))

    def serve(self, host: str, port: int) -> None:
        """Requests for the host, or a host below it, go to a server on this port of the machine."""
        self._sites[host] = port

    def line(self) -> Line:
        """A new way to the network."""
        return asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Awaitable[None]) -> None:
        async def guarded() -> None:
            # A browser may leave at any byte: that is its right, and nothing to report.
            with contextlib.suppress(
                OSError, h11.ProtocolError, ssl.SSLError, asyncio.IncompleteReadError, TimeoutError
            ):
                await work

        task = self._loop.create_task(guarded())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _open(self) -> Line:
        listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        listener.setblocking(False)
        line = Line(listener.getsockname()[1])
        self._start(self._accept(listener, line))
        return line

    async def _accept(self, listener: socket.socket, line: Line) -> None:
        with listener:
            while True:
                client, _ = await self._loop.sock_accept(listener)
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._start(self._greet(client, line))

    async def _greet(self, client: socket.socket, line: Line) -> None:
        """Finds out how the browser speaks: TLS, plain HTTP, or first CONNECT to a proxy."""
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                start = await self._peek(client, 3)
                if start == b"CON":
                    await self._loop.sock_sendall(client, await self._tunnel(client))
                    start = await self._peek(client, 1)
                context = self._tls() if start[:1] == b"\x16" else None
                reader = asyncio.StreamReader()
                transport, protocol = await self._loop.connect_accepted_socket(
                    lambda: asyncio.StreamReaderProtocol(reader), client, ssl=context
                )
        except BaseException:
            client.close()
            raise
        writer = asyncio.StreamWriter(transport, protocol, reader, self._loop)
        try:
            await self._talk(reader, writer, line, "https" if context else "http")
        finally:
            transport.close()

    async def _peek(self, client: socket.socket, count: int) -> bytes:
        while True:
            ready = self._loop.create_future()
            self._loop.add_reader(client, ready.set_result, None)
            try:
                await ready
            finally:
                self._loop.remove_reader(client)
            seen = client.recv(65_536, socket.MSG_PEEK)
            if len(seen) >= count:
                return seen[:count]
            if not seen:
                raise ConnectionError("the browser went away")
            await asyncio.sleep(0.002)

    async def _tunnel(self, client: socket.socket) -> bytes:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += await self._loop.sock_recv(client, 1)
        return b"HTTP/1.1 200 OK\r\n\r\n"

    def _tls(self) -> ssl.SSLContext:
        """One certificate a name, made when first asked for; browsers are told not to check who signed it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = self._choose
        return context

    def _choose(self, tls: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        host = name or "no-name.test"
        if host not in self._contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._authority.issue_cert(host).configure_cert(context)
            self._contexts[host] = context
        tls.context = self._contexts[host]

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: Line, scheme: str) -> None:
        spoken = h11.Connection(h11.SERVER)
        while True:
            request, body, heard = await self._hear(spoken, reader)
            if request is None:
                return
            hit = describe(request, scheme)
            hit.sizes["asked"] = heard
            line.hits.append(hit)
            fault = line.weather(hit)
            if isinstance(fault, Cut):
                raw = writer.get_extra_info("socket")
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
                return
            if isinstance(fault, Hang):
                await asyncio.sleep(fault.seconds)
                return
            if isinstance(fault, Late):
                await asyncio.sleep(fault.seconds)
            if isinstance(fault, Page):
                headers = [("content-type", fault.content_type), ("content-length", str(len(fault.body)))]
                await self._say(spoken, writer, h11.Response(status_code=fault.status, headers=headers), [fault.body])
            elif (port := self._port_of(hit.host)) is not None:
                await self._forward(spoken, writer, request, body, hit, port, line.address)
            else:
                status, kind, content = answer_as_ad_world(hit.host, hit.target)
                headers = [("content-type", kind), ("content-length", str(len(content))), ("cache-control", "no-store")]
                headers.append(("access-control-allow-origin", "*"))
                if hit.host == FONT_HOST:
                    headers.append(("timing-allow-origin", "*"))
                payload = [] if request.method == b"HEAD" else [content]
                await self._say(spoken, writer, h11.Response(status_code=status, headers=headers), payload)
            if spoken.our_state is not h11.DONE or spoken.their_state is not h11.DONE:
                return
            spoken.start_next_cycle()

    async def _hear(
        self, spoken: h11.Connection, reader: asyncio.StreamReader
    ) -> tuple[h11.Request | None, bytes, int]:
        request, body, heard = None, b"", 0
        while True:
            event = spoken.next_event()
            if event is h11.NEED_DATA:
                data = await reader.read(65_536)
                heard += len(data)
                spoken.receive_data(data)
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                return request, body, heard
            else:
                return None, b"", heard

    async def _say(
        self, spoken: h11.Connection, writer: asyncio.StreamWriter, head: h11.Response, body: Iterable[bytes]
    ) -> None:
        writer.write(spoken.send(head) or b"")
        for part in body:
            writer.write(spoken.send(h11.Data(data=part)) or b"")
        writer.write(spoken.send(h11.EndOfMessage()) or b"")
        await writer.drain()

    async def _forward(
        self,
        spoken: h11.Connection,
        writer: asyncio.StreamWriter,
        request: h11.Request,
        body: bytes,
        hit: Hit,
        port: int,
        address: str,
    ) -> None:
        """Passes one request on, as a proxy in front of the site does, and its answer back as it comes."""
        near, far = await asyncio.open_connection("127.0.0.1", port)
        try:
            asked = h11.Connection(h11.CLIENT)
            dropped = (b"connection", b"proxy-connection", b"keep-alive", b"x-forwarded-for", b"x-forwarded-proto")
            headers = [(name, value) for name, value in request.headers.raw_items() if name.lower() not in dropped]
            headers += [(b"x-forwarded-for", address.encode()), (b"x-forwarded-proto", hit.scheme.encode())]
            headers.append((b"connection", b"close"))
            far.write(asked.send(h11.Request(method=request.method, target=hit.target, headers=headers)) or b"")
            if body:
                far.write(asked.send(h11.Data(data=body)) or b"")
            far.write(asked.send(h11.EndOfMessage()) or b"")
            await far.drain()
            while True:
                event = asked.next_event()
                if event is h11.NEED_DATA:
                    asked.receive_data(await near.read(65_536))
                    continue
                if isinstance(event, h11.Response):
                    kept = [(name, value) for name, value in event.headers.raw_items() if name.lower() != b"connection"]
                    event = h11.Response(status_code=event.status_code, headers=kept, reason=event.reason)
                elif not isinstance(event, h11.Data | h11.EndOfMessage | h11.InformationalResponse):
                    writer.transport.abort()
                    return
                data = spoken.send(event) or b""
                hit.sizes["answered"] = hit.sizes.get("answered", 0) + len(data)
                writer.write(data)
                await writer.drain()
                if isinstance(event, h11.EndOfMessage):
                    return
        finally:
            far.close()

    def _port_of(self, host: str) -> int | None:
        name = host.partition(":")[0]
        while name:
            if name in self._sites:
                return self._sites[name]
            name = name.partition(".")[2]
        return None


def describe(request: h11.Request, scheme: str) -> Hit:
    """The request as it is written down; a proxy's absolute address is made relative."""
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in request.headers}
    target = request.target.decode("latin-1")
    host = headers.get("host", "")
    if not target.startswith("/"):
        parts = urlsplit(target)
        host, target = parts.netloc, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Hit(time.monotonic(), scheme, host, request.method.decode(), target, headers)
