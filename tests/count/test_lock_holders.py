"""A process that is stopped while it holds the file: commands give up in time and name it, other processes refuse and say so."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from adnotice.cli import main
from adnotice.count.model.tally import Batch, Dimension, Entry, Key, Metric
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.count.stores.protocol import Store
from adnotice.count.stores.sql.file_lock import FileLock
from adnotice.vocabulary import Unavailable
from tests.count.servers import wait_for
from tests.support.lock_holder import FOREIGN, OURS, holding

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux says in /proc/locks who holds a file")


def write(store: Store) -> None:
    now = time.time()
    store.commit(Batch(now, (Entry("view", now + 60, (Key("news", Dimension.ALL, "", Metric.CLEAR),)),)))


@pytest.mark.parametrize("code", [OURS, FOREIGN], ids=["a worker", "a shell"])
@pytest.mark.parametrize("command", [["mode", "off", "--no-wait"], ["prune"]], ids=" ".join)
def test_a_command_gives_up_within_ten_seconds_and_names_who_holds_the_file(
    command: list[str],
    code: str,
    sqlite_url: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [name for name in os.environ if name.startswith("ADNOTICE_")]:
        monkeypatch.delenv(name)
    open_store(sqlite_url).sites()
    with holding(code, sqlite_url) as pid:
        began = time.monotonic()
        assert main([*command, "--store", sqlite_url]) == 1
        assert time.monotonic() - began < 10
    said = capsys.readouterr().err
    assert f"process {pid} ({sys.executable} -c" in said
    assert "which is stopped): wake it, or end it" in said


@pytest.mark.parametrize("code", [OURS, FOREIGN], ids=["a worker", "a shell"])
def test_other_processes_refuse_in_time_and_say_why_until_it_goes_on(code: str, sqlite_url: str) -> None:
    store = open_store(sqlite_url, CountSettings(store_url=sqlite_url, store_deadline_seconds=0.5))
    write(store)
    assert store.sites() == ["news"]
    threads = threading.active_count()
    with holding(code, sqlite_url) as pid:
        for _ in range(4):
            began = time.monotonic()
            with pytest.raises(Unavailable, match=f"process {pid} "):
                write(store)
            assert time.monotonic() - began < 2
        assert store.sites() == ["news"], "what was counted can be read meanwhile"
        assert threading.active_count() <= threads + 1, "who gave up left one to wait, not one a time"
    write(store)
    wait_for(lambda: threading.active_count() == threads)
    store.close()


def test_a_turn_that_comes_when_nobody_wants_it_any_more_is_passed_on(tmp_path: Path) -> None:
    waiting, other = FileLock(tmp_path / "lock", 0.05), FileLock(tmp_path / "lock", 5)
    for _ in range(20):
        with other.take(), pytest.raises(Unavailable), waiting.take():
            raise AssertionError
        with other.take():
            pass
        with waiting.take():
            pass
