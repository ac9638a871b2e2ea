"""Every store against a plain Counter, through whatever order of events hypothesis finds."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from adnotice.count.model.tally import Batch, Dimension, Entry, Grain, Key, Metric, Period
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.count.stores.protocol import Store
from adnotice.count.stores.sql.schema import SCHEMA
from adnotice.count.stores.sql.store import SqlStore
from adnotice.vocabulary import Unavailable
from tests.count.conftest import POSTGRESQL, REDIS

BEGIN = datetime(2026, 11, 18, 12, tzinfo=UTC).timestamp()
LIFETIME = 900.0
ALL_TIME = Period(date(2026, 1, 1), date(2026, 12, 31))

pages = st.sampled_from(["/", "/a", "/b", "/c"])
metrics = st.sampled_from([Metric.CLEAR, Metric.BLOCKED_CONTENT, Metric.ASKED, Metric.ALLOWED])


class StoreMachine(RuleBasedStateMachine):
    """Reports arrive, are tried again, commits fail before or after, processes die and come back, clocks jump."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        self.made = 0
        self.schema = SCHEMA
        self.reports: dict[str, Entry] = {}
        self.everything: dict[str, Entry] = {}
        self.acknowledged: Counter[str] = Counter()
        self.unknown: set[str] = set()
        self.waiting: list[Entry] = []
        self.dead: list[Store] = []
        self.stack = contextlib.ExitStack()
        self.url = self.stack.enter_context(self.place())
        self.store = self.open()

    def place(self) -> contextlib.AbstractContextManager[str]:
        """An empty store's URL."""
        raise NotImplementedError

    def open(self) -> Store:
        """What a new process would open."""
        settings_ = CountSettings(store_url=self.url)
        store = open_store(self.url, settings_)
        if isinstance(store, SqlStore) and self.schema > SCHEMA:
            migrations = {SCHEMA + n: _grow(n) for n in range(1, self.schema - SCHEMA + 1)}
            return SqlStore(store._dialect, settings_, schema=self.schema, migrations=migrations)
        return store

    def teardown(self) -> None:
        """The last look; leaves nothing."""
        try:
            if self.waiting:
                self.commit()
            self.look()
        finally:
            for store in (self.store, *self.dead):
                store.close()
            self.stack.close()

    @initialize()
    def begin(self) -> None:
        """The first process looks before anything was counted."""
        assert self.store.sites() == []

    @rule(page=pages, metric=metrics, n=st.integers(1, 3))
    def add(self, page: str, metric: Metric, n: int) -> None:
        """A report arrives."""
        self.made += 1
        keys = (Key("site", Dimension.ALL, "", metric), Key("site", Dimension.PAGE, page, metric))
        report = Entry(f"{self.made:032x}", self.now + LIFETIME, keys, {Key("site", Dimension.BROWSER, "x", metric): n})
        self.reports[report.id] = self.everything[report.id] = report
        self.waiting.append(report)

    @precondition(lambda self: self.reports)
    @rule(data=st.data())
    def try_again(self, data: st.DataObject) -> None:
        """A browser sends a report once more that it has sent before, within its lifetime."""
        report = self.reports[data.draw(st.sampled_from(sorted(self.reports)))]
        if report.expires > self.now:
            self.waiting.append(report)

    @rule()
    def commit(self) -> None:
        """What waits is committed."""
        fates = self.store.commit(Batch(self.now, tuple(self.waiting)))
        assert len(fates) == len(self.waiting)
        for report, counted in zip(self.waiting, fates, strict=True):
            if counted:
                assert report.id not in self.acknowledged, "counted twice"
                self.acknowledged[report.id] = 1
            else:
                assert report.id in self.acknowledged or report.id in self.unknown, "lost"
                self.acknowledged[report.id] = 1
            self.unknown.discard(report.id)
        self.waiting.clear()

    @precondition(lambda self: isinstance(self.store, SqlStore) and self.waiting)
    @rule(after=st.booleans())
    def fail(self, after: bool) -> None:
        """The connection breaks just before or just after COMMIT: nobody knows which."""
        assert isinstance(self.store, SqlStore)
        place = self.store._dialect
        whole = place.write

        @contextlib.contextmanager
        def broken(**options: Any) -> Iterator[Any]:
            with whole(**options) as cursor:
                yield cursor
                if not after:
                    raise sqlite3.OperationalError("broken before COMMIT")
            raise sqlite3.OperationalError("broken after COMMIT")

        self.store.sites()  # opened and folded before, so that the commit itself is what breaks
        self.store._errors = (*self.store._errors, sqlite3.Error)
        place.write = broken  # type: ignore[method-assign]
        with contextlib.suppress(Unavailable):
            self.store.commit(Batch(self.now, tuple(self.waiting)))
        place.write = whole  # type: ignore[method-assign]
        self.unknown |= {report.id for report in self.waiting} - set(self.acknowledged)

    @rule()
    def crash(self) -> None:
        """The process dies with what waits in memory; another one begins, and browsers try again."""
        self.dead.append(self.store)
        self.store = self.open()

    @rule()
    def restart(self) -> None:
        """The process ends in order and begins anew."""
        self.store.close()
        self.store = self.open()

    @rule(seconds=st.sampled_from([1, 600, 3_600, 86_400, -1, -60, -3_600, -86_400]))
    def jump(self, seconds: int) -> None:
        """The clock goes on, or is set; reports that expired meanwhile are refused before they get here."""
        if self.unknown:
            self.commit()
        self.now += seconds
        self.waiting = [report for report in self.waiting if report.expires > self.now]
        if seconds < 0:  # what had expired and may have been forgotten is not sent again
            self.reports = {}
            self.waiting = []

    @rule()
    def prune(self) -> None:
        """What is past its time goes."""
        self.store.prune(self.now)

    @rule()
    def tend(self) -> None:
        """Housekeeping."""
        self.store.tend(self.now)

    @precondition(lambda self: self.schema < SCHEMA + 3)
    @rule()
    def migrate(self) -> None:
        """A new version of the program begins, after the operator's command."""
        self.schema += 1
        self.store.close()
        self.store = self.open()
        self.store.migrate(lambda _: None)

    @rule()
    def look(self) -> None:
        """The store has what was acknowledged, and of what is unknown some."""
        if self.unknown:
            return
        expected: Counter[tuple[Dimension, str, Metric]] = Counter()
        for name in self.acknowledged:
            report = self.everything[name]
            expected.update((key.dimension, key.value, key.metric) for key in report.keys)
            for key, n in report.deltas.items():
                expected[key.dimension, key.value, key.metric] += n
        found = {
            (dimension, count.value, count.metric): count.n
            for dimension in (Dimension.ALL, Dimension.PAGE, Dimension.BROWSER)
            for count in self.store.counts("site", dimension, ALL_TIME)
        }
        assert found == dict(expected)
        by_month = self.store.points("site", Grain.MONTH, ALL_TIME)
        assert sum(point.n for point in by_month) == sum(n for key, n in expected.items() if key[0] is Dimension.ALL)


