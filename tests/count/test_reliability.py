"""Each fault of each store, for real: what a page, a report, the dashboard, health, metrics, the doctor and the log say.

docs/reliability.md holds the table: each row is held to what happens, or written there with WRITE_RELIABILITY=1.
"""

from __future__ import annotations

import html
import logging
import os
import re
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import httpx
import pytest

from adnotice import AdNoticeMiddleware
from adnotice.count.ingest import heartbeat, writer_thread
from adnotice.doctor.requests import Questioner
from adnotice.doctor.run import judge
from adnotice.finding import Weight
from adnotice.insight.access.passwords import hash_password
from tests.conftest import SECRET
from tests.count.breakages import AT_START, FAULTS, Postgres, RedisServer, Sqlite
from tests.count.conftest import redis_program
from tests.count.served_site import newspaper
from tests.count.servers import PostgreSQL
from tests.honest import BASE, HonestBrowser

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

TABLE = Path(__file__).parents[2] / "docs" / "reliability.md"
PASSWORD = "read all about it"
DEADLINE_SECONDS = 2
TOKEN = "a-token-of-at-least-32-characters-for-metrics"
ORIGIN = "https://news.example.test"
CASES = [(kind, fault) for kind in (Sqlite, Postgres, RedisServer) for fault in FAULTS if hasattr(kind, fault)]
COLUMNS = ("fault", "a page", "a report", "dashboard", "health says", "metrics", "doctor says", "log", "once mended")
WRITES = bool(os.environ.get("WRITE_RELIABILITY"))

Store = Sqlite | Postgres | RedisServer


@pytest.fixture
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[Any], Store]]:
    """Makes a store of this kind."""
    made: list[Store] = []

    def one(kind: Any) -> Store:
        if os.geteuid() or subprocess.run(["mount", "--version"], capture_output=True, check=False).returncode:
            pytest.skip("only root may mount the small disks that are filled")
        if kind is RedisServer and not redis_program():
            pytest.skip("no redis-server or valkey-server to start")
        if kind is Postgres:
            server: PostgreSQL = request.getfixturevalue("own_postgresql")
            made.append(Postgres(server, f"broken_{os.urandom(4).hex()}"))
        else:
            made.append(kind(tmp_path))
        return made[-1]

    yield one
    for store in made:
        store.close()


class Site:
    """One process with its readers, its operator and its log."""

    def __init__(self, store: Any) -> None:
        self.app = AdNoticeMiddleware(
            newspaper,
            secret_key=SECRET,
            store_url=store.url,
            store_deadline_seconds=DEADLINE_SECONDS,
            dashboard_password_hash=HASH,
            metrics_token=TOKEN,
            suspect_factor=0,
        )
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=ORIGIN, timeout=30)

    async def log_in(self) -> httpx.Response:
        """As the operator does."""
        form = (await self.client.get(f"{BASE}/dashboard/login")).text
        (token,) = re.findall(r'name="token" value="([^"]+)"', form)
        data = {"password": PASSWORD, "token": token}
        return await self.client.post(f"{BASE}/dashboard/login", data=data, headers={"origin": ORIGIN})

    async def report(self) -> str:
        """What a reader's report is answered."""
        browser = HonestBrowser(self.client)
        answer = await browser.post(await browser.test())
        return "204" if answer.status_code == 204 else f"{answer.status_code} {answer.headers['x-adnotice']}"

    async def metrics(self) -> str:
        """What Prometheus sees."""
        answer = await self.client.get(f"{BASE}/metrics", headers={"authorization": f"Bearer {TOKEN}"})
        (up,) = re.findall(r"^adnotice_store_up \d", answer.text, re.MULTILINE)
        return f"`{up}`"

    async def page(self) -> str:
        """Whether a page arrives, and with the tag."""
        answer = await self.client.get("/news")
        assert b"All is well." in answer.content
        return f"{answer.status_code}, {'with' if b'client.js' in answer.content else 'without'} the tag"

    async def dashboard(self) -> tuple[str, str]:
        """The dashboard's status, and what the health page finds wrong."""
        began, shown = anyio.current_time(), ""
        status = (await self.client.get(f"{BASE}/dashboard")).status_code
        if status == 303:  # sessions went with the store
            entered = await self.log_in()
            began = anyio.current_time()
            status = (await self.client.get(f"{BASE}/dashboard")).status_code if entered.status_code == 303 else 503
            shown = entered.text
        assert anyio.current_time() - began < 3 + LEEWAY_SECONDS, "the dashboard answers within 3 seconds"
        shown = (await self.client.get(f"{BASE}/dashboard/health")).text or shown
        found = re.findall(r'<li class="wrong"><p><b[^>]*>[^<]*</b> (.*?)</p>', shown) or re.findall(
            r"<p[^>]*>(The store gives no figures.*?)</p>", shown
        )
        return str(status), " ".join(html.unescape(each) for each in found).partition(" This process ")[0]

    async def doctor(self) -> str:
        """What the doctor finds wrong."""
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), timeout=30) as client:
            seen = await Questioner(client, f"{ORIGIN}/", BASE).look((), public=False)
        wrong = [finding.found for finding in judge(seen, BASE) if finding.weight is Weight.WRONG]
        return "; ".join(dict.fromkeys(wrong)) or "nothing"


