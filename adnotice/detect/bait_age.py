"""When the baits were last held against filter lists, and when that is too long ago to rely on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from adnotice.detect.baits import BAITS, SIZED
from adnotice.finding import Finding, Weight
from adnotice.language import gettext, ngettext

MAX_LIST_DAYS: Final = 30

VERIFIED: Final = min(bait.verified.on for bait in (*BAITS, *SIZED))
"""The day on which the oldest check of a bait against filter lists was made."""


def judge_age(
    today: date, verified: date = VERIFIED, write: Callable[[date], str] = date.isoformat
) -> Iterator[Finding]:
    """What to say of lists of this day, written so: nothing while they are fresh."""
    days = (today - verified).days
    if days > MAX_LIST_DAYS:
        yield Finding(
            weight=Weight.WRONG,
            # Translators: baits are addresses that look like ads, by which blockers are found; {date} is a date, such as 28 November 2026.
            found=ngettext(
                "The baits were last held against filter lists {n} day ago, on {date}. Lists change.",
                "The baits were last held against filter lists {n} days ago, on {date}. Lists change.",
                days,
                n=days,
                date=write(verified),
            ),
            do=gettext(
                "Install the newest adnotice. `make blockers` in a checkout of it holds the baits against today’s lists."
            ),
        )
