"""A changed body needs changed validators: what becomes of ETag, Last-Modified, Content-Length and conditions.

The ETag becomes weak and gets a mark that changes with the tag (RFC 9110, 8.8.1); Last-Modified and Accept-Ranges go, so
that no download is resumed across two bodies. On the way in the mark is taken off If-None-Match and If-Match: the app sees
what it gave, so a page that was read can be saved (PUT with If-Match). The answer to HEAD and a 304 lose their
Content-Length (RFC 9110, 8.6) and get the page's ETag.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from adnotice.inject.tag import MARK, Tag

VALIDATORS: Final = frozenset((b"etag", b"last-modified", b"accept-ranges"))

_MARKED: Final = re.compile(rb'(?:W/)?(?P<own>".*)(?P<mark>' + MARK + rb'[0-9a-f]{8}[sw])"', re.DOTALL)

_ETAG: Final = re.compile(rb'(?:W/)?"[^"]*"')
"""A comma may stand within one (RFC 9110, 8.8.3)."""

Pairs = Sequence[Sequence[bytes]]
"""Headers as an app may give them: ASGI asks for pairs, which may be lists."""


def mark_etag(etag: bytes, tag: Tag) -> bytes | None:
    """The weak ETag of the page with the tag; None for an ETag that is none (RFC 9110, 8.8.3)."""
    weak = etag.startswith((b"W/", b"w/"))
    opaque = etag[2:] if weak else etag
    if len(opaque) < 2 or not (opaque.startswith(b'"') and opaque.endswith(b'"')):
        return None
    if opaque[:-1].endswith(tag.marks):
        return etag
    return b'W/%s%s"' % (opaque[:-1], tag.marks[weak])


CONDITIONS: Final = (b"if-match", b"if-none-match")
"""Headers that name an ETag as we gave it. If-Range is none of them: no download is resumed across two bodies."""

CONDITIONS_WITHOUT_TAG: Final = CONDITIONS[:1]
"""Those that lose their mark where the page goes out without the tag by now: If-None-Match keeps it there, so the app answers
with the whole page, and the browser lets its tagged copy go."""


def unmark_condition(name: bytes, value: bytes, tag: Tag) -> bytes:
    """One of `CONDITIONS` as the app would have got it for its own page.

    If-Match loses whichever tag's mark: what was read before an upgrade may still be saved. A page with another tag is another
    page, though: If-None-Match loses the mark of this tag alone.
    """
    return unmark_etags(value, tag if name == b"if-none-match" else None)


def unmark_etags(condition: bytes, tag: Tag | None) -> bytes:
    """These ETags without the mark of this tag, or with None of whichever."""
    return _ETAG.sub(lambda found: _unmark_etag(found[0], tag), condition)


def _unmark_etag(etag: bytes, tag: Tag | None) -> bytes:
    found = _MARKED.fullmatch(etag)
    if not found or (tag and found["mark"] not in tag.marks):
        return etag
    return b'%s%s"' % (b"W/" if found["mark"].endswith(b"w") else b"", found["own"])


def revise_headers(headers: Pairs, tag: Tag, length: int | None) -> list[Sequence[bytes]]:
    """The headers of the page with the tag, the others as they were; no Content-Length where `length` is None."""
    revised: list[Sequence[bytes]] = []
    for pair in headers:
        name = pair[0].lower()
        if name == b"content-length":
            if length is not None:
                revised.append((pair[0], b"%d" % length))
        elif name == b"etag":
            etag = mark_etag(pair[1], tag)
            if etag is not None:
                revised.append((pair[0], etag))
        elif name not in (b"last-modified", b"accept-ranges"):
            revised.append(pair)
    return revised


def find_etag(headers: Pairs) -> bytes:
    """The ETag; empty when there is none."""
    return next((value for name, value in headers if name.lower() == b"etag"), b"")
