"""Rejected requests are counted by reason, for their site, and cost the store next to nothing however many come."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import httpx
import pytest

from adnotice import AdNoticeMiddleware
from adnotice.detect.report import MAX_REPORT_BYTES
from adnotice.http.messages import STATUS
from adnotice.texts import REJECTIONS
from adnotice.vocabulary import Rejection
from tests.conftest import SECRET
from tests.support.asgi_site import newspaper, shut_down
from tests.support.reports import report

pytestmark = pytest.mark.anyio

TOKEN = "tests-read-the-figures-with-this"
BEARER = {"authorization": f"Bearer {TOKEN}"}
VIEW = "0" * 32


@dataclass(frozen=True)
class Asked:
    """A request that is rejected."""

    path: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    json: object = None
    content: bytes | None = None


JSON = {"content-type": "application/json"}
REJECTED: dict[Rejection, Asked] = {
    Rejection.NAME: Asked("adverts/adserve/nonsense.js", "GET"),
    Rejection.METHOD: Asked("outcome", "PUT"),
    Rejection.CROSS_SITE: Asked("outcome", headers={"sec-fetch-site": "cross-site"}, json={}),
    Rejection.ORIGIN: Asked("outcome", headers={"origin": "https://edge.example.test"}, json={}),
    Rejection.TYPE: Asked("outcome", headers={"content-type": "image/gif"}, content=b"{}"),
    Rejection.SIZE: Asked("outcome", headers=JSON, content=b"x" * (MAX_REPORT_BYTES + 1)),
    Rejection.MALFORMED: Asked("choice", headers=JSON, content=b"\xff"),
    Rejection.NO_WITNESS: Asked("outcome", json={"id": VIEW, "page": "/", "script": [""]}),
    Rejection.FORGED: Asked("outcome", json={"id": VIEW, "page": "/", "script": ["6a0.00"]}),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "adnotice.db"


def make(file: Path, **options: object) -> AdNoticeMiddleware:
    return AdNoticeMiddleware(
        newspaper, secret_key=SECRET, store_url=f"sqlite:///{file}", metrics_token=TOKEN, **options
    )


def client(app: AdNoticeMiddleware) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://news.example.test")


async def send(browser: httpx.AsyncClient, asked: Asked) -> httpx.Response:
    return await browser.request(
        asked.method,
        f"/_adnotice/{asked.path}",
        headers=dict(asked.headers),
        **({"json": asked.json} if asked.content is None and asked.json is not None else {"content": asked.content}),
    )


async def test_each_reason_is_counted_and_shown_everywhere(file: Path) -> None:
    app = make(file)
    async with client(app) as browser:
        for times, (reason, asked) in enumerate(REJECTED.items(), start=1):
            for _ in range(times):
                assert (await send(browser, asked)).status_code == STATUS[reason], reason
    await shut_down(app)
    expected = {reason.value: times for times, reason in enumerate(REJECTED, start=1)}
    app = make(file)
    async with client(app) as browser:
        summary = (await browser.get("/_adnotice/api/v1/summary", headers=BEARER)).json()
        assert {row["name"]: row["share"]["n"] for row in summary["rejections"]} == expected
        assert summary["counts"]["rejected"] == sum(expected.values())
        table = (await browser.get("/_adnotice/api/v1/rejections.csv", headers=BEARER)).text.split("\r\n")
        assert {line.split(",")[0]: int(line.split(",")[1]) for line in table[1:-1]} == expected
        metrics = (await browser.get("/_adnotice/metrics", headers=BEARER)).text
        for reason in Rejection:
            assert f'adnotice_rejected_total{{reason="{reason}"}} {expected.get(reason, 0)}.0\n' in metrics
    await shut_down(app)


async def test_a_flood_of_rejected_requests_costs_the_store_a_line_in_five_seconds(file: Path) -> None:
    app = make(file)
    asked = list(REJECTED.values())
    async with client(app) as browser:
        for number in range(2000):
            await send(browser, asked[number % len(asked)])
    await shut_down(app)
    with sqlite3.connect(file) as store:
        (commits,) = store.execute("SELECT count(*) FROM adnotice_ids").fetchone()
    assert commits <= 10
    app = make(file)
    async with client(app) as browser:
        summary = (await browser.get("/_adnotice/api/v1/summary", headers=BEARER)).json()
    await shut_down(app)
    shares = Counter({row["name"]: row["share"]["n"] for row in summary["rejections"]})
    assert shares.total() == summary["counts"]["rejected"] == 2000
    assert set(shares) == {reason.value for reason in REJECTED}


async def test_where_the_mode_is_off_nothing_is_counted_nor_opened(file: Path) -> None:
    app = make(file, mode="off")
    async with client(app) as browser:
        for reason, asked in REJECTED.items():
            assert (await send(browser, asked)).status_code == STATUS[reason]
    await shut_down(app)
    assert not await anyio.Path(file).exists()


async def test_what_is_taken_is_no_rejection(file: Path) -> None:
    app = make(file)
    async with client(app) as browser:
        assert (await browser.post("/_adnotice/outcome", json=report())).status_code == 204
        summary = (await browser.get("/_adnotice/api/v1/summary", headers=BEARER)).json()
    await shut_down(app)
    assert summary["rejections"] == []


def test_every_rejection_has_its_status_and_text() -> None:
    assert list(STATUS) == list(REJECTIONS) == list(Rejection)
    assert all(400 <= status < 500 or status == 503 for status in STATUS.values())