def _grow(number: int) -> Callable[[Any], None]:
    def migration(cursor: Any) -> None:
        cursor.execute(f"ALTER TABLE adnotice_tallies ADD COLUMN extra_{number} BIGINT NOT NULL DEFAULT 0")

    return migration


class SqliteMachine(StoreMachine):
    """On a file."""

    @contextlib.contextmanager
    def place(self) -> Iterator[str]:
        """See above."""
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'counts.db'}"


class PostgresqlMachine(StoreMachine):
    """In a schema."""

    @contextlib.contextmanager
    def place(self) -> Iterator[str]:
        """See above."""
        import psycopg

        with psycopg.connect(POSTGRESQL, autocommit=True) as connection:
            schema = f"test_{uuid.uuid4().hex[:12]}"
            connection.execute(f"CREATE SCHEMA {schema}")
            yield f"{POSTGRESQL}?options=-csearch_path%3D{schema}"
            connection.execute(f"DROP SCHEMA {schema} CASCADE")


class RedisMachine(StoreMachine):
    """Under a prefix. Its connections break in test_redis.py."""

    @contextlib.contextmanager
    def place(self) -> Iterator[str]:
        """See above."""
        import redis

        prefix = f"test-{uuid.uuid4().hex[:12]}"
        yield f"redis://{REDIS[0]}:{REDIS[1]}?prefix={prefix}"
        with redis.Redis(*REDIS) as client:
            if keys := list(client.scan_iter(f"{{{prefix}*", count=1000)):
                client.unlink(*keys)


MACHINES = {"sqlite_url": SqliteMachine, "postgresql_url": PostgresqlMachine, "redis_url": RedisMachine}


def run(request: pytest.FixtureRequest, fixture: str, examples: int, steps: int) -> None:
    """Runs the machine, once the fixture has found that there is such a store."""
    request.getfixturevalue(fixture)
    case = MACHINES[fixture].TestCase
    case.settings = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(
            Phase.explicit,
            Phase.reuse,
            Phase.generate,
        ),  # a server is too slow to shrink on: the steps are printed
    )
    case("runTest").runTest()


@pytest.mark.slow
@pytest.mark.parametrize("fixture", MACHINES)
def test_a_store_counts_like_a_counter(request: pytest.FixtureRequest, fixture: str) -> None:
    run(request, fixture, 8, 30)


@pytest.mark.endurance
@pytest.mark.parametrize("fixture", MACHINES)
def test_a_store_counts_like_a_counter_for_long(request: pytest.FixtureRequest, fixture: str) -> None:
    run(request, fixture, 500, 50)
