"""Report, sentences and findings in a language that brackets every message: no English stands outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adnotice.count.ingest.heartbeat import Beat, miss
from adnotice.count.model.calendar import Calendar
from adnotice.count.model.language import NOT_KNOWN
from adnotice.count.model.tally import OTHER, Count, Dimension, Grain, Metric, Point
from adnotice.count.stores.protocol import Health
from adnotice.detect.bait_age import judge_age
from adnotice.finding import Finding, Weight
from adnotice.insight import blind_spots
from adnotice.insight.analysis.alarm import Alarm
from adnotice.insight.analysis.change import Against, Change, Part, Trend
from adnotice.insight.analysis.intervals import Interval, Range, share
from adnotice.insight.analysis.periods import choose_span
from adnotice.insight.analysis.summarize import summarize
from adnotice.insight.analysis.summary import (
    NO_REFERRER,
    TABLES,
    Annotated,
    Bucket,
    Reading,
    ReportRows,
    Row,
    Stop,
    Summary,
)
from adnotice.insight.analysis.weighting import NO_VIEWS, add_views
from adnotice.insight.audit_log import AuditAction, AuditEvent
from adnotice.insight.blind_spots import Sight
from adnotice.insight.display import formats, labels, sentences
from adnotice.insight.display.report import to_text, write_report
from adnotice.insight.findings import find
from adnotice.insight.watching import tell_sight, tell_step
from adnotice.language import Catalogue, Problem, gettext, gettext_noop, speaking
from adnotice.notice.to_mend import LeftOpen, Outdated
from adnotice.notice.wording import load_live
from adnotice.texts import DOUBTS
from adnotice.vocabulary import Mode, Program, Refusal, Rejection
from tests.insight.conftest import Newsroom, log_in
from tests.insight.rows import ALL, NOW, TODAY, counts
from tests.support.pseudo_language import bracket, extract, pseudo_language, words_outside

NAMES = (
    "The Daily",
    "search.example",
    "/launch",
    "Become a member",
    "disk full",
    "web",
    "csp",
    "origin",
    "failed",
    "rate",
)


def read_some(
    counted: Mapping[Metric, int], *, mode: Mode = Mode.ASK, cached: bool | None = None, **others: list[Count]
) -> Summary:
    """A site's figures of four weeks."""
    rows = {Dimension.ALL: counts(dict(counted)), **{Dimension[name]: rows for name, rows in others.items()}}
    span = choose_span(TODAY, "UTC")
    starts = Calendar("UTC").starts(span.grain, span.period)
    points = [Point(day, metric, n // 14) for day in starts for metric, n in counted.items()]
    return summarize(
        ReportRows(rows, points, starts),
        sites=["news"],
        site="news",
        label="",
        mode=mode,
        span=span,
        cached=cached,
        current=NOW,
    )


def changes() -> Iterator[Change]:
    """Every kind of answer to whether the rate is changing."""
    first, last = date(2026, 10, 25), date(2026, 11, 21)
    blank = Change(Trend.TOO_EARLY, 4, first, last)
    yield blank
    yield msgspec.structs.replace(blank, weeks=1, against=Against.ONE_WEEK)
    yield msgspec.structs.replace(blank, answer_on=date(2027, 1, 31))
    yield msgspec.structs.replace(blank, silent=(first,))
    before = {"first_before": first - timedelta(weeks=52), "last_before": last - timedelta(weeks=52)}
    a_year = msgspec.structs.replace(blank, against=Against.YEAR, **before)
    yield from (a_year, msgspec.structs.replace(a_year, views=90, views_before=80))
    yield msgspec.structs.replace(a_year, answer_on=date(2027, 1, 31))
    days = tuple(last - timedelta(days=n) for n in range(7))
    for against, points, yardstick, answer in product(
        Against, (0.05, -0.05, 0.0001), (0.03, 0.0001), (Trend.USUAL, Trend.UNUSUAL)
    ):
        rates = {"rate": 0.2 + points, "rate_before": 0.2, "points": points, "yardstick": yardstick}
        if against is Against.YEAR:
            rates |= {**before, "views": 5_000, "views_before": 4_000}
        for left_out, silent in (((), ()), (days[:2], ()), (days, days[:1]), ((), days)):
            yield msgspec.structs.replace(
                blank, answer=answer, against=against, left_out=left_out, silent=silent, compared_from=first, **rates
            )
    for part in parts():
        yield msgspec.structs.replace(
            blank, answer=Trend.UNUSUAL, part=part, rate=0.25, rate_before=0.2, points=0.05, yardstick=0.01
        )


def parts() -> Iterator[Part]:
    """Rows that may be the largest part of a change."""
    named = [(table, NOT_KNOWN) for table in ("browsers", "devices", "systems", "languages")]
    named += [
        ("languages", "de"),
        ("pages", "/launch"),
        ("referrers", NO_REFERRER),
        ("referrers", "search.example"),
        ("devices", "phone"),
    ]
    for table, name in named:
        yield Part(table, name, 0.3, 0.2, 0.4, 0.3, 0.01)
    yield from (
        Part("pages", "/launch", 0.3, 0.0, 0.4, None, 0.01),
        Part("pages", "/launch", 0.3, 0.2, None, 0.3, 0.01),
    )


def summaries() -> Iterator[Summary]:
    """A site in many situations."""
    links = [Count("Become a member", Metric.SUPPORT_LINK, 4)]
    busy = read_some({**ALL, Metric.CLEAR_SINCE_ALLOWED: 7}, SUPPORT=links)
    yield msgspec.structs.replace(busy, change=next(changes()))
    yield from (msgspec.structs.replace(busy, change=found) for found in changes())
    yield read_some({})
    yield msgspec.structs.replace(read_some({}), sites=[])
    yield msgspec.structs.replace(busy, cache_suggested=True)
    yield msgspec.structs.replace(busy, range=Range(0.2, 0.2, 0))
    yield read_some({Metric.INJECTED: 3, Metric.UNKNOWN: 2})
    yield read_some({Metric.INJECTED: 30, Metric.CLEAR: 9, Metric.BLOCKED_CONTENT: 1})
    yield read_some(ALL, cached=True, mode=Mode.OFF)
    yield read_some({**ALL, Metric.SHOWN: 12})
    yield msgspec.structs.replace(busy, sampled=0.5)
    scant, *rest = read_some({metric: 20 * n for metric, n in ALL.items()}).series
    yield msgspec.structs.replace(
        busy, series=[msgspec.structs.replace(scant, blocking=share(1, 3)), *rest], change=next(changes())
    )
    yield read_some({**ALL, Metric.SHOWN: 0}, cached=None, mode=Mode.MEASURE)
    yield msgspec.structs.replace(read_some({Metric.INJECTED: 9, Metric.CLEAR: 5}), began="2026-11-22T09")
    judged = next(changes())
    yield msgspec.structs.replace(busy, stopped=Stop("2026-11-22T09", 400), change=judged)
    for first, last in ((TODAY, TODAY), (date(2026, 9, 30), TODAY), (date(2025, 12, 30), TODAY)):
        span = msgspec.structs.replace(busy.span, first=first, last=last)
        yield msgspec.structs.replace(
            busy, span=span, series=(), sampled=0.1, interval=Interval(0.0001, 0.3), range=None
        )


def tell_reports() -> Iterator[str]:
    """Reports of all of them, at the beginning of a month and later in it."""
    mends = [Finding(weight=Weight.WRONG, found="", do="")]
    for index, summary in enumerate(summaries()):
        today = TODAY if index == 0 else date(2026, 12, 1)
        now = msgspec.structs.replace(summary, span=msgspec.structs.replace(summary.span, today=today))
        letter = write_report(Reading(now, Health(""), mends, blind_spots.name_unseen(Sight())), "The Daily")
        yield from (letter.subject, to_text(letter), to_text(letter, "https://news.example"))
        for part in (*letter.said, *(line[:2] for line in letter.chart)):
            yield from part


def tell_sentences() -> Iterator[str]:
    """What the first screen says beside, and a row's page."""
    urgent = [Finding(weight=Weight.WRONG, found="", do="")]
    for summary in summaries():
        yield from (sentences.first_day(summary), sentences.stopped(summary), sentences.status(summary, "full", ())[1])
        for seen, mend in product(("", "2026-11-22T09", "2026-11-01T09"), ((), urgent)):
            yield sentences.status(msgspec.structs.replace(summary, last_view=seen), "", mend)[1]
    blank = Row("/launch", NO_VIEWS, share(0, 0))
    for row, table in product((blank, msgspec.structs.replace(blank, range=Range(0.1, 0.2, 1))), TABLES):
        yield sentences.row_not_known(row, table)
        yield from (sentences.row_counted(row, sampled=False), sentences.row_number(3, sampled=True))
        yield sentences.row_counted(msgspec.structs.replace(row, views=add_views(3, 0, 0, 0, 0)), sampled=True)
        yield sentences.row_not_known(msgspec.structs.replace(row, blocking=share(20, 200)), table, sampled=True)


def tell_labels() -> Iterator[str]:
    """Names and choices."""
    tables = (labels.MODE_NAMES, labels.PER_HUNDRED, labels.NOT_COMBINED, labels.AGAINST, labels.CHECKS)
    for table in tables:
        yield from map(gettext, table.values())
    for names in (*labels.STEPS.values(), *labels.BREAKDOWNS.values()):
        yield from map(gettext, names)
    yield from (labels.mode(mode) for mode in Mode)
    yield from (labels.preview(look) for look in labels.PREVIEWS)
    yield from (labels.weight(weight) for weight in Weight)
    yield from (labels.program(name) for name in (*Program, "of another version"))
    yield from (labels.row(name, "devices") for name in (*labels.DEVICES, OTHER, NOT_KNOWN, NO_REFERRER))
    yield labels.annotation(Annotated("2026-11-22", "", "", Mode.ASK, Mode.OFF))
    yield from (
        labels.audit_event(AuditEvent(0.0, "", act, "ask" if act is AuditAction.MODE else "web", "off"))
        for act in AuditAction
    )


def tell_formats() -> Iterator[str]:
    """Numbers and dates that have words beside them."""
    for rate in (0.0001, 0.3, 0.9999):
        yield from (formats.percent(rate), formats.whole(rate), formats.between(rate, rate))
    yield from (formats.point(share(n, of)) for n, of in ((0, 0), (1, 2), (100, 500)))
    yield from (formats.views(n) for n in (1, 2))
    yield from (formats.bucket("2026-11-16", grain) for grain in (Grain.DAY, Grain.WEEK, Grain.MONTH))
    yield formats.days(date(2025, 12, 31), TODAY)


def tell_findings() -> Iterator[str]:
    """What the health page and `adnotice watch` find."""
    health = Health("", problem="full", banner="full", processes=tuple(miss(beats(), 1_000.0)))
    for summary in troubled():
        yield from (text for each in find(summary, health, ()) for text in (each.found, each.do))
    step = Alarm(raised=True, day=TODAY, step=0.3, rate=0.2, visible_step=0.2)
    settings = [("responsible",), ("contact",), ("responsible", "contact")]
    waiting = load_live(("de", "tlh"), Path("nowhere"), {}).reasons
    left = [LeftOpen(unsaid, waiting, ("de",), (Outdated("de", 1, 2),)) for unsaid in settings]
    others = [*judge_age(date(2030, 1, 1)), *tell_step(step), *(each for open_ in left for each in open_.tell())]
    others += blind_spots.doubt([bucket(400), bucket(400), bucket(0)], TODAY)
    yield from (text for each in others for text in (each.found, each.do))
    yield from (tell_sight(step), tell_sight(msgspec.structs.replace(step, visible_step=None)))


def troubled() -> Iterator[Summary]:
    """Sites at which there is something to mend."""
    reasons = [Count(reason.value, Metric.REFUSED, 500) for reason in Refusal]
    doubts = [Count(ground.value, Metric.UNKNOWN, 40) for ground in DOUBTS]
    turned = [Count(each.value, Metric.REJECTED, 90) for each in Rejection]
    suspect = {**ALL, Metric.UNKNOWN: 500, Metric.SUSPECT_CLEAR: 5, Metric.TURNED_AWAY: 2, Metric.REFUSED: 900}
    silent = {Metric.INJECTED: 900}
    first = read_some(suspect, mode=Mode.OFF, cached=True, REFUSAL=reasons, GROUND=doubts, REJECTION=turned)
    yield first
    peace = datetime(2026, 11, 28, 15, tzinfo=UTC)
    yield msgspec.structs.replace(first, peace_until=peace, stopped=Stop("2026-11-22T09", 9))
    yield read_some({**suspect, Metric.INJECTED: 9_000}, QUIET=[Count("of another version", Metric.NOT_ASKED, 9)])
    yield read_some({**suspect, Metric.INJECTED: 10})
    yield read_some(silent, REJECTION=turned, PROGRAM=[Count("robot", Metric.INJECTED, 4)])
    yield read_some(silent, PROGRAM=[Count("robot", Metric.INJECTED, 1)])
    yield read_some({}, BAIT=[Count("", Metric.SERVED, 40)])


def beats() -> list[Beat]:
    """A process that is silent, and one that fails."""
    silent = Beat(900.0, "machine", "web", 12, Mode.ASK)
    return [silent, msgspec.structs.replace(silent, at=999.0, problem="full")]


def bucket(content: int) -> Bucket:
    """A day on which so many page views had a content blocker."""
    views = msgspec.structs.replace(NO_VIEWS, content=content, decided=1_000)
    return Bucket("2026-11-16", views, 0, 0, share(0, 0), so_far=False)


NAMES = (
    "The Daily",
    "search.example",
    "/launch",
    "Become a member",
    "full",
    "web",
    "nowhere",
    "tlh.toml",
    "tlh",
    "de",
    "German",
)
"""Names that are told as they are or are CLDR’s, and what the store says."""


@pytest.mark.parametrize("tell", [tell_reports, tell_sentences, tell_labels, tell_formats, tell_findings])
def test_no_english_stands_outside_of_messages(tell: Callable[[], Iterator[str]]) -> None:
    names = {*NAMES, *Refusal, *Rejection}
    with speaking(pseudo_language()):
        for text in dict.fromkeys(tell()):
            words = words_outside(" ".join(text.split()), names)
            assert not words, f"{words} in: {text}"


class Heard(dict[str, str | tuple[str, ...]]):
    """A catalogue's messages, and which of them were said."""

    def __init__(self, said: Mapping[str, str | tuple[str, ...]]) -> None:
        super().__init__(said)
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        """The message; its name is kept."""
        self.names.add(name)
        return super().get(name, default)


def test_what_is_told_here_is_all_that_these_modules_say() -> None:
    """A new message that none of the situations above brings up would not be looked at."""
    heard = Heard(pseudo_language().said or {})
    with speaking(Catalogue(said=heard)):
        for tell in (tell_reports, tell_sentences, tell_labels, tell_formats, tell_findings):
            list(tell())
    modules = ("sentences", "report", "labels", "formats", "findings", "watching", "blind_spots", "bait_age", "to_mend")
    unsaid = [
        f"{each.place} {each.forms[0]}"
        for each in extract()
        if Path(each.place.partition(":")[0]).name in {f"{name}.py" for name in modules}
        and each.name not in heard.names
    ]
    assert not [each for each in unsaid if "on a usual day before" not in each], "that one has a store in its own test"


@pytest.mark.anyio
async def test_a_refused_login_is_told_in_the_language_of_the_page_and_in_english_to_programs(
    newsroom: Newsroom,
) -> None:
    async with newsroom.browser(dashboard=newsroom.dashboard(spoken={"en": pseudo_language()})) as browser:
        refused = await log_in(browser, "a wrong guess")
    assert refused.headers["x-adnotice"] == "wrong password"
    assert bracket("wrong password") in refused.text


@pytest.mark.anyio
async def test_days_that_cannot_be_shown_are_told_in_the_language_of_the_page_and_in_english_to_programs(
    newsroom: Newsroom,
) -> None:
    async with newsroom.browser(dashboard=newsroom.dashboard(spoken={"en": pseudo_language()})) as browser:
        await log_in(browser)
        page = await browser.get("dashboard?first=soon")
        answer = await browser.get("api/v1/summary?first=soon")
    assert "first⟦ must be a date such as 2026-11-01, got ⟧&#39;soon&#39;" in page.text
    assert answer.text.strip() == "first must be a date such as 2026-11-01, got 'soon'"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("address", "status", "told"),
    [
        ("dashboard/pages?name=/none", 404, "⟦nothing was counted of ⟧&#39;/none&#39;⟦ in these days"),
        ("dashboard/pages?by=letter", 400, "⟦by must be section, of pages alone, got ⟧&#39;letter&#39;"),
        ("dashboard?frist=2026-11-01", 400, "⟦ is no key of this address. Did you mean ⟧first⟦? It knows: ⟧"),
    ],
)
async def test_so_is_what_can_not_be_shown_at_all(newsroom: Newsroom, address: str, status: int, told: str) -> None:
    async with newsroom.browser(dashboard=newsroom.dashboard(spoken={"en": pseudo_language()})) as browser:
        await log_in(browser)
        page = await browser.get(address)
    assert page.status_code == status
    assert told in page.text
    assert "⟦" not in page.headers.get("x-adnotice", "")


def test_a_problem_is_english_as_text() -> None:
    with speaking(pseudo_language()):
        problem = Problem(gettext_noop("the time is past. Give one that is still to come"))
        assert str(problem) == problem.message
        assert problem.said == bracket(problem.message)
