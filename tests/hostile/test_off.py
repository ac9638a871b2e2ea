"""Off means off, on real servers: with wrong settings, switched off by the setting, and after `adnotice mode off`."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from tests.conftest import SECRET
from tests.honest import BASE, HonestBrowser
from tests.hostile.fronts import EVERYWHERE, ONE, Front, behind, opened
from tests.hostile.inputs import LARGE, NAMES, get
from tests.hostile.sockets import send_all, wire
from tests.hostile.table import Row, tell
from tests.hostile.trial import assert_harmless, reader

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

STATES = {"wrong": "wrong settings", "off": "enabled=False"}
EVERY_ADDRESS = [get(name) for name in NAMES if name] + [
    replace(get(name), method="POST", body=b"{}") for name in NAMES
]
BEHIND_ONE = [case for case in behind() if case.values == (f"nginx-{ONE}",)]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("server", [*BEHIND_ONE, *(case for case in EVERYWHERE if case.values != BEHIND_ONE[0].values)])
def test_where_adnotice_does_not_work_its_addresses_say_so_and_pages_go_out(
    server: str, state: str, tmp_path: Path
) -> None:
    page = b"GET /news HTTP/1.1\r\nHost: news.example.test\r\nConnection: close\r\n\r\n"
    asked = [each for each in (*EVERY_ADDRESS, *LARGE) if each.target != b"/_adnotice/"]
    random.shuffle(asked)
    with opened(server, tmp_path, state) as front:
        wires = [each for attack in asked for each in (wire(attack), (page, False))]
        seen = send_all(front.port, wires)
        row = Row(
            attack=f"our addresses: {STATES[state]}",
            server=server,
            tries=len(seen),
            errors=sum(each.failed for each in seen),
            dropped=sum(each.status == 0 for each in seen),
            tracebacks=front.tracebacks,
        )
        assert_harmless(tell(row), front.said[-1500:])
        assert "upstream" not in front.said, front.said[-1500:]
    ours, pages = seen[::2], seen[1::2]
    assert {each.status for each in pages} == {200}
    if state == "wrong":
        assert {each.status for each in ours} == {503}
    else:
        scripts = {each.status for attack, each in zip(asked, ours, strict=True) if attack == get("client.js")}
        assert scripts == {200}
        assert {each.status for each in ours} <= {200, 404, 405}


ASKED_BEFORE = 3
ASKED_AFTER = 12
OFF = (sys.executable, "-m", "adnotice.cli", "mode", "off")


@pytest.mark.parametrize("server", EVERYWHERE)
def test_once_the_mode_is_off_nobody_is_asked_and_no_script_does_anything(server: str, tmp_path: Path) -> None:
    with opened(server, tmp_path, "app") as front:
        waiting = anyio.run(readers_before, front)
        environment = {**os.environ, "ADNOTICE_SECRET_KEY": SECRET, "ADNOTICE_STORE_URL": front.store_url}
        subprocess.run(OFF, env=environment, check=True, capture_output=True, cwd=tmp_path)
        asked, scripts, statuses = anyio.run(readers_after, front, waiting)
        row = Row(
            attack=f"after adnotice mode off (asked: {asked}, scripts: {scripts})",
            server=server,
            tries=len(statuses),
            errors=sum(status >= 500 for status in statuses),
            tracebacks=front.tracebacks,
        )
        assert_harmless(tell(row))
    assert (asked, scripts) == (0, 0)
    assert set(statuses) <= {200, 204}


async def readers_before(front: Front) -> list[dict[str, object]]:
    """Readers are asked; some have reports that they will post later."""
    async with reader(front.url) as client:
        for _ in range(3 * ASKED_BEFORE):
            await HonestBrowser(client).view()
        blocked = HonestBrowser(client, blocker=True)
        for _ in range(ASKED_BEFORE):
            assert (await blocked.view())["notice"] is not None, "in mode ask a blocked reader is asked"
        return [await blocked.test() for _ in range(ASKED_AFTER)]


async def readers_after(front: Front, waiting: list[dict[str, object]]) -> tuple[int, int, list[int]]:
    """How many are asked now, how many scripts do anything, and every status."""
    asked = scripts = 0
    statuses = []
    async with reader(front.url) as client:
        for report in waiting:
            script = await client.get(f"{BASE}/client.js")
            answer = await client.post(f"{BASE}/outcome", json=report)
            scripts += b"getRandomValues" in script.content
            asked += b'"ticket"' in answer.content
            statuses += [script.status_code, answer.status_code]
    return asked, scripts, statuses
