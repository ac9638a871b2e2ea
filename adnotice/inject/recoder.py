"""One page that the app has already compressed: opened, given the tag, closed again, as a stream.

Until the place is known nothing is changed: what has no end, is broken from the start or is no page goes out as it came.
After that each message is passed on in the app's own `send()`, closed with a flush. Where the compressed page breaks off
later, what could be read of it goes out, and then the rest as it came: it breaks at the same place of the text.

Decided: a page compressed in one piece of more than 256 KiB is left alone, since opening it would keep the event loop
from other readers for tens of milliseconds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from starlette.types import Message, Send

from adnotice.inject.coding import BrokenCodingError, Decoder, Encoder, make_codec
from adnotice.inject.passing import Messages, nothing, send_all
from adnotice.inject.placement import Scanner
from adnotice.inject.rules import Page, Rules
from adnotice.vocabulary import Refusal

MAX_WHOLE_BYTES: Final = 256 * 1024
"""What one message may hold, compressed."""

MAX_TEXT_BYTES: Final = 8 * 1024 * 1024
"""What may come out of it."""

_SLICE: Final = 4 * 1024


class PageRecoder(msgspec.Struct):
    """Takes the messages of one compressed page from its start on, and passes them on with the tag in it."""

    rules: Rules
    page: Page
    forward: Send
    pass_on: Callable[[], None]
    """Tells that all that follows goes through as it is."""
    start: Message | None
    """The response's start while it is held."""
    held: tuple[Message, ...] = ()
    """The body messages held, as the app sent them."""
    raw: bytes = b""
    """What they hold together."""
    decoder: Decoder | None = None
    encoder: Encoder | None = None
    scanner: Scanner | None = None
    """Looks for the place in the pieces after the first."""

    def take(self, message: Message) -> Awaitable[None]:
        """The app's `send` for what follows the start."""
        self.held += (message,)
        try:
            messages = self._take(message)
        except Exception as error:  # noqa: BLE001 - whatever fails in here, the page goes out as the app made it
            if not isinstance(error, BrokenCodingError):
                self.rules.ledger.failed(self.page.scope)
            elif self.start is not None:
                self.rules.ledger.refused(self.page.scope, Refusal.CODING)
            messages = self._release()
        return send_all(self.forward, messages) if messages else nothing()

    def _release(self) -> Messages:
        """All that is held, as it was; from here on everything goes through."""
        self.pass_on()
        messages = self.held if self.start is None else (self.start, *self.held)
        self.start, self.held = None, ()
        return messages

    def _refuse(self, refusal: Refusal) -> Messages:
        self.rules.ledger.refused(self.page.scope, refusal)
        return self._release()

    def _take(self, message: Message) -> Messages:
        if message["type"] != "http.response.body":
            return self._refuse(Refusal.MESSAGE) if self.start is not None else self._release()
        data = bytes(message.get("body", b""))
        more = message.get("more_body", False)
        if self.start is None:
            return self._go_on(message, data)
        self.raw += data
        if len(self.raw) > MAX_WHOLE_BYTES:
            return self._refuse(Refusal.CODING)
        if len(self.raw) < 2:
            return () if more else self._refuse(Refusal.FRAGMENT)
        return self._begin(message, more)

    def _begin(self, message: Message, more: bool) -> Messages:
        """Opens what there is. As long as it has no text to read, holding it withholds nothing."""
        codec = make_codec(self.page.plan.coding, self.raw)
        if codec is None:
            return self._refuse(Refusal.CODING)
        self.decoder, self.encoder = codec
        text = _decode(self.decoder, self.raw)
        ended = self.decoder.ended()
        if not (more or ended):
            return self._refuse(Refusal.CODING)
        if not (text or ended):
            return ()
        found = self.rules.prologues.find(text)
        if found is None:
            self.scanner = Scanner()
            found = self.scanner.feed(text, last=ended)
        if isinstance(found, Refusal):
            return self._refuse(found)
        if found is not None:
            if self.page.plan.tag.stands_in(text, found):
                return self._refuse(Refusal.REPEATED)
            text = self._insert(text, found)
        headers = list(self.page.headers or ())
        body = {**message, "body": self._encode(text)}
        if self.page.plan.has_length and not more:
            headers.append((b"content-length", b"%d" % len(body["body"])))
        start = {**(self.start or {}), "headers": headers}
        self.start, self.held, self.raw = None, (), b""
        return start, body

    def _go_on(self, message: Message, data: bytes) -> Messages:
        """The next piece of a page whose beginning is out."""
        assert self.decoder is not None  # noqa: S101 - made before the start was let go
        assert self.encoder is not None  # noqa: S101
        try:
            text = self.decoder.decode(data)
        except BrokenCodingError:
            self.pass_on()
            return ({**message, "body": self.encoder.encode(b"") + data},)
        if self.scanner is not None:
            try:
                text = self._look(text, last=self.decoder.ended())
            except Exception:  # noqa: BLE001 - the page goes on without the tag; as it came it can't any more
                self.scanner = None
                self.rules.ledger.failed(self.page.scope)
        self.held = ()
        return ({**message, "body": self._encode(text)},)

    def _look(self, text: bytes, *, last: bool) -> bytes:
        """The text, with the tag in it if its place is here."""
        assert self.scanner is not None  # noqa: S101 - asked before
        found = self.scanner.feed(text, last=last)
        if found is None:
            return text
        if found == -1:
            found = Scanner.find_late(text)
        self.scanner = None
        if isinstance(found, int) and found >= 0:
            return self._insert(text, found)
        self.rules.ledger.refused(self.page.scope, found if isinstance(found, Refusal) else Refusal.FRAGMENT)
        return text

    def _insert(self, text: bytes, place: int) -> bytes:
        self.scanner = None
        self.rules.ledger.injected(self.page.scope, self.page.path, self.page.site)
        view = memoryview(text)
        return b"".join((view[:place], self.page.tag, view[place:]))

    def _encode(self, text: bytes) -> bytes:
        """The text compressed; with the end, and what came behind it, once the app's own has ended."""
        assert self.decoder is not None  # noqa: S101 - made before anything is encoded
        assert self.encoder is not None  # noqa: S101
        if self.decoder.ended():
            self.pass_on()
            return self.encoder.finish(text) + self.decoder.rest
        return self.encoder.encode(text) if text else b""


def _decode(decoder: Decoder, data: bytes) -> bytes:
    """The text in this data, decoded in slices, so that a bomb is found before it goes off."""
    pieces: list[bytes] = []
    size = 0
    for at in range(0, len(data), _SLICE):
        if decoder.ended():
            decoder.rest += data[at:]
            break
        pieces.append(decoder.decode(data[at : at + _SLICE]))
        size += len(pieces[-1])
        if size > MAX_TEXT_BYTES:
            raise BrokenCodingError("far more text than a page has")
    return b"".join(pieces)
