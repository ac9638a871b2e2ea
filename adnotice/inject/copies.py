"""Pages with the tag in them, kept for apps that serve the same bytes again: put together once.

A front page that a site keeps in memory is the same object each time. A page that is seen for the first time is only
looked out for, and not for long, so that pages made anew for each request need no room here.
"""

from __future__ import annotations

from typing import Final

MAX_BYTES: Final = 8 * 1024 * 1024
"""What is kept, all copies together."""

MAX_AWAITED_BYTES: Final = 512 * 1024
"""What is looked out for, all pages together, beside the last one."""

_ENTRY_BYTES: Final = 256
"""What an entry costs beside its bytes."""


def insert(data: bytes, place: int, tag: bytes) -> bytes:
    """The data with the tag at this place; `replace` copies the rest once, and finds its beginning at the beginning."""
    beginning = data[:place]
    return data.replace(beginning, beginning + tag, 1)


class Copies:
    """Puts the tag into the first piece of a page's body; remembers the pieces that come again and again.

    They are recognised as objects, not compared: bytes never change, and the address of what is held here can't be
    another's. When there is no room left, all is forgotten: what is served often is soon back.
    """

    __slots__ = ("_awaited", "_awaited_bytes", "_kept", "_kept_bytes")

    def __init__(self) -> None:
        self._kept: dict[int, tuple[bytes, bytes, bytes]] = {}
        """The piece, the tag, and the piece with the tag in it, by the piece's address."""
        self._kept_bytes = 0
        self._awaited: dict[int, bytes] = {}
        self._awaited_bytes = 0

    def find(self, data: bytes, tag: bytes) -> bytes | None:
        """The piece with this tag in it, if it is kept."""
        kept = self._kept.get(id(data))
        return kept[2] if kept is not None and kept[1] is tag else None

    def insert(self, data: bytes, place: int, tag: bytes) -> bytes:
        """The piece with the tag at its place, which follows from the piece: the same for as long as it lives."""
        copy = insert(data, place, tag)
        address = id(data)
        if self._awaited.get(address) is data:
            self._keep(address, data, tag, copy)
        else:
            self._await(address, data)
        return copy

    def _await(self, address: int, data: bytes) -> None:
        size = len(data) + _ENTRY_BYTES
        if size > MAX_BYTES:
            return
        if self._awaited_bytes + size > MAX_AWAITED_BYTES:
            self._awaited.clear()
            self._awaited_bytes = 0
        self._awaited[address] = data
        self._awaited_bytes += size

    def _keep(self, address: int, data: bytes, tag: bytes, copy: bytes) -> None:
        size = len(copy) + _ENTRY_BYTES
        if self._kept_bytes + size > MAX_BYTES:
            self._kept.clear()
            self._kept_bytes = 0
        self._kept[address] = (data, tag, copy)
        self._kept_bytes += size
