"""The store in an SQL database: SQLite or PostgreSQL, the same tables and the same statements."""

from __future__ import annotations

import hashlib
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache, partial, reduce
from operator import add
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    select,
    table,
    union_all,
)
from sqlalchemy.exc import SQLAlchemyError

from adnotice.count.model.calendar import Calendar, cover, months_before
from adnotice.count.model.caps import Caps
from adnotice.count.model.tally import (
    METRICS,
    VERDICTS,
    Batch,
    Count,
    Dimension,
    Grain,
    Metric,
    Period,
    Point,
    add_up,
)
from adnotice.count.settings import CountSettings
from adnotice.count.stores.protocol import MOST_VALUES, Health, MigrationPlan, NoStore, Tell, Unusable
from adnotice.count.stores.sql.compaction import Folding
from adnotice.count.stores.sql.dialect import Dialect, Id
from adnotice.count.stores.sql.file_lock import IMPATIENT_SECONDS
from adnotice.count.stores.sql.journal import write_line
from adnotice.count.stores.sql.migrations import MIGRATIONS, Migrations
from adnotice.count.stores.sql.naming import Naming
from adnotice.count.stores.sql.notes import SqlNotes
from adnotice.count.stores.sql.pruning import Pruning
from adnotice.count.stores.sql.schema import COLUMNS, SCHEMA, journal_name, meta, tallies
from adnotice.count.stores.sql.versions import Versions
from adnotice.vocabulary import Unavailable

FOLD_SECONDS: Final = 10.0
"""How long counts may stand in the journal before they are moved into the tallies; whoever reads moves them first."""

FOLD_CHARACTERS: Final = 500_000
"""So many are moved sooner: it takes twenty times as much memory to sum them."""

STARTS_A_QUERY: Final = 800

MakeSelect = Callable[[str], Select[Any]]
"""Makes a query for who names the journal: its last column says whether something stands there."""


