"""The site that a request belongs to, told by its host."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import Scope


class Sites:
    """Tells the site of a request: by its host where `hosts` (host to site) are listed, else always `site`."""

    __slots__ = ("_by_host", "_site")

    def __init__(self, site: str, hosts: Mapping[str, str]) -> None:
        self._site = site
        self._by_host = {host.lower().encode(): name for host, name in hosts.items()}

    def of(self, scope: Scope) -> str | None:
        """The site that the request belongs to; None for a host that is not ours to count."""
        return self._find(scope) if self._by_host else self._site

    def _find(self, scope: Scope) -> str | None:
        for pair in scope["headers"]:
            if pair[0] == b"host":
                host: bytes = pair[1].lower()
                return self._by_host.get(host) or self._by_host.get(host.rpartition(b":")[0])
        return None
