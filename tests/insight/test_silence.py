"""Behind a real nginx that forgets Host, and where robots are the first to come: the health page says it at once."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from adnotice.count.stores.open import open_store
from adnotice.finding import Weight
from adnotice.insight.analysis.query import Reader, Reading, Wish
from adnotice.insight.findings import find
from adnotice.serve import create_app
from adnotice.settings import Settings
from adnotice.vocabulary import Mode
from tests.conformance.serving import serve
from tests.conftest import SECRET
from tests.doctor.nginx import serve_mistakes
from tests.honest import AGENT, BASE, HonestBrowser
from tests.support.asgi_site import newspaper, shut_down

HEADLESS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36"
)
PAGES = 3


@contextmanager
def read(store_url: str, cached: bool | None = None) -> Iterator[Reading]:
    store = open_store(store_url)
    reader = Reader(lambda: store, mode=lambda: Mode.ASK, timezone="UTC", cached=cached, clock=time.time)
    try:
        yield reader.read(Wish("", "", "", "", "", 20))
    finally:
        store.close()


async def visit(url: str, agent: str, pages: int = PAGES) -> list[int]:
    """Some views of a reader whose browser sends what browsers send; the statuses that their reports got."""
    headers = {"user-agent": agent, "origin": url.rstrip("/"), "accept": "text/html"}
    answers = []
    async with httpx.AsyncClient(base_url=url, headers=headers) as client:
        for _ in range(pages):
            (await client.get("/")).raise_for_status()
            answers.append(await client.post(f"{BASE}/outcome", json=await HonestBrowser(client).test()))
    return [answer.status_code for answer in answers]


@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed: a real edge was not tried")
async def test_an_nginx_that_forgets_host_is_named_with_the_line_that_mends_it(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("site", "nginx")]
    for folder in folders:
        folder.mkdir()
    with serve("fastapi", "uvicorn-httptools", folders[0]) as site, serve_mistakes(folders[1], site.port) as addresses:
        assert await visit(addresses["host not handed on"], AGENT) == [403] * PAGES
    with read(site.store_url) as reading:
        (finding,) = (each for each in find(reading.summary, reading.health) if each.weight is Weight.WRONG)
    assert f"{PAGES} were rejected (origin)" in finding.found
    assert "and nothing comes back." in finding.found
    assert "proxy_set_header Host $host;" in finding.do


@pytest.mark.anyio
@pytest.mark.parametrize("agent", [HEADLESS, "Googlebot/2.1 (+http://www.google.com/bot.html)", "curl/8.5.0"])
async def test_robots_are_named_where_they_are_the_first_to_come(tmp_path: Path, agent: str) -> None:
    from adnotice import AdNoticeMiddleware

    url = f"sqlite:///{tmp_path / 'adnotice.db'}"
    app = AdNoticeMiddleware(newspaper, secret_key=SECRET, store_url=url)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://news.example.test") as client:
        for _ in range(10):
            await client.get("/", headers={"user-agent": agent})
    await shut_down(app)
    with read(url) as reading:
        (finding,) = find(reading.summary, reading.health)
    assert finding.found.startswith("10 pages were asked for by robots; a headless browser is one")
    assert reading.summary.counts["injected"] == 0
    assert [each.share.n for each in reading.summary.programs] == [10]


@pytest.mark.anyio
async def test_with_adnotice_on_its_own_baits_take_the_pages_part(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'adnotice.db'}"
    app = create_app(Settings.of(secret_key=SECRET, store_url=url))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="https://news.example.test", headers={"user-agent": AGENT}
    ) as client:
        for _ in range(PAGES):
            await HonestBrowser(client).test()
    await shut_down(app)
    with read(url, cached=True) as reading:
        (finding,) = (each for each in find(reading.summary, reading.health) if each.weight is Weight.WRONG)
    assert finding.found == f"{PAGES} views asked for their first bait, and nothing comes back."