LEEWAY_SECONDS = 1.5
"""For a machine that does other things."""

HASH = hash_password(PASSWORD)


@asynccontextmanager
async def living(store: Any) -> AsyncIterator[Site]:
    """The site from its server's start to its end."""
    site = Site(store)
    site.app._writer.begin()
    yield site
    await site.client.aclose()
    await site.app._writer.close()


@pytest.fixture(scope="module", autouse=True)
def _templates_are_compiled(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A process compiles its pages once, and what is timed here is how long they wait for the store."""

    async def look() -> None:
        async with living(SimpleNamespace(url=f"sqlite:///{tmp_path_factory.mktemp('sound') / 'adnotice.db'}")) as site:
            await site.log_in()
            assert await site.dashboard() == ("200", "")

    anyio.run(look)


async def until(true: Callable[[], Any], seconds: float = 40) -> None:
    """Waits until it is true."""
    with anyio.fail_after(seconds):
        while not await true():
            await anyio.sleep(0.1)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("kind", "fault"), CASES, ids=lambda given: getattr(given, "name", given))
async def test_a_broken_store_is_told_wherever_the_operator_looks(
    kind: Any,
    fault: str,
    make: Callable[[Any], Store],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 0.5)  # 15: all that follows happens within a minute then
    monkeypatch.setattr(writer_thread, "LOOK_SECONDS", 0.5)
    caplog.set_level(logging.WARNING, "adnotice")
    store = make(kind)
    at_start = (kind.name, fault) in AT_START
    async with living(store) as before:
        assert (await before.log_in()).status_code == 303
        await until(lambda: counts(before))
        await until(lambda: beats(before))
        assert (await before.dashboard()) == (
            "200",
            "",
        )  # its templates are compiled: what comes now waits for the store alone
        cookies = before.client.cookies
        if not at_start:
            row, mend = await break_and_look(before, store, fault, caplog)
            mended = await mend_and_look(before, mend)
    if at_start:
        caplog.clear()
        mend_first = await anyio.to_thread.run_sync(getattr(store, fault))
        async with living(store) as after:
            after.client.cookies = cookies
            row = await look(after, caplog)
            mended = await mend_and_look(after, mend_first)
    told = (fault.replace("_", " "), *map(plain, row), mended)
    compare(kind.name, told)


async def counts(site: Site) -> bool:
    """Whether a report is counted."""
    return await site.report() == "204"


async def beats(site: Site) -> bool:
    """Whether the process has left its word."""
    return bool(await anyio.to_thread.run_sync(lambda: site.app._writer.store().notes.names(heartbeat.PREFIX)))


async def break_and_look(
    site: Site, store: Store, fault: str, caplog: pytest.LogCaptureFixture
) -> tuple[tuple[str, ...], Callable[[], object]]:
    """Breaks the store, and looks once it is noticed: without a report that meets it first, where that can be."""
    caplog.clear()
    mend = await anyio.to_thread.run_sync(getattr(store, fault))
    return await look(site, caplog), mend


async def look(site: Site, caplog: pytest.LogCaptureFixture) -> Any:
    """All that the operator can look at, once the process has noticed."""

    async def noticed() -> bool:
        await site.report()  # a disk that has just been filled may still take a few
        _, said = await site.dashboard()
        return bool(said)

    await until(noticed)
    await anyio.sleep(DEADLINE_SECONDS)  # so long a report that meets the fault waits for its end
    status, said = await site.dashboard()
    metrics, report = await site.metrics(), await site.report()
    page, doctor = await site.page(), await site.doctor()
    if not said:
        status, said = await site.dashboard()
    log = next((record.getMessage() for record in caplog.records[::-1] if record.levelno >= logging.ERROR), "nothing")
    return (page, report, status, said, metrics, doctor, log)


async def mend_and_look(site: Site, mend: Callable[[], object]) -> str:
    """Whether counting goes on by itself once the store is sound."""
    await anyio.to_thread.run_sync(mend)
    await until(lambda: counts(site))
    return "counts again"


def plain(text: str) -> str:
    """The text without what differs from one run to the next, fit for a cell."""
    text = re.sub(r"(sqlite:///)?/\S*/adnotice\.db", "FILE", text)
    text = re.sub(r"/\S*/disk/counts", "FOLDER", text)
    text = re.sub(r"postgresql://\S+?/broken_\w+|redis://127\.0\.0\.1:\d+\S*?(?=[ :.,;]|$)", "URL", text)
    text = re.sub(r"([Pp])rocess \d+ on \S+", r"\1rocess N on HOST", text)
    text = re.sub(r"process \d+ \(.*?, which is stopped\)", "process N (…, which is stopped)", text)
    text = re.sub(r"127\.0\.0\.1:\d+|port \d+", "…", text)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC|\d{8}T\d{6}Z", "TIME", text)
    text = re.sub(r"base/\S+|pg_tblspc/\S+", "…", text)
    text = re.sub(r"\b[\d.]+ (seconds|reports)", r"N \1", text)
    return " ".join(text.replace("|", "/").split())


def compare(store: str, row: tuple[str, ...]) -> None:
    """Holds the row to the table, or writes it there."""
    line = f"| {' | '.join(row)} |"
    text = TABLE.read_text(encoding="utf-8")
    section = re.search(rf"^## {store}\n.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section is not None, f"docs/reliability.md has no section on {store}"
    old = re.search(rf"^\| {re.escape(row[0])} \|.*$", section[0], re.MULTILINE)
    if WRITES:
        body = section[0].replace(old[0], line) if old else section[0].rstrip("\n") + f"\n{line}\n\n"
        TABLE.write_text(text.replace(section[0], body), encoding="utf-8")
        return
    assert old is not None, f"docs/reliability.md has no row for this. Write it: WRITE_RELIABILITY=1. {line}"
    known = tuple(cell.strip() for cell in old[0].strip("|").split("|"))
    assert gist(known) == gist(row)


def gist(row: tuple[str, ...]) -> tuple[object, ...]:
    """What must be the same each time. Of texts that quote a driver, or the first of several problems that follow from
    each other, that is how they begin, or whether there is one."""
    fault, page, report, dashboard, health, metrics, doctor, log, mended = row
    if fault == "full":  # what still fits into pages that the tables have is taken, so some reports are
        report = doctor = ""
    return fault, page, report, dashboard, health[:24], metrics, doctor == "nothing", log[:5], mended
