"""A report as text: its chart marks what has too few page views, and its lines are no wider than a mail's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from adnotice.commands.reporting import tell
from adnotice.count.model.calendar import Starts
from adnotice.count.model.tally import Count, Dimension, Metric, Point
from adnotice.count.stores.protocol import Health
from adnotice.finding import Finding, Weight
from adnotice.insight.analysis.periods import choose_span
from adnotice.insight.analysis.summarize import summarize
from adnotice.insight.analysis.summary import Reading, ReportRows
from adnotice.insight.display.paragraphs import WIDTH, fold
from adnotice.insight.display.report import BAR, Letter, to_text, write_report
from adnotice.insight.watching import Watched
from adnotice.insight.wording import list_message_drafts, load_message_draft
from adnotice.language import Catalogue, speaking
from adnotice.vocabulary import Mode

TODAY = date(2026, 11, 29)
NOW = Starts(f"{TODAY}T15", str(TODAY), "2026-11-23", "2026-11-01")
LONG = Finding(
    weight=Weight.WRONG,
    found="Nothing has been counted since Saturday 28 November, 15:00, though 3,412 pages left with the tag and went out.",
    do="Read it with `adnotice wording --html de --dashboard`, then: `adnotice wording approve de --dashboard --by NAME`",
)


def letter(days: Mapping[int, tuple[int, int]]) -> Letter:
    """The report of a site that counted so many views, blocked and clear, so many days ago."""
    points = [
        Point((TODAY - timedelta(days=ago)).isoformat(), metric, n)
        for ago, numbers in days.items()
        for metric, n in zip((Metric.BLOCKED_CONTENT, Metric.CLEAR), numbers, strict=True)
    ]
    span = choose_span(TODAY, "UTC")
    totals = [Count("", point.metric, point.n) for point in points]
    summary = summarize(
        ReportRows({Dimension.ALL: totals}, points, [str(TODAY - timedelta(days=ago)) for ago in range(28, 0, -1)]),
        sites=["news"],
        site="news",
        label="",
        mode=Mode.MEASURE,
        span=span,
        cached=None,
        current=NOW,
    )
    return write_report(Reading(summary, Health(""), [LONG], ()), "The Daily")


def test_a_day_of_few_page_views_is_marked_and_has_no_bar() -> None:
    """Its rate may be far above those that the bars are measured by."""
    chart = letter({4: (30, 270), 3: (4, 1), 2: (60, 240)}).chart
    assert [(figure, round(length, 2)) for _, figure, length in chart] == [
        ("10.0%", 0.5),
        ("80.0% (few)", 0.0),
        ("20.0%", 1.0),
    ]
    lines = to_text(letter({4: (30, 270), 3: (4, 1), 2: (60, 240)})).splitlines()
    assert [line.count("#") for line in lines if "%  " in line or "(few)" in line] == [BAR // 2, 0, BAR]


def test_where_every_day_has_few_page_views_nothing_is_drawn() -> None:
    assert letter(dict.fromkeys(range(1, 29), (5, 15))).chart == []
    assert letter({2: (5, 15)}).chart == []
    assert "#" not in to_text(letter(dict.fromkeys(range(1, 29), (5, 15))))


@pytest.mark.parametrize("language", ["en", *list_message_drafts()])
def test_no_line_is_wider_than_a_mail_and_no_word_is_cut(language: str) -> None:
    words = load_message_draft(language).words if language != "en" else None
    with speaking(Catalogue(language, words.said, words.form_of) if words else Catalogue()):
        report = to_text(letter({4: (30, 270), 3: (4, 1), 2: (60, 240)}), "https://news.example/_adnotice/dashboard")
        told = tell(
            Watched("news", [LONG, LONG], "A step of 3.1 points in two days would be seen; smaller ones are lost.")
        )
    for text in (report, told):
        assert max(map(len, text.splitlines())) <= WIDTH
    assert LONG.do.replace(" ", "") in "".join(told.split())


def test_a_word_that_is_wider_than_the_lines_stays_whole() -> None:
    address = f"https://news.example/{'a-b' * 40}"
    assert fold(f"More: {address}") == ["More:", address]
