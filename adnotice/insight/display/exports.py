"""The figures for other programs: JSON and CSV. For Prometheus: `openmetrics`."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

import msgspec

from adnotice.finding import Finding
from adnotice.insight.analysis.change import Change
from adnotice.insight.analysis.intervals import Range, Share
from adnotice.insight.analysis.periods import Span
from adnotice.insight.analysis.rows import OneRow
from adnotice.insight.analysis.summary import TABLES, Reading, Row, Summary, Views
from adnotice.insight.display import labels

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet may take for a formula, the full-width forms included (OWASP CSV Injection, ASVS 1.2.10)."""

_PARTS: Final = re.compile(r'[",;\s]')
"""What parts cells or lines in some spreadsheet, or is taken off a cell's ends."""

ROWS_AT_ONCE: Final = 200
"""How many rows of a table are written before they are sent."""

Cell = str | int | float | None
Table = tuple[Sequence[str], Iterable[Sequence[Cell]]]

VIEW_COLUMNS: Final = ("clear", "partly", "blocked", "content", "hosts", "unknown", "decided", "measured")
SHARE_COLUMNS: Final = ("rate", "rate_if_none", "rate_if_all", "few")
TABLE_NAMES: Final = (
    "figures",
    "series",
    *TABLES,
    "funnel",
    "counts",
    "quiet",
    "support_links",
    "refusals",
    "rejections",
    "programs",
    "grounds",
    "signs",
    "annotations",
    "findings",
    "urgent",
)
"""What can be downloaded."""


def to_json(reading: Reading) -> bytes:
    """The summary, field for field, with whether the whole site has few page views, what was found, what is not looked for, and how the store is."""
    whole = {
        **msgspec.to_builtins(reading.summary),
        "few": reading.summary.blocking.few,
        "not_looked_for": reading.unseen,
        "findings": _list_findings(reading.findings),
        "urgent": _list_findings(reading.urgent),
        "store": reading.health,
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2)


def _list_findings(found: Iterable[Finding]) -> list[dict[str, str]]:
    return [{"weight": each.weight.value, "found": each.found, "do": each.do} for each in found]


def tables(reading: Reading) -> Mapping[str, Table]:
    """Every table of the dashboard by the name under which it is downloaded."""
    summary = reading.summary
    return {
        "figures": (("figure", "value"), list_figures(summary)),
        "series": (
            ("start", *VIEW_COLUMNS, "injected", "declined", *SHARE_COLUMNS, "so_far"),
            [
                (
                    each.start,
                    *_views(each.views),
                    each.injected,
                    each.declined,
                    *_share(each.blocking, each.range),
                    _flag(each.so_far),
                )
                for each in summary.series
            ],
        ),
        **{name: _breakdown(dimension.value, getattr(summary, name)) for name, dimension in TABLES.items()},
        "funnel": (
            ("step", "page_views", "of", "of_page_views", "rate", "few"),
            [
                (each.name, each.share.n, each.of, each.share.of, plain(each.share.rate), _flag(each.share.few))
                for each in summary.funnel
            ],
        ),
        "counts": (("metric", "count"), list(summary.counts.items())),
        "quiet": (("reason", "page_views", "share"), [(r.name, r.share.n, plain(r.share.rate)) for r in summary.quiet]),
        "support_links": (
            ("link", "page_views", "share"),
            [(r.name, r.share.n, plain(r.share.rate)) for r in summary.support_links],
        ),
        "refusals": (
            ("reason", "pages", "share"),
            [(r.name, r.share.n, plain(r.share.rate)) for r in summary.refusals],
        ),
        "rejections": (
            ("reason", "requests", "share"),
            [(r.name, r.share.n, plain(r.share.rate)) for r in summary.rejections],
        ),
        "programs": (
            ("program", "pages", "share"),
            [(r.name, r.share.n, plain(r.share.rate)) for r in summary.programs],
        ),
        "grounds": (("ground", *VIEW_COLUMNS), [(each.name, *_views(each.views)) for each in summary.grounds]),
        "signs": (("sign", *VIEW_COLUMNS), [(each.name, *_views(each.views)) for each in summary.signs]),
        "annotations": (
            ("at", "text", "mode", "before", "by"),
            [
                (each.at, labels.annotation(each), each.mode or "", each.before or "", each.by)
                for each in summary.annotations
            ],
        ),
        **{
            name: (("weight", "found", "do"), [tuple(each.values()) for each in _list_findings(found)])
            for name, found in (("findings", reading.findings), ("urgent", reading.urgent))
        },
    }


def rows_table(name: str, rows: Iterable[Row]) -> Table:
    """A table of rows of these."""
    return _breakdown(TABLES[name].value, rows)


