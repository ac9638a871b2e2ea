"""The middleware, for Django's sync and async handlers alike: our addresses, and every page through inject.

Endpoints wait for their commit on a thread: the request's own under WSGI, one of asgiref's under ASGI.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from itertools import chain
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from adnotice.django.options import find_options
from adnotice.http.wsgi_request import Environ, WsgiHeaders
from adnotice.inject.wsgi import IF_MATCH, IF_NONE_MATCH, PageStart
from adnotice.wsgi import AdNotice

GetResponse = Callable[[HttpRequest], Any]


class AdNoticeMiddleware:
    """`adnotice.django.middleware.AdNoticeMiddleware`, first in MIDDLEWARE.

    Settings are `ADNOTICE = {…}` in the site's settings, else those of adnotice.toml. What can't be used is logged, our own
    addresses answer 503, and the site goes on; `manage.py check` says it before.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response
        self._front = make_front()
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Django's middleware."""
        return self._answer_async(request) if self._is_async else self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        environ = make_environ(request)
        if self._front.owns(environ):
            return self._answer_own(environ)
        start = self._begin(request, environ)
        response: HttpResponseBase = self._get_response(request)
        if start is None:
            return response
        return put_tag(start, response)

    async def _answer_async(self, request: HttpRequest) -> HttpResponseBase:
        environ = make_environ(request)
        if self._front.owns(environ):
            return await sync_to_async(self._answer_own, thread_sensitive=False)(environ)
        start = self._begin(request, environ)
        response: HttpResponseBase = await self._get_response(request)
        if start is None:
            return response
        if response.streaming and response.is_async:
            return await put_tag_async(start, response)
        _start(start, response)
        if not start.passes and (response.streaming or response.has_header("Content-Encoding")):
            # Django reads such a body in this thread too, where it may ask the database; packing would hold up the loop
            return await sync_to_async(put_in, thread_sensitive=response.streaming)(start, response)
        return put_in(start, response)

    def _answer_own(self, environ: Environ) -> HttpResponse:
        begun = StartedAnswer()
        body = b"".join(self._front(environ, begun))
        response = HttpResponse(body, status=int(begun.status[:3]))
        del response["Content-Type"]
        for name, value in begun.headers:
            if name == "set-cookie":
                response.cookies.load(value)
            else:
                response[name] = value
        return response

    def _begin(self, request: HttpRequest, environ: Environ) -> PageStart | None:
        """What follows the response; the app's request gets its If-None-Match and If-Match without our mark."""
        start = self._front.begin_page(environ, StartedAnswer())
        if start is not None and start.environ is not environ:
            request.META.update(
                {name: start.environ[name] for name in (IF_MATCH, IF_NONE_MATCH) if name in start.environ}
            )
        return start


class StartedAnswer:
    """In place of a server's `start_response`: Django keeps the headers with the response."""

    def __init__(self) -> None:
        self.status = ""
        self.headers: WsgiHeaders = []

    def __call__(self, status: str, headers: WsgiHeaders, exc_info: object = None) -> Callable[[bytes], object]:  # noqa: ARG002 - PEP 3333's
        """Takes what goes out."""
        self.status, self.headers = status, headers
        return _write_nothing


def _write_nothing(data: bytes) -> None:
    raise RuntimeError(f"Django's responses push no body, got {len(data)} bytes")


def make_front() -> AdNotice:
    """Ours, for this site's settings."""
    return AdNotice(_no_app, None, **find_options())


def _no_app(*_: Any) -> Iterable[bytes]:
    raise RuntimeError("Django's own handler answers")


def make_environ(request: HttpRequest) -> Environ:
    """The request by PEP 3333, as the site's settings have its scheme and host read."""
    meta: Environ = request.META
    # Django keeps both decoded in META, where PEP 3333 has the bytes as Latin-1.
    paths = {"PATH_INFO": request.path_info, "SCRIPT_NAME": meta.get("SCRIPT_NAME", "")}
    changed: Environ = {
        name: path.encode("utf-8", "replace").decode("latin-1")
        for name, path in paths.items()
        if name not in meta or not path.isascii()
    }
    if "wsgi.input" not in meta:
        changed |= {"wsgi.input": request, "wsgi.input_terminated": True}
    if request.scheme != meta.get("wsgi.url_scheme"):
        changed["wsgi.url_scheme"] = request.scheme
    if settings.USE_X_FORWARDED_HOST:
        with suppress(DisallowedHost):  # then the site's own answer says so
            changed["HTTP_HOST"] = request.get_host()
    return {**meta, **changed} if changed else meta


def put_tag(start: PageStart, response: HttpResponseBase) -> HttpResponseBase:
    """The response with the tag where it is a page that should carry it."""
    if response.streaming and response.is_async:
        return response  # under WSGI: Django reads it to its end itself, and warns
    _start(start, response)
    return put_in(start, response)


def put_in(start: PageStart, response: HttpResponseBase) -> HttpResponseBase:
    """The same once its start is known; one that is streamed begins with its first piece."""
    given: Iterable[bytes] = response.streaming_content if response.streaming else [response.content]
    body = start.follow(given)
    if body is given:
        _take_headers(start, response)  # of a 304, which has no body
        return response
    if response.streaming:
        pieces = iter(body)
        first = [] if start.started else [next(pieces, b"")]
        response.streaming_content = chain(first, pieces)
    else:
        response.content = b"".join(body)
    _take_headers(start, response)
    return response


async def put_tag_async(start: PageStart, response: HttpResponseBase) -> HttpResponseBase:
    """The same for a body that is made asynchronously."""
    pieces: AsyncIterator[bytes] = aiter(response.streaming_content)
    _start(start, response)
    if start.passes:
        return response
    ready: list[bytes] = []
    while not start.started:
        piece = await anext(pieces, None)
        ready += start.feed(piece or b"", more=piece is not None)
        if piece is None:
            break

    async def body() -> AsyncIterator[bytes]:
        for made in ready:
            yield made
        async for piece in pieces:
            for made in start.feed(piece, more=True):
                yield made
        for made in start.feed(b"", more=False):
            yield made

    response.streaming_content = body()
    _take_headers(start, response)
    return response


def _start(start: PageStart, response: HttpResponseBase) -> None:
    start(f"{response.status_code} {response.reason_phrase}", list(response.items()))


def _take_headers(start: PageStart, response: HttpResponseBase) -> None:
    begun = start.start_response
    assert isinstance(begun, StartedAnswer)  # noqa: S101 - made above
    if begun.headers == list(response.items()):
        return
    for name, _ in list(response.items()):
        del response[name]
    for name, value in begun.headers:
        response[name] = value
