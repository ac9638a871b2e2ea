"""The stores that 54edcfd wrote (`fixtures/`, made by `fixtures/make.py`), and the code that wrote them."""

from __future__ import annotations

import contextlib
import io
import json
import lzma
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from adnotice.count.model.tally import Batch, Dimension, Entry, Grain, Key, Metric, Period
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.count.stores.protocol import Store
from adnotice.count.stores.redis.address import read_address, spread_tags
from adnotice.count.stores.redis.store import RedisStore
from adnotice.count.stores.sql.store import SqlStore

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent / "fixtures"
ZONE = "Europe/Berlin"
WHOLE = Period(date(2026, 3, 1), date(2026, 10, 31))
SOON_AFTER = 1_793_000_000.0
"""In October 2026: what the stores' clock says, so that nothing of them is past retention."""

KNOWN_ID = f"{0xFEED << 100 | 7:032x}"
"""Was counted by the old code, and lives on until 2100."""

FAR = 4_102_444_800.0

METRICS = {"blocked-extension": "blocked-content", "blocked-network": "blocked-hosts", "suspect": "suspect-unknown"}
DIMENSIONS = {"ground": "evidence"}
"""What today's words were called then, and then's today: written here once more, since the code could be wrong."""


def unpacked(name: str) -> bytes:
    """A fixture's bytes."""
    return lzma.decompress((FOLDER / f"{name}.xz").read_bytes())


def settings(url: str) -> CountSettings:
    """What the old stores were written with."""
    return CountSettings(store_url=url, timezone=ZONE, max_pages=12)


def open_at(url: str, *, migrates: bool = False) -> Store:
    """The store, when it was written."""
    store = open_store(url, settings(url), migrates=migrates)
    assert isinstance(store, SqlStore | RedisStore)
    store._clock = lambda: SOON_AFTER
    return store


@dataclass(frozen=True)
class OldStore:
    """A store as 54edcfd left it: where, what it holds, and how to put it there once more."""

    name: str
    url: str
    put: Callable[[], None]
    raw: Callable[[], Any]
    """All that it holds, as its server tells it: equal before and after what touches nothing."""

    @property
    def totals(self) -> dict[str, Any]:
        """What the old code read from it, in today's words."""
        return told_today(json.loads(unpacked(f"{self.name}.totals.json")))


def told_today(totals: Any) -> dict[str, Any]:
    """Totals of the old code with metrics and dimensions under their names of today."""

    def metrics(rows: list[list[Any]]) -> list[list[Any]]:
        return sorted([first, METRICS.get(metric, metric), n] for first, metric, n in rows)

    def by_dimension(found: dict[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
        old = {old: new for new, old in DIMENSIONS.items()}
        return {old.get(name, name): change(rows) for name, rows in found.items()}

    sites = {
        site: {
            "counts": by_dimension(each["counts"], metrics),
            "months": {month: by_dimension(counts, metrics) for month, counts in each["months"].items()},
            "points": {grain: metrics(rows) for grain, rows in each["points"].items()},
            "largest": by_dimension(each["largest"], lambda pair: [pair[0], metrics(pair[1])]),
        }
        for site, each in totals["sites"].items()
    }
    return {"sites": sites, "notes": totals["notes"]}


def read_totals(store: Store, wanted: dict[str, Any]) -> dict[str, Any]:
    """The same as `fixtures/make.py` read, by today's code; the values whose series are read are the wanted ones."""

    def counts(site: str, period: Period) -> dict[str, Any]:
        found = {
            str(each): sorted([value, str(metric), n] for value, metric, n in store.counts(site, each, period, 10_000))
            for each in Dimension
        }
        return {name: rows for name, rows in found.items() if rows or name in wanted["sites"][site]["counts"]}

    def series(site: str, grain: Grain, *of: Any) -> list[list[Any]]:
        return sorted([start, str(metric), n] for start, metric, n in store.points(site, grain, WHOLE, *of))

    def month(first: str) -> Period:
        begin = date.fromisoformat(first)
        return Period(begin, (begin + timedelta(days=31)).replace(day=1) - timedelta(days=1))

    sites = {
        site: {
            "counts": counts(site, WHOLE),
            "months": {first: counts(site, month(first)) for first in wanted["sites"][site]["months"]},
            "points": {str(grain): series(site, grain) for grain in Grain},
            "largest": {
                name: [value, series(site, Grain.DAY, Dimension(name), value)]
                for name, (value, _) in wanted["sites"][site]["largest"].items()
            },
        }
        for site in store.sites()
    }
    return {"sites": sites, "notes": {name: store.notes.get(name) for name in store.notes.names("")}}


def old_sqlite(folder: Path) -> OldStore:
    """The file and its write-ahead log, as kill -9 leaves them."""
    file = folder / "counts.db"

    def put() -> None:
        for each in folder.glob("counts.db*"):
            each.unlink()
        for side in ("", "-wal"):
            file.with_name(file.name + side).write_bytes(unpacked(f"counts.db{side}"))

    def raw() -> Any:
        return {
            each.name: each.read_bytes()
            for each in sorted(folder.glob("counts.db*"))
            if not each.name.endswith(("-shm", ".lock"))
        }

    put()
    return OldStore("sqlite", f"sqlite:///{file}", put, raw)


def old_postgresql(url: str) -> OldStore:
    """The tables of old in the schema that the URL leads to."""

    def put() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            for (name,) in connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
            ).fetchall():
                connection.execute(f"DROP TABLE {name}")
            for statement, rows in statements(unpacked("postgresql.sql").decode()):
                if rows is None:
                    connection.execute(statement)
                    continue
                with connection.cursor().copy(statement) as copy:
                    copy.write(rows)

    def raw() -> Any:
        with psycopg.connect(url, autocommit=True) as connection:
            names = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
            ).fetchall()
            return {name: connection.execute(f"TABLE {name} ORDER BY 1, 2").fetchall() for (name,) in names}

    put()
    return OldStore("postgresql", url, put, raw)


