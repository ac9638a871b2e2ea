"""What the figures' rules do on sites whose truth is known: coverage, false alarms, power. `make statistics` runs it.

Prints the tables of docs/statistics.md and ends with 1 where a promise is not kept. Every row's seed follows from
`--seed` and the row's name, so that a row can be had again alone: `--only "shocks"`.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import sys
import zlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np

from adnotice.insight.analysis.alarm import watch
from adnotice.insight.analysis.change import Day, Trend, judge_change
from adnotice.insight.analysis.intervals import widest
from adnotice.insight.analysis.sampled import Sample, estimate, weigh
from adnotice.insight.analysis.summarize import find_range
from bench.worlds import DAILY, END, OWN, SILENT, SIZES, TUNING, Size, World, fall_silent, simulate

YEARS_OF_DAYS: Final = 7 * 108
LOOKS: Final = 4
"""Looks at one site, four weeks apart."""

POINTS: Final = (0.01, 0.02, 0.03, 0.05)
POWER: Final = {
    ("base", "2,000", 4): (4, 4, 5, 8),
    ("base", "100,000", 4): (8, 25, 58, 96),
    ("together", "100,000", 4): (3, 13, 28, 65),
    ("base", "5 M", 4): (78, 100, 100, 100),
    ("together", "5 M", 4): (5, 21, 52, 96),
    ("base", "100,000", 1): (10, 35, 66, 98),
}
"""Power in per cent for steps of 1, 2, 3 and 5 points, which ours must reach less 3."""

FORGIVEN: Final = 3


class Rate(NamedTuple):
    """A share over simulated sites, and its standard error (sites are independent, looks at one site are not)."""

    mean: float
    error: float

    def __str__(self) -> str:
        return f"{100 * self.mean:5.1f} % ±{100 * self.error:4.1f}"


def rate_of(sites: Sequence[float]) -> Rate:
    """The mean over sites with its standard error; at least that of a rule that alarms in 1 of 20 looks at one site."""
    mean = float(np.mean(sites))
    least = math.sqrt(0.05 * 0.95 / (len(sites) * LOOKS))
    return Rate(mean, max(float(np.std(sites)) / math.sqrt(len(sites)), least))


def seed_of(seed: int, *names: object) -> int:
    """A row's own seed."""
    return zlib.crc32(":".join(map(str, (seed, *names))).encode())


def binomial_z(days: Sequence[Day], weeks: int) -> bool:
    """The control: a textbook test of two shares at 5 %, which takes page views for independent; of days that have counts, in
    their order."""
    days = [day for day in days if day.blocked or day.clear]
    stretches = (days[-7 * weeks :], days[-14 * weeks : -7 * weeks])
    counts = [(sum(day.blocked for day in each), sum(day.clear for day in each)) for each in stretches]
    (b1, c1), (b0, c0) = counts
    pooled = (b1 + b0) / (b1 + b0 + c1 + c0)
    error = math.sqrt(pooled * (1 - pooled) * (1 / (b1 + c1) + 1 / (b0 + c0)))
    return 2 * NormalDist().cdf(-abs(b1 / (b1 + c1) - b0 / (b0 + c0)) / error) < 0.05 if error else False


class Job(NamedTuple):
    """One simulated site to be looked at."""

    world: World
    size: Size
    weeks: int
    step: float
    seed: int


def look(job: Job) -> tuple[float, float]:
    """The share of looks at one site that say "more than usual": ours, and the binomial z's at its last look."""
    generator = np.random.default_rng(job.seed)
    days = simulate(job.world, job.size, YEARS_OF_DAYS, generator, job.step, 7 * job.weeks if job.step else 0)
    looks = 1 if job.step else LOOKS
    ends = [END - timedelta(weeks=4 * back) for back in range(looks)]
    seen = [fall_silent(days, job.world, job.weeks, end) for end in ends]
    said = [judge_change(each, job.weeks, end).answer is Trend.UNUSUAL for each, end in zip(seen, ends, strict=True)]
    return sum(said) / looks, float(binomial_z(seen[0], job.weeks))


def look_daily(job: Job) -> tuple[float, float]:
    """Alarms a year on one site; and whether a step on the last two days was seen."""
    generator = np.random.default_rng(job.seed)
    days = simulate(job.world, job.size, 365 + 120, generator, job.step, 2 if job.step else 0)
    if job.step:
        return 0.0, float(watch(days, END).raised)
    alarms, last = 0, None
    for back in range(364, -1, -1):
        found = watch(days[max(0, 365 - back) : 485 - back], END - timedelta(days=back), last)
        if found.raised:
            alarms, last = alarms + 1, found.day
    return float(alarms), 0.0


