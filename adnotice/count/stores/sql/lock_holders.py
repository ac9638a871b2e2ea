"""Who holds a file's lock, as Linux says it: for the operator, who has to end or to wake that process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

LOCKS: Final = Path("/proc/locks")
STOPPED: Final = ("T", "t")


def name_holders(*files: Path) -> str:
    """A sentence that names the processes that hold a lock on one of these files; empty where the system does not say."""
    numbers = {file.stat().st_ino for file in files if file.exists()}
    named = [_name(pid) for pid in dict.fromkeys(_read(numbers)) if pid != os.getpid()]
    if not named:
        return ""
    return f"It is held by {', '.join(named)}: wake it, or end it"


def _read(inodes: set[int]) -> Iterator[int]:
    """The numbers of processes with a lock for writing on these inodes; see proc_locks(5)."""
    with suppress(OSError, ValueError):
        for line in LOCKS.read_text().splitlines():
            fields = line.split()
            if "->" not in fields and fields[3] == "WRITE" and int(fields[5].rpartition(":")[2]) in inodes:
                yield int(fields[4])


def _name(pid: int) -> str:
    folder = Path(f"/proc/{pid}")
    try:
        words = folder.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").split()
        state = folder.joinpath("stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return f"process {pid}"
    stopped = ", which is stopped" if state in STOPPED else ""
    command = "".join(character for character in " ".join(words)[:60] if character.isprintable())
    return f"process {pid} ({command}{stopped})"
