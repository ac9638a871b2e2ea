"""What `make blockers` found, in words and numbers: bounds, medians, demands, tables. Pure: no browser, no file."""

from __future__ import annotations

import functools
import math
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bench.units import VISITS, Outcome
from tests.browser.matrix import AD_TAG, CASES, PEERS, Case, Seen, Truth, right
from tests.browser.real_pages import ACCEPTABLE, WORKERS_GROUP

CONFIDENCE: Final = 0.95
CLEAR_MS: Final = 250
BLOCKED_MS: Final = 600
LOSSY_VISITS: Final = 300
INNOCENT_VISITS: Final = 1_000
UNKNOWN_SHARE: Final = 0.05


@dataclass(frozen=True, kw_only=True)
class Run:
    """Everything that one run of the benchmark saw."""

    date: str
    versions: Sequence[str]
    outcomes: Sequence[Outcome]
    absent: Sequence[str] = ()
    """Rows whose blocker is not on this machine."""


@dataclass(frozen=True, kw_only=True)
class Demand:
    """One figure that is asked for, what came, and whether that is enough."""

    wanted: str
    got: str
    met: bool


@functools.cache
def bounds(n: int, of: int) -> tuple[float, float]:
    """The exact 95 % interval of a share (Clopper and Pearson 1934), by bisection on the binomial's tail.

    For 0 of n its upper end is 1 - 0.025**(1/n), a little above the rule of three's 3/n, which is one-sided.
    """
    half = (1 - CONFIDENCE) / 2
    low = 0.0 if n == 0 else _solve(lambda p: _tail(n, of, p) - half)
    high = 1.0 if n == of else _solve(lambda p: half - _head(n, of, p))
    return low, high


def demands(run: Run) -> list[Demand]:
    """What is asked of this run."""
    innocent = [each for each in crowds(run) if "loss" not in each.case.name and not each.case.documented]
    lossy = [each for each in crowds(run) if "loss" in each.case.name]
    worker = [each for each in run.outcomes if each.case.group == WORKERS_GROUP]
    acceptable = [each for each in run.outcomes if each.case.group == ACCEPTABLE]
    known = [each for each in crowds(run) if not each.case.unknown and each.case.reports]
    return [
        _found("content blockers found", run.outcomes, Truth.CONTENT),
        _found("of them under service workers", worker, Truth.CONTENT),
        _found("blocking on the way found with `ad_probe`, each preset and stand-in", run.outcomes, Truth.HOSTS),
        _none(f"false accusations over {LOSSY_VISITS} visits at 30 % loss", lossy, LOSSY_VISITS),
        _none(f"false accusations over {INNOCENT_VISITS:,} other visits without a blocker", innocent, INNOCENT_VISITS),
        _at_least_each(innocent),
        _rarely_unknown(known),
        _no_partly(run),
        _nobody_asked(acceptable),
        _steady(run),
        *(
            _fast(verdict + "`" + (", with `ad_probe`" if probe else ""), times(run, verdict, probe=probe), limit)
            for probe in (False, True)
            for verdict, limit in (("clear", CLEAR_MS), ("blocked", BLOCKED_MS))
        ),
    ]


def crowds(run: Run) -> list[Outcome]:
    """Many visits to one site, of readers without a blocker, with `ad_probe`."""
    return [each for each in run.outcomes if each.unit.crowd]


def times(run: Run, verdict: str, *, probe: bool) -> list[float]:
    """Milliseconds from client.js at hand to the verdict, on calm pages whose ad script, if any, came before the load event."""
    return [
        seen.since_script
        for outcome in run.outcomes
        for seen in outcome.seen
        if outcome.unit.probe is probe and is_calm(outcome.case) and not outcome.unit.crowd
        if seen.verdict == verdict and seen.since_script is not None
    ]


def is_calm(case: Case) -> bool:
    """Whether the page is the simple one, and nothing but the reader's own blocker is in the way."""
    simple = case in CASES and not (case.weather or case.headers or case.ad_host_down) and case.head == AD_TAG
    return simple and not any(word in case.profile for word in ("slow", "lossy", "javascript", "gpc"))


