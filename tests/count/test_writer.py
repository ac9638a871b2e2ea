"""The writer: answers after the commit, waits for nobody, outlives a store that is gone."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest

from adnotice import mode as modes
from adnotice.count.ingest import entries, queue, writer_thread
from adnotice.count.ingest.writer import Writer
from adnotice.count.model.tally import OTHER, Dimension, Metric, Period
from adnotice.count.settings import CountSettings
from adnotice.count.stores.protocol import Partial
from adnotice.mode import CurrentMode
from adnotice.vocabulary import (
    AdsAllowed,
    Counted,
    Ground,
    Kind,
    Mode,
    NoticeEvent,
    NoticeEventSeen,
    PageInjected,
    PageRefused,
    Quiet,
    Refusal,
    Unavailable,
    Verdict,
    ViewJudged,
)

pytestmark = pytest.mark.anyio

FIREFOX = b"Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"
GOOGLEBOT = b"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
EXPIRES = time.time() + 900

Make = Callable[..., Writer]


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> Any:
    """Apps run on both."""
    return request.param


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the store's file is going to be."""
    return tmp_path / "counts.db"


@pytest.fixture
async def make(file: Path) -> AsyncIterator[Make]:
    """Makes writers on this file, and closes them."""
    made: list[Writer] = []

    def one(mode: CurrentMode | None = None, **settings: Any) -> Writer:
        at_once = {"name_after_views": 1, **settings}  # who waits for a name is test_admission.py's
        writer = Writer(CountSettings(store_url=f"sqlite:///{file}", **at_once), mode=mode)
        made.append(writer)
        return writer

    yield one
    for writer in made:
        await writer.close()


def view(page: str = "/a", verdict: Verdict = Verdict.CLEAR, **more: Any) -> ViewJudged:
    """A view of a reader with Firefox."""
    kind = Kind.CONTENT if verdict is Verdict.BLOCKED else None
    usual = {"ground": Ground.SCRIPT, "agent": FIREFOX, "language": b"de-CH,de;q=0.9"}
    return ViewJudged("site", page, verdict, kind, **(usual | more))


