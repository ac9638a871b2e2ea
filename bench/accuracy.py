"""What `make blockers` found, in words and numbers: bounds, medians, tables. Pure: no browser, no file."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tests.browser.matrix import PEERS, Case, Seen, Truth, right

CONFIDENCE: Final = 0.95
CLEAR_MS: Final = 250
BLOCKED_MS: Final = 600
LOSSY_VISITS: Final = 300
OTHER_VISITS: Final = 200

Key = tuple[str, bool]
"""A case's name, and whether `ad_probe` was on."""


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """Many visits of one kind of reader without a blocker."""

    name: str
    visits: int
    accused: int
    reports: Mapping[str, int]
    """What the server counted of them, by metric."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """Everything that one run of the benchmark saw."""

    date: str
    versions: Sequence[str]
    cases: Sequence[Case]
    cells: Mapping[Key, Sequence[Seen]]
    crowds: Sequence[Crowd]


@dataclass(frozen=True, kw_only=True)
class Demand:
    """One figure that is asked for, what came, and whether that is enough."""

    wanted: str
    got: str
    met: bool


def bounds(n: int, of: int) -> tuple[float, float]:
    """The exact 95 % interval of a share (Clopper and Pearson 1934), by bisection on the binomial's tail.

    For 0 of n its upper end is 1 - 0.025**(1/n), a little above the rule of three's 3/n, which is one-sided.
    """
    half = (1 - CONFIDENCE) / 2
    low = 0.0 if n == 0 else _solve(lambda p: _tail(n, of, p) - half)
    high = 1.0 if n == of else _solve(lambda p: half - (1 - _tail(n + 1, of, p)))
    return low, high


def demands(run: Run) -> list[Demand]:
    """What issue 4 asks of this run."""
    content = [seen for case, seen in _visits(run, Truth.CONTENT, probe=False)]
    hosts = [seen for case, seen in _visits(run, Truth.HOSTS, probe=True)]
    found = sum((seen.verdict, seen.kind) == ("blocked", "content") for seen in content)
    on_the_way = sum((seen.verdict, seen.kind) == ("blocked", "hosts") for seen in hosts)
    lossy = [crowd for crowd in run.crowds if "loss" in crowd.name]
    others = [crowd for crowd in run.crowds if "loss" not in crowd.name]
    flaky = [name for name in flaky_cells(run) if _truth(run, name[0]) in (Truth.CONTENT, Truth.NO_BLOCKER)]
    steady = [key for key in flaky if _is_calm(run, key[0])]
    clear = times(run, "clear")
    blocked = times(run, "blocked")
    return [
        _all("content blockers found", found, len(content)),
        _all("blocking on the way found with ad_probe", on_the_way, len(hosts)),
        _none(f"false accusations over {LOSSY_VISITS} visits at 30 % loss", lossy, LOSSY_VISITS),
        _none(f"false accusations over {OTHER_VISITS} other visits without a blocker", others, OTHER_VISITS),
        Demand(
            wanted="0 flaky cells among clean and blocked", got=", ".join(map(_title, steady)) or "0", met=not steady
        ),
        _fast("clear", clear, CLEAR_MS),
        _fast("blocked", blocked, BLOCKED_MS),
    ]


def times(run: Run, verdict: str) -> list[float]:
    """Milliseconds from client.js at hand to the verdict, of calm cells with adnotice's default settings."""
    calm = [case.name for case in run.cases if case.truth is Truth.CONTENT or _is_calm(run, case.name)]
    return [
        seen.since_script
        for (name, probe), visits in run.cells.items()
        for seen in visits
        if name in calm and not probe and seen.verdict == verdict and seen.since_script is not None
    ]


def flaky_cells(run: Run) -> list[Key]:
    """Cells whose visits did not all end alike."""
    return [key for key, visits in run.cells.items() if len({(seen.verdict, seen.kind) for seen in visits}) > 1]


def write(run: Run) -> str:
    """The page docs/accuracy.md."""
    asked = demands(run)
    parts = [
        "# How well adnotice finds blockers, and whom it accuses",
        f"Written by `make blockers` on {run.date}, with {', '.join(run.versions)}. Real browsers and real blockers read a"
        " small newspaper under a real-looking host name; a stand-in on the same machine answers for ad hosts.",
        "## In short",
        _table(
            ("asked for", "found", ""), [(each.wanted, each.got, "yes" if each.met else "**no**") for each in asked]
        ),
        "## Every reader",
        "What the server said of each visit, in the default settings and with `ad_probe` naming the site's ad script;"
        " milliseconds are medians from client.js at hand to the verdict. *no script*: client.js never arrived or never"
        " ran, so the view counts as not measured. Host blocking is invisible without `ad_probe`: then `clear` is"
        " all that can be known.",
        _table(("reader", "blocks", "default", "ms", "with `ad_probe`", "ms"), [_row(run, case) for case in run.cases]),
        "## Beside the detectors on npm",
        "The same visits, each detector bundled as a site would do it. First: content blockers found; then readers"
        " without a blocker who were accused; then visits on which it said nothing at all.",
        _table(("detector", "content blockers", "host blocking", "false accusations", "silent"), _beside(run)),
        "## Crowds without a blocker",
        _table(
            ("readers", "visits", "accused", "95 % bound", "counted by the server"), [_crowd(c) for c in run.crowds]
        ),
        "Bounds are exact (Clopper and Pearson 1934), two-sided at 95 %.",
    ]
    if flaky := flaky_cells(run):
        parts += ["## Flaky cells", "Not every visit ended alike: " + "; ".join(map(_title, flaky)) + "."]
    return "\n\n".join(parts) + "\n"


