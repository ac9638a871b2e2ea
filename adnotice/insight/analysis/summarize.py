"""Tallies become figures: rates, ranges, series, funnel. Figures are page views, never readers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import dropwhile
from typing import Final

from adnotice.count.ingest.suspicion import suggests_cache
from adnotice.count.model.calendar import Starts
from adnotice.count.model.tally import OTHER, SUSPECTS, VERDICTS, Count, Dimension, Grain, Metric, Point
from adnotice.insight.analysis.change import Change
from adnotice.insight.analysis.intervals import COUNTED, Drawn, Range, share, widest
from adnotice.insight.analysis.periods import Span
from adnotice.insight.analysis.sampled import Sample, estimate, find_drawn, weigh
from adnotice.insight.analysis.series import make_series
from adnotice.insight.analysis.summary import (
    NO_REFERRER,
    NOTHING,
    TABLES,
    GroundRow,
    Numbers,
    Reason,
    ReportRows,
    Row,
    Step,
    Stop,
    Summary,
    Views,
)
from adnotice.insight.analysis.weighting import (
    KINDS_OF_VIEW,
    DrawnAt,
    add_views,
    rate_of,
    sample_views,
    scale_views,
    view,
    weigh_views,
)
from adnotice.vocabulary import Kind, Mode, Quiet, Sign

TOP_ROWS: Final = 20
LONG: Final = (Grain.WEEK, Grain.MONTH)
"""In whose series nothing is drawn before the first count: a site that is young would be a point behind empty months."""

SIGNS: Final = frozenset(Sign)

JOINED: Final = {suspect: verdict for verdict, suspect in SUSPECTS.items()}

FUNNEL: Final[tuple[tuple[Metric, Metric], ...]] = (
    (Metric.SHOWN, Metric.ASKED),
    (Metric.HOWTO, Metric.SHOWN),
    (Metric.LATER, Metric.SHOWN),
    (Metric.NEVER, Metric.SHOWN),
    (Metric.SUPPORTS, Metric.SHOWN),
    (Metric.RECHECKED, Metric.SHOWN),
    (Metric.ALLOWED, Metric.SHOWN),
)
"""The steps after `asked`, each with what it is a share of."""


def summarize(
    rows: ReportRows,
    *,
    sites: Sequence[str],
    site: str,
    label: str,
    mode: Mode,
    span: Span,
    cached: bool | None,
    current: Starts,
    rows_of_each: int = TOP_ROWS,
    change: Change | None = None,
    stopped: Stop | None = None,
    last_view: str = "",
    peace_until: datetime | None = None,
) -> Summary:
    """All figures of one site.

    `cached` is what the operator says: whether a shared cache answers for the pages. Then suspect views, which only a
    cache explains, are counted by the verdict that they claim. None: nothing was said. `current` names the buckets that
    are not over yet.
    """
    totals = total(rows.counts.get(Dimension.ALL, ()))
    if cached:
        rows = join_suspects(rows)
    numbers = total(rows.counts.get(Dimension.ALL, ()))
    views, estimated = view(numbers), weigh_views(numbers, by_share(rows.counts.get(Dimension.SHARE, ())))
    injected = totals[Metric.INJECTED]
    suggested = cached is None and suggest_cache(totals, () if span.grain is Grain.HOUR else rows.points)
    samples = sample_views(by_share(rows.counts.get(Dimension.SHARE, ())), views)
    drawn = find_drawn(samples)
    stood_for = weigh(samples, lambda each: each.measured)
    not_measured = None if cached or suggested else max(0, injected - round(stood_for))
    rate = estimate(samples)
    found = list_grounds(rows.counts.get(Dimension.GROUND, ()))
    counted_whole = not_measured is not None
    series = make_series(rows.points, rows.starts, span.grain, current, rows.drawn, known=counted_whole)
    if span.grain in LONG:
        series = list(dropwhile(lambda bucket: not (bucket.views.measured or bucket.injected), series))
    found_in = {**rows.counts, Dimension.REFERRER: name_direct(rows.counts.get(Dimension.REFERRER, ()), numbers)}
    tables = {
        each: break_down(
            found_in.get(each, ()),
            views,
            rows_of_each,
            estimated,
            by_page=counted_whole and each is Dimension.PAGE,
            drawn=drawn,
        )
        for each in TABLES.values()
    }
    return Summary(
        sites=sites,
        site=site,
        label=label,
        mode=mode,
        peace_until=peace_until,
        span=span,
        counts={each.value: totals[each] for each in Metric},
        views=views,
        estimated=estimated,
        rate=rate.rate,
        interval=rate.interval,
        sampled=views.measured / stood_for if stood_for else 1.0,
        range=None if not_measured is None else find_range(samples, not_measured),
        change=change,
        stopped=stopped,
        last_view=last_view,
        pages_cached=bool(cached),
        cache_suggested=suggested,
        not_measured=not_measured,
        kinds={kind.value: share(getattr(estimated, kind), estimated.decided, counted=views.decided) for kind in Kind},
        series=series,
        pages=tables[Dimension.PAGE],
        browsers=tables[Dimension.BROWSER],
        devices=tables[Dimension.DEVICE],
        systems=tables[Dimension.SYSTEM],
        languages=tables[Dimension.LANGUAGE],
        referrers=tables[Dimension.REFERRER],
        funnel=make_funnel(totals, views),
        quiet=reasons(
            (count for count in rows.counts.get(Dimension.QUIET, ()) if count.value != Quiet.NOT_BLOCKED),
            Metric.NOT_ASKED,
        ),
        support_links=reasons(rows.counts.get(Dimension.SUPPORT, ()), Metric.SUPPORT_LINK),
        refusals=reasons(rows.counts.get(Dimension.REFUSAL, ()), Metric.REFUSED),
        rejections=reasons(rows.counts.get(Dimension.REJECTION, ()), Metric.REJECTED),
        programs=reasons(rows.counts.get(Dimension.PROGRAM, ()), Metric.INJECTED),
        first_baits=total(rows.counts.get(Dimension.BAIT, ()))[Metric.SERVED],
        grounds=[each for each in found if each.name not in SIGNS],
        signs=[each for each in found if each.name in SIGNS],
    )


def by_share(counts: Iterable[Count]) -> DrawnAt:
    """The numbers of the views that were drawn while less than all were, by the share."""
    return {float(value): numbers for value, numbers in by_value(counts).items() if value != OTHER}


def find_range(samples: Sequence[Sample], not_measured: int) -> Range | None:
    """The range of the rate whatever the views without an answer were, each drawn view for as many as it stands for, and as wide
    as drawing leaves it."""
    blocked, clear, unknown = (
        round(weigh(samples, read)) for read in (lambda s: s.blocked, lambda s: s.clear, lambda s: s.unknown)
    )
    return widest(blocked, blocked + clear, not_measured + unknown, find_drawn(samples))


def total(counts: Iterable[Count]) -> Numbers:
    """The sum of each metric, 0 for those that never came."""
    sums = dict.fromkeys(Metric, 0)
    for count in counts:
        sums[count.metric] += count.n
    return sums


def join_suspects(rows: ReportRows) -> ReportRows:
    """The same with suspect views counted by the verdict that they claim."""
    return ReportRows(
        {
            dimension: [Count(value, JOINED.get(metric, metric), n) for value, metric, n in counts]
            for dimension, counts in rows.counts.items()
        },
        [Point(start, JOINED.get(metric, metric), n) for start, metric, n in rows.points],
        rows.starts,
        rows.drawn,
    )


def suggest_cache(totals: Numbers, points: Iterable[Point]) -> bool:
    """Whether over all, or on one day, so many more page views were reported than pages left here that a cache may
    answer for us."""
    days: dict[str, dict[Metric, int]] = defaultdict(NOTHING.copy)
    for start, metric, n in points:
        days[start][metric] += n
    return any(
        suggests_cache(numbers[Metric.INJECTED], sum(numbers[metric] for metric in (*VERDICTS, *SUSPECTS.values())))
        for numbers in (totals, *days.values())
    )


def by_value(counts: Iterable[Count]) -> dict[str, Numbers]:
    """The numbers of each value, in the order in which the values came."""
    numbers: dict[str, dict[Metric, int]] = defaultdict(NOTHING.copy)
    for count in counts:
        numbers[count.value][count.metric] += count.n
    return dict(numbers)


def name_direct(referrers: Iterable[Count], whole: Numbers) -> list[Count]:
    """The counts of referrers, and as `(none)` those of the views that had none."""
    referrers = list(referrers)
    led = total(referrers)
    direct = [Count(NO_REFERRER, metric, max(0, whole[metric] - led[metric])) for metric in VERDICTS]
    return [*referrers, *(each for each in direct if each.n)] if referrers else []


def break_down(
    counts: Iterable[Count],
    whole: Views,
    top: int = TOP_ROWS,
    estimated: Views | None = None,
    *,
    by_page: bool = False,
    drawn: Drawn = COUNTED,
) -> list[Row]:
    """The values with the most measured page views; what is left of the whole comes last as `(other)`.

    `estimated` are the page views that the whole stands for; the rows add up to them. `by_page` rows know how many of
    their pages left with the tag. `drawn` is how much chance drawing leaves in the whole's numbers.
    """
    values = by_value(counts)
    found = [(name, view(numbers)) for name, numbers in values.items() if name != OTHER]
    found = sorted((each for each in found if each[1].measured), key=lambda each: (-each[1].measured, each[0]))[:top]
    rest = _rest(whole, [views for _, views in found])
    if found and rest.measured:
        found.append((OTHER, rest))
    weighed = scale_views([views for _, views in found], whole, estimated or whole)
    rows = []
    for (name, counted), views in zip(found, weighed, strict=True):
        injected = values[name][Metric.INJECTED] if by_page and name != OTHER else 0
        unanswered = views.unknown + max(0, injected - views.measured)
        rows.append(Row(name, views, rate_of(views, counted), widest(views.blocked, views.decided, unanswered, drawn)))
    return rows


def _rest(whole: Views, shown: Sequence[Views]) -> Views:
    return add_views(
        *(max(0, getattr(whole, name) - sum(getattr(each, name) for each in shown)) for name in KINDS_OF_VIEW)
    )


def make_funnel(numbers: Numbers, views: Views) -> list[Step]:
    """From blocked to allowed. A step that outnumbers what it is a share of (it began before the span) has no rate."""
    steps = [
        Step("blocked", "decided", share(views.blocked, views.decided)),
        Step("asked", "blocked", share(numbers[Metric.ASKED], views.blocked)),
    ]
    return steps + [Step(step.value, of.value, share(numbers[step], numbers[of])) for step, of in FUNNEL]


def reasons(counts: Iterable[Count], metric: Metric) -> list[Reason]:
    """How often each reason applied, the most frequent first."""
    numbers = {name: each[metric] for name, each in by_value(counts).items() if each[metric]}
    whole = sum(numbers.values())
    return [Reason(name, share(n, whole)) for name, n in sorted(numbers.items(), key=lambda item: (-item[1], item[0]))]


def list_grounds(counts: Iterable[Count]) -> list[GroundRow]:
    """What the verdicts stand on, and what was seen beside it, the most frequent first."""
    found = [GroundRow(name, view(numbers)) for name, numbers in by_value(counts).items()]
    return sorted((each for each in found if each.views.measured), key=lambda each: (-each.views.measured, each.name))
