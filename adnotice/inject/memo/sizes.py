"""How much the room remembers. What is remembered spares work alone: with nothing kept every answer is the same."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from adnotice.inject.rewrite.head_scanner import MAX_KNOWN_BEGINNINGS


class MemorySizes(NamedTuple):
    """The most of each kind that is kept."""

    copies_bytes: int = 8 * 1024 * 1024
    """Pages with the tag in them, for apps that serve the same bytes again, all together."""
    plans: int = 512
    """What is to be done with a response that begins so."""
    beginnings: int = MAX_KNOWN_BEGINNINGS
    """First bytes of pages, and the place in them."""
    types: int = 256
    """Content types, and whether they are pages'."""
    pages: int = 4096
    """Paths of a site, and what is recorded of each."""
    agents: int = 4096
    """User agents, and whether they are programs'."""


USUAL: Final = MemorySizes()
NOTHING: Final = MemorySizes(0, 0, 0, 0, 0, 0)


def remember(known: dict[Any, Any], key: object, value: object, most: int) -> None:
    """Keeps the value where anything is kept; forgets the others when there is no room."""
    if most:
        if len(known) >= most:
            known.clear()
        known[key] = value
