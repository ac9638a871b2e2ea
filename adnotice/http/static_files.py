"""The browser's files: in the wheel inside the package, in a checkout beside it."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import msgspec

from adnotice.http.headers import header, takes_gzip
from adnotice.http.messages import Answer, Request

_PACKAGE = Path(__file__).parent.parent
_INSIDE = _PACKAGE / "static"
STATIC = _INSIDE if _INSIDE.is_dir() else _PACKAGE.parent / "static"

TYPES = {".js": b"text/javascript; charset=utf-8", ".css": b"text/css; charset=utf-8", ".svg": b"image/svg+xml"}
SOURCE_SECONDS = 300


class Asset(msgspec.Struct, frozen=True):
    """One file as it is served: compressed and tagged once, answered by look-up."""

    plain: Answer
    packed: Answer
    unchanged: Answer
    etag: bytes

    def answer(self, request: Request) -> Answer:
        """304 when the browser has it, else the file, packed with gzip where the browser takes it."""
        return self.choose(request.headers)

    def choose(self, headers: Mapping[bytes, bytes]) -> Answer:
        """The same by a request's headers, their names in small letters."""
        if self.etag in headers.get(b"if-none-match", b""):
            return self.unchanged
        return self.packed if takes_gzip(headers.get(b"accept-encoding", b"").decode("latin-1")) else self.plain


def read_static(name: str) -> bytes:
    """The bytes of one of our static files."""
    return (STATIC / name).read_bytes()


def make_sources() -> dict[str, Asset]:
    """The readable sources of our scripts, by their names below our prefix: each built file names its own."""
    files = sorted(path for path in (STATIC / "src").rglob("*") if path.suffix in TYPES)
    return {
        path.relative_to(STATIC).as_posix(): make_asset(path.name, path.read_bytes(), SOURCE_SECONDS) for path in files
    }


@lru_cache(maxsize=128)  # more than there are files; a client script that says its share is made anew each hour
def make_asset(name: str, body: bytes, max_age_seconds: int) -> Asset:
    """Prepares a file for serving, once in a process; `name` tells its type."""
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
