"""Attacks over plain sockets, as no client library would send them, and what came back."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from adnotice.http.messages import STORE_UNAVAILABLE
from adnotice.standby import REASON
from tests.hostile.inputs import Attack

SECONDS: Final = 60
AT_ONCE: Final = 4
DOCUMENTED: Final = (STORE_UNAVAILABLE.encode(), REASON.encode())
"""What a 503 of ours says."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One answer: its status, 0 where the connection was dropped before it was whole."""

    status: int
    head: bytes = b""

    @property
    def failed(self) -> bool:
        """Whether it is an error of the server's, but a documented one."""
        return self.status >= 500 and not (self.status == 503 and any(told in self.head for told in DOCUMENTED))


def wire(attack: Attack) -> tuple[bytes, bool]:
    """The attack's bytes, on a connection that is closed behind them, and whether it asks with HEAD."""
    closing = Attack(
        method=attack.method,
        target=attack.target,
        headers=[*attack.headers, (b"connection", b"close")],
        body=attack.body,
    )
    return closing.raw(), attack.method == "HEAD"


def send(port: int, raw: bytes, *, is_head: bool = False) -> Seen:
    """Sends the bytes on a connection of their own; reads until the server closes it, or all is there."""
    got = bytearray()
    whole = False
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as end:
            end.sendall(raw)
            while not whole and (piece := end.recv(262_144)):
                got += piece
                whole = is_whole(got, is_head=is_head)
    except OSError:
        pass
    head = bytes(got[: max(0, got.find(b"\r\n\r\n"))])
    return Seen(status=int(got[9:12]) if whole else 0, head=head)


def is_whole(got: bytes | bytearray, *, is_head: bool) -> bool:
    """Whether this is a whole answer (RFC 9112, 6.3)."""
    ends = got.find(b"\r\n\r\n")
    if ends < 0 or not got[9:12].isdigit():
        return False
    headers = dict(line.lower().split(b":", 1) for line in bytes(got[:ends]).split(b"\r\n")[1:] if b":" in line)
    if is_head or got[9:12] in (b"204", b"304"):
        return True
    if b"chunked" in headers.get(b"transfer-encoding", b""):
        return got.endswith(b"0\r\n\r\n")
    return len(got) - ends - 4 >= int(headers.get(b"content-length", b"0"))


def send_all(port: int, attacks: Sequence[tuple[bytes, bool]]) -> list[Seen]:
    """Sends many, a few at once; each is the bytes and whether they ask with HEAD."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda attack: send(port, attack[0], is_head=attack[1]), attacks))
