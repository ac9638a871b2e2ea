"""What is to be done with a response, read from its start alone; the same start has the same plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from adnotice.events import Refusal
from adnotice.inject.coding import can_open
from adnotice.inject.eligibility import demands_integrity, is_length, policies_of, refuse, watch_headers
from adnotice.inject.tag import Tag
from adnotice.inject.validators import VALIDATORS, Headers, revise_headers

Pairs = Sequence[Sequence[bytes]]
"""Headers as an app may give them: ASGI asks for pairs, which may be lists."""

_IDENTITY: Final = (b"", b"identity")


class Plan:
    """One kind of page: why it carries no tag, or how it gets it. Never changed; no dataclass, since those are slow to
    make, and pages that are made anew have a plan each.

    `length` is its Content-Length, None without one; `coding` its Content-Encoding, empty for plain text; `policies` its
    Content-Security-Policies, the reported ones too, joined by commas. `has_validators`: its headers change even where its
    length doesn't. `revised` are its headers with the plain tag in it; without Content-Length for HEAD and what is
    compressed.
    """

    __slots__ = ("coding", "has_validators", "length", "policies", "refusal", "revised", "tag")

    def __init__(
        self,
        refusal: Refusal | None,
        tag: Tag,
        *,
        length: int | None = None,
        coding: bytes = b"",
        policies: bytes = b"",
        has_validators: bool = False,
        revised: tuple[tuple[bytes, bytes], ...] = (),
    ) -> None:
        self.refusal = refusal
        self.tag = tag
        self.length = length
        self.coding = coding
        self.policies = policies
        self.has_validators = has_validators
        self.revised = revised


def make_plan(method: str, status: int, trailers: bool, headers: Headers, tag: Tag) -> Plan:
    """The plan for a response of a page's type, from its start: pure and worth remembering."""
    watched = watch_headers(headers)
    refusal = refuse(method, status, trailers, watched)
    if refusal:
        return Plan(refusal, tag)
    coding = watched.get(b"content-encoding", b"").strip().lower()
    if coding not in _IDENTITY and not can_open(coding):
        return Plan(Refusal.CODING, tag)
    if demands_integrity(watched):
        return Plan(Refusal.CSP, tag)
    length = int(watched[b"content-length"]) if b"content-length" in watched else None
    whole = None if length is None or method == "HEAD" or coding not in _IDENTITY else length + len(tag.plain)
    return Plan(
        None,
        tag,
        length=length,
        coding=b"" if coding in _IDENTITY else coding,
        policies=policies_of(watched),
        has_validators=not VALIDATORS.isdisjoint(watched),
        revised=tuple(revise_headers(headers, tag, whole)),
    )


def find_length(headers: Pairs) -> int | None:
    """Which header is the Content-Length; None when there is not exactly one, in small letters."""
    found: int | None = None
    for number, pair in enumerate(headers):
        if pair[0] == b"content-length":
            if found is not None:
                return None
            found = number
    return found


def find_other_length(headers: Pairs, others: Pairs) -> int | None:
    """Which header is the one in which these differ, when it is the Content-Length of both; None otherwise."""
    if len(headers) != len(others):
        return None
    found: int | None = None
    for number, pair in enumerate(headers):
        if pair != others[number]:
            if found is not None or pair[0] != b"content-length" or others[number][0] != b"content-length":
                return None
            found = number
    return found


def fit_plan(plan: Plan, headers: Pairs, at: int) -> Plan | None:
    """The plan for a page whose header number `at` is its Content-Length, from the plan for its other headers, or for the
    same with another Content-Length there.

    None when it takes more than putting in the length: headers change too, another length stands in them, or this is no
    number.
    """
    value = headers[at][1]
    kept = len(headers) - (plan.length is None)
    if plan.refusal is not None or plan.coding or plan.has_validators or len(plan.revised) != kept:
        return None
    if not is_length(value):
        return None
    length = int(value)
    announced = (b"content-length", b"%d" % (length + len(plan.tag.plain)))
    after = plan.revised[at:] if plan.length is None else plan.revised[at + 1 :]
    return Plan(None, plan.tag, length=length, policies=plan.policies, revised=(*plan.revised[:at], announced, *after))
