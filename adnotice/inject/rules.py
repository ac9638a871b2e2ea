"""What holds for every page of the site: which ones carry the tag, by what plan, and how they usually begin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from starlette.types import Message

from adnotice.http.sites import Sites
from adnotice.inject.decide.csp import Address, choose_nonce
from adnotice.inject.decide.eligibility import is_page_type
from adnotice.inject.decide.plan import Plan
from adnotice.inject.decide.validators import (
    CONDITIONS,
    CONDITIONS_WITHOUT_TAG,
    Pairs,
    find_etag,
    mark_etag,
    revise_headers,
)
from adnotice.inject.memo.copies import Copies
from adnotice.inject.memo.plans import Plans
from adnotice.inject.memo.sizes import USUAL, MemorySizes, remember
from adnotice.inject.outcomes import Outcomes
from adnotice.inject.rewrite.head_scanner import Beginnings
from adnotice.inject.settings import InjectSettings
from adnotice.inject.tag import Tag
from adnotice.mode import CurrentMode
from adnotice.vocabulary import Record, Refusal


class Page:
    """A page that carries the tag if its body lets it, and the first piece of that did not tell: who asks, and how it
    begins.

    `start` is its start as the app made it, `headers` are the revised ones; None where the start goes out as it is, at
    once.
    """

    __slots__ = ("headers", "path", "plan", "scope", "site", "start", "tag")

    def __init__(
        self,
        scope: dict[str, Any],
        path: str,
        site: str,
        plan: Plan,
        tag: bytes,
        start: dict[str, Any] | None,
        headers: Pairs | None,
    ) -> None:
        self.scope = scope
        self.path = path
        self.site = site
        self.plan = plan
        self.tag = tag
        self.start = start
        self.headers = headers

    def begin(self) -> Message | None:
        """The page's start as it goes out with the tag; None when it is out."""
        return None if self.start is None else begin_with(self.start, self.headers)


def begin_with(start: dict[str, Any], headers: Pairs | None) -> Message:
    """The start with these headers."""
    begun = dict(start)
    begun["headers"] = headers
    return begun


def make_rules(
    settings: InjectSettings,
    *,
    src: str,
    record: Record,
    begin: Callable[[], None],
    sites: Sites,
    mode: CurrentMode,
    honour_gpc: bool = True,
    sizes: MemorySizes = USUAL,
) -> Rules:
    """The rules of a site, which remember at most so much.

    `record` takes what became of a page that a reader asked for; `begin` starts whoever counts, where it has not begun.
    """
    outcomes = Outcomes(record, sites, begin, honour_gpc=honour_gpc, sizes=sizes)
    return Rules(settings, outcomes, src=src, sites=sites, mode=mode, sizes=sizes)


class Rules:
    """Decides from a response's start; remembers the decision for the next response that begins alike."""

    def __init__(
        self,
        settings: InjectSettings,
        outcomes: Outcomes,
        *,
        src: str,
        sites: Sites,
        mode: CurrentMode,
        sizes: MemorySizes = USUAL,
    ) -> None:
        self.outcomes = outcomes
        self.beginnings = Beginnings(sizes.beginnings)
        self.copies = Copies(sizes.copies_bytes)
        self.mode = mode
        self.marks_out = False
        """Whether a page has left with a mark of ours in its ETag."""
        self._plans = Plans(src, sizes.plans)
        self._sites = sites
        self._skip = settings.skip
        self._is_excluded = settings.compile()
        self._asks_operator = self._skip is not None or self._is_excluded is not None
        self._most_types = sizes.types
        self._types: dict[bytes, bool] = {}
        """Content types that have come, and whether they are pages'."""

    def is_page_type(self, content_type: bytes) -> bool:
        """Whether readers see a response of this type as a page; remembers it."""
        known = self._types.get(content_type)
        return self._read_type(content_type) if known is None else known

    def _read_type(self, content_type: bytes) -> bool:
        found = is_page_type(content_type)
        remember(self._types, content_type, found, self._most_types)
        return found

    def decide(
        self, scope: dict[str, Any], method: str, path: str, root_path: str, message: dict[str, Any]
    ) -> tuple[Plan | None, str, bytes]:
        """How the page that begins with this start of a page's type gets the tag: its plan, its site, the tag itself.

        There is no plan when it can't carry the tag. `path` and `root_path` are the request's, whatever routers have made
        of those in the scope.
        """
        site = self._sites.of(scope)
        status: int = message["status"]
        if site is None or 300 <= status < 400:
            return None, "", b""
        if self.mode.off:
            self.outcomes.uncounted()
            return None, "", b""
        plan = self._plans.find(method, root_path, status, bool(message.get("trailers")), message["headers"])
        refusal = (self._obey_settings(scope, path, root_path) if self._asks_operator else None) or plan.refusal
        if refusal:
            self.outcomes.refused(scope, refusal)
            return None, site, b""
        tag = plan.tag.plain
        if plan.policies:
            nonce = self._choose_nonce(scope, plan)
            if nonce is None:
                self.outcomes.forbidden(scope, path)
                return None, site, b""
            tag = plan.tag.with_nonce(nonce)
        if plan.has_validators:
            self.marks_out = True
        return plan, site, tag

    def _obey_settings(self, scope: dict[str, Any], path: str, root_path: str) -> Refusal | None:
        """What the operator's own settings say against the page."""
        if self._is_excluded is not None and self._is_excluded(path):
            return Refusal.EXCLUDED
        if self._skip is not None and self._skip({**scope, "path": path, "root_path": root_path}):
            return Refusal.SKIPPED
        return None

    def _choose_nonce(self, scope: dict[str, Any], plan: Plan) -> bytes | None:
        """The nonce that the page's policies ask for, empty for none; None when they forbid the tag."""
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        return choose_nonce(plan.policies, Address(scope.get("scheme", "http").encode(), host, plan.tag.path))

    def conditions(self, scope: dict[str, Any], path: str, root_path: str) -> Sequence[bytes]:
        """The names of the headers in which the app must not see the mark of an ETag that we gave."""
        if self.mode.off or (self._asks_operator and self._obey_settings(scope, path, root_path)):
            return CONDITIONS_WITHOUT_TAG
        return CONDITIONS

    def validate(self, scope: dict[str, Any], path: str, root_path: str, message: Message, asked_for: bytes) -> Message:
        """A 304 for a page that the browser holds with the tag: it gets that page's ETag, and counts as injected."""
        headers = message.get("headers", ())
        tag = self.tag(root_path)
        marked = mark_etag(find_etag(headers), tag)
        if not marked or marked not in asked_for:
            return message
        revised = revise_headers(headers, tag, None)
        site = self._sites.of(scope)
        if site is not None and scope["method"] != "HEAD":
            self.outcomes.injected(scope, path, site)
        return {**message, "headers": revised}

    def tag(self, root_path: str) -> Tag:
        """The tag as pages below this root_path carry it."""
        return self._plans.tag(root_path)
