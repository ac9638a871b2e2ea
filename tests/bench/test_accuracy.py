"""The arithmetic of `make blockers` is right, and its page says what was found, the bad included."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.accuracy import Run, bounds, demands, flaky, write
from bench.units import ALL_CASES, Kept, Outcome, Unit, units
from tests.browser.matrix import PEERS, Seen, Truth
from tests.browser.newspaper import ROOT
from tests.browser.profiles import PROFILES

SILENT = dict.fromkeys(PEERS)
CLEAN = "clean Chromium"
BLOCKER = "Firefox + uBlock Origin, default lists"
RESOLVER = "DNS answers 0.0.0.0, Chromium"
LOSS = "30 % loss, Chromium"
UNDER_WORKER = "worker: cache first, Firefox + uBlock Origin"
LETS_THROUGH = "uBlock Origin lets gpt fill a slot"
LATE = "put in 1 s after load, answers after 1 s, Chromium"


def saw(
    verdict: str,
    kind: str | None = None,
    ms: float = 100.0,
    *,
    notice: bool = False,
    peers: dict[str, bool] | None = None,
) -> Seen:
    """A visit."""
    said = {**SILENT, **(peers or {})}
    return Seen(verdict=verdict, kind=kind, since_script=ms, since_start=ms, notice=notice, peers=said)


CONTENT = saw("blocked", "content")
HOSTS = saw("blocked", "hosts")


def outcome(case: str, seen: list[Seen], *, probe: bool = False, crowd: bool = False, blocked: int = 0) -> Outcome:
    """What came of visits."""
    return Outcome(Unit(case, probe or crowd, len(seen), crowd), seen, {"blocked-content": blocked} if blocked else {})


def run_of(*changed: Outcome) -> Run:
    """A run in which all is as it should be, but for what is changed."""
    good = [
        outcome(CLEAN, [saw("clear")] * 3),
        outcome(CLEAN, [saw("clear")] * 3, probe=True),
        outcome(BLOCKER, [CONTENT] * 3),
        outcome(BLOCKER, [CONTENT] * 3, probe=True),
        outcome(RESOLVER, [saw("clear")] * 3),
        outcome(RESOLVER, [HOSTS] * 3, probe=True),
        outcome(UNDER_WORKER, [CONTENT] * 3, probe=True),
        outcome(LETS_THROUGH, [saw("partly")] * 3, probe=True),
        outcome(LOSS, [saw("clear")] * 300, crowd=True),
        outcome(LATE, [saw("clear")] * 1_000, crowd=True),
    ]
    new = {(each.unit.case, each.unit.probe, each.unit.crowd): each for each in changed}
    kept = [new.pop((each.unit.case, each.unit.probe, each.unit.crowd), each) for each in good]
    return Run(date="today", versions=["A/1"], outcomes=[*kept, *new.values()])


@pytest.mark.parametrize(
    ("n", "of", "low", "high"),
    # From the tables of the F distribution; 0 of n is 1 - 0.025 ** (1 / n).
    [
        (0, 300, 0.0, 0.012221),
        (0, 10, 0.0, 0.308497),
        (10, 10, 0.691503, 1.0),
        (1, 10, 0.002529, 0.445016),
        (5, 10, 0.187086, 0.812914),
    ],
)
def test_bounds_are_clopper_and_pearsons(n: int, of: int, low: float, high: float) -> None:
    assert bounds(n, of) == pytest.approx((low, high), abs=2e-6)


def test_a_good_run_meets_every_demand() -> None:
    assert [(demand.wanted, demand.got) for demand in demands(run_of()) if not demand.met] == []
    assert "**" not in write(run_of())


@pytest.mark.parametrize(
    ("changed", "missed"),
    [
        (outcome(BLOCKER, [saw("clear")]), "content blockers found"),
        (outcome(BLOCKER, [saw("partly")], probe=True), "`partly`"),
        (outcome(UNDER_WORKER, [saw("clear")], probe=True), "under service workers"),
        (outcome(RESOLVER, [saw("unknown")], probe=True), "blocking on the way"),
        (outcome(LETS_THROUGH, [saw("partly", notice=True)], probe=True), "who see the site's ads"),
        (outcome(CLEAN, [saw("clear", ms=251)] * 9), "`clear`"),
        (outcome(CLEAN, [saw("clear", ms=251)] * 9, probe=True), "`clear`, with"),
        (outcome(BLOCKER, [saw("blocked", "content", 601)] * 9), "`blocked`"),
        (outcome(LOSS, [saw("clear")] * 299, crowd=True), "30 % loss"),
        (outcome(LOSS, [saw("clear")] * 300, crowd=True, blocked=1), "30 % loss"),
        (outcome(LATE, [saw("clear")] * 999, crowd=True), "other visits"),
        (outcome(LATE, [HOSTS, *[saw("clear")] * 999], crowd=True), "other visits"),
        (outcome("kept back until consent, Firefox", [saw("clear")] * 19, crowd=True), "a row and browser"),
        (outcome(LATE, [saw("unknown")] * 51 + [saw("clear")] * 949, crowd=True), "`unknown` at most 5%"),
        (outcome(CLEAN, [saw("clear"), saw("unknown")]), "flaky"),
    ],
)
def test_a_run_that_falls_short_says_in_what(changed: Outcome, missed: str) -> None:
    run = run_of(changed)
    unmet = [demand.wanted for demand in demands(run) if not demand.met]
    assert any(missed in wanted for wanted in unmet), unmet
    assert "**no**" in write(run)


def test_what_nobody_can_know_may_be_unknown() -> None:
    lost = outcome("lost once, Firefox", [saw("unknown")] * 20, crowd=True)
    assert all(demand.met for demand in demands(run_of(lost)))
    assert "100%, by design" in write(run_of(lost))


def test_a_false_accusation_stands_out_in_its_row() -> None:
    page = write(run_of(outcome(CLEAN, [saw("clear"), CONTENT])))
    assert "**1 x clear; 1 x blocked, content**" in page


def test_the_weakest_rows_stand_first() -> None:
    page = write(run_of(outcome("kept back until consent, Firefox", [saw("clear")] * 20, crowd=True)))
    assert page.index("kept back until consent, Firefox |") < page.index(f"| {LATE} |")
    page = write(run_of(outcome(RESOLVER, [saw("unknown")], probe=True)))
    assert page.index(f"| {RESOLVER} |") < page.index(f"| {CLEAN} |")


def test_what_was_not_here_is_named() -> None:
    assert "not measured (`ADNOTICE_BLOCKERS`" in write(Run(date="", versions=[], outcomes=[], absent=["a blocker"]))


def test_visits_that_end_differently_are_flaky() -> None:
    assert [each.unit.case for each in flaky(run_of(outcome(BLOCKER, [CONTENT, saw("unknown")])))] == [BLOCKER]


def test_others_are_counted_by_what_they_said() -> None:
    peer = PEERS[0]
    clean = outcome(CLEAN, [saw("clear", peers={peer: True})])
    blocked = outcome(BLOCKER, [saw("blocked", "content", peers={peer: False})])
    page = write(Run(date="", versions=[], outcomes=[clean, blocked]))
    assert f"| {peer} | 0 of 1 | – | 1 of 1 | 0 of 2 |" in page


def test_outcomes_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "kept.jsonl"
    made = [outcome(CLEAN, [saw("clear")]), outcome(LATE, [HOSTS, saw("unknown")], crowd=True, blocked=1)]
    for each in made:
        Kept(path).add(each)
    kept = Kept(path)
    assert [kept.get(each.unit) for each in made] == made
    assert kept.get(Unit(CLEAN, True, 3)) is None


def test_every_reader_without_a_blocker_comes_twenty_times_and_every_case_is_measured() -> None:
    planned = list(units())
    assert len(planned) == len(set(planned))
    crowds = [unit for unit in planned if unit.crowd]
    assert sum(unit.visits for unit in crowds) >= 1_000 + 300
    for case in ALL_CASES.values():
        mine = [unit for unit in planned if unit.case == case.name]
        assert mine, case.name
        assert any(unit.probe for unit in mine), case.name
        if case.truth is Truth.NO_BLOCKER:
            assert any(unit.crowd and unit.visits >= 20 for unit in mine), case.name


def test_every_row_has_a_profile_that_there_is() -> None:
    assert [case.name for case in ALL_CASES.values() if case.profile not in PROFILES] == []


@pytest.mark.parametrize(
    ("manifest", "problem"), [("{", "can't be read"), ("[]", "is no object"), (None, "is not here")]
)
def test_a_blocker_whose_manifest_is_broken_is_missing_with_the_reason(
    manifest: str | None, problem: str, tmp_path: Path
) -> None:
    folder = tmp_path / "given" / "broken"
    folder.mkdir(parents=True)
    if manifest is not None:
        (folder / "manifest.json").write_text(manifest)
    asked = "from tests.browser.profiles import PROFILES, Profile\nfrom pathlib import Path\nimport sys\n"
    asked += "print(Profile(browser='chromium', extension=Path(sys.argv[1])).needs())"
    said = subprocess.run(
        [sys.executable, "-c", asked, str(folder)],
        env={**os.environ, "ADNOTICE_BLOCKERS": str(folder.parent)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert problem in said
