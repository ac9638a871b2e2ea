"""Under which share of measured views a view was drawn: said by us, carried by the browser, believed only with our signature.

The share is halved under load, and a view that was drawn with one chance in four stands for four. If a report could say
any share, one forged report would weigh as much as it likes; if the share of the moment of its arrival were taken, views
of a client.js that was cached before a halving would be weighed wrongly. So client.js brings the share with a signature and
the hour, and its report brings both back. Without them a view was drawn at the operator's own share.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import blake2b
from hmac import compare_digest
from typing import Final

from adnotice.keys import Keys

HOUR_SECONDS: Final = 3600
MAC_BYTES: Final = 8


class Shares:
    """Signs shares (above 0, at most 1) for an hour, and reads what comes back within the next."""

    def __init__(self, keys: Keys, clock: Callable[[], float] = time.time) -> None:
        self._keys = keys.derive("share")
        self._clock = clock

    @property
    def hour(self) -> int:
        """The hour that is signed now, counted since the epoch."""
        return int(self._clock()) // HOUR_SECONDS

    def sign(self, share: float) -> str:
        """A token that says that a view of this hour was drawn at this share."""
        said = f"{share!r}~{self.hour:x}"
        return f"{said}~{sign(self._keys[-1], said)}"

    def read(self, token: str) -> float | None:
        """The share that this token of ours says; None for another's, and for one of before the last hour."""
        said, _, signature = token.rpartition("~")
        if not (token.isascii() and any(compare_digest(sign(key, said), signature) for key in self._keys)):
            return None
        share, _, hour = said.partition("~")
        return float(share) if abs(self.hour - int(hour, 16)) <= 1 else None


def sign(key: bytes, said: str) -> str:
    """The signature of what is said."""
    return blake2b(said.encode(), key=key, digest_size=MAC_BYTES).hexdigest()
