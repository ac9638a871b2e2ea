"""Which addresses may be linked to."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

_HOST: Final = re.compile(r"(?:[\w-]+\.)*[\w-]+\.?|[0-9A-Fa-f:.]+")
_NEVER: Final = frozenset(' "<>\\')


def is_web_address(text: str, schemes: tuple[str, ...] = ("https",)) -> bool:
    """Whether it is a whole address on some host: scheme, host, perhaps a port. Never with a user or a password."""
    if not text.isprintable() or _NEVER.intersection(text):
        return False
    try:
        parts = urlsplit(text)
        whole = parts.scheme in schemes and parts.port != 0
    except ValueError:  # no port, or half of an IPv6 address
        return False
    return whole and "@" not in parts.netloc and _HOST.fullmatch(parts.hostname or "") is not None


def is_own_path(text: str) -> bool:
    """Whether it is a path of the site that it stands on, and never the address of another host."""
    return text.startswith("/") and not text.startswith("//") and text.isprintable() and not _NEVER.intersection(text)
