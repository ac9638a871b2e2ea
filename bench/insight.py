"""The part "insight": every view of the dashboard over a year of 20 million views of 1,000 pages, on SQLite and PostgreSQL: how
long until its first byte, and how many bytes are on the wire."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlencode

from starlette.types import Message

from adnotice.count.model.calendar import Calendar
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.count.stores.protocol import Store
from adnotice.insight.access.passwords import hash_password
from adnotice.insight.dashboard import Dashboard
from adnotice.insight.settings import InsightSettings
from adnotice.keys import Keys, new_secret
from adnotice.vocabulary import Mode
from bench.count_year import DAYS, HOUR_DAYS, SITE, Year, copy_year, keep_year
from bench.measure import Part, Table, Target
from tests.count.servers import PostgreSQL, running

PASSWORD: Final = "read all about it"  # noqa: S105 - of a store that lasts as long as the bench
BASE: Final = "/_adnotice"
KEPT: Final = Path(__file__).parents[1] / ".cache" / "years"
FIRST_BYTE_MS: Final = 100
WIRE_BYTES: Final = 30_000
VIEWS: Final = (
    "dashboard",
    "dashboard?against=year",
    "dashboard?days=1",
    "dashboard?days=84",
    "dashboard?days=365",
    "dashboard/health?days=365",
    "dashboard/notice?days=365",
    "dashboard/pages?days=365",
    "dashboard/pages?days=365&by=section",
    "dashboard/pages?days=365&q=number-7",
    f"dashboard/pages?days=365&{urlencode({'name': '/news/article-number-3'})}",
    "dashboard/browsers?days=365",
)


class Look(NamedTuple):
    """One answer: when its first byte came, in milliseconds, and how many bytes its body had."""

    first_byte: float
    size: int
    status: int
    cookies: str
    body: bytes


class Visitor:
    """A browser without a network: what it waits for is the dashboard alone."""

    def __init__(self, dashboard: Dashboard) -> None:
        self._dashboard = dashboard
        self._cookies: dict[str, str] = {}

    async def ask(self, address: str, form: Mapping[str, str] | None = None, *, packed: bool = True) -> Look:
        """One request, and when its first byte came."""
        path, _, query = address.partition("?")
        body = urlencode(form or {}).encode()
        headers = {
            "host": SITE,
            "cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
            "content-type": "application/x-www-form-urlencoded",
            "accept-encoding": "gzip" if packed else "identity",
        }
        scope = {
            "type": "http",
            "method": "GET" if form is None else "POST",
            "path": f"{BASE}/{path}",
            "root_path": BASE,
            "query_string": query.encode(),
            "scheme": "https",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
        }
        came: list[tuple[float, Message]] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            came.append((time.perf_counter(), message))

        began = time.perf_counter()
        await self._dashboard(scope, receive, send)
        start = came[0][1]
        for name, value in start["headers"]:
            if name == b"set-cookie":
                cookie, _, kept = value.decode().partition(";")[0].partition("=")
                self._cookies[cookie] = kept.strip('"')
        whole = b"".join(message.get("body", b"") for _, message in came[1:])
        return Look((came[0][0] - began) * 1000, len(whole), start["status"], "", whole)

    async def log_in(self) -> None:
        """Lets itself in."""
        page = await self.ask("dashboard/login", packed=False)
        token = re.search(rb'name="token" value="([^"]+)"', page.body)
        assert token
        answer = await self.ask("dashboard/login", {"token": token[1].decode(), "password": PASSWORD})
        assert answer.status == 303, answer


def run(*, quick: bool = False) -> Part:
    """Measures everything in about a minute. The first run of a day takes two more: the year is kept below .cache/years for those
    that follow."""
    days, times = (60, 5) if quick else (DAYS, 15)
    year = Year(datetime.now(UTC).date(), views=20_000_000 * days // DAYS, days=days)
    kept = keep_year(KEPT, year, Calendar("UTC"), HOUR_DAYS if days == DAYS else 3)
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        postgresql = PostgreSQL()
        stack.enter_context(running(postgresql))
        urls = {"SQLite": f"sqlite:///{shutil.copy(kept, name)}", "PostgreSQL": postgresql.url}
        copy_year(kept, postgresql.url)
        found = {store: measure(url, times) for store, url in urls.items()}
    rows = [
        (
            view,
            *(f"{found[store][view].first_byte:.0f}" for store in urls),
            f"{max(found[store][view].size for store in urls):,}",
        )
        for view in VIEWS
    ]
    title = f"{20_000_000 * days // DAYS:,} views of 1,000 pages in {days} days: median ms until the first byte, bytes on the wire"
    table = Table(title=title, head=("view", *urls, "bytes"), rows=rows)
    return Part(tables=[table], targets=list(targets(found)))


def measure(url: str, times: int) -> dict[str, Look]:
    """The median of every view on one store."""
    store = open_store(url, CountSettings(store_url=url))
    try:
        return asyncio.run(look_at_all(store, times))
    finally:
        store.close()


async def look_at_all(store: Store, times: int) -> dict[str, Look]:
    """Every view so often, in turns."""
    hashed = hash_password(PASSWORD, n=16, r=1, p=1)
    dashboard = Dashboard(
        InsightSettings(dashboard_password_hash=hashed),
        keys=Keys(new_secret()),
        store=lambda: store,
        site_name="The Daily Example",
        mode=lambda: Mode.ASK,
    )
    visitor = Visitor(dashboard)
    await visitor.log_in()
    looks: dict[str, list[Look]] = {view: [] for view in VIEWS}
    for _ in range(times):
        for view in VIEWS:
            look = await visitor.ask(view)
            assert look.status == 200, (view, look)
            looks[view].append(look)
    return {
        view: each[0]._replace(
            first_byte=statistics.median(look.first_byte for look in each), size=max(look.size for look in each)
        )
        for view, each in looks.items()
    }


def targets(found: Mapping[str, Mapping[str, Look]]) -> Iterator[Target]:
    """What the issue asks of each view."""
    for store, looks in found.items():
        view, slowest = max(looks.items(), key=lambda each: each[1].first_byte)
        yield Target(
            wanted=f"first byte of each view within {FIRST_BYTE_MS} ms on {store}",
            got=f"{slowest.first_byte:.0f} ms ({view})",
            met=slowest.first_byte <= FIRST_BYTE_MS,
        )
    view, largest = max(found["SQLite"].items(), key=lambda each: each[1].size)
    yield Target(
        wanted=f"each view at most {WIRE_BYTES:,} bytes on the wire",
        got=f"{largest.size:,} ({view})",
        met=largest.size <= WIRE_BYTES,
    )
