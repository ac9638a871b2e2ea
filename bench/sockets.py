"""A uvicorn of its own process: load on its sockets from here, its cost read from the kernel."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.protocol import make_request

START_SECONDS: Final = 30
CONNECTIONS: Final = 8


@dataclass(frozen=True)
class Site:
    """A running server."""

    pid: int
    port: int

    def cpu_seconds(self) -> float:
        """The CPU time that all its threads have had, from the scheduler's own books (nanoseconds)."""
        tasks = Path(f"/proc/{self.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def memory_mb(self, name: str) -> float:
        """`VmRSS` (now) or `VmHWM` (the most so far)."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) / 1024
        raise ValueError(f"/proc/{self.pid}/status has no {name}. This bench needs Linux")

    def forget_peak(self) -> None:
        """Begins `VmHWM` anew from what is resident now."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def connect(self) -> socket.socket:
        """A connection that sends at once."""
        made = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def load(self, request: bytes, answer_bytes: int, times: int) -> None:
        """Asks `times` times over a few keep-alive connections; every answer has this many bytes."""
        with contextlib.ExitStack() as stack:
            connections = [stack.enter_context(self.connect()) for _ in range(CONNECTIONS)]
            for _ in range(times // CONNECTIONS):
                for each in connections:
                    each.sendall(request)
                for each in connections:
                    receive_exactly(each, answer_bytes)

    def answer_bytes(self, request: bytes) -> int:
        """How long the answer is, headers included; for answers with a length."""
        with self.connect() as connection:
            connection.sendall(request)
            data = b""
            while b"\r\n\r\n" not in data:
                data += connection.recv(65536)
            head = data.partition(b"\r\n\r\n")[0]
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            return len(head) + 4 + length

    def seconds_to_first_byte(self, path: str) -> float:
        """From sending the request until the first byte of the body is here; then reads to the end."""
        with self.connect() as connection:
            started = time.perf_counter()
            connection.sendall(make_request(path, [("Connection", "close")]))
            data = b""
            while not data.partition(b"\r\n\r\n")[2]:
                data += connection.recv(65536)
            took = time.perf_counter() - started
            while connection.recv(1 << 20):
                pass
            return took

    def drain(self, path: str) -> int:
        """Reads an answer to its end; returns its bytes."""
        total = 0
        with self.connect() as connection:
            connection.sendall(make_request(path, [("Connection", "close")]))
            while part := connection.recv(1 << 20):
                total += len(part)
        return total


def receive_exactly(connection: socket.socket, size: int) -> None:
    """Reads so many bytes; says so when the server closes before."""
    while size > 0:
        got = len(connection.recv(min(size, 1 << 20)))
        if not got:
            raise ConnectionError(f"the server closed {size} bytes before the end of its answer")
        size -= got


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextlib.contextmanager
def serve(target: str, environment: Mapping[str, str]) -> Iterator[Site]:
    """Runs uvicorn with this app until the block ends."""
    with socket.socket() as listening:
        # As asyncio does for sockets of its own making: an answer in two writes would wait 40 ms for the first one's ACK.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        command = [sys.executable, "-m", "uvicorn", target, "--fd", str(listening.fileno()), "--log-level", "warning"]
        process = subprocess.Popen(
            [*command, "--http", "httptools", "--no-access-log"],
            env={**os.environ, **environment},
            pass_fds=[listening.fileno()],
        )
        with answering(process, listening.getsockname()[1]) as site:
            yield site


@contextlib.contextmanager
def answering(process: subprocess.Popen[bytes], port: int) -> Iterator[Site]:
    """The site of this server, once it answers; ends the server after the block."""
    try:
        site = Site(process.pid, port)
        await_answer(site, process)
        yield site
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def await_answer(site: Site, process: subprocess.Popen[bytes]) -> None:
    """Waits until the server answers; it may take its time to import."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(TimeoutError, ConnectionError), site.connect() as connection:
            connection.settimeout(START_SECONDS)
            connection.sendall(make_request("/news", [("Connection", "close")]))
            if connection.recv(65536):
                return
        time.sleep(0.1)
    raise RuntimeError("the server to be measured did not start: see what it printed above")
