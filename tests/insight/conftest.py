"""A dashboard over a real store, its clock, and a browser's cookies, without a network."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from adnotice.count.model.tally import Batch, Dimension, Entry, Key, Metric
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.count.stores.protocol import Store
from adnotice.insight.access.login import hash_password
from adnotice.insight.dashboard import Dashboard
from adnotice.insight.settings import InsightSettings
from adnotice.keys import Keys
from adnotice.vocabulary import Mode
from tests.conftest import SECRET

PASSWORD = "read all about it"
CHEAP_HASH = hash_password(PASSWORD, n=16, r=1, p=1)
TOKEN = "metrics-token-0123456789"
BASE = "/_adnotice"
SITE = "news.example.test"
PAGES = (("/", 400, 140), ("/harbour", 150, 30), ("/weather", 20, 5))

_KEPT: dict[Callable[[Newsroom], None], tuple[float, bytes]] = {}
"""Stores that take a while to fill: what filled them, when, and the file."""


@dataclass
class Newsroom:
    """A site's store and dashboard; time stands still until it is moved."""

    store: Store
    settings: InsightSettings = field(
        default_factory=lambda: InsightSettings(dashboard_password_hash=CHEAP_HASH, metrics_token=TOKEN)
    )
    mode: Mode = Mode.ASK
    pages_cached: bool | None = None
    timezone: str = "UTC"
    now: float = field(default_factory=time.time)

    def count(
        self,
        numbers: Mapping[Metric, int],
        *,
        dimension: Dimension = Dimension.ALL,
        value: str = "",
        site: str = SITE,
    ) -> None:
        """Commits these numbers to the store, as of now."""
        self.count_all({Key(site, dimension, value, metric): n for metric, n in numbers.items()})

    def count_all(self, deltas: Mapping[Key, int]) -> None:
        """Commits these counts to the store, as of now."""
        entry = Entry(secrets.token_hex(16), self.now + 600, deltas=deltas)
        assert self.store.commit(Batch(self.now, (entry,))) == [True]

    @property
    def today(self) -> date:
        """The day on which the dashboard believes to be."""
        return datetime.fromtimestamp(self.now, UTC).date()

    def hold(self, count: Callable[[Newsroom], None]) -> None:
        """Has the store hold what `count` counts over many days: done once in a process, the file is kept for the next test."""
        file = Path(self.store.health().url.removeprefix("sqlite:///"))
        if count not in _KEPT:
            now = self.now
            count(self)
            self.now = now
            self.store.close()
            _KEPT[count] = now, file.read_bytes()
        else:
            self.store.close()
            self.now, held = _KEPT[count]
            file.write_bytes(held)

    def dashboard(self, **options: Any) -> Dashboard:
        """A new process' dashboard over the same store."""
        return Dashboard(
            self.settings,
            keys=Keys(SECRET),
            store=lambda: self.store,
            site_name="The Daily <Example>",
            mode=lambda: self.mode,
            timezone=self.timezone,
            pages_cached=self.pages_cached,
            clock=lambda: self.now,
            ticks=lambda: self.now,
            **options,
        )

    def browser(self, *, secure: bool = True, address: str = "192.0.2.1", **options: object) -> httpx.AsyncClient:
        """A browser with its own cookies, in front of this dashboard."""
        dashboard = options.pop("dashboard", None) or self.dashboard()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await dashboard({**scope, "root_path": BASE}, receive, send)  # type: ignore[operator]

        transport = httpx.ASGITransport(app=app, client=(address, 50000))
        scheme = "https" if secure else "http"
        return httpx.AsyncClient(transport=transport, base_url=f"{scheme}://{SITE}{BASE}/")


def form_token(html: str) -> str:
    """The token that stands in a page's form."""
    found = re.search(r'name="token" value="([^"]+)"', html)
    assert found, "the page has no form"
    return found[1]


async def log_in(browser: httpx.AsyncClient, password: str = PASSWORD, **fields: str) -> httpx.Response:
    """What the login form answers."""
    page = await browser.get("dashboard/login")
    return await browser.post("dashboard/login", data={"token": form_token(page.text), "password": password, **fields})


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    """A newsroom whose store holds nothing yet."""
    url = f"sqlite:///{tmp_path / 'counts.db'}"
    store = open_store(url, CountSettings(store_url=url))
    yield Newsroom(store)
    store.close()


@pytest.fixture
def busy(newsroom: Newsroom) -> Newsroom:
    """A newsroom with figures of today."""
    o = Metric
    newsroom.count(
        {
            o.INJECTED: 1000,
            o.DECLINED: 30,
            o.REFUSED: 60,
            o.REJECTED: 9,
            o.CLEAR: 600,
            o.BLOCKED_CONTENT: 180,
            o.BLOCKED_HOSTS: 20,
            o.UNKNOWN: 50,
            o.BOT: 7,
            o.ASKED: 120,
            o.NOT_ASKED: 680,
            o.SHOWN: 100,
            o.HOWTO: 20,
            o.LATER: 40,
            o.NEVER: 5,
            o.SUPPORTS: 3,
            o.RECHECKED: 15,
            o.ALLOWED: 10,
            o.SUPPORT_LINK: 4,
        }
    )
    rows = [
        *((Dimension.PAGE, page, {o.CLEAR: clear, o.BLOCKED_CONTENT: blocked}) for page, clear, blocked in PAGES),
        (Dimension.BROWSER, "Firefox", {o.CLEAR: 300, o.BLOCKED_CONTENT: 150}),
        (Dimension.BROWSER, "Chrome", {o.CLEAR: 300, o.BLOCKED_HOSTS: 20}),
        (Dimension.DEVICE, "Desktop", {o.CLEAR: 500}),
        (Dimension.SYSTEM, "Windows", {o.CLEAR: 500}),
        (Dimension.LANGUAGE, "uk", {o.CLEAR: 500}),
        (Dimension.REFERRER, "search.example", {o.CLEAR: 300, o.BLOCKED_CONTENT: 120}),
        (Dimension.QUIET, "not-blocked", {o.NOT_ASKED: 600}),
        (Dimension.QUIET, "later", {o.NOT_ASKED: 80}),
        (Dimension.SUPPORT, "Become a member", {o.SUPPORT_LINK: 4}),
        (Dimension.REFUSAL, "status", {o.REFUSED: 20}),
        (Dimension.REFUSAL, "csp", {o.REFUSED: 40}),
        (Dimension.PROGRAM, "robot", {o.INJECTED: 4}),
        (Dimension.REJECTION, "origin", {o.REJECTED: 6}),
        (Dimension.REJECTION, "name", {o.REJECTED: 3}),
        (Dimension.GROUND, "script bait arrived", {o.CLEAR: 600}),
        (Dimension.GROUND, "script and image baits stopped", {o.BLOCKED_CONTENT: 180}),
        (Dimension.GROUND, "stylesheet bait stopped", {o.BLOCKED_CONTENT: 100}),
    ]
    newsroom.count_all(
        {Key(SITE, dimension, value, metric): n for dimension, value, row in rows for metric, n in row.items()}
    )
    return newsroom