def statements(text: str) -> Iterator[tuple[str, str | None]]:
    """The statements of the fixture; those that copy with their rows."""
    pieces = iter(text.split("\n"))
    statement: list[str] = []
    for line in pieces:
        statement.append(line)
        if line.endswith("FROM stdin;"):
            rows = []
            while (row := next(pieces)) != "\\.":
                rows.append(row + "\n")
            yield line, "".join(rows)
            statement = []
        elif line.endswith(";"):
            yield "\n".join(statement), None
            statement = []


def old_redis(name: str, url: str) -> OldStore:
    """The keys of old under the prefix of the URL."""
    address = read_address(url)
    old, new = (spread_tags(prefix, address.shards) for prefix in ("fixture", address.prefix))
    names = [(mine.encode(), its.encode()) for mine, its in zip(old, new, strict=True)]

    def renamed(part: bytes) -> bytes:
        for mine, its in names:
            part = part.replace(mine, its) if part.startswith(mine) else part
        return part

    commands = [list(map(renamed, command)) for command in msgspec.msgpack.decode(unpacked(f"{name}.commands"))]

    def client() -> Any:
        import redis

        where = redis.RedisCluster if address.clustered else redis.Redis
        return where(host=address.nodes[0].host, port=address.nodes[0].port)

    def keys(of: Any) -> list[bytes]:
        return sorted(key for tag in set(new) for key in of.scan_iter(f"{tag}*", count=1000))

    def put() -> None:
        with client() as to:
            for key in keys(to):
                to.delete(key)
            for command in commands:
                to.execute_command(command[0].decode(), *command[1:])

    def raw() -> Any:
        with client() as of:
            return {key: of.dump(key) for key in keys(of)}

    put()
    return OldStore(name, url, put, raw)


@cache
def old_code() -> Path:
    """The files of 54edcfd in a folder of their own. Needs the repository's history."""
    folder = ROOT / ".cache" / "54edcfd"
    if not folder.exists():
        made = subprocess.run(["git", "archive", "54edcfd"], cwd=ROOT, capture_output=True, check=False)
        if made.returncode:
            pytest.fail(
                "an old worker beside a new one is tested with the files of 54edcfd, which this repository's history "
                f"does not hold ({made.stderr.decode().strip()}). Fetch it: git fetch --unshallow"
            )
        unpacked = tempfile.mkdtemp(dir=folder.parent)
        with tarfile.open(fileobj=io.BytesIO(made.stdout)) as archive:
            archive.extractall(unpacked, filter="data")
        with contextlib.suppress(OSError):  # another process of pytest's was first
            Path(unpacked).rename(folder)
    return folder


def put_old(name: str, request: pytest.FixtureRequest, folder: Path) -> OldStore:
    """The store of old of this name, on a server of the tests."""
    if name == "sqlite":
        return old_sqlite(folder)
    if name == "postgresql":
        return old_postgresql(request.getfixturevalue("postgresql_url"))
    if name == "redis":
        return old_redis(name, request.getfixturevalue("redis_url"))
    url = request.getfixturevalue("cluster_url" if name == "cluster" else "redis_url")
    return old_redis("shards", f"{url}&shards=2")


def check(old: OldStore, store: Store, *, months: bool = True) -> None:
    """All that the old code read stands there still, and what was counted once is known; `months`: month by month too."""
    wanted = old.totals
    for site in () if months else wanted["sites"].values():
        site["months"] = {}
    again = Entry(KNOWN_ID, FAR, (Key("news.example", Dimension.ALL, "", Metric.CLEAR),))
    assert store.commit(Batch(SOON_AFTER, (again,))) == [False]
    assert read_totals(store, wanted) == wanted
    assert store.plan().steps == ()
