"""What is to be done with a response, read from its start alone.

Starts that differ in nothing but their Content-Length have the same plan: pages that are made anew for each reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from adnotice.inject.decide.eligibility import demands_integrity, find_refusal, policies_of, watch_headers
from adnotice.inject.decide.validators import VALIDATORS, Pairs, revise_headers
from adnotice.inject.rewrite.codecs import can_open
from adnotice.inject.tag import Tag
from adnotice.vocabulary import Refusal

_IDENTITY: Final = (b"", b"identity")


class Plan:
    """One kind of page: why it carries no tag, or how it gets it. Never changed.

    `coding` is its Content-Encoding, empty for plain text; `policies` its Content-Security-Policies, the reported ones too,
    joined by commas. `has_length`: it has a Content-Length. `has_validators`: its headers change even where its length
    doesn't. `revised` are the headers with the plain tag in the page that the plan was made for; without Content-Length for
    HEAD and what is compressed.
    """

    __slots__ = (
        "_length",
        "_length_to",
        "coding",
        "has_length",
        "has_validators",
        "length_at",
        "policies",
        "refusal",
        "revised",
        "tag",
    )

    def __init__(
        self,
        refusal: Refusal | None,
        tag: Tag,
        *,
        coding: bytes = b"",
        policies: bytes = b"",
        has_validators: bool = False,
        headers: Pairs = (),
        revised: Pairs = (),
    ) -> None:
        self.refusal = refusal
        self.tag = tag
        self.coding = coding
        self.policies = policies
        self.has_validators = has_validators
        self.revised = revised
        self.length_at = -1 if refusal is Refusal.LENGTH else find_length(headers)
        """Which of the page's headers is its Content-Length; -1 for none, and for one that can't be added to."""
        self.has_length = self.length_at >= 0
        self._length = headers[self.length_at][1] if self.has_length else b""
        self._length_to = find_length(revised)

    def keeps_start(self) -> bool:
        """Whether the page's start goes out as the app made it."""
        return not (self.has_length or self.has_validators or self.coding)

    def revise(self, headers: Pairs, tag: bytes) -> list[Sequence[bytes]]:
        """The headers of a page of this kind, with this tag in it, from its own headers."""
        revised = list(self.revised)
        at = self._length_to
        if at >= 0:
            length = headers[self.length_at][1]
            if length != self._length or tag is not self.tag.plain:
                revised[at] = (revised[at][0], b"%d" % (int(length) + len(tag)))
        return revised


def make_plan(method: str, status: int, trailers: bool, headers: Pairs, tag: Tag) -> Plan:
    """The plan for a response of a page's type, from its start: pure and worth remembering."""
    watched = watch_headers(headers)
    refusal = find_refusal(method, status, trailers, watched)
    coding = watched.get(b"content-encoding", b"").strip().lower()
    if coding in _IDENTITY:
        coding = b""
    if not refusal and coding and not can_open(coding):
        refusal = Refusal.CODING
    if not refusal and demands_integrity(watched):
        refusal = Refusal.CSP
    if refusal:
        return Plan(refusal, tag, headers=headers)
    announced = b"content-length" in watched and method != "HEAD" and not coding
    return Plan(
        None,
        tag,
        coding=coding,
        policies=policies_of(watched),
        has_validators=not VALIDATORS.isdisjoint(watched),
        headers=headers,
        revised=revise_headers(headers, tag, int(watched[b"content-length"]) + len(tag.plain) if announced else None),
    )


def find_length(headers: Pairs) -> int:
    """Which header is the Content-Length; -1 for none."""
    for number, pair in enumerate(headers):
        if pair[0].lower() == b"content-length":
            return number
    return -1
