"""What a form of ours sends, and where it came from."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request

from adnotice.http.messages import Rejected
from adnotice.language import Problem, gettext_noop
from adnotice.vocabulary import Rejection

FORM_TYPE: Final = "application/x-www-form-urlencoded"
MAX_FIELDS: Final = 20


async def read_form(request: Request) -> Mapping[str, str]:
    """The form's fields, of a repeated one the last. Raises `Rejected`: 415 for another type, 400 for what is no form."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM_TYPE:
        raise _reject(Rejection.TYPE, gettext_noop("content type must be {type}"), type=FORM_TYPE)
    body = (await request.body()).decode("utf-8", "replace")
    try:
        fields = parse_qs(body, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise _reject(Rejection.MALFORMED, gettext_noop("the form has too many fields")) from None
    return {name: values[-1] for name, values in fields.items()}


def check_query(request: Request, *known: str) -> None:
    """Rejects (400) a query with a key that this address does not know: misspelt, it would show other figures than asked."""
    for key in request.query_params:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            values = {"key": repr(key[:40]), "known": ", ".join(known), "near": "".join(close)}
            raise _reject(Rejection.QUERY, _suggest(known, close), **values)


def _reject(rejection: Rejection, message: str, **values: object) -> Rejected:
    """A rejection in English for programs, and in the language that is spoken for pages."""
    problem = Problem(message, **values)
    return Rejected(rejection, str(problem), said=problem.said)


def _suggest(known: Sequence[str], close: Sequence[str]) -> str:
    if not known:
        return gettext_noop("{key} is no key of this address. It knows: none")
    if close:
        return gettext_noop("{key} is no key of this address. Did you mean {near}? It knows: {known}")
    return gettext_noop("{key} is no key of this address. It knows: {known}")
