"""A command that serves, for as long as a test needs it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx


@contextlib.contextmanager
def running(command: list[str | Path], address: str, folder: Path) -> Iterator[None]:
    """Runs a server until the block ends, once its address answers."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ADNOTICE_")}
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(httpx.TransportError):
                httpx.get(address)
                break
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        assert process.wait(30) in (0, -15), (folder / "log").read_text()
