"""The mode as buttons: put in force for every process, by who may, with the audit log of who did it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adnotice.insight.audit_log import AuditAction, AuditLog, mode_changes
from adnotice.mode import NOTE, find_peace
from adnotice.vocabulary import Mode
from tests.insight.conftest import Newsroom, form_token, log_in
from tests.insight.screen import Page

pytestmark = pytest.mark.anyio


async def test_a_press_puts_another_mode_in_force_and_says_who_pressed(busy: Newsroom) -> None:
    busy.mode = Mode.MEASURE
    async with busy.browser() as browser:
        await log_in(browser)
        page = await browser.get("dashboard/notice")
        assert "Measure only" in Page(page.text).text
        assert "Nobody has changed anything" in page.text
        fields = {"token": form_token(page.text), "back": "notice?days=7"}
        done = await browser.post("dashboard/mode", data={**fields, "to": "ask"})
        assert (done.status_code, done.headers["location"]) == (303, "/_adnotice/dashboard/notice?days=7")
        assert busy.store.notes.get(NOTE) == "ask"
        page = await browser.get("dashboard/notice")
        pressed = [
            attributes.get("value")
            for tag, attributes in Page(page.text).elements
            if tag == "button" and attributes.get("aria-current") == "true"
        ]
        assert pressed == ["ask"]
        assert Page(page.text).table("At")[0][1:] == ["Mode: Ask (notice on), before: Measure only", "operator"]
        busy.now += 1
        await browser.post("dashboard/mode", data={**fields, "to": "default"})
    assert busy.store.notes.get(NOTE) is None
    assert [(each.before, each.to) for each in mode_changes(AuditLog(busy.store.notes).all())] == [
        ("measure", "ask"),
        ("ask", "measure"),
    ]


async def test_strangers_and_wrong_modes_change_nothing(busy: Newsroom) -> None:
    async with busy.browser() as stranger:
        login = await stranger.get("dashboard/login")
        answer = await stranger.post("dashboard/mode", data={"token": form_token(login.text), "to": "off"})
        assert answer.status_code == 403
        assert (await stranger.get("dashboard/notice")).headers["location"].startswith("/_adnotice/dashboard/login")
    async with busy.browser() as browser:
        await log_in(browser)
        token = form_token((await browser.get("dashboard/notice")).text)
        answer = await browser.post("dashboard/mode", data={"token": token, "to": "loud"})
        assert answer.status_code == 400
        assert "The mode must be off, measure, ask or default, got 'loud'" in Page(answer.text).text
        assert (await browser.post("dashboard/mode", data={"to": "off"})).status_code == 403
    assert busy.store.notes.get(NOTE) is None
    assert AuditLog(busy.store.notes).all() == []


async def test_everyone_is_left_in_peace_until_a_time_and_asked_again(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        await log_in(browser)
        page = await browser.get("dashboard/notice")
        fields = {"token": form_token(page.text), "back": "notice"}
        soon = datetime.fromtimestamp(busy.now + 7_200, UTC)
        for until, said in (("soon", "must be such as"), (f"{soon.replace(year=2020):%Y-%m-%dT%H:%M}", "is past")):
            answer = await browser.post("dashboard/peace", data={**fields, "until": until})
            assert answer.status_code == 400
            assert said in Page(answer.text).text
        assert (await browser.post("dashboard/peace", data={"until": "x"})).status_code == 403
        done = await browser.post("dashboard/peace", data={**fields, "until": f"{soon:%Y-%m-%dT%H:%M}"})
        assert done.headers["location"] == "/_adnotice/dashboard/notice"
        assert find_peace(busy.store.notes, busy.now) == soon.replace(second=0, microsecond=0).timestamp()
        await browser.post("dashboard/peace", data={**fields, "until": f"{soon:%Y-%m-%dT%H:%M}-01:00"})
        assert find_peace(busy.store.notes, busy.now) == soon.replace(second=0, microsecond=0).timestamp() + 3_600
        busy.now += 1
        page = await browser.get("dashboard/notice")
        assert "nobody is asked; page views are measured" in page.text
        busy.now += 1  # audit_events of one millisecond have no order
        for _ in range(2):
            await browser.post("dashboard/peace", data={**fields, "end": "yes"})
        assert find_peace(busy.store.notes, busy.now) is None
    assert [event.action for event in AuditLog(busy.store.notes).all()] == [
        AuditAction.PEACE,
        AuditAction.PEACE,
        AuditAction.PEACE_ENDED,
    ]
