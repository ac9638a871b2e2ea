"""A WSGI request (PEP 3333), and the same as ASGI would describe it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from types import TracebackType
from typing import Any, Final

Environ = dict[str, Any]
WsgiHeaders = list[tuple[str, str]]
ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None] | None
WsgiWrite = Callable[[bytes], object]
StartResponse = Callable[..., WsgiWrite]
WSGIApp = Callable[[Environ, StartResponse], Iterable[bytes]]

_FROM_CONTENT: Final = {"CONTENT_TYPE": b"content-type", "CONTENT_LENGTH": b"content-length"}


def make_scope(environ: Environ) -> dict[str, Any]:
    """The request as ASGI would describe it (its path holds the root_path), as far as anything of ours reads it."""
    root: str = decode(environ.get("SCRIPT_NAME", ""))
    return {
        "type": "http",
        "method": environ.get("REQUEST_METHOD", "GET"),
        "scheme": environ.get("wsgi.url_scheme", "http"),
        "path": root + decode(environ.get("PATH_INFO", "")),
        "root_path": root,
        "query_string": environ.get("QUERY_STRING", "").encode("latin-1", "replace"),
        "headers": list(_headers_of(environ)),
        "client": (environ.get("REMOTE_ADDR", ""), 0),
    }


def find_path(environ: Environ) -> str:
    """The request's path below the app's root. A SCRIPT_NAME with a slash at its end may have taken the path's first one, or have
    left several."""
    path: str = environ.get("PATH_INFO", "")
    return "/" + path.lstrip("/") if environ.get("SCRIPT_NAME", "").endswith("/") else path


def decode(text: str) -> str:
    """A path as people read it, from the bytes that PEP 3333 hands on as Latin-1."""
    return text if text.isascii() else text.encode("latin-1", "replace").decode("utf-8", "replace")


def _headers_of(environ: Environ) -> Iterator[tuple[bytes, bytes]]:
    for key, value in environ.items():
        if key.startswith("HTTP_"):
            yield _name_header(key), value.encode("latin-1", "replace")
        elif key in _FROM_CONTENT and value:
            yield _FROM_CONTENT[key], value.encode("latin-1", "replace")


@lru_cache(maxsize=512)
def _name_header(key: str) -> bytes:
    return key[5:].replace("_", "-").lower().encode("latin-1", "replace")
