"""Whether a rate is changing: judged by the site's own past, said when it is too early."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec
import numpy as np
import pytest
from scipy import stats

from adnotice.insight.analysis.change import (
    LEVEL,
    PRIOR,
    RATIOS,
    Against,
    Day,
    Trend,
    Week,
    Yardstick,
    compare,
    cut_weeks,
    find_answered,
    find_counted_weeks,
    find_unusual,
    fit,
    judge_change,
    log_odds,
)

YESTERDAY = date(2026, 11, 28)


@dataclass(frozen=True)
class Site:
    """A site whose weekly rates wander a little around one rate."""

    weeks: int
    rate: float = 0.2
    views: int = 1_000
    spread: float = 0.02
    seed: int = 1

    def days(self, change: Callable[[int], float] = lambda _: 0.0) -> list[Day]:
        """Its days, oldest first; `change` adds to the rate by the number of weeks before the last one."""
        generator = np.random.default_rng(self.seed)
        noise = generator.normal(0, self.spread, self.weeks)
        days = []
        for number in range(7 * self.weeks):
            week = self.weeks - 1 - number // 7
            odds = math.log(self.rate / (1 - self.rate)) + noise[week]
            rate = 1 / (1 + math.exp(-odds)) + change(week)
            blocked = round(self.views * rate)
            day = YESTERDAY - timedelta(days=7 * self.weeks - 1 - number)
            days.append(Day(day, round(self.views * 1.1), blocked, self.views - blocked))
        return days


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("n", [1, 2, 5, 99])
@pytest.mark.parametrize("longest", [1, 9])
def test_the_fit_is_that_of_the_matrix(ratio: float, n: int, longest: int) -> None:
    generator = np.random.default_rng(n)
    moves, steps = generator.normal(size=n), generator.integers(1, longest, n, endpoint=True)
    covariance = np.diag(2 + steps * ratio) - np.diag([1.0] * (n - 1), 1) - np.diag([1.0] * (n - 1), -1)
    squares, determinant = fit(list(moves), list(map(int, steps)), ratio)
    assert squares == pytest.approx(moves @ np.linalg.solve(covariance, moves))
    assert determinant == pytest.approx(np.linalg.slogdet(covariance)[1], abs=1e-9)


def silence(days: list[Day], *weeks: int) -> list[Day]:
    """The days without those of these weeks, the last one being 0."""
    return [day for day in days if (YESTERDAY - day.day).days // 7 not in weeks]


@pytest.mark.parametrize("weeks", [1, 2, 4])
@pytest.mark.parametrize("known", [20, 60])
@pytest.mark.parametrize("silent", [(), (1,), (4, 5, 6), (2, 7, 9, 17)], ids=str)
def test_the_chance_is_that_of_the_formula(weeks: int, known: int, silent: tuple[int, ...]) -> None:
    """Silent weeks too: the walk goes on in them, in those that are compared and in those from which its variance is learnt."""
    days = silence(Site(known).days(), *silent)
    counted = find_counted_weeks(days, YESTERDAY)
    blocks = cut_weeks(days, set(), YESTERDAY, counted)
    levels, at = np.array([log_odds(week) for week in blocks[:-weeks]]), -np.array(counted)
    moves, steps = np.diff(levels), np.diff(at[:-weeks])
    n = len(moves)
    assert n == known - len(silent) - weeks - 1
    means = np.array([-1 / weeks] * weeks + [1 / weeks] * weeks)
    walk = np.minimum.outer(at[-2 * weeks :], at[-2 * weeks :]) - at[-2 * weeks]
    season = 0 if known >= 52 else (0.006 * (means @ at[-2 * weeks :])) ** 2
    weights, tails = [], []
    for prior, ratio in zip(PRIOR, RATIOS, strict=True):
        covariance = np.diag(2 + steps * ratio) - np.diag([1.0] * (n - 1), 1) - np.diag([1.0] * (n - 1), -1)
        squares = moves @ np.linalg.solve(covariance, moves)
        weights.append(prior * np.linalg.det(covariance) ** -0.5 * squares ** (-n / 2))
        variance = means @ (np.eye(2 * weeks) + ratio * walk) @ means * squares / n + season
        tails.append(2 * stats.t.sf(0.05 / math.sqrt(variance), n))
    expected = np.dot(weights, tails) / np.sum(weights)
    assert Yardstick(blocks, counted, weeks).chance(0.05) == pytest.approx(expected, rel=1e-6)


def wander(seed: int, step: float = 0.04, noise: float = 0.02) -> list[Day]:
    """The days of a site whose weekly rates are a random walk and noise, and nothing else."""
    generator = np.random.default_rng(seed)
    levels = -1.4 + np.cumsum(generator.normal(0, step, 80)) + generator.normal(0, noise, 80)
    return [
        Day(YESTERDAY - timedelta(weeks=79 - week, days=6 - day), 11_000, blocked, 10_000 - blocked)
        for week, level in enumerate(levels)
        for day, blocked in enumerate([round(10_000 / (1 + math.exp(-level)))] * 7)
    ]


@pytest.mark.parametrize("weeks", [1, 2, 4])
@pytest.mark.parametrize("gap", [0, 2, 8, 26])
def test_how_often_nothing_is_called_a_change_does_not_grow_with_silent_weeks(weeks: int, gap: int) -> None:
    """What is promised is 5 % at most. Where silent weeks are passed over as if they were no time it is 9 to 61 %."""
    sites = 150
    said = [
        judge_change(silence(wander(seed), *range(weeks, weeks + gap)), weeks, YESTERDAY).answer
        for seed in range(sites)
    ]
    assert Trend.TOO_EARLY not in said
    assert said.count(Trend.UNUSUAL) / sites <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / sites)


def test_what_a_season_does_across_silent_weeks_is_usual_where_a_year_is_known() -> None:
    def season(week: int) -> float:
        return 0.16 * 0.08 * math.sin(2 * math.pi * (week - 8) / 52)

    site = Site(weeks=104, views=100_000, spread=0.0005)
    days = silence(site.days(season), *range(4, 12))
    found = judge_change(days, 4, YESTERDAY)
    assert abs(found.points or 0) > 0.01
    assert found.answer is Trend.USUAL
    assert found.season_known


def test_where_no_two_stretches_were_as_far_apart_the_season_is_not_known() -> None:
    """A year of weeks, and before it a silence of another: nothing in the year is as far from anything."""
    days = silence(Site(weeks=104, spread=0.001, views=100_000).days(), *range(1, 52))
    found = judge_change(days, 1, YESTERDAY)
    assert len(find_counted_weeks(days, YESTERDAY)) >= 52
    assert not found.season_known


@pytest.mark.parametrize("weeks", [1, 2, 4])
def test_a_site_that_does_what_it_always_does_is_usual(weeks: int) -> None:
    found = judge_change(Site(60, seed=4).days(), weeks, YESTERDAY)
    assert found.answer is Trend.USUAL
    assert found.points is not None
    assert found.yardstick is not None
    assert abs(found.points) < found.yardstick
    assert found.season_known


@pytest.mark.parametrize("weeks", [1, 2, 4])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_large_step_is_more_than_usual(weeks: int, sign: int) -> None:
    days = Site(60, seed=4).days(lambda week: sign * 0.06 if week < weeks else 0.0)
    found = judge_change(days, weeks, YESTERDAY)
    assert found.answer is Trend.UNUSUAL
    assert found.points == pytest.approx(sign * 0.06, abs=0.01)
    assert found.p is not None
    assert found.p < LEVEL


@pytest.mark.parametrize("weeks", [1, 4])
def test_the_yardstick_is_where_the_answer_turns(weeks: int) -> None:
    flat = judge_change(Site(60, seed=4).days(), weeks, YESTERDAY)
    assert flat.yardstick is not None
    assert flat.points is not None

    def answer(points: float) -> Trend:
        days = Site(60, seed=4).days(lambda week: points - flat.points if week < weeks else 0.0)
        return judge_change(days, weeks, YESTERDAY).answer

    assert {answer(0.9 * flat.yardstick), answer(-0.9 * flat.yardstick)} == {Trend.USUAL}
    assert {answer(1.15 * flat.yardstick), answer(-1.15 * flat.yardstick)} == {Trend.UNUSUAL}


@pytest.mark.parametrize(("weeks", "needed"), [(1, 6), (2, 8), (4, 13)])
def test_before_enough_weeks_are_known_it_is_too_early_and_the_day_of_the_answer_is_said(
    weeks: int, needed: int
) -> None:
    early = judge_change(Site(needed - 1).days(), weeks, YESTERDAY)
    assert early.answer is Trend.TOO_EARLY
    assert early.answer_on == YESTERDAY + timedelta(days=8)
    assert early.points is None
    assert judge_change(Site(needed).days(), weeks, YESTERDAY).answer is not Trend.TOO_EARLY


def test_on_the_day_that_was_said_there_is_an_answer() -> None:
    site = Site(13)
    days = site.days()[: 7 * 12]
    early = judge_change(days, 4, days[-1].day)
    assert early.answer_on is not None
    assert judge_change(site.days(), 4, early.answer_on - timedelta(days=1)).answer is not Trend.TOO_EARLY


@pytest.mark.parametrize("rate", [0.01, 0.99])
def test_fewer_than_fifty_of_either_in_a_stretch_are_too_early(rate: float) -> None:
    assert judge_change(Site(60, rate=rate, views=150).days(), 4, YESTERDAY).answer is Trend.TOO_EARLY
    assert judge_change(Site(60, rate=rate, views=250).days(), 4, YESTERDAY).answer is not Trend.TOO_EARLY


def test_without_a_year_the_season_is_allowed_for() -> None:
    short = judge_change(Site(51, seed=4, spread=0.001, views=100_000).days(), 4, YESTERDAY)
    long = judge_change(Site(52, seed=4, spread=0.001, views=100_000).days(), 4, YESTERDAY)
    assert not short.season_known
    assert long.season_known
    assert short.yardstick is not None
    assert long.yardstick is not None
    assert short.yardstick > 3 * long.yardstick


@pytest.mark.parametrize("weeks", [2, 4])
@pytest.mark.parametrize("phase", [0, 26])
def test_what_a_season_does_each_year_is_usual_where_a_year_is_known(weeks: int, phase: int) -> None:
    """On a large site weekly rates scatter little: a season's slow way is far beyond their steps."""

    def season(week: int) -> float:
        return 0.16 * 0.08 * math.sin(2 * math.pi * (week - weeks + 0.5 + phase) / 52)

    site = Site(weeks=104, views=100_000, spread=0.0005)
    found = judge_change(site.days(season), weeks, YESTERDAY)
    assert found.p is not None
    assert found.p < LEVEL, "by the weekly steps alone it would be unusual"
    assert found.answer is Trend.USUAL
    assert abs(found.points or 0) < (found.yardstick or 0)
    step = math.copysign(0.01, found.points or 0)
    assert (
        judge_change(site.days(lambda week: season(week) + step * (week < weeks)), weeks, YESTERDAY).answer
        is Trend.UNUSUAL
    )


