"""Which responses carry the tag, and what becomes of their headers: one predicate in reading order, each no by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from adnotice.inject.decide.validators import VALIDATORS, Pairs
from adnotice.vocabulary import Refusal

_NO_ASCII: Final = re.compile(
    rb"charset\s*=\s*[\"']?\s*(?:utf-?(?:7|16|32)|ucs|csucs|unicode|csunicode|iso-10646|iso-2022|csiso2022|hz-gb|replacement)",
    re.IGNORECASE,
)
"""Encodings in which ASCII bytes don't always mean ASCII (WHATWG Encoding, 4.2, and its kin)."""

POLICY: Final = b"content-security-policy"
POLICY_REPORTED: Final = b"content-security-policy-report-only"
INTEGRITY_POLICY: Final = b"integrity-policy"
INTEGRITY_REPORTED: Final = b"integrity-policy-report-only"

_DIGESTS: Final = frozenset(
    (b"content-digest", b"repr-digest", b"digest", b"content-md5", b"signature", b"signature-input")
)
_POLICIES: Final = frozenset((POLICY, POLICY_REPORTED, INTEGRITY_POLICY, INTEGRITY_REPORTED))
_WATCHED: Final = (
    frozenset((b"x-adnotice", b"content-range", b"content-disposition", b"cache-control", b"content-encoding"))
    | frozenset((b"content-type", b"content-length"))
    | _DIGESTS
    | VALIDATORS
    | _POLICIES
)


def is_page_type(content_type: bytes) -> bool:
    """Whether this media type is one that readers see as a page."""
    return _media_type(content_type) in (b"text/html", b"application/xhtml+xml")


def _media_type(content_type: bytes) -> bytes:
    return content_type.partition(b";")[0].strip().lower()


def watch_headers(headers: Pairs) -> dict[bytes, bytes]:
    """The headers that matter here, by lower-case name; repeated ones are joined by commas (RFC 9110, 5.3)."""
    watched: dict[bytes, bytes] = {}
    for raw, value in headers:
        name = raw.lower()
        if name in _WATCHED:
            watched[name] = watched[name] + b", " + value if name in watched else value
    return watched


def find_refusal(  # noqa: C901 - one reason after another, in the order in which docs/reasons.md lists them
    method: str, status: int, trailers: bool, watched: Mapping[bytes, bytes]
) -> Refusal | None:
    """Why a response of a page's type with these headers goes out without the tag; None when nothing speaks against it.

    What is read from the body comes later: compression, AMP, fragments, a tag that is there already.
    """
    if method not in ("GET", "HEAD"):
        return Refusal.METHOD
    if watched.get(b"x-adnotice", b"").strip().lower() == b"off":
        return Refusal.HEADER
    if status == 206 or b"content-range" in watched:
        return Refusal.RANGE
    if status != 200:
        return Refusal.STATUS
    content_type = watched.get(b"content-type", b"")
    if _media_type(content_type) != b"text/html":
        return Refusal.TYPE
    if _NO_ASCII.search(content_type):
        return Refusal.CHARSET
    if not _is_shown(watched.get(b"content-disposition", b"")):
        return Refusal.ATTACHMENT
    if b"no-transform" in watched.get(b"cache-control", b"").lower():
        return Refusal.NO_TRANSFORM
    if not _DIGESTS.isdisjoint(watched):
        return Refusal.DIGEST
    if trailers:
        return Refusal.TRAILERS
    length = watched.get(b"content-length")
    if length is not None and not is_length(length):
        return Refusal.LENGTH
    return None


def is_length(value: bytes) -> bool:
    """Whether this is a Content-Length that can be added to."""
    return value.isdigit() and len(value) < 19


def policies_of(watched: Mapping[bytes, bytes]) -> bytes:
    """The Content-Security-Policies, enforced and reported, joined by commas; empty without one."""
    return b",".join(watched[name] for name in (POLICY, POLICY_REPORTED) if name in watched)


def demands_integrity(watched: Mapping[bytes, bytes]) -> bool:
    """Whether an Integrity-Policy wants a hash on every script, which a tag that outlives releases can't carry."""
    wanted = b",".join(watched[name] for name in (INTEGRITY_POLICY, INTEGRITY_REPORTED) if name in watched)
    return b"blocked-destinations" in wanted and b"script" in wanted


def _is_shown(disposition: bytes) -> bool:
    """RFC 6266, 4.2: what is not `inline` is saved; browsers show what has parameters only."""
    kind = disposition.partition(b";")[0].strip().lower()
    return kind in (b"", b"inline") or b"=" in kind
