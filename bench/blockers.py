"""`make blockers`: real browsers, real blockers and bad networks x verdicts, beside the npm detectors.

Writes docs/accuracy.md. A run that was ended goes on where it was: outcomes are kept by commit. `--quick` runs every row once
and writes nothing.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from bench.accuracy import Run, demands, write
from bench.laboratory import Laboratory
from bench.units import ALL_CASES, Kept, Outcome, Unit, kept_of_this_commit, units
from tests.browser.internet import Internet
from tests.browser.newspaper import ROOT
from tests.browser.profiles import GIVEN, PROFILES, UBLOCK
from tests.browser.reader import Browsers

PAGE: Final = ROOT / "docs" / "accuracy.md"


def main() -> int:
    """Runs the matrix; 1 when something that is asked for was not met."""
    parser = argparse.ArgumentParser(prog="python -m bench.blockers", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="every row once; writes nothing")
    parser.add_argument("--only", default="", help="rows whose name holds this; writes nothing")
    asked = parser.parse_args()
    wanted = list(units(asked.only))
    if asked.quick:
        wanted = [Unit(unit.case, unit.probe, 1, crowd=unit.crowd) for unit in wanted]
    missing = {unit.case: PROFILES[ALL_CASES[unit.case].profile].needs() for unit in wanted}
    if needed := sorted(
        {each for case, them in missing.items() if ALL_CASES[case].profile not in GIVEN for each in them}
    ):
        print(f"make blockers needs every browser and blocker: {', '.join(needed)}", file=sys.stderr)
        return 2
    here = [unit for unit in wanted if not missing[unit.case]]
    run = measure(here, kept_of_this_commit(), absent=[case for case, them in missing.items() if them])
    page = write(run)
    print("\n" + page)
    if not (asked.quick or asked.only):
        PAGE.write_text(page, encoding="utf-8")
    return 0 if asked.quick or asked.only or all(demand.met for demand in demands(run)) else 1


def measure(wanted: Sequence[Unit], kept: Kept, *, absent: Sequence[str]) -> Run:
    """Every unit that is not kept yet, a thread a browser; `absent` are cases whose blocker is not here."""
    progress = Progress(len(wanted))
    lanes: dict[str, list[Unit]] = {}
    for unit in wanted:
        if kept.get(unit):
            progress.skip()
        else:
            lanes.setdefault(unit.lane, []).append(unit)
    with tempfile.TemporaryDirectory() as name, Internet() as net:
        folder = Path(name)
        browsers = {lane: Browsers(net, _made(folder / lane)) for lane in lanes}

        def work(lane: str) -> None:
            laboratory = Laboratory(net, browsers[lane], folder / lane)
            for unit in lanes[lane]:
                seen = laboratory.measure(unit)
                outcome = msgspec.structs.replace(seen, versions=browsers[lane].versions())
                with progress.lock:
                    kept.add(outcome)
                    progress.say(outcome)

        try:
            with ThreadPoolExecutor(len(lanes) or 1) as pool:
                list(pool.map(work, lanes))
        finally:
            for each in browsers.values():
                each.close()
    outcomes = [outcome for unit in wanted if (outcome := kept.get(unit))]
    named = [*sorted({version for each in outcomes for version in each.versions}), f"uBlock Origin {_ublock_version()}"]
    return Run(date=f"{datetime.now(UTC):%-d %B %Y}", versions=named, outcomes=outcomes, absent=absent)


class Progress:
    """Says what has been seen, how far the run is, and how long it may still take."""

    def __init__(self, all_of_them: int) -> None:
        self.lock = threading.Lock()
        self._all = all_of_them
        self._skipped = 0
        self._done = 0
        self._began = time.monotonic()

    def skip(self) -> None:
        """One was seen by an earlier run."""
        self._skipped += 1

    def say(self, outcome: Outcome) -> None:
        """One more is there."""
        self._done += 1
        spent = time.monotonic() - self._began
        left = spent / self._done * (self._all - self._skipped - self._done)
        said = Counter(f"{seen.verdict}{'/' + seen.kind if seen.kind else ''}" for seen in outcome.seen)
        words = ", ".join(f"{n} x {word}" for word, n in said.items())
        probe = " with ad_probe" if outcome.unit.probe else ""
        number = self._skipped + self._done
        print(
            f"[{number} of {self._all}, about {left / 60:.0f} min left] {outcome.case.name}{probe}: {words}", flush=True
        )


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _ublock_version() -> str:
    found = re.search(r'"version": "([^"]+)"', (UBLOCK / "manifest.json").read_text(encoding="utf-8"))
    return found.group(1) if found else "?"


if __name__ == "__main__":
    sys.exit(main())
