"""`adnotice figures`: what the dashboard shows, for programs."""

from __future__ import annotations

import codecs
import sys

from adnotice.commands.arguments import Arguments
from adnotice.commands.reporting import make_reader
from adnotice.commands.stores import check_site, opened, whole_settings
from adnotice.insight.analysis.query import Reader, Wish
from adnotice.insight.api import EXPORTED_ROWS
from adnotice.insight.display import exports
from adnotice.insight.display.openmetrics import MAX_METRIC_SITES, to_openmetrics


def print_figures(asked: Arguments) -> int:
    """Prints a summary, the metrics or a table; returns the exit status."""
    settings = whole_settings()
    with opened(asked, settings) as store:
        check_site(store, asked.site)
        reader = make_reader(store, settings)
        try:
            text = export(reader, asked.table, Wish.of(vars(asked), "", EXPORTED_ROWS))
        except ValueError as error:
            print(error, file=sys.stderr)
            return 1
    print(text.decode(), end="")
    return 0


def export(reader: Reader, name: str, wish: Wish) -> bytes:
    """The summary, the metrics, or one of the tables. Raises `ValueError` for a name or days that there are not."""
    if name == "metrics":
        return to_openmetrics(reader.measure(reader.health(), MAX_METRIC_SITES))[0]
    reading = reader.read(wish)
    print(f"site: {reading.summary.site or 'none yet'}", file=sys.stderr)
    if name == "summary":
        return exports.to_json(reading) + b"\n"
    tables = exports.tables(reading)
    if name not in tables:
        raise ValueError(f"no such table: {name!r}, there are: summary, metrics, {', '.join(tables)}")
    return exports.to_csv(tables[name]).removeprefix(codecs.BOM_UTF8)
