"""The figures for other programs: JSON, CSV, Prometheus."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from adnotice.count.model.tally import OTHER, Metric
from adnotice.insight.analysis.intervals import Share
from adnotice.insight.analysis.summary import Metrics, Row, Summary, Views
from adnotice.vocabulary import Mode, Quiet, Refusal, Rejection

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet may take for a formula, the full-width forms included (OWASP CSV Injection, ASVS 1.2.10)."""

MAX_SERIES: Final = 500
MAX_METRIC_SITES: Final = (MAX_SERIES - len(Refusal) - len(Rejection) - len(Quiet) - len(Mode) - 1) // len(Metric) - 1
"""Sites with series of their own; one more place is for all others together."""

Cell = str | int | float | None
Table = tuple[Sequence[str], Iterable[Sequence[Cell]]]

VIEW_COLUMNS: Final = ("clear", "partly", "blocked", "content", "hosts", "unknown", "decided", "measured")
SHARE_COLUMNS: Final = ("rate", "few")


def to_json(summary: Summary) -> bytes:
    """The summary, field for field."""
    return msgspec.json.format(msgspec.json.encode(summary), indent=2)


def tables(summary: Summary) -> Mapping[str, Table]:
    """Every table of the dashboard by the name under which it is downloaded."""
    return {
        "series": (
            ("start", *VIEW_COLUMNS, "injected", "declined", *SHARE_COLUMNS, "so_far"),
            [
                (
                    each.start,
                    *_views(each.views),
                    each.injected,
                    each.declined,
                    *_share(each.blocking),
                    _flag(each.so_far),
                )
                for each in summary.series
            ],
        ),
        "pages": _breakdown("page", summary.pages),
        "browsers": _breakdown("browser", summary.browsers),
        "devices": _breakdown("device", summary.devices),
        "systems": _breakdown("system", summary.systems),
        "funnel": (
            ("step", "page_views", "of", "of_page_views", *SHARE_COLUMNS),
            [(each.name, each.share.n, each.of, each.share.of, *_share(each.share)) for each in summary.funnel],
        ),
        "counts": (("metric", "count"), list(summary.counts.items())),
        "quiet": (("reason", "page_views", "share"), [(r.name, r.share.n, r.share.rate) for r in summary.quiet]),
        "refusals": (("reason", "pages", "share"), [(r.name, r.share.n, r.share.rate) for r in summary.refusals]),
        "rejections": (
            ("reason", "requests", "share"),
            [(r.name, r.share.n, r.share.rate) for r in summary.rejections],
        ),
        "programs": (("program", "pages", "share"), [(r.name, r.share.n, r.share.rate) for r in summary.programs]),
        "grounds": (("ground", *VIEW_COLUMNS), [(each.name, *_views(each.views)) for each in summary.grounds]),
        "signs": (("sign", *VIEW_COLUMNS), [(each.name, *_views(each.views)) for each in summary.signs]),
    }


def _breakdown(name: str, rows: Iterable[Row]) -> Table:
    return (name, *VIEW_COLUMNS, *SHARE_COLUMNS), [
        (row.name, *_views(row.views), *_share(row.blocking)) for row in rows
    ]


def _views(views: Views) -> tuple[int, ...]:
    return tuple(getattr(views, name) for name in VIEW_COLUMNS)


def _share(share: Share) -> tuple[Cell, ...]:
    return share.rate, _flag(share.few)


def _flag(truth: bool) -> str:
    return "yes" if truth else "no"


def to_csv(table: Table) -> bytes:
    """The table as RFC 4180 says, in UTF-8 with the mark by which spreadsheets know it; shares as numbers from 0 to 1.

    A text that a spreadsheet might run as a formula gets an apostrophe in front.
    """
    head, rows = table
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_cell(each) for each in row] for row in rows)
    return out.getvalue().encode("utf-8-sig", "replace")


def _cell(value: Cell) -> Cell:
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return value


def to_prometheus(metrics: Metrics) -> bytes:
    """The metrics in Prometheus' text format 0.0.4: fixed label names, no page, 500 series at most.

    The counters begin again on the first of each month, which Prometheus takes for a restart: `increase()` and
    `rate()` stay right.
    """
    return "\n".join([*_lines(metrics), ""]).encode()


def _lines(metrics: Metrics) -> Iterator[str]:
    yield "# HELP adnotice_counted_total Page views and pages by metric, never readers, since the first of the month."
    yield "# TYPE adnotice_counted_total counter"
    for site, numbers in fold_sites(metrics.sites).items():
        for metric in Metric:
            labels = f'site="{_escape(site)}",metric="{metric.value}"'
            yield f"adnotice_counted_total{{{labels}}} {numbers.get(metric, 0)}"
    yield "# HELP adnotice_refused_total Pages that left without the tag, by reason, all sites, since the first of the month."
    yield "# TYPE adnotice_refused_total counter"
    for reason, n in metrics.refusals.items():
        yield f'adnotice_refused_total{{reason="{_escape(reason)}"}} {n}'
    yield "# HELP adnotice_rejected_total Requests to our own addresses that were refused, by reason, all sites, since the first of the month."
    yield "# TYPE adnotice_rejected_total counter"
    for reason, n in metrics.rejections.items():
        yield f'adnotice_rejected_total{{reason="{_escape(reason)}"}} {n}'
    yield "# HELP adnotice_quiet_total Page views that were not asked, by reason, all sites, since the first of the month."
    yield "# TYPE adnotice_quiet_total counter"
    for reason, n in metrics.quiet.items():
        yield f'adnotice_quiet_total{{reason="{_escape(reason)}"}} {n}'
    yield "# HELP adnotice_mode What adnotice does now: 1 at the mode in force."
    yield "# TYPE adnotice_mode gauge"
    for mode in Mode:
        yield f'adnotice_mode{{mode="{mode.value}"}} {int(mode is metrics.mode)}'
    yield "# HELP adnotice_store_up Whether the store takes and gives counts."
    yield "# TYPE adnotice_store_up gauge"
    yield f"adnotice_store_up {int(metrics.healthy)}"


def fold_sites(sites: Mapping[str, Mapping[Metric, int]]) -> Mapping[str, Mapping[Metric, int]]:
    """The first sites by name, as many as there is room for; all others summed as `(other)`."""
    names = sorted(sites)
    folded = {name: sites[name] for name in names[:MAX_METRIC_SITES]}
    if rest := [sites[name] for name in names[MAX_METRIC_SITES:]]:
        folded[OTHER] = {metric: sum(each.get(metric, 0) for each in rest) for metric in Metric}
    return folded


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
