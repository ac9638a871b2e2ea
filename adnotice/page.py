"""The name that a page is counted under: its path, bounded and printable."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

OTHER: Final = "(other)"
MAX_PAGE_CHARACTERS: Final = 256


@lru_cache(maxsize=2048)
def name_page(path: str) -> str:
    """The path without query and fragment; `(other)` for what is no path, is too long or holds what can't be shown."""
    page = path.partition("?")[0].partition("#")[0]
    if page.startswith("/") and len(page) <= MAX_PAGE_CHARACTERS and page.isprintable():
        return page
    return OTHER
