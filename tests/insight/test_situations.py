"""The nine situations of docs/dashboard.md: each sentence is said by the code, word for word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from adnotice.count.model.calendar import Starts
from adnotice.count.model.language import NOT_KNOWN
from adnotice.count.model.tally import Count, Dimension, Grain, Metric, Period
from adnotice.finding import Finding, Weight
from adnotice.insight.analysis.change import Against, Change, Part, Trend
from adnotice.insight.analysis.intervals import share
from adnotice.insight.analysis.periods import choose_span
from adnotice.insight.analysis.series import make_bucket
from adnotice.insight.analysis.summarize import summarize
from adnotice.insight.analysis.summary import NO_REFERRER, NOTHING, Bucket, ReportRows, Row, Stop, Summary
from adnotice.insight.display import charts, formats, sentences
from adnotice.vocabulary import Mode

DOCUMENT = (Path(__file__).parents[2] / "docs" / "dashboard.md").read_text(encoding="utf-8")
TODAY = date(2026, 11, 29)
NOW = Starts(f"{TODAY}T15", str(TODAY), "2026-11-23", "2026-11-01")
M = Metric


def told(number: int) -> list[str]:
    """The sentences that the document has under this number."""
    chapter = re.search(rf"^## {number}\. .*?(?=^## |\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert chapter
    return re.findall(r"^> (.+)$", chapter[0], re.MULTILINE)


def site(
    numbers: Mapping[Metric, int],
    *,
    cached: bool | None = None,
    shares: list[Count] | None = None,
    stopped: Stop | None = None,
    sites: tuple[str, ...] = ("news",),
) -> Summary:
    """The last four whole weeks of a site."""
    rows = {Dimension.ALL: [Count("", metric, n) for metric, n in numbers.items()], Dimension.SHARE: shares or []}
    return summarize(
        ReportRows(rows, [], []),
        sites=sites,
        site="news",
        label="",
        mode=Mode.ASK,
        span=choose_span(TODAY, "UTC"),
        cached=cached,
        current=NOW,
        stopped=stopped,
    )


def changed(answer: Trend, points: float, before: float, **more: object) -> Change:
    """A change of four weeks against four."""
    known = {"rate": before + points, "rate_before": before, "points": points, "yardstick": 0.009, **more}
    known.setdefault("compared_from", date(2026, 10, 4))
    weeks = known.pop("weeks", 4)
    return Change(answer, weeks, date(2026, 11, 1), date(2026, 11, 28), **known)  # type: ignore[arg-type]


NORMAL = {M.INJECTED: 61_600, M.CLEAR: 44_800, M.BLOCKED_CONTENT: 11_200}


def test_normal() -> None:
    summary = site(NORMAL)
    assert told(1) == [
        " ".join(sentences.headline(summary)),
        sentences.counted(summary),
        sentences.not_known(summary),
        sentences.for_the_board(summary),
    ]


@pytest.mark.parametrize(
    ("counted", "when"),
    [
        ((1, 28), "In the four weeks to 28 November 2026, "),
        ((24, 28), "From 24 to 28 November 2026, "),
        ((1, 20), "From 1 to 20 November 2026, "),
        ((9, 9), "On 9 November 2026, "),
    ],
)
def test_the_board_is_told_of_the_days_that_were_counted_alone(counted: tuple[int, int], when: str) -> None:
    summary = site(NORMAL)
    days = [f"2026-11-{day:02}" for day in range(1, 29)]
    series = [
        make_bucket(day, {**NOTHING, M.CLEAR: 1_000 * (counted[0] <= int(day[8:]) <= counted[1])}, so_far=False)
        for day in days
    ]
    assert sentences.for_the_board(msgspec.structs.replace(summary, series=series)).startswith(when)


def test_a_year_whose_first_months_are_empty_is_told_from_its_first_week_on() -> None:
    span = choose_span(TODAY, "UTC", days="365")
    young = make_bucket("2026-06-01", {**NOTHING, M.CLEAR: 9_000}, so_far=False)
    summary = msgspec.structs.replace(site(NORMAL), span=span, series=[young])
    assert sentences.for_the_board(summary).startswith("From 1 June to 29 November 2026, ")


@pytest.mark.parametrize("days", ["28", "365"])
def test_days_of_which_the_range_has_the_pages_are_days_that_were_counted(days: str) -> None:
    """Their pages are in the range of the same sentence, though nothing came back of them."""
    span = choose_span(TODAY, "UTC", days=days)
    starts = ["2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"]
    numbers = [{M.CLEAR: 9_000}, {M.CLEAR: 9_000}, {M.INJECTED: 9_000}, {}]
    series = [make_bucket(at, {**NOTHING, **each}, so_far=False) for at, each in zip(starts, numbers, strict=True)]
    summary = msgspec.structs.replace(site(NORMAL), span=span, series=series)
    assert sentences.for_the_board(summary).startswith("From 2 to 22 November 2026, ")


@pytest.mark.parametrize(
    ("days", "starts", "when"),
    [
        ("365", ("2026-06-01", "2026-06-08", "2026-06-15"), "From 1 to 14 June 2026, "),
        ("800", ("2026-06-01", "2026-07-01", "2026-08-01"), "From 1 June to 31 July 2026, "),
        ("3", ("2026-11-27T22", "2026-11-27T23", "2026-11-28T00"), "On 27 November 2026, "),
        ("3", ("2026-11-27T22", "2026-11-28T08", "2026-11-28T09"), "From 27 to 28 November 2026, "),
    ],
    ids=["weeks", "months", "hours of one day", "hours of two days"],
)
def test_no_days_after_the_last_count_are_told_of_whatever_a_bucket_is(
    days: str, starts: tuple[str, ...], when: str
) -> None:
    series = [
        make_bucket(at, {**NOTHING, M.CLEAR: 9_000 * (number < 2)}, so_far=False) for number, at in enumerate(starts)
    ]
    summary = msgspec.structs.replace(site(NORMAL), span=choose_span(TODAY, "UTC", days=days), series=series)
    assert sentences.for_the_board(summary).startswith(when)


def test_too_early() -> None:
    early = Change(Trend.TOO_EARLY, 4, date(2026, 11, 1), date(2026, 11, 28), answer_on=date(2027, 1, 31))
    few = Change(Trend.TOO_EARLY, 4, date(2026, 11, 1), date(2026, 11, 28))
    silent = msgspec.structs.replace(few, silent=tuple(date(2026, 11, 1) + timedelta(weeks=n) for n in range(4)))
    assert told(2) == [sentences.change(early), sentences.change(few), sentences.change(silent)]


SILENT = tuple(
    date(2026, 11, 1) - timedelta(weeks=ago) for ago in (19, 18, 16, 14, 12, 10, 8, 7, 6, 4)
)  # the last five stretches of these are named


def test_usual_movement() -> None:
    left_out = (date(2026, 6, 1), date(2026, 10, 4))
    assert told(3) == [
        sentences.change(changed(Trend.USUAL, 0.001, 0.204)),
        sentences.change(changed(Trend.USUAL, 0.001, 0.204, yardstick=0.046, left_out=left_out)),
        sentences.change(changed(Trend.USUAL, 0.0004, 0.204)),
        sentences.change(changed(Trend.USUAL, 0.001, 0.204, silent=(date(2026, 11, 8),))),
        sentences.change(changed(Trend.USUAL, 0.001, 0.204, silent=SILENT)),
    ]
    long_ago = changed(Trend.USUAL, 0.001, 0.204, left_out=left_out[:1])
    assert sentences.change(long_ago) == told(3)[0], "both of these stretches have usual days alone"


def test_no_two_figures_of_a_change_contradict_each_other() -> None:
    """A rate of 19.04 % after 19.05 % reads 19.0 after 19.1: they are not said to be the same."""
    nearly = changed(Trend.USUAL, -0.0001, 0.1905)
    assert sentences.change(nearly).startswith(
        "The last 4 whole weeks differ by less than 0.1 points from the 4 weeks before (19.1%)."
    )


def test_more_than_usual() -> None:
    rise = changed(Trend.UNUSUAL, 0.05, 0.2, season_known=True, left_out=(date(2026, 11, 14),))
    young = changed(Trend.UNUSUAL, 0.05, 0.2)
    first, season, firefox, launch, direct, german, days, *_ = told(4)
    moved = Part("browsers", "Firefox", 0.31, 0.24, 0.387, 0.379, 0.012)
    new = Part("pages", "/launch", 0.12, 0.0, 0.7, None, 0.06)
    came = Part("referrers", NO_REFERRER, 0.41, 0.2, 0.301, 0.298, 0.04)
    spoken = msgspec.structs.replace(moved, table="languages", name="de")
    assert [
        sentences.largest_part(changed(Trend.UNUSUAL, 0.05, 0.2, part=part))
        for part in (moved, new, came, spoken, None)
    ] == [firefox, launch, direct, german, ""]
    nameless = changed(Trend.UNUSUAL, 0.05, 0.2, part=msgspec.structs.replace(moved, table="systems", name=NOT_KNOWN))
    assert sentences.largest_part(nameless).startswith(
        "Its largest part: without a known system came 31.0% of page views"
    )
    gone = changed(Trend.UNUSUAL, -0.05, 0.2, part=Part("pages", "/launch", 0.0, 0.12, None, 0.7, -0.06))
    assert sentences.largest_part(gone).endswith(
        "brought 0% of page views, before 12.0%; then ads were blocked on 70.0% of them."
    )
    assert sentences.change(msgspec.structs.replace(rise, left_out=())) == first
    assert "(from 20.0% to 25.0%, without unusual days)" in sentences.change(rise)
    assert sentences.change(young) == f"{first} {season}"
    assert sentences.left_out(rise) == days
    assert sentences.left_out(young) == ""


def test_against_other_weeks() -> None:
    week = changed(Trend.USUAL, 0.002, 0.204, weeks=1, against=Against.ONE_WEEK)
    year = {"against": Against.YEAR, "first_before": date(2025, 11, 2), "last_before": date(2025, 11, 29)}
    described = changed(Trend.DESCRIBED, 0.012, 0.188, yardstick=None, views=56_000, views_before=40_000, **year)
    blank = Change(Trend.TOO_EARLY, 4, date(2026, 11, 1), date(2026, 11, 28), **year)  # type: ignore[arg-type]
    early = msgspec.structs.replace(blank, answer_on=date(2027, 3, 13))
    few = msgspec.structs.replace(blank, views=90, views_before=56_000)
    assert told(4)[7:] == [sentences.change(each) for each in (week, described, early, blank, few)]
    assert sentences.change(msgspec.structs.replace(week, points=0.0)).startswith(
        "The last whole week differs by less than 0.1 points from the week before (20.4%)."
    )
    assert sentences.change(Change(Trend.TOO_EARLY, 1, TODAY, TODAY, against=Against.ONE_WEEK)).endswith(
        "each week needs 50 with ads blocked and 50 with ads."
    )


def test_the_notice() -> None:
    assert told(5) == [
        sentences.notice(site({**NORMAL, M.SHOWN: shown, M.ALLOWED: allowed}))
        for shown, allowed in ((800, 40), (12, 1))
    ]


def test_reports_stopped() -> None:
    summary = site(NORMAL, stopped=Stop("2026-11-28T14", 3_412))
    assert told(6)[0] == sentences.stopped(summary)
    assert sentences.stopped(site(NORMAL)) == ""


def test_a_cache_in_front() -> None:
    more = {M.INJECTED: 10, M.CLEAR: 800, M.BLOCKED_CONTENT: 200}
    uncounted = {**NORMAL, M.INJECTED: 10}
    assert told(7) == [
        sentences.not_known(site(more, cached=True)),
        sentences.not_known(site(more)),
        sentences.for_the_board(site(uncounted)),
    ]


def test_a_share_is_measured() -> None:
    drawn = {M.CLEAR: 800, M.BLOCKED_CONTENT: 200}
    shares = [Count("0.5", metric, n) for metric, n in drawn.items()]
    summary = site({M.INJECTED: 2_000, **drawn}, shares=shares)
    drawn |= {M.SHOWN: 800, M.ALLOWED: 40}
    asked = site({M.INJECTED: 2_000, **drawn}, shares=[Count("0.5", metric, n) for metric, n in drawn.items()])
    assert told(8) == [
        sentences.counted(summary),
        sentences.not_known(summary),
        sentences.for_the_board(asked),
        sentences.notice(asked),
        sentences.not_known(site({M.INJECTED: 2_200, **drawn}, shares=shares)),
    ]


def test_the_first_day() -> None:
    summary = site({M.INJECTED: 20, M.CLEAR: 7, M.BLOCKED_CONTENT: 11})
    began = msgspec.structs.replace(summary, began="2026-11-29T09")
    since, first, few, _, nothing = told(9)
    assert sentences.headline(began) == ("", since)
    assert sentences.first_day(began) == first
    assert " ".join(sentences.headline(summary)) == few
    assert sentences.headline(site({}, sites=()))[1] == nothing
    assert sentences.for_the_board(summary) == ""


def test_where_no_page_view_is_without_an_answer_nothing_is_said_of_them() -> None:
    """Neither of a sample, whose range drawing makes wide, nor where all was counted; of rows neither."""
    for shares in ([], [Count("0.5", metric, n) for metric, n in ((M.CLEAR, 800), (M.BLOCKED_CONTENT, 200))]):
        summary = site({M.INJECTED: 1_000, M.CLEAR: 800, M.BLOCKED_CONTENT: 200}, shares=shares)
        assert sentences.not_known(summary) == "0 page views gave no clear answer or were not measured."
        row = Row("/", summary.estimated, summary.blocking, summary.range)
        for table in ("pages", "browsers"):
            assert "Had none" not in sentences.row_not_known(row, table, sampled=bool(shares))


@pytest.mark.parametrize("number", range(1, 10))
def test_every_situation_has_its_sentences(number: int) -> None:
    assert told(number)


BLIND = Finding(weight=Weight.WRONG, found="Baits arrive everywhere.", do="Update.")
KNOWN = Finding(weight=Weight.KNOW, found="Robots came.", do="Nothing.")


@pytest.mark.parametrize(
    ("last_view", "more", "problem", "found", "said"),
    [
        ("2026-11-29T10", {}, "", KNOWN, ("well", "Counting normally, last view 10:00\N{EN DASH}11:00")),
        ("2026-11-28T23", {}, "", KNOWN, ("well", "Counting normally, last view Saturday 28 November, 23:00\N{EN DASH}00:00")),
        ("2026-11-29T10", {}, "", BLIND, ("wrong", "Something is to mend; last view 10:00\N{EN DASH}11:00")),
        ("2026-11-29T10", {}, "disk full", BLIND, ("wrong", "The store takes no counts now")),
        ("2026-11-28T14", {"stopped": Stop("2026-11-28T14", 3_412)}, "", BLIND, ("wrong", "Not counting since Saturday 28 November, 15:00")),
        ("2026-11-29T10", {"mode": Mode.OFF}, "", KNOWN, ("wrong", "Switched off: nothing is counted")),
        ("2026-11-27T14", {}, "", KNOWN, ("quiet", "No view of late; last view Friday 27 November, 14:00\N{EN DASH}15:00")),
        ("", {}, "", KNOWN, ("quiet", "No view in the last 7 days")),
    ],
)  # fmt: skip
def test_whether_anything_is_wrong_is_said_in_one_line(
    last_view: str, more: dict[str, object], problem: str, found: Finding, said: tuple[str, str]
) -> None:
    summary = msgspec.structs.replace(site(NORMAL), last_view=last_view, **more)
    assert sentences.status(summary, problem, [found] if found.weight is Weight.WRONG else []) == said


def test_a_range_of_a_rate_is_told_of_no_handful_of_views() -> None:
    few = site({M.INJECTED: 24, M.CLEAR: 7, M.BLOCKED_CONTENT: 11})
    assert sentences.not_known(few) == "6 page views gave no clear answer or were not measured."


def test_what_two_days_have_in_common_is_said_once() -> None:
    assert formats.days(date(2026, 11, 1), date(2026, 11, 28)) == "1 to 28 November 2026"
    assert formats.days(date(2026, 10, 4), date(2026, 11, 28)) == "4 October to 28 November 2026"
    assert formats.days(date(2025, 11, 30), date(2026, 11, 29)) == "30 November 2025 to 29 November 2026"
    assert formats.days(TODAY, TODAY) == "29 November 2026"


@pytest.mark.parametrize(
    ("first", "last", "hollow"), [(26, 1, False), (27, 1, True), (26, 31, True), (28, 31, True), (1, 30, False)]
)
def test_a_dot_is_hollow_where_its_week_reaches_beyond_the_days_and_a_month_is_whole(
    first: int, last: int, hollow: bool
) -> None:
    bucket = Bucket("2026-10-26", site(NORMAL).views, 1_000, 0, share(200, 1_000), so_far=False)
    days = Period(date(2026, 10, first), date(2026, 10 if last == 31 else 11, last))
    assert charts.is_unsure(bucket, Grain.WEEK, days) is hollow
    assert not charts.is_unsure(bucket, Grain.MONTH, days)
    assert not charts.is_unsure(bucket, Grain.DAY, days)