async def counted(writer: Writer, dimension: Dimension = Dimension.ALL) -> dict[tuple[str, Metric], int]:
    """What the store has counted around now."""
    today = datetime.now(UTC).date()
    rows = await anyio.to_thread.run_sync(lambda: writer.store().counts("site", dimension, Period(today, today)))
    return {(value, metric): n for value, metric, n in rows}


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Waits until it is true."""
    with anyio.fail_after(seconds):
        while not true():
            await anyio.sleep(0.01)


async def test_a_report_is_answered_after_its_commit(make: Make, file: Path) -> None:
    assert await make().commit("1", EXPIRES, (view(),)) is Counted.NOW
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM adnotice_ids").fetchone() == (1,)


async def test_a_report_that_is_tried_again_counts_once(make: Make) -> None:
    writer = make()
    assert [await writer.commit("1", EXPIRES, (view(),)) for _ in range(3)] == [True, False, False]
    assert await counted(writer) == {("", Metric.CLEAR): 1}


async def test_reports_of_the_same_moment_share_commits(make: Make) -> None:
    writer = make(suspect_factor=0)
    async with anyio.create_task_group() as tasks:
        for number in range(300):
            tasks.start_soon(writer.commit, str(number), EXPIRES, (view(f"/{number % 7}"),))
    assert await counted(writer) == {("", Metric.CLEAR): 300}


async def test_a_view_is_counted_by_what_its_headers_say_in_few_words(make: Make) -> None:
    writer = make()
    judged = view(verdict=Verdict.BLOCKED, ground=Ground.STOPPED, quiet=Quiet.FIRST_PAGE)
    await writer.commit("1", EXPIRES, (judged,))
    blocked = Metric.BLOCKED_CONTENT
    assert await counted(writer, Dimension.BROWSER) == {("Firefox", blocked): 1}
    assert await counted(writer, Dimension.DEVICE) == {("desktop", blocked): 1}
    assert await counted(writer, Dimension.SYSTEM) == {("Linux", blocked): 1}
    assert await counted(writer, Dimension.LANGUAGE) == {("de", blocked): 1}
    assert await counted(writer, Dimension.GROUND) == {(Ground.STOPPED, blocked): 1}
    assert await counted(writer, Dimension.QUIET) == {("first-page", Metric.NOT_ASKED): 1}
    assert await counted(writer, Dimension.PAGE) == {("/a", blocked): 1}


async def test_a_process_that_begins_is_told_the_grounds_of_the_last_days(make: Make) -> None:
    before, after = make(), make()
    for number in range(3):
        await before.commit(f"{number}", time.time() + 600, (view(ground=Ground.SCRIPT),))
    await before.commit("3", time.time() + 600, (view(verdict=Verdict.UNKNOWN, ground=Ground.CONTROL),))
    assert after.grounds() == {}
    after.begin()
    await until(lambda: bool(after.grounds()))
    assert after.grounds() == {Ground.SCRIPT: 3, Ground.CONTROL: 1}


async def test_the_whole_funnel_is_counted(make: Make) -> None:
    writer = make()
    about = ("site", "/a")
    writer.record(PageInjected(*about))
    writer.record(PageInjected(*about, declined=True))
    writer.record(PageRefused("site", Refusal.CSP))
    await writer.commit(
        "1",
        EXPIRES,
        (view(verdict=Verdict.BLOCKED, asked=True), NoticeEventSeen(*about, NoticeEvent.SHOWN, FIREFOX, b"de", "b")),
    )
    await writer.commit("1:howto", EXPIRES, (NoticeEventSeen(*about, NoticeEvent.HOWTO, FIREFOX, b"de", "b"),))
    await writer.commit("1:allowed", EXPIRES, (AdsAllowed(*about, FIREFOX, b"de", "b"),))
    found = await counted(writer)
    assert found == {
        ("", metric): n
        for metric, n in {
            Metric.INJECTED: 2,
            Metric.DECLINED: 1,
            Metric.REFUSED: 1,
            Metric.BLOCKED_CONTENT: 1,
            Metric.ASKED: 1,
            Metric.SHOWN: 1,
            Metric.HOWTO: 1,
            Metric.ALLOWED: 1,
        }.items()
    }
    assert await counted(writer, Dimension.REFUSAL) == {("csp", Metric.REFUSED): 1}
    assert set(await counted(writer, Dimension.VARIANT)) == {
        ("b", metric) for metric in (Metric.SHOWN, Metric.HOWTO, Metric.ALLOWED)
    }


async def test_support_links_are_counted_by_label_and_a_robots_are_not(make: Make) -> None:
    writer = make()
    for number, (agent, label) in enumerate([(FIREFOX, "Subscribe"), (FIREFOX, ""), (GOOGLEBOT, "Subscribe")]):
        taken = NoticeEventSeen("site", "/a", NoticeEvent.SUPPORT_LINK, agent, b"de", label=label)
        await writer.commit(f"1:support-link:{number}", EXPIRES, (taken,))
    assert await counted(writer) == {("", Metric.SUPPORT_LINK): 2}
    assert await counted(writer, Dimension.SUPPORT) == {("Subscribe", Metric.SUPPORT_LINK): 1}


async def test_bots_are_kept_apart(make: Make) -> None:
    writer = make()
    await writer.commit(
        "1", EXPIRES, (view(agent=GOOGLEBOT), NoticeEventSeen("site", "/a", NoticeEvent.SHOWN, GOOGLEBOT))
    )
    await writer.commit("2", EXPIRES, (view(agent=b""),))
    assert await counted(writer) == {("", Metric.BOT): 2}
    assert await counted(writer, Dimension.BROWSER) == {}


async def test_nothing_is_opened_or_started_before_something_happens(make: Make, tmp_path: Path) -> None:
    threads = threading.active_count()
    make()
    assert threading.active_count() == threads
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 - a test may wait


async def test_pages_go_with_the_next_commit(make: Make) -> None:
    writer = make()
    for _ in range(5):
        writer.record(PageInjected("site", "/a"))
    await writer.commit("1", EXPIRES, (view(),))
    assert await counted(writer, Dimension.PAGE) == {("/a", Metric.INJECTED): 5, ("/a", Metric.CLEAR): 1}


async def test_pages_that_no_report_follows_are_written_after_a_while(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_thread, "FLUSH_SECONDS", 0.2)
    writer = make()
    writer.record(PageInjected("site", "/a"))
    await until(lambda: writer.state.last_commit_seconds is not None)
    assert await counted(writer) == {("", Metric.INJECTED): 1}
    await until(lambda: writer.state.waiting == 0)


async def test_pages_are_written_at_the_end(make: Make) -> None:
    writer = make()
    writer.record(PageInjected("site", "/a"))
    await writer.close()
    assert await counted(make()) == {("", Metric.INJECTED): 1}


async def test_a_closed_writer_begins_anew(make: Make) -> None:
    writer = make()
    for number in range(3):
        assert await writer.commit(str(number), EXPIRES, (view(),)) is Counted.NOW
        await writer.close()
    assert await counted(writer) == {("", Metric.CLEAR): 3}


async def test_memory_for_pages_is_bounded(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MAX_PAGES", 10)
    writer = make()
    for number in range(100):
        writer.record(PageInjected("site", f"/{number}"))
    await writer.commit("1", EXPIRES, (view("/0"),))
    found = await counted(writer, Dimension.PAGE)
    assert sum(n for (_, metric), n in found.items() if metric is Metric.INJECTED) == 100
    assert found[OTHER, Metric.INJECTED] >= 80


async def test_invented_pages_do_not_push_those_that_are_read_out_of_memory(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "MAX_PAGES", 40)
    writer = make()
    for number in range(5_000):
        writer.record(PageInjected("site", f"/invented/{number}"))
        if number % 10 == 0:
            writer.record(PageInjected("site", f"/read/{number % 30}"))
    await writer.commit("1", EXPIRES, (view("/0"),))
    found = await counted(writer, Dimension.PAGE)
    assert sum(n for (_, metric), n in found.items() if metric is Metric.INJECTED) == 5_500
    assert [found[f"/read/{number}", Metric.INJECTED] for number in (0, 10, 20)] == [167, 167, 166]


async def test_a_store_that_hangs_gives_unavailable_within_the_deadline_and_then_counts_again(
    make: Make, file: Path
) -> None:
    writer = make(store_deadline_seconds=1)
    await writer.commit("0", EXPIRES, (view(),))
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await writer.commit("1", EXPIRES, (view(),))
        assert 0.9 < time.monotonic() - began < 3
        await until(lambda: writer.state.failing_seconds > 1.1)
        began = time.monotonic()
        with pytest.raises(Unavailable, match="locked"):
            await writer.commit("1", EXPIRES, (view(),))
        assert time.monotonic() - began < 0.5, "a store known to be gone is not waited for"
    await until(lambda: writer.state.problem == "")
    assert await writer.commit("1", EXPIRES, (view(),)) is Counted.NOW
    found = await counted(writer)
    assert found["", Metric.CLEAR] == 2
    assert found["", Metric.TURNED_AWAY] == 2


async def test_a_store_that_can_not_be_opened_says_what_to_do(tmp_path: Path) -> None:
    writer = Writer(CountSettings(store_url=f"sqlite:///{tmp_path}/no/such/folder.db", store_deadline_seconds=0.3))
    writer.record(PageInjected("site", "/a"))
    with pytest.raises(Unavailable):
        await writer.commit("1", EXPIRES, (view(),))
    assert "there is no folder" in writer.state.problem
    await writer.close()


async def test_more_than_can_wait_is_refused_at_once(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MAX_WAITING", 0)
    with pytest.raises(Unavailable, match="more reports are waiting"):
        await make().commit("1", EXPIRES, (view(),))


async def test_one_occurrence_that_breaks_does_not_stop_the_writer(
    make: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(_: object) -> Any:
        raise ZeroDivisionError

    writer = make()
    with monkeypatch.context() as patched:
        patched.setattr(entries, "spread", breaks)
        with pytest.raises(Unavailable, match="ZeroDivisionError"):
            await writer.commit("1", EXPIRES, (view(),))
    assert await writer.commit("1", EXPIRES, (view(),)) is Counted.NOW
    assert "The writer failed" in caplog.text


async def test_entries_whose_shard_answered_are_answered_and_the_others_tried_again(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = make()
    store = writer.store()
    whole = store.commit
    attempts: list[list[str]] = []

    def half(batch: Any) -> list[bool]:
        attempts.append([entry.id for entry in batch.entries])
        if len(attempts) == 1:
            raise Partial("a shard is gone", [None for _ in batch.entries])
        return whole(batch)

    monkeypatch.setattr(store, "commit", half)
    assert await writer.commit("1", EXPIRES, (view(),)) is Counted.NOW
    assert attempts == [["1"], ["1"]]


async def test_housekeeping_that_fails_once_stops_nothing(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_thread, "LOOK_SECONDS", 0.05)
    writer = make(store_deadline_seconds=1)
    await writer.commit("1", EXPIRES, (view(),))
    store = writer.store()

    def fails(_: float) -> None:
        raise Unavailable("not now")

    with monkeypatch.context() as patched:
        patched.setattr(store, "tend", fails)
        await until(lambda: writer.state.failing_seconds > 1.1)
    await until(lambda: writer.state.problem == "")
    assert await writer.commit("2", EXPIRES, (view(),)) is Counted.NOW


async def test_the_mode_is_what_the_operator_last_said(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer looks by itself, whether or not anybody asks it for anything."""
    monkeypatch.setattr(writer_thread, "LOOK_SECONDS", 0.05)
    mode = CurrentMode(Mode.MEASURE)
    writer = make(mode)
    await anyio.to_thread.run_sync(lambda: writer.store().notes.put("mode", "ask"))
    await until(lambda: mode.fresh() is Mode.ASK)
    await anyio.to_thread.run_sync(lambda: writer.store().notes.remove("mode"))
    await until(lambda: mode.fresh() is Mode.MEASURE)


