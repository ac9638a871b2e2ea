"""The names that a page and a host are counted under: bounded and printable."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

OTHER: Final = "(other)"
MAX_PAGE_CHARACTERS: Final = 256
HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\Z")


@lru_cache(maxsize=256)
def name_host(host: str) -> str:
    """The host without its port, in small letters; `(other)` for what is none."""
    name = host.rpartition("@")[2].partition(":")[0].rstrip(".").lower()
    return name if HOST.match(name) else OTHER


@lru_cache(maxsize=2048)
def name_page(path: str) -> str:
    """The path without query and fragment; `(other)` for what is no path, is too long or holds what can't be shown."""
    page = path.partition("?")[0].partition("#")[0]
    if page.startswith("/") and len(page) <= MAX_PAGE_CHARACTERS and page.isprintable():
        return page
    return OTHER
