"""Who may look: the password, the session, the form token, the bearer token."""

from __future__ import annotations

import hmac
import logging
import math
import re
import secrets
import time
from collections.abc import Callable
from inspect import isawaitable, iscoroutinefunction
from typing import Final

from itsdangerous import BadSignature
from starlette.requests import Request

from adnotice.count.stores.protocol import Store
from adnotice.http.headers import retry_after
from adnotice.http.messages import Rejected
from adnotice.insight.access.account import Account
from adnotice.insight.access.cookies import LINK, SESSION, Visitor
from adnotice.insight.access.fair_queue import FairChecks, Full
from adnotice.insight.access.grants import MAX_NAME_CHARACTERS, GrantKind, Grants
from adnotice.insight.access.passwords import BadHash, check_password, hash_password
from adnotice.insight.access.sessions import Sessions
from adnotice.insight.access.throttle import Throttle
from adnotice.insight.audit_log import OPERATOR
from adnotice.insight.settings import InsightSettings
from adnotice.insight.threads import STORE_SECONDS, Threads
from adnotice.keys import Keys
from adnotice.language import gettext, ngettext
from adnotice.vocabulary import Rejection

__all__ = ["BadHash", "Login", "check_password", "hash_password", "safe_next"]

logger: Final = logging.getLogger("adnotice")

CHECKS_AT_ONCE: Final = 2
CHECKS_WAITING: Final = 100
"""Of browsers that were never logged in. With n addresses at it, a new one waits n / 2 checks at most, half a second each."""

KNOWN_AT_ONCE: Final = 1
KNOWN_WAITING: Final = 20
"""Of browsers that were: places of their own, which no stranger can take."""

MAX_COOKIE_CHARACTERS: Final = 200
KNOWN_BROWSER_SECONDS: Final = 90 * 24 * 3600

_NEXT: Final = re.compile(
    r"(?:health|notice|access|preview|settings|pages|browsers|devices|systems|languages|referrers)?(?:\?[A-Za-z0-9_.~*&=%+:-]{0,1000})?"
)
_ANSWER: Final = "adnotice.insight.authorize"
"""Where a request's scope keeps what the site's function has said of it."""

MASKED_TOKEN: Final = re.compile(r"[0-9a-f]{128}")
_BINDING: Final = re.compile(r"[A-Za-z0-9_-]{22}")


