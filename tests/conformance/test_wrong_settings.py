"""Wrong settings under real servers: who asks at its start listens to nobody; where nobody asks the site goes on."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from packaging.version import Version

from tests.conformance.serving import APPS, command, free_port
from tests.support.programs import Program, spawn

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

START_SECONDS = 60
PAGE = "<!doctype html><html lang=en><head><title>Budget</title></head><body><p>Text.</p></body></html>"
PROBLEMS = (
    "adnotice can't start with these settings:",
    "  * sitename is not a setting. Did you mean site_name?",
    "  * mode must be one of off, measure, ask, got 'loud'",
    "  * secret_key must have at least 32 characters, got 5. Make one with: adnotice new-secret",
)

GOES_ON = Version(uvicorn.__version__) < Version("0.50")
"""Older uvicorns put a new worker in the place of each that does not start, and never end by themselves."""

STOPPED = {
    "uvicorn": 3,
    "uvicorn --workers 2": None if GOES_ON else 0,
    "hypercorn": 0,
    "granian": 1,
    "gunicorn": 3,
}
"""The exit code is the server's own; None: it goes on trying."""


@contextmanager
def started(server: str, attribute: str, folder: Path) -> Iterator[tuple[Program, int]]:
    port = free_port()
    name, *options = server.split()
    environment = {
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.environ.get("TEST_COMPILED") or os.environ.get("PYTHONPATH", ""),
    }
    command_line = [sys.executable, "-m", *command(name, f"wrong_site:{attribute}", port), *options]
    program = spawn(command_line, log=folder / "server.log", environment=environment, folder=APPS)
    try:
        yield program, port
    finally:
        program.stop()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("attribute", ["added", "around"])
@pytest.mark.parametrize("server", STOPPED)
def test_a_server_that_asks_does_not_start_and_the_whole_list_is_in_its_log(
    server: str, attribute: str, tmp_path: Path
) -> None:
    with started(server, attribute, tmp_path) as (program, port):
        program.wait(START_SECONDS if STOPPED[server] is not None else START_SECONDS / 4)
        told = program.log.read_text()
        assert program.returncode == STOPPED[server], told
        assert not listens(port)
    for line in PROBLEMS:
        assert line in told
    assert "appears unsupported" not in told


@pytest.mark.parametrize(
    ("server", "attribute"),
    [
        ("daphne", "added"),
        ("daphne", "around"),
        ("daphne", "handler"),
        ("uvicorn", "mounted"),
        ("hypercorn", "mounted"),
        ("granian", "mounted"),
        ("gunicorn", "mounted"),
        ("uvicorn --lifespan off", "handler"),
        ("uvicorn --lifespan off", "added"),
    ],
)
def test_where_no_lifespan_arrives_pages_go_out_untouched_and_our_addresses_say_why(
    server: str, attribute: str, tmp_path: Path
) -> None:
    with started(server, attribute, tmp_path) as (program, port):
        program.await_answer(lambda: listens(port))
        for _ in range(2):
            page = httpx.get(f"http://127.0.0.1:{port}/", timeout=START_SECONDS)
            assert (page.status_code, page.text) == (200, PAGE)
        for name in ("client.js", "dashboard", "metrics"):
            ours = httpx.get(f"http://127.0.0.1:{port}/_adnotice/{name}", timeout=START_SECONDS)
            assert (ours.status_code, ours.headers["x-adnotice"]) == (503, "adnotice is not set up, see the log")
        report = httpx.post(f"http://127.0.0.1:{port}/_adnotice/outcome", json={}, timeout=START_SECONDS)
        assert report.status_code == 503
        told = program.log.read_text()
    assert "Traceback" not in told
    for line in PROBLEMS:
        assert told.count(line) == 1
