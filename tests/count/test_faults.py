"""Whatever fails, every report counts once: cut connections, killed servers, failovers, stores that are gone or hang."""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self, TypeVar

import anyio
import httpx
import pytest

from adnotice.count.model.tally import Batch, Dimension, Entry, Key, Metric, Period
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.count.stores.protocol import Partial, Store
from adnotice.vocabulary import Unavailable
from tests.count.served_site import serving
from tests.count.servers import PostgreSQL, Proxy, Redis, RedisCluster, Server, wait_for
from tests.honest import AGENT, HonestBrowser

pytestmark = pytest.mark.slow

Answer = TypeVar("Answer")

SITE = "news.example.test"
PAGES = 200
MAX_PENDING = 2_000
DEADLINE_SECONDS = 2.0


def pages_of(store: Store, site: str = SITE) -> Counter[str]:
    """Clear views by page, yesterday's and today's."""
    day = datetime.now(UTC).date()
    counts = store.counts(site, Dimension.PAGE, Period(day - timedelta(days=1), day))
    return Counter({count.value: count.n for count in counts if count.metric is Metric.CLEAR})


def patiently(ask: Callable[[], Answer], seconds: float = 30) -> Answer:
    """Asks until the store answers."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except Unavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


class Reporters:
    """Threads that commit groups of entries without a pause, each with a store of its own, and retry as browsers do."""

    def __init__(self, url: str, threads: int = 3, group: int = 20) -> None:
        self._url = url
        self._threads = threads
        self._group = group
        self._over = threading.Event()
        self._lock = threading.Lock()
        self.acknowledged: Counter[str] = Counter()
        self.refusals = 0
        self.replays = 0

    def __enter__(self) -> Self:
        self._pool = ThreadPoolExecutor(self._threads)
        self._work = [self._pool.submit(self._report, number) for number in range(self._threads)]
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._pool.shutdown()
        for work in self._work:
            work.result()

    def wait_for_more(self, reports: int = 400, seconds: float = 30) -> None:
        """Waits until so many more are acknowledged: the store answers again, and load is on it."""
        target = self.acknowledged.total() + reports
        wait_for(lambda: self.acknowledged.total() >= target, seconds)

    def _report(self, number: int) -> None:
        store = open_store(self._url, CountSettings(store_url=self._url, store_deadline_seconds=DEADLINE_SECONDS))
        made = 0
        pending: list[Entry] = []
        patience = 0.0
        while pending or not self._over.is_set():
            for _ in range(self._group if len(pending) < MAX_PENDING and not self._over.is_set() else 0):
                made += 1
                key = Key(SITE, Dimension.PAGE, f"/{(number * 7 + made) % PAGES}", Metric.CLEAR)
                pending.append(Entry(uuid.uuid4().hex, int(time.time()) + 3_600, (key,)))
            fates: list[bool | None]
            try:
                fates = list(store.commit(Batch(time.time(), tuple(pending))))
            except Partial as partial:
                fates = partial.fates
            except Unavailable:
                fates = [None] * len(pending)
            with self._lock:
                for entry, fate in zip(pending, fates, strict=True):
                    if fate is not None:
                        self.acknowledged[entry.keys[0].value] += 1
                        self.replays += not fate
                self.refusals += fates.count(None)
            pending = [entry for entry, fate in zip(pending, fates, strict=True) if fate is None]
            if pending:
                patience = patience or (time.monotonic() + 60 if self._over.is_set() else 0.0)
                assert not patience or time.monotonic() < patience, "the store never came back"
                time.sleep(0.02)
        store.close()


@pytest.mark.parametrize("kind", ["postgresql", "redis"])
def test_a_connection_cut_right_after_the_commit_was_sent_counts_each_report_once(
    kind: str, request: pytest.FixtureRequest
) -> None:
    server: PostgreSQL | Redis = request.getfixturevalue(f"own_{kind}")
    proxy = Proxy(server.port)
    store = open_store(server.url.replace(f":{server.port}", f":{proxy.port}"))
    before = patiently(lambda: pages_of(store))
    sent: Counter[str] = Counter()
    answered: Counter[bool] = Counter()
    for number in range(200):
        page = f"/{number % PAGES}"
        key = Key(SITE, Dimension.PAGE, page, Metric.CLEAR)
        batch = Batch(time.time(), tuple(Entry(uuid.uuid4().hex, int(time.time()) + 600, (key,)) for _ in range(2)))
        proxy.cut_after(b"COMMIT" if kind == "postgresql" else b"EVALSHA")
        answered.update(patiently(lambda batch=batch: store.commit(batch)))  # type: ignore[misc]
        sent[page] += 2
    assert proxy.cuts == 200
    assert answered[False] > 0, "no cut came after the commit had taken effect: nothing was tested"
    assert pages_of(store) - before == sent
    store.close()
    proxy.close()


def break_and_compare(url: str, times: int, break_it: Callable[[Reporters], None]) -> None:
    """Breaks the server under load so many times; then what is stored is what was acknowledged, page by page."""
    store = open_store(url)
    before = patiently(lambda: pages_of(store))
    with Reporters(url) as reporters:
        for _ in range(times):
            reporters.wait_for_more()
            break_it(reporters)
        reporters.wait_for_more(seconds=60)
    assert reporters.refusals > 0, "nobody noticed: nothing was broken under load"
    assert patiently(lambda: pages_of(store)) - before == reporters.acknowledged
    store.close()


@pytest.mark.parametrize("times", [2, pytest.param(10, marks=[pytest.mark.endurance, pytest.mark.timeout(600)])])
@pytest.mark.parametrize("kind", ["postgresql", "redis"])
def test_killing_the_server_under_load_loses_nothing_acknowledged_and_counts_nothing_twice(
    kind: str, times: int, request: pytest.FixtureRequest
) -> None:
    server: PostgreSQL | Redis = request.getfixturevalue(f"own_{kind}")

    def kill(_: Reporters) -> None:
        server.kill()
        time.sleep(0.2)
        server.start()
        wait_for(server.ready)

    break_and_compare(server.url, times, kill)


@pytest.mark.parametrize("times", [1, pytest.param(5, marks=[pytest.mark.endurance, pytest.mark.timeout(600)])])
def test_a_primary_that_fails_over_under_load_loses_nothing_acknowledged_and_counts_nothing_twice(
    cluster: RedisCluster, cluster_url: str, times: int
) -> None:
    def fail_over(reporters: Reporters) -> None:
        victim = cluster.primaries()[0]
        others = [server for server in cluster.servers if server is not victim]
        heirs = {server.port for server in cluster.primaries()}
        victim.kill()
        wait_for(lambda: any("role:master" in s.cli("INFO", "replication") and s.port not in heirs for s in others), 30)
        reporters.wait_for_more(50)  # the two whole shards go on meanwhile
        victim.start()
        cluster.wait_until_whole()

    break_and_compare(cluster_url, times, fail_over)


class Readers:
    """Honest readers over sockets: each loads pages, tests, reports, and retries a report as long as it gets 503."""

    def __init__(self, url: str, readers: int = 4) -> None:
        self._url = url
        self._readers = readers
        self.over = False
        self.views = 0
        self.refused: list[tuple[float, str]] = []
        self.pages: list[tuple[float, float, int]] = []

    async def run(self, plan: Callable[[], None]) -> None:
        """Reads until the plan, which runs in a thread, is through and every report has been acknowledged."""
        async with anyio.create_task_group() as group:
            for _ in range(self._readers):
                group.start_soon(self._read)
            group.start_soon(self._watch_pages)
            try:
                await anyio.to_thread.run_sync(plan)
            finally:
                self.over = True

    async def _read(self) -> None:
        async with httpx.AsyncClient(base_url=self._url, timeout=20, headers={"user-agent": AGENT}) as client:
            browser = HonestBrowser(client)
            while not self.over:
                report = await browser.test()
                with anyio.fail_after(60):
                    while not await self._post(browser, report):
                        await anyio.sleep(0.2)
                self.views += 1

    async def _post(self, browser: HonestBrowser, report: dict[str, object]) -> bool:
        began = time.monotonic()
        answer = await browser.post(report)
        if answer.status_code == 204:
            return True
        assert answer.status_code == 503, answer.text
        self.refused.append((time.monotonic() - began, answer.headers.get("retry-after", "")))
        return False

    async def _watch_pages(self) -> None:
        async with httpx.AsyncClient(base_url=self._url, timeout=20) as client:
            while not self.over:
                began = time.monotonic()
                answer = await client.get("/news")
                self.pages.append((began, time.monotonic() - began, answer.status_code))
                await anyio.sleep(0.005)

    def p99(self, begin: float, end: float) -> float:
        """How long the slowest but one in a hundred pages of this time took, in milliseconds."""
        took = sorted(seconds for began, seconds, _ in self.pages if begin <= began < end)
        return took[int(len(took) * 0.99)] * 1000


@pytest.mark.parametrize(
    ("seconds", "allowed_ms"), [(3, 50), pytest.param(30, 1, marks=[pytest.mark.endurance, pytest.mark.timeout(300)])]
)
@pytest.mark.parametrize("kind", ["postgresql", "redis"])
@pytest.mark.parametrize("fault", ["killed", "hanging"])
def test_while_the_store_is_gone_pages_are_served_and_reports_are_counted_afterwards(
    kind: str,
    fault: str,
    seconds: float,
    allowed_ms: float,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    server: PostgreSQL | Redis = request.getfixturevalue(f"own_{kind}")
    store = open_store(server.url)
    before = patiently(lambda: pages_of(store, "default"))
    times: list[float] = []

    def plan() -> None:
        time.sleep(1)
        times.append(time.monotonic())
        time.sleep(seconds)
        times.append(time.monotonic())
        stopped(server, fault)
        time.sleep(seconds)
        times.append(time.monotonic())
        resumed(server, fault)
        views = readers.views
        wait_for(lambda: readers.views > views + 20, 35)

    with serving(server.url, tmp_path, DEADLINE_SECONDS) as url:
        readers = Readers(url)
        anyio.run(readers.run, plan)
    assert {status for _, _, status in readers.pages} == {200}
    assert readers.refused, "no report met the stopped store"
    assert max(waited for waited, _ in readers.refused) < DEADLINE_SECONDS + 1.5
    assert all(re.fullmatch(r"[1-9]\d*", after) for _, after in readers.refused)
    assert patiently(lambda: pages_of(store, "default")) - before == Counter({"/": readers.views})
    store.close()
    calm, broken = readers.p99(times[0], times[1]), readers.p99(times[1], times[2])
    record_property("page p99", f"{kind} {fault} {seconds} s: {calm:.1f} ms before, {broken:.1f} ms while stopped")
    assert broken <= calm + allowed_ms


def stopped(server: Server, fault: str) -> None:
    """Kills or hangs the server."""
    if fault == "killed":
        server.kill()
    else:
        server.hang()


def resumed(server: PostgreSQL | Redis, fault: str) -> None:
    """Brings the server back."""
    if fault == "killed":
        server.start()
    else:
        server.wake()
    wait_for(server.ready)
