"""Once `adnotice mode off` has returned, no process gives a notice or the script, however long it slept: real processes."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from adnotice.mode import FRESH_SECONDS, SETTLE_SECONDS
from tests.conftest import SECRET
from tests.count.conftest import own_redis  # noqa: F401 - a fixture
from tests.count.servers import Redis, free_port, wait_for
from tests.honest import AGENT, BASE, HonestBrowser

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

LONG = [pytest.mark.endurance, pytest.mark.timeout(600)]


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


async def say(mode: str, store_url: str, *options: str) -> None:
    """`adnotice mode MODE`, from start to end."""
    command = [sys.executable, "-m", "adnotice.cli", "mode", mode, *options]
    await anyio.run_process(command, env=environment(store_url))


async def a_blocked_report(client: httpx.AsyncClient) -> dict[str, Any]:
    """A report of a reader who would be asked, not yet posted."""
    return await HonestBrowser(client, blocker=True).test()


async def is_asked(client: httpx.AsyncClient, report: dict[str, Any] | None = None) -> bool:
    """Whether the answer to a blocked report brings a notice."""
    answer = await client.post(f"{BASE}/outcome", json=report or await a_blocked_report(client))
    return b'"ticket"' in answer.content


async def script(client: httpx.AsyncClient) -> tuple[bool, int]:
    """Whether client.js does anything, and how long it is kept."""
    answer = await client.get(f"{BASE}/client.js")
    assert answer.status_code == 200
    kept = re.search(r"max-age=(\d+)", answer.headers["cache-control"])
    assert kept is not None
    return b"getRandomValues" in answer.content, int(kept[1])


@pytest.mark.parametrize("idle_seconds", [0, pytest.param(90, marks=LONG), pytest.param(330, marks=LONG)])
@pytest.mark.parametrize("first", ["script", "report"])
async def test_after_the_command_returned_no_idle_process_acts_by_the_old_mode(
    idle_seconds: float, first: str, sqlite_url: str, tmp_path: Path
) -> None:
    with processes(sqlite_url, tmp_path, 3) as running:
        async with contextlib.AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(each.client()) for each in running]
            for client in clients:
                assert await is_asked(client), "in mode ask a blocked reader is asked"
            waiting = [await a_blocked_report(client) for client in clients]
            began = time.monotonic()
            await say("off", sqlite_url)
            assert time.monotonic() - began >= SETTLE_SECONDS
            await anyio.sleep(idle_seconds)
            for client, report in zip(clients, waiting, strict=True):
                if first == "script":
                    assert not (await script(client))[0]
                assert not await is_asked(client, report)


async def test_a_process_that_has_just_started_rests_on_what_the_store_says(sqlite_url: str, tmp_path: Path) -> None:
    await say("off", sqlite_url, "--create", "--no-wait")
    for first in ("script", "report"):
        with processes(sqlite_url, tmp_path) as (process,):
            async with process.client() as client:
                assert not (await script(client))[0] if first == "script" else not await is_asked(client)


@pytest.mark.parametrize("stopped_seconds", [SETTLE_SECONDS, pytest.param(60, marks=LONG)])
@pytest.mark.parametrize("asked", ["before it goes on", "at once after"])
async def test_a_process_that_was_stopped_looks_before_it_answers(
    stopped_seconds: float, asked: str, sqlite_url: str, tmp_path: Path
) -> None:
    with processes(sqlite_url, tmp_path) as (process,):
        async with process.client() as one, process.client() as other:
            reports = [await a_blocked_report(client) for client in (one, other)]
            assert await is_asked(one)
            assert (await script(other))[0]
            process.send(signal.SIGSTOP)
            await say("off", sqlite_url, "--no-wait")
            await anyio.sleep(stopped_seconds)
            found: list[object] = []

            async def ask(client: httpx.AsyncClient, report: dict[str, Any] | None) -> None:
                found.append(await is_asked(client, report) if report else (await script(client))[0])

            async with anyio.create_task_group() as tasks:
                if asked != "before it goes on":
                    process.send(signal.SIGCONT)
                tasks.start_soon(ask, one, reports[0])
                tasks.start_soon(ask, other, None)
                await anyio.sleep(0.05)
                process.send(signal.SIGCONT)
            assert found == [False, False]
            assert not await is_asked(other, reports[1])


async def test_while_the_store_cannot_say_readers_are_left_alone(
    own_redis: Redis,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    with processes(own_redis.url, tmp_path) as (process,):
        async with process.client() as client:
            report = await a_blocked_report(client)
            assert await script(client) == (True, 240)
            own_redis.hang()
            await anyio.sleep(FRESH_SECONDS + 0.5)
            began = time.monotonic()
            assert await script(client) == (False, 10)
            assert time.monotonic() - began < 1.5
            assert not await is_asked(client, report)
            own_redis.wake()
            with anyio.fail_after(20):
                while await script(client) != (True, 240):
                    await anyio.sleep(0.2)
            # the store may have taken the first report once it woke: a retry is answered, and asks nobody
            assert await is_asked(client, await a_blocked_report(client))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A store of the test's own."""
    return f"sqlite:///{tmp_path / 'counts.db'}"
