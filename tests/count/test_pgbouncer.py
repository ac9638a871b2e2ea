"""A PostgreSQL store through PgBouncer with transaction pooling: each transaction may be another server process's."""

from __future__ import annotations

import os
import shutil
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from adnotice.count.model.tally import Metric
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.count.stores.protocol import Store, Unusable
from tests.conformance.serving import free_port
from tests.count.conftest import POSTGRESQL
from tests.count.servers import Server
from tests.support.entries import NOON, commit, entry, table, view

pytestmark = [pytest.mark.slow, pytest.mark.process]

SERVERS = 3
"""So few processes that transactions of one client are spread over all of them."""
TAKES = {"takes no options": "", "ignores them": "ignore_startup_parameters = options\n"}
"""As it comes, and as those set it up whose other programs send options."""


@pytest.fixture(params=TAKES)
def pooled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a PgBouncer before a schema of the test's own; of both nothing is left."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        pytest.skip("pgbouncer is not installed: counting through it was not tried")
    try:
        direct = psycopg.connect(POSTGRESQL, autocommit=True, connect_timeout=2)
    except psycopg.OperationalError:
        pytest.skip(f"no PostgreSQL answers at {POSTGRESQL}")
    schema, port = f"test_{uuid.uuid4().hex[:12]}", free_port()
    config = tmp_path / "pgbouncer.ini"
    config.write_text(
        f"[databases]\npooled = host=127.0.0.1 port=5432 dbname=test user={direct.info.user} "
        f"connect_query='SET search_path = {schema}'\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
        f"{'user = nobody' if os.geteuid() == 0 else ''}\n"
        f"pool_mode = transaction\ndefault_pool_size = {SERVERS}\n{TAKES[request.param]}"
    )
    with direct:
        direct.execute(f"CREATE SCHEMA {schema}".encode())
        server = Server([program, str(config)], port, tmp_path / "log")
        try:
            server.start()
            yield f"postgresql://somebody@127.0.0.1:{port}/pooled"
        finally:
            server.stop()
            direct.execute(f"DROP SCHEMA {schema} CASCADE".encode())


def opened(url: str) -> Store:
    return open_store(url, CountSettings(store_url=url))


def test_all_that_several_stores_commit_at_once_is_counted_once(pooled: str) -> None:
    """More than ten transactions a connection: what is repeated would be prepared on one server and missed on another."""
    stores = [opened(pooled) for _ in range(4)]
    first = [entry(*view("/a"), name="told twice")]
    wrong: list[BaseException] = []

    def count(store: Store) -> None:
        try:
            for number in range(20):
                commit(store, entry(*view("/a")), entry(*view(f"/{number}", Metric.BLOCKED_CONTENT)), *first)
                if number % 5 == 0:
                    store.tend(NOON)
                    table(store)
        except BaseException as error:  # noqa: BLE001 - told by the test's own thread
            wrong.append(error)

    threads = [threading.Thread(target=count, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong, wrong
    counted = table(stores[0])
    assert counted["/a", Metric.CLEAR] == 4 * 20 + 1
    assert sum(n for (_, metric), n in counted.items() if metric is Metric.BLOCKED_CONTENT) == 4 * 20
    for store in stores:
        store.close()


def test_a_transaction_has_its_limits_and_leaves_none_behind(pooled: str) -> None:
    store = opened(pooled)
    with store._dialect.write() as cursor:  # type: ignore[attr-defined]  # of SQL stores alone
        assert cursor.execute("SHOW statement_timeout").fetchone() == ("5s",)
        assert cursor.execute("SHOW lock_timeout").fetchone() == ("5s",)
    store.close()
    with psycopg.connect(pooled, autocommit=True, prepare_threshold=None) as other:
        for _ in range(SERVERS * 2):
            assert other.execute("SHOW statement_timeout").fetchone() == ("0",), (
                "the site's own queries have no limit of ours"
            )


def test_options_in_the_url_are_refused_with_the_remedy(pooled: str) -> None:
    """Where the pooler ignores them too: tables in another schema than was asked for would be found by nobody."""
    with pytest.raises(Unusable, match="is a pooler that takes no options: leave them out of store_url"):
        opened(f"{pooled}?options=-csearch_path%3Dnews").sites()
