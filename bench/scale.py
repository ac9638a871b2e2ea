"""`python -m bench.scale`: the figures that docs/scaling.md quotes, and whether its arithmetic holds.

Drives the real code: the whole report path through uvicorn, and the Redis store on a cluster of three shards with
replicas, with many simulated sites, pages and hours. What the arithmetic predicts (rows, bytes) is compared with what
the servers then hold.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import math
import random
import sys
import tempfile
import time
import uuid
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
import redis

from adnotice import AdNoticeMiddleware
from adnotice.count.model.caps import LONG_FACTOR
from adnotice.count.model.keys import spread
from adnotice.count.model.tally import Batch, Dimension, Entry, Grain, Key, Metric, Period
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.detect.baits import IMAGE, SCRIPT, STYLE
from adnotice.detect.verdict import ROUNDS
from adnotice.detect.witness import IMAGE_WINDOW_SECONDS, Witnesses, probe_of
from adnotice.keys import CLOCK_TOLERANCE_SECONDS, Keys
from adnotice.vocabulary import Ground, Quiet, Verdict, ViewJudged
from bench.count import best
from bench.count_views import SECRET, Readers, bare, connect, send_all
from bench.measure import Table
from bench.protocol import Connection, make_request, split_answer
from bench.sockets import Site, serve
from tests.count.servers import PostgreSQL, Redis, RedisCluster, running

DAY_VIEWS: Final = 1_000_000_000
PEAK: Final = 3.0
"""How much busier the busiest minutes are than the day's mean."""

FULL: Final = 0.6
"""How much of a core may be used at the peak."""

GROUP: Final = 256
SHARDS: Final = 6
ID_SECONDS: Final = IMAGE_WINDOW_SECONDS + 600 + 2 * CLOCK_TOLERANCE_SECONDS + 60
"""How long an id is kept: a witness' ten minutes, the time that an image's stands for, twice the clocks' tolerance, and the minute
that the script adds."""

EXPIRY_BYTES: Final = 40
"""What a key's expiry takes beside the key (an entry of the table of expiries)."""

CAP: Final = CountSettings().max_pages
SMALL: Final = 80
"""Values of all other dimensions together, about."""

SITE: Final = "news.example.test"
TOLERANCE: Final = 0.15


@dataclass(frozen=True, kw_only=True)
class Written:
    """What the simulation wrote, and what it cost."""

    sites: int
    pages: int
    hours: int
    reports: int
    our_us: float
    primary_us: float
    replica_us: float
    bytes_an_id: float
    values: int
    predicted_values: int
    bytes_a_value: float


