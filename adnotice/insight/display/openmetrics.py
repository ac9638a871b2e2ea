"""The figures for Prometheus, in the OpenMetrics text that prometheus_client writes, or the older one for who asks so.

Counters come from the store and begin again on the first of each month, which Prometheus takes for a restart:
`increase()` and `rate()` stay right. Gauges are what the dashboard shows when nothing is chosen. No label holds a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from adnotice.count.model.tally import OTHER, Metric
from adnotice.finding import Weight
from adnotice.insight.analysis.summary import Metrics, Summary
from adnotice.vocabulary import Mode, Quiet, Refusal, Rejection

MAX_SERIES: Final = 500
VIEWS: Final = ("clear", "partly", "content", "hosts", "unknown", "not_measured")
RATES: Final = ("rate", "if_none", "if_all", "interval_low", "interval_high", "sampled")
CHANGES: Final = ("change", "usual", "rate", "rate_before")
SHARED_SERIES: Final = len(Refusal) + len(Rejection) + len(Quiet) + len(Mode) + 2 + len(Metric)
"""Those that do not grow with the sites, the counters of all others together among them."""

MOST_LINKS: Final = 3
"""Support links of a site that are told by label, as many as the notice can have at a time; the rest are told together."""

SITE_SERIES: Final = MOST_LINKS + 1 + len(Metric) + len(VIEWS) + len(RATES) + len(CHANGES) + len(Weight) + 2
MAX_METRIC_SITES: Final = (MAX_SERIES - SHARED_SERIES) // SITE_SERIES
"""Sites with series of their own."""


Samples = Mapping[tuple[str, ...], float]
"""Numbers by the values of their labels."""


def to_openmetrics(metrics: Metrics, accept: str = "application/openmetrics-text") -> tuple[bytes, str]:
    """The metrics as text and its content type, in the form that an Accept header asks for; 500 series at most."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families(metrics))
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


def name_first(sites: Iterable[str]) -> Sequence[str]:
    """The sites that have series of their own: the first by name, as many as there is room for."""
    return sorted(sites)[:MAX_METRIC_SITES]


def fold_sites(sites: Mapping[str, Mapping[Metric, int]]) -> Mapping[str, Mapping[Metric, int]]:
    """The counts of the sites with series of their own; all others summed as `(other)`."""
    folded = {name: sites[name] for name in name_first(sites)}
    if rest := [numbers for name, numbers in sites.items() if name not in folded]:
        folded[OTHER] = {metric: sum(each.get(metric, 0) for each in rest) for metric in Metric}
    return folded


class _Families(Collector):
    """Hands the metrics to a registry."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Family]:
        """Each family that has samples."""
        return (family for family in self._families() if family.samples)

    def _families(self) -> Iterator[Family]:
        given = self._metrics
        yield _counter(
            "counted",
            "Page views and pages by metric, never readers, since the first of the month.",
            ("site", "metric"),
            {
                (site, metric.value): numbers.get(metric, 0)
                for site, numbers in fold_sites(given.sites).items()
                for metric in Metric
            },
        )
        for name, said, reasons in (
            ("refused", "Pages that left without the tag, by reason, all sites.", given.refusals),
            ("rejected", "Requests to our own addresses that were rejected, by reason, all sites.", given.rejections),
            ("quiet", "Page views that were not asked, by reason, all sites.", given.quiet),
        ):
            yield _counter(name, said, ("reason",), {(reason,): n for reason, n in reasons.items()})
        shown = {site: reading.summary for site, reading in given.readings.items()}
        for name, said, label, read in (
            ("page_views", "Page views of the days that the dashboard shows, by what was found.", "found", _views),
            ("blocked_ratio", "The share of page views with ads blocked, and how far off it can be.", "end", _rates),
            (
                "support_links",
                "Page views of these days in which a support link was taken, by its label.",
                "link",
                _links,
            ),
            ("change_ratio", "The last four whole weeks against the four before.", "figure", _changes),
        ):
            values: Samples = {
                (site, key): n for site, each in shown.items() for key, n in read(each).items() if n is not None
            }
            yield _gauge(name, said, ("site", label), values)
        scant: Samples = {(site,): int(each.blocking.few) for site, each in shown.items()}
        yield _gauge(
            "few_page_views",
            "1 where these days have too few page views for a rate: there is none then.",
            ("site",),
            scant,
        )
        weights = {site: Counter(each.weight for each in given.readings[site].findings) for site in shown}
        found: Samples = {
            (site, weight.value): counted[weight] for site, counted in weights.items() for weight in Weight
        }
        yield _gauge("findings", "What the health page found, by how much it matters.", ("site", "weight"), found)
        urgent: Samples = {(site,): len(given.readings[site].urgent) for site in shown}
        yield _gauge("urgent_findings", "What is to mend now.", ("site",), urgent)
        modes: Samples = {(mode.value,): int(mode is given.mode) for mode in Mode}
        yield _gauge("mode", "What adnotice does now: 1 at the mode in force.", ("mode",), modes)
        peace: Samples = {} if given.peace_until is None else {(): given.peace_until}
        yield _gauge(
            "peace_until_seconds", "Until when everyone is left in peace, as Unix time; 0: not now.", (), peace
        )
        yield _gauge("store_up", "Whether the store takes and gives counts.", (), {(): int(given.healthy)})


def _views(summary: Summary) -> dict[str, float | None]:
    views = summary.estimated
    found: dict[str, float | None] = {name: getattr(views, name) for name in VIEWS[:-1]}
    return {**found, VIEWS[-1]: summary.not_measured}


def _links(summary: Summary) -> dict[str, float | None]:
    links = summary.support_links
    found: dict[str, float | None] = {each.name: each.share.n for each in links[:MOST_LINKS]}
    if rest := sum(each.share.n for each in links[MOST_LINKS:]):
        found[OTHER] = (found.get(OTHER) or 0) + rest
    return found


def _rates(summary: Summary) -> dict[str, float | None]:
    if summary.blocking.few:
        return {RATES[-1]: summary.sampled}
    ends, drawn = summary.range, summary.interval
    lows = (ends.low, ends.high) if ends else (None, None)
    limits = (drawn.low, drawn.high) if drawn else (None, None)
    return dict(zip(RATES, (summary.rate, *lows, *limits, summary.sampled), strict=True))


def _changes(summary: Summary) -> dict[str, float | None]:
    change = summary.change
    if change is None:
        return {}
    return dict(zip(CHANGES, (change.points, change.yardstick, change.rate, change.rate_before), strict=True))


def _counter(name: str, said: str, labels: Sequence[str], values: Samples) -> Family:
    family = CounterMetricFamily(f"adnotice_{name}", said, labels=labels)
    for key, n in values.items():
        family.add_metric(key, n)
    return family


def _gauge(name: str, said: str, labels: Sequence[str], values: Samples) -> Family:
    family = GaugeMetricFamily(f"adnotice_{name}", said, labels=labels)
    for key, n in values.items():
        family.add_metric(key, n)
    return family
