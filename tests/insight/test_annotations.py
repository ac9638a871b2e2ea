"""What people write beside the figures, and who changed the mode: kept, drawn, told, and forgotten after thirteen months."""

from __future__ import annotations

import csv
import io
import re
import time
from datetime import date, timedelta
from typing import Any

import pytest

from adnotice import cli
from adnotice.count.model.tally import Metric
from adnotice.insight.analysis.marks import bucket_of, find_bands
from adnotice.insight.analysis.summary import Band
from adnotice.insight.annotations import MAX_CHARACTERS, MAX_KEPT, Annotations, BadAnnotation
from adnotice.insight.audit_log import KEPT_SECONDS, AuditAction, AuditEvent, AuditLog, mode_changes
from adnotice.insight.mode_switch import switch_mode
from adnotice.vocabulary import Mode
from tests.insight.conftest import SITE, TOKEN, Newsroom, form_token, log_in
from tests.insight.screen import Page

pytestmark = pytest.mark.anyio

BEARER = {"authorization": f"Bearer {TOKEN}"}


def add(newsroom: Newsroom, day: str, text: str, *, at: float | None = None) -> str:
    """An annotation of somebody's; returns its id."""
    made = Annotations(newsroom.store.notes).add(
        SITE, day, text, by="operator", now=at or newsroom.now, today=newsroom.today
    )
    return made.id


async def summary_of(newsroom: Newsroom, query: str = "") -> Any:
    async with newsroom.browser() as browser:
        return (await browser.get(f"api/v1/summary?{query}", headers=BEARER)).json()


def test_they_are_kept_by_site_and_day_and_forgotten_when_removed(newsroom: Newsroom) -> None:
    kept = Annotations(newsroom.store.notes)
    yesterday = str(newsroom.today - timedelta(days=1))
    later, earlier = add(newsroom, "today", "  new\n wording "), add(newsroom, yesterday, "a launch")
    assert [(each.id, str(each.day), each.text) for each in kept.of(SITE)] == [
        (earlier, yesterday, "a launch"),
        (later, str(newsroom.today), "new wording"),
    ]
    assert kept.of("another.example.test") == []
    kept.remove(later, by="operator", now=newsroom.now)
    assert [each.id for each in kept.of(SITE)] == [earlier]
    with pytest.raises(BadAnnotation, match="there is no annotation"):
        kept.remove(later, by="operator", now=newsroom.now)


@pytest.mark.parametrize(
    ("day", "text", "said"),
    [
        ("soon", "x", "must be a date such as"),
        ("2019-01-01", "x", "must lie between"),
        (str(date.today() + timedelta(days=3)), "x", "must lie between"),  # noqa: DTZ011 - any day to come
        ("today", " \n ", "1 to 140 characters, got 0"),
        ("today", "x" * (MAX_CHARACTERS + 1), "got 141"),
        ("today", "gn\u202eidrow wen", "characters that can be seen"),
    ],
)
def test_what_can_not_be_kept_is_said_with_its_remedy(newsroom: Newsroom, day: str, text: str, said: str) -> None:
    with pytest.raises(BadAnnotation, match=said):
        add(newsroom, day, text)
    assert Annotations(newsroom.store.notes).all() == []


def test_no_more_are_kept_than_a_page_can_hold(newsroom: Newsroom) -> None:
    for _ in range(MAX_KEPT):
        newsroom.store.notes.put(f"annotation:{_}", "{}")
    with pytest.raises(BadAnnotation, match="remove some first"):
        add(newsroom, "today", "one more")


def test_they_and_the_trail_last_thirteen_months(newsroom: Newsroom) -> None:
    now = time.time()
    for at, text in ((now - KEPT_SECONDS + 60, "young"), (now - KEPT_SECONDS - 60, "old")):
        add(newsroom, "today", text, at=at)
    assert [each.text for each in Annotations(newsroom.store.notes).all()] == ["young"]
    assert [event.to for event in AuditLog(newsroom.store.notes).all()] == [str(newsroom.today)]