def flaky(run: Run) -> list[Outcome]:
    """Visits of one kind, on a calm page or before a blocker, that did not all end alike."""
    return [
        each
        for each in run.outcomes
        if (is_calm(each.case) or each.case.truth is not Truth.NO_BLOCKER)
        and len({(seen.verdict, seen.kind) for seen in each.seen}) > 1
    ]


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
        "## Readers without a blocker",
        "The weakest row first: the highest upper bound of how many may be accused, then the most `unknown`."
        " All of them with `ad_probe` naming the site's ad script, all visits of a row to one site."
        " *By design*: nobody can know, so `unknown` is the right answer. Bounds are exact (Clopper and Pearson 1934),"
        " two-sided at 95 %.",
        _table(
            ("readers", "of", "visits", "accused", "95 % bound", "`unknown`", "counted by the server"),
            [_crowd(each) for each in sorted(crowds(run), key=_weakness) if not each.case.documented],
        ),
    ]
    if documented := [each for each in crowds(run) if each.case.documented]:
        parts += ["Outside these figures, and accused: " + "; ".join(map(_documented, documented)) + "."]
    parts += [
        "## Readers with a blocker, and every network",
        "The weakest row first. What the server said of each visit, in the default settings and with `ad_probe` naming the"
        " site's ad script; milliseconds are medians from client.js at hand to the verdict. *no script*: client.js never"
        " arrived or never ran, so the view counts as not measured. Host blocking is invisible without `ad_probe`: then"
        " `clear` is all that can be known.",
        _table(("reader", "of", "blocks", "default", "ms", "with `ad_probe`", "ms"), list(_cells(run))),
    ]
    if run.absent:
        parts += [f"Not here, so not measured (`ADNOTICE_BLOCKERS` names a folder for them): {', '.join(run.absent)}."]
    parts += [
        "## Beside the detectors on npm",
        "The same visits, each detector bundled as a site would do it. First: content blockers found; then readers"
        " without a blocker who were accused; then visits on which it said nothing at all.",
        _table(("detector", "content blockers", "host blocking", "false accusations", "silent"), _beside(run)),
    ]
    if unsteady := flaky(run):
        parts += ["## Flaky rows", "Not every visit ended alike: " + "; ".join(map(_title, unsteady)) + "."]
    return "\n\n".join(parts) + "\n"


def _cells(run: Run) -> Iterator[tuple[str, ...]]:
    """A row a case, the ones with the fewest right visits first."""
    found: dict[str, dict[bool, Outcome]] = {}
    for each in run.outcomes:
        if not each.unit.crowd:
            found.setdefault(each.case.name, {})[each.unit.probe] = each

    def share(name: str) -> float:
        asked = [right(each.case, seen, probe=probe) for probe, each in found[name].items() for seen in each.seen]
        return sum(asked) / len(asked)

    for name in sorted(found, key=share):
        case = next(iter(found[name].values())).case
        cells = []
        for probe in (False, True):
            seen = found[name][probe].seen if probe in found[name] else ()
            cells += [_summary(case, seen, probe=probe), _median(seen)]
        yield name, case.group, case.truth.name.lower().replace("no_blocker", "nothing"), *cells


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
    visits = {
        probe: [(each.case, seen) for each in _matrix(run, probe=probe) for seen in each.seen]
        for probe in (False, True)
    }
    rows = [
        _contender("adnotice, default", [(case, seen.accused) for case, seen in visits[False]]),
        _contender("adnotice, `ad_probe`", [(case, seen.accused) for case, seen in visits[True]]),
    ]
    return rows + [_contender(peer, [(case, seen.peers.get(peer)) for case, seen in visits[False]]) for peer in PEERS]


def _matrix(run: Run, *, probe: bool) -> list[Outcome]:
    return [each for each in run.outcomes if each.case in CASES and each.unit.probe is probe and not each.unit.crowd]


def _contender(name: str, said: Sequence[tuple[Case, bool | None]]) -> tuple[str, ...]:
    def share(truth: Truth) -> str:
        of = [answer for case, answer in said if case.truth is truth]
        return f"{sum(answer is True for answer in of)} of {len(of)}" if of else "–"

    silent = sum(answer is None for _, answer in said)
    return (name, share(Truth.CONTENT), share(Truth.HOSTS), share(Truth.NO_BLOCKER), f"{silent} of {len(said)}")


def _unknown(outcome: Outcome) -> float:
    return sum(seen.verdict == "unknown" for seen in outcome.seen) / len(outcome.seen)


def _weakness(outcome: Outcome) -> tuple[float, float, str]:
    share = 0.0 if outcome.case.unknown or not outcome.case.reports else _unknown(outcome)
    return -bounds(outcome.accused, len(outcome.seen))[1], -share, outcome.case.name