class Report:
    """Prints rows, counts the promises that are not kept, and runs the simulations of a row side by side."""

    def __init__(self, seed: int, only: str, pool: multiprocessing.pool.Pool) -> None:
        self.seed = seed
        self.only = only
        self.pool = pool
        self.broken: list[str] = []

    def run(
        self, what: Callable[[Job], tuple[float, float]], world: World, size: Size, weeks: int, step: float, sites: int
    ) -> tuple[Rate, Rate]:
        """Both shares over so many sites."""
        seed = seed_of(self.seed, world.name, size.views, weeks, step)
        jobs = [Job(world, size, weeks, step, seed + n) for n in range(sites)]
        found = self.pool.map(what, jobs, chunksize=1)
        return rate_of([ours for ours, _ in found]), rate_of([others for _, others in found])

    def row(self, promise: str, text: str, kept: bool) -> None:
        """One row, with whether it keeps its promise."""
        print(f"{text}   {'' if kept else 'NOT KEPT: ' + promise}".rstrip(), flush=True)
        if not kept:
            self.broken.append(text)

    def wants(self, name: str) -> bool:
        """Whether this row was asked for."""
        return self.only in name


def cover(report: Report, draws: int) -> None:
    """How often the interval of a sample holds the rate of all views."""
    print(f"\nSampling: coverage of the rate of all views, {draws:,} draws a row (wanted: 93 to 97 %)")
    for share in (0.05, 0.25, 0.5, 0.9):
        for rate in (0.02, 0.2, 0.4):
            for expected in (5, 20, 200, 2_000):
                views = round(expected / rate / share)
                name = f"share {share:.0%}, rate {rate:.0%}, {expected} blocked expected"
                if report.wants(name):
                    _cover_row(report, name, [(share, views, rate)], draws)
    for share in (1.0, 0.5):
        for expected in (5, 20, 500):
            calm, busy = round(expected / 0.18 / share), round(2 * expected / 0.22 / share)
            name = f"share {share:.0%}, halved while busy, {expected} blocked expected in calm hours"
            if report.wants(name):
                _cover_row(report, name, [(share, calm, 0.18), (share / 2, busy, 0.22)], draws)


def _cover_row(report: Report, name: str, hours: Sequence[tuple[float, int, float]], draws: int) -> None:
    generator = np.random.default_rng(seed_of(report.seed, name))
    held = 0
    for _ in range(draws):
        samples, blocked_in_all = [], 0
        for share, views, rate in hours:
            blocked = int(generator.binomial(views, rate))
            drawn = generator.binomial(blocked, share), generator.binomial(views - blocked, share)
            samples.append(Sample(share, *map(int, drawn)))
            blocked_in_all += blocked
        truth = blocked_in_all / sum(views for _, views, _ in hours)
        found = estimate(samples, fewest_blocked=0)
        held += found.interval is not None and found.interval.low <= truth <= found.interval.high
    covered = held / draws
    error = math.sqrt(0.05 * 0.95 / draws)
    kept = 0.93 - 2 * error <= covered <= 0.97 + 2 * error
    report.row("93 to 97 %", f"  {name:66} {100 * covered:5.1f} %", kept)


def bound(report: Report, draws: int) -> None:
    """How often the range of a sample holds the rate of all pages, had none and had all of the unanswered ones been blocked."""
    print(
        f"\nSampling: both ends of the range are held, {draws:,} draws a row (wanted: 93 % or more), and without what drawing leaves"
    )
    for share in (0.05, 0.25, 0.5, 0.9):
        for rate in (0.02, 0.2, 0.4):
            for expected in (5, 20, 200, 2_000):
                name = f"range: share {share:.0%}, rate {rate:.0%}, {expected} blocked expected"
                if report.wants(name):
                    _bound_row(report, name, [(share, round(expected / rate / share), rate)], draws)
    for share in (1.0, 0.5):
        for expected in (5, 20, 500):
            calm, busy = round(expected / 0.18 / share), round(2 * expected / 0.22 / share)
            name = f"range: share {share:.0%}, halved while busy, {expected} blocked expected in calm hours"
            if report.wants(name):
                _bound_row(report, name, [(share, calm, 0.18), (share / 2, busy, 0.22)], draws)


UNKNOWN, UNREPORTED = 0.05, 0.10
"""Of the pages of these sites, those without a clear answer, and those of which no browser reports."""