def test_who_did_what_is_kept_and_a_removed_text_is_not(newsroom: Newsroom) -> None:
    id_ = add(newsroom, "today", "oops, a name")
    newsroom.store.notes.put("trail:1", "{}")  # of another version
    Annotations(newsroom.store.notes).remove(id_, by="anna", now=newsroom.now + 1)
    switch_mode(
        newsroom.store.notes,
        Mode.MEASURE,
        setting=Mode.ASK,
        before=Mode.ASK,
        by="command line",
        now=newsroom.now + 2,
    )
    switch_mode(newsroom.store.notes, None, setting=Mode.MEASURE, before=Mode.MEASURE, by="x", now=newsroom.now + 3)
    audit_events = AuditLog(newsroom.store.notes).all()
    assert [(event.by, event.action) for event in audit_events] == [
        ("operator", AuditAction.ANNOTATED),
        ("anna", AuditAction.REMOVED),
        ("command line", AuditAction.MODE),
    ]
    assert audit_events[1].to == str(newsroom.today)
    assert [(event.before, event.to) for event in mode_changes(audit_events)] == [("ask", "measure")]
    assert newsroom.store.notes.get("mode") is None


def test_a_bucket_has_the_mode_at_its_end() -> None:
    changes = [
        ("2026-11-09T10:30", AuditEvent(0, "x", AuditAction.MODE, "ask", "measure")),
        ("2026-11-11T00:00", AuditEvent(0, "x", AuditAction.MODE, "off", "ask")),
    ]
    days = [f"2026-11-{day:02}" for day in range(8, 12)]
    assert find_bands(days, date(2026, 11, 11), changes) == [
        Band(Mode.MEASURE, "2026-11-08", "2026-11-08"),
        Band(Mode.ASK, "2026-11-09", "2026-11-10"),
        Band(Mode.OFF, "2026-11-11", "2026-11-11"),
    ]
    assert find_bands(days, date(2026, 11, 11), []) == []
    assert find_bands([], date(2026, 11, 11), changes) == []


@pytest.mark.parametrize(
    ("at", "starts", "index"),
    [
        ("2026-11-09", ["2026-11-08", "2026-11-09", "2026-11-10"], 1),
        ("2026-11-09T23:59", ["2026-11-08", "2026-11-09", "2026-11-10"], 1),
        ("2026-11-09", ["2026-11-02", "2026-11-09"], 1),
        ("2026-11-12", ["2026-11-02", "2026-11-09"], 1),
        ("2026-11-09", ["2026-11-09T00", "2026-11-09T01"], 0),
        ("2026-11-09T01:10", ["2026-11-09T00", "2026-11-09T01"], 1),
        ("2026-11-01", ["2026-11-08"], -1),
    ],
)
def test_a_mark_stands_in_the_bucket_that_holds_it(at: str, starts: list[str], index: int) -> None:
    assert bucket_of(at, starts) == index


async def test_chart_table_json_and_csv_have_them(busy: Newsroom) -> None:
    add(busy, "today", "new <wording>")
    switch_mode(
        busy.store.notes, Mode.ASK, setting=Mode.ASK, before=Mode.MEASURE, by="command line", now=busy.now - 86_400
    )
    async with busy.browser() as browser:
        await log_in(browser)
        html = (await browser.get("dashboard?days=7")).text
        text = (await browser.get("api/v1/annotations.csv?days=7")).content.decode("utf-8-sig")
    summary = await summary_of(busy, "days=7")
    marked = [(each["text"], each["mode"], each["by"]) for each in summary["annotations"]]
    assert marked == [("", "ask", "command line"), ("new <wording>", None, "operator")]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["text"], row["mode"], row["by"]) for row in rows] == [
        ("Ask (notice on), before: Measure only", "ask", "command line"),
        ("new <wording>", "", "operator"),
    ]
    table = Page(html).table("When")
    assert [row[1:3] for row in table] == [
        ["Ask (notice on), before: Measure only", "command line"],
        ["new <wording>", "operator"],
    ]
    assert html.count('class="mark"') == 4  # two, in the wide chart and the narrow one
    assert "new &lt;wording&gt;" in html
    assert "2 marked: they stand in a table of their own." in html
    assert [(each["mode"]) for each in summary["modes"]] == ["measure", "ask"]
    assert {"mode-measure", "mode-ask"} <= set(re.findall(r'class="(mode-\w+)"', html))
    assert "caption" in {tag for tag, _ in Page(html).elements}


