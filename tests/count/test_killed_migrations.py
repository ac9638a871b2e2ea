"""kill -9 while a store of 54edcfd is migrated, at any moment: whoever comes next finishes it, and all totals are equal."""

from __future__ import annotations

import multiprocessing
import random
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from tests.count.old_stores import OldStore, check, open_at, put_old
from tests.support.programs import FORKS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


STORES = ("sqlite", "postgresql", "redis", "shards")


def migrate_and_say(url: str, said: Connection) -> None:
    """What a process does that is going to be killed."""
    store = open_at(url)
    store.plan()
    said.send("begun")
    store.migrate(lambda _: None)
    said.send("done")


class Migration:
    """The migration of a store in a process of its own, from the moment at which it begins."""

    def __init__(self, old: OldStore) -> None:
        self._said, its_end = multiprocessing.Pipe(duplex=False)
        self._process = FORKS.Process(target=migrate_and_say, args=(old.url, its_end))
        self._process.start()
        its_end.close()
        assert self._said.recv() == "begun"

    def wait(self) -> float:
        """How long it takes here and now, in seconds."""
        began = time.monotonic()
        assert self._said.recv() == "done"
        took = time.monotonic() - began
        self._process.join()
        return took

    def kill(self) -> bool:
        """kill -9; returns whether it was still on its way."""
        self._process.kill()
        self._process.join()
        try:
            return self._said.recv() != "done"
        except EOFError:
            return True


def kill_often(old: OldStore, times: int) -> int:
    """Begins to migrate the store so often, kills that, and finishes it; returns how often it was killed on its way."""
    mixed = random.Random()  # noqa: S311 - moments, not secrets
    takes = Migration(old).wait()
    killed = 0
    for _ in range(times):
        old.put()
        migration = Migration(old)
        time.sleep(mixed.uniform(0, takes))
        killed += migration.kill()
        store = open_at(old.url)
        store.migrate(lambda _: None)
        check(old, store, months=False)
        store.close()
    return killed


@pytest.mark.parametrize("name", STORES)
def test_kill_9_at_any_moment_of_a_migration_loses_and_doubles_nothing(
    request: pytest.FixtureRequest, tmp_path: Path, name: str
) -> None:
    kill_often(put_old(name, request, tmp_path), 6)


@pytest.mark.endurance
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", [*STORES, "cluster"])
def test_kill_9_at_forty_moments_of_a_migration(request: pytest.FixtureRequest, tmp_path: Path, name: str) -> None:
    killed = kill_often(put_old(name, request, tmp_path), 40)
    print(f"{name}: killed {killed} times on its way, {40 - killed} times after it; all totals equal")  # noqa: T201
    assert killed >= 20
