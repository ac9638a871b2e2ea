"""A store's lasting faults are said when the server starts, in one line, with what to do; counting begins once it is done."""

from __future__ import annotations

import getpass
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest
from starlette.types import Message, Receive, Scope, Send

from adnotice import AdNoticeMiddleware
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from tests.conftest import SECRET
from tests.count.servers import PostgreSQL

pytestmark = pytest.mark.anyio

SAID_SECONDS = 10


async def site(scope: Scope, receive: Receive, send: Send) -> None:
    """An app whose lifespan goes well."""
    for answer in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{answer}.complete"})


async def said_at_start(url: str, caplog: pytest.LogCaptureFixture, mend: Callable[[], None] | None = None) -> str:
    """Starts the site and returns what it logs of its store; mends it, if that is asked, and waits until counting goes on."""
    app = AdNoticeMiddleware(site, secret_key=SECRET, store_url=url, store_deadline_seconds=5)
    to_app, from_app = anyio.create_memory_object_stream[Message](2), anyio.create_memory_object_stream[Message](2)

    async def until(text: str) -> None:
        with anyio.fail_after(SAID_SECONDS):
            while not any(text in record.getMessage() for record in caplog.records):
                await anyio.sleep(0.05)

    async with anyio.create_task_group() as group:
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        group.start_soon(app, scope, to_app[1].receive, from_app[0].send)
        await to_app[0].send({"type": "lifespan.startup"})
        assert (await from_app[1].receive())["type"] == "lifespan.startup.complete", (
            "the site does not wait for its store"
        )
        await until("Counting waits: ")
        (record,) = [record for record in caplog.records if record.getMessage().startswith("Counting waits: ")]
        assert record.levelno == logging.ERROR
        if mend is not None:
            mend()
            await until("Counting goes on")
        await to_app[0].send({"type": "lifespan.shutdown"})
        await from_app[1].receive()
    for stream in (*to_app, *from_app):
        stream.close()
    said = record.getMessage().removeprefix("Counting waits: ")
    assert said.isprintable(), "one line"
    return said


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    """A server that asks everybody for a password but its owner, with one database in each of three encodings."""
    if not PostgreSQL.installed():
        pytest.skip("PostgreSQL is not installed")
    database = PostgreSQL()
    try:
        database.start()
        for statement in (
            "CREATE ROLE press LOGIN PASSWORD 'p@ss/word'",
            "CREATE DATABASE news OWNER press",
            "CREATE DATABASE ascii ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
            "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
        ):
            ask(database, statement)
        rules = database.folder / "data" / "pg_hba.conf"
        rules.write_text(
            "host all test 127.0.0.1/32 trust\nhost all nobody 127.0.0.1/32 reject\nhost all all 127.0.0.1/32 scram-sha-256\n"
        )
        ask(database, "SELECT pg_reload_conf()")
        yield database
    finally:
        database.stop()


def ask(database: PostgreSQL, statement: str) -> None:
    import psycopg

    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(statement.encode())


@pytest.mark.parametrize(
    ("place", "said", "remedy"),
    [
        ("test@{host}/ascii", "keeps texts as SQL_ASCII", "createdb --encoding UTF8 --template template0"),
        ("test@{host}/latin", "keeps texts as LATIN1", "createdb --encoding UTF8 --template template0"),
        ("test@{host}/nowhere", "has no such database", "createdb --encoding UTF8"),
        ("press:hunter2@{host}/news", "refuses this user or password", "postgresql://user:password@host/database"),
        ("press@{host}/news", "refuses this user or password", "postgresql://user:password@host/database"),
        ("nosuch:hunter2@{host}/news", "refuses this user or password", "as %XX"),
    ],
)
async def test_what_postgresql_refuses_for_good_comes_with_its_remedy(
    place: str, said: str, remedy: str, server: PostgreSQL, caplog: pytest.LogCaptureFixture
) -> None:
    url = "postgresql://" + place.format(host=f"127.0.0.1:{server.port}")
    told = await said_at_start(url, caplog)
    assert said in told
    assert remedy in told
    assert "hunter2" not in told


