"""The shared vocabulary: what the rooms tell each other, as typed values. Imports nothing of ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import IntEnum, StrEnum
from typing import Final

import msgspec


class Word(StrEnum):
    """What every enum of ours is made from: its members are texts, and are hashed as such. Enum's own hash is written in
    Python, and members are keys for every page and report."""

    __hash__ = str.__hash__


class Mode(Word):
    """What adnotice does on this site now; can be changed while running."""

    OFF = "off"
    MEASURE = "measure"
    ASK = "ask"


class Verdict(Word):
    """What the server made of one view's evidence. `partly`: baits are stopped, yet an ad slot of the page was filled."""

    CLEAR = "clear"
    PARTLY = "partly"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


class Kind(Word):
    """How ads are blocked. `content`: what the page loads from its own site is stopped too (extensions). `hosts`: the
    hosts of ads are out of reach (DNS, proxies, tracker lists, Brave's standard setting)."""

    CONTENT = "content"
    HOSTS = "hosts"


class Ground(Word):
    """What a verdict stands on."""

    SCRIPT = "script bait arrived"
    RETRY = "script bait arrived on a retry"
    IMAGE = "image bait arrived"
    STOPPED = "script and image baits stopped"
    PROBE = "baits arrived, ad script failed"
    MIXED = "script baits stopped, image bait arrived"
    CONTROL = "a control did not arrive"
    SILENT = "no answer in time"
    CSP = "the page's own policy"
    SHORT = "test not finished"
    CONSENT = "consent refused or pending"
    PENDING = "ad script still loading"
    FILLED = "baits stopped, yet an ad slot was filled"
    STAND_IN = "baits arrived, ad script replaced"
    ANSWERED = "ad script failed, its address answers"
    ISOLATED = "nothing of other third parties arrived"
    BAITS_DOUBTED = "baits not believed now"
    PROBE_DOUBTED = "ad script not believed now"
    OBJECTED = "the reader objects"


class Sign(Word):
    """What else was seen in a view whose script bait failed; tallied beside its ground, decides nothing."""

    STYLE_STOPPED = "stylesheet bait stopped"
    STYLE_ARRIVED = "stylesheet bait arrived"
    # No longer looked for: that was mostly a race. Stores of before hold them.
    ELEMENT_HIDDEN = "element bait hidden"
    ELEMENT_SHOWN = "element bait shown"


class NoticeEvent(Word):
    """What happens to a notice in one view."""

    SHOWN = "shown"
    HOWTO = "howto"
    LATER = "later"
    NEVER = "never"
    SUPPORTS = "supports"
    RECHECKED = "rechecked"
    SUPPORT_LINK = "support-link"


CHOICES: Final = (NoticeEvent.HOWTO, NoticeEvent.LATER, NoticeEvent.NEVER, NoticeEvent.SUPPORTS)
"""Those of them that the reader answers with. Checking again is a report of its own; the objection is no choice."""


class Quiet(Word):
    """Why a view was not asked. In the order in which the policy looks: a view counts under the first that holds."""

    NOT_BLOCKED = "not-blocked"
    PARTLY = "partly"
    MODE = "mode"
    BOT = "bot"
    EXCLUDED = "excluded"
    CONSENT = "consent"
    SUPPORTS = "supports"
    NEVER = "never"
    LATER = "later"
    ALLOWED = "allowed"
    FIRST_PAGE = "first-page"
    SUPPORTER = "supporter"
    MARKED_PAGE = "marked-page"
    COUNTRY = "country"
    OWN_APPEAL = "own-appeal"
    EVERYONE = "everyone"
    SLOT_HIDDEN = "slot-hidden"
    NOTHING_TO_DO = "nothing-to-do"


class Refusal(Word):
    """Why a page left without the tag. In the order in which eligibility looks."""

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
    LARGE = "large"
    FILE = "file"
    MESSAGE = "message"
    CSP = "csp"
    AMP = "amp"
    FRAGMENT = "fragment"
    REPEATED = "repeated"
    FAILED = "failed"


