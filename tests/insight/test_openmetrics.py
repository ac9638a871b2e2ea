"""What Prometheus reads: parsed again by its own client, and scraped by a real one from Debian."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
import pytest
import uvicorn
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.parser import text_string_to_metric_families as parse_older
from prometheus_client.samples import Sample

from adnotice.count.model.tally import Metric
from adnotice.insight.analysis.query import Reader, Wish
from adnotice.insight.analysis.summary import Metrics
from adnotice.insight.display.openmetrics import MAX_METRIC_SITES, MAX_SERIES, fold_sites, to_openmetrics
from adnotice.vocabulary import Mode, Quiet, Refusal, Rejection
from tests.count.servers import free_port
from tests.insight.conftest import BASE, SITE, TOKEN, Newsroom

UNPACKED = Path(__file__).parents[2] / ".cache" / "prometheus" / "usr" / "bin"
PROMETHEUS = shutil.which("prometheus") or shutil.which("prometheus", path=UNPACKED)


def reader(newsroom: Newsroom) -> Reader:
    return Reader(
        lambda: newsroom.store,
        mode=lambda: newsroom.mode,
        timezone="UTC",
        cached=None,
        clock=lambda: newsroom.now,
    )


@pytest.fixture
def metrics(busy: Newsroom) -> Metrics:
    """A site's, with every reason there is."""
    found = reader(busy)
    return msgspec.structs.replace(
        found.measure(busy.store.health(), MAX_METRIC_SITES),
        refusals={reason.value: 1 for reason in Refusal},
        rejections={reason.value: 1 for reason in Rejection},
        quiet={reason.value: 1 for reason in Quiet},
    )


def samples(text: bytes) -> list[Sample]:
    """What a scraper reads; the parser is strict about order, suffixes, labels and the end."""
    return [each for family in text_string_to_metric_families(text.decode()) for each in family.samples]


def value(found: Iterable[Sample], name: str, /, **labels: str) -> float:
    """The one sample of this name and these labels."""
    (sample,) = (each for each in found if each.name == f"adnotice_{name}" and each.labels == labels)
    return float(sample.value)


@pytest.mark.parametrize("sites", [0, 1, MAX_METRIC_SITES, 200])
def test_there_are_500_series_at_most_however_many_sites(metrics: Metrics, sites: int) -> None:
    (reading,) = metrics.readings.values()
    named = [f"site {number:03}" for number in range(sites)]
    text, _ = to_openmetrics(
        msgspec.structs.replace(
            metrics,
            sites={name: dict.fromkeys(Metric, number + 1) for number, name in enumerate(named)},
            readings=dict.fromkeys(named[:MAX_METRIC_SITES], reading),
        )
    )
    found = samples(text)
    assert len({(each.name, *sorted(each.labels.items())) for each in found}) == len(found) <= MAX_SERIES
    clear = [each.value for each in found if each.labels.get("metric") == "clear"]
    assert sum(clear) == sum(range(1, sites + 1))


def test_a_site_s_name_can_not_break_out_of_its_label(metrics: Metrics) -> None:
    odd = 'a"} 1\nadnotice_mode{mode="\\'
    text, _ = to_openmetrics(msgspec.structs.replace(metrics, sites={odd: {Metric.CLEAR: 5}}, readings={}))
    assert value(samples(text), "counted_total", site=odd, metric="clear") == 5
    assert sum(each.name == "adnotice_mode" for each in samples(text)) == len(Mode)


def test_every_metric_says_what_it_counts(metrics: Metrics) -> None:
    for family in text_string_to_metric_families(to_openmetrics(metrics)[0].decode()):
        assert family.documentation.endswith(".")
        assert family.samples


