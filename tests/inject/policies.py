"""Content-Security-Policies and what becomes of the tag under each: data, run here and in real browsers.

Each case: a name, the lines of Content-Security-Policy, those of Content-Security-Policy-Report-Only, what is expected.
`NONCE` stands in the policies where the page has its own nonce. A page served at http://HOST with these headers must run
the tag, or not carry it, and nothing of ours may be reported. `{host}` is replaced by the page's host and port.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

NONCE: Final = "cmFuZG9tLW5vbmNl"


class Outcome(StrEnum):
    """What becomes of the tag."""

    PLAIN = "injected-plain"
    NONCED = "injected-with-nonce"
    REFUSED = "refused"


class PolicyCase(NamedTuple):
    """One page's policies."""

    name: str
    enforced: tuple[str, ...]
    reported: tuple[str, ...]
    outcome: Outcome


P, N, R = Outcome.PLAIN, Outcome.NONCED, Outcome.REFUSED


def _case(name: str, outcome: Outcome, *enforced: str, reported: tuple[str, ...] = ()) -> PolicyCase:
    return PolicyCase(name, enforced, reported, outcome)


CASES: Final = (
    _case("none", P),
    _case("default self", P, "default-src 'self'"),
    _case("default none", R, "default-src 'none'"),
    _case("script self behind default none", P, "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'"),
    _case("script none before default self", R, "script-src 'none'; default-src 'self'"),
    _case("no script directive", P, "img-src 'self'; frame-ancestors 'none'"),
    _case("empty source list", R, "script-src"),
    _case("nonce", N, f"script-src 'nonce-{NONCE}'"),
    _case("nonce in default-src", N, f"default-src 'self' 'nonce-{NONCE}'"),
    _case("nonce and strict-dynamic", N, f"script-src 'nonce-{NONCE}' 'strict-dynamic' https: 'unsafe-inline'"),
    _case("strict-dynamic with a hash alone", R, "script-src 'strict-dynamic' 'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' 'self'"),
    _case("a hash alone", R, "script-src 'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='"),
    _case("hash and self", P, "script-src 'self' 'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='"),
    _case("unsafe-inline alone", R, "script-src 'unsafe-inline'"),
    _case("any host", P, "script-src *"),
    _case("any http", P, "script-src http:"),
    _case("https alone on an http page", R, "script-src https:"),
    _case("data alone", R, "script-src data:"),
    _case("another host", R, "script-src https://cdn.example.org"),
    _case("our host", P, "script-src {host}"),
    _case("our host with scheme", P, "script-src http://{host}"),
    _case("our host with https", R, "script-src https://{host}"),
    _case("our host, another port", R, "script-src news.example.test:4"),
    _case("our host, any port", P, "script-src news.example.test:*"),
    _case("our host's path", P, "script-src {host}/_adnotice/"),
    _case("our script's path", P, "script-src {host}/_adnotice/client.js"),
    _case("another path", R, "script-src {host}/static/"),
    _case("a wildcard above us", P, "script-src *.example.test:*"),
    _case("a wildcard beside us", R, "script-src *.news.example.test:*"),
    _case("script-src-elem wins", P, "script-src 'none'; script-src-elem 'self'"),
    _case("script-src-elem forbids", R, "script-src 'self'; script-src-elem 'none'"),
    _case("script-src-attr does not matter", P, "script-src 'self'; script-src-attr 'none'"),
    _case("two headers, both allow", P, "default-src 'self'", "script-src 'self'"),
    _case("two headers, one forbids", R, "default-src 'self'", "script-src 'none'"),
    _case("two headers, nonce and self", N, f"script-src 'nonce-{NONCE}'", "script-src 'self'"),
    _case("two headers, nonces that differ", R, f"script-src 'nonce-{NONCE}'", "script-src 'nonce-b3RoZXI='"),
    _case("two nonces in one list", N, f"script-src 'nonce-{NONCE}' 'nonce-b3RoZXI='"),
    _case("a comma list, both allow", N, f"script-src 'nonce-{NONCE}', script-src 'self'"),
    _case("a comma list, one forbids", R, "script-src 'self', script-src 'none'"),
    _case("the first of two directives counts", P, "script-src 'self'; script-src 'none'"),
    _case("capitals", P, "DEFAULT-SRC 'SELF'"),
    _case("empty parts and spaces", P, ";; default-src\t'self' ;, ,"),
    _case("none beside self means self", P, "script-src 'none' 'self'"),
    _case("a nonce that is none", R, "script-src 'nonce-$request_id!'"),
    _case("trusted types", P, "script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"),
    _case("sandbox without scripts", R, "sandbox allow-same-origin"),
    _case("sandbox without origin", R, "sandbox allow-scripts"),
    _case("sandbox with both", P, "sandbox allow-scripts allow-same-origin"),
    _case("reported nonce", N, reported=(f"script-src 'nonce-{NONCE}' 'strict-dynamic'",)),
    _case("reported self", P, reported=("default-src 'self'",)),
    _case("reported none", R, reported=("script-src 'none'",)),
    _case("enforced self, reported nonce", N, "script-src 'self'", reported=(f"script-src 'nonce-{NONCE}'",)),
    _case("enforced nonce, reported other nonce", R, f"script-src 'nonce-{NONCE}'", reported=("script-src 'nonce-b3RoZXI='",)),
    _case("report directives only", P, "report-uri /csp; report-to main"),
)  # fmt: skip
"""Every case; more than thirty, each another way to say yes or no."""
