"""Real servers, killed at any moment, and many of them on one file: nothing lost, nothing twice."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.count.reporting import Readers, Site
from tests.support.killing import kill_often

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_kill_9_loses_and_doubles_no_acknowledged_report(tmp_path: Path) -> None:
    site = Site(f"sqlite:///{tmp_path / 'counts.db'}", tmp_path / "log")
    readers = kill_often(site, 10)
    assert readers.counted <= readers.acknowledged
    assert check_file(tmp_path / "counts.db") == "ok"


@pytest.mark.parametrize("fixture", ["postgresql_url", "redis_url"])
def test_kill_9_of_the_site_on_a_server_store_loses_and_doubles_nothing(
    request: pytest.FixtureRequest, tmp_path: Path, fixture: str
) -> None:
    kill_often(Site(request.getfixturevalue(fixture), tmp_path / "log"), 4)


def many_workers(folder: Path, seconds: float) -> Readers:
    """Eight workers on one file under load."""
    site = Site(f"sqlite:///{folder / 'counts.db'}", folder / "log", workers=8)
    readers = Readers(site, threads=16)
    with site.running():
        with readers.reading():
            time.sleep(seconds)
        assert (folder / "counts.db-wal").stat().st_size <= 32 * 1024 * 1024
        assert readers.problems == []
        assert site.views() == readers.acknowledged == readers.counted
    return readers


def test_eight_workers_share_one_file(tmp_path: Path) -> None:
    readers = many_workers(tmp_path, 20)
    assert set(readers.statuses) == {204}, "nobody was turned away"
    assert "locked" not in (tmp_path / "log").read_text()


def check_file(file: Path) -> str:
    """What SQLite's own check says."""
    with closing(sqlite3.connect(file)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


def test_pages_are_served_while_the_store_is_gone_and_reports_count_once_afterwards(tmp_path: Path) -> None:
    file = tmp_path / "counts.db"
    site = Site(f"sqlite:///{file}", tmp_path / "log", environment={"TEST_DEADLINE": "1"})
    readers = Readers(site, threads=4)
    with site.running(), closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as other:
        with readers.reading():
            _until(lambda: readers.acknowledged > 20)
            other.execute("BEGIN IMMEDIATE")  # hangs whoever writes
            end = time.monotonic() + 6
            pages = 0
            while time.monotonic() < end:
                status, body = site.page()
                assert status == 200
                assert b"client.js" in body
                pages += 1
            other.execute("ROLLBACK")
            _until(lambda: readers.statuses[503] > 0)
            before = readers.acknowledged
            _until(lambda: readers.acknowledged > before + 20)
        assert readers.problems == []
        assert pages > 50
        assert site.views() == readers.acknowledged


def _until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


@pytest.mark.endurance
@pytest.mark.timeout(3600)
def test_kill_9_forty_times(tmp_path: Path) -> None:
    site = Site(f"sqlite:///{tmp_path / 'counts.db'}", tmp_path / "log")
    readers = kill_often(site, 40)
    print(f"{readers.acknowledged} acknowledged, 0 lost, 0 twice")  # noqa: T201 - the figure is what is asked for
    assert check_file(tmp_path / "counts.db") == "ok"


@pytest.mark.endurance
@pytest.mark.timeout(3600)
def test_eight_workers_share_one_file_for_ten_minutes(tmp_path: Path) -> None:
    readers = many_workers(tmp_path, 600)
    assert set(readers.statuses) == {204}
    print(f"{readers.acknowledged} acknowledged by 8 workers")  # noqa: T201


@pytest.mark.endurance
@pytest.mark.timeout(7200)
def test_memory_does_not_grow(tmp_path: Path) -> None:
    site = Site(f"sqlite:///{tmp_path / 'counts.db'}", tmp_path / "log")
    readers = Readers(site)
    with site.running(), readers.reading():
        assert site.process is not None
        time.sleep(300)
        samples = []
        for minute in range(30):
            samples.append((minute, _resident_kib(site.process.pid)))
            time.sleep(60)
    slope = _slope(samples) * 60 / 1024
    print(f"{slope:.2f} MiB an hour over {readers.acknowledged} reports")  # noqa: T201
    assert slope <= 1.0


def _resident_kib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return float(status.partition("VmRSS:")[2].split()[0])


def _slope(samples: list[tuple[int, float]]) -> float:
    n = len(samples)
    mean_x, mean_y = sum(x for x, _ in samples) / n, sum(y for _, y in samples) / n
    return sum((x - mean_x) * (y - mean_y) for x, y in samples) / sum((x - mean_x) ** 2 for x, _ in samples)
