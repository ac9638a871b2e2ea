"""Attacks over plain sockets, as no client library would send them, and what came back."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

SECONDS: Final = 60
AT_ONCE: Final = 4
DOCUMENTED: Final = b"store unavailable"
"""What a 503 of ours says."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One answer: its status, 0 where the connection was dropped before it was whole."""

    status: int
    head: bytes = b""

    @property
    def failed(self) -> bool:
        """Whether it is an error of the server's, but the documented one."""
        return self.status >= 500 and not (self.status == 503 and DOCUMENTED in self.head)


def send(port: int, raw: bytes, *, is_head: bool = False) -> Seen:
    """Sends the bytes on a connection of their own; reads until the server closes it, or all is there."""
    got = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as end:
            end.sendall(raw)
            while not is_whole(got, is_head=is_head) and (piece := end.recv(65_536)):
                got += piece
    except OSError:
        pass
    head = got.partition(b"\r\n\r\n")[0]
    return Seen(status=int(got[9:12]) if is_whole(got, is_head=is_head) else 0, head=head)


def is_whole(got: bytes, *, is_head: bool) -> bool:
    """Whether this is a whole answer (RFC 9112, 6.3)."""
    head, found, body = got.partition(b"\r\n\r\n")
    if not found or not head[9:12].isdigit():
        return False
    headers = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:] if b":" in line)
    if is_head or head[9:12] in (b"204", b"304"):
        return True
    if b"chunked" in headers.get(b"transfer-encoding", b""):
        return body.endswith(b"0\r\n\r\n")
    return len(body) >= int(headers.get(b"content-length", b"0"))


def send_all(port: int, attacks: Sequence[tuple[bytes, bool]]) -> list[Seen]:
    """Sends many, a few at once; each is the bytes and whether they ask with HEAD."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda attack: send(port, attack[0], is_head=attack[1]), attacks))