class SqlStore:
    """A `Store` in an SQL database. Opens nothing before its first call; safe to use from several threads."""

    def __init__(
        self,
        dialect: Dialect,
        settings: CountSettings,
        *,
        create: bool = True,
        schema: int = SCHEMA,
        migrations: Migrations = MIGRATIONS,
        migrates: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._dialect = dialect
        self._settings = settings
        self._create = create
        self._errors: tuple[type[Exception], ...] = (SQLAlchemyError, OSError, *dialect.errors)
        self._calendar = Calendar(settings.timezone)
        caps = Caps(settings.max_pages)
        self._naming = Naming(dialect.mark, caps)
        self._migrates = migrates
        self._schema = schema
        self._journal = journal_name(schema)
        self._folding = Folding(dialect, caps, self._naming)
        self._versions = Versions(dialect, schema, migrations, self._folding)
        self._clock = clock
        self._lock = threading.RLock()
        self._ready = False
        self._broken: list[BaseException] = []
        self._newer = ""
        self._zone_kept = False
        self._folded = 0.0
        self._unfolded = 0
        self._add_line = f"INSERT INTO {self._journal} (body) VALUES ({dialect.mark})"  # noqa: S608 - our own name
        self._pruning = Pruning(dialect, self._calendar, settings)
        self._notes = SqlNotes(self.reading, self.writing, dialect.mark, clock)

    @property
    def notes(self) -> SqlNotes:
        """The operator's own state."""
        return self._notes

    def commit(self, batch: Batch) -> list[bool]:
        """See `Store`."""
        firsts: dict[Id, int] = {}
        for number, entry in enumerate(batch.entries):
            firsts.setdefault((int(entry.expires), digest(entry.id)), number)
        with self.writing() as cursor:
            if not self._zone_kept:
                self._keep_zone(cursor)
            before = self._dialect.remember(cursor, list(firsts)) if firsts else set()
            counted = {number for id_, number in firsts.items() if id_ not in before}
            counts = add_up(entry for number, entry in enumerate(batch.entries) if number in counted)
            if counts:
                views = self._settings.name_after_views if batch.from_readers else 1
                line = write_line(self._calendar.cut(batch.now), batch, counts, views)
                cursor.execute(self._add_line, (line,))
                self._unfolded += len(line)
        self._zone_kept = True
        return [number in counted for number in range(len(batch.entries))]

    def tend(self, now: float) -> None:
        """See `Store`."""
        if self._unfolded >= FOLD_CHARACTERS or time.monotonic() - self._folded >= FOLD_SECONDS:
            self._fold()
        self._pruning.step(self.writing, now)

    def sites(self) -> list[str]:
        """See `Store`."""
        return [site for site, _ in map(tuple, self._read(select_sites))]

    def counts(
        self,
        site: str,
        dimension: Dimension,
        period: Period,
        limit: int = MOST_VALUES,
        metrics: Sequence[Metric] = METRICS,
    ) -> list[Count]:
        """See `Store`."""
        return self._counts(site, (dimension,), period, limit, tuple(metrics))[dimension]

    def tables(self, site: str, dimensions: Sequence[Dimension], period: Period) -> dict[Dimension, list[Count]]:
        """See `Store`."""
        return self._counts(site, dimensions, period, MOST_VALUES * len(dimensions), METRICS)

    def points(
        self,
        site: str,
        grain: Grain,
        period: Period,
        dimension: Dimension = Dimension.ALL,
        value: str = "",
        metrics: Sequence[Metric] = METRICS,
    ) -> list[Point]:
        """See `Store`."""
        starts = self._calendar.starts(grain, period)
        wanted = select(tallies.c.start, *(tallies.c[COLUMNS[metric]] for metric in metrics)).where(
            tallies.c.site == site,
            tallies.c.dimension == str(dimension),
            tallies.c.grain == str(grain),
            tallies.c.value == value,
        )
        found: dict[str, Sequence[int]] = {}
        for first in range(0, len(starts), STARTS_A_QUERY):
            query = self._dialect.at(wanted, starts[first : first + STARTS_A_QUERY])
            rows = self._read(partial(and_whether_waiting, query))
            found.update((row[0], row[1:-1]) for row in rows)
        return [
            Point(start, metric, n)
            for start in starts
            if start in found
            for metric, n in zip(metrics, found[start], strict=True)
            if n
        ]

    def prune(self, now: float) -> int:
        """See `Store`."""
        self._settle()
        return self._pruning.whole(self.writing, now)

    def identity(self) -> str:
        """See `Store`."""
        query = select(meta.c.value).where(meta.c.name == "identity")
        with self.reading() as connection:
            found = connection.scalar(query)
            kept = connection.scalar(select(meta.c.value).where(meta.c.name == "schema"))
        if kept != str(self._schema):
            self._ready = False  # another version of adnotice has been here since: look again
        if found is None:
            mark = self._dialect.mark
            with self.writing() as cursor:
                cursor.execute(
                    f"INSERT INTO {meta.name} (name, value) VALUES ('identity', {mark}) ON CONFLICT DO NOTHING",  # noqa: S608 - our own names
                    (uuid.uuid4().hex,),
                )
            with self.reading() as connection:
                found = connection.scalar(query)
        return str(found)

    def check_in(self, name: str, value: str, expires: float) -> None:
        """See `Store`."""
        self._notes.put(name, value, expires)

    def health(self) -> Health:
        """See `Store`."""
        try:
            with self.reading() as connection:
                connection.execute(select(meta.c.value).limit(1)).all()
        except Unavailable as problem:
            return Health(self._dialect.shown, problem=str(problem), banner=self._dialect.banner())
        return Health(self._dialect.shown, problem=self._newer, banner=self._dialect.banner())

    def plan(self) -> MigrationPlan:
        """See `Store`."""
        with self._told():
            return self._versions.plan()

    def migrate(self, tell: Tell) -> None:
        """See `Store`."""
        with self._lock, self._told():
            self._dialect.prepare()
            self._versions.migrate(tell)
        self._ready = False

    def close(self) -> None:
        """See `Store`."""
        with self._lock:  # whatever writes has ended
            self._dialect.close()
            self._ready = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with. Turns what the driver raises into `Unavailable`."""
        with self._told():
            self._prepare()
            with self._dialect.engine.connect() as connection:
                yield connection

    @contextmanager
    def writing(self, *, patient: bool = True) -> Iterator[Any]:
        """A write transaction's cursor. Turns what the driver raises into `Unavailable`."""
        if not self._lock.acquire(timeout=self._settings.store_deadline_seconds if patient else IMPATIENT_SECONDS):
            raise Unavailable(f"the store {self._dialect.shown} is still busy with an earlier commit")
        try:
            with self._told():
                self._prepare()
                if self._newer:
                    self._ready = False  # it may be ours again by the next attempt
                    raise Unusable(self._newer)
                with self._dialect.write(patient=patient) as cursor:
                    yield cursor
        finally:
            self._lock.release()

    @contextmanager
    def changing(self) -> Iterator[Any]:
        """The same for a transaction that may take minutes."""
        with self._lock, self._told():
            self._prepare()
            with self._dialect.changing() as cursor:
                yield cursor

    @property
    def mark(self) -> str:
        """How the driver marks a parameter."""
        return self._dialect.mark

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except Unavailable:
            self._naming.forget()
            raise
        except self._errors as error:
            cause = getattr(error, "orig", None) or error
            self._naming.forget()
            self._broken.append(cause)
            self._ready = False
            why = self._dialect.explain(cause)
            said = str(cause).strip().partition("\n")[0] or type(cause).__name__
            failed = f"the store {self._dialect.shown} does not answer: {said}{why and f'. {why}'}"
            raise Unavailable(self._newer or failed) from error

    def _prepare(self) -> None:
        """Once after each opening: the tables are there, of our version, and cut in our time zone."""
        if self._ready:
            return
        with self._lock:
            self._open()

    def _open(self) -> None:
        if not self._ready:
            # Not where the error came up: what has to be closed may be what another thread writes through, and a
            # connection that is closed while a commit is under way takes the process down.
            while self._broken:
                self._dialect.recover(self._broken.pop(0))
            if not self._create and not self._dialect.exists():
                raise NoStore(f"there is no store of adnotice at {self._dialect.shown}")
            self._dialect.prepare()
            self._newer = self._versions.open(migrates=self._migrates)
            self._check_zone()
            self._ready = not self._broken  # another thread may have met something meanwhile

    def _check_zone(self) -> None:
        with self._dialect.engine.connect() as connection:
            kept = connection.scalar(select(meta.c.value).where(meta.c.name == "timezone"))
        if kept is not None and kept != self._calendar.timezone:
            raise Unusable(
                f"the counts in {self._dialect.shown} are cut in the time zone {kept}, got {self._calendar.timezone}. "
                f"Set timezone back to {kept}, or begin a new store"
            )
        self._zone_kept = kept is not None

    def _keep_zone(self, cursor: Any) -> None:
        """With the first count ever, the time zone is fixed."""
        mark = self._dialect.mark
        cursor.execute(
            f"INSERT INTO {meta.name} (name, value) VALUES ('timezone', {mark}) ON CONFLICT DO NOTHING",  # noqa: S608
            (self._calendar.timezone,),
        )
        cursor.execute(f"SELECT value FROM {meta.name} WHERE name = 'timezone'")  # noqa: S608
        if cursor.fetchone()[0] != self._calendar.timezone:
            self._ready = False
            raise Unusable(
                "another process has just begun this store with another timezone. Set the same one everywhere"
            )

    def _settle(self) -> None:
        """Moves what stands in the journal into the tallies, unless others are writing: then it is seconds old."""
        with self.reading() as connection:
            waiting = not self._newer and connection.scalar(select(waits_in(self._journal)))
        if waiting:
            with suppress(Unavailable):
                self._fold(patient=False)

    def _read(self, ask: MakeSelect, given: Mapping[str, Any] = {}) -> Sequence[Row[Any]]:
        """The rows that a query finds once the journal is settled; the last column says whether it was not. That is asked for with
        the rows: asking apart costs as much as most answers."""
        rows = self._read_once(ask, given)
        if rows and not rows[0][-1]:
            return rows
        self._settle()
        # Also where the journal turned out empty: another thread may have settled it in between.
        return self._read_once(ask, given)

    def _read_once(self, ask: MakeSelect, given: Mapping[str, Any]) -> Sequence[Row[Any]]:
        with self.reading() as connection:
            return connection.execute(ask("" if self._newer else self._journal), given).all()

    def _fold(self, *, patient: bool = True) -> None:
        more = True
        while more:
            with self.writing(patient=patient) as cursor:
                more = self._folding.step(cursor, self._journal)
        self._folded = time.monotonic()
        self._unfolded = 0

    def _counts(
        self, site: str, dimensions: Sequence[Dimension], period: Period, limit: int, metrics: tuple[Metric, ...]
    ) -> dict[Dimension, list[Count]]:
        oldest_day = months_before(self._calendar.today(self._clock()), self._settings.days_kept_months)
        pieces = cover(period, oldest_day)
        given: dict[str, Any] = {"site": site, "dimensions": [str(each) for each in dimensions], "most": limit}
        for number, piece in enumerate(pieces):
            given |= {f"grain{number}": str(piece.grain), f"first{number}": piece.first, f"last{number}": piece.last}
        found: dict[Dimension, list[Count]] = {each: [] for each in dimensions}
        for dimension, value, *sums, _ in map(tuple, self._read(partial(select_most, len(pieces), metrics), given)):
            counted = zip(metrics, sums, strict=True)
            found[Dimension(dimension)] += [Count(value, metric, n) for metric, n in counted if n]
        return found


def waits_in(journal: str) -> ColumnElement[bool]:
    """Whether something stands in this journal; without a name there is none."""
    return exists(select(1).select_from(table(journal))) if journal else false()


def and_whether_waiting(query: Select[Any], journal: str) -> Select[Any]:
    """The query, with what `_read` looks for in its last column."""
    return query.add_columns(waits_in(journal))


@lru_cache(maxsize=2)
def select_sites(journal: str) -> Select[Any]:
    """From one site to the next: DISTINCT would read every row."""
    least = select(func.min(tallies.c.site).label("site"))
    found = least.cte("found", recursive=True)
    following = least.where(tallies.c.site > found.c.site).correlate(found).scalar_subquery()
    found = found.union_all(select(following).where(found.c.site.is_not(None)))
    return select(found.c.site, waits_in(journal)).where(found.c.site.is_not(None)).order_by(found.c.site)


@lru_cache(maxsize=64)
def select_most(pieces: int, metrics: tuple[Metric, ...], journal: str) -> Select[Any]:
    """The values with the most measured page views, or where there are none counts, in so many ranges of buckets of some
    dimensions. Made once: making it costs more than most answers."""
    names = [COLUMNS[metric] for metric in metrics]
    measured = [COLUMNS[metric] for metric in metrics if metric in VERDICTS]
    ranges = union_all(
        *(
            select(tallies.c.dimension, tallies.c.value, *(tallies.c[name] for name in names)).where(
                tallies.c.site == bindparam("site"),
                tallies.c.dimension.in_(bindparam("dimensions", expanding=True)),
                tallies.c.grain == bindparam(f"grain{number}"),
                tallies.c.start.between(bindparam(f"first{number}"), bindparam(f"last{number}")),
            )
            for number in range(pieces)
        )
    ).subquery()
    key = (ranges.c.dimension, ranges.c.value)
    sums = [cast(func.sum(ranges.c[name]), BigInteger).label(name) for name in names]  # PostgreSQL sums to decimals
    views, all_counts = (
        reduce(add, (func.sum(ranges.c[name]) for name in each), literal(0)) for each in (measured, names)
    )
    # Which of two with as many views comes first must not depend on what else is asked for.
    orders = (views.desc(), case((views > 0, 0), else_=all_counts).desc(), ranges.c.value)
    most = bindparam("most", type_=Integer)
    return select(*key, *sums, waits_in(journal)).group_by(*key).order_by(*orders).limit(most)


def digest(name: str) -> bytes:
    """16 bytes for an id of any length; a view's id is 16 bytes already, written as hex digits."""
    if len(name) == 32:
        with suppress(ValueError):
            read = bytes.fromhex(name)
            if read.hex() == name:
                return read
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).digest()
