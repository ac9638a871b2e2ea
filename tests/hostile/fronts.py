"""Where attacks arrive: at a server, or at nginx with two of them behind it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.conformance.serving import SERVERS, Served, free_port, serve
from tests.hostile.sockets import send
from tests.insight.conftest import CHEAP_HASH

ONE: Final = "uvicorn-h11"
"""The server of the one row that every run has: it drops the connection where others answer 500."""

BEHIND: Final = "nginx-"
UPSTREAMS: Final = 2
ALL_MARKS: Final = (pytest.mark.endurance, pytest.mark.timeout(3_600))

needs_nginx: Final = pytest.mark.skipif(
    shutil.which("nginx") is None, reason="nginx is not installed: nothing was tried behind it"
)


def alone(*, always: tuple[str, ...] = (ONE,)) -> list[Any]:
    """Every server; all but those of `always` only where everything is run."""
    return [pytest.param(server, marks=() if server in always else ALL_MARKS) for server in SERVERS]


def behind(*, always: tuple[str, ...] = (ONE,)) -> list[Any]:
    """Every server, two of them behind nginx."""
    return [
        pytest.param(f"{BEHIND}{server}", marks=(needs_nginx,) if server in always else (needs_nginx, *ALL_MARKS))
        for server in SERVERS
    ]


EVERYWHERE: Final = [*alone(), *behind(always=())]


@dataclass(frozen=True, kw_only=True)
class Front:
    """One address of a site, and all that stands behind it. `edge_log` is nginx' own."""

    name: str
    port: int
    sites: tuple[Served, ...]
    edge_log: Path | None = None

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def store_url(self) -> str:
        """Where all of its servers count."""
        return self.sites[0].store_url

    @property
    def logs(self) -> tuple[Path, ...]:
        """The servers' logs."""
        return tuple(site.log for site in self.sites)

    @property
    def tracebacks(self) -> int:
        """How many stand in the servers' logs."""
        return sum(log.read_text(errors="replace").count("Traceback") for log in self.logs)

    @property
    def said(self) -> str:
        """What nginx has to say about its upstreams: nothing, where all is well."""
        return "" if self.edge_log is None else self.edge_log.read_text(errors="replace")


@contextlib.contextmanager
def opened(
    name: str,
    folder: Path,
    attribute: str,
    framework: str = "attacked",
    environment: Mapping[str, str] | None = None,
) -> Iterator[Front]:
    """Runs the server of this name, or two of them behind nginx, until the block ends; both count into one store."""
    server = name.removeprefix(BEHIND)
    own = {"PASSWORD_HASH": CHEAP_HASH, **(environment or {})}
    store_url = f"sqlite:///{folder / 'counts.db'}"
    with contextlib.ExitStack() as stack:
        sites = []
        for number in range(UPSTREAMS if name.startswith(BEHIND) else 1):
            (folder / str(number)).mkdir(parents=True)
            served = serve(framework, server, folder / str(number), attribute, store_url=store_url, environment=own)
            sites.append(stack.enter_context(served))
        if name.startswith(BEHIND):
            port, log = stack.enter_context(nginx(folder, [site.port for site in sites]))
            yield Front(name=name, port=port, sites=tuple(sites), edge_log=log)
        else:
            yield Front(name=name, port=sites[0].port, sites=tuple(sites))


@contextlib.contextmanager
def nginx(folder: Path, ports: Sequence[int]) -> Iterator[tuple[int, Path]]:
    """nginx with its defaults in front of these; its port and its log."""
    edge, log = free_port(), folder / "error.log"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    upstreams = " ".join(f"server 127.0.0.1:{port};" for port in ports)
    config = folder / "nginx.conf"
    config.write_text(
        f"""{"user root;" if os.geteuid() == 0 else ""} daemon off; worker_processes 1; pid {folder}/pid; error_log {log};
        events {{}} http {{ access_log off; {" ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)}
        upstream site {{ {upstreams} }}
        server {{ listen 127.0.0.1:{edge}; location / {{ proxy_pass http://site; proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; }} }} }}"""
    )
    process = subprocess.Popen(["nginx", "-p", folder, "-c", config], stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while send(edge, b"GET /news HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").status != 200:
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.1)
        yield edge, log
    finally:
        process.terminate()
        process.wait(20)
