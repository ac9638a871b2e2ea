"""One response on its way out: looked at once, and passed on; a page is given to what puts the tag in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from starlette.types import Message, Scope, Send

from adnotice.events import Refusal
from adnotice.inject.eligibility import is_page_type
from adnotice.inject.files import send_file, send_without_body
from adnotice.inject.plan import Plan
from adnotice.inject.recoder import PageRecoder
from adnotice.inject.responder import PageResponder, nothing, send_both

if TYPE_CHECKING:
    from adnotice.inject.injector import Injector


class Page(msgspec.Struct, frozen=True):
    """A page that carries the tag if its body lets it: who asks, and how it begins."""

    scope: Scope
    site: str
    plan: Plan
    nonce: bytes
    start: Message


class Watcher(msgspec.Struct):
    """The app's `send` of one response.

    A Struct because it is made for each request, and theirs are made in half the time. Nothing in it is async: the app
    awaits the server's own send, without a frame of ours between.
    """

    injector: Injector
    scope: Scope
    send: Send
    root_path: str
    path: str
    """Root path and path as the server gave them: routers change the scope on their way (Starlette's Mount does)."""
    asked_for: bytes
    """If-None-Match with a mark of ours in it, as it came; else empty."""
    through: Callable[[Message], Awaitable[None]] | None = None
    """What takes the messages that follow; None as long as there is something to find out."""
    page: Page | None = None
    """The page whose first body message is awaited."""

    def take(self, message: Message) -> Awaitable[None]:
        """Takes the app's next message."""
        if self.through is not None:
            return self.through(message)
        if self.page is not None:
            return self._take_first(self.page, message)
        if message["type"] != "http.response.start":
            return self.send(message)
        headers = message.get("headers", ())
        if type(headers) is not list and type(headers) is not tuple:
            headers = list(headers)
            message = {**message, "headers": headers}
        self.through = self.send
        try:
            for name, value in headers:
                if name == b"content-type" or name.lower() == b"content-type":
                    if is_page_type(value):
                        begun = self._begin(message)
                        if begun is None:
                            self.through = None
                            return nothing()
                        message = begun
                    break
            if self.asked_for and message["status"] == 304:
                message = self.injector.validate(self._asked(), message, self.asked_for)
        except Exception:  # noqa: BLE001 - whatever fails in here, the page goes out as the app made it
            self.injector.fail(self.scope)
        return self.send(message)

    def pass_on(self) -> None:
        """From here on everything goes through."""
        self.through = self.send

    def _asked(self) -> Scope:
        """The scope with its address as the server gave it."""
        scope = self.scope
        if scope["path"] == self.path and scope.get("root_path", "") == self.root_path:
            return scope
        return {**scope, "root_path": self.root_path, "path": self.path}

    def _begin(self, message: Message) -> Message | None:
        """The start to send; None when it is held for a page that may carry the tag."""
        asked = self._asked()
        message, self.page = self.injector.begin(asked, message)
        if self.page is not None:
            return None
        if asked["method"] == "HEAD":
            self.through = partial(send_without_body, self.send)
        return message

    def _take_first(self, page: Page, message: Message) -> Awaitable[None]:
        """The first message after a page's start: with it nearly every page is done."""
        self.through = self.send
        try:
            sent = self.injector.put_tag(page, message, self.send)
        except Exception:  # noqa: BLE001 - the long way is tried next
            sent = None
            self.injector.fail(self.scope)
        if sent is not None:
            return sent
        responder = (PageRecoder if page.plan.coding else PageResponder)(
            self.injector, page.scope, page.site, self.send, self.pass_on, page.plan, page.nonce, page.start
        )
        self.through = responder.take
        if message["type"] == "http.response.pathsend":
            return send_file(self.take, message["path"], partial(self._leave_to_server, page, message))
        return responder.take(message)

    async def _leave_to_server(self, page: Page, message: Message) -> None:
        """A file that can't be opened here."""
        self.pass_on()
        self.injector.count_refused(page.scope, Refusal.CODING)
        await send_both(self.send, page.start, message)
