"""Off means off, on real servers: with wrong settings, switched off by the setting, and after `adnotice mode off`."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests.hostile.fronts import EVERYWHERE, ONE, behind, opened
from tests.hostile.inputs import LARGE, NAMES, get
from tests.hostile.sockets import send_all, wire
from tests.hostile.table import Row, tell
from tests.hostile.trial import assert_harmless

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
