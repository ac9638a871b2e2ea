"""The sites and browsers of one run of `make blockers`."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from bench.units import ALL_CASES, Outcome, Unit
from tests.browser.internet import Internet
from tests.browser.matrix import CASES, Case, Seen, arrive, paper, settle, visit
from tests.browser.profiles import PROFILES
from tests.browser.reader import Browsers, Reader
from tests.browser.site import Site

WINDOWS: Final = {"chromium": 4, "firefox": 3, "webkit": 1}
"""How many windows are read side by side. Hidden tabs don't measure, so each visit has a window of its own."""


class Laboratory:
    """Makes a site and a reader for what is measured, and counts what came of it."""

    def __init__(self, net: Internet, browsers: Browsers, folder: Path) -> None:
        self._net = net
        self._browsers = browsers
        self._folder = folder

    def measure(self, unit: Unit) -> Outcome:
        """The visits of this unit."""
        case = ALL_CASES[unit.case]
        return self._crowd(case, unit) if unit.crowd else self._one_by_one(case, unit)

    def _one_by_one(self, case: Case, unit: Unit) -> Outcome:
        with_peers = case in CASES and not unit.probe
        seen: list[Seen] = []
        for _ in range(unit.visits):
            with self._open(case, probe=unit.probe) as (reader, site):
                settle(case, reader, site)
                seen.append(visit(reader, case, peers=with_peers))
        return Outcome(unit, seen)

    def _crowd(self, case: Case, unit: Unit) -> Outcome:
        windows = WINDOWS[PROFILES[case.profile].browser]
        with self._open(case, probe=unit.probe) as (reader, site), ThreadPoolExecutor(windows) as pool:
            if case.ad_host_down:  # an outage begins on a site that has worked
                list(pool.map(lambda _: visit(reader, case), range(unit.visits)))
            settle(case, reader, site)
            before = site.counts()
            seen = list(pool.map(lambda _: visit(reader, case), range(unit.visits)))
            time.sleep(1)
            counted = {name: n - before.get(name, 0) for name, n in site.counts().items() if _is_verdict(name)}
        return Outcome(unit, seen, {name: n for name, n in counted.items() if n})

    @contextlib.contextmanager
    def _open(self, case: Case, *, probe: bool) -> Iterator[tuple[Reader, Site]]:
        site = Site(self._net, self._folder, **paper(case, probe=probe))
        try:
            reader = self._browsers.reader(case.profile, site)
            try:
                if reader.profile.browser == "webkit":
                    reader.tab()  # it ends with its last window
                arrive(case, reader)
                yield reader, site
            finally:
                reader.close()
        finally:
            site.close()


def _is_verdict(metric: str) -> bool:
    return metric.startswith(("clear", "blocked", "partly", "unknown"))
