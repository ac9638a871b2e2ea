"""What each part of the report path costs by itself, driven in one process without sockets."""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from starlette.types import Message

from adnotice.count.ingest.writer import Writer
from adnotice.count.model.keys import spread
from adnotice.count.model.tally import Batch, Entry
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.detect.baits import SCRIPT
from adnotice.detect.endpoints import REPORT, Detection
from adnotice.detect.report import decode_report
from adnotice.detect.settings import DetectSettings
from adnotice.detect.verdict import Evidence, Fate, judge
from adnotice.detect.witness import Witnesses, probe_of
from adnotice.http.admission import Admission, AdmissionSettings, messages_of
from adnotice.http.messages import Request
from adnotice.keys import Keys
from adnotice.notice.endpoints import Notices
from adnotice.notice.settings import NoticeSettings
from adnotice.vocabulary import Ground, Mode, Occurrence, Verdict, ViewJudged
from bench.count_views import SECRET, Readers, bare
from bench.measure import Table
from bench.protocol import Connection

GROUPS: Final = (1, 8, 64, 256)
SITE: Final = "default"


def measure_parts(urls: Mapping[str, str], times: int) -> list[Table]:
    """Microseconds of CPU of every part on the way, and of a commit on every store by the size of its group."""
    loop = asyncio.new_event_loop()
    try:
        path = list(time_parts(loop, times))
    finally:
        loop.close()
    commits = [
        (name, *(f"{time_commit(url, group, times // 4):.1f}" for group in GROUPS)) for name, url in urls.items()
    ]
    return [
        Table(title="Parts of the report path, in one process", head=("part", "CPU us"), rows=path),
        Table(
            title="Commit, CPU us a report in our process (the server's own CPU is not in it), by reports a commit",
            head=("store", *map(str, GROUPS)),
            rows=commits,
        ),
    ]


def time_parts(loop: asyncio.AbstractEventLoop, times: int) -> Iterator[tuple[str, str]]:
    """Each part alone, on prepared input."""
    readers, keys = Readers(), Keys(SECRET)
    wire = readers.reports(times)
    connection = Connection(bare, loop)
    yield "uvicorn's protocol and the bare endpoint", us(lambda request: connection.ask(request), wire)
    bodies = [request.partition(b"\r\n\r\n")[2] for request in wire]
    scopes = [make_scope(request) for request in wire]
    admission = Admission(AdmissionSettings(site_rate_per_second=0))
    admitted: list[Request] = []  # the first 500 twice: they warm up

    async def admit(scope: Mapping[str, Any], body: bytes) -> None:
        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        request = admission.admit(dict(scope), REPORT, path="outcome", base="/_adnotice", site=SITE)
        read = admission.read_body(receive, REPORT.max_body_bytes)
        request.body = read if isinstance(read, bytes) else await read
        admitted.append(request)

    yield "admission", us_async(loop, admit, scopes, bodies)
    yield "decode", us(decode_report, bodies)
    witnesses = Witnesses(keys, 10)
    reports = [decode_report(body) for body in bodies]

    def check(report: Any) -> None:
        assert isinstance(
            witnesses.check(f"{SCRIPT.folder}{probe_of(report.id)}-0{SCRIPT.ending}", report.script[0]), int
        )

    yield "witness", us(check, reports)
    evidence = Evidence(script=(Fate.ARRIVED,))
    yield "judge", us(lambda _: judge(evidence), bodies)

    async def commit(_: str, __: float, ___: tuple[Occurrence, ...]) -> bool:
        return True

    notices = Notices(NoticeSettings(), keys=keys, commit=commit, mode=lambda: Mode.MEASURE, site_name="")
    settings = DetectSettings()
    detection = Detection(
        settings, keys=keys, commit=commit, ask=notices.ask, again=notices.again, mode=lambda: Mode.MEASURE
    )
    endpoint = detection.routes["outcome"]
    yield (
        "the whole endpoint but its commit (decode, witness, judge, ask, answer)",
        us_async(loop, endpoint.answer, admitted),
    )
    answer = loop.run_until_complete(endpoint.answer(admitted[0]))

    yield "answer as messages", us(messages_of, [answer] * times)
    admitted = admitted[-times:]
    views = [view_of(request, report.page) for request, report in zip(admitted, reports, strict=True)]
    yield "occurrence to keys", us(spread, views)
    yield "hand-over to the writer and back, 64 callers (without spread and commit)", us_hand_over(loop, views)


