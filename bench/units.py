"""What `make blockers` measures at a stretch, and what came of it; kept on disk by commit, so that a run goes on where it
was ended."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from tests.browser.matrix import CASES, Case, Seen, Truth
from tests.browser.newspaper import ROOT
from tests.browser.profiles import PROFILES
from tests.browser.real_pages import REAL_PAGES

ALL_CASES: Final[Mapping[str, Case]] = {case.name: case for case in (*CASES, *REAL_PAGES)}
RUNS: Final = 3
VISITS: Final = 20
"""Of each kind of reader without a blocker, in each browser."""
LOSSY: Final = {"30 % loss, Chromium": 210, "30 % loss, Firefox": 90}


class Unit(msgspec.Struct, frozen=True):
    """Visits of one kind of reader: each by somebody new on a new site, or, as a crowd, all to one site."""

    case: str
    probe: bool
    visits: int
    crowd: bool = False

    @property
    def lane(self) -> str:
        """The browser that it needs. Units of different browsers don't meet."""
        return PROFILES[ALL_CASES[self.case].profile].browser


class Outcome(msgspec.Struct, frozen=True):
    """What the visits of a unit showed, what the server counted of them, by metric, and with which browsers."""

    unit: Unit
    seen: Sequence[Seen]
    counted: Mapping[str, int] = {}
    versions: Sequence[str] = []

    @property
    def case(self) -> Case:
        """Whose visits they are."""
        return ALL_CASES[self.unit.case]

    @property
    def accused(self) -> int:
        """How many were said to block, or were asked: as the browser saw it or as the server counted it, if that is more."""
        counted = sum(n for metric, n in self.counted.items() if metric.startswith("blocked"))
        return max(sum(each.accused for each in self.seen), counted)


def units(only: str = "") -> Iterator[Unit]:
    """All that is measured, or what concerns cases whose name holds this."""
    for case in CASES:
        for probe in (False, True):
            yield from _chosen(only, Unit(case.name, probe, RUNS))
    for case in ALL_CASES.values():
        if case.truth is Truth.NO_BLOCKER:
            yield from _chosen(only, Unit(case.name, True, LOSSY.get(case.name, VISITS), crowd=True))
        elif case not in CASES:
            yield from _chosen(only, Unit(case.name, True, RUNS))


def _chosen(only: str, unit: Unit) -> Iterator[Unit]:
    if only in unit.case:
        yield unit


class Kept:
    """The outcomes of one commit in a file: a line each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_bytes().splitlines() if path.exists() else []
        found = (msgspec.json.decode(line, type=Outcome) for line in lines)
        self._outcomes = {outcome.unit: outcome for outcome in found}

    def get(self, unit: Unit) -> Outcome | None:
        """What an earlier run saw."""
        return self._outcomes.get(unit)

    def add(self, outcome: Outcome) -> None:
        """Writes it down at once."""
        self._outcomes[outcome.unit] = outcome
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode(outcome) + b"\n")


def kept_of_this_commit() -> Kept:
    """The outcomes of the commit that is checked out. With changes to what is measured nothing is kept for later."""
    here = ["git", "-C", str(ROOT)]
    commit = subprocess.run([*here, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=True)
    measured = ["adnotice", "static", "tests/browser", "bench"]
    changed = subprocess.run([*here, "status", "--porcelain", *measured], capture_output=True, text=True, check=True)
    path = ROOT / ".cache" / "blockers" / f"{commit.stdout.strip()}{'-changed' if changed.stdout else ''}.jsonl"
    if changed.stdout:
        path.unlink(missing_ok=True)
    return Kept(path)
