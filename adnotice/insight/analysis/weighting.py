"""Counts of drawn page views become those of all page views: each drawn one stands for 1 / share of them.

The site's totals and every bucket of its series are kept by the share at which their views were drawn, and are weighed
exactly. Rows are not kept by it: each verdict of a row is scaled as that verdict is on the whole site, which is exact
where there was one share only, and makes the rows add up to the whole always.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from adnotice.count.model.tally import VERDICTS, Metric
from adnotice.insight.analysis.intervals import Share, share
from adnotice.insight.analysis.sampled import Sample
from adnotice.insight.analysis.summary import Numbers, Views

DrawnAt = Mapping[float, Numbers]
"""Counts of drawn views by the share at which they were."""

KINDS_OF_VIEW: Final = ("clear", "partly", "content", "hosts", "unknown")
"""The parts of `Views` that make up all others, in the order of `VERDICTS`."""


def view(numbers: Numbers) -> Views:
    """The page views in these numbers."""
    return add_views(*(numbers[metric] for metric in VERDICTS))


def add_views(clear: int, partly: int, content: int, hosts: int, unknown: int) -> Views:
    """The page views of these verdicts with their sums."""
    blocked = content + hosts
    decided = clear + partly + blocked
    return Views(clear, partly, blocked, content, hosts, unknown, decided, decided + unknown)


NO_VIEWS: Final = add_views(0, 0, 0, 0, 0)


def rate_of(weighed: Views, counted: Views) -> Share:
    """The blocking rate of weighed views; how many were counted says whether they are few."""
    return share(weighed.blocked, weighed.decided, counted=counted.decided)


def sample_views(drawn: DrawnAt, counted: Views) -> list[Sample]:
    """The views by the share at which they were drawn: those that are tallied under one, and all others at 1."""
    samples = []
    for at, numbers in drawn.items():
        views = view(numbers)
        samples.append(Sample(at, views.blocked, views.decided - views.blocked, views.unknown))
    rest = (
        counted.blocked - sum(each.blocked for each in samples),
        counted.decided - counted.blocked - sum(each.clear for each in samples),
        counted.unknown - sum(each.unknown for each in samples),
    )
    return [*samples, Sample(1.0, *(max(0, n) for n in rest))]


def weigh_verdicts(numbers: Numbers, drawn: DrawnAt) -> dict[Metric, float]:
    """For how many views those of each verdict stand, `drawn` of them at less than all."""
    return {
        metric: numbers[metric] + sum((1 / at - 1) * each[metric] for at, each in drawn.items()) for metric in VERDICTS
    }


def weigh_views(numbers: Numbers, drawn: DrawnAt) -> Views:
    """The page views that these stand for, in whole numbers."""
    return add_views(*map(round, weigh_verdicts(numbers, drawn).values()))


def weigh_each(numbers: Sequence[Numbers], drawn: Sequence[DrawnAt]) -> list[Views]:
    """The same of each bucket of a series: what they stand for together is not changed by rounding."""
    weighed = [weigh_verdicts(each, at) for each, at in zip(numbers, drawn, strict=True)]
    columns = [apportion([each[metric] for each in weighed]) for metric in VERDICTS]
    return [add_views(*each) for each in zip(*columns, strict=True)]


def scale_views(parts: Sequence[Views], counted: Views, weighed: Views) -> list[Views]:
    """Counted parts of a whole as parts of what the whole stands for."""
    if counted == weighed:
        return list(parts)
    columns = []
    for kind in KINDS_OF_VIEW:
        factor = getattr(weighed, kind) / (getattr(counted, kind) or 1)
        columns.append(apportion([getattr(each, kind) * factor for each in parts]))
    return [add_views(*each) for each in zip(*columns, strict=True)]


def apportion(parts: Iterable[float]) -> list[int]:
    """Whole numbers that add up to the rounded sum of these parts, each less than 1 from its part: the largest
    remainders are rounded up (Hamilton's method)."""
    parts = list(parts)
    rounded = [int(part) for part in parts]
    left = round(sum(parts)) - sum(rounded)
    by_remainder = sorted(range(len(parts)), key=lambda index: (rounded[index] - parts[index], index))
    for index in by_remainder[:left]:
        rounded[index] += 1
    return rounded
