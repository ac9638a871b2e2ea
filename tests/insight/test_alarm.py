"""The daily look: a step of two days is seen, a viral day is not one, and after an alarm it is quiet for four weeks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import msgspec
import numpy as np
import pytest

from adnotice.insight.analysis.alarm import Alarm, watch
from adnotice.insight.analysis.change import Day

YESTERDAY = date(2026, 11, 28)


def make_days(
    rate: Callable[[int], float] = lambda _: 0.2, days: int = 120, views: int = 20_000, seed: int = 3
) -> list[Day]:
    """Days that end yesterday, oldest first; `rate` by how many days ago."""
    generator = np.random.default_rng(seed)
    made = []
    for ago in range(days - 1, -1, -1):
        blocked = int(generator.binomial(views, rate(ago)))
        made.append(Day(YESTERDAY - timedelta(days=ago), round(views * 1.1), blocked, views - blocked))
    return made


def step(points: float, since: int = 1) -> Callable[[int], float]:
    """20 %, and so much more on the last days."""
    return lambda ago: 0.2 + (points if ago <= since else 0.0)


def test_nothing_happened() -> None:
    found = watch(make_days(), YESTERDAY)
    assert not found.raised
    assert found.day == YESTERDAY
    assert found.visible_step is not None
    assert 0 < found.points(found.visible_step) < 0.02


@pytest.mark.parametrize("points", [0.03, -0.03])
def test_three_points_are_seen_on_the_second_day(points: float) -> None:
    found = watch(make_days(step(points)), YESTERDAY)
    assert found.raised
    assert found.step is not None
    assert found.points(found.step) == pytest.approx(points, abs=0.008)


def test_one_day_is_not_enough() -> None:
    assert not watch(make_days(step(0.03, since=0)), YESTERDAY).raised


def test_two_days_that_disagree_are_no_step() -> None:
    days = make_days(lambda ago: {0: 0.26, 1: 0.14}.get(ago, 0.2))
    assert not watch(days, YESTERDAY).raised


def test_days_with_many_more_pages_are_not_judged() -> None:
    days = make_days(step(0.05))
    days[-2:] = [msgspec.structs.replace(day, delivered=4 * day.delivered) for day in days[-2:]]
    assert watch(days, YESTERDAY) == Alarm(raised=False)


@pytest.mark.parametrize("left", [0, 5, 200, 8_000])
@pytest.mark.parametrize("rate", [0.0, 0.5])
def test_days_on_which_most_reports_are_missing_are_not_judged(left: int, rate: float) -> None:
    """Their pages leave as ever; the few page views that have an answer are of some hours, or of one reader."""
    days = make_days()
    blocked = round(left * rate)
    days[-2:] = [msgspec.structs.replace(day, blocked=blocked, clear=left - blocked) for day in days[-2:]]
    assert watch(days, YESTERDAY) == Alarm(raised=False)


def test_days_on_which_some_reports_are_missing_are_judged() -> None:
    days = make_days(step(0.05))
    days[-2:] = [
        msgspec.structs.replace(day, blocked=day.blocked * 2 // 3, clear=day.clear * 2 // 3) for day in days[-2:]
    ]
    assert watch(days, YESTERDAY).raised


def test_where_a_smaller_share_is_drawn_since_yesterday_days_are_judged_as_before() -> None:
    days = make_days(step(0.05))
    days[-2:] = [
        msgspec.structs.replace(day, blocked=day.blocked // 5, clear=day.clear // 5, drawn=0.2) for day in days[-2:]
    ]
    assert watch(days, YESTERDAY).raised


def test_a_week_without_reports_hides_no_later_step_and_is_none() -> None:
    gone = range(20, 27)
    for points, raised in ((0.0, False), (0.04, True)):
        days = [
            msgspec.structs.replace(day, blocked=0, clear=0) if (YESTERDAY - day.day).days in gone else day
            for day in make_days(step(points))
        ]
        found = watch(days, YESTERDAY)
        assert found.raised is raised
        assert found.visible_step is not None
        assert found.points(found.visible_step) < 0.02


def test_the_weekdays_habit_is_no_step() -> None:
    days = make_days(lambda ago: 0.24 if (YESTERDAY - timedelta(days=ago)).weekday() >= 5 else 0.2)
    for back in range(14):
        found = watch(days[: len(days) - back], YESTERDAY - timedelta(days=back))
        assert not found.raised


def test_after_an_alarm_it_is_quiet_for_four_weeks() -> None:
    days = make_days(step(0.05))
    assert watch(days, YESTERDAY, YESTERDAY - timedelta(days=29)).raised
    assert not watch(days, YESTERDAY, YESTERDAY - timedelta(days=28)).raised


@pytest.mark.parametrize("days", [0, 1, 10, 40])
def test_a_short_past_raises_nothing(days: int) -> None:
    found = watch(make_days(step(0.2), days=days), YESTERDAY)
    assert not found.raised
    assert found.visible_step is None


def test_a_gap_up_to_yesterday_is_no_judgement_of_yesterday() -> None:
    assert watch(make_days(step(0.2))[:-3], YESTERDAY) == Alarm(raised=False)


@pytest.mark.parametrize("share", [0.1, 0.02])
def test_a_smaller_sample_raises_no_alarm(share: float) -> None:
    raised = 0
    for seed in range(20):
        days = make_days(seed=seed)
        generator = np.random.default_rng(seed)
        for since in range(1, 29, 3):
            sampled = [
                msgspec.structs.replace(
                    day,
                    blocked=int(generator.binomial(day.blocked, share)),
                    clear=int(generator.binomial(day.clear, share)),
                    drawn=share,
                )
                if (YESTERDAY - day.day).days < since
                else day
                for day in days
            ]
            raised += watch(sampled, YESTERDAY).raised
    assert raised <= 2


def test_a_step_from_nothing_has_points() -> None:
    days = make_days(lambda ago: 0.1 if ago < 2 else 0.0, views=1_000)
    found = watch(days, YESTERDAY)
    assert found.raised
    assert found.step is not None
    assert found.points(found.step) > 0.02