def test_today_and_what_comes_after_is_not_looked_at() -> None:
    days = Site(60).days()
    later = Day(YESTERDAY + timedelta(days=1), 900_000, 900_000, 1)
    assert judge_change([*days, later], 4, YESTERDAY) == judge_change(days, 4, YESTERDAY)


def test_a_viral_day_is_left_out_and_named() -> None:
    days = Site(60, seed=4).days()
    viral = days[-10].day
    spread = [
        msgspec.structs.replace(day, delivered=9_000, blocked=4_000, clear=4_000) if day.day == viral else day
        for day in days
    ]
    found = judge_change(spread, 4, YESTERDAY)
    assert found.left_out == (viral,)
    assert found.answer is Trend.USUAL


def test_days_within_a_third_of_their_weekdays_median_are_usual() -> None:
    days = [Day(YESTERDAY - timedelta(days=n), 1_000, 200, 800) for n in range(70)]
    days[3] = msgspec.structs.replace(days[3], delivered=1_290)
    days[4] = msgspec.structs.replace(days[4], delivered=1_310)
    assert find_unusual(days) == {days[4].day}


def test_a_week_of_unusual_days_stays_each_at_twice_its_weekdays_median_at_most() -> None:
    days = [Day(YESTERDAY - timedelta(days=n), 1_000, 200, 800) for n in range(70)]
    days[:7] = [msgspec.structs.replace(day, delivered=8_000, blocked=1_600, clear=6_400) for day in days[:7]]
    blocks = cut_weeks(days, find_unusual(days), YESTERDAY, find_counted_weeks(days, YESTERDAY))
    assert blocks[-1] == Week(7 * 400, 7 * 1_600)
    assert blocks[-2] == Week(7 * 200, 7 * 800)


