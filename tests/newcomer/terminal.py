"""A terminal: one shell in which commands follow each other, as in a newcomer's window."""

from __future__ import annotations

import os
import secrets
import shlex
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

COMMAND_SECONDS: Final = 900.0
END_SECONDS: Final = 20.0


class CommandFailed(Exception):
    """A command ended with an error, or never."""


class Terminal:
    """A shell in a folder, with an environment and nothing else; what it prints is kept. `inside` begins its command."""

    def __init__(self, folder: Path, environment: Mapping[str, str], log: Path, inside: Sequence[str] = ()) -> None:
        self._log = log
        with log.open("ab") as sink:
            self._shell = subprocess.Popen(
                [*inside, "bash", "--noprofile", "--norc"],
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=sink,
                stderr=sink,
                text=True,
                start_new_session=True,
            )

    @property
    def printed(self) -> str:
        """All that stood in this window."""
        return self._log.read_text(errors="replace")

    def run(self, command: str) -> str:
        """Runs a command to its end; what it printed. Raises `CommandFailed`."""
        mark, before = f"end-{secrets.token_hex(8)}", len(self.printed)
        self._type(f"eval {shlex.quote(command)} </dev/null; echo {mark} $?")
        deadline = time.monotonic() + COMMAND_SECONDS
        while mark not in (printed := self.printed[before:]) or not printed.endswith("\n"):
            if time.monotonic() > deadline or self._shell.poll() is not None:
                raise CommandFailed(f"{command}: did not end\n{printed}")
            time.sleep(0.05)
        printed, _, status = printed.rpartition(mark)
        if status.strip() != "0":
            raise CommandFailed(f"{command}: exit status {status.strip()}\n{printed}")
        return printed

    def write(self, path: str, text: str, *, adds: bool) -> None:
        """Writes a file, or adds to it, as an editor does; its folder is made where there is none."""
        name, folder = shlex.quote(path), shlex.quote(str(Path(path).parent))
        self.run(f"mkdir -p {folder} && printf %s {shlex.quote(text)} {'>>' if adds else '>'} {name}")

    def leave_running(self, command: str) -> None:
        """Begins a command that stays."""
        self._type(f"eval {shlex.quote(command)} </dev/null")

    def close(self) -> None:
        """Ends what runs here, as closing a window does."""
        assert self._shell.stdin is not None
        self._shell.stdin.close()
        for how in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._shell.pid, how)
                self._shell.wait(END_SECONDS)
            except ProcessLookupError:
                return
            except subprocess.TimeoutExpired:
                continue

    def _type(self, line: str) -> None:
        assert self._shell.stdin is not None
        self._shell.stdin.write(line + "\n")
        self._shell.stdin.flush()
