"""One page that the app has already compressed: opened, given the tag, closed again, as a stream.

Until the place is known nothing is changed: what has no end, is broken from the start or is no page goes out as it came.
After that each message is passed on in the app's own `send()`, closed with a flush. Where the compressed page breaks off
later, what could be read of it goes out, and then the rest as it came: it breaks at the same place of the text.

It is done in steps of some milliseconds, with everybody else's turn between two of them: however large a message is, no
other reader waits for it.

Decided: of a page that is not open yet at most 256 KiB are held, since they stand in memory twice. Not done: to open the
beginning alone and let the rest pass. In deflate it refers to the text before by distance, which the tag makes longer;
a second gzip member is read by no browser but Firefox.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import msgspec
from starlette.types import Message, Send

from adnotice.inject.held import copy_message
from adnotice.inject.rewrite.codecs import SLICE_BYTES, STEP_BYTES, BrokenCodingError, Decoder, Encoder, make_codec
from adnotice.inject.rewrite.head_scanner import Scanner
from adnotice.inject.rules import Page, Rules
from adnotice.inject.tag import MAX_TAG_BYTES
from adnotice.vocabulary import Refusal
from adnotice.waiting import yield_turn

MAX_WHOLE_BYTES: Final = 256 * 1024
"""What may be held, compressed."""

MAX_TEXT_BYTES: Final = 8 * 1024 * 1024
"""What may come out of it."""

RecodingSteps = Iterator[Message | None]
"""What goes out, one message after the other; None: it is the others' turn."""


