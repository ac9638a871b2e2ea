"""The language that a header or a tag asks for, as one short code."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

NOT_KNOWN: Final = "(not known)"
MAX_LANGUAGE_CHARACTERS: Final = 16
_FIRST: Final = re.compile(r"\s*([A-Za-z]{2,3})(?:[-_;,\s]|\Z)")


def name_language(header: str) -> str:
    """The first language of an Accept-Language header or of a language tag (RFC 5646), without script and region."""
    return _name(header[:MAX_LANGUAGE_CHARACTERS])


@lru_cache(maxsize=1024)
def _name(header: str) -> str:
    found = _FIRST.match(header)
    return found[1].lower() if found else NOT_KNOWN
