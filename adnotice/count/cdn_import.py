"""Page views that a CDN counted, day by day, taken over from a CSV file: each day of a site counts once.

Where a shared cache answers for us, how many pages were served is known to the cache alone.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Final, NamedTuple

from adnotice.count.model.calendar import Calendar
from adnotice.count.model.tally import Batch, Dimension, Entry, Grain, Key, Metric
from adnotice.count.stores.protocol import Store
from adnotice.page import name_location

COLUMNS: Final = ("day", "page", "views")
MAX_PROBLEMS: Final = 20
KEPT_SECONDS: Final = 26 * 31 * 86_400
"""How long it is known that a day was imported: longer than any count is kept."""

GRAINS: Final = (Grain.DAY, Grain.WEEK, Grain.MONTH)


class Imported(NamedTuple):
    """What came of an import; `known` are the days that had been imported before and were left as they are."""

    days: int
    views: int
    known: list[tuple[str, date]]


class NotImportable(ValueError):
    """A file that can't be imported; says what is wrong in which line."""


Served = dict[tuple[str, date], dict[str, int]]
"""Views by page, for each site and day."""


def read_served(lines: Iterable[str], site: str, name: Callable[[str], str] = str) -> Served:
    """The counts in a CSV file with the columns day (YYYY-MM-DD), page, views, and, for another site, site; `name` tells
    the page that a path belongs to.

    Raises `NotImportable` with all problems at once.
    """
    rows = csv.DictReader(lines)
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        got = ", ".join(rows.fieldnames or ()) or "nothing"
        raise NotImportable(f"the first line must name the columns day,page,views (and site), got {got[:200]}")
    served: Served = defaultdict(lambda: defaultdict(int))
    problems: list[str] = []
    for row in rows:
        try:
            day, page, views = (
                date.fromisoformat(row["day"] or ""),
                name(name_location(row["page"] or "")),
                int(row["views"]),
            )
            if views < 0:
                raise ValueError
        except (ValueError, TypeError):
            problems.append(
                f"line {rows.line_num}: needs a day like 2026-11-22, a page, and a number of views; "
                f"got {row['day']!r}, {row['page']!r}, {row['views']!r}"[:300]
            )
            continue
        served[row.get("site") or site, day][page] += views
    if problems:
        more = f"\n… and {len(problems) - MAX_PROBLEMS} more" if len(problems) > MAX_PROBLEMS else ""
        raise NotImportable("\n".join(problems[:MAX_PROBLEMS]) + more)
    return served


def import_served(
    store: Store, calendar: Calendar, served: Served, progress: Callable[[int, int], None] = lambda *_: None
) -> Imported:
    """Counts them, and tells `progress` how many days are left, of how many; a day of a site that was imported before stays as it is. May raise `Unavailable`: try again then."""
    known: list[tuple[str, date]] = []
    views = 0
    for number, ((site, day), pages) in enumerate(sorted(served.items())):
        progress(len(served) - number, len(served))
        noon = calendar.noon(day)
        deltas = dict(_deltas(site, pages))
        if store.commit(Batch(noon, (Entry(f"served:{site}:{day}", noon + KEPT_SECONDS, (), deltas),), GRAINS)) == [
            True
        ]:
            views += sum(pages.values())
        else:
            known.append((site, day))
    return Imported(len(served) - len(known), views, known)


def _deltas(site: str, pages: dict[str, int]) -> Iterator[tuple[Key, int]]:
    yield Key(site, Dimension.ALL, "", Metric.SERVED), sum(pages.values())
    for page, n in pages.items():
        yield Key(site, Dimension.PAGE, page, Metric.SERVED), n
