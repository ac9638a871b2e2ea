"""Entries for a store, and what it has counted of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime

from adnotice.count.model.tally import Batch, Dimension, Entry, Key, Metric, Period
from adnotice.count.stores.protocol import Store

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC).timestamp()
TODAY = date(2026, 11, 18)
DAY = Period(TODAY, TODAY)
Opener = Callable[..., Store]
numbers = itertools.count()


def entry(*keys: Key, name: str = "", expires: float = NOON + 600) -> Entry:
    """An entry that counts one under each key."""
    return Entry(name or f"view {next(numbers)}", expires, keys)


def view(page: str = "/", metric: Metric = Metric.CLEAR, site: str = "site") -> tuple[Key, Key]:
    """The keys of a view, as far as these tests look."""
    return Key(site, Dimension.ALL, "", metric), Key(site, Dimension.PAGE, page, metric)


def commit(store: Store, *entries: Entry, now: float = NOON) -> list[bool]:
    """Commits the entries."""
    return store.commit(Batch(now, entries))


def table(
    store: Store, dimension: Dimension = Dimension.PAGE, period: Period = DAY, site: str = "site"
) -> dict[tuple[str, Metric], int]:
    """What the store has counted in a period."""
    return {(value, metric): n for value, metric, n in store.counts(site, dimension, period)}
