"""The operator's own state in Redis or Valkey: one hash, in the first shard."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from adnotice.count.stores.redis.nodes import Command

MANY: Final = 500
"""Names in one command."""

Run = Callable[..., Any]


class RedisNotes:
    """`Notes` in one hash; a value stands behind its expiry, `-` for none."""

    def __init__(self, run: Run, key: str, clock: Callable[[], float]) -> None:
        self._run = run
        self._key = key
        self._clock = clock

    def get(self, name: str) -> str | None:
        """See `Notes`."""
        return _open(self._run(("HGET", self._key, name)), self._clock())

    def put(self, name: str, value: str, expires: float | None = None) -> None:
        """See `Notes`."""
        held = f"{'-' if expires is None else repr(float(expires))} {value}"
        self._run(("HSET", self._key, name, held), write=True)

    def remove(self, name: str) -> None:
        """See `Notes`."""
        self._run(("HDEL", self._key, name), write=True)

    def names(self, prefix: str) -> list[str]:
        """See `Notes`."""
        return sorted(self.values(prefix))

    def values(self, prefix: str) -> dict[str, str]:
        """See `Notes`."""
        now = self._clock()
        opened = ((name, _open(held, now)) for name, held in sorted(self._scan(prefix)))
        return {name: value for name, value in opened if value is not None}

    def prune(self, now: float) -> int:
        """Forgets what has expired; returns how many."""
        gone = [name for name, held in self._scan("") if _open(held, now) is None]
        for some in (gone[at : at + MANY] for at in range(0, len(gone), MANY)):
            self._run(("HDEL", self._key, *some), write=True)
        return len(gone)

    def _scan(self, prefix: str) -> list[tuple[str, bytes]]:
        pattern = re.sub(r"([\\*?\[\]])", r"\\\1", prefix) + "*"
        found: dict[str, bytes] = {}
        cursor = b"0"
        while True:
            command: Command = ("HSCAN", self._key, cursor, "MATCH", pattern, "COUNT", 1000)
            cursor, flat = self._run(command)
            found.update((flat[i].decode(), flat[i + 1]) for i in range(0, len(flat), 2))
            if cursor == b"0":
                return list(found.items())


def _open(held: bytes | None, now: float) -> str | None:
    if held is None:
        return None
    expires, _, value = held.decode().partition(" ")
    return value if expires == "-" or float(expires) > now else None
