"""What browsers post: honest reports of many views, made beforehand, and who sends them."""

from __future__ import annotations

import contextlib
import itertools
import random
import secrets
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from starlette.types import Receive, Scope, Send

from adnotice.detect.baits import SCRIPT
from adnotice.detect.witness import Witnesses, probe_of
from adnotice.keys import Keys

SECRET: Final = "k7Jm2vQx9TzR4wLb8NcY6pHd3sFg5aEu"  # noqa: S105 - protects nothing
PAGES: Final = 1_000
LANGUAGES: Final = ("en-GB,en;q=0.5", "de,en-US;q=0.7,en;q=0.3", "fr-FR,fr;q=0.9", "es-ES,es;q=0.8", "ar,en;q=0.5")


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads the body and answers 204: the least that an endpoint can do."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body", False):
        pass
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def agents() -> Iterator[str]:
    """User-Agent headers of the readers of a large site, the newest first."""
    for version in range(153, 133, -1):
        yield f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36"
        yield f"Mozilla/5.0 (X11; Linux x86_64; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"
        yield f"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Mobile Safari/537.36"
        yield f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_{version % 10} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.{version % 10} Mobile/15E148 Safari/604.1"


class Readers:
    """Draws views: pages by Zipf's law, browsers and languages as they come. The same views in every run."""

    def __init__(self, seed: int = 2026) -> None:
        self._mixed = random.Random(seed)  # noqa: S311 - views, not secrets
        self._pages = [f"/news/2026/11/article-number-{number}" for number in range(PAGES)]
        self._page_weights = list(itertools.accumulate(1 / (rank + 1) for rank in range(PAGES)))
        self._agents = list(agents())
        self._agent_weights = list(itertools.accumulate(1 / (rank + 1) for rank in range(len(self._agents))))
        self._witnesses = Witnesses(Keys(SECRET), 10)

    def page(self) -> str:
        """A page."""
        return self._mixed.choices(self._pages, cum_weights=self._page_weights)[0]

    def headers(self) -> str:
        """What a browser sends with a report."""
        agent = self._mixed.choices(self._agents, cum_weights=self._agent_weights)[0]
        address = ".".join(str(self._mixed.randrange(1, 224)) for _ in range(4))
        return (
            f"Host: news.example.test\r\nUser-Agent: {agent}\r\nAccept: */*\r\n"
            f"Accept-Language: {self._mixed.choice(LANGUAGES)}\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"
            "Origin: https://news.example.test\r\nReferer: https://news.example.test/news\r\nSec-Fetch-Site: same-origin\r\n"
            "Sec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\nCookie: seen=1; theme=dark\r\nConnection: keep-alive\r\n"
            f"X-Forwarded-For: {address}\r\n"
        )

    def report(self) -> bytes:
        """The body of one clear view's report, with the witness that its bait brought."""
        view = secrets.token_hex(16)
        token = self._witnesses.sign(f"{SCRIPT.folder}{probe_of(view)}-0{SCRIPT.ending}")
        return msgspec.json.encode({"id": view, "page": self.page(), "script": [token], "first": True})

    def request(self, path: str, body: bytes, kind: str = "application/json") -> bytes:
        """A whole POST request."""
        head = f"POST {path} HTTP/1.1\r\n{self.headers()}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body

    def reports(self, count: int, path: str = "/_adnotice/outcome") -> list[bytes]:
        """So many requests with reports of different views."""
        return [self.request(path, self.report()) for _ in range(count)]


@dataclass(frozen=True)
class Load:
    """What came of sending requests: how long, and what was answered."""

    seconds: float
    latencies: Sequence[float]
    statuses: Sequence[int]

    def percentile(self, part: float) -> float:
        """The latency (seconds) below which this part of the requests stayed."""
        ranked = sorted(self.latencies)
        return ranked[min(len(ranked) - 1, int(len(ranked) * part))]


def connect(port: int, connections: int) -> list[socket.socket]:
    """So many connections, accepted and ready: making them is no part of what is measured."""
    ends = []
    for _ in range(connections):
        end = socket.create_connection(("127.0.0.1", port), timeout=30)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ends.append(end)
    time.sleep(0.1)
    return ends


def send_all(ends: Sequence[socket.socket], requests: Sequence[bytes]) -> Load:
    """Sends every request once; each connection sends the next when it has its answer. Closes the connections."""
    waiting = iter(requests)
    latencies: list[float] = []
    statuses: list[int] = []
    with selectors.DefaultSelector() as selector, contextlib.ExitStack() as stack:
        began = time.perf_counter()
        for end, request in zip(ends, itertools.islice(waiting, len(ends)), strict=False):
            stack.enter_context(end)
            selector.register(end, selectors.EVENT_READ, [time.perf_counter(), b""])
            end.sendall(request)
        while selector.get_map():
            for key, _ in selector.select():
                end, state = key.fileobj, key.data
                assert isinstance(end, socket.socket)
                data = end.recv(65_536)
                if not data:
                    raise ConnectionError("the server closed a connection instead of answering")
                state[1] += data
                if not is_whole(state[1]):
                    continue
                latencies.append(time.perf_counter() - state[0])
                statuses.append(int(state[1][9:12]))
                following = next(waiting, None)
                if following is None:
                    selector.unregister(end)
                    continue
                state[0], state[1] = time.perf_counter(), b""
                end.sendall(following)
        return Load(time.perf_counter() - began, latencies, statuses)


def is_whole(answer: bytes) -> bool:
    """Whether an answer has arrived to its end."""
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    length = head.lower().partition(b"content-length:")[2]
    return not length or len(body) >= int(length.partition(b"\r\n")[0])
