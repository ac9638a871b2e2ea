"""Every cell of the matrix of blockers and networks, once. `make blockers` runs them again and again, beside others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.browser.conftest import Newsroom, Readers
from tests.browser.matrix import CASES, Case, Seen, Truth, paper, right, settle, visit

BY_NAME = {case.name: case for case in CASES}
# Content blockers are found by the baits alone, and where no report arrives the probe can add nothing.
WITH_PROBE = [case.name for case in CASES if case.truth is not Truth.CONTENT and case.reports and not case.ad_host_down]
LOSSY_VISITS = 24
VISITS_IN_OUTAGE = 12
TABS = 4


@pytest.mark.parametrize("name", BY_NAME)
def test_finds_what_is_there_and_nothing_else(name: str, newsroom: Newsroom, reader: Readers) -> None:
    case = BY_NAME[name]
    seen = _visit(case, newsroom, reader, probe=False)
    assert right(case, seen, probe=False), seen


@pytest.mark.parametrize("name", WITH_PROBE)
def test_finds_blocking_on_the_way_when_the_ad_script_is_named(name: str, newsroom: Newsroom, reader: Readers) -> None:
    case = BY_NAME[name]
    seen = _visit(case, newsroom, reader, probe=True)
    assert right(case, seen, probe=True), seen


@pytest.mark.timeout(300)
def test_a_network_that_loses_three_in_ten_requests_gets_nobody_accused(newsroom: Newsroom, reader: Readers) -> None:
    case = BY_NAME["30 % loss, Chromium"]
    site = newsroom(**paper(case, probe=True))
    somebody = reader(case.profile, site)
    with ThreadPoolExecutor(TABS) as tabs:
        seen = list(tabs.map(lambda _: visit(somebody, case), range(LOSSY_VISITS)))
    assert [each for each in seen if each.accused] == []
    counts = site.counts()
    assert counts.get("clear", 0) >= LOSSY_VISITS // 4, counts
    assert not any(metric.startswith("blocked") for metric in counts), counts


@pytest.mark.parametrize("before", [5, pytest.param(60, marks=pytest.mark.slow)])
@pytest.mark.timeout(300)
def test_an_outage_of_the_ad_host_gets_nobody_accused(before: int, newsroom: Newsroom, reader: Readers) -> None:
    case = BY_NAME["the ad host is down, Chromium"]
    site = newsroom(**paper(case, probe=True))
    somebody = reader(case.profile, site)
    with ThreadPoolExecutor(TABS) as tabs:
        list(tabs.map(lambda _: visit(somebody, case), range(before)))
        assert site.counts()["clear"] == before, site.figures()["grounds"]
        settle(case, somebody, site)
        seen = list(tabs.map(lambda _: visit(somebody, case), range(VISITS_IN_OUTAGE)))
    assert [each for each in seen if each.accused] == []
    assert not any(metric.startswith("blocked") for metric in site.counts())


def test_an_outage_that_began_before_the_first_view_gets_nobody_accused(newsroom: Newsroom, reader: Readers) -> None:
    case = BY_NAME["the ad host is down, Chromium"]
    assert right(case, _visit(case, newsroom, reader, probe=True), probe=True)


def _visit(case: Case, newsroom: Newsroom, reader: Readers, *, probe: bool) -> Seen:
    site = newsroom(**paper(case, probe=probe))
    somebody = reader(case.profile, site)
    settle(case, somebody, site)
    seen = visit(somebody, case)
    counted = [metric for metric in site.counts() if metric.startswith(("clear", "blocked", "unknown"))]
    if not case.reports:
        assert counted == []
    elif seen.verdict != "no script" and "lossy" not in case.profile:
        assert counted == [seen.verdict + (f"-{seen.kind}" if seen.kind else "")], seen
    return seen