def row_to_json(site: str, span: Span, row: OneRow) -> bytes:
    """One row opened alone."""
    whole = {"site": site, "span": span, **msgspec.to_builtins(row)}
    return msgspec.json.format(msgspec.json.encode(whole), indent=2)


def list_figures(summary: Summary) -> list[tuple[str, Cell]]:
    """What the first screen says, a figure a line; those that are not known are empty."""
    ends, drawn = summary.range, summary.interval
    return [
        ("first", summary.span.first.isoformat()),
        ("last", summary.span.last.isoformat()),
        ("last_view", summary.last_view),
        ("rate", plain(summary.rate)),
        ("few", _flag(summary.blocking.few)),
        ("rate_if_none", plain(ends.low) if ends else None),
        ("rate_if_all", plain(ends.high) if ends else None),
        ("unanswered", ends.unanswered if ends else None),
        ("interval_low", plain(drawn.low) if drawn else None),
        ("interval_high", plain(drawn.high) if drawn else None),
        ("sampled", plain(summary.sampled)),
        *((f"measured_{name}", getattr(summary.views, name)) for name in VIEW_COLUMNS),
        *((f"estimated_{name}", getattr(summary.estimated, name)) for name in VIEW_COLUMNS),
        ("not_measured", summary.not_measured),
        *_list_change(summary.change),
    ]


def _list_change(change: Change | None) -> Iterator[tuple[str, Cell]]:
    """Whether the rate is changing, as lines of the figures; empty ones where there is no site."""
    told = msgspec.structs.asdict(change) if change else {}
    yield "change_answer", change.answer.value if change else None
    yield "change_against", change.against.value if change else None
    for name, key in (
        ("change", "points"),
        ("usual_change", "yardstick"),
        ("change_rate", "rate"),
        ("rate_before", "rate_before"),
    ):
        yield name, plain(told.get(key))
    for name, key in (("change_views", "views"), ("views_before", "views_before")):
        yield name, told.get(key)
    for name, key in (("left_out", "left_out"), ("silent_weeks", "silent")):
        yield name, " ".join(day.isoformat() for day in told.get(key, ()))
    for name, key in (
        ("change_first", "first"),
        ("change_last", "last"),
        ("before_first", "first_before"),
        ("before_last", "last_before"),
        ("answer_on", "answer_on"),
    ):
        yield name, told[key].isoformat() if told.get(key) else None
    part = change.part if change else None
    for name in ("table", "name"):
        yield f"part_{name}", getattr(part, name) if part else None
    for name in ("share", "share_before", "rate", "rate_before", "points"):
        yield f"part_{name}", plain(getattr(part, name)) if part else None


def plain(rate: float | None) -> float | None:
    """A share without false digits: as many as the page shows of it in percent, two at least near 0 and near 1."""
    if rate is None:
        return None
    if 0 < abs(rate) < 0.01:
        return float(f"{rate:.2g}")
    return round(rate, 3) if rate <= 0.99 or rate == 1 else 1 - float(f"{1 - rate:.2g}")


def _breakdown(name: str, rows: Iterable[Row]) -> Table:
    return (name, *VIEW_COLUMNS, *SHARE_COLUMNS), [
        (row.name, *_views(row.views), *_share(row.blocking, row.range)) for row in rows
    ]


def _views(views: Views) -> tuple[int, ...]:
    return tuple(getattr(views, name) for name in VIEW_COLUMNS)


def _share(share: Share, ends: Range | None) -> tuple[Cell, ...]:
    low, high = (plain(ends.low), plain(ends.high)) if ends else (None, None)
    return plain(share.rate), low, high, _flag(share.few)


def _flag(truth: bool) -> str:
    return "yes" if truth else "no"


def to_csv(table: Table) -> bytes:
    """The whole of what `write_csv` yields."""
    return b"".join(write_csv(table))


def write_csv(table: Table) -> Iterator[bytes]:
    """The table as RFC 4180 says, piece by piece, in UTF-8 with the mark by which spreadsheets know it; shares as numbers
    from 0 to 1.

    A text that a spreadsheet might run as a formula gets an apostrophe in front; one that holds a semicolon stands in quotation
    marks too, since spreadsheets of many languages part cells there.
    """
    head, rows = table
    yield codecs.BOM_UTF8 + _lines([head])
    left = iter(rows)
    while some := list(islice(left, ROWS_AT_ONCE)):
        yield _lines([_cell(each) for each in row] for row in some)


def _lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    return "".join(f"{','.join(map(_quote, row))}\r\n" for row in rows).encode("utf-8", "replace")


def _quote(cell: Cell) -> str:
    text = "" if cell is None else str(cell)
    return '"{}"'.format(text.replace('"', '""')) if _PARTS.search(text) else text


def _cell(value: Cell) -> Cell:
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return value
