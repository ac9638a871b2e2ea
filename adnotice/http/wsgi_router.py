"""Our own addresses under WSGI: the same endpoints, asked on the thread of the request."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from starlette.types import Message

from adnotice.http.admission import MAX_DISCARDED_BYTES, messages_of
from adnotice.http.headers import header
from adnotice.http.messages import Answer, Rejected
from adnotice.http.router import Router, store_is_away
from adnotice.http.wsgi_request import Environ, WsgiHeaders, make_scope
from adnotice.vocabulary import Rejection, Unavailable
from adnotice.waiting import complete

PIECE_BYTES: Final = 64 * 1024

WsgiAnswer = tuple[str, WsgiHeaders, bytes]
"""The status line, the headers, the body."""


class WsgiRouter:
    """Answers what is asked below our prefix, by the same rules as this router.

    It holds the router and is none: that is compiled, and what is not compiled can't inherit from it.
    """

    def __init__(self, router: Router) -> None:
        self._router = router

    def respond(self, name: str, environ: Environ) -> WsgiAnswer:
        """The answer to the request for this name, whatever it is."""
        scope = make_scope(environ)
        head = scope["method"] == "HEAD"
        unread = True
        try:
            endpoint = self._router.find(name)
            if endpoint is None:
                return self._ask_app(name, scope, environ)
            rule = endpoint.rule
            request = self._router.admit(rule, name, scope)
            if rule.max_body_bytes:
                request.body = read_body(environ, rule.max_body_bytes)
                unread = False
            answer = complete(endpoint.answer(request))
        except Rejected as rejected:
            answer = self._router.reject(scope, rejected)
            unread = unread and rejected.unread
        except Unavailable as unavailable:
            answer = self._router.reject(scope, store_is_away(unavailable))
        if unread:
            discard_body(environ)
        return send_answer(answer, head=head)

    def _ask_app(self, name: str, scope: dict[str, Any], environ: Environ) -> WsgiAnswer:
        """The dashboard's answer, from an event loop of this request's own: it shares none, so no fork can break it."""
        body = b""
        try:
            app, rule, _, asked = self._router.for_app(name, scope)
            if rule.max_body_bytes:
                body = read_body(environ, rule.max_body_bytes)
        except Rejected as rejected:
            app, asked = self._router.have_told(name, scope, rejected)
            if rejected.unread:
                discard_body(environ)
        messages: list[Message] = []

        left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Message:
            # The body once; that the reader goes away is heard of by nobody here: who waits for it is called off.
            return left.pop() if left else await asyncio.get_running_loop().create_future()

        async def send(message: Message) -> None:
            messages.append(message)

        run_on_loop(partial(app, asked, receive, send))
        start, *rest = messages
        whole = b"".join(message.get("body", b"") for message in rest)
        return _as_wsgi(start["status"], start["headers"], b"" if scope["method"] == "HEAD" else whole)


def run_on_loop(call: Callable[[], Any]) -> None:
    """Runs a coroutine function to its end on a loop of its own, in a thread of its own: this one may have a loop, or
    somebody's idea of one."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
                runner.run(call())
        except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
            failed.append(error)

    thread = threading.Thread(target=run, name="adnotice-dashboard")
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


def read_body(environ: Environ, limit: int) -> bytes:
    """The request's body, of at most `limit` bytes. Raises `Rejected`: 413 when there are more, 400 when the client has gone.

    There is no deadline: a thread that reads can't be called back, so how long a body may take is the server's to say.
    """
    length = content_length(environ)
    wanted = limit + 1 if length is None else min(length, limit + 1)
    try:
        body: bytes = environ["wsgi.input"].read(wanted)
    except Exception:  # noqa: BLE001 - some servers raise for a client that went away, each its own
        raise _gone() from None
    if length is not None and len(body) < wanted:  # others give what there was
        raise _gone()
    if len(body) > limit:
        raise Rejected(
            Rejection.SIZE, f"body must have at most {limit} bytes, got more", header(b"connection", "close")
        )
    return body


def _gone() -> Rejected:
    gone = Rejected(Rejection.GONE, "the client went away before the body was complete")
    gone.unread = False
    return gone


def discard_body(environ: Environ) -> None:
    """Reads a body that nobody wants, so that the answer doesn't meet it on its way. See `Admission.discard`."""
    left = content_length(environ)
    if left is None or left > MAX_DISCARDED_BYTES or "HTTP_EXPECT" in environ:
        return
    with suppress(Exception):  # a client that has gone
        while left > 0 and (piece := environ["wsgi.input"].read(min(left, PIECE_BYTES))):
            left -= len(piece)


def content_length(environ: Environ) -> int | None:
    """How long the body is; None where it comes in pieces whose end the server tells."""
    text = environ.get("CONTENT_LENGTH", "")
    if text.isdigit():
        return int(text[:19])
    return None if environ.get("wsgi.input_terminated") else 0


def send_answer(answer: Answer, *, head: bool) -> WsgiAnswer:
    """An answer of ours for `start_response`."""
    start, body = messages_of(answer, head=head)
    return _as_wsgi(start["status"], start["headers"], body["body"])


def _as_wsgi(status: int, headers: Any, body: bytes) -> WsgiAnswer:
    given = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in headers
        if name != b"connection"  # the server's own matter (PEP 3333)
    ]
    return f"{status} {HTTPStatus(status).phrase}", given, body
