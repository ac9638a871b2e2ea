"""The browser's files: in the wheel inside the package, in a checkout beside it."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import msgspec

from adnotice.exchange import Answer, Request
from adnotice.headers import header

_PACKAGE = Path(__file__).parent
_INSIDE = _PACKAGE / "static"
STATIC = _INSIDE if _INSIDE.is_dir() else _PACKAGE.parent / "static"

TYPES = {".js": b"text/javascript; charset=utf-8", ".css": b"text/css; charset=utf-8", ".svg": b"image/svg+xml"}


class Asset(msgspec.Struct, frozen=True):
    """One file as it is served: compressed and tagged once, answered by look-up."""

    plain: Answer
    packed: Answer
    unchanged: Answer
    etag: bytes

    def answer(self, request: Request) -> Answer:
        """304 when the browser has it, else the file, packed with gzip where the browser takes it."""
        if self.etag in request.headers.get(b"if-none-match", b""):
            return self.unchanged
        return self.packed if b"gzip" in request.headers.get(b"accept-encoding", b"") else self.plain


def read_static(name: str) -> bytes:
    """The bytes of one of our static files."""
    return (STATIC / name).read_bytes()


def lean(source: bytes) -> bytes:
    """A script of ours without indentation and without the lines that hold nothing but comment.

    Only for our own files, which keep comments on lines of their own and have no template strings over many lines;
    what it does is seen at a glance, and a checkout serves the same bytes as the wheel.
    """
    kept: list[bytes] = []
    inside = False
    for line in map(bytes.strip, source.splitlines()):
        if inside or line.startswith(b"/*"):
            inside = not line.endswith(b"*/")
        elif line and not line.startswith(b"//"):
            kept.append(line)
    return b"\n".join(kept) + b"\n"


def make_asset(name: str, body: bytes, max_age_seconds: int) -> Asset:
    """Prepares a file for serving; `name` tells its type."""
    etag = b'"' + hashlib.sha256(body).hexdigest()[:20].encode() + b'"'
    shared = (
        header(b"content-type", TYPES[Path(name).suffix]),
        header(b"cache-control", f"public, max-age={max_age_seconds}"),
        header(b"etag", etag),
        header(b"vary", "accept-encoding"),
        header(b"x-content-type-options", "nosniff"),
        header(b"cross-origin-resource-policy", "same-origin"),
    )
    packed = gzip.compress(body, 9, mtime=0)
    return Asset(
        plain=Answer(200, shared, body),
        packed=Answer(200, (*shared, header(b"content-encoding", "gzip")), packed),
        unchanged=Answer(304, shared[1:4]),
        etag=etag,
    )
