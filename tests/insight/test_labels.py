"""Every word of the shared vocabulary has its sentence."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from adnotice.count.model.language import name_language
from adnotice.count.model.tally import OTHER, Metric
from adnotice.finding import Weight
from adnotice.insight.analysis.summarize import FUNNEL
from adnotice.insight.display import labels
from adnotice.texts import UNKNOWN
from adnotice.vocabulary import Mode, NoticeEvent, Program


@pytest.mark.parametrize(
    ("known", "told"),
    [(Mode, labels.MODES), (Program, labels.PROGRAMS)],
)
def test_each_value_has_a_sentence(known: Iterable[str], told: dict[str, object]) -> None:
    assert {str(value) for value in known} == {str(value) for value in told}


def test_each_step_of_the_funnel_and_each_choice_has_a_sentence() -> None:
    assert set(labels.STEPS) == {"blocked", "asked", *(step.value for step, _ in FUNNEL)}
    assert {event.value for event in NoticeEvent} - {NoticeEvent.SUPPORT_LINK} <= set(labels.STEPS)
    assert {event.value for event in NoticeEvent} <= {metric.value for metric in Metric}


def test_each_weight_of_a_finding_has_words_so_that_colour_is_not_alone() -> None:
    assert {weight.value for weight in Weight} == set(labels.WEIGHTS)


def test_what_a_later_version_may_tell_is_no_error() -> None:
    assert labels.refusal("new-reason") is labels.quiet("new-reason") is labels.ground("new ground") is UNKNOWN
    assert labels.row(OTHER) == "All others"
    assert labels.row("uk", "languages") == "Ukrainian"
    assert labels.row("xx", "languages") == "xx"
    assert labels.row(name_language("*"), "languages") == "Not known"
