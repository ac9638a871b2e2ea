"""Which row is the largest part of a change: described, never a reason.

With s a row's share of the decided views, r its rate, and R the site's rate in the middle of both stretches, the change of the
site's rate is the sum over the rows of s (r - R) now less s (r - R) before: each row's part, by bringing more or fewer views as
well as by its own rate.

The largest part alone says little: where all rows rise alike it is the row that most views have, or the one whose rate is
highest. So the largest of its table is told only where half of the change, and half of what is usual here, is by its having moved
otherwise than the rest of the site: by a share that grew or shrank, and by a rate that moved further than the rest's, whether the
rest's movement is taken in points, as a factor or in odds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from adnotice.count.model.tally import OTHER
from adnotice.insight.analysis.change import Part
from adnotice.insight.analysis.intervals import FEW_VIEWS
from adnotice.insight.analysis.summary import Views
from adnotice.insight.analysis.weighting import KINDS_OF_VIEW, NO_VIEWS, add_views

STANDS_OUT: Final = 0.5
"""So much of the change, and of the yardstick, is a row's own where it is told."""


class Stretch(NamedTuple):
    """The views of a site in some weeks, and by table those of each row."""

    whole: Views
    tables: Mapping[str, Mapping[str, Views]]


def find_part(now: Stretch, before: Stretch, judged: float, yardstick: float) -> Part | None:
    """The row that is the largest part of the change and moved otherwise than the rest; None where none did.

    `judged` is the change that was found, without unusual days, `yardstick` what would be more than usual. Rows have all days:
    where the change of these is another one, there is no part of it.
    """
    rate, rate_before = _rate(now.whole) or 0.0, _rate(before.whole) or 0.0
    change, middle = rate - rate_before, (rate + rate_before) / 2
    if not change or abs(change - judged) > abs(judged) / 2:
        return None
    least = STANDS_OUT * max(1.0, yardstick / abs(change))
    best: tuple[float, Part | None] = (least, None)
    largest: dict[str, Part] = {}
    for part in list_parts(now, before, middle):
        kept = largest.setdefault(part.table, part)
        largest[part.table] = max(kept, part, key=lambda each: each.points / change)
    for part in largest.values():
        views, was = (each.tables[part.table].get(part.name, NO_VIEWS) for each in (now, before))
        own = _measure_own(part, _without(now.whole, views), _without(before.whole, was)) / change
        best = max(best, (own, part), key=lambda each: each[0])
    return best[1]


def _measure_own(part: Part, rest: Views, rest_before: Views) -> float:
    """How much of the site's change is by this row's having moved otherwise than the rest: what would not be, had its share stayed
    and its rate moved as theirs."""
    others, others_before = _rate(rest), _rate(rest_before)
    if others is None or others_before is None:
        return 0.0
    if part.rate is None or part.rate_before is None:  # new or gone
        came = part.share * (part.rate - others) if part.rate is not None else 0.0
        went = part.share_before * (part.rate_before - others_before) if part.rate_before is not None else 0.0
        return came - went
    by_share = (part.share - part.share_before) * (part.rate + part.rate_before - others - others_before) / 2
    further = [part.rate - alike for alike in _move_alike(part.rate_before, others_before, others)]
    own = min(further, key=abs) if all(each > 0 for each in further) or all(each < 0 for each in further) else 0.0
    return by_share + own * (part.share + part.share_before) / 2


def _move_alike(rate: float, others_before: float, others: float) -> Iterator[float]:
    """Where the rate would be, had it moved as those of others: by as many points, by the same factor, by the same odds."""
    yield rate + others - others_before
    if others_before:
        yield rate * others / others_before
    if all(0 < each < 1 for each in (rate, others_before, others)):
        yield 1 / (1 + math.exp(_logit(others_before) - _logit(others) - _logit(rate)))


def _logit(rate: float) -> float:
    return math.log(rate / (1 - rate))


def _without(whole: Views, row: Views) -> Views:
    return add_views(*(max(0, getattr(whole, kind) - getattr(row, kind)) for kind in KINDS_OF_VIEW))


def list_parts(now: Stretch, before: Stretch, middle: float) -> Iterator[Part]:
    """The part of each row that has views enough for a rate; where these are all views, they add up to the change. `middle` is
    the site's rate halfway between both."""
    of, of_before = now.whole.decided, before.whole.decided
    for table, rows in now.tables.items():
        earlier = before.tables[table]
        for name in {**rows, **earlier}:
            views, was = rows.get(name, NO_VIEWS), earlier.get(name, NO_VIEWS)
            if name == OTHER or max(views.decided, was.decided) < FEW_VIEWS:
                continue
            share, share_before = views.decided / of if of else 0.0, was.decided / of_before if of_before else 0.0
            rate, rate_before = _rate(views), _rate(was)
            part = share * ((rate or 0.0) - middle) - share_before * ((rate_before or 0.0) - middle)
            now_told, before_told = (_rate(each) if each.decided >= FEW_VIEWS else None for each in (views, was))
            yield Part(table, name, share, share_before, now_told, before_told, part)


def _rate(views: Views) -> float | None:
    return views.blocked / views.decided if views.decided else None
