"""The part "detect": what baits, controls and reports cost the server beside a bare 204, and what they weigh."""

from __future__ import annotations

import asyncio
import re
import statistics
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send

from adnotice import AdNoticeMiddleware
from adnotice.detect.client import make_client
from adnotice.detect.endpoints import Detection
from adnotice.detect.settings import DetectSettings
from adnotice.detect.witness import probe_of
from adnotice.http.messages import Asked
from adnotice.keys import Keys
from adnotice.vocabulary import Mode
from bench.measure import BASE, CONTROL, Part, Slice, Spread, Table, Target, interleave, noise, ratios
from bench.protocol import Connection, make_request, split_answer

SECRET: Final = "bench-k7Jm2vQx9TzR4wLb8NcY6pHd3sFg"  # noqa: S105 - protects nothing
VIEW: Final = "6f1d2c3b4a59687700112233445566ff"
SLICE_SECONDS: Final = 0.01
WANTED: Final = 0.55
MAX_CLIENT_BYTES: Final = 3 * 1024
MAX_VIEW_BYTES: Final = 1536
PACKED: Final = (("Accept-Encoding", "gzip, deflate, br, zstd"),)
FETCH: Final = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
LOAD_SCRIPT: Final = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"}
LOAD_IMAGE: Final = {
    "Accept": "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
    "Sec-Fetch-Mode": "no-cors",
    "Sec-Fetch-Dest": "image",
}


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One request that a view makes, with a body for a report."""

    name: str
    path: str
    body: bytes = b""

    @property
    def request(self) -> bytes:
        """Its bytes on the wire."""
        if not self.body:
            loaded = LOAD_SCRIPT if self.path.endswith(".js") else LOAD_IMAGE
            return make_request(self.path, PACKED, purpose=loaded)
        length = ("Content-Length", str(len(self.body)))
        headers = (*PACKED, ("Origin", "http://news.example.test"), ("Content-Type", "application/json"), length)
        return make_request(self.path, headers, "POST", FETCH) + self.body


async def bare(_: Scope, receive: Receive, send: Send) -> None:
    """The least that an endpoint can do: read the body, answer 204."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 204, "headers": [(b"cache-control", b"no-store")]})
    await send({"type": "http.response.body", "body": b""})


def run(*, quick: bool = False) -> Part:
    """Measures everything; about a minute, a quarter of it when `quick`."""
    rounds = 41 if quick else 201
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(Path(folder))
        loop = asyncio.new_event_loop()
        try:
            asks = make_asks(app, loop)
            found = {ask.name: measure(ask, app, loop, rounds) for ask in asks}
            weights = {ask.name: weigh(ask, app, loop) for ask in asks}
        finally:
            loop.close()
    packed = len(make_client(DetectSettings(), 1.0).packed.body)
    view = weights["script bait"] + weights["report"]
    targets = [
        Target(
            wanted=f"{name} >= {WANTED} of a bare 204's CPU",
            got=str(spreads["ours"]),
            met=spreads["ours"].median >= WANTED,
        )
        for name, (spreads, _) in found.items()
    ]
    targets += [
        Target(wanted=f"client.js <= {MAX_CLIENT_BYTES} bytes packed", got=str(packed), met=packed <= MAX_CLIENT_BYTES),
        Target(
            wanted=f"a clear view <= {MAX_VIEW_BYTES} bytes on the wire beside the cached script and the browser's own headers",
            got=str(view),
            met=view <= MAX_VIEW_BYTES,
        ),
    ]
    return Part(tables=[cost_table(found), weight_table(weights)], targets=targets)


def make_app(folder: Path) -> ASGIApp:
    """The whole middleware, but reports are not given to a store: what that costs is the part "count"."""
    app = AdNoticeMiddleware(
        bare, secret_key=SECRET, store_url=f"sqlite:///{folder / 'bench.db'}", site_rate_per_second=0
    )

    async def commit(*_: Any) -> bool:
        return True

    async def again(*_: Any) -> Asked:
        return Asked(None)

    detection = Detection(
        DetectSettings(),
        keys=Keys(SECRET),
        commit=commit,
        ask=lambda *_: Asked(None),
        again=again,
        mode=lambda: Mode.MEASURE,
    )
    app._router.routes = {**app._router.routes, "outcome": detection.routes["outcome"]}
    return app


def make_asks(app: ASGIApp, loop: asyncio.AbstractEventLoop) -> list[Ask]:
    """What a view asks for; the report holds the witness of the bait."""
    probe = probe_of(VIEW)
    bait = Ask(name="script bait", path=f"/_adnotice/adverts/adserve/{probe}-0.js")
    _, _, body = split_answer(Connection(app, loop).ask(bait.request))
    witness = re.search(rb'witness="([^"]+)"', body)
    if witness is None:
        raise RuntimeError(f"the bait answered {body!r}")
    report = b'{"id":"%s","page":"/news/2026/budget","script":["%s"],"first":true,"lang":"en"}' % (
        VIEW.encode(),
        witness[1],
    )
    return [
        bait,
        Ask(name="script control", path=f"/_adnotice/check/{probe}-0.js"),
        Ask(name="image bait", path=f"/_adnotice/pix/ads/images/{probe}-0.gif"),
        Ask(name="image control", path=f"/_adnotice/signal/{probe}-0.gif"),
        Ask(name="report", path="/_adnotice/outcome", body=report),
    ]


def measure(ask: Ask, app: ASGIApp, loop: asyncio.AbstractEventLoop, rounds: int) -> tuple[Mapping[str, Spread], float]:
    """Ratios of one request, and what it costs the bare endpoint in µs."""
    connections = {BASE: Connection(bare, loop), CONTROL: Connection(bare, loop), "ours": Connection(app, loop)}
    status = split_answer(connections["ours"].ask(ask.request))[0]
    if status not in (200, 204):
        raise RuntimeError(f"{ask.name} was answered {status}")

    def slice_of(connection: Connection) -> Slice:
        def cost(times: int) -> float:
            started = time.process_time()
            connection.ask(ask.request, times)
            return (time.process_time() - started) / times

        times = max(50, int(SLICE_SECONDS / cost(50)))
        return lambda: cost(times)

    costs = interleave({name: slice_of(connection) for name, connection in connections.items()}, rounds)
    return ratios(costs), statistics.median(costs[BASE]) * 1e6


def weigh(ask: Ask, app: ASGIApp, loop: asyncio.AbstractEventLoop) -> int:
    """Bytes that are ours on the wire: address, body posted, and the answer with its headers, over HTTP/1.1."""
    return len(ask.path) + len(ask.body) + len(Connection(app, loop).ask(ask.request))


def cost_table(found: Mapping[str, tuple[Mapping[str, Spread], float]]) -> Table:
    """CPU of each request as a ratio."""
    rows = [
        [name, f"{bare_us:.0f} µs", str(spreads["ours"]), f"±{noise(spreads[CONTROL]):.3f}"]
        for name, (spreads, bare_us) in found.items()
    ]
    return Table(
        title="CPU of a bare 204 endpoint / ours, through uvicorn's own protocol class (httptools), no sockets, no store",
        head=["request", "bare", "ratio [quartiles]", "noise"],
        rows=rows,
    )


def weight_table(weights: Mapping[str, int]) -> Table:
    """What each request weighs."""
    return Table(
        title="Bytes on the wire over HTTP/1.1: address, body posted, answer with its headers (not the browser's own headers)",
        head=["request", "bytes"],
        rows=[[name, str(size)] for name, size in weights.items()],
    )
