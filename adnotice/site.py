"""The site that a request belongs to, told by its host."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.types import Scope

SiteOf = Callable[[Scope], str | None]
"""The site that a request belongs to; None for a host that is not ours to count."""


def site_finder(site: str, hosts: Mapping[str, str]) -> SiteOf:
    """Tells the site of a request: by its host where `hosts` (host to site) are listed, else always `site`."""
    sites = {host.lower().encode(): name for host, name in hosts.items()}

    def always(_: Scope) -> str | None:
        return site

    def find(scope: Scope) -> str | None:
        for pair in scope["headers"]:
            if pair[0] == b"host":
                host: bytes = pair[1].lower()
                return sites.get(host) or sites.get(host.rpartition(b":")[0])
        return None

    return find if sites else always
