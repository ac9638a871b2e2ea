"""A process that is stopped while it holds a store's file."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator

OURS = """
import sys, time
from adnotice.count.stores.open import open_store
with open_store(sys.argv[1]).writing() as cursor:
    print("holds", flush=True)
    time.sleep(120)
"""


FOREIGN = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1].removeprefix("sqlite:///"), isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("holds", flush=True)
time.sleep(120)
"""


@contextlib.contextmanager
def holding(code: str, url: str) -> Iterator[int]:
    """A process that holds the file, and is stopped; gives its number."""
    process = subprocess.Popen([sys.executable, "-c", code, url], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"holds\n"
        process.send_signal(signal.SIGSTOP)
        yield process.pid
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
