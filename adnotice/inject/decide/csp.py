"""What the page's own Content-Security-Policy says about the tag: runs as it is, runs with the policy's nonce, or not.

Policies are read, never changed (CSP Level 3). A report-only policy counts like an enforced one: a tag that it would
report floods the operator's reports. The URL matching follows CSP 3, 6.7.2 "Matching".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

_NONCE: Final = re.compile(rb"'nonce-([A-Za-z0-9+/_-]+={0,2})'", re.IGNORECASE)
_HOST_SOURCE: Final = re.compile(
    rb"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?P<host>\*|(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])"
    rb"(?::(?P<port>[0-9]+|\*))?(?P<path>/.*)?",
    re.IGNORECASE | re.DOTALL,
)
_SCHEME_SOURCE: Final = re.compile(rb"(?P<scheme>[a-z][a-z0-9+.-]*):", re.IGNORECASE)
_PORTS: Final = {b"http": b"80", b"https": b"443"}
_SCRIPT_DIRECTIVES: Final = (b"script-src-elem", b"script-src", b"default-src")


class Address(NamedTuple):
    """Where client.js is fetched from: always the page's own origin."""

    scheme: bytes
    host: bytes
    """As in the Host header: name and, where it is not the scheme's own, port."""
    path: bytes


@lru_cache(maxsize=256)
def choose_nonce(policies: bytes, address: Address) -> bytes | None:
    """The nonce that the tag carries under these policies (a header's value, or several joined by commas).

    Empty when none is needed; None when no tag can run.
    """
    directives = [_read_policy(policy) for policy in policies.split(b",")]
    lists = [sources for policy in directives if (sources := _script_sources(policy)) is not None]
    if any(not _sandbox_allows(policy[b"sandbox"]) for policy in directives if b"sandbox" in policy):
        return None
    nonces = dict.fromkeys(nonce for sources in lists for nonce in _nonces(sources))
    for nonce in (*nonces, b""):
        if all(_allows(sources, nonce, address) for sources in lists):
            return nonce
    return None


def _read_policy(policy: bytes) -> dict[bytes, tuple[bytes, ...]]:
    """The policy's directives; of a repeated one the first counts."""
    directives: dict[bytes, tuple[bytes, ...]] = {}
    for part in policy.split(b";"):
        tokens = part.split()
        if tokens:
            directives.setdefault(tokens[0].lower(), tuple(tokens[1:]))
    return directives


def _script_sources(directives: dict[bytes, tuple[bytes, ...]]) -> tuple[bytes, ...] | None:
    return next((directives[name] for name in _SCRIPT_DIRECTIVES if name in directives), None)


def _sandbox_allows(tokens: tuple[bytes, ...]) -> bool:
    """Without its origin the page could run the script, but none of its requests would be ours to answer."""
    return {b"allow-scripts", b"allow-same-origin"} <= {token.lower() for token in tokens}


def _nonces(sources: tuple[bytes, ...]) -> Iterator[bytes]:
    return (match[1] for source in sources if (match := _NONCE.fullmatch(source)))


def _allows(sources: tuple[bytes, ...], nonce: bytes, address: Address) -> bool:
    """Whether a script element from that address, written in the page, runs under this source list (6.7.1.1)."""
    if nonce and nonce in _nonces(sources):
        return True
    if b"'strict-dynamic'" in (source.lower() for source in sources):
        return False
    return any(_matches(source, address) for source in sources)


def _matches(source: bytes, address: Address) -> bool:
    if source == b"*" or source.lower() == b"'self'":
        return True
    scheme = _SCHEME_SOURCE.fullmatch(source)
    if scheme:
        return _scheme_matches(scheme["scheme"], address.scheme)
    host = _HOST_SOURCE.fullmatch(source)
    return host is not None and _host_matches(host, address)


def _scheme_matches(allowed: bytes, scheme: bytes) -> bool:
    allowed = allowed.lower()
    return allowed == scheme or (allowed == b"http" and scheme == b"https")


def _host_matches(source: re.Match[bytes], address: Address) -> bool:
    name, port = _split_host(address.host)
    if source["scheme"] and not _scheme_matches(source["scheme"], address.scheme):
        return False
    if not _name_matches(source["host"].lower(), name):
        return False
    default = _PORTS.get(address.scheme)
    port = port or default or b""
    allowed = source["port"] or default
    upgraded = allowed == b"80" and port == b"443"
    if allowed != b"*" and allowed != port and not upgraded:
        return False
    path = unquote_to_bytes(source["path"] or b"")
    if path in (b"", b"/"):
        return True
    return address.path.startswith(path) if path.endswith(b"/") else address.path == path


def _split_host(host: bytes) -> tuple[bytes, bytes]:
    name, colon, port = host.lower().rpartition(b":")
    return (name, port) if colon and not port.endswith(b"]") else (host.lower(), b"")


def _name_matches(allowed: bytes, name: bytes) -> bool:
    if allowed == b"*":
        return bool(name)
    if allowed.startswith(b"*."):
        return name.endswith(allowed[1:])
    return allowed == name
