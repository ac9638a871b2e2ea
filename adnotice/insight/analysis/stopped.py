"""Have reports stopped? Pages leave with the tag, reports used to come back, and for hours none has."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from adnotice.insight.analysis.summary import Bucket, Stop

CHANCE: Final = 0.001
"""How rarely silence by chance is taken for a stop, were page views independent."""

FEWEST_PAGES: Final = 20
"""Readers open several pages each: under so many, one reader could be all of the silence."""


def find_last_view(hours: Sequence[Bucket]) -> str:
    """The last of these hours, oldest first, in which a page view was measured; empty where there is none."""
    return next((hour.start for hour in reversed(hours) if hour.views.measured), "")


def find_stop(hours: Sequence[Bucket]) -> Stop | None:
    """Whether the last hours, oldest first, are silent although pages left; None where they are not, or where too few
    did to say so."""
    last = next((n for n in range(len(hours) - 1, -1, -1) if hours[n].views.measured), None)
    if last is None:
        return None
    delivered = sum(hour.injected for hour in hours[: last + 1])
    measured = min(delivered, sum(hour.views.measured for hour in hours[: last + 1]))
    pages = sum(hour.injected for hour in hours[last + 1 :])
    if not delivered or pages < FEWEST_PAGES:
        return None
    silence = 1 - measured / delivered
    if silence and pages * math.log(silence) > math.log(CHANCE):
        return None
    return Stop(hours[last].start, pages)
