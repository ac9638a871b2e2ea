"""Who asked for a page: a reader who is about to see it, or something else; read from the request's headers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from adnotice.agents import is_bot

_PREFETCHES: Final = (b"prefetch", b"prerender", b"preview")
_PURPOSES: Final = frozenset((b"sec-purpose", b"purpose", b"x-purpose", b"x-moz"))
_SCRIPTS: Final = {b"x-requested-with": b"xmlhttprequest", b"hx-request": b"true"}
_READ: Final = _PURPOSES | _SCRIPTS.keys() | {b"user-agent", b"sec-fetch-dest", b"sec-gpc", b"dnt"}


class Asking(NamedTuple):
    """What a page request says of itself."""

    seen: bool
    """A reader sees the page: it is no prefetch, no frame, and not fetched by a script or a program. Only such pages are
    counted."""
    declined: bool
    """Asked for with Global Privacy Control or Do Not Track."""


def read_asking(headers: Iterable[tuple[bytes, bytes]]) -> Asking:
    """Reads the request's headers, lower-case as ASGI gives them; what is missing speaks for a reader."""
    return _read(tuple([pair for pair in headers if pair[0] in _READ]))


@lru_cache(maxsize=4096)
def _read(told: tuple[tuple[bytes, bytes], ...]) -> Asking:
    seen, declined = True, False
    for name, value in told:
        if name == b"user-agent":
            seen = seen and not is_bot(value.decode("latin-1"))
        elif name == b"sec-fetch-dest":
            seen = seen and value == b"document"
        elif name in _PURPOSES:
            seen = seen and not any(word in value.lower() for word in _PREFETCHES)
        elif name in _SCRIPTS:
            seen = seen and value.lower() != _SCRIPTS[name]
        else:
            declined = declined or value.strip() == b"1"
    return Asking(seen, declined)
