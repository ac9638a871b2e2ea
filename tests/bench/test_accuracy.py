"""The arithmetic of `make blockers` is right, and its page says what was found, the bad included."""

from __future__ import annotations

import pytest

from bench.accuracy import Crowd, Run, bounds, demands, flaky_cells, write
from tests.browser.matrix import PEERS, Case, Seen, Truth

CLEAN = Case(name="clean Chromium", profile="chromium", truth=Truth.NO_BLOCKER)
BLOCKED = Case(name="a blocker", profile="firefox-ublock", truth=Truth.CONTENT)
HOSTS = Case(name="a resolver", profile="chromium-dns-zero", truth=Truth.HOSTS)
SILENT = dict.fromkeys(PEERS)


def saw(verdict: str, kind: str | None = None, ms: float = 100.0, **peers: bool) -> Seen:
    """A visit."""
    said = {**SILENT, **peers}
    return Seen(verdict=verdict, kind=kind, since_script=ms, since_start=ms, notice=False, peers=said)


def run_of(clean: list[Seen], blocked: list[Seen], *crowds: Crowd) -> Run:
    """A run of three cases."""
    cells = {
        (CLEAN.name, False): clean,
        (BLOCKED.name, False): blocked,
        (HOSTS.name, True): [saw("blocked", "hosts")],
    }
    return Run(date="today", versions=["A/1"], cases=[CLEAN, BLOCKED, HOSTS], cells=cells, crowds=crowds)


GOOD = run_of(
    [saw("clear")] * 3,
    [saw("blocked", "content", 300)] * 3,
    Crowd(name="30 % loss", visits=300, accused=0, reports={"clear": 290}),
    Crowd(name="offline", visits=200, accused=0, reports={}),
)


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
    assert [demand.wanted for demand in demands(GOOD) if not demand.met] == []
    assert "**" not in write(GOOD)


@pytest.mark.parametrize(
    ("run", "missed"),
    [
        (run_of([saw("clear")], [saw("clear")], *GOOD.crowds), "content blockers found"),
        (run_of([saw("clear", ms=251)], [saw("blocked", "content")], *GOOD.crowds), "`clear`"),
        (run_of([saw("clear")], [saw("blocked", "content", 601)], *GOOD.crowds), "`blocked`"),
        (run_of([saw("clear")], [saw("blocked", "content")], GOOD.crowds[1]), "30 % loss"),
        (
            run_of(
                [saw("clear")],
                [saw("blocked", "content")],
                GOOD.crowds[0],
                Crowd(name="x", visits=200, accused=1, reports={}),
            ),
            "other visits",
        ),
        (run_of([saw("clear"), saw("unknown")], [saw("blocked", "content")], *GOOD.crowds), "flaky"),
    ],
)
def test_a_run_that_falls_short_says_in_what(run: Run, missed: str) -> None:
    unmet = [demand.wanted for demand in demands(run) if not demand.met]
    assert missed in unmet[0]
    assert "**no**" in write(run)


def test_a_false_accusation_stands_out_in_its_row() -> None:
    page = write(run_of([saw("clear"), saw("blocked", "content")], [saw("blocked", "content")]))
    assert "**1 x clear; 1 x blocked, content**" in page


def test_a_cell_whose_visits_end_differently_is_flaky() -> None:
    assert flaky_cells(run_of([saw("clear"), saw("unknown")], [])) == [(CLEAN.name, False)]


def test_others_are_counted_by_what_they_said() -> None:
    peer = PEERS[0]
    page = write(run_of([saw("clear", **{peer: True})], [saw("blocked", "content", **{peer: False})]))
    assert f"| {peer} | 0 of 1 | – | 1 of 1 | 0 of 2 |" in page