def test_before_enough_weeks_are_known_the_same_day_is_said_on_each_day() -> None:
    """A week that had begun when counting began is none."""
    days = Site(13).days()
    for known in range(7 * 12, 7 * 13):
        early = judge_change(days[:known], 4, days[known - 1].day)
        assert (early.answer, early.answer_on) == (Trend.TOO_EARLY, YESTERDAY + timedelta(days=1))
    assert judge_change(days, 4, YESTERDAY).answer is not Trend.TOO_EARLY


def weekend(days: list[Day]) -> list[Day]:
    """The same days; on Saturdays and Sundays half as many again block, of seven tenths of the readers."""
    moved = {True: (0.7 * 1.5, 0.7), False: (1.0, 1.0)}
    return [
        Day(day.day, day.delivered, round(day.blocked * blocked), round(day.clear * clear))
        for day in days
        for blocked, clear in [moved[day.day.weekday() >= 5]]
    ]


def mute(days: list[Day], *ago: int) -> list[Day]:
    """The same days; on these pages left and no report came back."""
    return [
        msgspec.structs.replace(day, blocked=0, clear=0) if (YESTERDAY - day.day).days in ago else day for day in days
    ]


def trickle(days: list[Day], left: int, *ago: int) -> list[Day]:
    """The same days; of these only so many reports came, of which one in five says that ads are blocked."""
    return [
        msgspec.structs.replace(day, blocked=left // 5, clear=left - left // 5)
        if (YESTERDAY - day.day).days in ago
        else day
        for day in days
    ]


@pytest.mark.parametrize("left", [0, 3, 2_000, 10_000])
@pytest.mark.parametrize("weeks", [1, 2, 4])
def test_a_weekend_of_which_few_reports_came_is_no_change(left: int, weeks: int) -> None:
    days = weekend(Site(60, spread=0.001, views=50_000).days())
    found = judge_change(trickle(days, left, 0, 6), weeks, YESTERDAY)
    if weeks == 1:
        assert (found.answer, found.silent) == (Trend.TOO_EARLY, (YESTERDAY - timedelta(days=6),))
    else:
        assert (found.answer, found.silent) == (Trend.USUAL, (YESTERDAY - timedelta(days=6),))


@pytest.mark.parametrize("left", [0, 20])
@pytest.mark.parametrize("silent", [1, 3, 4, 5])
@pytest.mark.parametrize("weeks", [1, 2, 4])
def test_weeks_of_which_few_reports_came_are_none(left: int, silent: int, weeks: int) -> None:
    days = weekend(Site(60, spread=0.001, views=50_000).days())
    ended = judge_change(trickle(days, left, *range(7, 7 * silent + 7)), weeks, YESTERDAY)
    assert ended.answer is Trend.USUAL
    assert set(ended.silent) == {YESTERDAY - timedelta(days=7 * week + 6) for week in range(1, silent + 1)}
    now = judge_change(trickle(days, left, *range(7 * silent)), weeks, YESTERDAY)
    assert now.answer is (Trend.TOO_EARLY if silent >= weeks else Trend.USUAL)


def test_a_day_of_which_as_many_reports_came_as_of_its_pages_is_counted() -> None:
    """A holiday is no outage, nor is a smaller share that is drawn."""
    days = Site(60, seed=4).days()
    for few in (
        [msgspec.structs.replace(day, delivered=330, blocked=60, clear=240) for day in days[-2:]],
        [msgspec.structs.replace(day, blocked=20, clear=80, drawn=0.1) for day in days[-2:]],
    ):
        assert len(find_answered([*days[:-2], *few])) == len(days)


def test_where_no_pages_are_known_to_have_left_each_day_with_a_count_is_counted() -> None:
    days = [msgspec.structs.replace(day, delivered=0) for day in Site(60, seed=4).days()]
    assert len(find_answered(trickle(days, 10, 0, 6))) == len(days)


@pytest.mark.parametrize("active", [2, 3, 4, 5])
def test_a_site_that_is_read_on_other_days_each_week_has_an_answer(active: int) -> None:
    generator = np.random.default_rng(active)
    days = [
        Day(YESTERDAY - timedelta(days=7 * week + int(day)), 330, int(generator.binomial(300, 0.2)), 240)
        for week in range(60)
        for day in generator.choice(7, active, replace=False)
    ]
    for weeks in (1, 2, 4):
        found = judge_change(days, weeks, YESTERDAY)
        assert found.answer is not Trend.TOO_EARLY
        assert (found.answer_on, found.silent) == (None, ())


@pytest.mark.parametrize("weeks", [1, 4])
@pytest.mark.parametrize("gap", [5, 10])
@pytest.mark.parametrize("left", [0, 100])
def test_after_days_without_reports_the_day_that_is_said_is_that_of_the_answer(weeks: int, gap: int, left: int) -> None:
    for start in (28, 30, 33):
        known = 7 * 18 + 60
        days = [Day(YESTERDAY - timedelta(days=ago), 1_100, 200, 800) for ago in reversed(range(known))]
        gone = range(known - start - gap, known - start)
        days = trickle(days, left, *gone)
        said = []
        for number in range(start + gap, known + 1):
            found = judge_change(days[:number], weeks, days[number - 1].day)
            if found.answer is not Trend.TOO_EARLY:
                break
            said.append(found.answer_on)
        assert set(said) <= {days[number - 1].day + timedelta(days=1)}


def test_an_unusual_day_of_a_week_that_is_passed_over_is_not_called_left_out() -> None:
    days = mute(Site(60, seed=4).days(), 7, 8, 9)
    days[-12] = msgspec.structs.replace(days[-12], delivered=3 * days[-12].delivered)
    found = judge_change(days, 1, YESTERDAY)
    assert (found.silent, found.left_out) == ((YESTERDAY - timedelta(days=13),), ())


@pytest.mark.parametrize("ago", range(7))
def test_a_weekday_without_counts_moves_no_rate(ago: int) -> None:
    days = weekend(Site(60, spread=0.001, views=50_000).days())
    whole, missing = (judge_change(each, 1, YESTERDAY) for each in (days, mute(days, ago)))
    assert (whole.answer, missing.answer) == (Trend.USUAL, Trend.USUAL)
    assert missing.points == pytest.approx(whole.points, abs=0.0005)
    assert missing.silent == ()


@pytest.mark.parametrize("ago", range(14))
@pytest.mark.parametrize("times", [2, 0.5])
def test_a_weekday_that_is_left_out_moves_no_rate(ago: int, times: float) -> None:
    days = weekend(Site(60, spread=0.001, views=50_000).days())
    odd = [
        Day(day.day, round(day.delivered * times), round(day.blocked * times), round(day.clear * times))
        if (YESTERDAY - day.day).days == ago
        else day
        for day in days
    ]
    whole, missing = (judge_change(each, 1, YESTERDAY) for each in (days, odd))
    assert missing.left_out == (YESTERDAY - timedelta(days=ago),)
    assert (whole.answer, missing.answer) == (Trend.USUAL, Trend.USUAL)
    assert missing.points == pytest.approx(whole.points, abs=0.0005)


@pytest.mark.parametrize("kept", [(0,), (0, 6), (1, 2, 3), (0, 1, 2, 3)], ids=str)
def test_a_week_of_few_days_is_none(kept: tuple[int, ...]) -> None:
    days = weekend(Site(60, spread=0.001, views=50_000).days())
    gone = [ago for ago in range(7) if ago not in kept]
    now = judge_change(mute(days, *gone), 1, YESTERDAY)
    assert (now.answer, now.silent) == (Trend.TOO_EARLY, (YESTERDAY - timedelta(days=6),))
    before = judge_change(mute(days, *(7 + ago for ago in gone)), 1, YESTERDAY)
    assert (before.answer, before.silent) == (Trend.USUAL, (YESTERDAY - timedelta(days=13),))


def test_where_nobody_reads_on_weekends_five_days_are_a_week() -> None:
    days = [day for day in Site(60, seed=4).days() if day.day.weekday() < 5]
    found = judge_change(days, 4, YESTERDAY)
    assert (found.answer, found.silent) == (Trend.USUAL, ())


def test_in_place_of_a_silent_week_the_counted_one_before_is_compared_and_that_is_said() -> None:
    days = Site(60, seed=4).days()
    found = judge_change(silence(days, 1, 6), 4, YESTERDAY)
    assert found.answer is Trend.USUAL
    assert (found.first, found.last) == (YESTERDAY - timedelta(days=34), YESTERDAY)
    assert found.compared_from == YESTERDAY - timedelta(days=7 * 10 - 1)
    assert found.silent == (YESTERDAY - timedelta(days=48), YESTERDAY - timedelta(days=13))
    assert judge_change(silence(days, 9), 4, YESTERDAY).silent == ()
    whole = judge_change(days, 4, YESTERDAY)
    assert (whole.first, whole.compared_from, whole.silent) == (
        YESTERDAY - timedelta(days=27),
        YESTERDAY - timedelta(days=55),
        (),
    )


@pytest.mark.parametrize("weeks", [1, 2, 4])
def test_where_nothing_was_counted_in_the_last_weeks_no_earlier_ones_stand_for_them(weeks: int) -> None:
    days = Site(60, seed=4).days(lambda week: 0.06 if week < 8 else 0.0)
    assert judge_change(silence(days, *range(weeks)), weeks, YESTERDAY).answer is Trend.TOO_EARLY
    assert judge_change(silence(days, *range(weeks - 1)), weeks, YESTERDAY).answer is not Trend.TOO_EARLY


def test_where_no_page_was_seen_to_leave_every_day_counts() -> None:
    days = [msgspec.structs.replace(day, delivered=0) for day in Site(60, seed=4).days()]
    found = judge_change(days, 4, YESTERDAY)
    assert found.left_out == ()
    assert found.answer is Trend.USUAL


@pytest.mark.parametrize(("points", "answer"), [(0.0, Trend.USUAL), (0.002, Trend.USUAL), (0.05, Trend.UNUSUAL)])
def test_a_past_without_any_movement_is_judged_by_the_counts_own_noise(points: float, answer: Trend) -> None:
    days = Site(60, spread=0.0).days(lambda week: points if week < 4 else 0.0)
    found = judge_change(days, 4, YESTERDAY)
    assert found.answer is answer
    assert found.yardstick is not None
    assert 0.004 < found.yardstick < 0.02


OLDEST = YESTERDAY - timedelta(days=395)


@pytest.mark.parametrize(("against", "weeks"), [(Against.FOUR_WEEKS, 4), (Against.TWO_WEEKS, 2), (Against.ONE_WEEK, 1)])
def test_as_many_weeks_before_are_judged(against: Against, weeks: int) -> None:
    days = Site(60).days()
    judged = judge_change(days, weeks, YESTERDAY)
    assert compare(days, against, YESTERDAY, OLDEST) == msgspec.structs.replace(judged, against=against)
    assert judged.yardstick


def test_the_same_weeks_a_year_ago_are_described_and_never_judged() -> None:
    days = Site(56, spread=0.0).days(lambda week: 0.3 if week < 4 else 0.0)
    found = compare(days, Against.YEAR, YESTERDAY, OLDEST)
    assert found.answer is Trend.DESCRIBED
    assert (found.first, found.last) == (date(2026, 11, 1), YESTERDAY)
    assert (found.first_before, found.last_before) == (date(2025, 11, 2), date(2025, 11, 29))
    assert found.first_before.weekday() == found.first.weekday()
    assert (found.rate, found.rate_before) == (0.5, 0.2)
    assert found.points == 0.3
    assert (found.views, found.views_before) == (28_000, 28_000)
    assert (found.yardstick, found.p, found.left_out) == (None, None, ())


def test_where_a_year_ago_is_not_whole_it_is_said_from_when_on_it_will_be() -> None:
    days = Site(56).days()
    for missing in (1, 7, 28, 200):
        found = compare(days[missing:], Against.YEAR, YESTERDAY, OLDEST)
        assert (found.answer, found.points, found.views) == (Trend.TOO_EARLY, None, None)
        assert found.answer_on == YESTERDAY + timedelta(days=1 + missing)
    on_it = found.answer_on - timedelta(days=1)
    more = [Day(YESTERDAY + timedelta(days=n), 1_100, 200, 800) for n in range(1, 201)]
    kept = on_it - timedelta(days=395)
    assert compare([*days[200:], *more], Against.YEAR, on_it, kept).answer is Trend.DESCRIBED
    assert compare([*days[200:], *more], Against.YEAR, on_it - timedelta(days=1), kept).answer is Trend.TOO_EARLY


def test_where_days_are_not_kept_for_a_year_no_day_is_promised() -> None:
    kept = YESTERDAY - timedelta(days=300)
    found = compare(Site(40).days(), Against.YEAR, YESTERDAY, kept)
    assert (found.answer, found.answer_on) == (Trend.TOO_EARLY, None)


def test_a_week_without_counts_a_year_ago_is_not_passed_over() -> None:
    days = Site(60).days()
    gone = {YESTERDAY - timedelta(weeks=53, days=n) for n in range(7)}
    found = compare([day for day in days if day.day not in gone], Against.YEAR, YESTERDAY, OLDEST)
    assert (found.answer, found.answer_on, found.views) == (Trend.TOO_EARLY, None, None)


@pytest.mark.parametrize("ago", [0, 2, 3])
def test_nor_is_one_of_this_year(ago: int) -> None:
    gone = {YESTERDAY - timedelta(weeks=ago, days=n) for n in range(7)}
    found = compare([day for day in Site(60).days() if day.day not in gone], Against.YEAR, YESTERDAY, OLDEST)
    assert (found.answer, found.points, found.views) == (Trend.TOO_EARLY, None, None)


@pytest.mark.parametrize("first", [0, 364])
@pytest.mark.parametrize("left", [0, 20])
def test_a_year_ago_one_day_makes_no_week(first: int, left: int) -> None:
    days = trickle(Site(60).days(), left, *range(first + 7, first + 13))
    found = compare(days, Against.YEAR, YESTERDAY, OLDEST)
    assert (found.answer, found.answer_on, found.views) == (Trend.TOO_EARLY, None, None)


def test_a_handful_of_views_a_year_ago_is_compared_with_nothing() -> None:
    days = [msgspec.structs.replace(day, blocked=1) if n < 35 else day for n, day in enumerate(Site(57).days())]
    found = compare(days, Against.YEAR, YESTERDAY, OLDEST)
    assert (found.answer, found.points) == (Trend.TOO_EARLY, None)
    assert found.views_before


def test_another_number_of_weeks_is_refused() -> None:
    with pytest.raises(ValueError, match="one of 1, 2, 4, got 3"):
        judge_change([], 3, YESTERDAY)


def test_days_may_come_in_any_order() -> None:
    days = Site(60).days()
    assert judge_change(reversed(days), 2, YESTERDAY) == judge_change(days, 2, YESTERDAY)


@pytest.mark.parametrize("rate", [0.03, 0.05, 0.2, 0.5, 0.9, 0.96])
@pytest.mark.parametrize("step", [-0.02, 0.02, 0.04])
@pytest.mark.parametrize("weeks", [20, 60])
def test_a_change_beyond_what_is_printed_is_more_than_usual_and_no_other(rate: float, step: float, weeks: int) -> None:
    """Up and down differ most where the rate is near 0 or 1."""
    for seed in range(12):
        site = Site(weeks, rate, views=400, spread=0.12, seed=seed)
        found = judge_change(site.days(lambda week: step if week < 4 else 0.0), 4, YESTERDAY)
        if found.points is None or found.yardstick is None:
            continue
        beyond = abs(found.points) - found.yardstick
        if abs(beyond) > 1e-3:  # the rates' logits have half a view more of each kind
            assert (beyond > 0) is (found.answer is Trend.UNUSUAL), found


def test_only_days_that_take_no_part_are_called_left_out() -> None:
    """A week without three usual days keeps all its days."""
    days = Site(20).days()
    few = [msgspec.structs.replace(day, delivered=day.delivered * 9) for day in days[-7:]]
    found = judge_change([*days[:-7], *few], 1, YESTERDAY)
    assert len(find_unusual([*days[:-7], *few])) == 7
    assert found.left_out == ()
    one = msgspec.structs.replace(days[-3], delivered=days[-3].delivered * 9)
    assert judge_change([*days[:-3], one, *days[-2:]], 1, YESTERDAY).left_out == (days[-3].day,)


def count(views: int, rate: float, share: float, generator: np.random.Generator) -> tuple[int, int]:
    """Blocked and clear views of those that are drawn."""
    drawn = int(generator.binomial(views, share))
    blocked = int(generator.binomial(drawn, rate))
    return blocked, drawn - blocked


@pytest.mark.parametrize("halvings", [1, 2])
def test_days_of_which_a_smaller_share_is_drawn_move_no_rate(halvings: int) -> None:
    """Busy weekdays are halved, and have another rate than weekends: nothing has changed."""
    generator = np.random.default_rng(halvings)
    days = []
    for ago in range(7 * 24):
        day = YESTERDAY - timedelta(days=ago)
        views, rate = (6_000, 0.28) if day.weekday() > 4 else (10_000, 0.2)
        share = 0.5**halvings if ago < 28 and day.weekday() < 5 else 1.0
        days.append(Day(day, views, *count(views, rate, share, generator), share))
    change = judge_change(days, 4, YESTERDAY)
    assert change.answer is Trend.USUAL
    assert change.rate == pytest.approx(change.rate_before, abs=0.005)
    year_ago = [msgspec.structs.replace(day, day=day.day - timedelta(days=364)) for day in days]
    told = compare([*days, *year_ago], Against.YEAR, YESTERDAY, YESTERDAY - timedelta(days=800))
    assert told.views == pytest.approx(20 * 10_000 + 8 * 6_000, rel=0.02)


@pytest.mark.parametrize("share", [1.0, 0.1, 0.02])
def test_a_smaller_sample_is_no_change(share: float) -> None:
    """56 weeks were counted whole, and since four weeks a share is drawn: its noise is not taken for news."""
    told = 0
    for seed in range(40):
        generator = np.random.default_rng(seed)
        days = [
            Day(YESTERDAY - timedelta(days=ago), 15_000, *count(15_000, 0.2, drawn, generator), drawn)
            for ago in range(7 * 56)
            for drawn in [share if ago < 28 else 1.0]
        ]
        told += judge_change(days, 4, YESTERDAY).answer is Trend.UNUSUAL
    assert told <= 4
