"""The Python end of driver.mjs: `driver.call("goto", page=..., url=...)`."""

from __future__ import annotations

import itertools
import json
import queue
import subprocess
import threading
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CALL_SECONDS = 90.0


class DriverError(Exception):
    """The browser, or the driver, could not do what it was asked."""


class Driver:
    """One Node.js process for all browsers of a test session."""

    def __init__(self, log: Path) -> None:
        self._log = log.open("w")
        self._process = subprocess.Popen(
            ["node", str(HERE / "driver.mjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            bufsize=1,
        )
        self._numbers = itertools.count(1)
        self._waiting: dict[int, queue.SimpleQueue[dict[str, Any]]] = {}
        self._writing = threading.Lock()
        self._listener = threading.Thread(target=self._listen, name="driver", daemon=True)
        self._listener.start()

    def call(self, do: str, *, seconds: float = CALL_SECONDS, **options: Any) -> Any:
        """Asks for one thing and waits for it; raises `DriverError` with the driver's reason."""
        number = next(self._numbers)
        answers: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._waiting[number] = answers
        with self._writing:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps({"id": number, "do": do, **options}) + "\n")
        try:
            answer = answers.get(timeout=seconds)
        except queue.Empty:
            raise DriverError(f"{do}: no answer within {seconds:g} seconds") from None
        finally:
            self._waiting.pop(number, None)
        if "error" in answer:
            raise DriverError(f"{do}: {answer['error']}")
        return answer["value"]

    def close(self) -> None:
        """Ends the driver, and with it all its browsers."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(20)
        self._listener.join(5)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            answer = json.loads(line)
            waiting = self._waiting.get(answer["id"])
            if waiting is not None:
                waiting.put(answer)
        for waiting in list(self._waiting.values()):
            waiting.put({"error": "the driver has ended; see its log"})
