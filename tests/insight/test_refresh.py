"""A page that is open knows when its figures have changed, keeps no session alive, and stops when it is logged out."""

from __future__ import annotations

import re

import pytest

from adnotice.count.model.tally import Metric
from tests.insight.conftest import Newsroom, log_in
from tests.insight.screen import Page

pytestmark = pytest.mark.anyio

LOOK = {"x-adnotice-look": "1"}


def figures(html: str) -> str:
    """The word that stands in the page."""
    found = re.search(r'<main [^>]*data-figures="(\w+)"', html)
    assert found
    return found[1]


@pytest.mark.parametrize("address", ["dashboard", "dashboard/health", "dashboard/pages", "dashboard/notice"])
async def test_the_word_changes_with_the_figures_alone(busy: Newsroom, address: str) -> None:
    async with busy.browser() as browser:
        await log_in(browser)
        page = await browser.get(address)
        assert figures(page.text) == (await browser.get("dashboard/state", headers=LOOK)).json()["figures"]
        busy.now += 60
        state = await browser.get("dashboard/state", headers=LOOK)
        assert figures(page.text) == state.json()["figures"]
        assert state.headers["cache-control"] == "no-store"
        busy.count({Metric.CLEAR: 1})
        assert figures(page.text) != (await browser.get("dashboard/state", headers=LOOK)).json()["figures"]


async def test_a_wrong_range_and_strangers_are_refused(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        assert (await browser.get("dashboard/state")).status_code == 401
        await log_in(browser)
        assert (await browser.get("dashboard/state?days=x")).status_code == 400
        seven, whole = [(await browser.get(f"dashboard/state?days={days}")).json() for days in (7, 28)]
        assert seven != whole


async def test_a_page_that_looks_by_itself_keeps_no_session_alive(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        await log_in(browser)
        for _ in range(3):
            busy.now += 11 * 60
            answer = await browser.get("dashboard/state", headers=LOOK)
        assert answer.status_code == 401
    async with busy.browser() as browser:
        await log_in(browser)
        for _ in range(3):
            busy.now += 11 * 60
            answer = await browser.get("dashboard/state")
        assert answer.status_code == 200


async def test_the_first_day_says_since_when_and_which_steps_were_seen(newsroom: Newsroom) -> None:
    newsroom.now = (newsroom.now // 86_400 + 1) * 86_400 + 9.5 * 3_600  # sessions end by the real clock
    async with newsroom.browser() as browser:
        await log_in(browser)
        page = Page((await browser.get("dashboard")).text)
        assert "Nothing has been counted yet." in page.text
        assert page.text.count("not yet") == 4  # the mode is ask already
        newsroom.count({Metric.INJECTED: 20, Metric.CLEAR: 7, Metric.BLOCKED_CONTENT: 11, Metric.BOT: 3})
        newsroom.now += 29 * 60
        newsroom.count({Metric.INJECTED: 1})
        page = Page((await browser.get("dashboard")).text)
        assert "Counting since the hour of 09:00. 18 page views, 11 with ads blocked. Too few for a rate." in page.text
        assert page.text.count("not yet") == 0
        newsroom.now += 86_400
        await log_in(browser)
        page = Page((await browser.get("dashboard")).text)
        assert "11 of 18 page views so far are seen with ads blocked." in page.text
        assert "The first day" not in page.text


async def test_months_before_the_first_count_are_not_drawn(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        await log_in(browser)
        year = Page((await browser.get("dashboard?days=365")).text)
        assert len(year.table("Week")) == 1
        assert len(Page((await browser.get("dashboard?days=60")).text).table("Day")) == 60
