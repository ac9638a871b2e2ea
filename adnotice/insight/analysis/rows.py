"""Rows by themselves: found by a part of their name, joined by section, one opened alone; few views told apart from nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final

import msgspec

from adnotice.count.model.tally import OTHER, Metric
from adnotice.count.stores.protocol import Health
from adnotice.insight.analysis.intervals import Range, share, widest
from adnotice.insight.analysis.summarize import FUNNEL, make_funnel
from adnotice.insight.analysis.summary import TABLES, Bucket, Numbers, Reading, Row, Step, Views
from adnotice.insight.analysis.weighting import KINDS_OF_VIEW, NO_VIEWS, add_views, view
from adnotice.language import Problem, gettext_noop

ROW_WISHES: Final = ("q", "by")
"""The keys of a query that choose among a table's rows."""


class OneRow(msgspec.Struct, frozen=True):
    """One row opened alone. `row` is as in its table; `counts` what was counted of it, `series` as counted, never weighed;
    hours of a page with few page views are `masked`. `funnel` has the steps that are kept of such rows."""

    table: str
    row: Row
    counts: Mapping[str, int]
    series: Sequence[Bucket]
    funnel: Sequence[Step]


class BadRows(Problem):
    """A choice of rows that there is not; the text says which there are."""


def choose_rows(table: str, rows: Sequence[Row], wanted: str, by: str) -> list[Row]:
    """The rows of a table with this text in their name, of pages `by` "section" too. Raises `BadRows`."""
    if by not in ("", "section") or (by and table != "pages"):
        # Translators: by=section is what an address may have, and stays as it is.
        raise BadRows(gettext_noop("by must be section, of pages alone, got {given}"), given=repr(by[:40]))
    found = search(rows, wanted) if wanted else list(rows)
    return by_section(found) if by else found


def search(rows: Sequence[Row], wanted: str) -> list[Row]:
    """The rows with this text in their name, small or capital letters alike."""
    wanted = wanted.casefold()
    return [row for row in rows if row.name != OTHER and wanted in row.name.casefold()]


def name_section(page: str) -> str:
    """The first part of a page's path: /news of /news/2026/budget; the page itself where it has one part."""
    first, slash, _ = page.removeprefix("/").partition("/")
    return f"/{first}/" if slash and first else page


def by_section(rows: Sequence[Row]) -> list[Row]:
    """The rows of pages joined by section, those with the most page views first, what has no name of its own last."""
    joined: dict[str, list[Row]] = {}
    for row in rows:
        joined.setdefault(OTHER if row.name == OTHER else name_section(row.name), []).append(row)
    made = [join(name, parts) for name, parts in joined.items()]
    return sorted(made, key=lambda row: (row.name == OTHER, -row.views.measured, row.name))


def join(name: str, parts: Sequence[Row]) -> Row:
    """These rows as one. It is of few page views where each of its parts is and they are few together."""
    if len(parts) == 1:
        return msgspec.structs.replace(parts[0], name=name)
    views = add_up([part.views for part in parts])
    known = all(part.blocking.few for part in parts)
    blocking = share(views.blocked, views.decided)
    few = blocking.few if known else False
    return Row(name, views, msgspec.structs.replace(blocking, few=few), join_ranges(parts))


def join_ranges(parts: Sequence[Row]) -> Range | None:
    """The range of all together: wide enough whatever drawing has left open in each."""
    known = [(part.views, part.range) for part in parts if part.range]
    unanswered = sum(ends.unanswered for _, ends in known)
    views = add_up([views for views, _ in known])
    whole = widest(views.blocked, views.decided, unanswered)
    if whole is None or all(ends == widest(views.blocked, views.decided, ends.unanswered) for views, ends in known):
        return whole
    total = views.decided + unanswered
    sizes = [views.decided + ends.unanswered for views, ends in known]
    low, high = (
        sum(end * size for end, size in zip(each, sizes, strict=True)) / total
        for each in ([ends.low for _, ends in known], [ends.high for _, ends in known])
    )
    return Range(low, high, unanswered)


def add_up(views: Sequence[Views]) -> Views:
    """The page views of all together."""
    return add_views(*(sum(getattr(each, kind) for each in views) for kind in KINDS_OF_VIEW))


def fold_small(rows: Sequence[Row], least: int) -> list[Row]:
    """The rows without those of fewer page views than `least`, which are joined with all others; so that these can't be
    told from the sum, the next smallest ones go with them until they are enough."""
    named = [row for row in rows if row.name != OTHER]
    sizes = [row.views.measured for row in named]
    masked = find_small(sizes, least)
    if not masked:
        return list(rows)
    rest = [row for index, row in enumerate(named) if index in masked] + [row for row in rows if row.name == OTHER]
    return [*(row for index, row in enumerate(named) if index not in masked), join(OTHER, rest)]


def narrow(reading: Reading, least: int) -> Reading:
    """What a shared link shows of a site: its figures, with rows of few page views folded; not the other sites, who noted what,
    where the counts are, what is to mend, or which row is the largest part of a change: it may have few page views."""
    summary = reading.summary
    change = summary.change and msgspec.structs.replace(summary.change, part=None)
    shown = msgspec.structs.replace(
        summary,
        sites=[summary.site],
        change=change,
        annotations=[msgspec.structs.replace(each, by="", id="") for each in summary.annotations],
        **{table: fold_small(getattr(summary, table), least) for table in TABLES},
    )
    return Reading(shown, Health(""), (), reading.unseen, reading.hosts_sought)


def find_small(sizes: Sequence[int], least: int) -> set[int]:
    """The places of the sizes that are above 0 and below `least`, and of the next smallest, until what is hidden is two at
    least and `least` together: the sum of all, which is known, then tells none of them."""
    small = {index for index, size in enumerate(sizes) if 0 < size < least}
    if not small:
        return small
    others = sorted((size, index) for index, size in enumerate(sizes) if size >= least)
    while others and (len(small) < 2 or sum(sizes[index] for index in small) < least):
        small.add(others.pop(0)[1])
    return small


def mask(series: Sequence[Bucket], least: int) -> list[Bucket]:
    """The buckets without the numbers of those that have fewer page views than `least`. Hours are masked day by day: the same ones
    whatever other days are looked at, as each day's sum can be had alone."""
    masked: list[Bucket] = []
    for _, day in groupby(series, lambda each: each.start.partition("T")[0] if "T" in each.start else ""):
        buckets = list(day)
        hidden = find_small([max(each.views.measured, each.injected) for each in buckets], least)
        masked += [_hide(each) if index in hidden else each for index, each in enumerate(buckets)]
    return masked


def open_row(table: str, row: Row, numbers: Numbers, series: Sequence[Bucket]) -> OneRow:
    """A row with all that is kept of it."""
    if table == "pages":
        steps = make_funnel(numbers, view(numbers))
    elif table == "referrers":
        steps = []  # what readers answered is not kept by what led to the page
    else:
        after_shown = [(step, of) for step, of in FUNNEL if of is Metric.SHOWN]
        steps = [Step(step.value, of.value, share(numbers[step], numbers[of])) for step, of in after_shown]
    counts = {metric.value: numbers[metric] for metric in Metric if numbers[metric]}
    return OneRow(table, row, counts, series, steps)


def _hide(bucket: Bucket) -> Bucket:
    nobody: Range | None = None
    return msgspec.structs.replace(
        bucket, views=NO_VIEWS, injected=0, declined=0, blocking=share(0, 0), range=nobody, masked=True
    )
