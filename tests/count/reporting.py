"""Readers of a real site: honest reports, sent over sockets again and again until they are acknowledged."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import secrets
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.types import Receive, Scope, Send

from adnotice import AdNoticeMiddleware
from adnotice.count.model.tally import Count, Dimension, Metric, Period
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.detect.baits import SCRIPT
from adnotice.detect.witness import Witnesses, probe_of
from adnotice.keys import Keys
from tests.conftest import SECRET
from tests.count.servers import free_port
from tests.support.programs import Program, fork, spawn

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"
PAGE = b"<!doctype html><title>News</title><p>What happened today."


async def news(scope: Scope, receive: Receive, send: Send) -> None:
    """One page at every address."""
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"%d" % len(PAGE))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": PAGE})


def app() -> AdNoticeMiddleware:
    """The site that uvicorn serves; the environment says where it counts."""
    return AdNoticeMiddleware(
        news,
        secret_key=SECRET,
        store_url=os.environ["TEST_STORE"],
        store_deadline_seconds=float(os.environ.get("TEST_DEADLINE", "5")),
        suspect_factor=0,
        site_rate_per_second=0,
    )


class Site:
    """A uvicorn with this site, which can be killed and started again on the same port.

    With several `workers` uvicorn starts them itself. `folder` is where another adnotice than ours lies: then it is that one's
    own process, which has imported nothing of ours.
    """

    def __init__(
        self,
        store_url: str,
        log: Path,
        workers: int = 1,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self.port = free_port()
        self.store_url = store_url
        self.log = log
        self._workers = workers
        self._folder = folder
        self._environment = {"TEST_STORE": store_url, **(environment or {})}
        self.process: Program | None = None

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        command = self.command()
        if self._folder is None and command[0] == "uvicorn" and self._workers == 1:
            self.process = fork(*command, log=self.log, environment=self._environment)
        else:
            command = [sys.executable, "-m", *command]
            self.process = spawn(command, log=self.log, environment=self._environment, folder=self._folder)
        self.process.await_answer(self.answers)

    def command(self) -> list[str]:
        """What starts the server: a module and its arguments."""
        target = "tests.count.reporting:app"
        command = ["uvicorn", "--factory", target, "--port", str(self.port), "--workers", str(self._workers)]
        return [*command, "--log-level", "warning", "--no-access-log"]

    def answers(self) -> bool:
        """Whether a page comes."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.page()[0] == 200
        return False

    def page(self, path: str = "/news") -> tuple[int, bytes]:
        """A page's status and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def kill(self) -> None:
        """kill -9, of every worker."""
        assert self.process is not None
        self.process.kill()

    def stop(self) -> None:
        """As an operator stops it; by force when it does not end."""
        if self.process is not None:
            self.process.stop(20)

    def views(self) -> int:
        """How many views its store has counted in these days, over all verdicts."""
        return sum(count.n for count in self.counts(Dimension.ALL) if count.metric is Metric.CLEAR)

    def counts(self, dimension: Dimension) -> list[Count]:
        """What its store has counted in these days."""
        store = open_store(self.store_url, CountSettings(store_url=self.store_url, store_deadline_seconds=30))
        today = datetime.now(UTC).date()
        try:
            (site,) = store.sites()
            return store.counts(site, dimension, Period(today - timedelta(days=1), today))
        finally:
            store.close()

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Runs it, and ends it whatever happens."""
        try:
            self.start()
            yield
        finally:
            self.stop()


def make_report(witnesses: Witnesses, page: str) -> bytes:
    """The body of one clear view's report."""
    view = secrets.token_hex(16)
    token = witnesses.sign(f"{SCRIPT.folder}{probe_of(view)}-0{SCRIPT.ending}")
    return json.dumps({"id": view, "page": page, "script": [token], "first": True}).encode()


class Readers:
    """Threads that report views until they are told to stop; each report is sent until it is acknowledged.

    Where other workers serve the same site `beside`, each attempt goes to any of them, as a load balancer would send it.
    """

    def __init__(self, site: Site, threads: int = 8, beside: Sequence[Site] = ()) -> None:
        self.site = site
        self._ports = [each.port for each in (site, *beside)]
        self.taken = Counter(dict.fromkeys(self._ports, 0))
        """How many each of them has acknowledged."""
        self.acknowledged = 0
        self.counted = 0
        self.attempts = 0
        self.statuses: Counter[int] = Counter()
        self.problems: list[str] = []
        self.refusals: set[tuple[int, str]] = set()
        """Which of them answered 503, and with which words."""
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._witnesses = Witnesses(Keys(SECRET), 10)
        self._threads = [threading.Thread(target=self._read, args=(number,), daemon=True) for number in range(threads)]

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """They read; at the end each waits for the acknowledgement of its last report."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self.stop()

    def stop(self) -> None:
        """Each waits for the acknowledgement of its last report."""
        self._stop.set()
        for thread in self._threads:
            thread.join(120)
        if any(thread.is_alive() for thread in self._threads):
            self.problems.append("a reader never got its acknowledgement")

    def _read(self, number: int) -> None:
        connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=20) for port in self._ports]
        mixed = random.Random(number)  # noqa: S311 - which worker, no secret
        view = 0
        while not self._stop.is_set():
            view += 1
            body = make_report(self._witnesses, f"/news/{number}/{view % 20}")
            while not self._send(mixed.choice(connections), body):
                time.sleep(0.05)
        for connection in connections:
            connection.close()

    def _send(self, connection: http.client.HTTPConnection, body: bytes) -> bool:
        """Whether the report needs no other attempt."""
        try:
            status, answer = self._post(connection, body)
        except (OSError, http.client.HTTPException):
            connection.close()  # the next attempt opens it again
            return False
        with self._lock:
            self.attempts += 1
            self.statuses[status] += 1
            if status == 204:
                self.acknowledged += 1
                self.taken[connection.port] += 1
                self.counted += answer["counted"]
            elif status == 503:
                self.refusals.add((connection.port, answer.decode()))
            else:
                self.problems.append(f"{status}: {answer}")
        return status != 503

    @staticmethod
    def _post(connection: http.client.HTTPConnection, body: bytes) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json", "User-Agent": AGENT, "Sec-Fetch-Site": "same-origin"}
        connection.request("POST", "/_adnotice/outcome", body, headers)
        answer = connection.getresponse()
        content = answer.read()
        return answer.status, json.loads(answer.getheader("x-adnotice", "")) if answer.status == 204 else content