async def test_counting_begins_once_the_password_is_right(server: PostgreSQL, caplog: pytest.LogCaptureFixture) -> None:
    ask(server, "ALTER ROLE press PASSWORD 'another'")
    url = f"postgresql://press:p%40ss%2Fword@127.0.0.1:{server.port}/news"
    told = await said_at_start(url, caplog, lambda: ask(server, "ALTER ROLE press PASSWORD 'p@ss/word'"))
    assert "p@ss" not in told
    assert "p%40ss" not in told


async def test_a_missing_folder_is_named_and_counting_begins_once_it_is_there(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "no" / "such"
    told = await said_at_start(f"sqlite:///{folder}/counts.db", caplog, lambda: folder.mkdir(parents=True))
    assert told.startswith(f"there is no folder {folder}. Make store_url name a file in a folder that exists")


async def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "counts.db").mkdir()
    told = await said_at_start(f"sqlite:///{tmp_path}/counts.db", caplog)
    assert told.startswith(f"{tmp_path}/counts.db is a folder. Make store_url name a file")


UNPRIVILEGED = """
import os, sys
from pathlib import Path
from adnotice.count.stores.sql.sqlite import refuse_folder
from adnotice.vocabulary import Unavailable
os.setgid(65534)
os.setuid(65534)
try:
    refuse_folder(Path(sys.argv[1]))
except Unavailable as problem:
    print(problem)
"""


@pytest.mark.skipif(getpass.getuser() != "root", reason="only root can become another user")
@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_this_user_can_not_write_is_told(what: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        file = folder / "counts.db"
        folder.chmod(0o755 if what == "folder" else 0o777)
        if what == "file":
            file.touch(0o600)
        command = [sys.executable, "-c", UNPRIVILEGED, str(file)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        named = folder if what == "folder" else file
        assert told.startswith(
            f"{named} can't be written by the user that this process runs as. Give it to that user (chown)"
        )


@contextmanager
def umask(value: int) -> Iterator[None]:
    before = os.umask(value)
    try:
        yield
    finally:
        os.umask(before)


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_the_file_its_companions_and_its_backups_are_their_owner_s_alone(mask: int, tmp_path: Path) -> None:
    from adnotice.count.stores.sql.backup import back_up, restore

    url = f"sqlite:///{tmp_path}/counts.db"
    with umask(mask):
        store = open_store(url, CountSettings(store_url=url))
        store.notes.put("mode", "ask")
        assert {path.name for path in tmp_path.iterdir()} >= {
            "counts.db",
            "counts.db-wal",
            "counts.db-shm",
            "counts.db.lock",
        }
        check(tmp_path)
        back_up(url, tmp_path / "copy.db")
        store.close()
        restore(tmp_path / "copy.db", url)
        check(tmp_path)
        store = open_store(url, CountSettings(store_url=url))
        assert store.notes.get("mode") == "ask"
        store.close()
        check(tmp_path)


def test_an_operator_s_own_mode_stays_and_its_companions_follow(tmp_path: Path) -> None:
    url, file = f"sqlite:///{tmp_path}/counts.db", tmp_path / "counts.db"
    for _ in range(2):
        store = open_store(url, CountSettings(store_url=url))
        store.notes.put("mode", "ask")
        if file.stat().st_mode & 0o777 == 0o660:
            assert (tmp_path / "counts.db-wal").stat().st_mode & 0o777 == 0o660
        store.close()
        file.chmod(0o660)
    assert file.stat().st_mode & 0o777 == 0o660


def check(folder: Path) -> None:
    assert {path.name: oct(path.stat().st_mode & 0o077) for path in folder.iterdir()} == {
        path.name: "0o0" for path in folder.iterdir()
    }
