"""Pages with the tag in them, kept for apps that serve the same bytes again: put together once.

A front page that a site keeps in memory is the same object each time. One page at a time is looked out for; holding more
would cost a site that makes its pages anew, for each request, the memory that it has just warmed.
"""

from __future__ import annotations

from typing import Final

from adnotice.inject.memo.sizes import USUAL

PATIENCE: Final = 31
"""How many other pages go by before another one is looked out for."""

_ENTRY_BYTES: Final = 256
"""What an entry costs beside its bytes."""


def insert(data: bytes, place: int, tag: bytes) -> bytes:
    """The data with the tag at this place; bytes.replace with a count of 1 copies once, and its search ends at offset 0."""
    beginning = data[:place]
    return data.replace(beginning, beginning + tag, 1)


class Copies:
    """Puts the tag into the first piece of a page's body; remembers the pieces that come again and again.

    They are recognised as objects, not compared: bytes never change, and the address of what is held here can't be
    another's. When there is no room left, all is forgotten: what is served often is soon back.
    """

    __slots__ = ("_awaited", "_kept", "_kept_bytes", "_last", "_max_bytes", "_patience")

    def __init__(self, max_bytes: int = USUAL.copies_bytes) -> None:
        self._max_bytes = max_bytes
        self._kept: dict[int, tuple[bytes, bytes, bytes]] = {}
        """The piece, the tag, and the piece with the tag in it, by the piece's address."""
        self._kept_bytes = 0
        self._last = (b"", b"", b"")
        """The entry that was found last: where one page is asked for more than all others it is nearly always the one."""
        self._awaited = b""
        self._patience = 0

    def find(self, data: bytes, tag: bytes) -> bytes | None:
        """The piece with this tag in it, if it is kept."""
        last = self._last
        if data is last[0] and tag is last[1]:
            return last[2]
        kept = self._kept.get(id(data))
        if kept is None or kept[1] is not tag:
            return None
        self._last = kept
        return kept[2]

    def insert(self, data: bytes, place: int, tag: bytes) -> bytes:
        """The piece with the tag at its place, which follows from the piece: the same for as long as it lives."""
        copy = insert(data, place, tag)
        if data is self._awaited:
            self._keep(data, tag, copy)
        elif self._patience:
            self._patience -= 1
        elif 0 < len(data) <= self._max_bytes // 2:
            self._awaited, self._patience = data, PATIENCE
        return copy

    def _keep(self, data: bytes, tag: bytes, copy: bytes) -> None:
        size = len(copy) + _ENTRY_BYTES
        if self._kept_bytes + size > self._max_bytes:
            self._kept.clear()
            self._kept_bytes = 0
            self._last = (b"", b"", b"")
        self._kept[id(data)] = (data, tag, copy)
        self._kept_bytes += size
        self._awaited, self._patience = b"", 0
