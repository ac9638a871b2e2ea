"""`make blockers`: real browsers, real blockers and bad networks x verdicts, beside the npm detectors.

Writes docs/accuracy.md. `--quick` runs every cell once and small crowds, and writes nothing.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench.accuracy import LOSSY_VISITS, OTHER_VISITS, Crowd, Key, Run, demands, write
from tests.browser.internet import Internet
from tests.browser.matrix import CASES, PROBE, Case, Seen, paper, settle, visit
from tests.browser.newspaper import ROOT
from tests.browser.profiles import PROFILES, UBLOCK
from tests.browser.reader import Browsers
from tests.browser.site import Site

PAGE: Final = ROOT / "docs" / "accuracy.md"
RUNS: Final = 3
TABS: Final = 4
CROWDS_AT_LOSS: Final = (("30 % loss, Chromium", 0.7), ("30 % loss, Firefox", 0.3))
OTHER_CROWDS: Final = (
    "CSP blocks images, Chromium",
    "CSP takes scripts with a nonce only, Chromium",
    "the ad host is down, Chromium",
    "offline after the HTML, Chromium",
    "offline after client.js, Chromium",
    "slow 3G and a quarter of the CPU",
    "walled garden, Chromium",
    "walled garden after client.js, Chromium",
    "clean Chromium",
    "clean Firefox",
)


class Laboratory:
    """Sites and browsers for one run."""

    def __init__(self, net: Internet, browsers: Browsers, folder: Path) -> None:
        self._net = net
        self._browsers = browsers
        self._folder = folder

    def cell(self, case: Case, runs: int, *, probe: bool) -> list[Seen]:
        """Visits of one reader kind, each by somebody new on a site of its own."""
        return [self._visit_once(case, probe=probe) for _ in range(runs)]

    def crowd(self, case: Case, visits: int) -> Crowd:
        """Many visits to one site; in Chromium several tabs at once."""
        site = Site(self._net, self._folder, **paper(case, **PROBE))
        reader = self._browsers.reader(case.profile, site)
        tabs = 1 if PROFILES[case.profile].browser == "firefox" else TABS
        try:
            if case.ad_host_down:  # an outage begins on a site that has worked
                for _ in range(visits):
                    visit(reader, case)
            settle(case, reader, site)
            before = site.counts()
            with ThreadPoolExecutor(tabs) as pool:
                seen = list(pool.map(lambda _: visit(reader, case), range(visits)))
            time.sleep(1)
            counted = {name: n - before.get(name, 0) for name, n in site.counts().items() if _is_verdict(name)}
            accused = max(
                sum(each.accused for each in seen), sum(n for name, n in counted.items() if name.startswith("blocked"))
            )
            reports = {name: n for name, n in counted.items() if n}
            return Crowd(name=case.name, visits=visits, accused=accused, reports=reports)
        finally:
            reader.close()
            site.close()

    def _visit_once(self, case: Case, *, probe: bool) -> Seen:
        site = Site(self._net, self._folder, **paper(case, **(PROBE if probe else {})))
        reader = self._browsers.reader(case.profile, site)
        try:
            settle(case, reader, site)
            return visit(reader, case, peers=not probe)
        finally:
            reader.close()
            site.close()


def main() -> int:
    """Runs the matrix; 1 when something that is asked for was not met."""
    parser = argparse.ArgumentParser(prog="python -m bench.blockers", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="every cell once, small crowds; writes nothing")
    parser.add_argument("--only", default="", help="cases whose name holds this, without crowds; writes nothing")
    asked = parser.parse_args()
    cases = [case for case in CASES if asked.only in case.name]
    for case in cases:
        if missing := PROFILES[case.profile].needs():
            print(f"make blockers needs every browser and blocker: {', '.join(missing)}", file=sys.stderr)
            return 2
    run = measure(cases, runs=1 if asked.quick else RUNS, scale=0.1 if asked.quick else 0 if asked.only else 1)
    page = write(run)
    print("\n" + page)
    if not (asked.quick or asked.only):
        PAGE.write_text(page, encoding="utf-8")
    return 0 if asked.quick or asked.only or all(demand.met for demand in demands(run)) else 1


def measure(cases: Sequence[Case], *, runs: int, scale: float) -> Run:
    """Every cell `runs` times, with and without `ad_probe`, then the crowds at this scale."""
    cells: dict[Key, Sequence[Seen]] = {}
    crowds: list[Crowd] = []
    with tempfile.TemporaryDirectory() as name, Internet() as net:
        folder = Path(name)
        browsers = Browsers(net, folder)
        laboratory = Laboratory(net, browsers, folder)
        try:
            for case in cases:
                for probe in (False, True):
                    cells[case.name, probe] = laboratory.cell(case, runs, probe=probe)
                    _say(case.name, probe, cells[case.name, probe])
            for title, visits in _crowds() if scale else ():
                case = next(case for case in CASES if case.name == title)
                crowds.append(laboratory.crowd(case, max(2, round(visits * scale))))
                print(
                    f"{title}: {crowds[-1].accused} of {crowds[-1].visits} accused; {dict(crowds[-1].reports)}",
                    flush=True,
                )
            versions = [*browsers.versions(), f"uBlock Origin {_ublock_version()}"]
        finally:
            browsers.close()
    return Run(date=f"{datetime.now(UTC):%-d %B %Y}", versions=versions, cases=cases, cells=cells, crowds=crowds)


def _crowds() -> list[tuple[str, int]]:
    lossy = [(name, round(LOSSY_VISITS * share)) for name, share in CROWDS_AT_LOSS]
    return lossy + [(name, OTHER_VISITS // len(OTHER_CROWDS)) for name in OTHER_CROWDS]


def _is_verdict(metric: str) -> bool:
    return metric.startswith(("clear", "blocked", "unknown"))


def _say(name: str, probe: bool, visits: Sequence[Seen]) -> None:
    said = ", ".join(f"{seen.verdict}{'/' + seen.kind if seen.kind else ''}" for seen in visits)
    print(f"{name}{' with ad_probe' if probe else ''}: {said}", flush=True)


def _ublock_version() -> str:
    found = re.search(r'"version": "([^"]+)"', (UBLOCK / "manifest.json").read_text(encoding="utf-8"))
    return found.group(1) if found else "?"


if __name__ == "__main__":
    sys.exit(main())
