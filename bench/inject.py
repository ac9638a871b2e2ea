"""The part "inject": what a page costs with each contender, in CPU, in time to the first byte and in memory."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import os
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.injectors import BY_NAME, CONTENDERS, NO_PEERS, OURS, WRAPPER, Contender
from bench.measure import BASE, CONTROL, Part, Slice, Spread, Table, Target, interleave, noise, ratios
from bench.pages import JSON_BODY, KB, Case, Constant, cases
from bench.protocol import Connection, make_request, split_answer
from bench.sockets import Site, serve

SLICE_SECONDS: Final = 0.06
CALLS: Final = 4000
STREAMERS: Final = (BASE, CONTROL, OURS)
WANTED: Final = {"20 KB": 0.82, "Jinja, rendered": 0.97, "100 KB streamed": 0.92}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One case: everyone's ratio, who did it correctly, and what the bare app cost in µs a request."""

    case: Case
    spreads: Mapping[str, Spread]
    correct: Mapping[str, bool]
    bare_us: float


def run(*, quick: bool = False) -> Part:
    """Measures everything; about five minutes, one when `quick`."""
    rounds = 5 if quick else 25
    with tempfile.TemporaryDirectory() as folder, switched_on(Path(folder)):
        loop = asyncio.new_event_loop()
        try:
            # What is asked for is measured twice as often: it must not hang on what the neighbours do.
            rows = [measure_case(case, loop, rounds * (1 + (case.name in WANTED))) for case in cases()]
            slim = [measure_case(cases()[0], loop, rounds, http="h11")]
        finally:
            loop.close()
        added = measure_pass_through(rounds)
        with contextlib.ExitStack() as stack:
            sites = {
                each.name: stack.enter_context(serve("bench.served:app", {"BENCH_CONTENDER": each.name}))
                for each in CONTENDERS
            }
            socket_spreads = measure_sockets(sites, rounds)
            first = measure_first_byte(sites, 3 if quick else 11)
            memory = measure_memory({name: sites[name] for name in STREAMERS})
    tables = [
        cost_table("CPU through uvicorn's own protocol class (httptools), no sockets", rows),
        cost_table("The same through h11", slim),
        socket_table(socket_spreads, first),
        added_table(added),
        memory_table(memory),
    ]
    return Part(tables=tables, targets=[*row_targets(rows), *other_targets(added, first, memory)])


@contextlib.contextmanager
def switched_on(folder: Path) -> Any:
    """Counting goes to a store of the bench's own."""
    os.environ["BENCH_STORE"] = f"sqlite:///{folder / 'bench.db'}"
    try:
        yield
    finally:
        del os.environ["BENCH_STORE"]


def measure_case(case: Case, loop: asyncio.AbstractEventLoop, rounds: int, http: str = "httptools") -> Row:
    """Every contender on one case."""
    request = make_request("/", case.headers)
    # Each has an app of its own: what one is asked is not what another has been asked.
    connections = {each.name: Connection(each.wrap(copy.copy(case.app)), loop, http) for each in CONTENDERS}
    answers = {name: connection.ask(request) for name, connection in connections.items()}
    correct = {each.name: is_correct(case, each, answers[BASE], answers[each.name]) for each in CONTENDERS}
    if broken := [name for name, answer in answers.items() if split_answer(answer)[0] >= 500]:
        raise RuntimeError(f"{', '.join(broken)} can't answer the case {case.name}: see the log above")

    def slice_of(connection: Connection) -> Slice:
        times = max(3, int(SLICE_SECONDS / cpu_of(connection, request, 10)))
        return lambda: cpu_of(connection, request, times)

    costs = interleave({name: slice_of(connection) for name, connection in connections.items()}, rounds)
    return Row(
        case=case,
        spreads=ratios(costs),
        correct=correct,
        bare_us=statistics.median(costs[BASE]) * 1e6,
    )


def cpu_of(connection: Connection, request: bytes, times: int) -> float:
    """Seconds of CPU, of all this process's threads, that one request costs."""
    started = time.process_time()
    connection.ask(request, times)
    return (time.process_time() - started) / times


def is_correct(case: Case, contender: Contender, bare: bytes, answer: bytes) -> bool:
    """Whether a page came with the tag, whole and with its right length; whether anything else came untouched."""
    (status, headers, body), (bare_status, bare_headers, bare_body) = split_answer(answer), split_answer(bare)
    lengths = [int(value) for name, value in headers if name == b"content-length"]
    if status != bare_status or lengths not in ([], [len(body)]):
        return False
    if contender.name in NO_PEERS - {OURS}:
        return body == bare_body
    if not case.page:
        changes = {b"date", b"etag"}
        return body == bare_body and [h for h in headers if h[0] not in changes] == [
            h for h in bare_headers if h[0] not in changes
        ]
    if (b"content-encoding", b"gzip") in headers:
        import gzip

        body, bare_body = gzip.decompress(body), gzip.decompress(bare_body)
    return body.count(contender.tag) == 1 and body.replace(contender.tag, b"") == bare_body


