"""What is watched each day: silence, rises, a step; and that a quiet site is left in peace."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from adnotice.cli import main
from adnotice.commands.reporting import FOUND, tell
from adnotice.count.model.calendar import Starts
from adnotice.count.model.tally import Dimension, Grain, Key, Metric, Point
from adnotice.finding import Weight
from adnotice.insight.analysis.alarm import Alarm
from adnotice.insight.analysis.query import Reader
from adnotice.insight.analysis.series import make_series
from adnotice.insight.analysis.stopped import find_stop
from adnotice.insight.watching import Watched, look, quiet_down
from adnotice.vocabulary import Mode, Refusal
from tests.insight.conftest import SITE, Newsroom

TODAY = date(2026, 11, 29)


def hours(numbers: list[tuple[int, int]]) -> list[Point]:
    """Hours of the day with so many pages that left and so many measured views."""
    return [
        Point(f"{TODAY}T{hour:02}", metric, n)
        for hour, each in enumerate(numbers)
        for metric, n in zip((Metric.INJECTED, Metric.CLEAR), each, strict=True)
    ]


@pytest.mark.parametrize(
    ("numbers", "since"),
    [
        ([(100, 90), (100, 91), (60, 0), (70, 0)], "01"),
        ([(100, 90), (100, 91), (19, 0)], None),  # one reader could be all of it
        ([(100, 2), (100, 1), (60, 0), (70, 0)], None),  # hardly any report came before either
        ([(100, 90), (60, 0), (70, 1)], None),  # one came again
        ([(100, 0), (60, 0)], None),  # none has ever come: another finding says so
        ([], None),
    ],
)
def test_silence_is_a_stop_where_chance_does_not_explain_it(numbers: list[tuple[int, int]], since: str | None) -> None:
    now = Starts(f"{TODAY}T23", str(TODAY), str(TODAY), str(TODAY))
    starts = [f"{TODAY}T{hour:02}" for hour in range(24)]
    found = find_stop(make_series(hours(numbers), starts, Grain.HOUR, now))
    assert (found and found.since) == (since and f"{TODAY}T{since}")
    assert found is None or found.pages == sum(pages for pages, _ in numbers[2:])


def count_days(newsroom: Newsroom, days: Mapping[int, Mapping[Key, int]]) -> None:
    """Commits what was counted so many days ago."""
    now = newsroom.now
    for ago, deltas in days.items():
        newsroom.now = now - ago * 86_400
        newsroom.count_all(deltas)
    newsroom.now = now


def a_day(blocked: int = 2_000, refused: int = 0, reason: Refusal = Refusal.CSP) -> dict[Key, int]:
    """One day of a site of 11,000 pages."""
    numbers = {
        Metric.INJECTED: 11_000,
        Metric.CLEAR: 10_000 - blocked,
        Metric.BLOCKED_CONTENT: blocked,
        Metric.REFUSED: refused,
    }
    deltas = {Key(SITE, Dimension.ALL, "", metric): n for metric, n in numbers.items() if n}
    return {**deltas, Key(SITE, Dimension.REFUSAL, reason, Metric.REFUSED): refused} if refused else deltas


def watched(newsroom: Newsroom) -> Watched:
    reader = Reader(
        lambda: newsroom.store, mode=lambda: Mode.ASK, timezone="UTC", cached=None, clock=lambda: newsroom.now
    )
    return look(reader, newsroom.store, SITE)


def usual(day: int) -> int:
    """A rate that wobbles a little."""
    return 2_000 + day * 37 % 23


def test_a_quiet_site_is_left_in_peace_and_told_what_it_can_see(newsroom: Newsroom) -> None:
    count_days(newsroom, {day: a_day(usual(day), 100) for day in range(1, 120)})
    found = watched(newsroom)
    assert found.findings == []
    assert "A step of 0." in found.sight
    assert tell(found).startswith("Nothing needs your attention.\n")


def test_a_step_of_the_rate_is_told_for_a_day_and_then_is_silent(newsroom: Newsroom) -> None:
    count_days(newsroom, {day: a_day(usual(day) + (600 if day < 3 else 0)) for day in range(1, 120)})
    first, again = watched(newsroom), watched(newsroom)
    (finding,) = first.findings
    assert finding.weight is Weight.LOOK
    assert "The rate made a step of +6." in finding.found
    assert "it was 20.1% in the days before" in finding.found
    assert again == first
    newsroom.now += 86_400
    count_days(newsroom, {1: a_day(2_600)})
    assert watched(newsroom).findings == []


def test_after_an_alarm_there_are_28_silent_days() -> None:
    raised = Alarm(True, TODAY, 0.3, 0.1, 0.2)
    assert [quiet_down(raised, TODAY - timedelta(days=ago)).raised for ago in (0, 1, 28, 29)] == [
        True,
        False,
        False,
        True,
    ]
    assert quiet_down(raised, None) == raised


@pytest.mark.parametrize(
    ("before", "yesterday", "reason", "told"),
    [
        (0, 900, Refusal.CSP, True),
        (100, 900, Refusal.CSP, True),
        (400, 900, Refusal.CSP, False),  # more, and not three times as many
        (0, 300, Refusal.CSP, False),  # a share too small to matter
        (0, 3_000, Refusal.STATUS, False),  # as it should be, however many
    ],
)
def test_a_reason_that_comes_up_is_told(
    newsroom: Newsroom, before: int, yesterday: int, reason: Refusal, told: bool
) -> None:
    days = {day: a_day(usual(day), before, reason) for day in range(2, 17)}
    count_days(newsroom, {**days, 1: a_day(2_000, yesterday, reason)})
    found = [each for each in watched(newsroom).findings if "left without the tag" in each.found]
    assert len(found) == told
    assert all(reason in each.found and "on a usual day before" in each.found for each in found)


def test_reports_that_stopped_are_told_on_the_page_and_by_the_exit_status(
    newsroom: Newsroom, capsys: pytest.CaptureFixture[str]
) -> None:
    now = newsroom.now
    newsroom.now = now - 6 * 3600
    newsroom.count({Metric.INJECTED: 500, Metric.CLEAR: 400})
    store = ["--store", newsroom.store.health().url]
    assert main(["watch", *store]) == 0
    newsroom.now = now - 3600
    newsroom.count({Metric.INJECTED: 80})
    newsroom.now = now
    assert main(["watch", *store]) == FOUND
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= 72
    said = " ".join(said.split())
    assert "To mend: Nothing has been counted since " in said
    assert "though 80 pages left with the tag." in said


def test_a_store_that_gives_nothing_is_told(tmp_path: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch", "--store", "redis://127.0.0.1:1/0"]) == FOUND
    said = capsys.readouterr().out
    assert "To mend: the store gives nothing: " in said
    assert max(map(len, said.splitlines())) <= 72


def test_so_it_is_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch", "--json", "--store", "redis://127.0.0.1:1/0"]) == FOUND
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    assert found["found"].startswith("the store gives nothing: ")


def test_where_the_mail_can_not_be_sent_either_that_is_the_status(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("URL", "smtp://127.0.0.1:1"), ("FROM", "a@news.example"), ("TO", "b@news.example")):
        monkeypatch.setenv(f"ADNOTICE_MAIL_{name}", value)
    assert main(["watch", "--mail", "--store", "redis://127.0.0.1:1/0"]) == 1
