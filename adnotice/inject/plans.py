"""The plans of a site's pages, remembered: the next response that begins alike has the same."""

from __future__ import annotations

from typing import Any, Final

from starlette.types import Message, Scope

from adnotice.inject.plan import Plan, find_length, find_other_length, fit_plan, make_plan
from adnotice.inject.tag import Tag, make_tag
from adnotice.inject.validators import Headers

MAX_PLANS: Final = 512


class Plans:
    """Makes plans, and finds them again. `src` is the tag's own address on the site.

    Pages that are made anew differ in their Content-Length: the plan for their other headers is kept, and fitted.
    """

    __slots__ = ("_kept", "_last", "_src")

    def __init__(self, src: str) -> None:
        self._src = src
        self._last: tuple[Headers, tuple[Any, ...], Plan] | None = None
        """The last page's headers, what was asked, and its plan."""
        self._kept: dict[object, Plan] = {}

    def find(self, scope: Scope, message: Message) -> Plan:
        """The plan for the response to this request that begins with this start of a page's type."""
        headers = message["headers"]
        asked = (scope.get("root_path", ""), scope["method"], message["status"], message.get("trailers", False))
        last = self._last
        plan: Plan | None = None
        if last is not None and last[1] == asked:
            if last[0] == headers:
                return last[2]
            at = find_other_length(headers, last[0])
            plan = None if at is None else fit_plan(last[2], headers, at)
        plan = plan or self._fit(headers, asked) or self._find(headers, asked)
        self._last = (headers[:], asked, plan)
        return plan

    def tag(self, root_path: str) -> Tag:
        """The tag as pages below this root_path carry it."""
        return make_tag(self._src, root_path)

    def _fit(self, headers: Headers, asked: tuple[Any, ...]) -> Plan | None:
        """The plan of the pages that differ from this one in their length alone, fitted to it."""
        at = find_length(headers) if asked[1] == "GET" else None
        return None if at is None else fit_plan(self._find([*headers[:at], *headers[at + 1 :]], asked), headers, at)

    def _find(self, headers: Headers, asked: tuple[Any, ...]) -> Plan:
        """The plan for these very headers."""
        root_path, method, status, trailers = asked
        key = (tuple(headers), asked)
        try:
            plan = self._kept.get(key)
        except TypeError:  # pairs that are lists can't be looked up
            return make_plan(method, status, trailers, headers, self.tag(root_path))
        if plan is None:
            plan = make_plan(method, status, trailers, headers, self.tag(root_path))
            if len(self._kept) >= MAX_PLANS:
                self._kept.clear()
            self._kept[key] = plan
        return plan