def measure_pass_through(rounds: int) -> dict[str, Spread]:
    """Microseconds that each adds to an app that answers JSON, called directly."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(JSON_BODY))]
    app = Constant(JSON_BODY, headers)
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/news",
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"news.example.test"), (b"accept", b"application/json"), (b"user-agent", b"Firefox")],
    }

    async def receive() -> Any:
        raise AssertionError("nothing here reads a body")

    async def send(_: Any) -> None:
        pass

    async def call(wrapped: Any) -> float:
        started = time.thread_time()
        for _ in range(CALLS):
            await wrapped(scope, receive, send)
        return time.thread_time() - started

    with asyncio.Runner() as runner:
        names = (BASE, CONTROL, WRAPPER, OURS, "shiny ResponseMangler", "New Relic ASGI browser")

        def slice_of(name: str) -> Slice:
            wrapped = BY_NAME[name].wrap(app)
            return lambda: runner.run(call(wrapped))

        costs = interleave({name: slice_of(name) for name in names}, rounds * 2)
    return {
        name: Spread.of((cost - base) / CALLS * 1e6 for cost, base in zip(values, costs[BASE], strict=True))
        for name, values in costs.items()
        if name != BASE
    }


def measure_sockets(sites: Mapping[str, Site], rounds: int) -> dict[str, Spread]:
    """CPU of uvicorn processes that serve the 20 KB page to a client over real sockets."""
    request = make_request("/")
    sizes = {name: site.answer_bytes(request) for name, site in sites.items()}

    def slice_of(name: str) -> Slice:
        site, size = sites[name], sizes[name]

        def one() -> float:
            started = site.cpu_seconds()
            site.load(request, size, 800)
            return site.cpu_seconds() - started

        return one

    return ratios(interleave({name: slice_of(name) for name in sites}, max(5, rounds // 2)))


def measure_first_byte(sites: Mapping[str, Site], rounds: int) -> dict[str, Spread]:
    """Milliseconds until the first byte of a page that takes 300 ms to stream."""

    def slice_of(site: Site) -> Slice:
        return lambda: site.seconds_to_first_byte("/slow") * 1e3

    costs = interleave({name: slice_of(site) for name, site in sites.items()}, rounds)
    return {name: Spread.of(values) for name, values in costs.items()}


def measure_memory(sites: Mapping[str, Site]) -> dict[str, float]:
    """MB by which a server's resident memory grows at most while it streams a page of 200 MB."""
    grown = {}
    for name, site in sites.items():
        site.drain("/slow")
        before = site.memory_mb("VmRSS")
        site.forget_peak()
        assert site.drain("/huge") > 200 * KB * KB
        grown[name] = site.memory_mb("VmHWM") - before
    return grown


def cost_table(title: str, rows: Sequence[Row]) -> Table:
    """A line for each contender, a column for each case; brackets round what did not do the job."""
    lines = []
    for each in CONTENDERS:
        cells = []
        for row in rows:
            spread = row.spreads[each.name]
            text = f"{spread.median:.3f} {spread.low:.3f}-{spread.high:.3f}"
            cells.append(text if row.correct[each.name] else f"({text})")
        lines.append([each.name, *cells])
    lines.append(["bare, µs a request", *(f"{row.bare_us:.0f}" for row in rows)])
    note = "median quartile-quartile of bare/contender; in brackets: the page came without its tag, or wrong"
    return Table(title=f"{title}\n{note}", head=["", *(row.case.name for row in rows)], rows=lines)


def socket_table(spreads: Mapping[str, Spread], first: Mapping[str, Spread]) -> Table:
    """What happens over real sockets."""
    lines = [[name, str(spreads[name]), f"{first[name].median:.1f}"] for name in spreads]
    return Table(
        title="uvicorn over real sockets: its own CPU for the 20 KB page; first byte of a page streamed over 300 ms",
        head=["", "bare/contender [quartiles]", "first byte, ms"],
        rows=lines,
    )


def added_table(added: Mapping[str, Spread]) -> Table:
    """What passing JSON through costs."""
    return Table(
        title="JSON passed through, app called directly: µs added [quartiles]",
        head=["", "µs"],
        rows=[[name, str(spread)] for name, spread in added.items()],
    )


def memory_table(grown: Mapping[str, float]) -> Table:
    """What a huge page costs."""
    return Table(
        title="Resident memory while a page of 200 MB is streamed",
        head=["", "MB more at the peak"],
        rows=[[name, f"{mb:.1f}"] for name, mb in grown.items()],
    )


def row_targets(rows: Sequence[Row]) -> list[Target]:
    """The ratios asked for, and: behind no peer that does the job."""
    by_name = {row.case.name: row for row in rows}
    targets = []
    for name, wanted in WANTED.items():
        row = by_name[name]
        got = row.spreads[OURS].median
        met = got >= wanted and row.correct[OURS]
        targets.append(Target(wanted=f"{name} >= {wanted}", got=f"{got:.3f}", met=met))
    behind = []
    for row in rows:
        floor = row.spreads[OURS].median + noise(row.spreads[CONTROL])
        behind += [
            f"{name} at {row.case.name} ({row.spreads[name].median:.3f} to our {row.spreads[OURS].median:.3f})"
            for name in row.spreads.keys() - NO_PEERS
            if row.correct[name] and row.spreads[name].median > floor
        ]
        if not row.correct[OURS]:
            behind.append(f"ours is wrong at {row.case.name}")
    wanted = "behind no peer where it injects correctly, beyond the control's noise"
    targets.append(
        Target(wanted=wanted, got="behind " + ", ".join(sorted(behind)) if behind else "none", met=not behind)
    )
    return targets


def other_targets(added: Mapping[str, Spread], first: Mapping[str, Spread], grown: Mapping[str, float]) -> list[Target]:
    """Pass-through, first byte, memory."""
    factor = added[OURS].median / added[WRAPPER].median
    later = first[OURS].median - first[BASE].median
    return [
        Target(
            wanted="pass-through adds <= 1.5 x what a do-nothing wrapper adds",
            got=f"{factor:.2f} x ({added[OURS].median:.2f} to {added[WRAPPER].median:.2f} µs)",
            met=factor <= 1.5,
        ),
        Target(wanted="first byte within 5 ms of bare", got=f"{later:+.1f} ms", met=later <= 5),
        Target(wanted="200 MB streamed: +5 MB at most", got=f"{grown[OURS]:+.1f} MB", met=grown[OURS] <= 5),
    ]
