"""The plans of a site's pages, remembered: the next response that begins alike has the same."""

from __future__ import annotations

from typing import Any, Final

from starlette.types import Message, Scope

from adnotice.inject.plan import Plan, fit_plan, make_plan, set_length_aside
from adnotice.inject.tag import Tag, make_tag
from adnotice.inject.validators import Headers

MAX_PLANS: Final = 512


class Plans:
    """Makes plans, and finds them again. `src` is the tag's own address on the site."""

    __slots__ = ("_exact", "_kinds", "_last", "_src")

    def __init__(self, src: str) -> None:
        self._src = src
        self._last: tuple[Headers, tuple[Any, ...], Plan] | None = None
        """The last page's headers, what was asked, and its plan."""
        self._exact: dict[object, Plan] = {}
        self._kinds: dict[object, Plan] = {}
        """Plans for pages of any length, by their other headers."""

    def find(self, scope: Scope, message: Message) -> Plan:
        """The plan for the response to this request that begins with this start of a page's type."""
        headers = message["headers"]
        asked = (scope.get("root_path", ""), scope["method"], message["status"], message.get("trailers", False))
        last = self._last
        if last is not None and last[0] == headers and last[1] == asked:
            return last[2]
        try:
            key = (tuple(headers), asked)
            plan = self._exact.get(key)
        except TypeError:  # pairs that are lists can't be looked up
            return self._make(headers, asked)
        if plan is None:
            plan = self._fit(headers, asked) or self._make(headers, asked)
            remember(self._exact, key, plan)
        self._last = (headers[:], asked, plan)
        return plan

    def tag(self, root_path: str) -> Tag:
        """The tag as pages below this root_path carry it."""
        return make_tag(self._src, root_path)

    def _make(self, headers: Headers, asked: tuple[Any, ...]) -> Plan:
        root_path, method, status, trailers = asked
        return make_plan(method, status, trailers, headers, self.tag(root_path))

    def _fit(self, headers: Headers, asked: tuple[Any, ...]) -> Plan | None:
        """The plan of the pages that differ from this one in their length alone, fitted to it."""
        aside = set_length_aside(headers) if asked[1] == "GET" else None
        if aside is None:
            return None
        rest, length = aside
        key = (tuple(rest), asked)
        kind = self._kinds.get(key)
        if kind is None:
            kind = self._make(rest, asked)
            remember(self._kinds, key, kind)
        return fit_plan(kind, headers, length)


def remember(plans: dict[object, Plan], key: object, plan: Plan) -> None:
    """Keeps a plan; when there are too many, all are made anew."""
    if len(plans) >= MAX_PLANS:
        plans.clear()
    plans[key] = plan
