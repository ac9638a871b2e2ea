"""A PostgreSQL database, asked through psycopg with a deadline on every answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any, Final

import msgspec
from sqlalchemy import ARRAY, Connection, Select, Text, cast, create_engine, func, inspect, select, true

from adnotice.count.stores.protocol import PG_DUMP, Unusable
from adnotice.count.stores.sql.dialect import Rows
from adnotice.count.stores.sql.pool import ClosingPool
from adnotice.count.stores.sql.schema import KEYS, adding, meta, tallies
from adnotice.vocabulary import Unavailable

try:
    import psycopg
    from psycopg.abc import RV, PQGen
    from psycopg.conninfo import conninfo_to_dict
except ImportError as missing:
    raise Unusable(
        "postgresql:// needs the driver psycopg. Install it with: pip install 'adnotice[postgresql]'"
    ) from missing

FOLDING: Final = 0x41444E43
"""Names the advisory lock of whoever moves the journal into the tallies, or migrates."""

NO_OPTIONS: Final = "unsupported startup parameter"
"""How PgBouncer refuses the `options` that our limits are in; https://www.pgbouncer.org/config.html#ignore_startup_parameters"""

LOOK_SECONDS: Final = 0.1
FOREVER_SECONDS: Final = 7 * 86_400.0


class PatientConnection(psycopg.Connection[tuple[Any, ...]]):
    """A connection whose every wait ends: a server that hangs never answers, and never refuses either."""

    deadline_seconds: float = 5.0
    begin: str = "BEGIN"
    """What begins a transaction."""

    def wait(self, gen: PQGen[RV], interval: float = LOOK_SECONDS, timeout: float | None = None) -> RV:
        """Waits as psycopg does, but not beyond the deadline."""
        return super().wait(gen, interval, self.deadline_seconds if timeout is None else timeout)

    def __del__(self, *given: Any) -> None:
        # SQLAlchemy drops a connection that breaks while it is being set up, and psycopg minds that it was not closed.
        with suppress(Exception):
            self.close()