def _crowd(outcome: Outcome) -> tuple[str, ...]:
    counted = ", ".join(f"{n} {metric}" for metric, n in outcome.counted.items()) or "nothing"
    visits = len(outcome.seen)
    high = bounds(outcome.accused, visits)[1]
    unknown = f"{_unknown(outcome):.0%}" + (", by design" if outcome.case.unknown else "")
    return (
        outcome.case.name,
        outcome.case.group,
        str(visits),
        str(outcome.accused),
        f"at most {high:.2%}",
        unknown,
        counted,
    )


def _documented(outcome: Outcome) -> str:
    return f"{outcome.case.name}, {outcome.accused} of {len(outcome.seen)} ({outcome.case.documented})"


def _found(what: str, outcomes: Iterable[Outcome], truth: Truth) -> Demand:
    visits = [
        right(each.case, seen, probe=True)
        for each in outcomes
        if each.case.truth is truth and (truth is Truth.CONTENT or each.unit.probe)
        for seen in each.seen
    ]
    n, of = sum(visits), len(visits)
    low = bounds(n, of)[0] if of else 0.0
    return Demand(wanted=f"all {what}", got=f"{n} of {of} (95 %: at least {low:.1%})", met=of > 0 and n == of)


def _none(what: str, outcomes: Sequence[Outcome], least: int) -> Demand:
    visits, accused = sum(len(each.seen) for each in outcomes), sum(each.accused for each in outcomes)
    high = bounds(accused, visits)[1] if visits else 1.0
    got = f"{accused} of {visits:,} (95 %: at most {high:.2%})"
    return Demand(wanted=f"0 {what}", got=got, met=accused == 0 and visits >= least)


def _at_least_each(outcomes: Sequence[Outcome]) -> Demand:
    weakest = min(outcomes, key=_weakness, default=None)
    got = "no row"
    if weakest is not None:
        high = bounds(weakest.accused, len(weakest.seen))[1]
        got = f"{min(len(each.seen) for each in outcomes)}; the weakest row's bound {high:.1%}: {weakest.case.name}"
    enough = bool(outcomes) and all(len(each.seen) >= VISITS for each in outcomes)
    return Demand(wanted=f"at least {VISITS} of them a row and browser", got=got, met=enough)


def _rarely_unknown(outcomes: Sequence[Outcome]) -> Demand:
    over = [each for each in outcomes if _unknown(each) > UNKNOWN_SHARE]
    said = "; ".join(f"{each.case.name} {_unknown(each):.0%}" for each in over)
    return Demand(
        wanted=f"`unknown` at most {UNKNOWN_SHARE:.0%} in every row that isn't so by design",
        got=said or "all",
        met=not over,
    )


def _no_partly(run: Run) -> Demand:
    n = sum(seen.verdict == "partly" for each in run.outcomes if each.case.truth is Truth.CONTENT for seen in each.seen)
    return Demand(wanted="0 `partly` among content blockers", got=str(n), met=n == 0)


def _nobody_asked(outcomes: Sequence[Outcome]) -> Demand:
    seen = [each for outcome in outcomes for each in outcome.seen]
    asked, partly = sum(each.notice for each in seen), sum(each.verdict == "partly" for each in seen)
    got = f"{asked} of {len(seen)} asked, {partly} `partly`"
    return Demand(
        wanted="0 asked who see the site's ads all the same",
        got=got,
        met=bool(seen) and not asked and partly == len(seen),
    )


def _steady(run: Run) -> Demand:
    unsteady = flaky(run)
    return Demand(
        wanted="0 flaky rows among clean and blocked", got=", ".join(map(_title, unsteady)) or "0", met=not unsteady
    )


def _fast(what: str, measured: Sequence[float], limit: int) -> Demand:
    got = f"{statistics.median(measured):.0f} ms over {len(measured)} visits" if measured else "no visit"
    met = bool(measured) and statistics.median(measured) <= limit
    return Demand(wanted=f"median time to `{what} at most {limit} ms", got=got, met=met)


def _title(outcome: Outcome) -> str:
    return outcome.case.name + (" with `ad_probe`" if outcome.unit.probe else "")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *rows))


def _head(n: int, of: int, p: float) -> float:
    """The chance of `n` or fewer of `of`."""
    return math.fsum(math.comb(of, k) * p**k * (1 - p) ** (of - k) for k in range(n + 1))


def _tail(n: int, of: int, p: float) -> float:
    """The chance of `n` or more of `of`."""
    return math.fsum(math.comb(of, k) * p**k * (1 - p) ** (of - k) for k in range(n, of + 1))


def _solve(rises: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if rises(middle) > 0 else (middle, high)
    return (low + high) / 2
