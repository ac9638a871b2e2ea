"""A thousand readers behind a real nginx lose no report, and one of them can't flood for all."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import httpx
import pytest

from adnotice.count.model.tally import Dimension, Metric, Period
from adnotice.count.stores.open import open_store
from tests.conformance.serving import free_port
from tests.honest import AGENT
from tests.support.programs import LISTENER, fork, running, spawn
from tests.support.reports import OUTCOME, report

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("nginx") is None, reason="nginx is not installed: nothing was tried behind a proxy"
    ),
]

ROOT = Path(__file__).parents[2]
READERS = 1_000
AT_A_TIME = 100
FAMILIES = {False: socket.AF_INET, True: socket.AF_INET6}
FORWARDED = ("$proxy_add_x_forwarded_for", "$remote_addr:$remote_port", "[$remote_addr]:$remote_port")
SERVER_OPTIONS = {"as uvicorn comes": [], "forwarded headers left to us": ["--no-proxy-headers"]}


def answers(port: int) -> bool:
    with contextlib.suppress(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{port}/")
        return True
    return False


@contextlib.contextmanager
def behind_nginx(
    folder: Path, options: list[str], *, forwarded: str = "$proxy_add_x_forwarded_for", dual: bool = False, **more: str
) -> Iterator[tuple[str, str]]:
    """The site under uvicorn behind nginx: its address and its store. `dual`: both listen on one socket for IPv4 and IPv6,
    which shows IPv4 addresses as ::ffff:192.0.2.1."""
    edge = free_port()
    listening = socket.create_server(("::" if dual else "127.0.0.1", 0), family=FAMILIES[dual], dualstack_ipv6=dual)
    port = listening.getsockname()[1]
    listen = f"[::]:{edge} ipv6only=off" if dual else f"127.0.0.1:{edge}"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    config = folder / "nginx.conf"
    config.write_text(
        f"""{"user root;" if os.geteuid() == 0 else ""} daemon off; pid {folder}/pid; error_log {folder}/error.log;
        events {{ worker_connections 1024; }}
        http {{ access_log off; {" ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)}
        server {{ listen {listen} backlog=1024; location / {{ proxy_pass http://127.0.0.1:{port};
        proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For "{forwarded}"; }} }} }}"""
    )
    store_url = f"sqlite:///{folder / 'counts.db'}"
    with listening:
        site = fork(
            "uvicorn",
            *("tests.detect.proxied_site:app", *options, "--fd", LISTENER, "--log-level", "warning"),
            log=folder / "site.log",
            environment={"STORE_URL": store_url, **more},
            listener=listening,
        )
        nginx = spawn(["nginx", "-p", str(folder), "-c", str(config)], log=folder / "nginx.log")
        with running(site, lambda: answers(port)), running(nginx, lambda: answers(edge)):
            yield f"http://127.0.0.1:{edge}", store_url


def reader(number: int) -> httpx.AsyncClient:
    """A client with a loopback address of its own."""
    address = f"127.0.{1 + number // 250}.{1 + number % 250}"
    transport = httpx.AsyncHTTPTransport(local_address=address, verify=False)
    return httpx.AsyncClient(transport=transport, headers={"user-agent": AGENT})


async def post(url: str, number: int, **headers: str) -> int:
    async with reader(number) as client:
        return (await client.post(url + OUTCOME, json=report(), headers=headers, timeout=30)).status_code


@pytest.mark.parametrize("options", SERVER_OPTIONS.values(), ids=SERVER_OPTIONS)
async def test_a_thousand_readers_lose_no_report(tmp_path: Path, options: list[str]) -> None:
    statuses: list[int] = []
    with behind_nginx(tmp_path, options) as (url, store_url):
        limit = anyio.CapacityLimiter(AT_A_TIME)

        async def one(number: int) -> None:
            async with limit:
                statuses.append(await post(url, number))

        async with anyio.create_task_group() as group:
            for number in range(READERS):
                group.start_soon(one, number)
    assert statuses == [204] * READERS
    store = open_store(store_url)
    today = datetime.now(UTC).date()
    counted = store.counts("default", Dimension.ALL, Period(today - timedelta(days=1), today))
    store.close()
    assert sum(each.n for each in counted if each.metric in (Metric.CLEAR, Metric.SUSPECT_CLEAR)) == READERS


@pytest.mark.parametrize("options", SERVER_OPTIONS.values(), ids=SERVER_OPTIONS)
async def test_one_that_floods_is_stopped_alone_whatever_it_says_of_itself(tmp_path: Path, options: list[str]) -> None:
    with behind_nginx(tmp_path, options, RATE_PER_MINUTE="20") as (url, _):
        flood = [await post(url, 1, **{"X-Forwarded-For": f"203.0.113.{spoof}"}) for spoof in range(30)]
        others = [await post(url, number) for number in range(2, 12)]
    assert flood[:20] == [204] * 20
    assert flood.count(429) >= 5, "what flows back in a slow test lets a few more through"
    assert others == [204] * 10


@pytest.mark.parametrize("options", SERVER_OPTIONS.values(), ids=SERVER_OPTIONS)
@pytest.mark.parametrize("forwarded", FORWARDED)
async def test_readers_stay_apart_on_sockets_for_both_kinds_of_address(
    tmp_path: Path, options: list[str], forwarded: str
) -> None:
    with behind_nginx(tmp_path, options, forwarded=forwarded, dual=True, RATE_PER_MINUTE="20") as (url, _):
        flood = [await post(url, 1) for _ in range(30)]
        others = [await post(url, number) for number in range(2, 12)]
    assert flood.count(429) >= 5
    assert others == [204] * 10, "they would share one rate if they were taken for one IPv6 network"
