"""In front of the site's app: every page that should carry the tag gets it, nothing else changes.

What passes through is looked at once: the type of a response. Everything else is thought out when a page begins, and
remembered: the plan for its headers, the place for its first bytes.
"""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import PurePosixPath
from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send

from adnotice.inject.decide.validators import CONDITIONS, unmark_condition
from adnotice.inject.response import PageResponse
from adnotice.inject.rules import Rules
from adnotice.inject.tag import MARK

_SENT_PAST_US: Final = "http.response.zerocopysend"
"""The extension by which a page's bytes would go out unseen; what comes as `pathsend` is read and sent by us."""

_PAGE_SUFFIXES: Final = frozenset(("", ".asp", ".aspx", ".htm", ".html", ".jsp", ".php", ".shtml"))


class Injector:
    """Attends requests; what belongs to one response lives in its `PageResponse`."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request to the app, and the app's messages on."""
        await self.attend(scope, receive, send)

    def attend(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """The same without a frame of our own round the app's."""
        asked = scope if isinstance(scope, dict) else {**scope}
        response = PageResponse(self._rules, asked, asked["path"], asked.get("root_path", ""), send)
        # No request can carry a mark of ours before the first is out; one from before a restart, or from another process,
        # costs a full answer, or, where a page is saved, would be taken for a conflict.
        if self._rules.marks_out or "extensions" in asked or asked["method"] != "GET":
            response.scope, response.asked_for = self._prepare(asked)
            return self._app(response.scope, receive, response.take)
        return self._app(scope, receive, response.take)

    def _prepare(self, scope: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """The request as the app should see it: without our mark in If-None-Match and If-Match, and without the server's
        extension that sends files past us. The server's own scope is never changed.

        Returns the scope and If-None-Match as it came, empty when there was no mark of ours in it.
        """
        try:
            given = [pair for pair in scope["headers"] if pair[0] in CONDITIONS and MARK in pair[1]]
            path, root_path = scope["path"], scope.get("root_path", "")
            conditions = self._rules.conditions(scope, path, root_path) if given else ()
            given = [pair for pair in given if pair[0] in conditions]
            files = not self._rules.mode.off and _may_be_sent_past_us(scope)
            if not (given or files):
                return scope, b""
            asked_for = b",".join(value for name, value in given if name == b"if-none-match")
            prepared = {**scope}
            if given:
                tag = self._rules.tag(root_path)
                prepared["headers"] = [
                    (name, unmark_condition(name, value, tag) if name in conditions else value)
                    for name, value in scope["headers"]
                ]
            if files:
                extensions = scope["extensions"].items()
                prepared["extensions"] = {name: value for name, value in extensions if name != _SENT_PAST_US}
        except Exception:  # noqa: BLE001 - whatever fails in here, the app gets its request
            self._rules.outcomes.failed(scope)
            return scope, b""
        return prepared, asked_for


def _may_be_sent_past_us(scope: dict[str, Any]) -> bool:
    return (
        _SENT_PAST_US in (scope.get("extensions") or ())
        and scope["method"] == "GET"
        and PurePosixPath(scope["path"]).suffix.lower() in _PAGE_SUFFIXES
    )
