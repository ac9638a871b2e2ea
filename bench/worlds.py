"""Simulated sites whose readers and habits are known, to see what the figures' rules make of them.

Page views come from readers: each has views a day (Pareto, so a few read very much), blocks ads or not, and leaves one
day to be replaced by another. Given these the views of a day are Poisson, so a day is drawn from the sums over readers.
What a world does besides (weekday rhythm, viral articles, holidays, season, shocks) multiplies those sums.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

import msgspec
import numpy as np

from adnotice.insight.analysis.change import Day

END: Final = date(2026, 11, 28)
MOST_VIEWS_A_DAY: Final = 50.0
"""Nobody reads more pages of one site a day for months; a Pareto distribution without an end would have such readers."""


@dataclass(frozen=True, kw_only=True)
class World:
    """What is true of a site's readers; all rates are shares, `churn` a day."""

    name: str
    tail: float = 1.3
    churn: float = 1 / 90
    rate: float = 0.20
    viral_a_year: float = 0.0
    holidays: bool = False
    season: float = 0.0
    """How far the odds of blocking swing over the year, as a share."""
    correlation: float = 0.0
    """By how much more often those who read more than the median block."""
    shock: float = 0.0
    """The standard deviation of a day's shock to the odds, AR(1) with phi .8."""
    delivered_unmeasured: float = 0.10
    silent_weeks: int = 0
    """Without a count, directly before the weeks that are compared with others."""
    silent_sunday: bool = False
    """Without a count the last Sunday, on which more block than on other days."""
    trickle_weekend: bool = False
    """Of each hundred reports of the last Saturday and Sunday one came, from those who don't block."""


TUNING: Final = (
    World(name="base"),
    World(name="churn 1/30", churn=1 / 30),
    World(name="churn 1/365", churn=1 / 365),
    World(name="tail 1.1", tail=1.1),
    World(name="tail 2", tail=2.0),
    World(name="viral", viral_a_year=2),
    World(name="holidays", holidays=True),
    World(name="season", season=0.08),
    World(name="heavy readers", correlation=0.5),
    World(name="shocks", shock=0.04),
    World(name="rate 5 %", rate=0.05),
    World(name="together", tail=1.2, viral_a_year=2, season=0.08, correlation=0.4, shock=0.03),
)
"""The worlds of the study that the rules come from."""

OWN: Final = (
    World(name="rate 40 %, churn 1/45", rate=0.40, churn=1 / 45),
    World(name="rate 2 %", rate=0.02, tail=1.5),
    World(name="season 12 %, holidays", season=0.12, holidays=True),
    World(name="tail 1.15, heavy readers", tail=1.15, correlation=0.5, churn=1 / 180),
)
"""Worlds of ours, which no rule was tuned on."""

SILENT: Final = (
    World(name="2 silent weeks", silent_weeks=2),
    World(name="8 silent weeks, season 8 %", silent_weeks=8, season=0.08),
    World(name="26 silent weeks, shocks", silent_weeks=26, shock=0.04),
    World(name="a silent Sunday", silent_sunday=True),
    World(name="a weekend's trickle", trickle_weekend=True),
)
"""Worlds in which reports are missing where it matters most: between the stretches that are compared, or of one kind of day."""


class Size(NamedTuple):
    """How many readers a site has at any time, and the page views that they make in a month."""

    readers: int
    views: int


SIZES: Final = {"2,000": Size(160, 2_000), "100,000": Size(8_000, 100_000), "5 M": Size(100_000, 5_000_000)}
DAILY: Final = Size(100_000, 3_000_000)
"""100,000 page views a day."""


def simulate(
    world: World, size: Size, days: int, generator: np.random.Generator, step: float = 0.0, step_days: int = 0
) -> list[Day]:
    """So many days of a site that end on `END`, oldest first.

    `step` is added to the share of views seen with ads blocked on the last `step_days` days (views flip, not readers).
    """
    means = draw_means(world, size, days, generator)
    blocked, clear = shape(world, means, days, generator)
    if step_days:
        total = blocked[-step_days:] + clear[-step_days:]
        share = np.clip(blocked[-step_days:] / total + step, 0.0005, 0.9995)
        blocked[-step_days:], clear[-step_days:] = total * share, total * (1 - share)
    first = END - timedelta(days=days - 1)
    drawn_blocked, drawn_clear = generator.poisson(blocked), generator.poisson(clear)
    unmeasured = generator.poisson((blocked + clear) * world.delivered_unmeasured)
    return [
        Day(first + timedelta(days=n), int(b + c + u), int(b), int(c))
        for n, (b, c, u) in enumerate(zip(drawn_blocked, drawn_clear, unmeasured, strict=True))
    ]