def test_who_knows_no_openmetrics_gets_the_older_text(metrics: Metrics) -> None:
    text, content_type = to_openmetrics(metrics, "text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
    assert content_type == "text/plain; version=0.0.4; charset=utf-8"
    older = [each for family in parse_older(text.decode()) for each in family.samples]
    assert {(each.name, *each.labels.items(), each.value) for each in older} == {
        (each.name, *each.labels.items(), each.value) for each in samples(to_openmetrics(metrics)[0])
    }


def test_what_the_dashboard_shows_when_nothing_is_chosen_is_there(busy: Newsroom) -> None:
    found = reader(busy)
    text, content_type = to_openmetrics(found.measure(busy.store.health(), MAX_METRIC_SITES))
    assert content_type.startswith("application/openmetrics-text; version=1.0.0")
    shown, read = found.read(Wish(SITE, "", "", "", "", 20)), samples(text)
    assert value(read, "blocked_ratio", site=SITE, end="rate") == shown.summary.rate == 0.25
    assert value(read, "blocked_ratio", site=SITE, end="if_none") == 0.2
    assert value(read, "blocked_ratio", site=SITE, end="if_all") == 0.4
    assert value(read, "page_views", site=SITE, found="content") == 180
    assert value(read, "page_views", site=SITE, found="not_measured") == shown.summary.not_measured
    for weight in ("wrong", "look", "know"):
        counted = sum(each.weight == weight for each in shown.findings)
        assert value(read, "findings", site=SITE, weight=weight) == counted
    assert value(read, "store_up") == 1
    assert not [each for each in read if each.labels.get("end", "").startswith("interval")]
    assert b"/harbour" not in text


def test_however_often_it_is_scraped_the_figures_are_made_once_a_minute(busy: Newsroom) -> None:
    found = reader(busy)
    busy.now = busy.now // 60 * 60
    first = found.measure(busy.store.health(), MAX_METRIC_SITES).readings[SITE]
    busy.now += 59
    assert found.measure(busy.store.health(), MAX_METRIC_SITES).readings[SITE] is first
    busy.now += 1
    assert found.measure(busy.store.health(), MAX_METRIC_SITES).readings[SITE] is not first


def test_without_counts_the_store_is_said_to_be_down() -> None:
    read = samples(to_openmetrics(Metrics(Mode.ASK))[0])
    assert value(read, "store_up") == 0
    assert value(read, "mode", mode="ask") == 1
    assert len(read) == 1 + len(Mode)


def test_sites_beyond_the_room_are_summed() -> None:
    folded = fold_sites({f"{number:02}": {Metric.CLEAR: 1} for number in range(20)})
    assert list(folded) == [*(f"{number:02}" for number in range(MAX_METRIC_SITES)), "(other)"]
    assert folded["(other)"][Metric.CLEAR] == 20 - MAX_METRIC_SITES


class Server(uvicorn.Server):
    """A server in this event loop that leaves signals alone."""

    def install_signal_handlers(self) -> None:
        """Pytest has them."""

    async def begin(self) -> int:
        """Starts it; returns its port."""
        self._task = asyncio.create_task(self.serve())
        while not self.started:
            await asyncio.wait({self._task}, timeout=0.01)
            if self._task.done():
                self._task.result()
        return int(self.servers[0].sockets[0].getsockname()[1])

    async def end(self) -> None:
        """Stops it."""
        self.should_exit = True
        await self._task


@asynccontextmanager
async def running_prometheus(folder: Path, port: int) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a Prometheus that has the configuration of this folder, once it has scraped something."""
    process = await asyncio.create_subprocess_exec(
        *(str(PROMETHEUS), "--config.file=prometheus.yml", "--storage.tsdb.path=data"),
        f"--web.listen-address=127.0.0.1:{port}",
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1/") as client:
            until = time.monotonic() + 60
            while not await has_scraped(client):
                assert time.monotonic() < until, "prometheus has scraped nothing"
                await asyncio.sleep(0.2)
            yield client
    finally:
        process.terminate()
        await process.wait()


async def has_scraped(client: httpx.AsyncClient) -> bool:
    """Whether a target has been asked."""
    try:
        return bool(await ask(client, "adnotice_store_up"))
    except (httpx.TransportError, json.JSONDecodeError):  # it is on its way, and says so in words
        return False


async def ask(client: httpx.AsyncClient, query: str) -> list[float]:
    """The values that a query finds."""
    answer = (await client.get("query", params={"query": query})).json()
    return [float(each["value"][1]) for each in answer["data"]["result"]]


@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.skipif(PROMETHEUS is None, reason="prometheus is not there: nothing was scraped")
async def test_a_real_prometheus_scrapes_what_the_page_shows(busy: Newsroom, tmp_path: Path) -> None:
    dashboard = busy.dashboard()

    async def app(scope: dict[str, object], receive: object, send: object) -> None:
        await dashboard({**scope, "root_path": BASE}, receive, send)  # type: ignore[arg-type]

    shown_at = free_port()
    server = Server(uvicorn.Config(app, port=free_port(), log_level="warning", lifespan="off", ws="none"))
    port = await server.begin()
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "prometheus.yml").write_text(
        "scrape_configs:\n- job_name: adnotice\n  scrape_interval: 1s\n"
        f"  metrics_path: {BASE}/metrics\n  authorization:\n    credentials_file: token\n"
        f"  static_configs:\n  - targets: ['127.0.0.1:{port}']\n"
    )
    try:
        async with running_prometheus(tmp_path, shown_at) as client:
            (target,) = (await client.get("targets")).json()["data"]["activeTargets"]
            assert (target["health"], target["lastError"]) == ("up", "")
            assert await ask(client, 'adnotice_blocked_ratio{end="rate"}') == [0.25]
            assert await ask(client, 'adnotice_counted_total{metric="blocked-content"}') == [180]
            known = (await client.get("metadata", params={"metric": "adnotice_counted"})).json()["data"]
            assert [each["type"] for each in known["adnotice_counted"]] == ["counter"]
    finally:
        await server.end()
