"""What the health page finds, and that it finds nothing where all is well."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adnotice.count.store import Health
from adnotice.count.tally import SUSPECTS, Count, Dimension, Metric
from adnotice.insight.checks import Weight, find
from adnotice.insight.figures import Rows, Summary
from adnotice.insight.periods import choose_span
from adnotice.insight.reports import summarize
from adnotice.texts import BY_NAME
from adnotice.vocabulary import Mode, Refusal
from tests.insight.test_reports import ALL, NOW, TODAY, O, counts

WELL = Health("sqlite:///counts.db")


def report(
    numbers: dict[Metric, int], *, mode: Mode = Mode.ASK, cached: bool | None = None, **others: list[Count]
) -> Summary:
    rows = Rows({Dimension.ALL: counts(numbers), **{Dimension[name]: rows for name, rows in others.items()}}, [], [])
    span = choose_span(TODAY, "UTC")
    return summarize(rows, sites=["x"], site="x", label="", mode=mode, span=span, cached=cached, current=NOW)


def told(summary: Summary, health: Health = WELL) -> list[tuple[Weight, str]]:
    return [(each.weight, each.found) for each in find(summary, health)]


def test_where_all_is_well_nothing_is_found() -> None:
    assert told(report(ALL)) == []


def test_every_finding_says_what_to_do() -> None:
    summary = report(
        {**ALL, O.UNKNOWN: 500, O.SUSPECT_CLEAR: 5, O.TURNED_AWAY: 2, O.REFUSED: 900},
        mode=Mode.OFF,
        cached=True,
        REFUSAL=[Count(reason.value, O.REFUSED, 500) for reason in Refusal],
    )
    findings = find(summary, Health("sqlite:///x", problem="disk full", banner="a corrupt file was moved aside"))
    assert len(findings) > 8
    assert all(each.found and each.do for each in findings)
    weights = [list(Weight).index(each.weight) for each in findings]
    assert weights == sorted(weights)


@pytest.mark.parametrize("reason", [Refusal.STATUS, Refusal.FRAGMENT, Refusal.EXCLUDED, Refusal.HEADER])
def test_refusals_that_are_as_they_should_be_are_no_finding(reason: Refusal) -> None:
    assert told(report({**ALL, O.REFUSED: 900}, REFUSAL=[Count(reason.value, O.REFUSED, 900)])) == []


def test_a_policy_that_keeps_the_tag_out_of_many_pages_is_found() -> None:
    ((weight, text),) = told(report({**ALL, O.REFUSED: 100}, REFUSAL=[Count("csp", O.REFUSED, 100)]))
    assert weight is Weight.LOOK
    assert text.startswith("100 pages left without the tag (csp).")


@pytest.mark.parametrize(
    ("dimension", "metric"), [("REFUSAL", O.REFUSED), ("QUIET", O.NOT_ASKED), ("GROUND", O.CLEAR), ("GROUND", O.PARTLY)]
)
@given(name=st.text(min_size=1).filter(lambda name: not any(name in each for each in BY_NAME.values())))
def test_a_reason_that_this_version_does_not_know_is_worth_a_look(dimension: str, metric: Metric, name: str) -> None:
    ((weight, text),) = told(report(ALL, **{dimension: [Count(name, metric, 6203)]}))
    assert (weight, text) == (Weight.LOOK, "6,203 counts stand under reasons that this version does not know.")


def test_one_failure_of_ours_is_enough_to_be_found() -> None:
    ((weight, text),) = told(report({**ALL, O.REFUSED: 1}, REFUSAL=[Count("failed", O.REFUSED, 1)]))
    assert weight is Weight.WRONG
    assert "(failed)" in text


def test_pages_that_nobody_reports_on_are_found() -> None:
    ((weight, text),) = told(report({O.INJECTED: 100}))
    assert (weight, text) == (Weight.WRONG, "100 pages left with the tag, and not one page view was measured.")
    ((weight, text),) = told(report({O.INJECTED: 1000, O.CLEAR: 400}))
    assert (weight, text) == (Weight.LOOK, "60.0% of the pages with the tag were never measured.")


def test_a_few_pages_without_report_are_no_finding() -> None:
    assert told(report({O.INJECTED: 99})) == []


def test_a_cache_is_told_and_is_nothing_to_mend() -> None:
    ((weight, text),) = told(report({O.INJECTED: 10, O.CLEAR: 400}))
    assert weight is Weight.KNOW
    assert text.startswith("Pages are cached")


@pytest.mark.parametrize("ground", ["baits not believed now", "ad script not believed now"])
def test_a_test_that_was_set_aside_is_told(ground: str) -> None:
    ((weight, text),) = told(report(ALL, GROUND=[Count(ground, O.UNKNOWN, 12)]))
    assert weight is Weight.LOOK
    assert text.startswith("12 page views have no clear answer because of a test that was set aside.")


@pytest.mark.parametrize(
    ("metric", "text"),
    [*((each, "more than your pages explain") for each in SUSPECTS.values()), (O.TURNED_AWAY, "turned away")],
)
def test_reports_that_are_in_no_rate_are_told(metric: Metric, text: str) -> None:
    assert text in told(report({**ALL, metric: 3}))[0][1]


def test_a_store_that_takes_no_counts_comes_first() -> None:
    found = told(report(ALL, mode=Mode.OFF), Health("x", problem="disk full"))
    assert found[0] == (Weight.WRONG, "The store does not take counts: disk full.")
