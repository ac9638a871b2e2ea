"""One response on its way out: looked at once, and passed on; a page gets the tag, or is given to what can put it in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from starlette.types import Message, Send

from adnotice.inject.decide.plan import Plan
from adnotice.inject.decide.validators import Pairs
from adnotice.inject.files import send_file, send_without_body
from adnotice.inject.rewrite.compressed import CompressedRewriter
from adnotice.inject.rewrite.plain import PlainRewriter
from adnotice.inject.rules import Page, Rules, begin_with
from adnotice.inject.sending import nothing, send_both
from adnotice.inject.tag import OPENING, OPENING_BYTES
from adnotice.vocabulary import Refusal


class PageResponse:
    """The app's `send` of one response.

    Nothing in it is async: the app awaits the server's own send, without a frame of ours between.
    """

    __slots__ = (
        "asked_for",
        "headers",
        "path",
        "plan",
        "rewriter",
        "root_path",
        "rules",
        "scope",
        "send",
        "site",
        "start",
        "tag",
        "through",
    )

    def __init__(self, rules: Rules, scope: dict[str, Any], path: str, root_path: str, send: Send) -> None:
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
        self.plan: Plan | None = None
        """How the page that has begun gets its tag; its body is awaited as long as messages go through nothing."""
        self.site = ""
        self.tag = b""
        self.start: dict[str, Any] | None = None
        """The page's start as the app made it, while it is held; `headers` are those that it goes out with."""
        self.headers: Pairs | None = None
        self.rewriter: PlainRewriter | CompressedRewriter | None = None
        """What takes the page's messages when the first doesn't tell the place."""

    def take(self, message: Message) -> Awaitable[None]:
        """Takes the app's next message."""
        through = self.through
        if through is not None:
            return through(message)
        plan = self.plan
        if plan is not None:
            if self.rewriter is not None:
                return self.rewriter.take(message)
            return self._take_first(plan, message)
        start = message if isinstance(message, dict) else {**message}
        kind: str = start["type"]
        if kind != "http.response.start":
            return self.send(message)
        headers = start.get("headers", ())
        if type(headers) is not list and type(headers) is not tuple:
            headers = list(headers)
            message = start = {**start, "headers": headers}
        sent: Message | None = message
        try:
            if self.rules.is_page_type(find_type(headers)) and not (self.asked_for and start["status"] == 304):
                sent = self._begin(start)
            else:
                self.through = self.send
                if self.asked_for and start["status"] == 304:
                    sent = self.rules.validate(self.scope, self.path, self.root_path, start, self.asked_for)
        except Exception:  # noqa: BLE001 - whatever fails in here, the page goes out as the app made it
            self.through = self.send
            self.rules.outcomes.failed(self.scope)
            sent = message
        return nothing() if sent is None else self.send(sent)

    def pass_on(self) -> None:
        """From here on everything goes through."""
        self.through = self.send

    def _begin(self, start: dict[str, Any]) -> Message | None:
        """Takes the start of a response of a page's type; returns what goes out now, None when it is held."""
        method: str = self.scope["method"]
        plan, site, tag = self.rules.decide(self.scope, method, self.path, self.root_path, start)
        headers = None if plan is None or plan.keeps_start() else plan.revise(start["headers"], tag)
        if method == "HEAD":
            self.through = partial(send_without_body, self.send)
            return start if headers is None else begin_with(start, headers)
        if plan is None:
            self.through = self.send
            return start
        self.site, self.tag, self.plan = site, tag, plan
        if headers is None:
            return start
        # A copy: the app may use its own message, or its list, again once send() has returned.
        self.start = held = dict(start)
        held["headers"] = list(start["headers"])
        self.headers = headers
        return None

    def _take_first(self, plan: Plan, message: Message) -> Awaitable[None]:
        """The first message after a page's start: when it tells the place, as it nearly always does, all is done."""
        kind: str = message["type"]
        if kind == "http.response.body" and not plan.coding and isinstance(message, dict):
            body = None
            try:
                body = self._tag_first(message)
            except Exception:  # noqa: BLE001 - the long way is tried next
                self.rules.outcomes.failed(self.scope)
            if body is not None:
                self.through = send = self.send
                start = self.start
                if start is None:
                    return send(body)
                start["headers"] = self.headers
                return send_both(send, start, body)
        page = Page(self.scope, self.path, self.site, plan, self.tag, self.start, self.headers)
        self.rewriter = rewriter = (CompressedRewriter if plan.coding else PlainRewriter)(
            self.rules, page, self.send, self.pass_on, page.start
        )
        if kind == "http.response.pathsend":
            return send_file(self.take, message["path"], partial(self._leave_to_server, page, message))
        return rewriter.take(message)

    def _tag_first(self, message: dict[str, Any]) -> Message | None:
        """The first piece of a page's body with the tag in it, recorded; None when it doesn't tell the place."""
        data = message.get("body")
        tagged = self._tag(data, self.tag) if type(data) is bytes else None
        if tagged is None:
            return None
        sent = dict(message)
        sent["body"] = tagged
        self.rules.outcomes.injected(self.scope, self.path, self.site)
        return sent

    def _tag(self, data: bytes, tag: bytes) -> bytes | None:
        """A page's first bytes with the tag in them; None when they don't tell the place, or it has a tag already."""
        tagged = self.rules.copies.find(data, tag)
        if tagged is None:
            place = self.rules.beginnings.find(data)
            # Fewer bytes than a tag begins with don't tell whether one of ours follows.
            if isinstance(place, int) and len(data) - place >= OPENING_BYTES and not data.startswith(OPENING, place):
                tagged = self.rules.copies.insert(data, place, tag)
        return tagged

    async def _leave_to_server(self, page: Page, message: Message) -> None:
        """A file that can't be opened here."""
        self.pass_on()
        self.rules.outcomes.refused_outside(page.scope, Refusal.FILE)
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
