"""Who is logged in: sessions kept by the server, so that logging out ends them everywhere."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from typing import Final

import msgspec

from adnotice.count.stores.protocol import Notes
from adnotice.vocabulary import Unavailable

IDLE_SECONDS: Final = 30 * 60
ABSOLUTE_SECONDS: Final = 8 * 3600
TOUCH_SECONDS: Final = 60
"""Being seen again is written down at most once a minute."""

MAX_TOKEN_CHARACTERS: Final = 64


class Session(msgspec.Struct, frozen=True):
    """A session as it is kept: when it began, and for which password."""

    began: float
    password: str


class Sessions:
    """Sessions as notes under the hash of their token: who reads the store can't use them. Blocking calls.

    When a session was last seen stands in a note of its own, so that a request that is under way while its reader
    logs out can't bring the session back. A new password ends all sessions.
    """

    def __init__(self, notes: Notes, password_hash: str) -> None:
        self._notes = notes
        self._password = hashlib.sha256(password_hash.encode()).hexdigest()[:16]

    def open(self, now: float) -> str:
        """Begins a session; returns its token, 256 random bits."""
        token = secrets.token_urlsafe(32)
        session, seen = _names(token)
        self._notes.put(seen, str(now), now + IDLE_SECONDS)
        self._notes.put(session, msgspec.json.encode(Session(now, self._password)).decode(), now + ABSOLUTE_SECONDS)
        return token

    def alive(self, token: str, now: float, *, seen: bool = True) -> bool:
        """Whether the token's session goes on: seen in the last 30 minutes, begun in the last 8 hours, not ended. With `seen`
        it is seen now; a page that looks again by itself sees nobody."""
        if not token or len(token) > MAX_TOKEN_CHARACTERS:
            return False
        session_name, seen_name = _names(token)
        kept, last = self._notes.get(session_name), self._notes.get(seen_name)
        if kept is None or last is None:
            return False
        session = msgspec.json.decode(kept, type=Session)
        idle, age = now - float(last), now - session.began
        if session.password != self._password or idle > IDLE_SECONDS or age > ABSOLUTE_SECONDS:
            self.close(token)
            return False
        if seen and idle > TOUCH_SECONDS:
            with suppress(Unavailable):  # a store that takes nothing is what the operator comes to see
                self._notes.put(seen_name, str(now), now + IDLE_SECONDS)
        return True

    def close(self, token: str) -> None:
        """Ends the session, for every copy of its cookie."""
        for name in _names(token):
            self._notes.remove(name)


def _names(token: str) -> tuple[str, str]:
    digest = hashlib.sha256(token.encode()).hexdigest()[:40]
    return f"session:{digest}", f"seen:{digest}"
