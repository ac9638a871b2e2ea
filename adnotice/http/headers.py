"""The headers that we author: this alone makes their values, from whatever they are made of.

A byte outside of printable ASCII makes a server drop the connection (h11) or answer 500 (granian, hypercorn), and behind
a proxy that takes the server for dead. So does a long one: nginx reads 4 KiB of headers from what it asks.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Final, NewType
from urllib.parse import quote

MAX_VALUE_BYTES: Final = 1_024
MAX_REASON_BYTES: Final = 240

Value = NewType("Value", bytes)
"""Printable ASCII (0x20 to 0x7e), no space at either end: RFC 9110, 5.5, without what it calls obsolete."""

Header = tuple[bytes, Value]

_OTHER: Final = re.compile(rb"[^\x20-\x7e]")


def header(name: bytes, value: str | bytes, limit: int = MAX_VALUE_BYTES) -> Header:
    """A header of ours: what can't stand in one becomes a question mark, what is beyond the limit (bytes) goes."""
    given = value.encode("ascii", "replace") if isinstance(value, str) else value
    return name, Value(_OTHER.sub(b"?", given[:limit]).strip())


def reason(text: str) -> Header:
    """`X-AdNotice`: what was found, or why a request is rejected. It may quote what came."""
    return header(b"x-adnotice", text, MAX_REASON_BYTES)


def retry_after(seconds: float) -> Header:
    """`Retry-After`, in whole seconds, one at least."""
    return header(b"retry-after", str(max(1, math.ceil(seconds))))


_SHORT: Final[tuple[Header, ...]] = tuple((b"content-length", Value(b"%d" % length)) for length in range(1_024))
"""Made once: nearly every answer of ours is short, and making the text costs more than all else in its head."""


def content_length(length: int) -> Header:
    """`Content-Length` of a body of so many bytes."""
    return _SHORT[length] if length < len(_SHORT) else (b"content-length", Value(b"%d" % length))


def as_text(*headers: Header) -> dict[str, str]:
    """The same as Starlette takes them."""
    return {name.decode(): value.decode() for name, value in headers}


@lru_cache(maxsize=64)
def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header names gzip, with a weight above 0 (RFC 9110, 12.5.3)."""
    for offer in accepted.lower().replace(" ", "").split(","):
        coding, _, weight = offer.partition(";q=")
        if coding == "gzip":
            return weight.strip("0.") != "" if weight else True
    return False


@lru_cache(maxsize=64)
def quote_root(root_path: str) -> str:
    """Where the app is mounted, as browsers ask for it: no slash at the end, empty for the top of the host.

    It can stem from a proxy's header: it is quoted, leads to no other host and to no folder above, and ends no attribute
    of a cookie.
    """
    parts = (part for part in root_path.replace("\\", "/").split("/") if part not in ("", ".", ".."))
    return "".join("/" + quote(part, safe="~!$*=:@-._", errors="replace") for part in parts)
