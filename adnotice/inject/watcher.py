"""One response on its way out: looked at once, and passed on; a page gets the tag, or is given to what can put it in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from starlette.types import Message, Scope, Send

from adnotice.events import Refusal
from adnotice.inject.files import send_file, send_without_body
from adnotice.inject.passing import nothing, send_both
from adnotice.inject.recoder import PageRecoder
from adnotice.inject.responder import PageResponder
from adnotice.inject.rules import Page, Rules
from adnotice.inject.tag import OPENING


class Watcher:
    """The app's `send` of one response.

    Nothing in it is async: the app awaits the server's own send, without a frame of ours between.
    """

    __slots__ = ("asked_for", "page", "path", "responder", "root_path", "rules", "scope", "send", "through")

    def __init__(self, rules: Rules, scope: Scope, path: str, root_path: str, send: Send) -> None:
        self.rules = rules
        self.scope = scope
        self.send = send
        self.path = path
        self.root_path = root_path
        """Path and root path as the server gave them: routers change the scope on their way (Starlette's Mount does)."""
        self.asked_for = b""
        """If-None-Match with a mark of ours in it, as it came; else empty."""
        self.through: Callable[[Message], Awaitable[None]] | None = None
        """What the messages that follow go through; None as long as there is something to find out."""
        self.page: Page | None = None
        """The page that has begun; its body is awaited as long as there is nothing that messages go through."""
        self.responder: PageResponder | PageRecoder | None = None
        """What takes the page's messages when the first doesn't tell the place."""

    def take(self, message: Message) -> Awaitable[None]:
        """Takes the app's next message."""
        through = self.through
        if through is not None:
            return through(message)
        if self.page is not None:
            if self.responder is not None:
                return self.responder.take(message)
            return self._take_first(self.page, message)
        start = message if isinstance(message, dict) else {**message}
        if start["type"] != "http.response.start":
            return self.send(message)
        headers = start.get("headers", ())
        if type(headers) is not list and type(headers) is not tuple:
            headers = list(headers)
            message = start = {**start, "headers": headers}
        try:
            content_type = find_type(headers)
            if (
                content_type not in self.rules.passed_types
                and self.rules.is_page_type(content_type)
                and not (self.asked_for and start["status"] == 304)
            ):
                return self._begin(start)
            if self.asked_for and message["status"] == 304:
                message = self.rules.validate(self.scope, self.path, self.root_path, message, self.asked_for)
        except Exception:  # noqa: BLE001 - whatever fails in here, the page goes out as the app made it
            self.rules.ledger.failed(self.scope)
        self.through = send = self.send
        return send(message)

    def pass_on(self) -> None:
        """From here on everything goes through."""
        self.through = self.send

    def _begin(self, message: dict[str, Any]) -> Awaitable[None]:
        """Takes the start of a response of a page's type: it is held when the tag may go in."""
        page = self.rules.begin(self.scope, self.path, self.root_path, message)
        if self.scope["method"] == "HEAD":
            self.through = partial(send_without_body, self.send)
            return self.send((page and page.begin()) or message)
        if page is None:
            self.through = self.send
            return self.send(message)
        self.page = page
        return self.send(message) if page.start is None else nothing()

    def _take_first(self, page: Page, message: Message) -> Awaitable[None]:
        """The first message after a page's start: when it tells the place, as it nearly always does, all is done."""
        coding = page.plan.coding
        if not coding and isinstance(message, dict) and message["type"] == "http.response.body":
            body = start = None
            try:
                start = page.begin()
                body = self._tag_first(page, message)
            except Exception:  # noqa: BLE001 - the long way is tried next
                self.rules.ledger.failed(page.scope)
            if body is not None:
                self.through = send = self.send
                return send(body) if start is None else send_both(send, start, body)
        self.responder = responder = (PageRecoder if coding else PageResponder)(
            self.rules, page, self.send, self.pass_on, page.start
        )
        if message["type"] == "http.response.pathsend":
            return send_file(self.take, message["path"], partial(self._leave_to_server, page, message))
        return responder.take(message)

    def _tag_first(self, page: Page, message: dict[str, Any]) -> Message | None:
        """The first piece of a page's body with the tag in it, recorded; None when it doesn't tell the place."""
        data = message.get("body")
        tagged = self._tag(data, page.tag) if type(data) is bytes else None
        if tagged is None:
            return None
        self.rules.ledger.injected(page.scope, page.path, page.site)
        return {**message, "body": tagged}

    def _tag(self, data: bytes, tag: bytes) -> bytes | None:
        """A page's first bytes with the tag in them; None when they don't tell the place, or it has a tag already."""
        tagged = self.rules.copies.find(data, tag)
        if tagged is None:
            place = self.rules.prologues.find(data)
            if isinstance(place, int) and not data.startswith(OPENING, place):
                tagged = self.rules.copies.insert(data, place, tag)
        return tagged

    async def _leave_to_server(self, page: Page, message: Message) -> None:
        """A file that can't be opened here."""
        self.pass_on()
        self.rules.ledger.refused(page.scope, Refusal.CODING)
        if page.start is not None:
            await self.send(page.start)
        await self.send(message)


def find_type(headers: Any) -> bytes:
    """The Content-Type among a response's headers; empty for none."""
    try:
        return _find_type(headers)
    except TypeError:  # compiled, that reads lists of tuples, as nearly all apps give them
        return _find_type([(pair[0], pair[1]) for pair in headers])


def _find_type(headers: list[tuple[bytes, ...]]) -> bytes:
    for pair in headers:
        name = pair[0]
        if len(name) == 12 and (name == b"content-type" or name.lower() == b"content-type"):
            return pair[1]
    return b""
