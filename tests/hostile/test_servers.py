"""Attacks on real servers, alone and behind nginx; `make hostile` runs all, the tests one row of each kind."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import httpx
import pytest

from adnotice.count.open import open_store
from adnotice.count.settings import CountSettings
from adnotice.count.tally import Dimension, Metric, Period
from tests.conformance.serving import SERVERS, Served, free_port, serve
from tests.honest import AGENT, HonestBrowser
from tests.hostile.inputs import BASE, HOST, Attack, make_attack
from tests.hostile.sockets import Seen, send, send_all
from tests.hostile.table import Row, tell
from tests.hostile.test_answers import QUOTED
from tests.insight.conftest import log_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

TRIES = 2_000
ALL_TRIES = 20_000
HONEST = 20
ONE = "uvicorn-h11"
"""The server of the one row that every run has: it drops the connection where others answer 500."""

ALL_MARKS = [pytest.mark.endurance, pytest.mark.timeout(3_600)]
EVERY_SERVER = [pytest.param(server, marks=() if server == ONE else ALL_MARKS) for server in SERVERS]
needs_nginx = pytest.mark.skipif(
    shutil.which("nginx") is None, reason="nginx is not installed: nothing was tried behind it"
)


async def honest_views(url: str) -> None:
    """Views with ads blocked, each reported twice, as a browser does that got no answer."""
    async with httpx.AsyncClient(base_url=url, headers={"user-agent": AGENT}, timeout=60) as client:
        for _ in range(HONEST):
            browser = HonestBrowser(client, blocker=True)
            report = await browser.test()
            for _ in range(2):
                assert (await browser.post(report)).status_code in (200, 204)


async def operator(url: str) -> list[bytes]:
    """The cookies of an operator who is logged in."""
    async with httpx.AsyncClient(base_url=f"{url}{BASE}/", timeout=60) as browser:
        assert (await log_in(browser)).status_code == 303
        return [f"{cookie.name}={cookie.value}".encode() for cookie in browser.cookies.jar]


def blocked_views(store_url: str) -> int:
    """What was counted with ads blocked, believed or not."""
    store = open_store(store_url, CountSettings(store_url=store_url))
    try:
        today = datetime.now(UTC).date()
        counts = store.counts("default", Dimension.ALL, Period(today - timedelta(days=1), today))
        return sum(count.n for count in counts if count.metric in (Metric.BLOCKED_CONTENT, Metric.SUSPECT_CONTENT))
    finally:
        store.close()


def wire(attack: Attack) -> tuple[bytes, bool]:
    """The attack's bytes, on a connection that is closed behind them."""
    closing = Attack(
        method=attack.method,
        target=attack.target,
        headers=[*attack.headers, (b"connection", b"close")],
        body=attack.body,
    )
    return closing.raw(), attack.method == "HEAD"


def tracebacks(*logs: Path) -> int:
    """How many stand in the servers' logs."""
    return sum(log.read_text(errors="replace").count("Traceback") for log in logs)


def summed(attack: str, server: str, seen: Sequence[Seen], logs: Sequence[Path], honest: int | None = None) -> Row:
    """The row of what was seen."""
    return tell(
        Row(
            attack=attack,
            server=server,
            tries=len(seen),
            errors=sum(each.failed for each in seen),
            dropped=sum(each.status == 0 for each in seen),
            tracebacks=tracebacks(*logs),
            lost=None if honest is None else max(0, HONEST - honest),
            double=None if honest is None else max(0, honest - HONEST),
        )
    )


def assert_harmless(row: Row, *why: object) -> None:
    assert (row.errors, row.dropped, row.tracebacks, row.lost or 0, row.double or 0) == (0, 0, 0, 0, 0), (row, *why)


@pytest.mark.parametrize(
    ("server", "tries"),
    [(ONE, TRIES), *(pytest.param(server, ALL_TRIES, marks=ALL_MARKS) for server in SERVERS)],
)
def test_odd_requests_on_plain_sockets(server: str, tries: int, tmp_path: Path) -> None:
    seed = random.randrange(2**32)  # noqa: S311 - dice for inputs; pytest-randomly prints what they follow from
    dice = random.Random(seed)  # noqa: S311 - the same
    with serve("fastapi", server, tmp_path) as site:
        cookies = anyio.run(operator, site.url)
        anyio.run(honest_views, site.url)
        attacks = [wire(each) for each in (*QUOTED, *(make_attack(dice, cookies) for _ in range(tries)))]
        seen = send_all(site.port, attacks)
        honest = wait_for_views(site.store_url)
        row = summed("odd requests", server, seen, [site.log], honest)
    hurt = [attack for attack, each in zip(attacks, seen, strict=True) if each.failed or each.status == 0]
    assert not hurt, f"{row}, seed {seed}: {hurt[:3]}; the bare app: {on_bare(server, tmp_path, hurt)}"
    assert_harmless(row)