class CompressedRewriter(msgspec.Struct):
    """Takes the messages of one compressed page from its start on, and passes them on with the tag in it."""

    rules: Rules
    page: Page
    forward: Send
    pass_on: Callable[[], None]
    """Tells that all that follows goes through as it is."""
    start: Message | None
    """The response's start while it is held."""
    held: tuple[Message, ...] = ()
    """The body messages held, copied as the app sent them."""
    size: int = 0
    """How many bytes they hold together."""
    first: bytes = b""
    """The page's first bytes, while they are too few to tell how it is compressed."""
    texts: tuple[bytes, ...] = ()
    """The text in what is held."""
    decoder: Decoder | None = None
    encoder: Encoder | None = None
    scanner: Scanner | None = None
    """Looks for the place in the pieces after the first."""
    behind: bytes | None = None
    """The text behind the place, while it may be a tag of ours of which more is to come."""
    at: int = 0
    """How much of the message at hand is decoded."""

    async def take(self, message: Message) -> None:
        """The app's `send` for what follows the start."""
        self.held += (message,)
        steps: RecodingSteps | None = None
        while True:
            try:
                if steps is None:
                    message = copy_message(message)
                    self.held = (*self.held[:-1], message)
                    steps = self._take(message)
                made = next(steps)
            except StopIteration:
                return
            except Exception as error:  # noqa: BLE001 - whatever fails in here, the page goes out as the app made it
                if not isinstance(error, BrokenCodingError):
                    self.rules.outcomes.failed(self.page.scope)
                elif self.start is not None:
                    self.rules.outcomes.refused_outside(self.page.scope, Refusal.CODING)
                steps = self._release()
                continue
            await (yield_turn() if made is None else self.forward(made))

    def _release(self) -> RecodingSteps:
        """All that is held, as it was; from here on everything goes through."""
        self.pass_on()
        messages = self.held if self.start is None else (self.start, *self.held)
        self.start, self.held = None, ()
        return iter(messages)

    def _refuse(self, refusal: Refusal) -> RecodingSteps:
        self.rules.outcomes.refused(self.page.scope, refusal)
        return self._release()

    def _take(self, message: Message) -> RecodingSteps:
        if message["type"] != "http.response.body":
            yield from self._take_other(message)
            return
        data = message.get("body", b"")
        yield from self._go_on(message, data) if self.start is None else self._begin(message, data)

    def _take_other(self, message: Message) -> RecodingSteps:
        """A message beside the body: as long as nothing is out the page stays as it is, later it can't any more."""
        if self.start is not None:
            return self._refuse(Refusal.MESSAGE)
        self.held = ()
        return iter((message,))

    def _begin(self, message: Message, data: bytes) -> RecodingSteps:
        """Opens what there is. As long as it has no text to read, holding it withholds nothing."""
        more = message.get("more_body", False)
        self.size += len(data)
        if self.decoder is None:
            data = self.first = self.first + data
            if len(data) >= 2 and (codec := make_codec(self.page.plan.coding, data)):
                self.decoder, self.encoder = codec
        if self.size > MAX_WHOLE_BYTES:
            yield from self._refuse(Refusal.LARGE)
        elif self.decoder is not None:
            yield from self._open(message, data, more)
        elif self.size >= 2:
            yield from self._refuse(Refusal.CODING)
        elif not more:
            yield from self._refuse(Refusal.FRAGMENT)

    def _open(self, message: Message, data: bytes, more: bool) -> RecodingSteps:
        assert self.decoder is not None  # noqa: S101 - made before
        size = sum(map(len, self.texts))
        for number, text in enumerate(self._decode(data)):
            if number:
                yield None
            self.texts += (text,)
            size += len(text)
            if size > MAX_TEXT_BYTES:
                yield from self._refuse(Refusal.LARGE)
                return
        ended = self.decoder.ended()
        if not (more or ended):
            yield from self._refuse(Refusal.CODING)
        elif size or ended:
            yield from self._place(message, b"".join(self.texts), ended)

    def _place(self, message: Message, text: bytes, ended: bool) -> RecodingSteps:
        """The page's first text is there: the start can go, unless this is no page or has a tag of ours."""
        found = self.rules.beginnings.find(text)
        if found is None:
            self.scanner = Scanner()
            found = self.scanner.feed(text, last=ended)
        if isinstance(found, Refusal):
            yield from self._refuse(found)
            return
        if found is not None:
            self.scanner = None
            if self.page.plan.tag.begins(text[found : found + MAX_TAG_BYTES]):
                yield from self._refuse(Refusal.REPEATED)
                return
            text = self._insert(text, found, last=ended)
        yield from self._send(message, (text[at : at + STEP_BYTES] for at in range(0, len(text), STEP_BYTES)))

    def _go_on(self, message: Message, data: bytes) -> RecodingSteps:
        """The next piece of a page whose beginning is out."""
        assert self.encoder is not None  # noqa: S101 - made before the start was let go
        try:
            yield from self._send(message, self._mark_all(data))
        except BrokenCodingError:
            self.pass_on()
            rest = self.encoder.put(self.behind or b"") + self.encoder.flush() + data[self.at :]
            yield {**message, "body": rest}

    def _send(self, message: Message, texts: Iterable[bytes]) -> RecodingSteps:
        """The texts compressed, with the page's start before the first of them where it is held.

        With the end, and what came behind it, once the app's own has ended.
        """
        assert self.decoder is not None  # noqa: S101 - made before anything is encoded
        assert self.encoder is not None  # noqa: S101
        is_whole = self.start is not None and not message.get("more_body", False)
        packed, has_text = b"", False
        for text in texts:
            if has_text:
                yield None
            has_text = True
            packed += self.encoder.put(text)
            if len(packed) >= STEP_BYTES and not (is_whole and self.page.plan.has_length):
                yield from self._let_start_go()
                yield {"type": "http.response.body", "body": packed, "more_body": True}
                packed = b""
        if self.decoder.ended():
            self.pass_on()
            packed += self.encoder.finish() + self.decoder.rest
        elif has_text:
            packed += self.encoder.flush()
        yield from self._let_start_go(len(packed) if is_whole and self.page.plan.has_length else None)
        self.held = ()
        yield {**message, "body": packed}

    def _let_start_go(self, length: int | None = None) -> RecodingSteps:
        if self.start is not None:
            headers = list(self.page.headers or ())
            if length is not None:
                headers.append((b"content-length", b"%d" % length))
            start = {**self.start, "headers": headers}
            self.start, self.held, self.texts = None, (), ()
            yield start

    def _decode(self, data: bytes) -> Iterator[bytes]:
        """The text in this data, in steps."""
        assert self.decoder is not None  # noqa: S101 - made before
        for at in range(0, len(data), SLICE_BYTES):
            if self.decoder.ended():
                self.decoder.rest += data[at:]
                return
            self.at = at
            for text in self.decoder.decode(data[at : at + SLICE_BYTES]):
                for begin in range(0, len(text), STEP_BYTES):
                    yield text[begin : begin + STEP_BYTES]

    def _mark_all(self, data: bytes) -> Iterator[bytes]:
        """The text in this data, with the tag in it if its place is here."""
        assert self.decoder is not None  # noqa: S101 - made before the start was let go
        for text in self._decode(data):
            yield self._mark(text, last=False)
        if self.decoder.ended() and (text := self._mark(b"", last=True)):
            yield text

    def _mark(self, text: bytes, *, last: bool) -> bytes:
        is_behind = self.behind is not None
        text, self.behind = (self.behind or b"") + text, None
        if not is_behind and self.scanner is None:
            return text
        try:
            return self._insert(text, 0, last=last) if is_behind else self._look(text, last=last)
        except Exception:  # noqa: BLE001 - the page goes on without the tag; as it came it can't any more
            self.scanner = None
            self.rules.outcomes.failed(self.page.scope)
            return text

    def _look(self, text: bytes, *, last: bool) -> bytes:
        assert self.scanner is not None  # noqa: S101 - asked before
        found = self.scanner.feed(text, last=last)
        if found is None:
            return text
        if found == -1:
            found = Scanner.find_late(text)
        self.scanner = None
        if isinstance(found, int) and found >= 0:
            return self._insert(text, found, last=last)
        self.rules.outcomes.refused(self.page.scope, found if isinstance(found, Refusal) else Refusal.FRAGMENT)
        return text

    def _insert(self, text: bytes, place: int, *, last: bool) -> bytes:
        """The text with the tag at this place, unless one of ours stands there; without what may yet become one."""
        begins = self.page.plan.tag.begins(text[place : place + MAX_TAG_BYTES])
        if begins is None and not last:
            self.behind = text[place:]
            return text[:place]
        if begins:
            self.rules.outcomes.refused(self.page.scope, Refusal.REPEATED)
            return text
        self.rules.outcomes.injected(self.page.scope, self.page.path, self.page.site)
        view = memoryview(text)
        return b"".join((view[:place], self.page.tag, view[place:]))
