"""The server's own look: up, down, or never seen up from here; asked seldom, and waited for in a thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from adnotice.detect.host_check import AGAIN_SECONDS, Host, HostCheck

pytestmark = pytest.mark.anyio


class AdHost(ThreadingHTTPServer):
    """An ad host that a test breaks."""

    status = 200
    asked = 0


class Handler(BaseHTTPRequestHandler):
    """Answers HEAD with the host's status of the moment."""

    server: AdHost

    def do_HEAD(self) -> None:
        self.server.asked += 1
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def ad_host() -> Iterator[AdHost]:
    server = AdHost(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


class Clock:
    """A clock that a test sets."""

    now = 1_900_000_000.0

    def __call__(self) -> float:
        self.now += 0.001
        return self.now


async def test_a_host_is_up_while_it_answers_and_down_when_it_has_answered_before(ad_host: AdHost) -> None:
    clock = Clock()
    look = HostCheck(f"http://127.0.0.1:{ad_host.server_port}/tag/ad.js", clock)
    found = []
    for status in (200, 404, 503, 200):
        ad_host.status = status
        clock.now += AGAIN_SECONDS
        found.append(await look.host())
    assert found == [Host.UP, Host.UP, Host.DOWN, Host.UP]


async def test_it_asks_at_most_every_five_seconds(ad_host: AdHost) -> None:
    look = HostCheck(f"http://127.0.0.1:{ad_host.server_port}/tag/ad.js", Clock())
    assert [await look.host() for _ in range(50)] == [Host.UP] * 50
    assert ad_host.asked == 1


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/ad.js", "http://ads.invalid/ad.js", ""])
async def test_a_host_that_was_never_seen_up_from_here_is_not_known(address: str) -> None:
    clock = Clock()
    look = HostCheck(address, clock)
    assert await look.host() is Host.NOT_KNOWN
    clock.now += AGAIN_SECONDS
    assert await look.host() is Host.NOT_KNOWN
