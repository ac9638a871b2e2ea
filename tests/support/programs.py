"""Programs in processes of their own, and the one way to start, await and end them.

`fork` runs `python -m MODULE` in a process that has imported everything already: the fork server's child. Starting a site so
costs a tenth of the CPU that `python` needs, nearly all of which goes into imports. `spawn` starts a command as a shell
would, for tests of which the start itself is a part.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 15.0
PAUSE_SECONDS: Final = 0.02
LISTENER: Final = "{listener}"
"""In a command of `fork`: the number of the socket that is handed on."""

FORKS: Final = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.support.preloaded"])


class Program:
    """A process that runs until it is told to end. `log` has all that it wrote."""

    def __init__(self, process: subprocess.Popen[bytes] | BaseProcess, log: Path) -> None:
        assert process.pid is not None
        self._process = process
        self.pid: int = process.pid
        self.log = log

    @property
    def returncode(self) -> int | None:
        """How it ended, the signal's number below zero; None while it runs."""
        return self._process.poll() if isinstance(self._process, subprocess.Popen) else self._process.exitcode

    def send(self, what: signal.Signals) -> None:
        """Sends a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, what)

    def wait(self, seconds: float) -> bool:
        """Whether it has ended within so many seconds."""
        if isinstance(self._process, subprocess.Popen):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
        else:
            self._process.join(seconds)
        return self.returncode is not None

    def kill(self) -> None:
        """kill -9, of its own children too: each program leads a group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.wait(STOP_SECONDS)

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """As an operator stops it; by force when it has not ended after so many seconds."""
        self.send(signal.SIGTERM)
        if not self.wait(seconds):
            self.kill()

    def await_answer(self, answers: Callable[[], bool], seconds: float = START_SECONDS) -> None:
        """Asks until the answer is yes. RuntimeError with the log where it ends before, or never answers."""
        deadline = time.monotonic() + seconds
        while not answers():
            if (status := self.returncode) is not None:
                raise RuntimeError(f"the program ended with {status}:\n{self.log.read_text()[-3000:]}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"no answer within {seconds:g} seconds:\n{self.log.read_text()[-3000:]}")
            time.sleep(PAUSE_SECONDS)


def fork(
    module: str,
    *arguments: str,
    log: Path,
    environment: Mapping[str, str] | None = None,
    folder: Path = ROOT,
    listener: socket.socket | None = None,
) -> Program:
    """Starts `python -m MODULE ARGUMENTS` in this folder, with this environment above ours."""
    variables = {**os.environ, **(environment or {})}
    given = (module, list(arguments), variables, str(folder), str(log), listener)
    process = FORKS.Process(target=_run, args=given, daemon=True)
    process.start()
    return Program(process, log)


def spawn(
    command: Sequence[str], *, log: Path, environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> Program:
    """Starts a command as a shell does, with this environment above ours."""
    variables = {**os.environ, **(environment or {})}
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, env=variables, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    return Program(process, log)


def without_coverage() -> dict[str, str]:
    """Our environment, in which Python measures no coverage: it takes a third of the time, and of what is run here a second time
    nothing is counted."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_PROCESS_")}


@contextlib.contextmanager
def running(program: Program, answers: Callable[[], bool]) -> Iterator[Program]:
    """The program once it answers; it is stopped when the block ends."""
    try:
        program.await_answer(answers)
        yield program
    finally:
        program.stop()


def _run(
    module: str,
    arguments: list[str],
    environment: dict[str, str],
    folder: str,
    log: str,
    listener: socket.socket | None,
) -> None:
    """In the new process: makes it what `python -m` would have made of it."""
    os.setsid()
    _write_into(log)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.path[:0] = [folder, *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
    number = "" if listener is None else str(listener.fileno())
    sys.argv = [module, *(argument.replace(LISTENER, number) for argument in arguments)]
    threading.Thread(target=_end_with_the_tests, daemon=True).start()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _write_into(log: str) -> None:
    with Path(log).open("ab") as out, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)


def _end_with_the_tests() -> None:
    tests = multiprocessing.parent_process()
    assert tests is not None
    wait([tests.sentinel])
    os.kill(os.getpid(), signal.SIGTERM)
