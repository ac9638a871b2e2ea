"""The names that a page and a host are counted under: bounded, printable, and without what may lead to a person."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from adnotice.masking import mask_path

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
    """The path without query and fragment, masked; `(other)` for what is no path, is too long or holds what can't be shown."""
    page = path.partition("?")[0].partition("#")[0]
    if not page.startswith("/") or len(page) > MAX_PAGE_CHARACTERS or not page.isprintable():
        return OTHER
    masked = mask_path(page)
    return masked if masked is page or masked.isprintable() else OTHER


def name_location(pathname: str) -> str:
    """The same name for a path as a browser tells it, percent-encoded (`location.pathname`)."""
    return name_page(unquote(pathname) if "%" in pathname else pathname)
