"""A year of a large site, written through the stores' own code: 20 million views of 1,000 pages, with their funnel."""

from __future__ import annotations

import hashlib
import itertools
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import psycopg

from adnotice.count.model.calendar import Calendar
from adnotice.count.model.tally import Batch, Dimension, Entry, Grain, Key, Metric, Period
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.count.stores.protocol import Store
from adnotice.count.stores.sql.schema import SCHEMA, tallies
from adnotice.vocabulary import Quiet, Refusal

SITE: Final = "news.example.test"
PAGES: Final = 1_000
DAYS: Final = 365
HOUR_DAYS: Final = 31
LONG: Final = (Grain.DAY, Grain.WEEK, Grain.MONTH)
SHARES: Final = (
    (Metric.CLEAR, 0.62),
    (Metric.BLOCKED_CONTENT, 0.26),
    (Metric.BLOCKED_HOSTS, 0.05),
    (Metric.UNKNOWN, 0.05),
    (Metric.BOT, 0.02),
)
ASKED: Final = 0.2
READERS: Final = (
    (Dimension.BROWSER, ("Chrome", "Safari", "Firefox", "Edge", "Samsung Internet", "Opera", "Other", "(not known)")),
    (Dimension.DEVICE, ("desktop", "phone", "tablet", "(not known)")),
    (Dimension.SYSTEM, ("Windows", "Android", "iOS", "macOS", "Linux", "ChromeOS", "(not known)")),
    (Dimension.LANGUAGE, ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "tr", "ar", "ru", "uk", "(not known)")),
    (Dimension.GROUND, ("script bait arrived", "script and image baits stopped", "a control did not arrive")),
)


class Year:
    """Draws the counts of its hours and days; the same in every run."""

    def __init__(self, last: date, views: int = 20_000_000, pages: int = PAGES, days: int = DAYS) -> None:
        self._mixed = random.Random(2026)  # noqa: S311 - figures, not secrets
        self.period = Period(last - timedelta(days=days - 1), last)
        self._views_a_day = views / days
        weights = [1 / (rank + 1) ** 0.7 for rank in range(pages)]
        self._pages = [(f"/news/article-number-{rank}", weight / sum(weights)) for rank, weight in enumerate(weights)]

    def counts(self, share: float) -> Counter[Key]:
        """What the given share of a day counted."""
        counts: Counter[Key] = Counter()
        for page, weight in self._pages:
            for metric, n in self._metrics(self._views_a_day * share * weight):
                counts[Key(SITE, Dimension.PAGE, page, metric)] += n
                counts[Key(SITE, Dimension.ALL, "", metric)] += n
        for dimension, values in READERS:
            for rank, value in enumerate(values):
                for metric, part in SHARES:
                    n = self._about(self._views_a_day * share * part / 2 ** (rank + 1))
                    counts[Key(SITE, dimension, value, metric)] += n
        for reasons, dimension, metric in (
            (tuple(Refusal), Dimension.REFUSAL, Metric.REFUSED),
            (tuple(Quiet), Dimension.QUIET, Metric.NOT_ASKED),
        ):
            for reason in reasons:
                counts[Key(SITE, dimension, reason.value, metric)] += self._about(self._views_a_day * share / 50)
        return +counts

    def _metrics(self, views: float) -> Iterator[tuple[Metric, int]]:
        for metric, part in SHARES:
            yield metric, self._about(views * part)
        yield Metric.INJECTED, self._about(views * 1.1)
        asked = self._about(views * ASKED)
        yield Metric.ASKED, asked
        yield Metric.NOT_ASKED, self._about(views * (1 - ASKED))
        for metric, part in (
            (Metric.SHOWN, 0.95),
            (Metric.LATER, 0.4),
            (Metric.NEVER, 0.1),
            (Metric.ALLOWED, 0.05),
        ):
            yield metric, self._about(asked * part)

    def _about(self, expected: float) -> int:
        return max(0, round(self._mixed.gauss(expected, expected**0.5)))


def keep_year(folder: Path, year: Year, calendar: Calendar, hour_days: int = HOUR_DAYS) -> Path:
    """A SQLite store that holds the year, written where none of this day, of this schema and of these lines is kept from an
    earlier run; others are removed."""
    days = (year.period.last - year.period.first).days + 1
    made_by = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    kept = folder / f"year-{year.period.last}-{days}-{hour_days}-{SCHEMA}-{made_by}.db"
    if kept.exists():
        return kept
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"year-*-{days}-*"):
        old.unlink()
    unfinished = folder / f"unfinished-{os.getpid()}.db"
    url = f"sqlite:///{unfinished}"
    store = open_store(url, CountSettings(store_url=url, timezone=calendar.timezone))
    write_year(store, year, calendar, hour_days)
    store.prune(calendar.noon(year.period.last))
    store.close()
    with closing(sqlite3.connect(unfinished)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")  # one file, to be copied
    unfinished.rename(kept)
    return kept


def copy_year(kept: Path, url: str) -> None:
    """Copies the tallies of a year that is kept to an empty store on PostgreSQL."""
    store = open_store(url, CountSettings(store_url=url))
    assert store.sites() == []
    store.close()
    with closing(sqlite3.connect(kept)) as source, psycopg.connect(url) as target:
        cursor = source.execute(f"SELECT * FROM {tallies.name}")  # noqa: S608 - our own table
        names = ", ".join(column[0] for column in cursor.description)
        with target.cursor().copy(f"COPY {tallies.name} ({names}) FROM STDIN") as rows:  # type: ignore[arg-type]
            for row in cursor:
                rows.write_row(row)


def write_year(store: Store, year: Year, calendar: Calendar, hour_days: int = HOUR_DAYS) -> int:
    """Commits the year day by day, its last days hour by hour too; returns how many views it holds.

    Four weeks and one day's hours are drawn, and come again: what they cost to read is the same.
    """
    views = 0
    days = [year.period.first + timedelta(days=n) for n in range((year.period.last - year.period.first).days + 1)]
    drawn = [year.counts(1.0) for _ in range(28)]
    for day, counts in zip(days, itertools.cycle(drawn), strict=False):
        noon = calendar.noon(day)
        views += sum(counts[Key(SITE, Dimension.ALL, "", metric)] for metric, _ in SHARES)
        store.commit(Batch(noon, (Entry(f"day {day}", noon + 600, (), counts),), LONG))
        store.tend(noon)
    hours = [year.counts(1 / 24) for _ in range(24)]
    for day, (hour, counts) in itertools.product(days[-hour_days:], enumerate(hours)):
        moment = calendar.noon(day) + (hour - 12) * 3600
        store.commit(Batch(moment, (Entry(f"hour {day} {hour}", moment + 600, (), counts),), (Grain.HOUR,)))
        store.tend(moment)
    return views
