"""The ticket: proof that a view was asked, so that its answers are counted, and each of them once.

It names the view and the second in which the view was asked. The signature covers the site as well, so that a ticket
of one site counts nothing on another.
"""

from __future__ import annotations

import hashlib
from enum import Enum
from typing import Final, NamedTuple

from itsdangerous import Signer

from adnotice.keys import CLOCK_TOLERANCE_SECONDS, Keys

PURPOSE: Final = "notice.ticket"
LIFETIME_SECONDS: Final = 12 * 3600
_LONGEST: Final = 160


class Fault(Enum):
    """Why a ticket counts nothing."""

    FORGED = "the ticket is not ours: nothing was counted"
    EXPIRED = f"the ticket is older than {LIFETIME_SECONDS // 3600} hours: nothing was counted"


class Ticket(NamedTuple):
    """A view that was asked; `expires` is when the ticket counts no more (seconds since the epoch, UTC)."""

    view: str
    expires: float


class Tickets:
    """Writes tickets and reads them."""

    def __init__(self, keys: Keys) -> None:
        self._signer = Signer(
            keys.derive(PURPOSE), salt=PURPOSE, sep=".", key_derivation="none", digest_method=hashlib.sha256
        )

    def write(self, view: str, site: str, now: float) -> str:
        """The ticket of a view that is asked now."""
        stem = f"{view}.{int(now):x}"
        return f"{stem}.{self._signer.get_signature(_signed(stem, site)).decode()}"

    def read(self, text: str, site: str, now: float) -> Ticket | Fault:
        """The view that the ticket names, or why it counts nothing."""
        stem, _, signature = text.rpartition(".")
        if (
            len(text) > _LONGEST
            or not text.isascii()
            or not self._signer.verify_signature(_signed(stem, site), signature)
        ):
            return Fault.FORGED
        view, _, written = stem.rpartition(".")
        issued = int(written, 16)
        if not -CLOCK_TOLERANCE_SECONDS <= now - issued <= LIFETIME_SECONDS:
            return Fault.EXPIRED
        return Ticket(view, issued + LIFETIME_SECONDS + CLOCK_TOLERANCE_SECONDS)


def _signed(stem: str, site: str) -> bytes:
    return f"{stem}\n{site}".encode("utf-8", "surrogatepass")
