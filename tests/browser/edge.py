"""A shared cache in front of a site, as a CDN is: nginx with the configuration of docs/going-live.md.

It keeps one copy of each page, made for whoever came first, and answers every later reader with these bytes.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import httpx

from tests.browser.newspaper import ROOT
from tests.browser.site import Site
from tests.count.servers import free_port
from tests.honest import AGENT
from tests.support.programs import running, spawn

GUIDE: Final = ROOT / "docs" / "going-live.md"
FOREIGN_ADDRESS: Final = "203.0.113.9"
STRANGER: Final[Mapping[str, str]] = {
    "user-agent": AGENT,
    "accept": "text/html",
    "accept-language": "pl",
    "sec-fetch-dest": "document",
    "x-forwarded-for": FOREIGN_ADDRESS,
    "x-forwarded-proto": "https",
}
"""Who came first: nobody whom a test sends, in another country."""

COUNTRY_HEADER: Final = "CF-IPCountry"
_COUNTRIES: Final = "geo $http_x_forwarded_for $country { default ZZ; 198.51.100.0/24 UA; 203.0.113.0/24 PL; }"


def needs() -> list[str]:
    """What a cache needs and the machine does not have."""
    return [] if shutil.which("nginx") else ["nginx is not installed"]


class Edge:
    """The cache of one site; `port` is where it listens."""

    def __init__(self, site: Site, port: int) -> None:
        self.site = site
        self.port = port

    def ask(self, path: str, headers: Mapping[str, str]) -> httpx.Response:
        """A request through the cache without a browser."""
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", headers={**headers, "host": self.site.host}, timeout=20)

    def fill(self, path: str, headers: Mapping[str, str]) -> None:
        """Has the page made for somebody with these headers besides `STRANGER`'s; it is the only copy from now on."""
        made = self.ask(path, {**STRANGER, **headers})
        assert f'src="{self.site.prefix}/client.js"' in made.text
        assert made.headers["x-cache"] == "MISS"
        kept = self.ask(path, {**STRANGER, "x-forwarded-for": "198.51.100.8", "accept-language": "uk"})
        assert (kept.headers["x-cache"], kept.content) == ("HIT", made.content)


@contextlib.contextmanager
def serve_edge(folder: Path, site: Site) -> Iterator[Edge]:
    """Runs nginx in front of the site until the block ends. It names the reader's country in `COUNTRY_HEADER`."""
    folder.mkdir()
    port = free_port()
    config = folder / "nginx.conf"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    config.write_text(
        f"{'user root;' if os.geteuid() == 0 else ''} daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}} http {{ access_log off; {temporary}\n{_COUNTRIES}\n{_recipe(folder, port, site.port)} }}"
    )
    edge = Edge(site, port)

    def answers() -> bool:
        with contextlib.suppress(httpx.TransportError):
            return edge.ask(f"{site.prefix}/notice.js", {}).is_success
        return False

    with running(spawn(["nginx", "-p", str(folder), "-c", str(config)], log=folder / "nginx.log"), answers):
        yield edge


def _recipe(folder: Path, port: int, site_port: int) -> str:
    """The documentation's server, with this machine's addresses. TLS ends before it: in the internet that browsers live in,
    which says how the browser asked, and from where."""
    (recipe,) = re.findall(r"^```nginx cache\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    text = str(recipe)
    changes = {
        "/var/cache": str(folder),
        "server {": f"server {{ listen 127.0.0.1:{port}; add_header X-Cache $upstream_cache_status;",
        "http://127.0.0.1:8000": f"http://127.0.0.1:{site_port}",
        "$remote_addr;": "$http_x_forwarded_for;",
        "$scheme;": f"$http_x_forwarded_proto; proxy_set_header {COUNTRY_HEADER} $country;",
    }
    for written, here in changes.items():
        assert written in text
        text = text.replace(written, here)
    return text
