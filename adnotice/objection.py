"""The reader's objection, "don't count my views": how a browser keeps it, and how a request shows it.

It is kept twice, the same for everybody who objects: as a flag in the browser's storage, which client.js reads before
it asks for anything, and as a cookie below our prefix, which lasts where browsers empty that storage (Safari does after
seven days without a visit). The cookie is honoured at each report and has the client set the flag again.
"""

from __future__ import annotations

from typing import Final

from adnotice.http.headers import Header, header
from adnotice.http.messages import Request

NAME: Final = "adnotice-objection"
"""The name of the cookie and of the flag in `localStorage`; the value of both is 1."""

LONGEST_SECONDS: Final = 400 * 86_400
"""Browsers keep no cookie for longer (RFC 6265bis, section 5.5); each report that is not counted renews it."""

_PAIR: Final = f"{NAME}=1".encode()


def objects(request: Request) -> bool:
    """Whether the reader's browser brings the objection along; cheap, for every report asks."""
    cookies = request.headers.get(b"cookie")
    return cookies is not None and _PAIR in cookies and request.cookie(NAME) == "1"


def keep_objection(request: Request) -> Header:
    """The Set-Cookie header that keeps the objection, or keeps it for longer."""
    return _header(request, "1", LONGEST_SECONDS)


def drop_objection(request: Request) -> Header:
    """The Set-Cookie header that takes the objection back."""
    return _header(request, "", 0)


def _header(request: Request, value: str, age: int) -> Header:
    line = f"{NAME}={value}; Path={request.base}; Max-Age={age}; HttpOnly; SameSite=Lax"
    return header(b"set-cookie", line + "; Secure" * request.secure)
