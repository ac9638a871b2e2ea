"""What the delivered Content-Security-Policy lets the script do; an edge may have added to what the app sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

from adnotice.doctor.observations import Seen
from adnotice.inject.decide.csp import Address, choose_nonce

_NONCE: Final = re.compile(rb"'nonce-[^']*'", re.IGNORECASE)
_NEEDED: Final = {
    "connect-src": "its report can't be sent",
    "img-src": "its second family of baits, pictures, can't be asked for",
}


class MetaParser(HTMLParser):
    """Collects what a page's <meta> elements say in place of headers."""

    def __init__(self) -> None:
        super().__init__()
        self.policies: list[str] = []
        self.referrer = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Takes note of a policy or referrer rule."""
        if tag != "meta":
            return
        given = {name: value or "" for name, value in attrs}
        if given.get("http-equiv", "").lower() == "content-security-policy":
            self.policies.append(given.get("content", ""))
        elif given.get("name", "").lower() == "referrer":
            self.referrer = given.get("content", "").strip().lower()


def read_metas(body: bytes) -> MetaParser:
    """The page's own <meta> rules."""
    parser = MetaParser()
    parser.feed(body.decode("utf-8", "replace"))
    return parser


def script_runs(policies: bytes, nonce: bytes, address: Address) -> bool:
    """Whether a tag with this nonce (empty: none) runs under the policies."""
    if not policies:
        return True
    chosen = choose_nonce(policies, address)
    if chosen is None:
        return False
    return chosen in (b"", nonce) or choose_nonce(_NONCE.sub(b"", policies), address) == b""


def list_obstacles(page: Seen, address: Address) -> Iterator[tuple[str, str, str]]:
    """What else the enforced policies forbid the script: the directive, the policy, and what can't be done for it."""
    policies = [page.header("content-security-policy"), *read_metas(page.body).policies]
    for policy in (part for value in policies for part in value.split(",")):
        directives: dict[str, str] = {}
        for rule in policy.split(";"):
            name, _, sources = rule.strip().partition(" ")
            directives.setdefault(name.lower(), sources)
        for name, consequence in _NEEDED.items():
            sources = directives.get(name, directives.get("default-src"))  # type: ignore[assignment]
            # A source list means the same in every directive, so the room that reads script-src is asked. A nonce or
            # 'strict-dynamic' taken over from default-src says nothing about requests.
            if sources is not None and not script_runs(_as_script_src(sources), b"", address):
                yield name, policy.strip(), consequence


def _as_script_src(sources: str) -> bytes:
    kept = [source for source in sources.split() if not source.lower().startswith(("'nonce-", "'strict-dynamic'"))]
    return ("script-src " + " ".join(kept or ["'none'"])).encode("latin-1", "replace")
