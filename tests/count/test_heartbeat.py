"""Any process says within a minute which one does not reach the store; its absence is the alarm."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest

from adnotice.count.ingest import heartbeat, writer_thread
from adnotice.count.ingest.heartbeat import (
    BEAT_SECONDS,
    CHANGED_NOTE,
    FORGOTTEN_SECONDS,
    SILENT_SECONDS,
    Beat,
    Heartbeat,
    examine,
    name_machine,
)
from adnotice.count.ingest.writer import Writer
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.count.stores.protocol import Store
from adnotice.mode import CurrentMode
from adnotice.vocabulary import Mode, Unavailable
from tests.count.servers import wait_for

STORES = ("sqlite_url", "postgresql_url", "redis_url", "cluster_url")


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store of each kind."""
    opened = open_store(request.getfixturevalue(request.param))
    yield opened
    opened.close()


class Clock:
    """A wall clock that is set."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


def leave(store: Store, **said: Any) -> Beat:
    """A word of a process elsewhere."""
    beat = Beat(**{"at": time.time(), "machine": "elsewhere", "host": "web-2", "pid": 7, "mode": Mode.ASK, **said})
    store.check_in(f"{heartbeat.PREFIX}{beat.pid}", msgspec.json.encode(beat).decode(), beat.at + FORGOTTEN_SECONDS)
    return beat


def test_a_process_that_is_well_is_missed_by_nobody(store: Store) -> None:
    clock = Clock()
    mine = Heartbeat(CurrentMode(Mode.ASK), clock)
    for _ in range(3):
        mine.beat(store)
        clock.now += BEAT_SECONDS
        assert examine(store, clock.now).processes == ()
    (beat,) = heartbeat.read_beats(store, clock.now)
    assert (beat.pid, beat.mode, beat.said) == (os.getpid(), Mode.ASK, False)
    mine.stop(store)
    assert heartbeat.read_beats(store, clock.now) == []


def test_a_process_that_falls_silent_is_named_within_a_minute_and_forgotten_in_the_end(store: Store) -> None:
    beat = leave(store)
    assert BEAT_SECONDS + SILENT_SECONDS <= 60
    assert examine(store, beat.at + SILENT_SECONDS).processes == ()
    (said,) = examine(store, beat.at + SILENT_SECONDS + 1).processes
    assert said.startswith("process 7 on web-2 has not reached the store for 41 seconds")
    assert examine(store, beat.at + FORGOTTEN_SECONDS + 1).processes == ()


def test_a_process_that_fails_and_can_still_say_so_does(store: Store) -> None:
    clock = Clock()
    heartbeat = Heartbeat(CurrentMode(Mode.ASK), clock)
    heartbeat.feel(Unavailable("the disk is full"))
    heartbeat.beat(store)
    (said,) = examine(store, clock.now).processes
    assert said.endswith("could not count within the last minute: the disk is full")


def test_a_word_in_another_versions_terms_is_no_alarm(store: Store) -> None:
    store.notes.put(f"{heartbeat.PREFIX}1", '{"at": "noon"}')
    assert examine(store, time.time()).processes == ()


def test_here_a_process_that_ended_is_not_missed_and_one_that_is_stopped_is(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        sleeper.send_signal(signal.SIGSTOP)
        beat = leave(store, machine=name_machine(), pid=sleeper.pid)
        late = beat.at + SILENT_SECONDS + 5
        assert len(examine(store, late).processes) == 1
    finally:
        sleeper.kill()
        sleeper.wait()
    assert examine(store, late).processes == ()
    store.close()


Begin = Callable[[str], Writer]


@pytest.fixture
def begin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Begin]:
    """Begins a writer that looks, and leaves its word, fifty times a second. It ends before what the test has broken is whole
    again: else it would go on, and say so in another's log."""
    monkeypatch.setattr(writer_thread, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 0.02)
    begun: list[Writer] = []

    def begin_one(url: str) -> Writer:
        begun.append(Writer(CountSettings(store_url=url)))
        begun[-1].begin()
        return begun[-1]

    yield begin_one
    for writer in begun:
        anyio.run(writer.close)


def test_an_idle_process_asks_whether_the_store_takes(
    sqlite_url: str, begin: Begin, monkeypatch: pytest.MonkeyPatch, own_log: Callable[[], list[str]]
) -> None:
    """Reading goes on all the while; not even one report comes."""
    writer = begin(sqlite_url)
    wait_for(lambda: not writer.health().problem)
    store = writer.store()

    def takes_nothing(*_: object) -> None:
        raise Unavailable("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(store, "check_in", takes_nothing)
        wait_for(lambda: writer.health().problem == "no space left")
        time.sleep(0.5)
        assert writer.health().problem == "no space left", "that it can be read is no recovery"
    wait_for(lambda: not writer.health().problem)
    assert [message.partition(" after")[0] for message in own_log()] == [
        "Counting waits: no space left",
        "Counting goes on",
    ]


def test_a_commit_that_succeeds_is_no_recovery_of_a_store_that_takes_no_word(
    sqlite_url: str, begin: Begin, monkeypatch: pytest.MonkeyPatch, own_log: Callable[[], list[str]]
) -> None:
    """As where the table of notes alone is damaged: counting would go on and wait in turns, several times a second."""
    writer = begin(sqlite_url)
    wait_for(lambda: not writer.health().problem)
    store = writer.store()

    def takes_nothing(*_: object) -> None:
        raise Unavailable("page 7 is damaged")

    async def count() -> None:
        for n in range(20):
            with suppress(Unavailable):
                await writer.commit(f"id-{n}", time.time() + 60, ())
            await anyio.sleep(0.02)

    monkeypatch.setattr(store, "check_in", takes_nothing)
    wait_for(lambda: writer.state.problem is not None)
    anyio.run(count)
    assert own_log() == ["Counting waits: page 7 is damaged"]


def empty_sqlite(url: str) -> None:
    for side in ("", "-wal", "-shm"):
        Path(url.removeprefix("sqlite:///") + side).unlink(missing_ok=True)


def empty_postgresql(url: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        ours = "FROM pg_tables WHERE tablename LIKE 'adnotice%' AND schemaname = current_schema()"
        for (table,) in connection.execute(f"SELECT tablename {ours}".encode()).fetchall():
            connection.execute(f"DROP TABLE {table}".encode())


def empty_redis(url: str) -> None:
    import redis

    address, _, prefix = url.partition("?prefix=")
    with redis.Redis.from_url(address) as client:
        client.unlink(*client.scan_iter(f"{{{prefix}*", count=1000))


EMPTY: dict[str, Callable[[str], None]] = {
    "sqlite_url": empty_sqlite,
    "postgresql_url": empty_postgresql,
    "redis_url": empty_redis,
}


@pytest.mark.parametrize("kind", EMPTY)
def test_a_store_that_was_emptied_under_way_is_told(
    kind: str, begin: Begin, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    url = request.getfixturevalue(kind)
    writer = begin(url)
    wait_for(lambda: bool(heartbeat.read_beats(writer.store(), time.time())))
    assert writer.health().banner.find("another store") < 0
    EMPTY[kind](url)
    wait_for(lambda: "Until " in writer.health().banner and "another store" in writer.health().banner)
    wait_for(lambda: not writer.health().problem)
    assert any("went into another store" in record.message for record in caplog.records)
    assert writer.store().notes.get(CHANGED_NOTE)
