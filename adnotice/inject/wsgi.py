"""The same for WSGI: every page that should carry the tag gets it, nothing else changes, and there is no event loop.

What is no page goes back as the app made it, its iterable untouched, so that the server's own way with files
(`wsgi.file_wrapper`) stays. A page goes through the same `PageResponse` as ASGI's, whose messages are kept here for the server.
"""

from __future__ import annotations

from collections.abc import Awaitable, Generator, Iterable, Iterator
from typing import Any, Final

from starlette.types import Message

from adnotice.http.wsgi_request import (
    Environ,
    ExcInfo,
    StartResponse,
    WSGIApp,
    WsgiHeaders,
    WsgiWrite,
    make_scope,
)
from adnotice.inject.decide.validators import unmark_condition
from adnotice.inject.response import PageResponse
from adnotice.inject.rules import Rules
from adnotice.inject.tag import MARK
from adnotice.waiting import complete

IF_MATCH: Final = "HTTP_IF_MATCH"
IF_NONE_MATCH: Final = "HTTP_IF_NONE_MATCH"
CONDITIONS: Final = {IF_MATCH: b"if-match", IF_NONE_MATCH: b"if-none-match"}


class WsgiInjector:
    """Attends requests; what belongs to one response lives in its `PageStart`."""

    def __init__(self, app: WSGIApp, rules: Rules) -> None:
        self._app = app
        self._rules = rules

    def attend(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """The app's answer, with the tag where it is a page that should carry it."""
        start = self.begin(environ, start_response)
        return start.follow(self._app(start.environ, start))

    def begin(self, environ: Environ, start_response: StartResponse) -> PageStart:
        """What takes the app's start, and then its body; `environ` in it is the request as the app should see it."""
        asked_for = b""
        if IF_MATCH in environ or (self._rules.marks_out and IF_NONE_MATCH in environ):
            environ, asked_for = self._prepare(environ)
        return PageStart(self._rules, environ, start_response, asked_for)

    def _prepare(self, environ: Environ) -> tuple[Environ, bytes]:
        """The request without our mark in If-None-Match and If-Match, and the former as it came; empty when there was none of
        ours in it."""
        try:
            given = {CONDITIONS[name]: environ[name].encode("latin-1") for name in CONDITIONS if name in environ}
            if not any(MARK in value for value in given.values()):
                return environ, b""
            scope = make_scope(environ)
            taken = self._rules.conditions(scope, scope["path"], scope["root_path"])
            tag = self._rules.tag(scope["root_path"])
            unmarked = {
                name: unmark_condition(CONDITIONS[name], given[CONDITIONS[name]], tag).decode("latin-1")
                for name in CONDITIONS
                if name in environ and CONDITIONS[name] in taken
            }
            asked_for = given.get(b"if-none-match", b"") if IF_NONE_MATCH in unmarked else b""
            return {**environ, **unmarked}, asked_for if MARK in asked_for else b""
        except Exception:  # noqa: BLE001 - whatever fails in here, the app gets its request
            self._rules.outcomes.failed(make_scope(environ))
            return environ, b""


class PageStart:
    """The app's `start_response` of one request, and the body that follows.

    `started` says whether the server has been given the response's start; that of a page may be held until the first
    bytes of its body have told the place.
    """

    __slots__ = (
        "_asked_for",
        "_error",
        "_messages",
        "_response",
        "_rules",
        "_status",
        "_write",
        "environ",
        "start_response",
        "started",
    )

    def __init__(self, rules: Rules, environ: Environ, start_response: StartResponse, asked_for: bytes) -> None:
        self._rules = rules
        self.environ = environ
        self.start_response = start_response
        self._asked_for = asked_for
        self._status = ""
        self._error: ExcInfo = None
        self._messages: list[Message] = []
        self._response: PageResponse | None = None
        """What the response goes through; None for what is no page, and for a page once its tag is in."""
        self._write: WsgiWrite | None = None
        self.started = False

    def __call__(self, status: str, headers: WsgiHeaders, exc_info: ExcInfo = None) -> WsgiWrite:
        """`start_response` (PEP 3333). With `exc_info` it takes the place of a start that is held."""
        if self.started:
            write = self.start_response(status, headers, exc_info)  # raises where the old one has left
            self._response = None
            self._messages.clear()
            return write
        if self._status and exc_info is None:
            raise AssertionError("start_response was called twice without exc_info (PEP 3333)")
        self._status, self._error = status, exc_info
        self._messages.clear()
        try:
            self._response = self._find_response(status, headers)
        except Exception:  # noqa: BLE001 - whatever fails in here, the page goes out as the app made it
            self._response = None
            self._rules.outcomes.failed(make_scope(self.environ))
        if self._response is None:
            return self._start(headers)
        self._send_out()
        return self._write_through

    def _find_response(self, status: str, headers: WsgiHeaders) -> PageResponse | None:
        """What follows the response where it is a page, or the news that one has not changed."""
        is_page = self._rules.is_page_type(find_type(headers))
        code = int(status[:3])
        if not (is_page or (self._asked_for and code == 304)):
            return None
        scope = make_scope(self.environ)
        pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        response = PageResponse(self._rules, scope, scope["path"], scope["root_path"], self._keep)
        response.asked_for = self._asked_for
        complete(response.take({"type": "http.response.start", "status": code, "headers": pairs}))
        return response

    def _keep(self, message: Message) -> Awaitable[None]:
        """The response's `send`."""
        self._messages.append(message)
        return _KEPT

    def _start(self, headers: WsgiHeaders) -> WsgiWrite:
        self.started = True
        error, self._error = self._error, None
        self._write = self.start_response(self._status, headers, *((error,) if error else ()))
        return self._write

    def _send_out(self) -> list[bytes]:
        """Gives the server the start that is ready; returns the pieces of the body that are."""
        pieces = []
        messages, self._messages = self._messages, []
        for message in messages:
            if message["type"] == "http.response.start":
                self._start([(name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]])
            elif piece := message.get("body", b""):
                pieces.append(piece)
        if self._response is not None and self._response.through == self._keep and self.started:
            self._response = None  # all that follows passes
        return pieces

    def feed(self, data: bytes, *, more: bool) -> list[bytes]:
        """What goes out for the body's next piece."""
        response = self._response
        if response is None:
            return [data] if data else []
        complete(response.take({"type": "http.response.body", "body": data, "more_body": more}))
        return self._send_out()

    @property
    def passes(self) -> bool:
        """Whether the body that follows goes out as it comes."""
        return self.started and self._response is None

    def _write_through(self, data: bytes) -> None:
        """`write` for apps of before PEP 333 that push their body."""
        for piece in self.feed(data, more=True):
            assert self._write is not None  # noqa: S101 - pieces go out behind the start alone
            self._write(piece)

    def follow(self, body: Iterable[bytes]) -> Iterable[bytes]:
        """The body as it goes out."""
        if self.passes:
            return body
        if type(body) is list or type(body) is tuple:
            return self._rewrite(body)
        return PageBody(self, body)

    def _rewrite(self, body: list[bytes] | tuple[bytes, ...]) -> list[bytes]:
        """A body that is there as a whole; a list again, whose length servers look at."""
        last = len(body) - 1
        pieces = [piece for at, data in enumerate(body) for piece in self.feed(data, more=at < last)]
        return pieces if body else self.feed(b"", more=False)


class PageBody:
    """A body that is made while it goes out."""

    __slots__ = ("_body", "_ended", "_pieces", "_ready", "_start")

    def __init__(self, start: PageStart, body: Iterable[bytes]) -> None:
        self._start = start
        self._body = body
        self._pieces = iter(body)
        self._ready: list[bytes] = []
        self._ended = False

    def __iter__(self) -> Iterator[bytes]:
        """Itself."""
        return self

    def __next__(self) -> bytes:
        """The next piece; an empty one where the app's own is held (PEP 3333), unless the response has not begun."""
        while True:
            if self._ready:
                return self._ready.pop(0)
            if self._ended:
                raise StopIteration
            try:
                piece = next(self._pieces)
            except StopIteration:
                self._ended = True
                self._ready = self._start.feed(b"", more=False)
                continue
            self._ready = self._start.feed(piece, more=True)
            if not self._ready and self._start.started:
                return b""

    def close(self) -> None:
        """Closes the app's own body, however far it was read."""
        close = getattr(self._body, "close", None)
        if close is not None:
            close()


class _Kept:
    """What a response awaits when its message is kept: nothing."""

    def __await__(self) -> Generator[Any, Any, None]:
        yield from ()


_KEPT: Final = _Kept()


def find_type(headers: WsgiHeaders) -> bytes:
    """The Content-Type among a response's headers; empty for none."""
    for name, value in headers:
        if len(name) == 12 and name.lower() == "content-type":
            return value.encode("latin-1")
    return b""
