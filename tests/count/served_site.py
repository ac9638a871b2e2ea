"""The site whose store the fault tests break: what uvicorn serves in a process of its own."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from tests.conftest import SECRET
from tests.support.programs import LISTENER, fork, running

PAGE = b"<!doctype html><html lang=en><head><title>News</title></head><body><p>All is well.</p></body></html>"
STORE = "TEST_STORE_URL"
DEADLINE = "TEST_DEADLINE"


async def newspaper(scope: Scope, receive: Receive, send: Send) -> None:
    """One page under every address."""
    if scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": f"{message['type']}.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"%d" % len(PAGE))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": PAGE})


def make_app() -> ASGIApp:
    """The site with adnotice in front, counting in the store that the environment names."""
    from adnotice import AdNoticeMiddleware

    return AdNoticeMiddleware(
        newspaper,
        secret_key=SECRET,
        store_url=os.environ[STORE],
        store_deadline_seconds=float(os.environ[DEADLINE]),
        suspect_factor=0,
    )


@contextlib.contextmanager
def serving(store_url: str, folder: Path, deadline_seconds: float) -> Iterator[str]:
    """Runs the site until the block ends; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # As asyncio does for sockets of its own making: a page's second write would wait 40 ms for the first one's ACK.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        port = int(listening.getsockname()[1])
        site = fork(
            "uvicorn",
            *("--factory", "tests.count.served_site:make_app", "--fd", LISTENER),
            *("--log-level", "warning", "--no-access-log"),
            log=folder / "site.log",
            environment={STORE: store_url, DEADLINE: str(deadline_seconds)},
            listener=listening,
        )
        with running(site, lambda: _answers(port)):
            yield f"http://127.0.0.1:{port}"


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2) as end:
        end.sendall(b"GET / HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")
        return end.recv(12).endswith(b"200")
    return False
