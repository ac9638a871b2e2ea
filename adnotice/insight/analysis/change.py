"""Is the rate changing? The last weeks against the weeks before, judged by how much this site usually moves; or against
the same weeks a year ago, which is described alone: one year is no yardstick for the next.

Chance in single page views is no yardstick: one reader opens many pages, so views are not independent, and a test that
supposes they are calls most unchanged sites changed. The yardstick is the site's own past: weekly rates are taken for
noise around a random walk, whose ratio of variances is not known and is averaged over (`RATIOS`, `PRIOR`). False alarms
and power on simulated sites: `make statistics`, docs/statistics.md.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import Enum
from itertools import pairwise
from statistics import NormalDist, fmean, median
from typing import Final, NamedTuple

import msgspec

from adnotice.count.model.tally import Period
from adnotice.insight.analysis.student import two_sided

MAX_WEEKS: Final = 104
YEAR_OF_WEEKS: Final = 52
YEAR: Final = timedelta(weeks=YEAR_OF_WEEKS)
"""So the same weekdays are compared."""

YEARS_WEEKS: Final = 4
"""So many weeks are compared with the same a year ago."""

WEEKS_NEEDED: Final = {1: 6, 2: 8, 4: 13}
"""How many weeks with counts must be known before so many weeks are compared with as many."""

LEVEL: Final = 0.03
"""5 % nominal was measured at up to 9 % false alarms."""

MIN_OF_EACH: Final = 50
"""Views with ads blocked, and without, that each stretch must have."""

USUAL_FACTOR: Final = 1.3
SPREADS: Final = 5.93
"""Four standard deviations, by the median of the distances from the median (which is .6745 of one)."""

USUAL_DAYS_NEEDED: Final = 3
LEAST_OF_WEEK: Final = 0.8
"""So much of what is usual in a week its answered days must bring: one day may lack, two of a usual size may not."""

FEWEST_ANSWERS: Final = 0.5
"""Of as many page views with an answer as the same weekdays nearby had: with fewer, most reports of the day are missing."""

NEAR_DAYS: Final = 8
"""So many days of a weekday before a day, and after it, say what is usual for it."""

MOST_OF_USUAL: Final = 2.0
SEASON: Final = 0.006
"""How much a season may move a week's logit, where no year is known."""

MOVED_BEFORE: Final = 0.9
BEYOND: Final = 1.2
"""Where a year is known, a change must be so many times the one that this share of the earlier ones did not exceed. A season moves
for weeks in one direction, further than a random walk of its weekly steps would: on a large site that alone would be unusual each
spring."""

RATIOS: Final = (0.0, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 30.0)
PRIOR: Final = (0.25, 0.25, 0.5, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0)


class Day(msgspec.Struct, frozen=True):
    """One day's counts: pages that left with the tag, and page views by verdict; `drawn` is the share of all views of which these
    are."""

    day: date
    delivered: int
    blocked: int
    clear: int
    drawn: float = 1.0


class Against(Enum):
    """With which weeks the last whole weeks are compared: as many before, or the same a year ago."""

    FOUR_WEEKS = "4-weeks"
    TWO_WEEKS = "2-weeks"
    ONE_WEEK = "1-week"
    YEAR = "year"


WEEKS_OF: Final = {Against.FOUR_WEEKS: 4, Against.TWO_WEEKS: 2, Against.ONE_WEEK: 1}


class Trend(Enum):
    """What can be said of a change; `DESCRIBED`: it is told and not judged."""

    TOO_EARLY = "too early"
    USUAL = "usual"
    UNUSUAL = "more than usual"
    DESCRIBED = "described"


class Part(msgspec.Struct, frozen=True):
    """A row of a table, the share of the decided views that it brought and its rate, now and before (None: too few views), and
    how much of a change it is (.01 is one point)."""

    table: str
    name: str
    share: float
    share_before: float
    rate: float | None
    rate_before: float | None
    points: float


