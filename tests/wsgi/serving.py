"""The same newspaper under the WSGI servers that people run."""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Mapping
from pathlib import Path

from adnotice.count.model.tally import Dimension, Metric
from tests.count.reporting import AGENT, Site

TARGET = "tests.wsgi.newspaper:app"

SERVERS: Mapping[str, list[str]] = {
    "sync": ["gunicorn", TARGET, "--workers", "4", "--bind", "127.0.0.1:{port}"],
    "preload": ["gunicorn", TARGET, "--workers", "4", "--preload", "--bind", "127.0.0.1:{port}"],
    "gthread": ["gunicorn", TARGET, "--workers", "2", "--threads", "4", "--bind", "127.0.0.1:{port}"],
    "waitress": ["waitress", "--listen", "127.0.0.1:{port}", TARGET],
}


class WsgiSite(Site):
    """This newspaper under one of these servers."""

    def __init__(self, server: str, store_url: str, log: Path, environment: Mapping[str, str] | None = None) -> None:
        super().__init__(store_url, log, environment=environment)
        self._server = SERVERS[server]

    def command(self) -> list[str]:
        """See `Site`."""
        return [part.format(port=self.port) for part in self._server]

    def answers(self) -> bool:
        """See `Site`; asks for no page, which would be counted."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.page("/_adnotice/client.js")[0] == 200
        return False


def read_page(port: int) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", "/news", headers={"User-Agent": AGENT, "Sec-Fetch-Dest": "document"})
        return connection.getresponse().read()
    finally:
        connection.close()


def pages_counted(site: WsgiSite) -> int:
    return sum(count.n for count in site.counts(Dimension.ALL) if count.metric is Metric.INJECTED)
