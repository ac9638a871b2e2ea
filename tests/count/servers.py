"""Servers of the tests' own: PostgreSQL, Redis, a Redis Cluster, and a proxy that breaks connections on demand.

All listen on free loopback ports, keep their data in the test's folder and end with the test.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

START_SECONDS = 20.0


def free_port() -> int:
    """A loopback port that nobody listens on now, nor on a cluster's bus port (+10,000). Both lie below those that the
    kernel gives to connections (from 32,768), so none of the many around takes one before the server does. Each of pytest's
    processes has ports of its own, or two would choose the same before a server listens on it."""
    share = 10_000 // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    first = 12_000 + share * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    while True:
        with socket.socket() as probe, socket.socket() as bus:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1]) % share + first
            with contextlib.suppress(OSError):
                bus.bind(("127.0.0.1", port + 10_000))
                probe.close()
                with socket.socket() as chosen:
                    chosen.bind(("127.0.0.1", port))
                return port


def wait_for(answered: Callable[[], bool], seconds: float = START_SECONDS) -> None:
    """Asks until the answer is yes; raises `TimeoutError` when it never is."""
    deadline = time.monotonic() + seconds
    while not answered():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not answered within {seconds:g} seconds: {answered}")
        time.sleep(0.02)


class Server:
    """A process that can be killed, hung and started again on the same port and data."""

    def __init__(self, command: Sequence[str], port: int, log: Path, user: str | None = None) -> None:
        self.port = port
        self.folder = log.parent
        self._command = command
        self._log = log
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The running process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Starts the process and waits until it listens."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, user=self._user, cwd=self.folder
            )
        wait_for(self.listens)

    def listens(self) -> bool:
        """Whether the port accepts a connection."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        assert self._process is not None
        assert self._process.poll() is None, f"the server ended: {self._log.read_text()[-2000:]}"
        return False

    def kill(self) -> None:
        """kill -9, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def hang(self) -> None:
        """Stops the process: connections stay open and nothing answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        """Lets a hung process go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Ends the process for good."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self.kill()


class Redis(Server):
    """A redis-server, or valkey-server, with the durability that docs/scaling.md demands."""

    def __init__(self, folder: Path, *options: str, port: int | None = None) -> None:
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        assert program is not None
        port = port or free_port()
        folder.mkdir(parents=True, exist_ok=True)
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
        command += ["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction", *options]
        super().__init__(command, port, folder / "server.log")

    @property
    def url(self) -> str:
        """Where a store finds it."""
        return f"redis://127.0.0.1:{self.port}"

    def cli(self, *command: str) -> str:
        """What redis-cli prints."""
        done = subprocess.run(
            ["redis-cli", "-p", str(self.port), *command], capture_output=True, text=True, timeout=10, check=False
        )
        return done.stdout

    def ready(self) -> bool:
        """Whether it answers, and has loaded its data."""
        return self.cli("PING").strip() == "PONG"


class RedisCluster:
    """Three shards with a replica each, in six processes; a primary that is silent for so long is failed over."""

    def __init__(self, folder: Path, timeout_ms: int = 2_500) -> None:
        options = [
            "--cluster-enabled",
            "yes",
            "--cluster-node-timeout",
            str(timeout_ms),
            "--cluster-config-file",
            "nodes.conf",
        ]
        options += ["--min-replicas-to-write", "1", "--min-replicas-max-lag", "10"]
        options += ["--repl-ping-replica-period", "1", "--cluster-allow-replica-migration", "no"]
        self.servers = [Redis(folder / str(number), *options) for number in range(6)]

    def start(self) -> None:
        """Starts all six, joins them and waits until every shard has its replica."""
        for server in self.servers:
            server.start()
        addresses = [f"127.0.0.1:{server.port}" for server in self.servers]
        subprocess.run(
            ["redis-cli", "--cluster", "create", *addresses, "--cluster-replicas", "1", "--cluster-yes"],
            check=True,
            capture_output=True,
            timeout=60,
        )
        self.wait_until_whole()

    @property
    def url(self) -> str:
        """Where a store finds it: three of the six are named, the rest it learns."""
        return "redis+cluster://" + ",".join(f"127.0.0.1:{server.port}" for server in self.servers[:3])

    def wait_until_whole(self, seconds: float = 60) -> None:
        """Waits until all slots are served and every primary has a replica that follows it."""
        wait_for(self.whole, seconds)

    def whole(self) -> bool:
        """Whether every node says so."""
        states = [server.cli("CLUSTER", "INFO") for server in self.servers]
        roles = [server.cli("INFO", "replication") for server in self.servers]
        primaries = [role for role in roles if "role:master" in role]
        return (
            all("cluster_state:ok" in state for state in states)
            and len(primaries) == 3
            and all("connected_slaves:1" in role and "state=online" in role for role in primaries)
        )

    def primaries(self) -> list[Redis]:
        """The servers that are primaries by their own word."""
        return [server for server in self.servers if "role:master" in server.cli("INFO", "replication")]

    def stop(self) -> None:
        """Ends all six."""
        for server in self.servers:
            server.stop()


class PostgreSQL(Server):
    """A PostgreSQL cluster of its own, run by an unprivileged user where the tests run as root."""

    def __init__(self) -> None:
        # Not in the tests' own folder: that one may be read by its owner only, and root must not run PostgreSQL.
        folder = Path(tempfile.mkdtemp(prefix="adnotice-postgresql-"))
        user = None
        if os.geteuid() == 0:
            user = next(name for name in ("postgres", "nobody") if _exists(name))
            shutil.chown(folder, user)
        port = free_port()
        command = [_program("postgres"), "-D", str(folder / "data"), "-p", str(port), "-h", "127.0.0.1"]
        command += ["-k", str(folder), "-c", "max_connections=60"]
        super().__init__(command, port, folder / "server.log", user)

    @staticmethod
    def installed() -> bool:
        """Whether there is one to start."""
        return all(_find(name) for name in ("initdb", "postgres", "pg_isready"))

    def start(self) -> None:
        """Makes the data folder on the first start; ready once it answers a query."""
        if not (self.folder / "data").exists():
            subprocess.run(
                [_program("initdb"), "-D", str(self.folder / "data"), "-U", "test", "-A", "trust", "--no-sync"],
                check=True,
                capture_output=True,
                user=self._user,
                cwd=self.folder,
            )
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        super().start()
        wait_for(self.ready)

    def ready(self) -> bool:
        """Whether it takes queries."""
        command = [_program("pg_isready"), "-h", "127.0.0.1", "-p", str(self.port), "-q"]
        return subprocess.run(command, check=False, timeout=10).returncode == 0

    def kill(self) -> None:
        """kill -9 of the whole server, its workers too: nothing is written any more."""
        if self._process is None or self._process.poll() is not None:
            return
        children = _children(self._process.pid)
        super().kill()
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    def hang(self) -> None:
        """Stops the server and its workers."""
        assert self._process is not None
        super().hang()
        for child in _children(self._process.pid):
            os.kill(child, signal.SIGSTOP)

    def wake(self) -> None:
        """Lets them go on."""
        assert self._process is not None
        for child in _children(self._process.pid):
            os.kill(child, signal.SIGCONT)
        super().wake()

    @property
    def user(self) -> str | None:
        """Who runs it, where that is another one than who runs the tests."""
        return self._user

    @property
    def pids(self) -> list[int]:
        """The server's process and those that serve connections."""
        return [self.pid, *_children(self.pid)]

    def stop(self) -> None:
        """Ends it for good and removes its data."""
        super().stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self) -> str:
        """Where a store finds it."""
        return f"postgresql://test@127.0.0.1:{self.port}/postgres"