async def test_other_days_and_other_sites_have_other_marks(busy: Newsroom) -> None:
    long_ago = str(busy.today - timedelta(days=40))
    add(busy, long_ago, "long ago")
    busy.count({Metric.CLEAR: 9}, site="another.example.test")
    assert (await summary_of(busy))["annotations"] == []
    assert [each["text"] for each in (await summary_of(busy, "days=60"))["annotations"]] == ["long ago"]
    assert (await summary_of(busy, "days=60&site=another.example.test"))["annotations"] == []


async def test_the_form_adds_and_removes_and_leads_back(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        await log_in(browser)
        page = await browser.get("dashboard?days=7")
        fields = {"token": form_token(page.text), "site": SITE, "day": str(busy.today), "text": "new wording"}
        done = await browser.post("dashboard/annotations", data={**fields, "back": f"?site={SITE}&days=7"})
        assert (done.status_code, done.headers["location"]) == (303, f"/_adnotice/dashboard?site={SITE}&days=7")
        away = await browser.post("dashboard/annotations", data={**fields, "back": "//evil.test"})
        assert away.headers["location"] == "/_adnotice/dashboard"
        first, second = (await summary_of(busy))["annotations"] or (await summary_of(busy, "days=7"))["annotations"]
        assert (first["text"], first["by"]) == ("new wording", "operator")
        page = await browser.get("dashboard?days=7")
        assert f'value="{second["id"]}"' in page.text
        for each in (first, second):
            await browser.post("dashboard/annotations", data={"token": form_token(page.text), "remove": each["id"]})
    assert (await summary_of(busy, "days=7"))["annotations"] == []


async def test_the_form_refuses_strangers_and_says_what_is_wrong(busy: Newsroom) -> None:
    wish = {"site": SITE, "day": "today", "text": "new wording"}
    async with busy.browser() as stranger:
        assert (await stranger.post("dashboard/annotations", data={**wish, "token": "0" * 128})).status_code == 403
        login = await stranger.get("dashboard/login")
        answer = await stranger.post("dashboard/annotations", data={**wish, "token": form_token(login.text)})
        assert answer.status_code == 403
    async with busy.browser() as browser:
        await log_in(browser)
        token = form_token((await browser.get("dashboard")).text)
        assert (await browser.post("dashboard/annotations", data={**wish, "token": "0" * 128})).status_code == 403
        for wrong, said in (({"site": "nobody"}, "There is no site"), ({"text": ""}, "1 to 140 characters")):
            answer = await browser.post("dashboard/annotations", data={**wish, "token": token, **wrong})
            assert answer.status_code == 400
            assert said in Page(answer.text).text
        assert (await browser.get("dashboard/annotations")).status_code == 405
    assert Annotations(busy.store.notes).all() == []


async def test_the_command_line_adds_lists_and_removes(
    busy: Newsroom, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = busy.store.health().url
    monkeypatch.setenv("ADNOTICE_MODE", "measure")
    assert cli.main(["annotate", "today", "new wording", "--store", url]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    id_, day, *_ = line.split()
    assert line.endswith("new wording  (command line)")
    assert date.fromisoformat(day) == busy.today
    assert cli.main(["annotate", "tomorrow", "x", "--store", url]) == 1
    assert "must be a date" in capsys.readouterr().err
    assert cli.main(["annotate", "--store", url, "--site", "nobody"]) == 2
    assert cli.main(["annotate", "--remove", id_, "--store", url]) == 0
    assert capsys.readouterr().out == ""
    assert cli.main(["mode", "ask", "--no-wait", "--store", url]) == 0
    (change,) = mode_changes(AuditLog(busy.store.notes).all())
    assert (change.by, change.before, change.to) == ("command line", "measure", "ask")