def fall_silent(days: list[Day], world: World, weeks: int, yesterday: date) -> list[Day]:
    """The days without counts in the silent weeks that end where the last `weeks` begin, and on the silent Sunday; their pages left."""
    first = weeks + world.silent_weeks
    gone, sunday = set(range(7 * weeks, 7 * first)), (yesterday.weekday() + 1) % 7
    if world.silent_sunday:
        gone.add(sunday)
    trickle = {sunday, (sunday + 1) % 7} if world.trickle_weekend else set()
    return [keep_reports(day, (yesterday - day.day).days, gone, trickle) for day in days]


def keep_reports(day: Day, ago: int, gone: Collection[int], trickle: Collection[int]) -> Day:
    """The day with what came of its reports."""
    if ago in gone:
        return msgspec.structs.replace(day, blocked=0, clear=0)
    return msgspec.structs.replace(day, blocked=0, clear=math.ceil(day.clear / 100)) if ago in trickle else day


def draw_means(world: World, size: Size, days: int, generator: np.random.Generator) -> np.ndarray:
    """The expected views of each day by those who block and those who don't (2 x days), readers coming and going."""
    readers = size.readers
    scale = size.views / readers / 30 * (world.tail - 1) / world.tail

    def newcomers(number: int) -> tuple[np.ndarray, np.ndarray]:
        views = np.minimum(scale * (1 + generator.pareto(world.tail, number)), MOST_VIEWS_A_DAY)
        more = views > scale * 2 ** (1 / world.tail)
        odds = np.where(more, 1 + world.correlation, 1.0) / (1 + world.correlation / 2)
        return views, generator.random(number) < world.rate * odds

    views, blocks = newcomers(readers)
    blocked, total = views[blocks].sum(), views.sum()
    sums = np.empty((2, days))
    for day in range(days):
        gone = np.unique(generator.integers(0, readers, generator.poisson(readers * world.churn)))
        old = views[gone]
        blocked, total = blocked - old[blocks[gone]].sum(), total - old.sum()
        new, blocking = newcomers(len(gone))
        views[gone], blocks[gone] = new, blocking
        blocked, total = blocked + new[blocking].sum(), total + new.sum()
        sums[0, day], sums[1, day] = blocked, total - blocked
    return np.maximum(sums, 0)


def shape(world: World, means: np.ndarray, days: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The expected views, blocked and clear, with the world's rhythm."""
    numbers = np.arange(days)
    weekday = (END.weekday() - (days - 1 - numbers)) % 7
    weekend = weekday >= 5
    level = np.where(weekend, 0.7, 1.0)
    lean = np.where(weekend, 1.25, 1.0) * (1 + world.season * np.sin(2 * math.pi * numbers / 365))
    if world.holidays:
        single = numbers % 37 == 5
        weeks = (numbers % 365 >= 200) & (numbers % 365 < 214)
        level = level * np.where(single, 0.72, 1.0) * np.where(weeks, 0.6, 1.0)
        lean = lean * np.where(weeks, 0.85, 1.0)
    if world.shock:
        noise = generator.normal(0, world.shock * math.sqrt(1 - 0.8**2), days)
        shock = np.zeros(days)
        for day in range(days):
            shock[day] = 0.8 * (shock[day - 1] if day else 0.0) + noise[day]
        lean = lean * np.exp(shock)
    blocked, clear = means[0] * level * lean, means[1] * level
    for day in np.flatnonzero(generator.random(days) < world.viral_a_year / 365):
        visitors = (means[0, day] + means[1, day]) * generator.uniform(2, 6) * 0.5 ** np.arange(min(4, days - day))
        share = world.rate * generator.uniform(0.5, 0.9)
        blocked[day : day + 4] += visitors * share
        clear[day : day + 4] += visitors * (1 - share)
    return blocked, clear