def _find(name: str) -> str | None:
    packaged = sorted(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))
    return shutil.which(name) or next(iter(packaged), None)


def _program(name: str) -> str:
    found = _find(name)
    assert found is not None, f"{name} is not installed"
    return found


def _exists(user: str) -> bool:
    with contextlib.suppress(KeyError):
        return bool(pwd.getpwnam(user))
    return False


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Proxy:
    """A TCP proxy in front of a server: delays, cuts, cuts right after a request was passed on, or hangs."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.delay_seconds = 0.0
        self.cuts = 0
        self._cut_after: bytes | None = None
        self._open = threading.Event()
        self._open.set()
        self._refuse = False
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def cut_after(self, request: bytes) -> None:
        """The next time these bytes go to the server, they are passed on and the connection ends with no answer."""
        self._cut_after = request

    def cut(self) -> None:
        """Ends every connection."""
        with self._lock:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            _end(*pair)

    def refuse(self, *, refused: bool = True) -> None:
        """Ends every connection, and new ones at once."""
        self._refuse = refused
        if refused:
            self.cut()

    def hang(self) -> None:
        """Passes nothing on until `resume`."""
        self._open.clear()

    def resume(self) -> None:
        """Passes everything on again."""
        self._open.set()

    def close(self) -> None:
        """Ends the proxy."""
        self._open.set()
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target), timeout=5)
            except OSError:
                if self._listener.fileno() < 0:
                    return
                with contextlib.suppress(UnboundLocalError):
                    client.close()
                continue
            server.settimeout(None)
            if self._refuse:
                _end(client, server)
                continue
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._pairs.add((client, server))
            threading.Thread(target=self._pump, args=(client, server), daemon=True).start()

    def _pump(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            while True:
                readable, _, _ = select.select([client, server], [], [])
                for source in readable:
                    data = source.recv(65_536)
                    self._open.wait()
                    if not data:
                        return _end(client, server)
                    if self.delay_seconds:
                        time.sleep(self.delay_seconds)
                    wanted = self._cut_after
                    if source is client and wanted is not None and wanted in data:
                        self._cut_after = None
                        server.sendall(data)
                        server.shutdown(socket.SHUT_WR)  # the server reads all of it before it sees the end
                        self.cuts += 1
                        client.close()
                        time.sleep(0.005)
                        return _end(client, server)
                    (server if source is client else client).sendall(data)
        return _end(client, server)


def _end(*sockets: socket.socket) -> None:
    for each in sockets:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()


@contextlib.contextmanager
def running(server: Redis | RedisCluster | PostgreSQL) -> Iterator[None]:
    """Starts the server and ends it whatever happens."""
    try:
        server.start()
        yield
    finally:
        server.stop()