def us(part: Callable[[Any], object], given: Sequence[Any]) -> str:
    """Microseconds of CPU a call, after one warm-up in ten."""
    warm = len(given) // 10
    for each in given[:warm]:
        part(each)
    began = time.process_time()
    for each in given[warm:]:
        part(each)
    return f"{(time.process_time() - began) / (len(given) - warm) * 1e6:.1f}"


def us_async(loop: asyncio.AbstractEventLoop, part: Callable[..., Awaitable[object]], *given: Sequence[Any]) -> str:
    """The same for a coroutine, within one run of the loop."""

    async def run() -> str:
        for each in zip(*(some[:500] for some in given), strict=True):
            await part(*each)
        began = time.process_time()
        for each in zip(*given, strict=True):
            await part(*each)
        return f"{(time.process_time() - began) / len(given[0]) * 1e6:.1f}"

    return loop.run_until_complete(run())


class Forgetful:
    """A store that forgets at once: what is left is the way there and back."""

    def __init__(self) -> None:
        self.notes: dict[str, str] = {}

    def commit(self, batch: Batch) -> list[bool]:
        """Says that everything was counted."""
        return [True] * len(batch.entries)

    def tend(self, now: float) -> None:
        """Nothing to tend."""

    def close(self) -> None:
        """Nothing to close."""


def us_hand_over(loop: asyncio.AbstractEventLoop, views: Sequence[ViewJudged]) -> str:
    """What `Writer.commit` costs beside keys and commit, with 64 callers at a time."""
    writer = Writer(CountSettings(suspect_factor=0))
    shift = writer._begin()
    shift._store = Forgetful()  # type: ignore[assignment]
    counter = itertools.count()

    async def call(some: Sequence[ViewJudged]) -> None:
        for view in some:
            await writer.commit(f"{next(counter)}", time.time() + 600, (view,))

    async def run() -> float:
        await call(views[:64])
        began = time.process_time()
        await asyncio.gather(*(call(views[n::64]) for n in range(64)))
        took = time.process_time() - began
        await writer.close()
        return took

    took = loop.run_until_complete(run()) / len(views) * 1e6
    return f"{took - float(us(spread, views)):.1f}"


REPORTS_A_SECOND: Final = 500
"""How busy the site is whose commits are timed: names are given to what comes some seconds apart."""


def time_commit(url: str, group: int, times: int) -> float:
    """Microseconds of CPU in our process that a report's commit takes, with so many reports a commit."""
    store = open_store(url)
    readers = Readers()
    views = [view_of_readers(readers) for _ in range(max(times, 10 * group))]
    now = time.time()
    entries = [Entry(uuid.uuid4().hex, float(int(now) + 600), spread(view)) for view in views]
    store.commit(Batch(now, tuple(entries[:group]), from_readers=True))
    began = time.process_time()
    for start in range(group, len(entries), group):
        assert all(
            store.commit(
                Batch(now + start / REPORTS_A_SECOND, tuple(entries[start : start + group]), from_readers=True)
            )
        )
        store.tend(now)
    store.sites()  # what stands in a journal is a part of the cost
    took = time.process_time() - began
    store.close()
    return took / (len(entries) - group) * 1e6


def make_scope(request: bytes) -> dict[str, Any]:
    """The ASGI scope of a request as uvicorn makes it."""
    lines = request.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
    return {
        "type": "http",
        "method": "POST",
        "path": "/_adnotice/outcome",
        "query_string": b"",
        "headers": headers,
        "scheme": "http",
        "client": ("127.0.0.1", 5),
    }


def view_of(request: Request, page: str) -> ViewJudged:
    """The occurrence that a clear view's report becomes."""
    return ViewJudged(
        SITE,
        page,
        Verdict.CLEAR,
        None,
        Ground.SCRIPT,
        agent=request.headers[b"user-agent"],
        language=request.headers[b"accept-language"],
    )


def view_of_readers(readers: Readers) -> ViewJudged:
    """The same, drawn."""
    headers = dict(line.partition(": ")[::2] for line in readers.headers().split("\r\n"))
    return ViewJudged(
        SITE,
        readers.page(),
        Verdict.CLEAR,
        None,
        Ground.SCRIPT,
        agent=headers["User-Agent"].encode(),
        language=headers["Accept-Language"].encode(),
    )
