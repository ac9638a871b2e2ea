"""Strangers at the login of a real server, from sixty addresses, with passwords of full cost."""

from __future__ import annotations

import contextlib
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import httpx
import pytest

from adnotice.insight.access.login import CHECKS_AT_ONCE
from adnotice.insight.access.passwords import hash_password
from tests.conformance.serving import free_port
from tests.conftest import SECRET
from tests.insight.conftest import BASE, PASSWORD, form_token
from tests.support.programs import fork

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(300)]

STRANGERS = 60
TRIES = 16
KNOWN_SECONDS = 3.0


@contextmanager
def served(folder: Path) -> Iterator[str]:
    port = free_port()
    environment = {
        "SITE_SECRET": SECRET,
        "SITE_STORE": f"sqlite:///{folder / 'counts.db'}",
        "SITE_HASH": hash_password(PASSWORD),
    }
    # Without uvicorn's own reading of X-Forwarded-For: it is our trusted_proxies that tell strangers apart.
    command = ["uvicorn", "tests.insight.flooded_site:app", "--port", str(port), "--no-proxy-headers"]
    site = fork(*command, log=folder / "server.log", environment=environment)

    def answers() -> bool:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}/")
            return True
        return False

    try:
        site.await_answer(answers)
        yield f"http://127.0.0.1:{port}{BASE}/"
    finally:
        site.kill()  # the strangers' last checks are of no interest


async def log_in(client: httpx.AsyncClient, password: str) -> tuple[int, float]:
    """The answer's status, and how long form and login took."""
    began = time.monotonic()
    token = form_token((await client.get("dashboard/login")).text)
    answer = await client.post("dashboard/login", data={"token": token, "password": password})
    return answer.status_code, time.monotonic() - began


def browser(url: str, address: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, headers={"x-forwarded-for": address}, timeout=120)


async def test_sixty_strangers_keep_nobody_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A browser that logged in before gets in within three seconds, sixteen times of sixteen, from an address that a
    stranger has too; a new one waits for half a check of each stranger."""
    statuses: Counter[int] = Counter()

    async def flood(url: str, number: int) -> None:
        address = f"198.51.100.{number}" if number % 2 else f"2001:db8:0:{number:x}::1"
        async with browser(url, address) as client:
            while True:
                status, _ = await log_in(client, f"guess {number}")
                statuses[status] += 1
                await anyio.sleep(0.05)

    with served(tmp_path) as url:
        async with browser(url, "198.51.100.1") as known, browser(url, "192.0.2.1") as new:
            assert (await log_in(known, PASSWORD))[0] == 303
            async with anyio.create_task_group() as group:
                for number in range(STRANGERS):
                    group.start_soon(flood, url, number)
                await anyio.sleep(2)
                entered = [await log_in(known, PASSWORD) for _ in range(TRIES)]
                status, waited = await log_in(new, PASSWORD)
                group.cancel_scope.cancel()
    slowest = max(seconds for _, seconds in entered)
    with capsys.disabled():
        sys.stdout.write(f"\nknown: slowest {slowest:.2f} s; new: {waited:.2f} s; strangers: {dict(statuses)}\n")
    assert [status for status, _ in entered] == [303] * TRIES
    assert slowest < KNOWN_SECONDS
    assert status == 303
    assert waited < (STRANGERS / CHECKS_AT_ONCE + 1) * slowest
    assert statuses[403] > 5
    assert set(statuses) <= {403, 429}