class Change(msgspec.Struct, frozen=True):
    """The last `weeks` whole weeks against others.

    Rates are shares of decided views on usual days, None where a stretch has none; of a week with days that are not counted or
    left out it is the rate that whole weeks would have, and no share of what was counted. `points` is their difference and
    `yardstick` the smallest difference in the same direction that would be more than usual (both shares: .01 is one point),
    None where it is too early. `p` is the chance of a change this large where nothing happened. `left_out` are the unusual
    days.

    `silent` are the first days of weeks with too few counted days. Weeks before them are compared in their place, so that `first`
    lies further back; where it is too early because the last weeks are silent, it is these. `compared_from` is the first day of
    the weeks before. `answer_on` is the first day on which enough weeks will be known, None where weeks are not what is missing.
    `season_known` says that a year is there to compare with.

    Against the same weeks a year ago, from `first_before` to `last_before`, all days count, `views` and `views_before` are
    the decided views of both, and there is neither yardstick nor `p`.

    `part` is the row that is the largest part of a change that is more than usual, all days counted; None where none stands out.
    """

    answer: Trend
    weeks: int
    first: date
    last: date
    rate: float | None = None
    rate_before: float | None = None
    points: float | None = None
    yardstick: float | None = None
    p: float | None = None
    left_out: tuple[date, ...] = ()
    silent: tuple[date, ...] = ()
    compared_from: date | None = None
    answer_on: date | None = None
    season_known: bool = False
    against: Against = Against.FOUR_WEEKS
    first_before: date | None = None
    last_before: date | None = None
    views: int | None = None
    views_before: int | None = None
    part: Part | None = None


class Week(NamedTuple):
    """The blocked and clear views of one block of seven days; parts where an unusual day was capped."""

    blocked: float
    clear: float


def compare(days: Iterable[Day], against: Against, yesterday: date, oldest: date) -> Change:
    """The last whole weeks, which end yesterday, against others. `oldest` is the first day that is kept by itself."""
    weeks = WEEKS_OF.get(against)
    if weeks is None:
        return describe_year(days, yesterday, oldest)
    return msgspec.structs.replace(judge_change(days, weeks, yesterday), against=against)


def describe_year(days: Iterable[Day], yesterday: date, oldest: date) -> Change:
    """The last four whole weeks beside the same a year ago, day for day.

    It is too early where one of these weeks is not counted: until `answer_on`, for ever (None) where days are not kept for so
    long; and where they have too few views to be compared.
    """
    now = Period(yesterday - timedelta(days=7 * YEARS_WEEKS - 1), yesterday)
    before = Period(now.first - YEAR, now.last - YEAR)
    window = list_window(days, yesterday)
    answered = find_answered(window)
    blank = Change(
        Trend.TOO_EARLY,
        YEARS_WEEKS,
        *now,
        against=Against.YEAR,
        first_before=before.first,
        last_before=before.last,
    )
    begun = min((day.day for day in answered), default=yesterday + timedelta(days=1))
    if begun > before.first:
        answer_on = begun + YEAR + timedelta(days=7 * YEARS_WEEKS)
        return msgspec.structs.replace(blank, answer_on=answer_on if oldest <= before.first else None)
    compared = {ago + year for ago in range(YEARS_WEEKS) for year in (0, YEAR_OF_WEEKS)}
    if not compared.issubset(find_counted_weeks(answered, yesterday)):
        return blank
    days_now, days_before = ([day for day in window if each.first <= day.day <= each.last] for each in (now, before))
    this, that = estimate(days_now), estimate(days_before)
    told = msgspec.structs.replace(blank, views=round(sum(this)), views_before=round(sum(that)))
    if min(n for day_counts in map(count_drawn, (days_now, days_before)) for n in day_counts) < MIN_OF_EACH:
        return told
    rate, rate_before = share_of(this), share_of(that)
    return msgspec.structs.replace(
        told, answer=Trend.DESCRIBED, rate=rate, rate_before=rate_before, points=rate - rate_before
    )


