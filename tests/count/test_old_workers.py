"""A worker of 54edcfd beside one of today, on one store, while it is migrated: nothing is lost, nothing counts twice."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy
from packaging.version import Version

from adnotice.count.model.tally import Dimension
from tests.count.old_stores import old_code
from tests.count.reporting import Readers, Site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

STORES = ("sqlite_url", "postgresql_url", "redis_url", "cluster_url")


def old_site(url: str, log: Path) -> Site:
    """A site whose code is that of 54edcfd, which on databases needs a newer SQLAlchemy than today's does."""
    if not url.startswith("redis") and Version(sqlalchemy.__version__) < Version("2.1"):
        pytest.skip(f"54edcfd writes its tables with SQLAlchemy 2.1, here is {sqlalchemy.__version__}")
    code = str(old_code())
    return Site(url, log, environment={"PYTHONPATH": code}, folder=Path(code))


def side_by_side(url: str, folder: Path, seconds: float) -> Readers:
    """An old worker counts, a new one joins it, the store is migrated, and the old one is killed at last."""
    old, new = old_site(url, folder / "old.log"), Site(url, folder / "new.log")
    readers = Readers(old, beside=(new,))
    with old.running(), readers.reading():
        _until(lambda: readers.taken[old.port] > 50)
        with new.running():
            if not url.startswith("sqlite"):
                time.sleep(seconds / 10)
                migrate(url)
            before = readers.taken[new.port]
            _until(lambda: readers.taken[new.port] > before + 50)
            time.sleep(seconds)
            old.kill()
            before = readers.acknowledged
            _until(lambda: readers.acknowledged > before + 50)
            readers.stop()
            assert readers.problems == []
            waited = "Run: adnotice migrate" in (folder / "new.log").read_text()
            assert waited is not url.startswith("sqlite"), "who must migrate is told, in one line"
            assert new.views() == readers.acknowledged
            assert sum(each.n for each in new.counts(Dimension.GROUND)) == readers.acknowledged
            assert sum(each.n for each in new.counts(Dimension.PAGE) if each.metric == "clear") == readers.acknowledged
    return readers


def migrate(url: str) -> None:
    """As the operator does."""
    command = [sys.executable, "-m", "adnotice.cli", "migrate", "--yes", "--store", url]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "done after" in done.stdout


def _until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


@pytest.mark.parametrize("fixture", STORES)
def test_an_old_worker_beside_a_new_one_loses_nothing_and_doubles_nothing(
    request: pytest.FixtureRequest, tmp_path: Path, fixture: str
) -> None:
    readers = side_by_side(request.getfixturevalue(fixture), tmp_path, 3)
    check(readers, fixture)


@pytest.mark.endurance
@pytest.mark.parametrize("fixture", STORES)
def test_an_old_worker_beside_a_new_one_for_half_a_minute(
    request: pytest.FixtureRequest, tmp_path: Path, fixture: str
) -> None:
    readers = side_by_side(request.getfixturevalue(fixture), tmp_path, 30)
    check(readers, fixture)
    old, new = readers.taken.values()
    print(  # noqa: T201 - the figure is what is asked for
        f"{fixture}: {readers.acknowledged} acknowledged ({old} by the old worker, {new} by the new one), "
        f"{readers.statuses[503]} answered 503 and sent again, 0 lost, 0 twice"
    )


def check(readers: Readers, fixture: str) -> None:
    """An old worker on a database ends with a sentence; one on Redis goes on, and what it counts is found."""
    said = "".join(text for port, text in readers.refusals if port == readers.site.port)
    assert ("knows up to 1. Upgrade adnotice" in said) == (fixture in ("sqlite_url", "postgresql_url"))
