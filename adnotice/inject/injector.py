"""In front of the site's app: every page that should carry the tag gets it, nothing else changes.

What passes through is looked at once: the type of a response. Everything else is thought out when a page begins, and
remembered: the plan for its headers, the place for its first bytes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adnotice.events import Mode, PageInjected, PageRefused, Record, Refusal
from adnotice.inject.asking import read_asking
from adnotice.inject.complaints import Complaints
from adnotice.inject.csp import Address, choose_nonce
from adnotice.inject.placement import Prologues
from adnotice.inject.plan import Plan, make_plan
from adnotice.inject.responder import send_both
from adnotice.inject.settings import InjectSettings
from adnotice.inject.tag import MARK, OPENING, Tag, make_tag
from adnotice.inject.validators import find_etag, mark_etag, revise_headers, unmark_etags
from adnotice.inject.watcher import Page, Watcher
from adnotice.page import name_page

MAX_PLANS: Final = 512

FAILED: Final = "adnotice failed, the page went out as the app made it. Please report this"
FORBIDDEN: Final = (
    "a page goes out without the tag because its Content-Security-Policy (or the reported one) would stop it. "
    "Allow 'self' in script-src, or use a nonce"
)

_SENT_PAST_US: Final = "http.response.zerocopysend"
"""The extension by which a page's bytes would go out unseen; what comes as `pathsend` is read and sent by us."""

_PAGE_SUFFIXES: Final = frozenset(("", ".asp", ".aspx", ".htm", ".html", ".jsp", ".php", ".shtml"))