def main() -> int:
    """Measures, prints, compares; 1 when the arithmetic does not hold."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.scale", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("--quick", action="store_true", help="fewer sites and hours: a look, not a measurement")
    quick = parser.parse_args().quick
    print(origin_table(), "", sep="\n")
    with tempfile.TemporaryDirectory() as name:
        path = measure_path(Path(name), 4_096 if quick else 20_480)
        with running(cluster := RedisCluster(Path(name) / "cluster", timeout_ms=15_000)):
            one = simulate(cluster, sites=1, pages=1_000, hours=2 if quick else 24)
            many = simulate(cluster, sites=50 if quick else 200, pages=300, hours=2 if quick else 24)
            queries = measure_queries(cluster, 3 if quick else 15)
    print(path_table(path), cost_table(one, many), query_table(queries), day_table(path, one, many), sep="\n")
    held = [abs(each.values / each.predicted_values - 1) <= TOLERANCE for each in (one, many)]
    print("the arithmetic holds" if all(held) else "the arithmetic does NOT hold: see predicted and measured values")
    return 0 if all(held) else 1


def origin_table() -> Table:
    """What a million views ask of the origin behind a CDN: requests, and bytes both ways, as they go over the wire."""
    loop = asyncio.new_event_loop()
    with tempfile.TemporaryDirectory() as name:
        app = AdNoticeMiddleware(bare, secret_key=SECRET, store_url=f"sqlite:///{name}/origin.db")
        connection = Connection(app, loop)
        readers, witnesses = Readers(), Witnesses(Keys(SECRET), 10)
        view = uuid.uuid4().hex
        probe = probe_of(view)
        fetched = {
            "bait": make_request(f"/_adnotice/{SCRIPT.address(probe, 0)}"),
            "script control": make_request(f"/_adnotice/{SCRIPT.control_address(probe, 0)}"),
            "image control": make_request(f"/_adnotice/{IMAGE.control_address(probe, 0)}"),
            "stylesheet control": make_request(f"/_adnotice/{STYLE.control_address(probe, 0)}"),
            "client.js": make_request("/_adnotice/client.js", [("Accept-Encoding", "gzip")]),
            "rounds.js": make_request("/_adnotice/rounds.js", [("Accept-Encoding", "gzip")]),
        }
        sizes = {name: (len(request), len(connection.ask(request))) for name, request in fetched.items()}
        clear = readers.request("/_adnotice/outcome", readers.report())
        token = witnesses.sign(SCRIPT.control_address(probe, 0))
        size = "{}x{}".format(*gif_size(connection.ask(fetched["image control"])))
        blocked = readers.request(
            "/_adnotice/outcome",
            msgspec.json.encode(
                {
                    "id": view,
                    "page": readers.page(),
                    "script": [""] * (ROUNDS + 1),
                    "script_control": [token],
                    "image": [""] * ROUNDS,
                    "image_control": [size],
                    "style": [""],
                    "style_control": [witnesses.sign(STYLE.control_address(probe, 0))],
                }
            ),
        )
        sizes["report, clear"] = (len(clear), answered(connection, clear))
        sizes["report, blocked"] = (len(blocked), answered(connection, blocked))
        loop.run_until_complete(app._writer.close())
    loop.close()
    rows = [(name, f"{up:,}", f"{down:,}") for name, (up, down) in sizes.items()]
    clear_up, clear_down = (sizes["bait"][i] + sizes["report, clear"][i] for i in (0, 1))
    rows.append(("10^6 clear views: 2 x 10^6 requests, MB", f"{clear_up:,}", f"{clear_down:,}"))
    controls = list(
        itertools.chain.from_iterable(
            ["script control", "image control"]
            if not turn % 3
            else ["image control" if turn % 3 == 1 else "script control"]
            for turn in range(ROUNDS)
        )
    )
    controls.append("stylesheet control")
    up, down = (sum(sizes[name][i] for name in [*controls, "report, blocked"]) for i in (0, 1))
    rows.append((f"10^6 blocked views: {len(controls) + 1} x 10^6 requests, MB", f"{up:,}", f"{down:,}"))
    return Table(title="Bytes at the origin, headers included", head=("request", "up", "down"), rows=rows)


def gif_size(answer: bytes) -> tuple[int, int]:
    """Width and height of the picture in this answer."""
    body = split_answer(answer)[2]
    return int.from_bytes(body[6:8], "little"), int.from_bytes(body[8:10], "little")


def answered(connection: Connection, request: bytes) -> int:
    """How long the answer is; it must be a success."""
    answer = connection.ask(request)
    status, _, body = split_answer(answer)
    assert status in (200, 204), body
    return len(answer)


def measure_path(folder: Path, reports: int) -> dict[str, tuple[float, float]]:
    """CPU microseconds of a worker for each request, and beside it of the store's server; one site."""
    found: dict[str, tuple[float, float]] = {}
    readers = Readers()
    with running(redis_server := Redis(folder / "redis")), running(postgresql := PostgreSQL()):
        stores: dict[str, tuple[str, Callable[[], float]]] = {
            "report, SQLite": (f"sqlite:///{folder / 'scale.db'}", lambda: 0.0),
            "report, PostgreSQL": (postgresql.url, lambda: sum(map(cpu_seconds, postgresql.pids))),
            "report, Redis": (redis_server.url, lambda: cpu_seconds(redis_server.pid)),
        }
        for name, (url, server_cpu) in stores.items():
            with serve("bench.count_apps:app", {"BENCH_APP": "ours", "BENCH_STORE": url}) as site:
                send_all(connect(site.port, GROUP), readers.reports(2_000))
                requests = readers.reports(reports)
                before = server_cpu()
                ours = cost_of(site, requests)
                found[name] = (ours, (server_cpu() - before) / reports * 1e6)
                if "bait" not in found:
                    baits = [make_request(f"/_adnotice/{SCRIPT.address(f'{n:016x}', 0)}") for n in range(reports)]
                    found["bait"] = (cost_of(site, baits), 0.0)
    return found


