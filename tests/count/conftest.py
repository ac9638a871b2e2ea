"""Stores for the tests of counting: the machine's servers with names of the test's own, and servers that tests start."""

from __future__ import annotations

import shutil
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.count.stores.protocol import Store
from adnotice.count.stores.redis.address import CLUSTER_SHARDS
from tests.count.servers import PostgreSQL, Redis, RedisCluster, running
from tests.support.entries import Opener

REDIS = ("127.0.0.1", 6379)
POSTGRESQL = "postgresql://127.0.0.1:5432/test"


def redis_program() -> bool:
    """Whether a Redis or Valkey server can be started here."""
    return bool(shutil.which("redis-server") or shutil.which("valkey-server"))


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisCluster]:
    """A Redis Cluster of three shards with a replica each, for the whole session: leave it whole."""
    if not redis_program():
        pytest.skip("no redis-server or valkey-server to start")
    servers = RedisCluster(tmp_path_factory.mktemp("cluster"))
    with running(servers):
        yield servers


@pytest.fixture
def cluster_url(cluster: RedisCluster) -> str:
    """A store of the test's own in that cluster."""
    cluster.wait_until_whole()
    return f"{cluster.url}?prefix=test-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def redis_url() -> Iterator[str]:
    """A store of the test's own in the machine's Redis; nothing of it is left."""
    import redis

    try:
        socket.create_connection(REDIS, timeout=1).close()
    except OSError:
        pytest.skip(f"no Redis answers on {REDIS[0]}:{REDIS[1]}")
    prefix = f"test-{uuid.uuid4().hex[:12]}"
    yield f"redis://{REDIS[0]}:{REDIS[1]}?prefix={prefix}"
    with redis.Redis(*REDIS) as client:
        if keys := list(client.scan_iter(f"{{{prefix}*", count=1000)):
            client.unlink(*keys)


@pytest.fixture
def own_log(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """What was logged under `adnotice` by this test's own threads: writers of tests before may still be saying that they go on,
    and an app of a test before may have had everything logged."""
    others = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]

    def read() -> list[str]:
        apart = {thread.ident for thread in others if thread.is_alive()}
        ours = [record for record in caplog.records if record.name.partition(".")[0] == "adnotice"]
        return [record.getMessage() for record in ours if record.thread not in apart]

    return read


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A store in a file of the test's own."""
    return f"sqlite:///{tmp_path / 'counts.db'}"


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """A store in a schema of the test's own in the machine's PostgreSQL; nothing of it is left."""
    import psycopg

    try:
        connection = psycopg.connect(POSTGRESQL, autocommit=True, connect_timeout=2)
    except psycopg.OperationalError:
        pytest.skip(f"no PostgreSQL answers at {POSTGRESQL}")
    with connection:
        schema = f"test_{uuid.uuid4().hex[:12]}"
        connection.execute(f"CREATE SCHEMA {schema}")
        yield f"{POSTGRESQL}?options=-csearch_path%3D{schema}"
        connection.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A Redis that the test may kill."""
    if not redis_program():
        pytest.skip("no redis-server or valkey-server to start")
    server = Redis(tmp_path_factory.mktemp("redis"))
    with running(server):
        yield server


@pytest.fixture(scope="module")
def own_postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL that the tests of a module may kill; each leaves it running."""
    if not PostgreSQL.installed():
        pytest.skip("no PostgreSQL to start")
    server = PostgreSQL()
    with running(server):
        yield server


STORES = ("sqlite_url", "postgresql_url", "redis_url", "cluster_url")


@pytest.fixture(params=STORES)
def opener(request: pytest.FixtureRequest) -> Iterator[Opener]:
    """Opens the same empty store, as often as wanted, with settings as wanted."""
    url: str = request.getfixturevalue(request.param)
    opened: list[Store] = []

    def open_again(**settings: object) -> Store:
        store = open_store(url, CountSettings(store_url=url, **settings))  # type: ignore[arg-type]
        opened.append(store)
        return store

    yield open_again
    for store in opened:
        store.close()


@pytest.fixture
def shards(opener: Opener, request: pytest.FixtureRequest) -> int:
    """Into how many parts the store is cut: each has caps of its own, so that reports need one part alone."""
    return CLUSTER_SHARDS if "cluster" in request.node.name else 1
