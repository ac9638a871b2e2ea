"""The plans of a site's pages, remembered: the next response that begins alike has the same."""

from __future__ import annotations

from adnotice.inject.decide.eligibility import is_length
from adnotice.inject.decide.plan import Plan, find_length, make_plan
from adnotice.inject.decide.validators import Pairs
from adnotice.inject.memo.sizes import USUAL, remember
from adnotice.inject.tag import Tag, make_tag


class KnownStart:
    """A start that has come, and its plan."""

    __slots__ = ("_headers", "_method", "_root_path", "_status", "_trailers", "plan")

    def __init__(self, method: str, root_path: str, status: int, trailers: bool, headers: Pairs, plan: Plan) -> None:
        self._method = method
        self._root_path = root_path
        self._status = status
        self._trailers = trailers
        self._headers: Pairs = headers[:]
        self.plan = plan

    def holds_for(self, method: str, root_path: str, status: int, trailers: bool, headers: Pairs) -> bool:
        """Whether the response to this request that begins with this start has the same plan."""
        return (
            self._status == status
            and self._method == method
            and self._root_path == root_path
            and self._trailers is trailers
            and (self._headers == headers or self._differs_in_length(headers))
        )

    def _differs_in_length(self, headers: Pairs) -> bool:
        """Whether these headers are others in the Content-Length alone."""
        known, at = self._headers, self.plan.length_at
        if at < 0 or len(headers) != len(known):
            return False
        for number, pair in enumerate(headers):
            if pair != known[number] and not (number == at and pair[0] == known[at][0] and is_length(pair[1])):
                return False
        return True


class Plans:
    """Makes plans, and finds them again. `src` is the tag's own address on the site."""

    __slots__ = ("_kept", "_last", "_most", "_src")

    def __init__(self, src: str, most: int = USUAL.plans) -> None:
        self._most = most
        self._src = src
        self._last: KnownStart | None = None
        self._kept: dict[object, KnownStart] = {}

    def find(self, method: str, root_path: str, status: int, trailers: bool, headers: Pairs) -> Plan:
        """The plan for the response to a request that begins with this start of a page's type."""
        last = self._last
        if last is not None and last.holds_for(method, root_path, status, trailers, headers):
            return last.plan
        return self._find(method, root_path, status, trailers, headers)

    def tag(self, root_path: str) -> Tag:
        """The tag as pages below this root_path carry it."""
        return make_tag(self._src, root_path)

    def _find(self, method: str, root_path: str, status: int, trailers: bool, headers: Pairs) -> Plan:
        at = find_length(headers)
        alike: list[object] = list(headers)
        if at >= 0 and is_length(headers[at][1]):
            alike[at] = headers[at][0]
        key = (root_path, method, status, trailers, tuple(alike))
        try:
            known = self._kept.get(key)
        except TypeError:  # pairs that are lists can't be looked up, and may be changed
            return make_plan(method, status, trailers, headers, self.tag(root_path))
        if known is None:
            plan = make_plan(method, status, trailers, headers, self.tag(root_path))
            known = KnownStart(method, root_path, status, trailers, headers, plan)
            remember(self._kept, key, known, self._most)
        self._last = known if self._most else None
        return known.plan
