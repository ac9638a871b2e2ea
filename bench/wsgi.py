"""The part "wsgi": what a rendered page costs under a WSGI server, beside a wrapper that does nothing."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from bench.measure import BASE, CONTROL, Part, Slice, Spread, Table, Target, interleave, noise, ratios
from bench.protocol import make_request
from bench.sockets import Site, answering, free_port

OURS: Final = "adnotice"
WRAPPER: Final = "a wrapper that does nothing"
CONTENDERS: Final = (BASE, CONTROL, WRAPPER, OURS)
PAGES_A_SLICE: Final = 80
WANTED: Final = 0.95


def run(*, quick: bool = False) -> Part:
    """Measures the page; about two minutes, half a minute when `quick`."""
    request = make_request("/", [("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Firefox/153.0")])
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        sites = {
            name: stack.enter_context(serve_wsgi(name, f"sqlite:///{Path(folder) / 'counts.db'}"))
            for name in CONTENDERS
        }
        slices = {name: _slice(site, request) for name, site in sites.items()}
        costs = interleave(slices, 8 if quick else 40)
    spreads = ratios(costs)
    bare_us = Spread.of(cost / PAGES_A_SLICE * 1e6 for cost in costs[BASE]).median
    rows = [[name, str(spreads[name])] for name in CONTENDERS[1:]]
    table = Table(
        title=f"CPU of a page that Jinja renders, under waitress; bare: {bare_us:.0f} µs a page",
        head=["contender", "ratio"],
        rows=rows,
    )
    got = spreads[OURS].median
    wanted = f"a rendered page under WSGI at least {WANTED} of bare (noise {noise(spreads[CONTROL]):.3f})"
    return Part(tables=[table], targets=[Target(wanted=wanted, got=f"{got:.3f}", met=got >= WANTED)])


def _slice(site: Site, request: bytes) -> Slice:
    size = site.answer_bytes(request)

    def cost() -> float:
        before = site.cpu_seconds()
        site.load(request, size, PAGES_A_SLICE)
        return site.cpu_seconds() - before

    return cost


@contextlib.contextmanager
def serve_wsgi(contender: str, store_url: str) -> Iterator[Site]:
    """Runs waitress with this contender's app until the block ends."""
    port = free_port()
    environment: Mapping[str, str] = {**os.environ, "BENCH_CONTENDER": contender, "BENCH_STORE": store_url}
    command = [
        sys.executable,
        "-m",
        "waitress",
        "--listen",
        f"127.0.0.1:{port}",
        "--threads",
        "8",
        "bench.wsgi_served:app",
    ]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)  # waitress tells of each queue
    with answering(process, port) as site:
        yield site
