"""The nine situations of docs/dashboard.md, a year, and a page, as sites of one store: what `make screenshots` takes pictures of."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from adnotice.count.model.tally import Batch, Dimension, Entry, Grain, Key, Metric
from adnotice.count.stores.protocol import Store
from adnotice.insight.annotations import Annotations
from adnotice.insight.audit_log import AuditAction, AuditEvent, AuditLog
from adnotice.mode import NOTE
from adnotice.vocabulary import Mode

PAGES: Final = (
    ("/2026/four-countries-before-breakfast", 0.12),
    ("/", 0.11),
    ("/local/the-library-will-stay-open-until-midnight", 0.08),
    ("/food/counting-apples-that-have-no-name", 0.06),
    ("/business/how-a-bakery-cut-its-power-bill", 0.055),
    *((f"/local/article-number-{n}", 0.02) for n in range(18)),
)
READERS: Final = (
    (Dimension.BROWSER, (("Chrome", 0.45, 0.85), ("Safari", 0.27, 0.6), ("Firefox", 0.15, 2.0), ("Edge", 0.08, 0.9))),
    (Dimension.DEVICE, (("phone", 0.54, 0.664), ("desktop", 0.4, 1.5), ("tablet", 0.06, 0.7))),
    (Dimension.SYSTEM, (("Android", 0.3, 0.6), ("Windows", 0.35, 1.55), ("iOS", 0.26, 0.6), ("macOS", 0.08, 1.2))),
    (Dimension.LANGUAGE, (("en", 0.6, 1.0), ("de", 0.2, 1.2), ("uk", 0.1, 0.8))),
    (Dimension.REFERRER, (("google", 0.25, 0.9), ("news.example", 0.1, 1.2), ("bsky.app", 0.05, 1.3))),
)
LAUNCH_DAYS: Final = 20
"""So many days ago the notice was switched on."""

LONG: Final = (Grain.DAY, Grain.WEEK, Grain.MONTH)

Rate = Callable[[int], float]
"""The rate of a day, by how many days ago it was."""


@dataclass(frozen=True, kw_only=True)
class Situation:
    """One site: how many days it has counted, its views a day, its rate."""

    name: str
    days: int
    views: int = 5_500
    rate: Rate = lambda ago: 0.19 + 0.006 * math.sin(ago * 1.7) + 0.004 * math.sin(ago * 0.61)
    share: float = 1.0
    injected: float = 1.09
    stopped_hours: int = 0


def rises(ago: int) -> float:
    """A rate that has gone up by five points four weeks ago."""
    return 0.19 + 0.006 * math.sin(ago * 1.7) + (0.05 if ago <= 28 else 0)


SITUATIONS: Final = (
    Situation(name="1-normal", days=140),
    Situation(name="2-too-early", days=30),
    Situation(name="3-usual-movement", days=380),
    Situation(name="4-more-than-usual", days=200, rate=rises),
    Situation(name="5-the-notice", days=140),
    Situation(name="6-reports-stopped", days=140, stopped_hours=20),
    Situation(name="7-cached-or-pasted", days=140, injected=0.3),
    Situation(name="8-a-share-is-measured", days=140, share=0.5),
    Situation(name="year", days=400, views=55_000),
)
FIRST_DAY: Final = "9-first-day"


def fill(store: Store, now: float) -> None:
    """Writes them all, as of now."""
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for each in SITUATIONS:
        for ago in range(each.days, 0, -1):
            noon = (today - timedelta(days=ago) + timedelta(hours=12)).timestamp()
            _commit(store, noon, _day(each, ago), LONG)
            if ago < 3:
                for hour in range(24):
                    counts = {key: math.ceil(n / 24) for key, n in _day(each, ago).items()}
                    _commit(store, noon + (hour - 12) * 3_600, counts, (Grain.HOUR,))
        for hour in range(datetime.fromtimestamp(now, UTC).hour + 1):
            moment = (today + timedelta(hours=hour)).timestamp()
            silent = moment > now - each.stopped_hours * 3_600
            counts = {key: math.ceil(n / 24) for key, n in _day(each, 0).items()}
            kept = {key: n for key, n in counts.items() if not silent or key.metric is Metric.INJECTED}
            _commit(store, moment, kept, tuple(Grain))
    _write_story(store, now, today)
    first = {
        Metric.INJECTED: 24,
        Metric.CLEAR: 7,
        Metric.BLOCKED_CONTENT: 11,
        Metric.BOT: 3,
    }
    deltas = {Key(FIRST_DAY, Dimension.ALL, "", metric): n for metric, n in first.items()}
    for page, clear, blocked in (("/", 3, 6), ("/local/the-library-will-stay-open-until-midnight", 4, 5)):
        deltas[Key(FIRST_DAY, Dimension.PAGE, page, Metric.CLEAR)] = clear
        deltas[Key(FIRST_DAY, Dimension.PAGE, page, Metric.BLOCKED_CONTENT)] = blocked
    _commit(store, max(now - 600, today.timestamp()), deltas, tuple(Grain))


def _write_story(store: Store, now: float, today: datetime) -> None:
    """What people noted, and a launch."""
    kept = Annotations(store.notes)
    for site, ago, text in (
        ("5-the-notice", 12, "new wording"),
        ("year", 200, "new design of the front page"),
        ("year", 60, "Firefox update"),
    ):
        day = (today - timedelta(days=ago)).date()
        kept.add(site, str(day), text, by="operator", now=now, today=today.date())
    AuditLog(store.notes).add(
        AuditEvent(now - LAUNCH_DAYS * 86_400, "command line", AuditAction.MODE, "ask", "measure")
    )
    store.notes.put(NOTE, Mode.ASK)


def _day(site: Situation, ago: int) -> Mapping[Key, int]:
    views = site.views * (0.8 if ago % 7 in (1, 2) else 1.0) * (1 + 0.03 * math.sin(ago))
    return dict(_count(site, views, site.rate(ago), notice=ago <= LAUNCH_DAYS))


def _count(site: Situation, views: float, rate: float, *, notice: bool) -> Iterator[tuple[Key, int]]:
    measured = views * site.share
    for metric, n in _verdicts(measured, rate):
        yield Key(site.name, Dimension.ALL, "", metric), n
        if site.share < 1:
            yield Key(site.name, Dimension.SHARE, f"{site.share:g}", metric), n
    yield Key(site.name, Dimension.ALL, "", Metric.INJECTED), round(views * site.injected)
    yield from _count_pages(site, views, rate, notice=notice)
    for dimension, rows in READERS:
        for value, part, factor in rows:
            for metric, n in _verdicts(measured * part, min(0.9, rate * factor)):
                yield Key(site.name, dimension, value, metric), n
    if notice:
        for metric, n in _answers(measured * rate):
            yield Key(site.name, Dimension.ALL, "", metric), n
    yield Key(site.name, Dimension.QUIET, "first-page", Metric.NOT_ASKED), round(measured * rate * 0.4)
    yield Key(site.name, Dimension.GROUND, "script bait arrived", Metric.CLEAR), round(measured * (1 - rate))


def _count_pages(site: Situation, views: float, rate: float, *, notice: bool) -> Iterator[tuple[Key, int]]:
    measured = views * site.share
    for page, part in PAGES:
        for metric, n in _verdicts(measured * part, rate * (0.8 + len(page) % 5 / 10)):
            yield Key(site.name, Dimension.PAGE, page, metric), n
        yield Key(site.name, Dimension.PAGE, page, Metric.INJECTED), round(views * part * site.injected)
        if notice:
            for metric, share in _answers(measured * part * rate):
                yield Key(site.name, Dimension.PAGE, page, metric), share


def _verdicts(views: float, rate: float) -> Iterator[tuple[Metric, int]]:
    yield Metric.CLEAR, round(views * 0.96 * (1 - rate))
    yield Metric.BLOCKED_CONTENT, round(views * 0.96 * rate)
    yield Metric.UNKNOWN, round(views * 0.04)


def _answers(blocked: float) -> Iterator[tuple[Metric, int]]:
    shown = blocked * 0.3
    for metric, part in (
        (Metric.ASKED, 1.05),
        (Metric.SHOWN, 1.0),
        (Metric.HOWTO, 0.092),
        (Metric.ALLOWED, 0.029),
        (Metric.SUPPORTS, 0.011),
        (Metric.LATER, 0.31),
        (Metric.NEVER, 0.04),
        (Metric.RECHECKED, 0.05),
    ):
        yield metric, round(shown * part)


def _commit(store: Store, moment: float, counts: Mapping[Key, int], grains: tuple[Grain, ...]) -> None:
    entry = Entry(secrets.token_hex(16), moment + 600, deltas={key: n for key, n in counts.items() if n})
    store.commit(Batch(moment, (entry,), grains))
    store.tend(moment)
