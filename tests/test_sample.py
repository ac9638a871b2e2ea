"""The demo's sample names only what exists, and every sum of it equals its whole: on the screens, in JSON, CSV, metrics."""

from __future__ import annotations

import csv
import io
import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from adnotice.count.model.keys import spread_all
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.count.stores.protocol import Store
from adnotice.detect.bait_age import judge_age
from adnotice.insight.access.login import hash_password
from adnotice.insight.dashboard import Dashboard
from adnotice.insight.settings import InsightSettings
from adnotice.keys import Keys
from adnotice.texts import UNKNOWN
from adnotice.vocabulary import Ground, Mode, PageInjected, Verdict, ViewJudged
from demo.sample import DAYS, SITE, write_sample
from tests.conftest import SECRET
from tests.insight.screen import Page

pytestmark = pytest.mark.anyio

TOKEN = "metrics-token-0123456789"
BEARER = {"authorization": f"Bearer {TOKEN}"}
PATHS = ["/", "/a", "/b", "/c", "/d", "/e", "/f"]
AGENT = b"Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"
PASSWORD = "read all about it"
PERIODS = ["days=7", "days=30", "days=90"]
PARTS = ("clear", "partly", "content", "hosts", "unknown")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path_factory.mktemp('sample') / 'adnotice.db'}"
    opened = open_store(url, CountSettings(store_url=url))
    write_sample(opened, PATHS, time.time())
    yield opened
    opened.close()


def client(store: Store) -> httpx.AsyncClient:
    settings = InsightSettings(dashboard_password_hash=hash_password(PASSWORD, n=16, r=1, p=1), metrics_token=TOKEN)
    dashboard = Dashboard(
        settings, keys=Keys(SECRET), store=lambda: store, site_name="The Daily Example", mode=lambda: Mode.ASK
    )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await dashboard({**scope, "root_path": "/_adnotice"}, receive, send)

    transport = httpx.ASGITransport(app=app, client=("192.0.2.1", 50000))
    return httpx.AsyncClient(
        transport=transport, base_url="https://news.example.test/_adnotice/", follow_redirects=True
    )


async def log_in(browser: httpx.AsyncClient) -> None:
    token = re.search(r'name="token" value="([^"]*)"', (await browser.get("dashboard/login")).text)
    assert token is not None
    form = {"token": token[1], "next": "", "username": "operator", "password": PASSWORD}
    (await browser.post("dashboard/login", data=form)).raise_for_status()


async def summary_of(browser: httpx.AsyncClient, period: str) -> dict[str, Any]:
    answer = await browser.get(f"api/v1/summary?site={SITE}&{period}", headers=BEARER)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


async def table_of(browser: httpx.AsyncClient, name: str, period: str) -> list[dict[str, str]]:
    answer = await browser.get(f"api/v1/{name}.csv?site={SITE}&{period}", headers=BEARER)
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def number(cell: str) -> int:
    return int(re.sub(r"[^\d]", "", cell.split(" page")[0]))


@pytest.mark.parametrize("period", PERIODS)
async def test_every_sum_of_the_json_equals_its_whole(store: Store, period: str) -> None:
    async with client(store) as browser:
        found = await summary_of(browser, period)
    views, counts = found["views"], found["counts"]
    assert views["measured"] > 10_000
    assert views["decided"] == views["clear"] + views["partly"] + views["blocked"]
    assert views["measured"] == views["decided"] + views["unknown"]
    assert views["blocked"] == views["content"] + views["hosts"] == sum(kind["n"] for kind in found["kinds"].values())
    for name in ("series", "pages", "browsers", "devices", "systems", "grounds"):
        for part in (*PARTS, "blocked", "decided", "measured"):
            assert sum(row["views"][part] for row in found[name]) == views[part], (name, part)
    for name in ("injected", "declined"):
        assert sum(bucket[name] for bucket in found["series"]) == counts[name]
    for name, metric in (("refusals", "refused"), ("rejections", "rejected")):
        assert sum(row["share"]["n"] for row in found[name]) == counts[metric] > 0
    assert sum(row["share"]["n"] for row in found["programs"]) == found["programs"][0]["share"]["of"] > 0
    quiet = Counter({row["name"]: row["share"]["n"] for row in found["quiet"]})
    assert quiet["partly"] == views["partly"] > 0
    assert quiet.total() - quiet["partly"] + counts["asked"] == views["blocked"]
    assert counts["not-asked"] + counts["asked"] == views["measured"]
    assert found["not_measured"] == counts["injected"] - views["measured"] > counts["declined"]