class Rejection(Word):
    """Why a request to one of our own addresses is rejected."""

    NAME = "name"
    HOST = "host"
    METHOD = "method"
    CROSS_SITE = "cross-site"
    ORIGIN = "origin"
    RATE = "rate"
    TYPE = "type"
    SIZE = "size"
    DEADLINE = "deadline"
    GONE = "gone"
    MALFORMED = "malformed"
    NO_WITNESS = "no-witness"
    FORGED = "forged-witness"
    EXPIRED = "expired-witness"
    FUTURE = "future-witness"
    TICKET = "ticket"
    STORE = "store"
    SETTINGS = "settings"
    LOGIN = "login"
    LOGIN_RATE = "login-rate"
    CLOSED = "closed"
    QUERY = "query"


class Program(Word):
    """What asks for pages and is no reader, as it says itself."""

    ROBOT = "robot"
    HEADLESS = "headless browser"
    TOOL = "tool"


class PageInjected(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """A page left with the tag; `declined` when it was asked for with GPC or DNT."""

    site: str
    page: str
    declined: bool = False


class PageForProgram(msgspec.Struct, frozen=True, gc=False):
    """A page left with the tag for a program; in no rate, since programs don't report."""

    site: str
    program: Program


class BaitServed(msgspec.Struct, frozen=True, gc=False):
    """The first bait of a view was asked for; told where the site's pages don't pass through here."""

    site: str


class PageRefused(msgspec.Struct, frozen=True, gc=False):
    """A page that a reader asked for left without the tag."""

    site: str
    reason: Refusal


class RequestRejected(msgspec.Struct, frozen=True, gc=False):
    """A request to one of our own addresses was rejected."""

    site: str
    reason: Rejection


class ViewJudged(msgspec.Struct, frozen=True, gc=False):
    """One view has its verdict. `agent` and `language` are the request's headers as they came: classified, never stored."""

    site: str
    page: str
    verdict: Verdict
    kind: Kind | None
    ground: Ground
    asked: bool = False
    quiet: Quiet | None = None
    agent: bytes = b""
    language: bytes = b""
    referrer: str = ""
    """The host alone of the site that led here; empty unless the operator wants it counted."""
    signs: tuple[Sign, ...] = ()
    """What else was seen, beside the ground that decided."""
    frequent: bool = False
    """Whether its reader's address, where one is known, sends more reports than a reader does."""
    share: float = 1.0
    """The share of views that was measured when this one was drawn: above 0, at most 1."""


class NoticeEventSeen(msgspec.Struct, frozen=True, gc=False):
    """Something happened to the notice of one view. `label` is that of the support link that was taken, as the settings have
    it; empty where they have none of that name."""

    site: str
    page: str
    event: NoticeEvent
    agent: bytes = b""
    language: bytes = b""
    variant: str = ""
    label: str = ""


class AdsAllowed(msgspec.Struct, frozen=True, gc=False):
    """A view that was asked, or the page after it, was found clear when checked again."""

    site: str
    page: str
    agent: bytes = b""
    language: bytes = b""
    variant: str = ""


class ClearSinceAllowed(msgspec.Struct, frozen=True, gc=False):
    """A view with ads, in a browser that keeps that a check found them allowed (setting `count_allowed`)."""

    site: str
    page: str
    agent: bytes = b""
    language: bytes = b""
    variant: str = ""


class ObjectionMade(msgspec.Struct, frozen=True, gc=False):
    """A reader pressed "don't count my views"; nothing else is known of that, and nothing asked."""

    site: str


Occurrence = (
    PageInjected
    | PageForProgram
    | PageRefused
    | BaitServed
    | RequestRejected
    | ViewJudged
    | NoticeEventSeen
    | AdsAllowed
    | ClearSinceAllowed
    | ObjectionMade
)

Record = Callable[[Occurrence], None]
"""Counts something that needs no acknowledgement; never waits, never raises."""


class Counted(IntEnum):
    """How a commit was counted; false where it was not counted now."""

    BEFORE = 0
    """Its id had been counted before."""

    NOW = 1

    APART = 2
    """As a bot's view, or as one that the pages served don't explain: it moves nothing and allows nothing."""


Commit = Callable[[str, float, tuple[Occurrence, ...]], Awaitable[Counted]]
"""Counts occurrences under an id that counts once until it expires (seconds since the epoch, UTC).

Id and expiry belong together: what is tried again must come with the same two, so take the expiry from the signed
witness or ticket, never from the clock.

A view comes first, what it brought follows. Returns after the commit. Raises `Unavailable` when the store can't answer.
"""


class Unavailable(Exception):
    """The store can't take or give counts now. `retry_after` says in how many seconds to try again."""

    def __init__(self, message: str, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after
