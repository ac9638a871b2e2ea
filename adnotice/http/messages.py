"""A request to one of our own endpoints, and its answer, as plain values."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgspec

from adnotice.http.headers import Header, header, reason
from adnotice.vocabulary import Kind, Occurrence, Quiet, Rejection, Verdict

NO_STORE: Final = header(b"cache-control", "no-store")
PLAIN_TEXT: Final = header(b"content-type", "text/plain; charset=utf-8")

REJECTED: Final = "adnotice.rejected"
"""Where the scope of an app's request has the `Rejected` that it is to tell about, in place of doing what was asked."""

STORE_UNAVAILABLE: Final = "store unavailable"
"""All that strangers are told: where the store is and what ails it stands in the log and on the health page."""

UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for a body that is not what it should be: invalid UTF-8 and deep nesting too."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What one endpoint takes."""

    methods: tuple[str, ...] = ("GET", "HEAD")
    max_body_bytes: int = 0
    content_types: tuple[bytes, ...] = ()
    """Media types a body may have; empty: any."""
    same_origin: bool = False
    """Reject what another site's page sends."""
    limited: bool = False
    """Counts against the rate of the client that asks."""


class Request(msgspec.Struct, gc=False):
    """What was admitted; `body` comes when everything else is admitted.

    `path` is the part below our prefix, without a leading slash. `headers` has lower-case names; of a repeated header
    it holds the last, cookies joined by "; ". `base` is where our URLs begin as the browser sees them (root_path and
    prefix, no slash at the end). `client` is the reader's address, or None where no trustworthy one is known.
    """

    method: str
    path: str
    query: bytes
    headers: Mapping[bytes, bytes]
    body: bytes
    site: str
    base: str
    secure: bool
    client: str | None = None

    def header(self, name: bytes) -> str:
        """The header's value, decoded as Latin-1; empty when missing."""
        return self.headers.get(name, b"").decode("latin-1")

    def cookie(self, name: str) -> str:
        """The cookie's value; empty when missing."""
        for part in self.header(b"cookie").split(";"):
            key, found, value = part.strip().partition("=")
            if found and key == name:
                return value
        return ""


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What goes back. `headers` has no Content-Length: it follows from the body."""

    status: int
    headers: tuple[Header, ...] = ()
    body: bytes = b""


STATUS: Final[Mapping[Rejection, int]] = {
    Rejection.NAME: 404,
    Rejection.HOST: 403,
    Rejection.METHOD: 405,
    Rejection.CROSS_SITE: 403,
    Rejection.ORIGIN: 403,
    Rejection.RATE: 429,
    Rejection.TYPE: 415,
    Rejection.SIZE: 413,
    Rejection.DEADLINE: 408,
    Rejection.GONE: 400,
    Rejection.MALFORMED: 400,
    Rejection.NO_WITNESS: 403,
    Rejection.FORGED: 403,
    Rejection.EXPIRED: 403,
    Rejection.FUTURE: 403,
    Rejection.TICKET: 403,
    Rejection.STORE: 503,
    Rejection.SETTINGS: 503,
    Rejection.LOGIN: 403,
    Rejection.LOGIN_RATE: 429,
    Rejection.CLOSED: 403,
    Rejection.QUERY: 400,
}
"""What a rejected request is answered."""


class Rejected(Exception):
    """A request that one of our endpoints won't take: a 4xx or 503 with its reason, in words, in the header `X-AdNotice`.

    `status` is the rejection's own unless another is given; `said` is the reason in the language of whoever reads it on a page.
    """

    def __init__(self, rejection: Rejection, reason: str, *headers: Header, status: int = 0, said: str = "") -> None:
        super().__init__(reason)
        self.rejection = rejection
        self.status = status or STATUS[rejection]
        self.reason = reason
        self.said = said or reason
        self.headers = headers
        self.unread = True
        """Whether the request's body may still be on its way."""

    def answer(self) -> Answer:
        """The rejection as an answer; its text stands in the body and in the header."""
        told = reason(self.reason)
        return Answer(self.status, (PLAIN_TEXT, told, NO_STORE, *self.headers), told[1] + b"\n")


class Visit(msgspec.Struct, frozen=True, gc=False):
    """What the notice's room is told of a judged view.

    `id` is the view's id. `first` is true on the first page of a visit. `returning` is true when, earlier in this
    browser session, the reader opened the steps or checked again, and no page since was found clear. `may_ask` is false where the
    site needs the reader's consent to ask and has none. The rest is what the page itself says: it is `marked` as one where
    nobody is asked, its script knows the reader as a `supporter`, an `appeal` of the site's own is on it; `slot` says that a
    place for the notice is marked on it, and whether that is "there" or "hidden".
    """

    id: str
    page: str
    verdict: Verdict
    kind: Kind | None
    first: bool
    returning: bool
    language: str
    may_ask: bool = True
    marked: bool = False
    supporter: bool = False
    appeal: bool = False
    slot: str = ""


class Asked(msgspec.Struct, frozen=True):
    """The notice room's answer: what the browser shows, or why nothing.

    `content` is what notice.js is given (None: nothing is shown); `occurrences` are counted with the view; `headers`
    go out with the answer to the report (a kept "don't ask again" is renewed).
    """

    quiet: Quiet | None
    content: Mapping[str, Any] | None = None
    occurrences: tuple[Occurrence, ...] = ()
    headers: tuple[Header, ...] = ()


Ask = Callable[[Visit, Request], Asked]
"""Whether this view is asked."""

Again = Callable[[str, Visit, Request], Awaitable[Asked]]
"""What a reader who checked again is told; takes the ticket that came with the notice. Counts, after its commit,
`rechecked` and, once for the asked view, `allowed`. Raises `Rejected` for a ticket that is not ours."""


class Endpoint(NamedTuple):
    """One of our endpoints: what it takes, and who answers."""

    rule: Rule
    answer: Callable[[Request], Awaitable[Answer]]


Routes = Mapping[str, Endpoint]
"""Endpoints by path below our prefix; a key that ends in "/" answers for every name in that folder."""