def _row(run: Run, case: Case) -> tuple[str, ...]:
    cells = []
    for probe in (False, True):
        visits = run.cells.get((case.name, probe), ())
        cells += [_summary(case, visits, probe=probe), _median(visits)]
    return (
        case.name,
        {Truth.NO_BLOCKER: "nothing", Truth.CONTENT: "content", Truth.HOSTS: "hosts"}[case.truth],
        *cells,
    )


def _summary(case: Case, visits: Sequence[Seen], *, probe: bool) -> str:
    if not visits:
        return "–"
    words = [f"{seen.verdict}, {seen.kind}" if seen.kind else seen.verdict for seen in visits]
    said = "; ".join(f"{words.count(word)} x {word}" for word in dict.fromkeys(words))
    return said if all(right(case, seen, probe=probe) for seen in visits) else f"**{said}**"


def _median(visits: Iterable[Seen]) -> str:
    known = [seen.since_script for seen in visits if seen.since_script is not None]
    return f"{statistics.median(known):.0f}" if known else "–"


def _beside(run: Run) -> list[tuple[str, ...]]:
    rows = [_contender("adnotice, default", [(case, seen.accused) for case, seen in _all_visits(run, probe=False)])]
    rows.append(
        _contender("adnotice, `ad_probe`", [(case, seen.accused) for case, seen in _all_visits(run, probe=True)])
    )
    for peer in PEERS:
        said = [(case, seen.peers.get(peer)) for case, seen in _all_visits(run, probe=False)]
        rows.append(_contender(peer, said))
    return rows


def _contender(name: str, said: Sequence[tuple[Case, bool | None]]) -> tuple[str, ...]:
    def share(truth: Truth) -> str:
        of = [answer for case, answer in said if case.truth is truth]
        return f"{sum(answer is True for answer in of)} of {len(of)}" if of else "–"

    silent = sum(answer is None for _, answer in said)
    return (name, share(Truth.CONTENT), share(Truth.HOSTS), share(Truth.NO_BLOCKER), f"{silent} of {len(said)}")


def _crowd(crowd: Crowd) -> tuple[str, ...]:
    counted = ", ".join(f"{n} {metric}" for metric, n in crowd.reports.items()) or "nothing"
    high = bounds(crowd.accused, crowd.visits)[1]
    return crowd.name, str(crowd.visits), str(crowd.accused), f"at most {high:.2%}", counted


def _all(what: str, n: int, of: int) -> Demand:
    low = bounds(n, of)[0] if of else 0.0
    return Demand(wanted=f"all {what}", got=f"{n} of {of} (95 %: at least {low:.1%})", met=of > 0 and n == of)


def _none(what: str, crowds: Sequence[Crowd], least: int) -> Demand:
    visits, accused = sum(crowd.visits for crowd in crowds), sum(crowd.accused for crowd in crowds)
    high = bounds(accused, visits)[1] if visits else 1.0
    got = f"{accused} of {visits} (95 %: at most {high:.2%})"
    return Demand(wanted=f"0 {what}", got=got, met=accused == 0 and visits >= least)


def _fast(verdict: str, measured: Sequence[float], limit: int) -> Demand:
    got = f"{statistics.median(measured):.0f} ms over {len(measured)} visits" if measured else "no visit"
    met = bool(measured) and statistics.median(measured) <= limit
    return Demand(wanted=f"median time to `{verdict}` at most {limit} ms", got=got, met=met)


def _visits(run: Run, truth: Truth, *, probe: bool) -> list[tuple[Case, Seen]]:
    return [(case, seen) for case, seen in _all_visits(run, probe=probe) if case.truth is truth]


def _all_visits(run: Run, *, probe: bool) -> list[tuple[Case, Seen]]:
    return [(case, seen) for case in run.cases for seen in run.cells.get((case.name, probe), ())]


def _truth(run: Run, name: str) -> Truth:
    return next(case.truth for case in run.cases if case.name == name)


def _is_calm(run: Run, name: str) -> bool:
    case = next(case for case in run.cases if case.name == name)
    return case.truth is Truth.CONTENT or (
        case.profile in ("chromium", "firefox") and not (case.weather or case.headers)
    )


def _title(key: Key) -> str:
    return key[0] + (" with `ad_probe`" if key[1] else "")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *rows))


def _tail(n: int, of: int, p: float) -> float:
    """The chance of `n` or more of `of`."""
    return math.fsum(math.comb(of, k) * p**k * (1 - p) ** (of - k) for k in range(n, of + 1))


def _solve(rises: object) -> float:
    assert callable(rises)
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if rises(middle) > 0 else (middle, high)
    return (low + high) / 2