class Login:
    """Lets the operator in, and keeps everybody else out without ever locking the operator out."""

    def __init__(
        self,
        settings: InsightSettings,
        *,
        keys: Keys,
        store: Callable[[], Store],
        threads: Threads,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._authorize = settings.authorize
        self._login_url = settings.login_url
        self._keys = keys
        self._hash = settings.dashboard_password_hash
        self._bearer = settings.metrics_token.encode()
        self._store = store
        self._threads = threads
        self._checks = FairChecks(CHECKS_AT_ONCE, CHECKS_WAITING)
        self._known_checks = FairChecks(KNOWN_AT_ONCE, KNOWN_WAITING)
        self._clock = clock
        self._ticks = ticks
        self._form_keys = keys.derive("insight.form")
        self._cookies = keys.signer("insight.session")
        self._known = keys.signer("insight.known")
        self._throttle = Throttle()

    @property
    def possible(self) -> bool:
        """Whether there is a way in: a password, or the site's own accounts."""
        return bool(self._hash) or self._authorize is not None

    @property
    def by_site(self) -> bool:
        """Whether the site's own accounts are the way in."""
        return self._authorize is not None

    @property
    def bearer_possible(self) -> bool:
        """Whether a token for metrics and the JSON API is configured."""
        return bool(self._bearer)

    async def enter(self, password: str, *, address: str, known: str) -> str:
        """Checks the password; returns the cookie of a new session.

        Failures count for the browser that logged in before (`known`), else for the address, so that a stranger's
        wrong passwords don't make the operator wait. `address` is one reader's: of IPv6 the /64. Raises `Rejected`: 403 for a wrong password, 429 when tries come
        too fast or too many wait. Raises `Unavailable` when the store can't keep the session.
        """
        browser = self._recognize(known)
        who = browser or f"address {address}"
        if wait := self._throttle.take(who, self._ticks()):
            seconds = math.ceil(wait)
            said = ngettext(
                "too many wrong passwords, wait {n} second",
                "too many wrong passwords, wait {n} seconds",
                seconds,
                n=seconds,
            )
            raise Rejected(
                Rejection.LOGIN_RATE,
                f"too many wrong passwords, wait {seconds} seconds",
                retry_after(seconds),
                said=said,
            )
        checks = self._known_checks if browser else self._checks
        try:
            fits = await checks.run(who, lambda: check_password(password, self._hash))
        except Full:
            self._throttle.give_back(who)
            raise Rejected(
                Rejection.LOGIN_RATE,
                "too many people log in at once, try again in 5 seconds",
                retry_after(5),
                said=gettext("too many people log in at once, try again in 5 seconds"),
            ) from None
        if not fits:
            self._throttle.failed(who, self._ticks())
            raise Rejected(Rejection.LOGIN, "wrong password", said=gettext("wrong password"))
        self._throttle.succeeded(who)
        token = await self._threads.run(lambda: self._sessions().open(self._clock()))
        return self._cookies.sign(token).decode()

    async def admit(self, request: Request) -> Account | None:
        """Who this is, where they may look; else None. Raises `Unavailable`."""
        visitor = Visitor.of(request)
        if self._authorize is not None:
            name = await self._ask_site(request)
            if name:
                return Account(name, f"account {name}")
        else:
            session = visitor.get(SESSION)
            if await self.alive(session, seen=visitor.looks_on):
                return Account(OPERATOR, session)
        if secret := visitor.get(LINK):
            link = await self._threads.run(lambda: self.grants().find(GrantKind.LINK, secret), STORE_SECONDS)
            if link is not None:
                return Account(f"shared link {link.name}", "", link.site)
        return None

    async def where_to_log_in(self, request: Request) -> str:
        """Where the site lets people log in, for somebody who was not let in; empty for who is logged in and may not look:
        a login would send them back here, and so on."""
        return self._login_url if self._login_url and await self._ask_site(request) is not None else ""

    async def _ask_site(self, request: Request) -> str | None:
        """The account's name as the site's own function tells it; empty for nobody, None for who may not look though
        logged in, or where it failed: a login would not help. Asked once for a request, as it may cost the site a query."""
        if _ANSWER not in request.scope:
            request.scope[_ANSWER] = await self._call_site(request)
        answer: str | None = request.scope[_ANSWER]
        return answer

    async def _call_site(self, request: Request) -> str | None:
        """What the function says. Whatever it raises lets nobody in."""
        try:
            ask = self._authorize or str
            found = ask(request) if iscoroutinefunction(ask) else await self._threads.run(lambda: ask(request))
            if isawaitable(found):
                found = await found
        except Exception:  # a function of the site's may raise anything
            logger.exception("authorize failed: nobody is let in")
            return None
        if found is True:
            return OPERATOR
        if found is False:
            return None
        seen = "".join(letter for letter in found if letter.isprintable()) if isinstance(found, str) else ""
        return " ".join(seen.split())[:MAX_NAME_CHARACTERS]

    def grants(self) -> Grants:
        """Tokens and links. Its calls block."""
        return Grants(self._store().notes, self._keys)

    async def alive(self, cookie: str, *, seen: bool = True) -> bool:
        """Whether this cookie's session goes on; with `seen` it goes on longer for it. Made-up cookies cost the store nothing. Raises `Unavailable`."""
        token = self._token_of(cookie)
        if not self._hash or not token:
            return False
        return await self._threads.run(lambda: self._sessions().alive(token, self._clock(), seen=seen), STORE_SECONDS)

    async def leave(self, cookie: str) -> None:
        """Ends this cookie's session. Raises `Unavailable` when the store can't."""
        if token := self._token_of(cookie):
            await self._threads.run(lambda: self._sessions().close(token))

    def _token_of(self, cookie: str) -> str:
        try:
            return self._cookies.unsign(cookie[:MAX_COOKIE_CHARACTERS]).decode()
        except BadSignature:
            return ""

    def _sessions(self) -> Sessions:
        return Sessions(self._store().notes, self._hash)

    async def bears(self, authorization: str) -> bool:
        """Whether an Authorization header carries the metrics token, or one that was made on the dashboard. Raises
        `Unavailable`."""
        scheme, _, given = authorization.partition(" ")
        given = given.strip()
        if scheme.lower() != "bearer" or not given:
            return False
        if self._bearer and hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._bearer):
            return True
        if not given.isascii():
            return False
        return await self._threads.run(lambda: self.grants().find(GrantKind.TOKEN, given) is not None, STORE_SECONDS)

    def new_binding(self) -> str:
        """A value for the login form's own cookie."""
        return secrets.token_urlsafe(16)

    def sign_form(self, binding: str) -> str:
        """The token of a form that is bound to a cookie: the session's, or the login form's own.

        It is written anew for each page, under a mask that stands before it: pages are compressed, and a text that stayed
        the same could be guessed from their lengths (BREACH).
        """
        made = hmac.new(self._form_keys[-1], binding.encode(), "sha256").digest()
        mask = secrets.token_bytes(len(made))
        return (mask + _mix(made, mask)).hex()

    def check_form(self, binding: str, given: str) -> None:
        """Rejects (403) a form whose token does not belong to the cookie that came with it."""
        read = _unmask(given)
        made = (hmac.new(key, binding.encode(), "sha256").digest() for key in self._form_keys)
        if not binding or not any(hmac.compare_digest(read, each) for each in made):
            raise Rejected(
                Rejection.LOGIN,
                "the form is not one of this page, or too old: load the page again",
                said=gettext("the form is not one of this page, or too old: load the page again"),
            )

    def know_browser(self) -> str:
        """A value by which this browser is recognised when it logs in again; says nothing about who uses it."""
        return self._known.sign(secrets.token_hex(8)).decode()

    def _recognize(self, known: str) -> str:
        try:
            return (
                "browser " + self._known.unsign(known[:MAX_COOKIE_CHARACTERS], max_age=KNOWN_BROWSER_SECONDS).decode()
            )
        except BadSignature:
            return ""


def is_binding(text: str) -> bool:
    """Whether this could be a value of `new_binding`, which is handed out again; others are not repeated."""
    return _BINDING.fullmatch(text) is not None


def safe_next(text: str) -> str:
    """Where to go after logging in: one of our pages with its query, relative to the dashboard; else its first page."""
    return text if _NEXT.fullmatch(text) else ""


def _mix(text: bytes, mask: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(text, mask, strict=True))


def _unmask(given: str) -> bytes:
    """The token under its mask; empty for what is none."""
    if not MASKED_TOKEN.fullmatch(given):
        return b""
    mask, mixed = bytes.fromhex(given[:64]), bytes.fromhex(given[64:])
    return _mix(mixed, mask)