def on_bare(server: str, folder: Path, attacks: Sequence[tuple[bytes, bool]]) -> list[int]:
    """What the same requests get from the app without us; 0 where it drops the connection."""
    (folder / "bare").mkdir()
    with serve("fastapi", server, folder / "bare", "bare") as site:
        return [each.status for each in send_all(site.port, attacks[:20])]


def wait_for_views(store_url: str) -> int:
    """Honest views, once they stand in the store."""
    deadline = time.monotonic() + 15
    while (honest := blocked_views(store_url)) < HONEST and time.monotonic() < deadline:
        time.sleep(0.5)
    return honest


@pytest.mark.parametrize("server", EVERY_SERVER)
def test_a_flood_of_reports_without_a_witness(server: str, tmp_path: Path) -> None:
    empty = Attack(
        method="POST",
        target=f"{BASE}/outcome".encode(),
        headers=[(b"host", HOST), (b"content-type", b"application/json")],
        body=b"{}",
    )
    with serve("fastapi", server, tmp_path) as site:
        flood: list[Seen] = []
        sender = threading.Thread(target=lambda: flood.extend(send_all(site.port, [wire(empty)] * 1_500)))
        sender.start()
        anyio.run(honest_views, site.url)
        sender.join()
        row = summed("empty reports", server, flood, [site.log], wait_for_views(site.store_url))
    assert_harmless(row)


@contextlib.contextmanager
def behind_nginx(folder: Path, sites: Sequence[Served]) -> Iterator[tuple[int, Path]]:
    """nginx with its defaults in front of these; its port and its log."""
    edge, log = free_port(), folder / "error.log"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    upstreams = " ".join(f"server 127.0.0.1:{site.port};" for site in sites)
    config = folder / "nginx.conf"
    config.write_text(
        f"""{"user root;" if os.geteuid() == 0 else ""} daemon off; worker_processes 1; pid {folder}/pid; error_log {log};
        events {{}} http {{ access_log off; {" ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)}
        upstream site {{ {upstreams} }}
        server {{ listen 127.0.0.1:{edge}; location / {{ proxy_pass http://site; proxy_set_header Host $http_host; }} }} }}"""
    )
    process = subprocess.Popen(["nginx", "-p", folder, "-c", config], stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while send(edge, b"GET /news HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").status != 200:
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.1)
        yield edge, log
    finally:
        process.terminate()
        process.wait(20)


def large(name: str) -> Attack:
    """A body that nginx lets through and we don't."""
    kind = b"application/json" if name in ("outcome", "choice") else b"application/x-www-form-urlencoded"
    return Attack(
        method="POST",
        target=f"{BASE}/{name}".encode(),
        headers=[(b"host", HOST), (b"content-type", kind)],
        body=b"x" * 1_000_000,
    )


LARGE = [
    large(name) for name in ("outcome", "choice", "about/choice", "dashboard/login", "dashboard", "client.js", "x")
]
LARGE += [dataclasses.replace(attack, method="GET") for attack in LARGE]


@needs_nginx
@pytest.mark.parametrize("server", EVERY_SERVER)
def test_readers_behind_nginx_with_two_upstreams_are_served_whatever_strangers_ask(server: str, tmp_path: Path) -> None:
    seed = random.randrange(2**32)  # noqa: S311 - dice for inputs
    dice = random.Random(seed)  # noqa: S311 - the same
    page = b"GET / HTTP/1.1\r\nHost: news.example.test\r\nConnection: close\r\n\r\n"
    with contextlib.ExitStack() as stack:
        sites = []
        for number in range(2):
            (tmp_path / str(number)).mkdir()
            sites.append(stack.enter_context(serve("fastapi", server, tmp_path / str(number))))
        edge, log = stack.enter_context(behind_nginx(tmp_path, sites))
        readers: list[Seen] = []
        strangers: list[Seen] = []
        for attack in (*QUOTED, *LARGE * 3, *(make_attack(dice) for _ in range(200))):
            strangers += send_all(edge, [wire(attack)])
            readers.append(send(edge, page))
        row = summed("behind nginx: readers", server, readers, [site.log for site in sites])
        hurt = summed("behind nginx: strangers", server, strangers, [site.log for site in sites])
        said = log.read_text(errors="replace")
    assert [each.status for each in readers] == [200] * len(readers), f"seed {seed}: {said[-1500:]}"
    assert_harmless(row)
    assert_harmless(hurt, [each for each in strangers if each.failed], said[-1500:])
    assert "upstream" not in said, said[-1500:]
