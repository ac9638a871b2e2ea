"""The small sites over real servers on real sockets."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.count.servers import free_port as free_port
from tests.insight.conftest import CHEAP_HASH

APPS = Path(__file__).parent / "apps"
SERVERS = ("uvicorn-h11", "uvicorn-httptools", "hypercorn", "granian", "daphne", "gunicorn-asgi", "gunicorn-uvicorn")
USUAL_KINDS = {"uvicorn": "uvicorn-httptools", "gunicorn": "gunicorn-asgi"}
"""What a server's bare name stands for."""

START_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Served:
    """A running site. `store_url` is where its middleware counts."""

    framework: str
    server: str
    port: int
    store_url: str
    log: Path

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"


def command(server: str, target: str, port: int) -> list[str]:
    """How the server is started for the ASGI app `module:name`."""
    uvicorn = [target, "--host", "127.0.0.1", "--port", str(port)]
    gunicorn = ["--bind", f"127.0.0.1:{port}", "--graceful-timeout", "5", "--no-control-socket", target]
    arguments = {
        "uvicorn-h11": [*uvicorn, "--http", "h11"],
        "uvicorn-httptools": [*uvicorn, "--http", "httptools"],
        "hypercorn": ["--bind", f"127.0.0.1:{port}", target],
        "granian": ["--interface", "asgi", "--host", "127.0.0.1", "--port", str(port), target],
        "daphne": ["--bind", "127.0.0.1", "--port", str(port), target],
        "gunicorn-asgi": ["--worker-class", "asgi", *gunicorn],
        "gunicorn-uvicorn": ["--worker-class", "uvicorn_worker.UvicornWorker", *gunicorn],
    }
    return [sys.executable, "-m", server.partition("-")[0], *arguments[USUAL_KINDS.get(server, server)]]


@contextlib.contextmanager
def serve(
    framework: str,
    server: str,
    folder: Path,
    attribute: str = "app",
    *,
    store_url: str = "",
    environment: Mapping[str, str] | None = None,
) -> Iterator[Served]:
    """Runs the site until the block ends, then asks the server to stop as an operator does (SIGTERM).

    It counts into a store in the folder, unless there is one that it shares.
    """
    port = free_port()
    store_url = store_url or f"sqlite:///{folder / 'counts.db'}"
    log = folder / "server.log"
    site = Served(framework=framework, server=server, port=port, store_url=store_url, log=log)
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command(server, f"{framework}_site:{attribute}", port),
            cwd=APPS,
            env={
                **os.environ,
                "STORE_URL": store_url,
                "PASSWORD_HASH": CHEAP_HASH,
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONPATH": os.environ.get("TEST_COMPILED") or os.environ.get("PYTHONPATH", ""),
                **(environment or {}),
            },
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
        try:
            await_answer(site, process)
            yield site
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def await_answer(site: Served, process: subprocess.Popen[bytes]) -> None:
    """Waits until the site answers; says what the server printed when it doesn't."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(site.url + "/news", timeout=5)
            return
        time.sleep(0.05)
    raise RuntimeError(f"{site.framework} under {site.server} did not start:\n{site.log.read_text()[-3000:]}")
