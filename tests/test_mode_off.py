"""Once `adnotice mode off` has returned, no process gives a notice or the script, however long it slept: real processes."""

from __future__ import annotations

import contextlib
import re
import signal
import time
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from adnotice.mode import FRESH_SECONDS, SETTLE_SECONDS
from tests.asking_processes import a_blocked_report, is_asked, processes, say
from tests.count.conftest import own_redis  # noqa: F401 - a fixture
from tests.count.servers import Redis
from tests.honest import BASE

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

LONG = [pytest.mark.endurance, pytest.mark.timeout(600)]


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
