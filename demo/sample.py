"""Eight weeks of made-up figures: real occurrences, spread and written as the real ones, under a site name of their own.

They are labelled in the dashboard and mix with nobody's counts. The same seed makes the same figures on every run.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from adnotice.count.model.keys import spread_all
from adnotice.count.model.tally import Batch, Entry
from adnotice.count.stores.protocol import Store
from adnotice.vocabulary import (
    AdsAllowed,
    Ground,
    Kind,
    NoticeEvent,
    NoticeEventSeen,
    Occurrence,
    PageForProgram,
    PageInjected,
    PageRefused,
    Program,
    Quiet,
    Refusal,
    Rejection,
    RequestRejected,
    Sign,
    Verdict,
    ViewJudged,
)

SITE = "sample figures"
LABEL = "Sample figures, made up for this demo. Nothing here was measured."
DAYS = 56
HOURS = (1, 7, 9, 12, 16, 20)
"""When the counts of a day are written; the share of the day that each stands for:"""
SHARES = (0.05, 0.14, 0.2, 0.22, 0.19, 0.2)
DAY_ASKED_FIRST = 21
"""Measure first, then ask: for three weeks nobody sees the notice."""
SHARES_OF_PAGES = (0.34, 0.2, 0.15, 0.11, 0.08, 0.07, 0.05)
LEANINGS = (0.94, 0.88, 1.06, 1.42, 1.12, 0.86, 0.72)
"""How much more, or less, than elsewhere the readers of each page block."""


class Crowd(NamedTuple):
    """Those who read with one browser: their share of the page views, and how much of those is blocked."""

    agent: str
    language: str
    share: float
    content: float
    hosts: float


_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
CROWDS = (
    Crowd(f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36", "en-US,en", 0.27, 0.24, 0.018),
    Crowd(f"Mozilla/5.0 (Linux; Android 10; K) {_CHROME} Mobile Safari/537.36", "en-GB,en", 0.24, 0.06, 0.041),
    Crowd(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
        " Version/18.5 Mobile/15E148 Safari/604.1",
        "en-US",
        0.22,
        0.075,
        0.036,
    ),
    Crowd(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:142.0) Gecko/20100101 Firefox/142.0", "de,en", 0.09, 0.43, 0.03
    ),
    Crowd(
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36 Edg/140.0.0.0", "en-US,en", 0.08, 0.15, 0.02
    ),
    Crowd(
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
        " Version/18.5 Safari/605.1.15",
        "fr,en",
        0.07,
        0.13,
        0.025,
    ),
    Crowd("Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0", "en", 0.03, 0.58, 0.05),
)

ANSWERS = (
    (NoticeEvent.HOWTO, 0.071),
    (NoticeEvent.LATER, 0.238),
    (NoticeEvent.NEVER, 0.064),
    (NoticeEvent.SUPPORTS, 0.031),
)
QUIETS = ((Quiet.FIRST_PAGE, 0.44), (Quiet.LATER, 0.17), (Quiet.NEVER, 0.06), (Quiet.SUPPORTS, 0.02))
SUPPORT_LABEL = "Support us"
TAKEN_OF_SHOWN = 0.021
RECHECKED_OF_HOWTO = 0.52
ALLOWED_OF_HOWTO = 0.38


def write_sample(store: Store, paths: list[str], now: float) -> None:
    """Writes the sample figures of the days before now, and the label that the dashboard shows with them."""
    chance = random.Random("the daily example")  # noqa: S311 - figures for show, the same each time
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(DAYS):
        start = today - timedelta(days=DAYS - day)
        for hour, part in zip(HOURS, SHARES, strict=True):
            deltas = spread_all(_hour(chance, paths, day, start.weekday(), part))
            moment = (start + timedelta(hours=hour)).timestamp()
            store.commit(Batch(moment, (Entry(f"sample:{day}:{hour}", moment + 60, deltas=deltas),)))
    store.notes.put(f"label:{SITE}", LABEL)


def _hour(
    chance: random.Random, paths: list[str], day: int, weekday: int, part: float
) -> Iterator[tuple[Occurrence, int]]:
    views = part * (5_400 + 22 * day) * (0.74 if weekday > 4 else 1.0) * chance.uniform(0.9, 1.1)
    weeks_asked = max(0, day - DAY_ASKED_FIRST) / 7
    mood = (1 - 0.026 * weeks_asked) * chance.uniform(0.95, 1.05)
    for path, weight, leaning in zip(paths, SHARES_OF_PAGES, LEANINGS, strict=True):
        for crowd in CROWDS:
            n = _about(chance, views * weight * crowd.share)
            tuned = crowd._replace(content=min(0.8, crowd.content * leaning * mood))
            yield from _crowd(chance, path, tuned, n, asks=day >= DAY_ASKED_FIRST)
    yield PageRefused(SITE, Refusal.EXCLUDED), _about(chance, views * 0.02)
    yield PageRefused(SITE, Refusal.STATUS), _about(chance, views * 0.011)
    yield PageForProgram(SITE, Program.ROBOT), _about(chance, views * 0.07)
    yield PageForProgram(SITE, Program.HEADLESS), _about(chance, views * 0.002)
    yield PageForProgram(SITE, Program.TOOL), _about(chance, views * 0.01)
    yield RequestRejected(SITE, Rejection.NAME), _about(chance, views * 0.0004)
    yield RequestRejected(SITE, Rejection.NO_WITNESS), _about(chance, views * 0.0002)


def _crowd(chance: random.Random, path: str, crowd: Crowd, n: int, *, asks: bool) -> Iterator[tuple[Occurrence, int]]:
    reader = crowd.agent.encode(), crowd.language.encode()
    declined = min(n, _about(chance, n * (0.09 if "Firefox" in crowd.agent else 0.01)))
    yield PageInjected(SITE, path), n - declined
    yield PageInjected(SITE, path, declined=True), declined
    rest = n - declined
    rest -= min(rest, _about(chance, n * 0.055))
    asked = 0
    for share, verdict, kind, ground, signs in (
        (crowd.content, Verdict.BLOCKED, Kind.CONTENT, Ground.STOPPED, (Sign.STYLE_STOPPED,)),
        (crowd.hosts, Verdict.BLOCKED, Kind.HOSTS, Ground.PROBE, ()),
        (0.004, Verdict.PARTLY, None, Ground.STOPPED, (Sign.STYLE_STOPPED,)),
        (0.006, Verdict.UNKNOWN, None, Ground.SHORT, ()),
        (0.003, Verdict.UNKNOWN, None, Ground.CONTROL, ()),
        (0.011, Verdict.CLEAR, None, Ground.RETRY, ()),
        (1.0, Verdict.CLEAR, None, Ground.SCRIPT, ()),
    ):
        found = rest if share == 1 else min(rest, _about(chance, n * share))
        rest -= found
        for quiet, times in _quiets(chance, verdict, found, asks=asks):
            yield ViewJudged(SITE, path, verdict, kind, ground, quiet is None, quiet, *reader, "", signs), times
            asked += times if quiet is None else 0
    yield from _answers(chance, path, reader, asked)


def _quiets(chance: random.Random, verdict: Verdict, found: int, *, asks: bool) -> Iterator[tuple[Quiet | None, int]]:
    """Why these views are not asked, with how many; None: asked."""
    if verdict is Verdict.PARTLY:
        yield Quiet.PARTLY, found
    elif verdict is not Verdict.BLOCKED:
        yield Quiet.NOT_BLOCKED, found
    elif not asks:
        yield Quiet.MODE, found
    else:
        rest = found
        for quiet, share in QUIETS:
            quieted = min(rest, _about(chance, found * share))
            rest -= quieted
            yield quiet, quieted
        yield None, rest


def _answers(
    chance: random.Random, path: str, reader: tuple[bytes, bytes], asked: int
) -> Iterator[tuple[Occurrence, int]]:
    shown = min(asked, _about(chance, asked * 0.955))
    yield NoticeEventSeen(SITE, path, NoticeEvent.SHOWN, *reader), shown
    for choice, share in ANSWERS:
        n = min(shown, _about(chance, shown * share))
        yield NoticeEventSeen(SITE, path, choice, *reader), n
        if choice is NoticeEvent.HOWTO:
            yield (
                NoticeEventSeen(SITE, path, NoticeEvent.RECHECKED, *reader),
                min(n, _about(chance, n * RECHECKED_OF_HOWTO)),
            )
            yield AdsAllowed(SITE, path, *reader), min(n, _about(chance, n * ALLOWED_OF_HOWTO))
    taken = NoticeEventSeen(SITE, path, NoticeEvent.SUPPORT_LINK, *reader, label=SUPPORT_LABEL)
    yield taken, round(shown * TAKEN_OF_SHOWN)


def _about(chance: random.Random, expected: float) -> int:
    """A whole number near the expected one; on average, the expected one."""
    return max(0, round(expected + chance.gauss(0, max(0.3, expected) ** 0.5 * 0.6)))