class Injector:
    """Holds what is the same for every request; what belongs to one response lives in its responder."""

    def __init__(
        self,
        app: ASGIApp,
        settings: InjectSettings,
        *,
        src: str,
        record: Record,
        site_of: Callable[[Scope], str | None],
        mode: Callable[[], Mode],
    ) -> None:
        self._app = app
        self._src = src
        self._record = record
        self._site_of = site_of
        self._mode = mode
        self._skip = settings.skip
        self._is_excluded = settings.compile()
        self._asks_operator = self._skip is not None or self._is_excluded is not None
        self._plans: dict[object, Plan] = {}
        self._marks_out = False
        self._complaints = Complaints()
        self.prologues = Prologues()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request to the app, and the app's messages on."""
        scope, send = self.attend(scope, send)
        await self._app(scope, receive, send)

    def attend(self, scope: Scope, send: Send) -> tuple[Scope, Send]:
        """The scope that the app should see, and the `send` that it should use."""
        # No request can carry a mark of ours before the first is out; one from before a restart costs one full answer.
        asked_for = b""
        if self._marks_out or "extensions" in scope:
            scope, asked_for = self._prepare(scope)
        return scope, Watcher(self, scope, send, scope.get("root_path", ""), scope["path"], asked_for).take

    def _prepare(self, scope: Scope) -> tuple[Scope, bytes]:
        """The request as the app should see it: without our mark in If-None-Match, and without the server's extension
        that sends files past us. The server's own scope is never changed.

        Returns the scope and If-None-Match as it came, empty when there was no mark of ours in it.
        """
        try:
            asked_for = b",".join(value for name, value in scope["headers"] if name == b"if-none-match")
            marked = MARK in asked_for
            files = self._may_be_sent_past_us(scope)
            if not (marked or files) or self._mode() is Mode.OFF:
                return scope, b""
            prepared = {**scope}
            if marked:
                tag = self.tag_of(scope)
                prepared["headers"] = [
                    (name, unmark_etags(value, tag) if name == b"if-none-match" else value)
                    for name, value in scope["headers"]
                ]
            if files:
                extensions = scope["extensions"].items()
                prepared["extensions"] = {name: value for name, value in extensions if name != _SENT_PAST_US}
        except Exception:  # noqa: BLE001 - whatever fails in here, the app gets its request
            self.fail(scope)
            return scope, b""
        return prepared, asked_for if marked else b""

    def _may_be_sent_past_us(self, scope: Scope) -> bool:
        return (
            _SENT_PAST_US in (scope.get("extensions") or ())
            and scope["method"] == "GET"
            and PurePosixPath(scope["path"]).suffix.lower() in _PAGE_SUFFIXES
        )

    def put_tag(self, page: Page, message: Message, send: Send) -> Awaitable[None] | None:
        """Sends the beginning of a page with the tag in it, when the body's first message is all there is to see: the way
        of nearly every page, and the shortest. None, and nothing done, when there is more to it."""
        plan, data = page.plan, message.get("body")
        if page.nonce or plan.coding or type(data) is not bytes or message["type"] != "http.response.body":
            return None
        place = self.prologues.find(data)
        if type(place) is not int or data.startswith(OPENING, place):
            return None
        view = memoryview(data)
        body = {**message, "body": b"".join((view[:place], plan.tag.plain, view[place:]))}
        start = {**page.start, "headers": list(plan.revised)}
        self.count_injected(page.scope, page.site)
        return send_both(send, start, body)

    def begin(self, scope: Scope, message: Message) -> tuple[Message, Page | None]:
        """The page that begins with this message; None, and the start to send, when that is all."""
        site = self._site_of(scope)
        if site is None or 300 <= message["status"] < 400 or self._mode() is Mode.OFF:
            return message, None
        plan = self._plan(scope, message)
        refusal = (self._refuse_request(scope) if self._asks_operator else None) or plan.refusal
        if refusal:
            self.count_refused(scope, refusal)
            return message, None
        nonce = self._choose_nonce(scope, plan) if plan.policies else b""
        if nonce is None:
            self._complaints.complain(FORBIDDEN, scope["path"])
            self.count_refused(scope, Refusal.CSP)
            return message, None
        if plan.has_validators:
            self._marks_out = True
        if scope["method"] == "HEAD":
            return {**message, "headers": list(plan.revised)}, None
        return message, Page(scope, site, plan, nonce, message)

    def _plan(self, scope: Scope, message: Message) -> Plan:
        headers = message["headers"]
        method, status, trailers = scope["method"], message["status"], message.get("trailers", False)
        try:
            key = (scope.get("root_path"), method, status, trailers, *headers)
            plan = self._plans.get(key)
        except TypeError:  # pairs that are lists can't be looked up
            return make_plan(method, status, trailers, headers, self.tag_of(scope))
        if plan is None:
            plan = make_plan(method, status, trailers, headers, self.tag_of(scope))
            if len(self._plans) >= MAX_PLANS:
                self._plans.clear()
            self._plans[key] = plan
        return plan

    def _refuse_request(self, scope: Scope) -> Refusal | None:
        """What the operator's own settings say against the page."""
        if self._is_excluded is not None and self._is_excluded(scope["path"]):
            return Refusal.EXCLUDED
        if self._skip is not None and self._skip(scope):
            return Refusal.SKIPPED
        return None

    def _choose_nonce(self, scope: Scope, plan: Plan) -> bytes | None:
        """The nonce that the page's policies ask for, empty for none; None when they forbid the tag."""
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        return choose_nonce(plan.policies, Address(scope.get("scheme", "http").encode(), host, plan.tag.path))

    def validate(self, scope: Scope, message: Message, asked_for: bytes) -> Message:
        """A 304 for a page that the browser holds with the tag: it gets that page's ETag, and counts as injected."""
        headers = message.get("headers", ())
        tag = self.tag_of(scope)
        marked = mark_etag(find_etag(headers), tag)
        if not marked or marked not in asked_for:
            return message
        revised = revise_headers(headers, tag, None)
        site = self._site_of(scope)
        if site is not None:
            self.count_injected(scope, site)
        return {**message, "headers": revised}

    def tag_of(self, scope: Scope) -> Tag:
        """The tag as pages of this request carry it."""
        return make_tag(self._src, scope.get("root_path", ""))

    def count_injected(self, scope: Scope, site: str) -> None:
        """Records that a page left with the tag, when a reader asked for it."""
        asking = read_asking(scope["headers"])
        if asking.seen:
            self._record(_injected(site, scope["path"], asking.declined))

    def count_refused(self, scope: Scope, refusal: Refusal) -> None:
        """Records that a page left without the tag, when a reader asked for it."""
        site = self._site_of(scope)
        if site is not None and scope["method"] != "HEAD" and read_asking(scope["headers"]).seen:
            self._record(PageRefused(site, refusal))

    def fail(self, scope: Scope) -> None:
        """Says in the log that something of ours failed, and counts the page; never raises."""
        with suppress(Exception):  # there is nobody left to tell; the page must go out
            self._complaints.complain(FAILED, scope["path"], failed=True)
            self.count_refused(scope, Refusal.FAILED)


@lru_cache(maxsize=4096)
def _injected(site: str, path: str, declined: bool) -> PageInjected:
    """The same value for the same page: it is hashed once."""
    return PageInjected(site, name_page(path), declined)
