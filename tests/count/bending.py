"""docs/abuse.md's arithmetic: how far somebody with n addresses and m requests can move a day's rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from adnotice.count.settings import CountSettings
from adnotice.detect.endpoints import FREQUENT_AN_HOUR

SETTINGS: Final = CountSettings()
FACTOR: Final = SETTINGS.suspect_factor
ALLOWANCE: Final = SETTINGS.suspect_allowance


@dataclass(frozen=True, kw_only=True)
class Readers:
    """What a site sends and measures in an hour, and for how many hours."""

    pages: int
    views: int
    blocked: int
    hours: int = 24


class Attack(NamedTuple):
    """Who bends: how many addresses (None: they are not known here), requests in a day, and whether for pages too."""

    addresses: int | None
    requests: int
    pages: bool = False

    def forged(self, hours: int) -> int:
        """Made-up views an hour."""
        return self.requests // (3 if self.pages else 2) // hours


class Outcome(NamedTuple):
    """What of a day counted: readers' views, those of them with ads blocked, and made-up ones."""

    readers: float
    blocked: float
    forged: float

    @property
    def lowest(self) -> float:
        """The day's rate where all that was made up claims to be clear."""
        return self.blocked / (self.readers + self.forged)

    @property
    def highest(self) -> float:
        """Where all claims that ads are blocked."""
        return (self.blocked + self.forged) / (self.readers + self.forged)


def reckon(attack: Attack, readers: Readers) -> Outcome:
    """What counts of such a day."""
    made_up, pages, views = attack.forged(readers.hours), readers.pages, readers.views
    sent = pages + (made_up if attack.pages else 0)
    seldom = made_up if attack.addresses is None else min(made_up, FREQUENT_AN_HOUR * attack.addresses)
    often = max(0, min(made_up - seldom, sent - views - seldom))
    share = min(1.0, (FACTOR * sent + ALLOWANCE) / (views + seldom))
    burst = 0 if attack.addresses is None else min(made_up - seldom, FREQUENT_AN_HOUR * attack.addresses)
    forged = readers.hours * (share * seldom + often) + (burst if not often else 0)
    return Outcome(readers.hours * views * share, readers.hours * readers.blocked * share, forged)
