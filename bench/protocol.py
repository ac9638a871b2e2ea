"""An app behind uvicorn's own protocol class with a transport that keeps what is written: the server without sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.server import ServerState


class KeptTransport(asyncio.Transport):
    """Takes what the server writes."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []

    def write(self, data: Any) -> None:
        """Keeps it."""
        self.written.append(data)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Addresses, as a TCP transport would tell them."""
        return {"sockname": ("127.0.0.1", 80), "peername": ("127.0.0.1", 50000)}.get(name, default)

    def is_closing(self) -> bool:
        """Never."""
        return False

    def close(self) -> None:
        """Nothing to close."""

    def pause_reading(self) -> None:
        """Nothing is read."""

    def resume_reading(self) -> None:
        """Nothing is read."""

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """There are none."""


class Connection:
    """One keep-alive connection to the app; `http` is uvicorn's name of the protocol: httptools or h11."""

    def __init__(self, app: ASGIApp, loop: asyncio.AbstractEventLoop, http: str = "httptools") -> None:
        config = Config(app, http=http, ws="none", lifespan="off", log_config=None, access_log=False)
        config.timeout_keep_alive = 3600  # rounds are interleaved: a connection waits longer than a server would
        config.load()
        self._loop = loop
        self._transport = KeptTransport()
        self._protocol: Any = config.http_protocol_class(
            config=config, server_state=ServerState(), app_state={}, _loop=loop
        )
        self._protocol.connection_made(self._transport)

    def ask(self, request: bytes, times: int = 1) -> bytes:
        """Sends the request so many times, one after the other; returns the last answer as it went to the wire."""
        return self._loop.run_until_complete(self._ask(request, times))

    async def _ask(self, request: bytes, times: int) -> bytes:
        protocol, written = self._protocol, self._transport.written
        for _ in range(times):
            written.clear()
            protocol.data_received(request)
            cycle = protocol.cycle
            while not cycle.response_complete:  # noqa: ASYNC110 - the loop turns are a part of what is measured
                await asyncio.sleep(0)
        await asyncio.sleep(0)
        return b"".join(written)


BROWSER: Final = {
    "Host": "news.example.test",
    "Connection": "keep-alive",
    "sec-ch-ua": '"Chromium";v="156", "Not)A;Brand";v="24"',
    "sec-ch-ua-mobile": "?0",
    "sec-ch-ua-platform": '"Linux"',
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
    "Accept": "*/*",
    "Sec-Fetch-Site": "same-origin",
    "Referer": "https://news.example.test/",
    "Accept-Language": "en-GB,en;q=0.9",
    "Cookie": "seen=1; theme=dark",
}
NAVIGATION: Final = {
    "Upgrade-Insecure-Requests": "1",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-User": "?1",
    "Sec-Fetch-Dest": "document",
}


def make_request(
    path: str = "/",
    headers: Sequence[tuple[str, str]] = (),
    method: str = "GET",
    purpose: Mapping[str, str] = NAVIGATION,
) -> bytes:
    """A request with the headers that Chromium sends for this purpose, each once (Accept-Encoding only when it is given)."""
    sent = {**BROWSER, **purpose, **dict(headers)}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def split_answer(answer: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Status, headers and body (chunks joined) of one answer."""
    head, _, rest = answer.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
    if (b"transfer-encoding", b"chunked") not in headers:
        return int(first.split()[1]), headers, rest
    body = b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size, 16)
        body, rest = body + rest[:length], rest[length + 2 :]
        if not length:
            break
    return int(first.split()[1]), headers, body