def cost_of(site: Site, requests: list[bytes]) -> float:
    """The server's CPU microseconds for each of these requests."""
    ends = connect(site.port, GROUP)
    before = site.cpu_seconds()
    load = send_all(ends, requests)
    assert set(load.statuses) <= {200, 204}
    return (site.cpu_seconds() - before) / len(requests) * 1e6


def simulate(cluster: RedisCluster, *, sites: int, pages: int, hours: int) -> Written:
    """Writes views of so many sites over so many hours of one day, in groups as the writer makes them."""
    mixed = random.Random(2026)  # noqa: S311 - views, not secrets
    prefix = f"scale-{uuid.uuid4().hex[:8]}"
    store = open_store(f"{cluster.url}?prefix={prefix}&shards={SHARDS}")
    readers = Readers()
    midnight = datetime.combine(datetime.now(UTC).date(), datetime.min.time(), UTC).timestamp()
    weights = list(itertools.accumulate(1 / (rank + 1) for rank in range(pages)))
    site_weights = list(itertools.accumulate(1 / (rank + 1) for rank in range(sites)))
    seen: Counter[tuple[object, ...]] = Counter()
    groups = max(8, sites * pages // 40 // GROUP)
    reports, ours = 0, 0.0
    servers = {each.port: each.pid for each in cluster.servers}
    primaries = {each.port for each in cluster.primaries()}
    cpu = {port: cpu_seconds(pid) for port, pid in servers.items()}
    for hour in range(hours):
        now = midnight + hour * 3600 + 60
        for _ in range(groups):
            entries = []
            for _ in range(GROUP):
                site = mixed.choices(range(sites), cum_weights=site_weights)[0]
                page = mixed.choices(range(pages), cum_weights=weights)[0]
                keys = spread(draw_view(mixed, readers, f"site-{site}.example.test", f"/news/article-number-{page}"))
                entries.append(Entry(uuid.uuid4().hex, now + ID_SECONDS, keys))
                seen.update((hour, *value) for value in {key[:3] for key in keys})
            began = time.process_time()
            assert all(store.commit(Batch(now, tuple(entries))))
            ours += time.process_time() - began
            reports += GROUP
    spent = {port: cpu_seconds(pid) - cpu[port] for port, pid in servers.items()}
    ids, id_bytes, values, value_bytes = weigh(primaries, prefix)
    store.close()
    return Written(
        sites=sites,
        pages=pages,
        hours=hours,
        reports=reports,
        our_us=ours / reports * 1e6,
        primary_us=sum(spent[port] for port in primaries) / reports * 1e6,
        replica_us=sum(spent[port] for port in servers.keys() - primaries) / reports * 1e6,
        bytes_an_id=id_bytes / max(ids, 1),
        values=values,
        predicted_values=round(predict_values(seen)),
        bytes_a_value=value_bytes / max(values, 1),
    )


def predict_values(hourly: Counter[tuple[object, ...]]) -> float:
    """How many values the shards' buckets of one day hold: a value seen n times stands in S(1 - (1 - 1/S)^n) of S shards.

    Hours have their own buckets; day, week and month hold the same values.
    """
    daily: Counter[tuple[object, ...]] = Counter()
    for (_, *value), n in hourly.items():
        daily[tuple(value)] += n
    shards = [SHARDS * (1 - (1 - 1 / SHARDS) ** n) for n in hourly.values()]
    return sum(shards) + 3 * sum(SHARDS * (1 - (1 - 1 / SHARDS) ** n) for n in daily.values())


def weigh(ports: set[int], prefix: str, sample: int = 300) -> tuple[int, float, int, float]:
    """What the primaries hold of this store: ids and their bytes, values and the bytes of all buckets (sampled)."""
    ids = values = 0
    id_bytes = value_bytes = 0.0
    for port in ports:
        with redis.Redis(port=port) as client:
            names = list(client.scan_iter(f"{{{prefix}*", count=5_000))
            here = [name for name in names if b":i:" in name]
            buckets = [name for name in names if b":t:" in name]
            ids += len(here)
            values += sum(client.hlen(name) for name in buckets)
            some = here[:sample]
            id_bytes += len(here) * sum(client.memory_usage(name) + EXPIRY_BYTES for name in some) / max(len(some), 1)
            value_bytes += sum(client.memory_usage(name, samples=20) for name in buckets)
    return ids, id_bytes, values, value_bytes


def cpu_seconds(pid: int) -> float:
    """The CPU time that a process has had."""
    return Site(pid, 0).cpu_seconds()


def measure_queries(cluster: RedisCluster, times: int) -> dict[int, dict[str, float]]:
    """Milliseconds of the dashboard's widest reads by the number of shards: a month of 1,000 pages, and a site's year."""
    found: dict[int, dict[str, float]] = {}
    last = datetime.now(UTC).date()
    for shards in (1, 6, 12):
        store = open_store(f"{cluster.url}?prefix=query-{uuid.uuid4().hex[:8]}&shards={shards}")
        for back in range(30):
            day = last - timedelta(days=back)
            now = datetime.combine(day, datetime.min.time(), UTC).timestamp() + 43_200
            keys = [
                Key(SITE, Dimension.PAGE, f"/news/article-number-{n}", metric)
                for n in range(1_000)
                for metric in (Metric.CLEAR, Metric.NOT_ASKED)
            ]
            keys += [Key(SITE, Dimension.ALL, "", metric) for metric in Metric]
            entries = fill_shards(shards, keys, now)
            store.commit(Batch(now, entries, (Grain.DAY, Grain.WEEK, Grain.MONTH)))
        found[shards] = {
            "1,000 pages over 30 days": best(
                partial(store.counts, SITE, Dimension.PAGE, Period(last - timedelta(days=29), last)), times
            ),
            "one site by day over 365 days": best(
                partial(store.points, SITE, Grain.DAY, Period(last - timedelta(days=364), last)), times
            ),
        }
        store.close()
    return found


def fill_shards(shards: int, keys: list[Key], now: float) -> tuple[Entry, ...]:
    """One entry in every shard that counts all of these."""
    entries: dict[int, Entry] = {}
    while len(entries) < shards:
        name = uuid.uuid4().hex
        entries.setdefault(zlib.crc32(name.encode()) % shards, Entry(name, now + ID_SECONDS, tuple(keys)))
    return tuple(entries.values())


def path_table(path: Mapping[str, tuple[float, float]]) -> Table:
    """A worker's CPU."""
    rows = [(name, f"{us:.0f}", f"{1e6 / us:,.0f}", f"{server:.0f}") for name, (us, server) in path.items()]
    head = ("request", "worker CPU us", "a core a second", "store server CPU us")
    return Table(title=f"A worker of ours, uvicorn, {GROUP} connections", head=head, rows=rows)


def cost_table(*written: Written) -> Table:
    """What the simulations cost."""
    head = (
        "",
        *(
            f"{each.sites} site{'s' if each.sites > 1 else ''} x {each.pages} pages x {each.hours} h"
            for each in written
        ),
    )
    rows = [
        ("reports", *(f"{each.reports:,}" for each in written)),
        ("our commit, CPU us a report", *(f"{each.our_us:.1f}" for each in written)),
        ("primaries, CPU us a report", *(f"{each.primary_us:.1f}" for each in written)),
        ("replicas, CPU us a report", *(f"{each.replica_us:.1f}" for each in written)),
        ("bytes an id (until it expires)", *(f"{each.bytes_an_id:.0f}" for each in written)),
        ("values in buckets, predicted", *(f"{each.predicted_values:,}" for each in written)),
        ("values in buckets, measured", *(f"{each.values:,}" for each in written)),
        ("bytes a value", *(f"{each.bytes_a_value:.0f}" for each in written)),
    ]
    return Table(
        title=f"Redis Cluster, 3 primaries with a replica each, {SHARDS} shards, fsync always, {GROUP} reports a commit",
        head=head,
        rows=rows,
    )


def query_table(queries: Mapping[int, Mapping[str, float]]) -> Table:
    """What reads cost by shards."""
    rows = [(name, *(f"{found[name]:.1f}" for found in queries.values())) for name in next(iter(queries.values()))]
    return Table(
        title="Reads that sum all shards, ms", head=("query", *(f"{shards} shards" for shards in queries)), rows=rows
    )


def day_table(path: Mapping[str, tuple[float, float]], one: Written, many: Written) -> Table:
    """The arithmetic for 10^9 views a day."""
    mean = DAY_VIEWS / 86_400
    peak = mean * PEAK
    worker_us = path["bait"][0] + path["report, Redis"][0]
    rows = [
        ("views a second, mean and peak", f"{mean:,.0f}", f"{peak:,.0f}"),
        (
            "worker cores at the peak (bait and report)",
            f"{peak * worker_us / 1e6 / FULL:,.0f}",
            f"{FULL:.0%} full",
        ),
        (
            "Redis primaries at the peak, one site",
            f"{math.ceil(peak * one.primary_us / 1e6 / FULL)}",
            f"{one.primary_us:.1f} us a report",
        ),
        (
            "Redis primaries at the peak, many sites",
            f"{math.ceil(peak * many.primary_us / 1e6 / FULL)}",
            f"{many.primary_us:.1f} us a report",
        ),
        ("ids held at the peak, GB", f"{peak * ID_SECONDS * one.bytes_an_id / 1e9:.1f}", f"{ID_SECONDS} s each"),
        (
            "tallies of one full site and day, MB",
            f"{full_day(one.bytes_a_value) / 1e6:.0f}",
            f"24 hours and a day, {SHARDS} shards",
        ),
        (
            "the same after a year, GB",
            f"{full_year(one.bytes_a_value) / 1e9:.1f}",
            "31 x 24 hours, 395 days, 57 weeks, 25 months",
        ),
    ]
    for rate in (1.0, 0.1, 0.01):
        n = DAY_VIEWS * rate
        error = 1.96 * math.sqrt(0.3 * 0.7 / n) * 100
        rows.append(
            (
                f"sample_rate {rate:g}: worker cores; the day's rate is off by",
                f"{peak * rate * worker_us / 1e6 / FULL:,.1f}",
                f"+-{error:.4f} points",
            )
        )
    return Table(title="10^9 views a day", head=("", "", ""), rows=rows)


def full_day(bytes_a_value: float) -> float:
    """Bytes of one site's buckets of one day when every page cap is full, without those of its week and month."""
    return 25 * (CAP + SMALL) * SHARDS * bytes_a_value


def full_year(bytes_a_value: float) -> float:
    """Bytes of one site that fills every cap, once retention removes as much as is added."""
    settings = CountSettings()
    short = settings.hours_kept_days * 24 + settings.days_kept_months * 30.4
    long = settings.days_kept_months * 4.4 + settings.months_kept
    return (short * (CAP + SMALL) + long * (LONG_FACTOR * CAP + SMALL)) * SHARDS * bytes_a_value


def draw_view(mixed: random.Random, readers: Readers, site: str, page: str) -> ViewJudged:
    """A view as readers make them; one in four with a blocker."""
    headers = dict(line.partition(": ")[::2] for line in readers.headers().split("\r\n"))
    blocked = mixed.random() < 0.25
    return ViewJudged(
        site,
        page,
        Verdict.BLOCKED if blocked else Verdict.CLEAR,
        None,
        Ground.STOPPED if blocked else Ground.SCRIPT,
        quiet=Quiet.MODE if blocked else Quiet.NOT_BLOCKED,
        agent=headers["User-Agent"].encode(),
        language=headers["Accept-Language"].encode(),
    )


if __name__ == "__main__":
    sys.exit(main())
