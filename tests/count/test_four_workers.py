"""With four workers any of them says within a minute that counting fails, whichever can't count, and though nobody reports."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import SECRET
from tests.count.breakages import Sqlite
from tests.count.servers import free_port, wait_for

pytestmark = [pytest.mark.endurance, pytest.mark.timeout(400)]

TOKEN = "a-token-of-at-least-32-characters-for-metrics"
WORKERS = 4
PATIENT = ("--timeout-worker-healthcheck", "600")
"""Otherwise uvicorn replaces a worker that is stopped within five seconds, and then nothing is wrong."""


@contextlib.contextmanager
def serving(store_url: str, log: Path) -> Iterator[tuple[str, Callable[[], list[int]]]]:
    """adnotice on its own in four workers; gives its address, and what tells the workers' numbers."""
    port = free_port()
    environment = {
        **os.environ,
        "ADNOTICE_SECRET_KEY": SECRET,
        "ADNOTICE_STORE_URL": store_url,
        "ADNOTICE_METRICS_TOKEN": TOKEN,
    }
    command = [sys.executable, "-m", "uvicorn", "--factory", "adnotice.serve:create_app"]
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*command, "--workers", str(WORKERS), "--port", str(port), *PATIENT],
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )

    def workers() -> list[int]:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        commands = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in children}
        return [child for child, text in commands.items() if b"spawn_main" in text]

    try:
        wait_for(lambda: log.read_text().count("Application startup complete") == WORKERS, 120)
        yield f"http://127.0.0.1:{port}", workers
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def says(url: str) -> str:
    """What one of the workers says; a new connection, so that any may take it."""
    answer = httpx.get(f"{url}/_adnotice/metrics", headers={"authorization": f"Bearer {TOKEN}"}, timeout=30)
    return answer.text.rpartition("adnotice_store_up ")[2].partition(".")[0]


def everyone_says(url: str, wanted: str, seconds: float) -> None:
    """Waits until 40 answers in a row agree; fails when that takes longer."""
    began, agreed = time.monotonic(), 0
    while agreed < 40:
        agreed = agreed + 1 if says(url) == wanted else 0
        assert time.monotonic() - began < seconds, f"not all workers say {wanted} after {seconds} seconds"


def test_a_full_disk(tmp_path: Path) -> None:
    store = Sqlite(tmp_path)
    try:
        with serving(store.url, tmp_path / "log") as (url, _):
            everyone_says(url, "1", 60)
            mend = store.full()
            everyone_says(url, "0", 60)
            mend()
            everyone_says(url, "1", 120)  # what failed is remembered for a minute
    finally:
        store.close()


def test_one_worker_that_is_stopped(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path / "log") as (url, workers):
        everyone_says(url, "1", 60)
        stopped = workers()[0]
        os.kill(stopped, signal.SIGSTOP)
        everyone_says(url, "0", 60)
        os.kill(stopped, signal.SIGCONT)
        everyone_says(url, "1", 120)
