"""What a browser says of a request beside what it asks for: that nobody looks at the answer yet, or that its reader is not to be
measured."""

from __future__ import annotations

import re
from typing import Final

PURPOSES: Final = (b"sec-purpose", b"purpose", b"x-moz", b"x-purpose")
"""The headers in which it says that nobody looks yet; the first is the standard's, in Fetch."""

PREVIEW: Final = b"preview"
"""What `adnotice doctor` says of its reports: they count nothing, and try whether the store would take them."""

_AHEAD: Final = re.compile(rb"prefetch|prerender|preview", re.IGNORECASE)


def is_ahead(purpose: bytes) -> bool:
    """Whether one of `PURPOSES` says so: the page may be looked at later, or never."""
    return _AHEAD.search(purpose) is not None


def is_declined(value: bytes) -> bool:
    """Whether Sec-GPC or DNT says that the reader is not to be measured."""
    return value.strip() == b"1"
