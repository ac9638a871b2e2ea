"""What holds for every page of the site: which ones carry the tag, by what plan, and how they usually begin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from starlette.types import Message, Scope

from adnotice.events import Mode, Refusal
from adnotice.inject.copies import Copies
from adnotice.inject.csp import Address, choose_nonce
from adnotice.inject.eligibility import is_page_type
from adnotice.inject.ledger import Ledger
from adnotice.inject.placement import Prologues
from adnotice.inject.plan import Plan
from adnotice.inject.plans import Plans
from adnotice.inject.settings import InjectSettings
from adnotice.inject.tag import Tag
from adnotice.inject.validators import find_etag, mark_etag, revise_headers
from adnotice.site import SiteOf

OFF: Final = Mode.OFF  # looked up once: CPython 3.11 takes 0.1 µs to find a member in its Enum
MAX_TYPES: Final = 256


class Page:
    """A page that carries the tag if its body lets it: who asks, and how it begins.

    `start` is its start as the app made it, `headers` are the revised ones; None where the start goes out as it is, at
    once.
    """

    __slots__ = ("headers", "path", "plan", "scope", "site", "start", "tag")

    def __init__(self, scope: Scope, path: str, site: str, plan: Plan, tag: bytes, start: Message) -> None:
        self.scope = scope
        self.path = path
        self.site = site
        self.plan = plan
        self.tag = tag
        self.start: Message | None = start
        self.headers: list[Sequence[bytes]] | None = None
        if plan.keeps_start():
            self.start = None
        else:
            self.headers = plan.revise(start["headers"], tag)

    def begin(self) -> Message | None:
        """The page's start as it goes out with the tag; None when it is out."""
        return self.start and {**self.start, "headers": self.headers}


class Rules:
    """Decides from a response's start; remembers the decision for the next response that begins alike."""

    def __init__(
        self,
        settings: InjectSettings,
        ledger: Ledger,
        *,
        src: str,
        site_of: SiteOf,
        mode: Callable[[], Mode],
    ) -> None:
        self.ledger = ledger
        self.prologues = Prologues()
        self.copies = Copies()
        self.mode = mode
        self.marks_out = False
        """Whether a page has left with a mark of ours in its ETag."""
        self._plans = Plans(src)
        self._site_of = site_of
        self._skip = settings.skip
        self._is_excluded = settings.compile()
        self._asks_operator = self._skip is not None or self._is_excluded is not None
        self.passed_types: set[bytes] = set()
        """Content types that are known to be no page's."""
        self._page_types: set[bytes] = set()

    def is_page_type(self, content_type: bytes) -> bool:
        """Whether readers see a response of this type as a page; remembers it."""
        if content_type in self._page_types:
            return True
        found = is_page_type(content_type)
        known = self._page_types if found else self.passed_types
        if len(known) < MAX_TYPES:
            known.add(content_type)
        return found

    def begin(self, scope: Scope, path: str, root_path: str, message: dict[str, Any]) -> Page | None:
        """The page that begins with this start of a page's type; None when it can't carry the tag.

        `path` and `root_path` are the request's, whatever routers have made of those in the scope.
        """
        site = self._site_of(scope)
        status: int = message["status"]
        if site is None or 300 <= status < 400 or self.mode() is OFF:
            return None
        plan = self._plans.find(scope["method"], root_path, message)
        refusal = (self._refuse_request(scope, path, root_path) if self._asks_operator else None) or plan.refusal
        if refusal:
            self.ledger.refused(scope, refusal)
            return None
        tag = plan.tag.plain
        if plan.policies:
            nonce = self._choose_nonce(scope, plan)
            if nonce is None:
                self.ledger.forbidden(scope, path)
                return None
            tag = plan.tag.with_nonce(nonce)
        if plan.has_validators:
            self.marks_out = True
        return Page(scope, path, site, plan, tag, message)

    def _refuse_request(self, scope: Scope, path: str, root_path: str) -> Refusal | None:
        """What the operator's own settings say against the page."""
        if self._is_excluded is not None and self._is_excluded(path):
            return Refusal.EXCLUDED
        if self._skip is not None and self._skip({**scope, "path": path, "root_path": root_path}):
            return Refusal.SKIPPED
        return None

    def _choose_nonce(self, scope: Scope, plan: Plan) -> bytes | None:
        """The nonce that the page's policies ask for, empty for none; None when they forbid the tag."""
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        return choose_nonce(plan.policies, Address(scope.get("scheme", "http").encode(), host, plan.tag.path))

    def validate(self, scope: Scope, path: str, root_path: str, message: Message, asked_for: bytes) -> Message:
        """A 304 for a page that the browser holds with the tag: it gets that page's ETag, and counts as injected."""
        headers = message.get("headers", ())
        tag = self.tag(root_path)
        marked = mark_etag(find_etag(headers), tag)
        if not marked or marked not in asked_for:
            return message
        revised = revise_headers(headers, tag, None)
        site = self._site_of(scope)
        if site is not None:
            self.ledger.injected(scope, path, site)
        return {**message, "headers": revised}

    def tag(self, root_path: str) -> Tag:
        """The tag as pages below this root_path carry it."""
        return self._plans.tag(root_path)