def _bound_row(report: Report, name: str, hours: Sequence[tuple[float, int, float]], draws: int) -> None:
    generator = np.random.default_rng(seed_of(report.seed, name))
    held = bare = 0
    for _ in range(draws):
        samples, pages, blocked_in_all, clear_in_all = [], 0, 0, 0
        for share, views, rate in hours:
            blocked = int(generator.binomial(views, rate))
            unknown, unreported = round(views * UNKNOWN), round(views * UNREPORTED)
            drawn = (generator.binomial(n, share) for n in (blocked, views - blocked, unknown))
            samples.append(Sample(share, *map(int, drawn)))
            pages += views + unknown + unreported
            blocked_in_all, clear_in_all = blocked_in_all + blocked, clear_in_all + views - blocked
        not_measured = max(0, pages - round(weigh(samples, lambda each: each.measured)))
        low, high = blocked_in_all / pages, 1 - clear_in_all / pages
        found = find_range(samples, not_measured)
        held += found is not None and found.low <= low and high <= found.high
        blocked, clear = (round(weigh(samples, read)) for read in (lambda s: s.blocked, lambda s: s.clear))
        unanswered = not_measured + round(weigh(samples, lambda each: each.unknown))
        plain = widest(blocked, blocked + clear, unanswered)
        bare += plain is not None and plain.low <= low and high <= plain.high
    error = math.sqrt(0.05 * 0.95 / draws)
    text = f"  {name:70} {100 * held / draws:5.1f} %   {100 * bare / draws:4.1f} %"
    report.row("93 % or more", text, held / draws >= 0.93 - 2 * error)


def change(report: Report, sites: dict[str, int]) -> None:
    """False alarms of the rule for changes, and its power."""
    print('\nChange: "more than usual" where nothing happened, a look (wanted: 5 % plus two standard errors at most)')
    print(f"  {'world':28} {'views a month':>14}   4 weeks        2 weeks        1 week         binomial z, 4 weeks")
    for world in (*TUNING, *OWN, *SILENT):
        for size, number in sites.items():
            if report.wants(world.name):
                found = [report.run(look, world, SIZES[size], weeks, 0.0, number) for weeks in (4, 2, 1)]
                ours = [rate for rate, _ in found]
                text = "  ".join(map(str, ours))
                kept = all(rate.mean <= 0.05 + 2 * rate.error for rate in ours)
                report.row("5 %", f"  {world.name:28} {size:>14} {text}  {100 * found[0][1].mean:5.0f} %", kept)
    print("\nChange: steps of 1, 2, 3 and 5 points that are seen, in % (wanted: those in brackets less 3)")
    named = {world.name: world for world in TUNING}
    for (name, size, weeks), wanted in POWER.items():
        if report.wants(name) and size in sites:
            found = [report.run(look, named[name], SIZES[size], weeks, step, sites[size] * 2)[0] for step in POINTS]
            seen = " / ".join(f"{100 * rate.mean:.0f}" for rate in found)
            kept = all(
                100 * (rate.mean + 2 * rate.error) >= least - FORGIVEN
                for rate, least in zip(found, wanted, strict=True)
            )
            against = f"{weeks} week{'s' if weeks > 1 else ''} against {weeks}"
            report.row("power", f"  {name:12} {size:>9}, {against:19} {seen:24} ({' / '.join(map(str, wanted))})", kept)


def alarms(report: Report, sites: int) -> None:
    """False alarms of `adnotice watch` a year, and the steps it sees."""
    print(
        "\nWatch: false alarms a year, 100,000 views a day (wanted: .7 at most), and steps of 3 points seen in two days"
    )
    rates = []
    for world in (*TUNING, *OWN):
        if report.wants(world.name):
            found, _ = report.run(look_daily, world, DAILY, 0, 0.0, sites)
            _, seen = report.run(look_daily, world, DAILY, 0, 0.03, sites)
            rates.append(found.mean)
            error = max(found.error, math.sqrt(0.3 / sites))
            text = f"  {world.name:28} {found.mean:4.2f} a year   {100 * seen.mean:3.0f} %"
            report.row(".7 a year", text, found.mean <= 0.7 + 2 * error)
    if rates:
        print(f"  {'on average':28} {np.mean(rates):4.2f} a year")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the parts that were asked for; 0 when every promise is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "parts", nargs="*", default=["cover", "range", "change", "watch"], help="cover, range, change, watch"
    )
    parser.add_argument("--seed", type=int, default=20261129)
    parser.add_argument("--only", default="", help="rows whose name holds this")
    parser.add_argument("--quick", action="store_true", help="a tenth of the sites: minutes, and wide standard errors")
    asked = parser.parse_args(arguments)
    part = 10 if asked.quick else 1
    print(f"seed {asked.seed}; worlds: bench/worlds.py")
    with multiprocessing.Pool() as pool:
        report = Report(asked.seed, asked.only, pool)
        if "cover" in asked.parts:
            cover(report, 4_000 // part)
        if "range" in asked.parts:
            bound(report, 4_000 // part)
        if "change" in asked.parts:
            change(report, {"2,000": 200 // part, "100,000": 200 // part, "5 M": max(8, 24 // part)})
        if "watch" in asked.parts:
            alarms(report, max(8, 20 // part))
    for text in report.broken:
        print(f"not kept: {' '.join(text.split())}")
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
