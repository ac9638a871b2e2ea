"""Real processes of a site that asks, and the operator's commands on the store that they share."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx

from tests.conftest import SECRET
from tests.count.servers import free_port, wait_for
from tests.honest import AGENT, BASE, HonestBrowser


def environment(store_url: str) -> dict[str, str]:
    """An operator's, who asks: with one store for processes and commands."""
    return {
        **os.environ,
        "ADNOTICE_SECRET_KEY": SECRET,
        "ADNOTICE_STORE_URL": store_url,
        "ADNOTICE_MODE": "ask",
        "ADNOTICE_ASK_ON_FIRST_PAGE": "true",
    }


class Process:
    """One process of a site, which can be stopped and go on."""

    def __init__(self, store_url: str, log: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "adnotice.cli", "serve", "--port", str(port)]
        with log.open("ab") as out:
            self._process = subprocess.Popen(command, env=environment(store_url), stdout=out, stderr=out)
        wait_for(self._answers, 60)

    def _answers(self) -> bool:
        """An address of nobody's: it rouses nothing."""
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/nothing", timeout=1).status_code == 404
        return False

    def send(self, signal_: signal.Signals) -> None:
        """SIGSTOP or SIGCONT."""
        self._process.send_signal(signal_)

    def end(self) -> None:
        """Ends it, stopped or not."""
        self._process.kill()
        self._process.wait(20)

    def client(self) -> httpx.AsyncClient:
        """A reader's connections."""
        return httpx.AsyncClient(base_url=self.url, timeout=20, headers={"user-agent": AGENT})


@contextlib.contextmanager
def processes(store_url: str, folder: Path, n: int = 1) -> Iterator[list[Process]]:
    """So many processes of one site; each ended afterwards."""
    running: list[Process] = []
    try:
        for number in range(n):
            running.append(Process(store_url, folder / f"{number}.log"))  # noqa: PERF401 - those that run are ended
        yield running
    finally:
        for each in running:
            each.end()


async def command(store_url: str, *words: str) -> str:
    """A command of the operator's, from start to end; what it printed."""
    done = await anyio.run_process([sys.executable, "-m", "adnotice.cli", *words], env=environment(store_url))
    return done.stdout.decode()


async def say(mode: str, store_url: str, *options: str) -> None:
    """`adnotice mode MODE`, from start to end."""
    await command(store_url, "mode", mode, *options)


async def a_blocked_report(client: httpx.AsyncClient) -> dict[str, Any]:
    """A report of a reader who would be asked, not yet posted."""
    return await HonestBrowser(client, blocker=True).test()


async def is_asked(client: httpx.AsyncClient, report: dict[str, Any] | None = None) -> bool:
    """Whether the answer to a blocked report brings a notice."""
    answer = await client.post(f"{BASE}/outcome", json=report or await a_blocked_report(client))
    return b'"ticket"' in answer.content
