"""A site under test: one uvicorn process, its host name in the test internet, and the figures it serves."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import msgspec

from adnotice.vocabulary import Mode
from tests.browser.internet import Internet
from tests.browser.newspaper import ROOT, Plan, Sheet
from tests.conftest import SECRET
from tests.support.programs import LISTENER, STOP_SECONDS, fork

TOKEN = "browser-tests-read-the-figures-with-this"
JUDGED = ("clear", "blocked-content", "blocked-hosts", "unknown")
_numbers = itertools.count(1)


class Site:
    """A newspaper that is up: `url`, `figures()`, and what its server logged."""

    def __init__(
        self,
        internet: Internet,
        folder: Path,
        *,
        host: str | None = None,
        scheme: str = "https",
        head: str = "",
        headers: dict[str, str] | None = None,
        sheets: dict[str, Sheet] | None = None,
        **settings: Any,
    ) -> None:
        self.host = host or f"news{next(_numbers)}.example.test"
        self.scheme = scheme
        self.store_url = f"sqlite:///{folder / (self.host + '.db')}"
        options: dict[str, Any] = {
            "secret_key": [SECRET],
            "site_name": "The Daily Example",
            "mode": Mode.ASK,
            "expose_verdict": True,
            "ask_on_first_page": True,
            "metrics_token": TOKEN,
            "store_url": self.store_url,
            "trusted_proxies": ["127.0.0.1"],
            "name_after_views": 1,
        }
        self.plan = Plan({**options, **settings}, sheets or {}, head, headers or {})
        self.prefix: str = self.plan.settings.get("prefix", "/_adnotice")
        self._plan_file = folder / f"{self.host}.json"
        self._log = folder / f"{self.host}.log"
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = self._listener.getsockname()[1]
        internet.serve(self.host, self.port)
        self.line = internet.line()
        """The server's own way out."""
        self._authority = folder / "authority.pem"
        internet.write_authority(self._authority)
        self.start()

    @property
    def url(self) -> str:
        """Where the front page is, without a slash at the end."""
        return f"{self.scheme}://{self.host}"

    @property
    def log(self) -> str:
        """What the server wrote."""
        return self._log.read_text()

    def start(self) -> None:
        """Starts the server, with the plan as it is now."""
        self._plan_file.write_bytes(msgspec.json.encode(self.plan))
        way_out = {"HTTPS_PROXY": f"http://127.0.0.1:{self.line.port}", "SSL_CERT_FILE": str(self._authority)}
        self._server = fork(
            "tests.browser.newspaper",
            LISTENER,
            str(self._plan_file),
            log=self._log,
            environment={"PYTHONUNBUFFERED": "1", **way_out},
            listener=self._listener,
        )
        self._server.await_answer(self._answers)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stops the server; the address stays taken, so that it can start again."""
        self._server.send(how)
        if not self._server.wait(STOP_SECONDS):
            self._server.kill()

    def close(self) -> None:
        """Stops the server for good."""
        self.stop()
        self._listener.close()

    def set_mode(self, mode: Mode, *, wait: bool = False) -> None:
        """What the operator does on the command line; `wait`: until every process obeys, as the command does by itself."""
        environment = {**os.environ, "ADNOTICE_SECRET_KEY": SECRET, "ADNOTICE_STORE_URL": self.store_url}
        subprocess.run(
            [sys.executable, "-m", "adnotice.cli", "mode", mode.value, "--wait" if wait else "--no-wait"],
            cwd=ROOT,
            env=environment,
            check=True,
            timeout=60,
        )

    def ask(self, path: str, **options: Any) -> httpx.Response:
        """A request to the server without a browser, as the operator's tools make it."""
        headers = {"host": self.host, "x-forwarded-proto": self.scheme, "authorization": f"Bearer {TOKEN}"}
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", headers=headers, timeout=20, **options)

    def figures(self) -> dict[str, Any]:
        """The dashboard's figures, as its JSON says them now."""
        answer = self.ask(f"{self.prefix}/api/v1/summary")
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def counts(self) -> dict[str, int]:
        """How often each metric was counted; those that never were are left out."""
        return {metric: n for metric, n in self.figures()["counts"].items() if n}

    def quiet_reasons(self) -> dict[str, int]:
        """Why blocked views were not asked, and how many for each reason."""
        return {each["name"]: each["share"]["n"] for each in self.figures()["quiet"]}

    def wait_for_counts(self, seconds: float = 12.0, **expected: int) -> dict[str, int]:
        """The counts once they are as expected, and still so a moment later; fails with what they are instead.

        Underscores in names stand for hyphens. Pages that no report follows are counted a moment later. Every view that was
        judged was asked or not, so `not_asked` follows from the others.
        """
        wanted = {name.replace("_", "-"): n for name, n in expected.items()}
        judged = sum(wanted.get(metric, 0) for metric in JUDGED)
        if left := judged - wanted.get("asked", 0):
            wanted["not-asked"] = left
        deadline = time.monotonic() + seconds
        while (seen := self.counts()) != wanted:
            assert time.monotonic() < deadline, f"expected {wanted}, the dashboard says {seen}"
            time.sleep(0.1)
        time.sleep(0.3)
        assert self.counts() == wanted, f"expected {wanted}, then the dashboard said {self.counts()}"
        return seen

    def _answers(self) -> bool:
        """Asks for what is not refused, what no figure counts, and what needs no store."""
        with contextlib.suppress(httpx.HTTPError):
            httpx.get(f"http://127.0.0.1:{self.port}{self.prefix}/notice.js", headers={"host": self.host}, timeout=1)
            return True
        return False