def judge_change(days: Iterable[Day], weeks: int, yesterday: date) -> Change:
    """Compares the `weeks` (1, 2 or 4) that end yesterday with as many before them.

    `days` in any order; those after yesterday, or more than 104 weeks before, are not looked at. Raises `ValueError` for
    another number of weeks.
    """
    if weeks not in WEEKS_NEEDED:
        raise ValueError(f"weeks must be one of {', '.join(map(str, WEEKS_NEEDED))}, got {weeks}")
    window = list_window(days, yesterday)
    unusual, answered = find_unusual(window), find_answered(window)
    counted = find_counted_weeks(answered, yesterday)
    left_out = tuple(sorted(list_left_out(answered, unusual, yesterday, counted)))
    early = Change(Trend.TOO_EARLY, weeks, begin_week(weeks - 1, yesterday), yesterday, left_out=left_out)
    if len(counted) < WEEKS_NEEDED[weeks]:
        return msgspec.structs.replace(early, answer_on=find_answer_day(answered, weeks, yesterday))
    early = msgspec.structs.replace(early, season_known=len(counted) >= YEAR_OF_WEEKS)
    if counted[-1] >= weeks:
        return msgspec.structs.replace(early, silent=begin_weeks(range(weeks), yesterday))
    blocks = cut_weeks(answered, unusual, yesterday, counted)
    now, before = add_up(blocks[-weeks:]), add_up(blocks[-2 * weeks : -weeks])
    if min(*now, *before) < MIN_OF_EACH:
        return early
    change = log_odds(now) - log_odds(before)
    yardstick = Yardstick(blocks, counted, weeks)
    rate, rate_before = share_of(now), share_of(before)
    return msgspec.structs.replace(
        early,
        answer=Trend.UNUSUAL if yardstick.exceeded(change) else Trend.USUAL,
        first=begin_week(counted[-weeks], yesterday),
        rate=rate,
        rate_before=rate_before,
        points=rate - rate_before,
        yardstick=yardstick.in_points(rate_before, change),
        p=yardstick.chance(change),
        silent=begin_weeks(set(range(counted[-2 * weeks])) - set(counted), yesterday),
        compared_from=begin_week(counted[-2 * weeks], yesterday),
        season_known=yardstick.season_known,
    )


def list_window(days: Iterable[Day], yesterday: date) -> list[Day]:
    """The days that are looked at."""
    return [day for day in days if 0 <= (yesterday - day.day).days < 7 * MAX_WEEKS]


def find_answered(window: Iterable[Day]) -> list[Day]:
    """The days of which most reports came: with at least half as many page views with an answer as the same weekday had before
    and after, fewer where fewer pages left. Where no pages are known to have left, each day with a count."""
    by_weekday: defaultdict[int, list[Day]] = defaultdict(list)
    for day in window:
        if day.blocked or day.clear:
            by_weekday[day.day.weekday()].append(day)
    return [day for days in by_weekday.values() for day in leave_out_unanswered(days)]


def leave_out_unanswered(days: Iterable[Day]) -> Iterator[Day]:
    """Of days of one weekday, those with enough answers."""
    ordered = sorted(days, key=lambda day: day.day)
    answers = [count_answers(day) for day in ordered]
    for n, day in enumerate(ordered):
        first, after = max(0, n - NEAR_DAYS), n + 1 + NEAR_DAYS
        near = answers[first:n] + answers[n + 1 : after]
        enough = FEWEST_ANSWERS * max(near, default=0.0)
        if answers[n] < enough:
            pages = median(each.delivered for each in ordered[first:n] + ordered[n + 1 : after])
            enough = FEWEST_ANSWERS * median(near) * (min(1.0, day.delivered / pages) if pages else 0.0)
        if answers[n] >= enough:
            yield day


def count_answers(day: Day) -> float:
    """How many page views had an answer, or would have had one where a share was drawn."""
    return (day.blocked + day.clear) / day.drawn


def find_counted_weeks(answered: Collection[Day], yesterday: date) -> list[int]:
    """How many weeks ago each week was that was counted, oldest first."""
    return list_counted_weeks([day.day for day in answered], find_usual_answers(answered), yesterday)


def find_usual_answers(answered: Iterable[Day]) -> dict[int, float]:
    """By weekday (Monday is 0), the median of the page views with an answer."""
    by_weekday: defaultdict[int, list[float]] = defaultdict(list)
    for day in answered:
        by_weekday[day.day.weekday()].append(count_answers(day))
    return {weekday: median(views) for weekday, views in by_weekday.items()}


