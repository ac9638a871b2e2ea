"""Commands act on the store that was meant, or say which there is; adnotice that is switched off leaves nothing behind."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from adnotice import AdNoticeMiddleware
from adnotice.cli import main
from adnotice.count.model.tally import Batch, Dimension, Entry, Key, Metric
from adnotice.count.stores.open import open_store
from adnotice.vocabulary import Mode
from tests.conftest import SECRET
from tests.count.conftest import postgresql_url, redis_url  # noqa: F401 - fixtures
from tests.support.asgi_site import shut_down
from tests.support.folder import stand_in

pytestmark = pytest.mark.anyio

PAGE = "<!doctype html><title>News</title><p>All is well.</p>"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the operator stands, without a variable that says otherwise."""
    return stand_in(tmp_path / "elsewhere", monkeypatch)


NEEDY = [
    ["mode"],
    *(["mode", mode, "--no-wait"] for mode in (*Mode, "default")),
    ["prune"],
    ["figures"],
    ["figures", "pages"],
    ["figures", "metrics"],
    ["backup", "copy.db"],
]


@pytest.mark.parametrize("command", NEEDY, ids=" ".join)
def test_where_there_is_no_store_a_command_begins_none(
    command: list[str], elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert str(elsewhere / "adnotice.db") in said.err
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("kind", ["postgresql_url", "redis_url"])
@pytest.mark.parametrize("command", [each for each in NEEDY if each[0] != "backup"], ids=" ".join)
def test_nor_in_a_server(
    command: list[str], kind: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    url = request.getfixturevalue(kind)
    for _ in range(2):
        assert main([*command, "--store", url]) == 2, "the first time left something there"
        assert "there is no store of adnotice at" in capsys.readouterr().err


def test_what_there_is_instead_is_named(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(open_store("sqlite:///site.db")) as site:
        site.sites()
    with closing(sqlite3.connect("other.db")) as other:
        other.execute("CREATE TABLE recipes (name)")
    assert main(["mode", "off", "--no-wait"]) == 2
    said = capsys.readouterr().err
    assert f"There is sqlite:///{elsewhere / 'site.db'}." in said
    assert "other.db" not in said


@pytest.mark.parametrize(
    "begin", [["init"], ["mode", "ask", "--create", "--no-wait"], ["import", "pages.csv"]], ids=" ".join
)
def test_some_begin_one(begin: list[str], elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (elsewhere / "pages.csv").write_text("day,page,views\n2026-11-01,/,5\n")
    assert main(begin) == 0
    assert main(["mode"]) == 0
    assert f"store: sqlite:///{elsewhere / 'adnotice.db'}" in capsys.readouterr().err


def count_a_view(url: str, site: str) -> None:
    store = open_store(url)
    now = time.time()
    store.commit(Batch(now, (Entry(site, now + 60, (Key(site, Dimension.ALL, "", Metric.CLEAR),)),)))
    store.close()


def test_a_site_that_is_not_there_is_no_empty_answer(capsys: pytest.CaptureFixture[str]) -> None:
    url = "sqlite:///adnotice.db"
    count_a_view(url, "news")
    count_a_view(url, "sports")
    assert main(["figures", "--site", "nosuch"]) == 2
    assert "there is no site 'nosuch' in this store, there are: news, sports" in capsys.readouterr().err
    assert main(["figures", "--site", "sports"]) == 0
    assert "site: sports" in capsys.readouterr().err


def test_mode_and_figures_say_what_processes_do_also_when_it_was_set_in_code(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{elsewhere / 'adnotice.db'}"
    store = open_store(url)
    count_a_view(url, "default")
    code = "import sys, time\nfrom adnotice.count.settings import CountSettings\nfrom adnotice.count.ingest.writer import Writer\n"
    code += "from adnotice.mode import CurrentMode\nfrom adnotice.vocabulary import Mode\n"
    code += "Writer(CountSettings(store_url=sys.argv[1]), mode=CurrentMode(Mode.ASK)).begin()\ntime.sleep(60)\n"
    assert main(["mode"]) == 0
    assert "no process has been heard of" in capsys.readouterr().out
    process = subprocess.Popen([sys.executable, "-c", code, url])
    try:
        deadline = time.monotonic() + 30
        while not store.notes.names("process:"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert main(["mode"]) == 0
        assert capsys.readouterr().out.splitlines() == [
            "default: what the setting mode says",
            "1 process uses ask, which its settings say",
        ]
        assert main(["figures"]) == 0
        assert json.loads(capsys.readouterr().out)["mode"] == "ask"
        assert main(["mode", "off"]) == 0
        assert capsys.readouterr().out.splitlines() == ["off", "1 process uses off"]
    finally:
        process.kill()
        process.wait()
    store.close()


def own_threads() -> set[threading.Thread]:
    """All but those that the event loop keeps for what blocks, which end with it."""
    return {each for each in threading.enumerate() if not each.name.startswith("AnyIO worker")}


async def visit(app: ASGIApp) -> None:
    """Whatever a site's own tests may do, in a folder where they look afterwards."""
    threads = own_threads()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://news.example.test") as client:
        for _ in range(3):
            assert (await client.get("/")).text == PAGE
            script = await client.get("/_adnotice/client.js")
            assert script.status_code == 200
            assert "getRandomValues" not in script.text
            for address in ("outcome", "choice", "dashboard", "metrics", "about", "nothing"):
                await client.get(f"/_adnotice/{address}")
                await client.post(f"/_adnotice/{address}", json={})
    assert own_threads() == threads
    await shut_down(app)


async def front(_: Request) -> HTMLResponse:
    return HTMLResponse(PAGE)


site = Starlette(routes=[Route("/", front)])


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_switched_off_by_its_setting_it_opens_nothing_and_needs_no_secret(elsewhere: Path) -> None:
    app = AdNoticeMiddleware(site, enabled=False)
    await visit(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://news.example.test") as client:
        answer = await client.get("/_adnotice/dashboard")
        assert (answer.status_code, answer.headers["x-adnotice"]) == (
            404,
            "adnotice is switched off by the setting enabled",
        )
    assert left_in(elsewhere) == []


async def test_with_the_mode_off_and_no_store_yet_it_opens_nothing(elsewhere: Path) -> None:
    await visit(AdNoticeMiddleware(site, secret_key=SECRET, mode="off"))
    assert left_in(elsewhere) == []


async def test_a_process_that_sleeps_wakes_when_a_store_says_so(elsewhere: Path) -> None:
    app = AdNoticeMiddleware(site, secret_key=SECRET, mode="off")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://news.example.test") as client:
        assert (await client.get("/")).text == PAGE
        assert main(["mode", "measure", "--no-wait"]) == 2
        assert main(["mode", "measure", "--create", "--no-wait"]) == 0
        assert "getRandomValues" in (await client.get("/_adnotice/client.js")).text
        with anyio.fail_after(10):
            while "client.js" not in (await client.get("/")).text:
                await anyio.sleep(0.05)
    await shut_down(app)


@pytest.mark.parametrize("kind", ["postgresql_url", "redis_url"])
async def test_in_a_server_a_process_that_is_off_leaves_nothing_there(
    kind: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue(kind)
    app = AdNoticeMiddleware(site, secret_key=SECRET, mode="off", store_url=url)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://news.example.test") as client:
        assert (await client.get("/")).text == PAGE
        assert "adnotice is off" in (await client.get("/_adnotice/client.js")).text
        assert await anyio.to_thread.run_sync(main, ["mode", "--store", url]) == 2
        assert await anyio.to_thread.run_sync(main, ["mode", "measure", "--create", "--no-wait", "--store", url]) == 0
        with anyio.fail_after(20):
            while "getRandomValues" not in (await client.get("/_adnotice/client.js")).text:
                await anyio.sleep(0.2)
    await shut_down(app)
