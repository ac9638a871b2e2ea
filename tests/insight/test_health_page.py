"""The health page by process, the baits' date, the settings with secrets hidden, and a page to look at the notice on."""

from __future__ import annotations

import html
import re
import time

import msgspec
import pytest

from adnotice.count.ingest.heartbeat import Beat, name_machine
from adnotice.detect.baits import SCRIPT
from adnotice.insight.dashboard import Dashboard
from adnotice.insight.display import formats
from adnotice.keys import Keys
from adnotice.notice.content import PREVIEW_STATES, SHAPES
from adnotice.settings import SECRETS, Settings
from adnotice.settings_list import HIDDEN, list_settings
from adnotice.vocabulary import Mode
from tests.conftest import SECRET
from tests.insight.conftest import CHEAP_HASH, Newsroom, log_in
from tests.insight.screen import Page

pytestmark = pytest.mark.anyio


def read_settings(**options: object) -> Settings:
    return Settings.of(secret_key=SECRET, dashboard_password_hash=CHEAP_HASH, metrics_token="metrics-" * 4, **options)


async def look(newsroom: Newsroom, address: str, dashboard: Dashboard | None = None) -> Page:
    async with newsroom.browser(dashboard=dashboard) as browser:
        await log_in(browser)
        return Page((await browser.get(address)).text)


async def test_each_process_is_told_with_what_fails_in_it(busy: Newsroom) -> None:
    now = busy.now = time.time()
    for name, beat in (
        ("well", Beat(now - 3, "elsewhere", "web-1", 71, Mode.ASK, said=True)),
        ("ill", Beat(now - 4, "elsewhere", "web-1", 72, Mode.MEASURE, problem="the disk is full")),
        ("gone", Beat(now - 90, "elsewhere", "web-2", 73, Mode.ASK, said=True)),
        ("ended", Beat(now - 3, name_machine(), "here", 2**22 + 1, Mode.ASK)),
    ):
        busy.store.notes.put(f"process:{name}", msgspec.json.encode(beat).decode())
    rows = {row[0]: row[1:] for row in (await look(busy, "dashboard/health")).table("Process")}
    assert set(rows) == {"71 on web-1", "72 on web-1", "73 on web-2"}
    assert rows["71 on web-1"][1:] == ["Ask (notice on)", "nothing"]
    assert rows["72 on web-1"][1:] == ["Measure only by its settings", "the disk is full"]
    assert rows["73 on web-2"][0].endswith("silent")


async def test_the_day_on_which_the_baits_were_tried_is_told(busy: Newsroom) -> None:
    page = await look(busy, "dashboard/health")
    assert f"On {formats.day(SCRIPT.verified.on)}: uBlock Origin" in page.text
    assert "No process has been heard of lately." in page.text


def test_every_setting_is_told_with_its_meaning_and_no_secret() -> None:
    settings = read_settings(
        mode="ask", mail_url="smtp://user:hunter22@mail.example", mail_from="a@b.c", mail_to=["d@e.f"]
    )
    told = {each.name: each for room in list_settings(settings) for each in room.settings}
    assert all(each.means for each in told.values())
    assert len(told) > 60
    shown = " ".join(each.value for each in told.values())
    for secret in (SECRET, CHEAP_HASH, "metrics-", "hunter22"):
        assert secret not in shown
    assert {name for name, each in told.items() if each.value == HIDDEN} == SECRETS
    assert (told["mode"].value, told["mode"].is_default) == ("ask", False)
    assert (told["prefix"].value, told["prefix"].is_default) == ("/_adnotice", True)
    assert (told["authorize"].value, told["authorize"].is_default) == ("nothing", True)
    assert told["mail_to"].value == "d@e.f"


async def test_the_settings_stand_on_a_page_of_their_own(busy: Newsroom) -> None:
    settings = read_settings(site_name="<b>bold</b>")
    dashboard = Dashboard(
        busy.settings,
        keys=Keys(SECRET),
        store=lambda: busy.store,
        site_name="",
        mode=lambda: busy.mode,
        settings_told=lambda: list_settings(settings),
    )
    page = await look(busy, "dashboard/settings", dashboard)
    rows = [row for table in page.tables for row in table[1:]]
    assert ["site_name", "<b>bold</b>"] in [row[:2] for row in rows]
    assert ["mode", "measure default"] in [row[:2] for row in rows]
    fields = [attributes.get("name") for tag, attributes in page.elements if tag in ("input", "textarea", "select")]
    assert fields == ["token"], "to log out alone: nothing is changed here"


async def test_the_notice_can_be_looked_at_on_a_page_of_ours(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        assert (await browser.get("dashboard/preview")).status_code == 303
        await log_in(browser)
        answer = await browser.get("dashboard/preview?lang=xx")
        nonce = re.search(r'<script async src="/_adnotice/client.js" nonce="([^"]+)">', answer.text)
        assert nonce
        assert f"script-src 'nonce-{nonce[1]}'" in answer.headers["content-security-policy"]
        assert '<html lang="en">' in answer.text
        looks = re.findall(r'href="/_adnotice/(dashboard/preview[^"#]+)#adnotice=preview"', answer.text)
        assert len(looks) == len(SHAPES) * len(PREVIEW_STATES)
        for look in looks:
            assert (await browser.get(html.unescape(look))).status_code == 200
        assert (await browser.get("dashboard/preview?lang=en&kind=hosts&device=ios&scheme=dark")).status_code == 200
        assert (await browser.get("dashboard/preview?form=card")).status_code == 400
        busy.mode = Mode.OFF
        assert "adnotice is switched off" in (await browser.get("dashboard/preview")).text
        assert "/dashboard/preview#adnotice=preview" in (await browser.get("dashboard/notice")).text