async def test_a_look_tells_what_the_store_says_now(make: Make) -> None:
    writer = make(CurrentMode(Mode.ASK))
    notes = writer.store().notes
    for said in (Mode.OFF, Mode.MEASURE, Mode.OFF):
        await anyio.to_thread.run_sync(notes.put, "mode", said)
        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(expect, writer, said)


async def expect(writer: Writer, mode: Mode | None) -> None:
    assert await writer.look() is mode


async def test_a_writer_that_is_closed_while_its_store_fails_leaves_no_thread(
    make: Make, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_thread, "CLOSE_SECONDS", 0.3)
    others = set(threading.enumerate())
    writer = make()
    await writer.commit("1", EXPIRES, (view(),))
    (thread,) = (each for each in set(threading.enumerate()) - others if each.name == "adnotice-writer")
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN EXCLUSIVE")
        writer.record(PageInjected("site", "/a"))
        await writer.close()
        other.rollback()
        await anyio.to_thread.run_sync(thread.join, 20)
    assert not thread.is_alive()


async def test_a_look_at_a_store_that_hangs_ends_within_a_second(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    writer = make(CurrentMode(Mode.ASK, lambda: clock[0]))
    notes = writer.store().notes
    assert await writer.look() is Mode.ASK
    going_on = threading.Event()

    def hang(_: str) -> str:
        going_on.wait(30)
        raise Unavailable("it never answered")

    with monkeypatch.context() as patched:
        patched.setattr(notes, "get", hang)
        clock[0] += modes.FRESH_SECONDS + 0.1
        began = time.monotonic()
        assert await writer.look() is None
        assert time.monotonic() - began < writer_thread.PATIENCE_SECONDS + 0.5
        going_on.set()
        await until(lambda: writer.state.problem == "it never answered")
        began = time.monotonic()
        assert await writer.look() is None, "and while it is known to fail, nobody waits for it"
        assert time.monotonic() - began < 0.1
    await until(lambda: writer.state.problem == "")
    assert await writer.look() is Mode.ASK


async def test_reports_beyond_what_pages_explain_are_suspect(make: Make) -> None:
    writer = make(suspect_allowance=40)
    for _ in range(20):
        writer.record(PageInjected("site", "/a"))
    await writer.commit("first", EXPIRES, (view(),))
    for number in range(300):
        await writer.commit(str(number), EXPIRES, (view(verdict=Verdict.BLOCKED),))
    found = await counted(writer)
    measured = found["", Metric.CLEAR] + found["", Metric.BLOCKED_CONTENT]
    assert measured <= 3 * 20 + 40
    assert measured >= 90, "what is explained is believed"
    assert measured + found["", Metric.SUSPECT_CONTENT] == 301
    assert sum((await counted(writer, Dimension.BROWSER)).values()) == measured


async def test_nothing_is_suspect_where_others_serve_our_pages(make: Make) -> None:
    writer = make(pages_cached=True)
    async with anyio.create_task_group() as tasks:
        for number in range(300):
            tasks.start_soon(writer.commit, str(number), EXPIRES, (view(),))
    assert await counted(writer) == {("", Metric.CLEAR): 300}


FORKING = """
import os, sys, time, asyncio
from adnotice.count.settings import CountSettings
from adnotice.count.ingest.writer import Writer
from adnotice.vocabulary import *
view = ViewJudged("site", "/a", Verdict.CLEAR, None, Ground.SCRIPT, agent=b"Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Firefox/153.0")
writer = Writer(CountSettings(store_url=sys.argv[1], store_deadline_seconds=30))
async def work(name):
    for number in range(20):
        assert await writer.commit(f"{name}{number}", time.time() + 900, (view,))
    writer.record(PageInjected("site", "/a"))
    await writer.close()
if sys.argv[2] == "used":
    asyncio.run(work("parent"))
    writer.record(PageInjected("site", "/parent"))
    asyncio.run(work("more"))
    writer.record(PageInjected("site", "/parent"))
    time.sleep(0.5)  # its thread is idle: no fork is safe while a thread is inside a C library
children = []
for child in range(3):
    pid = os.fork()
    if pid == 0:
        asyncio.run(work(f"child{child} "))
        os._exit(0)
    children.append(pid)
assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0, 0]
"""


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="no fork on this system")
@pytest.mark.parametrize(("parent", "views"), [("unused", 60), ("used", 100)])
async def test_each_forked_process_has_a_writer_of_its_own(make: Make, file: Path, parent: str, views: int) -> None:
    command = [sys.executable, "-c", FORKING, f"sqlite:///{file}", parent]
    await anyio.to_thread.run_sync(lambda: subprocess.run(command, check=True, timeout=60))
    found = await counted(make())
    assert found["", Metric.CLEAR] == views
    assert found["", Metric.INJECTED] >= 3