@pytest.mark.parametrize("period", PERIODS)
async def test_every_sum_of_the_tables_equals_its_whole(store: Store, period: str) -> None:
    async with client(store) as browser:
        views = (await summary_of(browser, period))["views"]
        counts = {row["metric"]: int(row["count"]) for row in await table_of(browser, "counts", period)}
        for name in ("series", "pages", "browsers", "devices", "systems", "grounds"):
            rows = await table_of(browser, name, period)
            for part in (*PARTS, "blocked", "decided", "measured"):
                assert sum(int(row[part]) for row in rows) == views[part], (name, part)
        for name, column, metric in (("refusals", "pages", "refused"), ("rejections", "requests", "rejected")):
            assert sum(int(row[column]) for row in await table_of(browser, name, period)) == counts[metric]
        quiet = sum(int(row["page_views"]) for row in await table_of(browser, "quiet", period))
        assert quiet - views["partly"] + counts["asked"] == views["blocked"]


@pytest.mark.parametrize("period", PERIODS)
async def test_every_sum_on_the_screens_equals_its_whole(store: Store, period: str) -> None:
    async with client(store) as browser:
        await log_in(browser)
        found = await summary_of(browser, period)
        figures = Page((await browser.get(f"dashboard?site={SITE}&{period}")).text)
        health = Page((await browser.get(f"dashboard/health?site={SITE}&{period}")).text)
    views, counts = found["views"], found["counts"]
    for head in ("Page", "Browser", "Device", "System"):
        assert sum(number(row[1]) for row in figures.table(head)) == views["measured"], head
    series = figures.table({"day": "Day", "week": "Week", "month": "Month"}[found["span"]["grain"]])
    for column, part in ((1, "blocked"), (2, "partly"), (3, "clear"), (4, "unknown")):
        assert sum(number(row[column]) for row in series) == views[part]
    quiet = sum(number(row[1]) for row in figures.table("Reason"))
    assert quiet - views["partly"] + counts["asked"] == views["blocked"]
    for column, part in enumerate(PARTS, start=1):
        assert sum(number(row[column]) for row in health.table("Ground")) == views[part]
    assert sum(number(row[1]) for row in health.table("Why, and what to do")) == counts["refused"]
    assert sum(number(row[1]) for row in health.table("Why they were rejected, and what to do")) == counts["rejected"]
    assert UNKNOWN.means not in health.text
    is_old = bool(list(judge_age(datetime.now(UTC).date())))  # so that it holds on any day
    assert ("Nothing needs your attention." in health.text) is not is_old


async def test_every_sum_of_the_metrics_equals_its_whole(store: Store) -> None:
    async with client(store) as browser:
        lines = (await browser.get("metrics", headers=BEARER)).text.splitlines()
    sums: Counter[str] = Counter()
    for line in lines:
        if not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            sums[name.partition("{")[0]] += int(float(value))
            sums[name] += int(float(value))
    counted = {
        name: sums[f'adnotice_counted_total{{metric="{name}",site="{SITE}"}}'] for name in ("refused", "rejected")
    }
    assert sums["adnotice_refused_total"] == counted["refused"]
    assert sums["adnotice_rejected_total"] == counted["rejected"]
    assert sums["adnotice_quiet_total"] == sums[f'adnotice_counted_total{{metric="not-asked",site="{SITE}"}}']


def test_the_sample_has_every_day(store: Store) -> None:
    assert DAYS == 56
    assert store.sites() == [SITE]


@pytest.mark.parametrize(
    "made_up",
    [
        ViewJudged("x", "/", Verdict.CLEAR, None, "controls stopped", agent=AGENT),  # type: ignore[arg-type]
        ViewJudged("x", "/", Verdict.CLEAR, None, Ground.SCRIPT, quiet="tired", agent=AGENT),  # type: ignore[arg-type]
    ],
)
def test_what_is_in_no_enum_can_not_be_written(made_up: ViewJudged) -> None:
    with pytest.raises(AttributeError):
        spread_all([(made_up, 1)])


def test_nothing_takes_place_less_than_never() -> None:
    with pytest.raises(ValueError, match="-1 times"):
        spread_all([(PageInjected("x", "/"), -1)])