class PostgresDialect:
    """Where a `SqlStore` keeps its tables: the schema that the URL's search_path leads to."""

    mark: Final = "%s"
    errors: Final = (psycopg.Error,)
    copy_advice: Final = PG_DUMP

    def __init__(self, url: str, deadline_seconds: float) -> None:
        self._target = read_target(url)
        self.shown = show_target(self._target)
        self._deadline = deadline_seconds
        self._writing: PatientConnection | None = None
        self.engine = create_engine(
            "postgresql+psycopg://",
            creator=self._connect,
            isolation_level="AUTOCOMMIT",
            poolclass=ClosingPool,
            pool_size=4,
            max_overflow=4,
            pool_timeout=deadline_seconds,
            pool_recycle=300,
        )

    def exists(self) -> bool:
        """Whether the tables are there."""
        with self.engine.connect() as connection:
            return inspect(connection).has_table(meta.name)

    def prepare(self) -> None:
        """Nothing: the operator has made the database."""

    @contextmanager
    def peek(self) -> Iterator[Connection]:
        """A connection that changes nothing."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def changing(self) -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
        """A write transaction without a deadline, on a connection of its own."""
        with closing(self._connect(within_seconds=0)) as connection, connection.cursor() as cursor:
            cursor.execute(connection.begin.encode())
            yield cursor
            cursor.execute("COMMIT")

    def plan_copy(self, schema: int) -> str:  # noqa: ARG002 - SQLite's
        """Nothing: the operator makes the copy."""
        return ""

    def keep_copy(self, schema: int) -> str:  # noqa: ARG002 - SQLite's
        """Nothing: the operator has made the copy."""
        return ""

    def hold(self, cursor: psycopg.Cursor[Any], tables: Sequence[str]) -> None:
        """Waits for these tables as long as a report may wait, for all that write wait behind us meanwhile."""
        try:
            cursor.execute(f"SET LOCAL lock_timeout = {int(self._deadline * 1000)}")
            cursor.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
        except psycopg.errors.LockNotAvailable as error:
            raise Unavailable(
                f"somebody is using the tables in {self.shown} (pg_dump, or a long query): nothing was changed. Try again"
            ) from error

    @contextmanager
    def write(self, *, patient: bool = True) -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:  # noqa: ARG002 - SQLite's
        """A write transaction."""
        if self._writing is None:
            self._writing = self._connect()
        cursor = self._writing.cursor()
        try:
            cursor.execute(self._writing.begin.encode())
            yield cursor
            cursor.execute("COMMIT")
        except BaseException:
            self._let_go()
            raise

    def be_alone(self, cursor: psycopg.Cursor[Any]) -> None:
        """Waits for the lock that moving the journal and migrating take, until this transaction ends."""
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()))", (FOLDING,))

    def has_tables(self, cursor: psycopg.Cursor[Any]) -> bool:
        """Whether this transaction sees the tables."""
        cursor.execute("SELECT to_regclass(%s)", (meta.name,))
        return cursor.fetchone() != (None,)

    def remember(self, cursor: psycopg.Cursor[Any], ids: Sequence[tuple[int, bytes]]) -> set[tuple[int, bytes]]:
        """Keeps the ids; returns those that had been there before. Sorted, so that two processes never deadlock."""
        rows = sorted(ids)
        cursor.execute(
            "INSERT INTO adnotice_ids (expires, id) SELECT * FROM unnest(%s::bigint[], %s::bytea[]) "
            "ON CONFLICT DO NOTHING RETURNING expires, id",
            ([expires for expires, _ in rows], [key for _, key in rows]),
        )
        if cursor.rowcount == len(rows):
            return set()
        return set(rows).difference((expires, bytes(key)) for expires, key in cursor.fetchall())

    def take_lines(self, cursor: psycopg.Cursor[Any], journal: str, limit: int) -> tuple[int, str]:
        """Takes lines out of the table: how many, and their text joined by commas. One process at a time."""
        self.be_alone(cursor)
        statement = (
            f"WITH taken AS (DELETE FROM {journal} WHERE seq IN "  # noqa: S608 - our own name
            f"(SELECT seq FROM {journal} ORDER BY seq LIMIT %s) RETURNING body) "
            "SELECT count(*), coalesce(string_agg(body, ','), '') FROM taken"
        )
        cursor.execute(statement.encode(), (limit,))
        n, text = cursor.fetchone() or (0, "")
        return n, text

    def add_counts(self, cursor: psycopg.Cursor[Any], counts: Rows) -> None:
        """Adds rows of counts to the tallies."""
        texts = [f"j->>{number}" for number in range(len(KEYS))]
        numbers = [f"(j->>{number})::bigint" for number in range(len(KEYS), len(KEYS) + len(counts.columns))]
        rows = f"SELECT {', '.join(texts + numbers)} FROM jsonb_array_elements(%s::jsonb) AS j"  # noqa: S608
        cursor.execute(adding(counts.columns, rows).encode(), (msgspec.json.encode(counts.rows).decode(),))

    def at(self, wanted: Select[Any], starts: Sequence[str]) -> Select[Any]:
        """Those of the wanted tallies whose buckets start then.

        The planner can't unfold a lateral subquery with an OFFSET: with a list of starts it reads a year of buckets
        instead as long as the table's statistics are old.
        """
        given = func.unnest(cast(starts, ARRAY(Text))).table_valued("start").render_derived(name="given")
        each = wanted.where(tallies.c.start == given.c.start).offset(0).lateral("each")
        return select(each).select_from(given.join(each, true()))

    def recover(self, error: BaseException) -> None:  # noqa: ARG002 - SQLite's asks
        """Called after an error: lets go of every connection."""
        self.close()

    def explain(self, error: BaseException) -> str:  # noqa: ARG002 - SQLite's asks
        """Nothing: the server says it all."""
        return ""

    def banner(self) -> str:
        """Nothing that the operator should know."""
        return ""

    def close(self) -> None:
        """Closes every connection."""
        self._let_go()
        self.engine.dispose()

    def _let_go(self) -> None:
        if self._writing is not None:
            with suppress(psycopg.Error):
                self._writing.close()
            self._writing = None

    def _connect(self, within_seconds: float | None = None) -> PatientConnection:
        """A connection on which every statement is answered within the deadline, or so many seconds; 0: whenever."""
        seconds = self._deadline if within_seconds is None else within_seconds
        milliseconds = int(self._deadline * 1000)
        limit = int(seconds * 1000)
        own_options = self._target.get("options") or ""
        options = f"{own_options} -c statement_timeout={limit} -c lock_timeout={limit}".strip()
        given = {
            "connect_timeout": max(2, int(self._deadline)),
            "tcp_user_timeout": milliseconds,
            "application_name": "adnotice",
            **self._target,
        }
        try:
            try:
                connection = PatientConnection.connect(**given | {"options": options}, autocommit=True)
            except psycopg.OperationalError as error:
                if own_options or NO_OPTIONS not in str(error):
                    raise
                connection = PatientConnection.connect(**given, autocommit=True)
        except psycopg.OperationalError as error:
            if remedy := find_remedy(str(error)):
                raise Unusable(f"{self.shown} {remedy}") from error
            raise
        connection.deadline_seconds = seconds or FOREVER_SECONDS
        encoding = connection.info.parameter_status("server_encoding")
        if encoding not in (None, "UTF8"):
            connection.close()
            raise Unusable(
                f"{self.shown} keeps texts as {encoding}, which can't hold every page's name: adnotice needs UTF8. "
                "Make a database with: createdb --encoding UTF8 --template template0 NAME"
            )
        if is_pooled(connection):
            if own_options:
                connection.close()
                raise Unusable(f"{self.shown} {REMEDIES[NO_OPTIONS]}")
            # Each transaction may be another server's: what is prepared or set is gone, or somebody else's.
            connection.prepare_threshold = None
            connection.begin = f"BEGIN; SET LOCAL statement_timeout = {limit}; SET LOCAL lock_timeout = {limit}"
        return connection


def is_pooled(connection: PatientConnection) -> bool:
    """Whether a pooler such as PgBouncer stands between: another server process answers than the one we were told of."""
    (found,) = connection.execute("SELECT pg_backend_pid()").fetchone() or (0,)
    return bool(found != connection.info.backend_pid)


def read_target(url: str) -> dict[str, Any]:
    """The parts of the URL as libpq takes them. Raises `Unusable` for what is none, and never with what stood in it."""
    try:
        target = dict(conninfo_to_dict(url))
        for port in str(target.get("port") or "5432").split(","):
            int(port or "5432")
        return target
    except (ValueError, psycopg.Error):
        raise Unusable(
            "store_url must be postgresql://user:password@host:5432/database. "
            "Write a password's special characters as %XX, as in p%40ss for p@ss"
        ) from None


def show_target(target: Mapping[str, Any]) -> str:
    """The database's address without its password."""
    user = f"{target['user']}@" if target.get("user") else ""
    port = f":{target['port']}" if target.get("port") else ""
    return f"postgresql://{user}{target.get('host', '')}{port}/{target.get('dbname', '')}"


def find_remedy(said: str) -> str:
    """What the operator can do about a connection that the server refuses for good; empty where waiting may help."""
    for sign, remedy in REMEDIES.items():
        if sign in said:
            return remedy
    return ""


_REFUSED: Final = (
    "refuses this user or password. Write the right ones into store_url as postgresql://user:password@host/database, "
    "a password's special characters as %XX"
)
REMEDIES: Final[Mapping[str, str]] = {
    NO_OPTIONS: (
        "is a pooler that takes no options: leave them out of store_url, and set a search_path on the role "
        "(ALTER ROLE … SET search_path = …)"
    ),
    "password authentication failed": _REFUSED,
    "no password supplied": _REFUSED,
    'role "': _REFUSED,
    'database "': "has no such database. Make it with: createdb --encoding UTF8 NAME",
    "no pg_hba.conf entry": "lets nobody in from here. Add a line for this user and address to its pg_hba.conf",
}
"""What PostgreSQL says in English, as it does wherever lc_messages is not set to another language."""
