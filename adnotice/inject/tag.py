"""The tag: the one script element that is added to a page; this module alone writes it."""

from __future__ import annotations

import hashlib
import html
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from adnotice.http.headers import quote_root

MARK: Final = b"-adn"

OPENING: Final = b'<script async="" src="'
OPENING_BYTES: Final = len(OPENING)
MAX_TAG_BYTES: Final = 1024
"""Longer ones are not ours."""

_CLOSING: Final = b'" data-cfasync="false"'
ASKING: Final = (
    b'data-no-optimize="1"',
    b'data-no-defer="1"',
    b'data-noptimize="1"',
    b'data-jetpack-boost="ignore"',
    b"nowprocket",
    b"nitro-exclude",
)
"""Attributes that a pasted tag may have besides: what asks WordPress's optimisers to leave a script as it is."""
_END: Final = b"></script>"


@dataclass(frozen=True)
class Tag:
    """The tag of one place of ours on the site, with what follows from it.

    `plain` is the tag without a nonce: well-formed XML too. `marks` are what the page's ETag gets at its end: one for
    a strong one, one for a weak one, so that the app gets back exactly what it gave. They change with the tag.
    """

    path: bytes
    plain: bytes
    marks: tuple[bytes, bytes]
    twin: re.Pattern[bytes]

    def with_nonce(self, nonce: bytes) -> bytes:
        """The tag as the page's policy wants it."""
        if not nonce:
            return self.plain
        return b'%s%s%s nonce="%s"%s' % (OPENING, self.path, _CLOSING, nonce, _END)

    def begins(self, text: bytes) -> bool | None:
        """Whether a tag like this one, wherever it is served from, begins the text; None while more of it must come."""
        if len(text) < OPENING_BYTES:
            return None if OPENING.startswith(text) else False
        if self.twin.match(text) is not None:
            return True
        may_become_one = text.startswith(OPENING) and b"</script>" not in text and len(text) < MAX_TAG_BYTES
        return None if may_become_one else False


@lru_cache(maxsize=64)
def make_tag(src: str, root_path: str) -> Tag:
    """The tag for the script `src`, an app's own path, behind the root_path.

    A root_path can stem from a proxy's header: it is quoted, and never leads to another host.
    """
    path = html.escape(quote_root(root_path) + quote(src, safe="/~!$*,;=:@-._")).encode()
    plain = OPENING + path + _CLOSING + _END
    digest = hashlib.sha256(plain).hexdigest()[:8].encode()
    own = re.escape(html.escape(quote(src, safe="/~!$*,;=:@-._")).encode())
    twin = re.compile(re.escape(OPENING) + rb'[^"<>]*' + own + re.escape(_CLOSING) + rb'(?: nonce="[^"<>]*")?' + _END)
    return Tag(path=path, plain=plain, marks=(MARK + digest + b"s", MARK + digest + b"w"), twin=twin)
