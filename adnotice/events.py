"""The shared vocabulary: what the rooms tell each other, as typed values. Imports nothing of ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum

import msgspec


class Mode(StrEnum):
    """What adnotice does on this site now; can be changed while running."""

    __hash__ = str.__hash__  # Enum's own is written in Python: these are keys for every report

    OFF = "off"
    MEASURE = "measure"
    ASK = "ask"


class Verdict(StrEnum):
    """What the server made of one view's evidence."""

    __hash__ = str.__hash__

    CLEAR = "clear"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """How ads are blocked: in the browser, or on the way (DNS, proxy, tracker list)."""

    __hash__ = str.__hash__

    EXTENSION = "extension"
    NETWORK = "network"


class Choice(StrEnum):
    """What the reader answered to the notice."""

    __hash__ = str.__hash__

    LATER = "later"
    NEVER = "never"
    SUPPORTS = "supports"
    HOWTO = "howto"
    RECHECKED = "rechecked"


class Quiet(StrEnum):
    """Why a view was not asked. In the order in which the policy looks."""

    __hash__ = str.__hash__

    NOT_BLOCKED = "not-blocked"
    MODE = "mode"
    BOT = "bot"
    EXCLUDED = "excluded"
    SUPPORTS = "supports"
    NEVER = "never"
    LATER = "later"
    FIRST_PAGE = "first-page"


class Refusal(StrEnum):
    """Why a page left without the tag. In the order in which eligibility looks."""

    __hash__ = str.__hash__

    METHOD = "method"
    EXCLUDED = "excluded"
    SKIPPED = "skipped"
    HEADER = "header"
    STATUS = "status"
    TYPE = "type"
    CHARSET = "charset"
    RANGE = "range"
    ATTACHMENT = "attachment"
    NO_TRANSFORM = "no-transform"
    DIGEST = "digest"
    TRAILERS = "trailers"
    LENGTH = "length"
    CODING = "coding"
    CSP = "csp"
    AMP = "amp"
    FRAGMENT = "fragment"
    REPEATED = "repeated"
    FAILED = "failed"


class PageInjected(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """A page left with the tag; `declined` when it was asked for with GPC or DNT."""

    site: str
    page: str
    declined: bool = False


class PageRefused(msgspec.Struct, frozen=True, gc=False):
    """A page that a reader asked for left without the tag."""

    site: str
    reason: Refusal


class ViewJudged(msgspec.Struct, frozen=True, gc=False):
    """One view has its verdict. `agent` and `language` are the request's headers as they came: classified, never stored."""

    site: str
    page: str
    verdict: Verdict
    kind: Kind | None = None
    evidence: str = ""
    asked: bool = False
    quiet: Quiet | None = None
    agent: bytes = b""
    language: bytes = b""
    referrer: str = ""
    """The host alone of the site that led here; empty unless the operator wants it counted."""
    signs: tuple[str, ...] = ()
    """What else was seen, beside the evidence that decided."""


class NoticeShown(msgspec.Struct, frozen=True, gc=False):
    """The notice was on screen in one view."""

    site: str
    page: str
    agent: bytes = b""
    language: bytes = b""
    variant: str = ""


class ChoiceMade(msgspec.Struct, frozen=True, gc=False):
    """A reader answered the notice."""

    site: str
    page: str
    choice: Choice
    agent: bytes = b""
    language: bytes = b""
    variant: str = ""


class AdsAllowed(msgspec.Struct, frozen=True, gc=False):
    """A view that was asked, or the page after it, was found clear when checked again."""

    site: str
    page: str
    agent: bytes = b""
    language: bytes = b""
    variant: str = ""


Occurrence = PageInjected | PageRefused | ViewJudged | NoticeShown | ChoiceMade | AdsAllowed

Record = Callable[[Occurrence], None]
"""Counts something that needs no acknowledgement; never waits, never raises."""

Commit = Callable[[str, float, tuple[Occurrence, ...]], Awaitable[bool]]
"""Counts occurrences under an id that counts once until it expires (seconds since the epoch, UTC).

Id and expiry belong together: what is tried again must come with the same two, so take the expiry from the signed
witness or ticket, never from the clock.

Returns after the commit: True when counted now, False when the id had been counted before. Raises `Unavailable`
when the store can't answer.
"""


class Unavailable(Exception):
    """The store can't take or give counts now. `retry_after` says in how many seconds to try again."""

    def __init__(self, message: str, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after