def list_counted_weeks(answered: Collection[date], usual: Mapping[int, float], yesterday: date) -> list[int]:
    """How many weeks ago each week was that was counted, oldest first. None is one that had begun when counting began, nor one
    whose answered days usually bring far less than those of most weeks: other weekdays have other readers."""
    if not answered:
        return []
    brought: defaultdict[int, float] = defaultdict(float)
    for day in answered:
        brought[(yesterday - day).days // 7] += usual.get(day.weekday(), 0.0)
    whole = ((yesterday - min(answered)).days + 1) // 7
    least = LEAST_OF_WEEK * median(brought.values())
    return sorted((ago for ago, views in brought.items() if ago < whole and views >= least), reverse=True)


def find_answer_day(answered: Collection[Day], weeks: int, yesterday: date) -> date:
    """The first day on which enough weeks will be known, if reports come every day from now on."""
    usual = find_usual_answers(answered)
    known, last, counted = [day.day for day in answered], yesterday, list[int]()
    while len(counted) < WEEKS_NEEDED[weeks] or counted[-1] >= weeks:
        last += timedelta(days=1)
        known.append(last)
        counted = list_counted_weeks(known, usual, last)
    return last + timedelta(days=1)


def begin_week(ago: int, yesterday: date) -> date:
    """The first day of the week that was so many weeks ago."""
    return yesterday - timedelta(days=7 * ago + 6)


def begin_weeks(ago: Iterable[int], yesterday: date) -> tuple[date, ...]:
    """The first days of weeks, oldest first."""
    return tuple(sorted(begin_week(each, yesterday) for each in ago))


def find_unusual(window: Sequence[Day]) -> set[date]:
    """The days on which far more, or far fewer, pages were delivered than on others of that weekday."""
    usual = usual_deliveries(window)
    distances = {
        day.day: abs(math.log(day.delivered / usual[day.day.weekday()])) if day.delivered else math.inf
        for day in window
        if usual[day.day.weekday()]
    }
    if not distances:
        return set()
    limit = max(math.log(USUAL_FACTOR), SPREADS * median(distances.values()))
    return {day for day, distance in distances.items() if distance > limit}


def usual_deliveries(window: Iterable[Day]) -> dict[int, float]:
    """By weekday (Monday is 0), the median of the pages delivered."""
    by_weekday: defaultdict[int, list[int]] = defaultdict(list)
    for day in window:
        by_weekday[day.day.weekday()].append(day.delivered)
    return {weekday: median(pages) for weekday, pages in by_weekday.items()}


def cut_weeks(answered: Collection[Day], unusual: set[date], yesterday: date, counted: Sequence[int]) -> list[Week]:
    """The counted weeks, of usual days alone; a week with under three of those keeps all its days, each counted as at most twice
    a usual one. Where a day is left out or not counted its week is as its other days have it."""
    usual = usual_deliveries(answered)
    habits = add_up_weekdays(day for day in answered if day.day not in unusual)
    by_week: defaultdict[int, list[Day]] = defaultdict(list)
    for day in answered:
        by_week[(yesterday - day.day).days // 7].append(day)
    blocks = []
    for days in (by_week[ago] for ago in counted):
        kept = [day for day in days if day.day not in unusual]
        if len(kept) >= USUAL_DAYS_NEEDED:
            weights = [1.0] * len(kept)
        else:
            kept, weights = days, [weigh(day, usual[day.day.weekday()]) for day in days]
        blocked, clear = estimate(kept, weights)
        # As many views as were counted: by these the noise is known. Days of which a smaller share was drawn weigh as they would whole.
        counted_views = sum((day.blocked + day.clear) * weight for day, weight in zip(kept, weights, strict=True))
        scale = counted_views / (blocked + clear) if blocked + clear else 1.0
        blocked, clear = blocked * scale, clear * scale
        blocks.append(Week(blocked * lean_of_week(habits, {day.day.weekday() for day in kept}), clear))
    return blocks


def count_drawn(days: Iterable[Day]) -> Week:
    """What was counted on these days."""
    return add_up(Week(day.blocked, day.clear) for day in days)


def estimate(days: Sequence[Day], weights: Sequence[float] | None = None) -> Week:
    """What these days have together: each view stands for as many as the share says of which it was drawn."""
    scales = [weight / day.drawn for day, weight in zip(days, weights or [1.0] * len(days), strict=True)]
    return Week(
        sum(day.blocked * scale for day, scale in zip(days, scales, strict=True)),
        sum(day.clear * scale for day, scale in zip(days, scales, strict=True)),
    )


def add_up_weekdays(days: Iterable[Day]) -> dict[int, Week]:
    """By weekday (Monday is 0), what a day has on average."""
    by_weekday: defaultdict[int, list[Day]] = defaultdict(list)
    for day in days:
        by_weekday[day.day.weekday()].append(day)
    return {weekday: Week(*(part / len(each) for part in estimate(each))) for weekday, each in by_weekday.items()}


def lean_of_week(habits: Mapping[int, Week], weekdays: Collection[int]) -> float:
    """By what factor the odds of a whole week usually differ from those of these weekdays alone."""
    if set(habits) <= set(weekdays):
        return 1.0
    whole, part = add_up(habits.values()), add_up([habits[each] for each in weekdays if each in habits] or [Week(0, 0)])
    return (whole.blocked / whole.clear) / (part.blocked / part.clear) if min(*whole, *part) else 1.0


def list_left_out(
    answered: Iterable[Day], unusual: set[date], yesterday: date, counted: Collection[int]
) -> Iterator[date]:
    """The unusual days that `cut_weeks` leaves out: those of counted weeks with enough usual days."""
    kept = Counter((yesterday - day.day).days // 7 for day in answered if day.day not in unusual)
    weeks = {ago for ago in counted if kept[ago] >= USUAL_DAYS_NEEDED}
    return (day for day in unusual if (yesterday - day).days // 7 in weeks)


def weigh(day: Day, usual: float) -> float:
    """By how much a day is scaled down so that it counts as at most twice a usual one."""
    return min(1.0, MOST_OF_USUAL * usual / day.delivered) if day.delivered and usual else 1.0


def add_up(blocks: Iterable[Week]) -> Week:
    """The weeks together."""
    blocked, clear = zip(*blocks, strict=True)
    return Week(sum(blocked), sum(clear))


def log_odds(week: Week) -> float:
    """The logit of the rate; finite where one of the two is 0."""
    return math.log((week.blocked + 0.5) / (week.clear + 0.5))


def count_noise(week: Week) -> float:
    """The variance of the logit that comes of the counts alone."""
    return 1 / (week.blocked + 0.5) + 1 / (week.clear + 0.5)


def share_of(week: Week) -> float:
    """The rate."""
    return week.blocked / (week.blocked + week.clear)


class Yardstick:
    """How unusual a change of the logit is, by the movements of the weeks before the last `weeks`.

    Where the past shows no movement at all, the counts' own noise is the yardstick. Where a year is known, a change that the past has
    seen often is usual whatever its chance. In silent weeks the rate moves on: stretches that they part are further apart.
    """

    def __init__(self, blocks: Sequence[Week], counted: Sequence[int], weeks: int) -> None:
        """`counted` says how many weeks ago each of the `blocks` was."""
        now, before = add_up(blocks[-weeks:]), add_up(blocks[-2 * weeks : -weeks])
        levels = [log_odds(week) for week in blocks[:-weeks]]
        moves = [later - earlier for earlier, later in pairwise(levels)]
        steps = [earlier - later for earlier, later in pairwise(counted[:-weeks])]
        self._degrees = len(moves)
        silent_steps, silent_weeks = weigh_silence(counted[-2 * weeks :])
        apart = weeks + silent_weeks
        year_known = len(blocks) >= YEAR_OF_WEEKS
        usual_move = find_usual_move(blocks[:-weeks], counted[:-weeks], weeks, apart) if year_known else None
        self.season_known = usual_move is not None
        self._least = BEYOND * (usual_move or 0.0)
        season = 0.0 if self.season_known else (SEASON * apart) ** 2
        counts = count_noise(now) + count_noise(before)
        self._noise = math.sqrt(counts + season)
        # What the counts compared have of noise beyond those of the past, as where a smaller share of views is drawn by now.
        more = max(0.0, counts - 2 / weeks * fmean(map(count_noise, blocks[:-weeks])))
        self._scales: list[tuple[float, float]] = []
        """A weight for each ratio of variances, and the standard error of a change under it."""
        fits = [fit(moves, steps, ratio) for ratio in RATIOS]
        if any(squares <= 0 for squares, _ in fits):
            return
        logs = [
            math.log(prior) - determinant / 2 - self._degrees / 2 * math.log(squares)
            for prior, (squares, determinant) in zip(PRIOR, fits, strict=True)
        ]
        highest = max(logs)
        weights = [math.exp(each - highest) for each in logs]
        for weight, ratio, (squares, _) in zip(weights, RATIOS, fits, strict=True):
            spread = 2 / weeks + ratio * (2 * weeks * weeks + 1) / (3 * weeks) + ratio * silent_steps
            variance = spread * squares / self._degrees + season + more
            self._scales.append((weight / sum(weights), math.sqrt(variance)))

    def chance(self, change: float) -> float:
        """The chance of a change as large where nothing happened."""
        if not self._scales:
            return 2 * NormalDist().cdf(-abs(change) / self._noise)
        return sum(weight * two_sided(change / error, self._degrees) for weight, error in self._scales)

    def exceeded(self, change: float) -> bool:
        """Whether a change is more than usual."""
        return abs(change) > self._least and self.chance(change) < LEVEL

    def in_points(self, rate: float, change: float) -> float:
        """The smallest change of this rate, in the direction of this change of the logit, that is more than usual."""
        low, high = 0.0, 1.0
        while not self.exceeded(high) and high < 64:
            low, high = high, 2 * high
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (low, middle) if self.exceeded(middle) else (middle, high)
        level = math.log(rate / (1 - rate))
        return abs(1 / (1 + math.exp(-level - math.copysign(high, change))) - rate)


def weigh_silence(compared: Sequence[int]) -> tuple[float, float]:
    """By how much the silent weeks between those compared, given by how many weeks ago each was, widen a change: the variance of a
    random walk, in steps of a week, and the distance between the middles of both stretches, in weeks.

    A walk's step between the k-th of 2w weeks and the next changes the difference of both means by k / w of it, in the later half
    by (2w - k) / w.
    """
    weeks = len(compared) // 2
    silent = [earlier - later - 1 for earlier, later in pairwise(compared)]
    parts = [min(k, 2 * weeks - k) / weeks for k in range(1, 2 * weeks)]
    pairs = list(zip(silent, parts, strict=True))
    return sum(n * part * part for n, part in pairs), sum(n * part for n, part in pairs)


def find_usual_move(blocks: Sequence[Week], counted: Sequence[int], weeks: int, apart: float) -> float | None:
    """The change of the logit, up or down, that most of the earlier ones did not exceed: of each `weeks` against the nearest before
    whose middle was as many weeks `apart`, or more; None where no two were."""
    ends = range(weeks, len(blocks) + 1)
    levels = [log_odds(add_up(blocks[end - weeks : end])) for end in ends]
    middles = [sum(counted[end - weeks : end]) / weeks for end in ends]
    moves = []
    for now, level in enumerate(levels):
        earlier = range(now - weeks, -1, -1)
        before = next((each for each in earlier if middles[each] - middles[now] >= apart), None)
        if before is not None:
            moves.append(abs(level - levels[before]))
    moves.sort()
    return moves[math.ceil(MOVED_BEFORE * len(moves)) - 1] if moves else None


def fit(moves: Sequence[float], steps: Sequence[int], ratio: float) -> tuple[float, float]:
    """For moves x, each over so many `steps` of a week, with covariance S = tridiagonal(2 + steps ratio, -1): x' S^-1 x, and
    log |S|. Both by elimination."""
    squares, determinant, carried, pivot = 0.0, 0.0, 0.0, math.inf
    for move, step in zip(moves, steps, strict=True):
        carried = move + (carried / pivot if pivot != math.inf else 0.0)
        pivot = 2 + step * ratio - (1 / pivot if pivot != math.inf else 0.0)
        squares += carried * carried / pivot
        determinant += math.log(pivot)
    return squares, determinant
