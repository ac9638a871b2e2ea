"""Which addresses can be asked at all."""

from __future__ import annotations

from urllib.parse import urlsplit


def can_be_asked(address: str) -> bool:
    """Whether this is a URL of http or https with a host, and with a port that there may be where it names one."""
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, or too large; brackets that do not close
        return False
