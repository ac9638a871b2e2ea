"""Which addresses can be asked at all, and how they are written then."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx


def can_be_asked(address: str) -> bool:
    """Whether this is a URL of http or https with a host, and with a port that there may be where it names one."""
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, or too large; brackets that do not close
        return False


def as_sent(address: str) -> str:
    """The address as it stands in a request: a host in other letters by IDNA, a path percent-encoded, no login. What can't be asked
    is left as it is."""
    try:
        return str(httpx.URL(address).copy_with(userinfo=b"")) if can_be_asked(address) else address
    except (httpx.InvalidURL, UnicodeError):
        return address


def find_login(address: str) -> tuple[str, str] | None:
    """The name and the password in an address, as a staging site's may have; None without one."""
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, UnicodeError):
        return None
    return (url.username, url.password) if url.userinfo else None
