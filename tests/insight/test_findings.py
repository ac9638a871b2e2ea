"""What the health page finds, and that it finds nothing where all is well."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adnotice.count.model.tally import SUSPECTS, Count, Dimension, Metric
from adnotice.count.stores.protocol import Health
from adnotice.finding import Weight
from adnotice.insight.analysis.periods import choose_span
from adnotice.insight.analysis.summarize import summarize
from adnotice.insight.analysis.summary import ReportRows, Summary
from adnotice.insight.display import formats
from adnotice.insight.findings import LOOK_YOURSELF, find
from adnotice.texts import BY_NAME, REJECTIONS
from adnotice.vocabulary import Mode, Refusal, Rejection
from tests.insight.rows import ALL, NOW, TODAY, O, counts

WELL = Health("sqlite:///counts.db")


def report(
    numbers: dict[Metric, int], *, mode: Mode = Mode.ASK, cached: bool | None = None, **others: list[Count]
) -> Summary:
    rows = ReportRows(
        {Dimension.ALL: counts(numbers), **{Dimension[name]: rows for name, rows in others.items()}}, [], []
    )
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
    ((weight, text),) = told(report({O.INJECTED: 1000, O.CLEAR: 400}))
    assert (weight, text) == (Weight.LOOK, "60.0% of the pages with the tag were never measured.")


@pytest.mark.parametrize("pages", [3, 4, 99, 100, 1000])
def test_that_nothing_comes_back_is_said_from_the_third_page_on(pages: int) -> None:
    ((weight, text),) = told(report({O.INJECTED: pages}))
    assert (weight, text) == (Weight.WRONG, f"{formats.number(pages)} pages left with the tag, and nothing comes back.")
    assert told(report({O.INJECTED: 2})) == []
    assert told(report({O.INJECTED: 99, O.CLEAR: 1})) == []


@pytest.mark.parametrize(
    "back", [O.CLEAR, O.PARTLY, O.BLOCKED_HOSTS, O.UNKNOWN, O.BOT, O.SUSPECT_CLEAR, O.SUSPECT_HOSTS]
)
def test_whatever_comes_back_is_something(back: Metric) -> None:
    assert not any("nothing comes back" in text for _, text in told(report({O.INJECTED: 9, back: 1})))


@pytest.mark.parametrize("reason", list(Rejection))
def test_what_was_rejected_is_said_with_what_mends_it(reason: Rejection) -> None:
    rejected = [Count("name", O.REJECTED, 1), Count(reason.value, O.REJECTED, 3)]
    (finding,) = find(report({O.INJECTED: 3, O.REJECTED: 4}, REJECTION=rejected), WELL)
    assert finding.weight is Weight.WRONG
    text = REJECTIONS[reason]
    assert (f"3 were rejected ({reason})" in finding.found) is not text.harmless
    assert finding.do == (LOOK_YOURSELF if text.harmless else text.do)


def test_where_pages_are_not_ours_baits_take_their_part() -> None:
    ((weight, text),) = [
        each for each in told(report({}, cached=True, BAIT=[Count("first", O.SERVED, 3)])) if each[0] is not Weight.KNOW
    ]
    assert (weight, text) == (Weight.WRONG, "3 views asked for their first bait, and nothing comes back.")


def test_robots_are_named_where_nobody_else_came() -> None:
    ((weight, text),) = told(report({}, PROGRAM=[Count("headless browser", O.INJECTED, 10)]))
    assert weight is Weight.KNOW
    assert text.startswith("10 pages were asked for by robots; a headless browser is one")
    assert told(report(ALL, PROGRAM=[Count("robot", O.INJECTED, 10)])) == []


@pytest.mark.parametrize("n", [2, 3, 40, 60])
def test_rejected_requests_are_a_finding_where_they_are_many(n: int) -> None:
    found = told(report({**ALL, O.REJECTED: n}, REJECTION=[Count("forged-witness", O.REJECTED, n)]))
    assert bool(found) is (n > 0.05 * (850 + n))


def test_a_cache_is_told_and_is_nothing_to_mend() -> None:
    ((weight, text),) = told(report({O.INJECTED: 10, O.CLEAR: 400}, cached=True))
    assert weight is Weight.KNOW
    assert text.startswith("Your settings say that pages are cached")


def test_a_supposed_cache_is_told_with_the_line_to_set() -> None:
    (found,) = find(report({O.INJECTED: 10, O.CLEAR: 400}), WELL)
    assert found.weight is Weight.LOOK
    assert "ADNOTICE_PAGES_CACHED=true" in found.do
    assert "pages_cached=False" in found.do


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
