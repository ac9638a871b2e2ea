"""One attack on one front, while honest readers go on: what came of both."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

import anyio
import httpx

from adnotice.count.model.tally import Count, Dimension, Metric, Period
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from tests.honest import AGENT, HonestBrowser, read_found
from tests.hostile.fronts import Front
from tests.hostile.inputs import BASE
from tests.hostile.sockets import Seen, send_all
from tests.hostile.table import Row, tell
from tests.insight.conftest import log_in

HONEST = 10
"""Honest views with ads blocked, which no attack of these makes up; with each come three that are clear."""

COUNTED_SECONDS = 15
_readers = count()


def new_address() -> str:
    """Another reader's, as a proxy in front would tell it."""
    number = next(_readers)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def reader(url: str, host: str = "", address: str = "") -> httpx.AsyncClient:
    """A browser's connections to this host's site."""
    more = {"host": host} if host else {}
    if address:
        more["x-forwarded-for"] = address
    # A connection each: servers end idle ones after seconds (gunicorn after two), and httpx doesn't ask again as browsers do.
    apart = httpx.Limits(max_keepalive_connections=0)
    return httpx.AsyncClient(base_url=url, headers={"user-agent": AGENT, **more}, timeout=60, limits=apart)


async def honest_views(url: str, host: str = "", views: int = HONEST) -> None:
    """So many views with ads blocked, and three times as many without: each by a reader of its own, each reported twice, as
    a browser does that got no answer."""
    async with reader(url, host) as client:
        for number in range(4 * views):
            if host:
                client.headers["x-forwarded-for"] = new_address()
            assert (await client.get("/")).status_code == 200
            browser = HonestBrowser(client, blocker=number % 4 == 3)
            report = await browser.test()
            answers = [await browser.post(report) for _ in range(2)]
            assert {answer.status_code for answer in answers} <= {200, 204}, [answer.text for answer in answers]
            assert [read_found(answer)["counted"] for answer in answers] == [True, False]


async def operator(url: str, host: str = "") -> bytes:
    """The cookies of an operator who is logged in."""
    async with reader(f"{url}{BASE}/", host, new_address() if host else "") as browser:
        assert (await log_in(browser)).status_code == 303
        return b"; ".join(f"{cookie.name}={cookie.value}".encode() for cookie in browser.cookies.jar)


def counts(store_url: str, site: str = "default", dimension: Dimension = Dimension.ALL) -> list[Count]:
    """What was counted since yesterday."""
    store = open_store(store_url, CountSettings(store_url=store_url, store_deadline_seconds=30))
    try:
        today = datetime.now(UTC).date()
        return store.counts(site, dimension, Period(today - timedelta(days=1), today))
    finally:
        store.close()


def blocked_views(store_url: str, site: str = "default") -> int:
    """What was counted with ads blocked, believed or not."""
    blocked = (Metric.BLOCKED_CONTENT, Metric.SUSPECT_CONTENT)
    return sum(each.n for each in counts(store_url, site) if each.metric in blocked)


def wait_for_views(store_url: str, site: str, wanted: int) -> int:
    """So many views with ads blocked, once they stand in the store; what stands there when they don't come."""
    deadline = time.monotonic() + COUNTED_SECONDS
    while (found := blocked_views(store_url, site)) < wanted and time.monotonic() < deadline:
        time.sleep(0.5)
    return found


def attempt(
    attack: str, front: Front, wires: Sequence[tuple[bytes, bool]], host: str = "", views: int = HONEST
) -> tuple[Row, list[Seen]]:
    """Sends all of it while readers read; the row is in the table. `host` names the site where there are several."""
    site = host.partition(".")[0] or "default"
    before, wrong = blocked_views(front.store_url, site), front.tracebacks
    seen: list[Seen] = []
    sender = threading.Thread(target=lambda: seen.extend(send_all(front.port, wires)))
    sender.start()
    try:
        anyio.run(honest_views, front.url, host, views)
    finally:
        sender.join()
    grown = wait_for_views(front.store_url, site, before + views) - before
    row = Row(
        attack=attack,
        server=front.name,
        tries=len(seen),
        errors=sum(each.failed for each in seen),
        dropped=sum(each.status == 0 for each in seen),
        tracebacks=front.tracebacks - wrong,
        lost=max(0, views - grown),
        double=max(0, grown - views),
    )
    return tell(row), seen


def assert_harmless(row: Row, *why: object) -> None:
    """Nothing failed, nothing is missing, nothing was counted twice."""
    assert (row.errors, row.dropped, row.tracebacks, row.lost or 0, row.double or 0) == (0, 0, 0, 0, 0), (row, *why)
