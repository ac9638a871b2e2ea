"""Has the rate made a step in the last two days? For `adnotice watch`, which looks every day and must not cry wolf.

A day is judged only where about as many pages were delivered as on the same weekday lately: a viral article brings other
readers, and with them another rate; and where at least half as many page views had an answer: where reports were missing for
most of a day, what is left is of other hours, or of nobody. False alarms and detection on simulated sites: `make statistics`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from statistics import fmean, median
from typing import Final

import msgspec

from adnotice.insight.analysis.change import FEWEST_ANSWERS, Day, count_answers

HISTORY_DAYS: Final = 120
SPREAD_DAYS: Final = 84
BASE_DAYS: Final = 14
SAME_WEEKDAYS: Final = 8
RECENT_WEEKDAYS: Final = 4
LIKE_FACTOR: Final = 1.3
SILENT_DAYS: Final = 28
FEWEST_STEPS: Final = 28
"""How many steps of the past must be known before their spread is a yardstick."""

STEP_LIMIT: Final = 3.75
DAY_LIMIT: Final = 2.63
SPREAD_OF_MEDIAN: Final = 1.4826
"""The standard deviation of a normal distribution, by its median distance from 0."""


class Alarm(msgspec.Struct, frozen=True):
    """Whether the last two judged days, of which `day` is the later, made a step.

    `step` is their distance, in logits, from the 14 judged days before; `visible_step` the smallest that raises an
    alarm; both None where too little is known. `rate` is that of the 14 days, so that a step can be said in points.
    """

    raised: bool
    day: date | None = None
    step: float | None = None
    visible_step: float | None = None
    rate: float | None = None

    def points(self, step: float) -> float:
        """A step in logits as a difference of the rate (.01 is one point)."""
        if self.rate is None:
            return 0.0
        level = math.log(self.rate / (1 - self.rate))
        return 1 / (1 + math.exp(-level - step)) - self.rate


class Judged(msgspec.Struct, frozen=True):
    """A day that can be judged: its logit without its weekday's habit, and its counts."""

    day: date
    level: float
    blocked: int
    clear: int


def watch(days: Iterable[Day], yesterday: date, last_alarm: date | None = None) -> Alarm:
    """Looks at the days that end yesterday; in any order, those of the last 120 are used.

    After an alarm it is silent for 28 days.
    """
    judged = judge_days(days, yesterday)
    steps = find_steps(judged)
    if not steps or steps[-1][0].day != judged[-1].day or (yesterday - judged[-1].day).days > 1:
        return Alarm(raised=False)
    (latest, distances, rate), past = (
        steps[-1],
        [
            abs(fmean(distances))
            for judged_day, distances, _ in steps
            if (yesterday - judged_day.day).days <= SPREAD_DAYS
        ],
    )
    if len(past) < FEWEST_STEPS:
        return Alarm(raised=False)
    # A smaller share of all views that is drawn by now brings noise of its own, which the past has not shown.
    more = max(0.0, fmean(map(count_noise, judged[-2:])) - median(map(count_noise, judged[:-2]))) / 2
    spread = math.hypot(SPREAD_OF_MEDIAN * median(past), math.sqrt(more))
    step = fmean(distances)
    raised = (
        abs(step) > STEP_LIMIT * spread
        and min(map(abs, distances)) > DAY_LIMIT * spread
        and (distances[0] > 0) == (distances[1] > 0)
        and (last_alarm is None or (latest.day - last_alarm).days > SILENT_DAYS)
    )
    return Alarm(raised, latest.day, step, STEP_LIMIT * spread, rate)


def judge_days(days: Iterable[Day], yesterday: date) -> list[Judged]:
    """The days that can be judged, oldest first."""
    known = {
        day.day: day for day in days if 0 <= (yesterday - day.day).days < HISTORY_DAYS and (day.blocked or day.clear)
    }
    levels = {day: math.log((each.blocked + 0.5) / (each.clear + 0.5)) for day, each in known.items()}
    deviations = {day: level - around(levels, day) for day, level in levels.items()}
    judged = []
    for day, each in sorted(known.items()):
        habits = same_weekday(deviations, day, SAME_WEEKDAYS)
        recent = [known[before] for before in weekdays_before(day, RECENT_WEEKDAYS) if before in known]
        if habits and recent and is_like(each, recent):
            judged.append(Judged(day, levels[day] - median(habits), each.blocked, each.clear))
    return judged


def around(levels: Mapping[date, float], day: date) -> float:
    """The median of the seven days centred on this one, as far as they are known."""
    return median(levels[each] for shift in range(-3, 4) if (each := day + timedelta(days=shift)) in levels)


def weekdays_before(day: date, number: int) -> Iterable[date]:
    """The same weekday in so many weeks before."""
    return (day - timedelta(weeks=week) for week in range(1, number + 1))


def same_weekday(values: Mapping[date, float], day: date, number: int) -> list[float]:
    """What the same weekday had in the last so many weeks, this day left out."""
    return [values[each] for each in weekdays_before(day, number) if each in values]


def is_like(day: Day, recent: Sequence[Day]) -> bool:
    """Whether about as many pages were delivered as usual, and not far fewer page views had an answer."""
    usual = median(each.delivered for each in recent)
    answers = median(count_answers(each) for each in recent)
    return (
        usual / LIKE_FACTOR <= day.delivered <= usual * LIKE_FACTOR and count_answers(day) >= FEWEST_ANSWERS * answers
    )


def count_noise(day: Judged) -> float:
    """The variance of the day's logit that comes of its counts alone."""
    return 1 / (day.blocked + 0.5) + 1 / (day.clear + 0.5)


def find_steps(judged: Sequence[Judged]) -> list[tuple[Judged, tuple[float, float], float]]:
    """For each judged day with 15 judged ones before it: the distances of it and the one before from the mean of the 14
    before both, and the rate of those 14."""
    steps = []
    for end in range(BASE_DAYS + 1, len(judged)):
        base = judged[end - 1 - BASE_DAYS : end - 1]
        level = fmean(each.level for each in base)
        blocked, clear = sum(each.blocked for each in base), sum(each.clear for each in base)
        distances = (judged[end - 1].level - level, judged[end].level - level)
        steps.append(
            (judged[end], distances, (blocked + 0.5 * BASE_DAYS) / (blocked + clear + BASE_DAYS))
        )  # as levels have it
    return steps
