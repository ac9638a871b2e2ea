"""The small sites over real servers on real sockets."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.count.servers import free_port as free_port
from tests.insight.conftest import CHEAP_HASH
from tests.support.programs import fork, running, spawn

APPS = Path(__file__).parent / "apps"
SERVERS = ("uvicorn-h11", "uvicorn-httptools", "hypercorn", "granian", "daphne", "gunicorn-asgi", "gunicorn-uvicorn")
USUAL_KINDS = {"uvicorn": "uvicorn-httptools", "gunicorn": "gunicorn-asgi"}
"""What a server's bare name stands for."""


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
    """How the server is started for the ASGI app `module:name`: a module to run, and its arguments."""
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
    return [server.partition("-")[0], *arguments[USUAL_KINDS.get(server, server)]]


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
    variables = {
        "STORE_URL": store_url,
        "PASSWORD_HASH": CHEAP_HASH,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.environ.get("TEST_COMPILED") or os.environ.get("PYTHONPATH", ""),
        **(environment or {}),
    }
    module, *arguments = command(server, f"{framework}_site:{attribute}", port)
    if module == "uvicorn":
        program = fork(module, *arguments, log=log, environment=variables, folder=APPS)
    else:
        program = spawn([sys.executable, "-m", module, *arguments], log=log, environment=variables, folder=APPS)

    def answers() -> bool:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(site.url + "/news", timeout=5)
            return True
        return False

    with running(program, answers):
        yield site
