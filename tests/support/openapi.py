"""docs/openapi.json as schemathesis tries it: each operation with many requests that fit the document, over an app of ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection, positive_data_acceptance

DOCUMENT: Final[dict[str, Any]] = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text())
_OURS: Final = [(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods]
FOR_OPERATORS: Final = [row for row in _OURS if row[1].startswith(("/dashboard", "/api/", "/metrics"))]
"""Method and path of what the dashboard answers."""
FOR_READERS: Final = [row for row in _OURS if row not in FOR_OPERATORS]
"""Method and path of what any reader's browser may ask for."""


class Served:
    """The app, with the document at an address of its own as schemathesis wants it."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == "/openapi.json":
            headers = [(b"content-type", b"application/json")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": json.dumps(DOCUMENT).encode()})
        else:
            await self._app(scope, receive, send)


def assert_nothing_found(
    app: Any,
    method: str,
    path: str,
    *,
    examples: int,
    headers: Mapping[str, str] | None = None,
    fill: Callable[[Any], None] | None = None,
) -> set[int]:
    """Sends so many requests that fit the document: every answer is one that stands in it.

    `headers`, by which the site knows an account, are sent with each; `fill` changes a case before it is sent. Returns the statuses that came.
    """
    operation = schemathesis.openapi.from_asgi("/openapi.json", app=Served(app))[path][method]
    statuses: set[int] = set()
    # JSON Schema takes 12.0 for an integer; our decoder does not, and says so. A site's own accounts stand in no document of ours.
    unlike = [positive_data_acceptance, *([ignored_auth] if headers else [])]

    @given(operation.as_strategy())
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    def check(case: Any) -> None:
        if fill is not None:
            fill(case)
        answer = case.call_and_validate(excluded_checks=unlike, headers=headers)
        statuses.add(answer.status_code)

    check()
    return statuses


def assert_all_refused(app: Any, method: str, path: str, *, examples: int) -> None:
    """Sends so many requests that do not fit the document: each is refused, by one of the answers that stand in it."""
    operation = schemathesis.openapi.from_asgi("/openapi.json", app=Served(app))[path][method]

    @given(operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE))
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    def check(case: Any) -> None:
        # Its list of good refusals lacks 413.
        assert 400 <= case.call_and_validate(excluded_checks=[negative_data_rejection]).status_code < 500

    check()
