"""One page on its way out: it waits, if it must, until the body's first bytes say where the tag goes.

* A page whose length was announced is held until the place is known, 16 KiB at most: its new length must be announced.
* A page without a length is never held: each message is passed on before the app's `send()` returns. Only where its ETag
  must change its start waits for the first piece of the body, as ASGI lets a server wait too. When that piece doesn't tell
  yet whether this is a page, the changed headers stay, and are right. What comes right behind the place is the exception:
  while it may be a tag of ours that the page has already, of which more is to come, it waits, 1 KiB at most.
* Once the place is found, or there is none, messages go through as they are.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.types import Message, Send

from adnotice.inject.held import copy_message
from adnotice.inject.memo.copies import insert
from adnotice.inject.rewrite.head_scanner import Scanner
from adnotice.inject.rules import Page, Rules
from adnotice.inject.sending import Messages, nothing, send_all, send_both
from adnotice.inject.tag import MAX_TAG_BYTES
from adnotice.vocabulary import Refusal

BESIDE: Final = frozenset(("http.response.early_hint", "http.response.push", "http.response.debug"))
"""Messages beside the page, between its start and its body: where nothing is held they pass, and the body is awaited."""


class PlainRewriter:
    """Takes the messages of one page from its start on, and passes them on with the tag in it.

    `pass_on` tells that all that follows goes through as it is; `start` is the response's start while it is held.
    """

    def __init__(
        self, rules: Rules, page: Page, forward: Send, pass_on: Callable[[], None], start: Message | None
    ) -> None:
        self.rules = rules
        self.page = page
        self.forward = forward
        self.pass_on = pass_on
        self.start = start
        self.held: tuple[Message, ...] = ()
        """The body messages held, copied as the app sent them."""
        self.scanner: Scanner | None = None
        self.before: bytes | None = None
        """The held text before the place, once that is known; what is held beyond it may yet become a tag of ours."""

    def take(self, message: Message) -> Awaitable[None]:
        """The app's `send` for what follows the start."""
        self.held += (message,)
        try:
            message = copy_message(message)
            self.held = (*self.held[:-1], message)
            if message["type"] == "http.response.body":
                data = message.get("body", b"")
                if self.before is not None:
                    text = self._text_held() + data
                    messages = self._inject(message, text, len(self.before))
                else:
                    found = self.rules.beginnings.find(data) if self.scanner is None else None
                    if type(found) is int:
                        messages = self._inject(message, data, found)
                    else:
                        messages = self._take_body(message, data, found)
            elif self.start is None and message["type"] in BESIDE:
                messages, self.held = self.held[-1:], self.held[:-1]
            else:
                messages = self._refuse(Refusal.MESSAGE)
        except Exception:  # noqa: BLE001 - whatever fails in here, the page goes out as the app made it
            messages = self._release()
            self.rules.outcomes.failed(self.page.scope)
        if len(messages) == 2:
            return send_both(self.forward, *messages)
        return send_all(self.forward, messages) if messages else nothing()

    def _release(self) -> Messages:
        """All that is held, as it was; from here on everything goes through."""
        self.pass_on()
        messages = self.held if self.start is None else (self.start, *self.held)
        self.start, self.held = None, ()
        return messages

    def _refuse(self, refusal: Refusal) -> Messages:
        self.rules.outcomes.refused(self.page.scope, refusal)
        return self._release()

    def _take_body(self, message: Message, data: bytes, found: int | Refusal | None) -> Messages:
        """A piece whose first bytes alone don't tell the place."""
        if found is None:
            self.scanner = self.scanner or Scanner()
            found = self.scanner.feed(data, last=not message.get("more_body", False))
            if not self.page.plan.has_length:
                return self._go_on(message, data, found)
            if found is None:
                return ()
        if isinstance(found, Refusal):
            return self._refuse(found)
        before = self._text_held()
        return self._inject(message, before + data, len(before) + found)

    def _text_held(self) -> bytes:
        """What is held of the body, without the message at hand."""
        return b"".join([held.get("body", b"") for held in self.held[:-1]])

    def _go_on(self, message: Message, data: bytes, found: int | Refusal | None) -> Messages:
        """The next piece of a page without a length: goes out now, whatever was found."""
        if found == -1 and self.start is None:
            found = Scanner.find_late(data)
        if isinstance(found, Refusal):
            return self._refuse(found)
        if found is not None:
            return self._inject(message, data, found) if found >= 0 else self._refuse(Refusal.FRAGMENT)
        start = None if self.start is None else self.page.begin()
        self.start, self.held = None, ()
        return (message,) if start is None else (start, message)

    def _inject(self, message: Message, data: bytes, place: int) -> Messages:
        """The page's beginning with the tag in it."""
        page = self.page
        begins = page.plan.tag.begins(data[place : place + MAX_TAG_BYTES])
        if begins is None and message.get("more_body", False):
            return self._wait(message, data, place)
        if begins:
            return self._refuse(Refusal.REPEATED)
        body = {**message, "body": insert(data, place, page.tag)}
        start = None if self.start is None else page.begin()
        self.rules.outcomes.injected(page.scope, page.path, page.site)
        self.pass_on()
        return (body,) if start is None else (start, body)

    def _wait(self, message: Message, data: bytes, place: int) -> Messages:
        """What follows the place may become a tag of ours. Without a length, what comes before goes out now."""
        if self.page.plan.has_length:
            self.before = data[:place]
            return ()
        self.before = b""
        self.held = ({**message, "body": data[place:]},) if data[place:] else ()
        start = None if self.start is None else self.page.begin()
        self.start = None
        before = ({**message, "body": data[:place]},) if place else ()
        return before if start is None else (start, *before)
