"""The status line says what is to mend now, whatever days are shown; the health page has it above what was found in these."""

from __future__ import annotations

import pytest

from adnotice.count.model.tally import Dimension, Key, Metric
from adnotice.vocabulary import Refusal
from tests.insight.conftest import SITE, TOKEN, Newsroom, log_in
from tests.insight.screen import Page

pytestmark = pytest.mark.anyio

BEARER = {"authorization": f"Bearer {TOKEN}"}
DAY = 86_400
MENDING = "Something is to mend"
VIEWS = {Metric.INJECTED: 1_100, Metric.CLEAR: 800, Metric.BLOCKED_CONTENT: 200}


@pytest.fixture
def counting(newsroom: Newsroom) -> Newsroom:
    """A newsroom that has counted alike for two months."""
    now = newsroom.now
    for ago in range(60, -1, -1):
        newsroom.now = now - ago * DAY
        newsroom.count(VIEWS)
    return newsroom


def fail(newsroom: Newsroom, ago: int) -> None:
    """Pages that left without the tag, so many days ago, because something of ours failed."""
    now, newsroom.now = newsroom.now, newsroom.now - ago * DAY
    key = Key(SITE, Dimension.REFUSAL, Refusal.FAILED.value, Metric.REFUSED)
    newsroom.count_all({key: 30, Key(SITE, Dimension.ALL, "", Metric.REFUSED): 30})
    newsroom.now = now


async def look(newsroom: Newsroom, address: str) -> Page:
    async with newsroom.browser() as browser:
        await log_in(browser)
        return Page((await browser.get(address)).text)


@pytest.mark.parametrize("days", ["", "?days=84", "?first=2026-01-01&last=2026-01-31"])
async def test_what_was_to_mend_long_ago_is_not_said_to_be_now(counting: Newsroom, days: str) -> None:
    fail(counting, 20)
    assert MENDING not in (await look(counting, f"dashboard{days}")).text


@pytest.mark.parametrize("ago", [0, 1])
@pytest.mark.parametrize("days", ["", "?days=84", "?first=2026-01-01&last=2026-01-31"])
async def test_what_is_to_mend_now_is_said_whatever_days_are_shown(counting: Newsroom, ago: int, days: str) -> None:
    fail(counting, ago)
    assert MENDING in (await look(counting, f"dashboard{days}")).text
    health = (await look(counting, f"dashboard/health{days}")).text
    assert "Something needs mending." in health
    assert health.index("Now, whatever days are shown") < health.index("30 pages left without the tag (failed).")


async def test_the_health_page_tells_what_was_found_in_its_days_from_what_is_found_now(counting: Newsroom) -> None:
    fail(counting, 20)
    page = await look(counting, "dashboard/health")
    assert "Something was to mend in these days." in page.text
    assert "What was found in these days" in page.text
    assert "Now, whatever days are shown" not in page.text


async def test_baits_that_arrive_everywhere_are_to_mend_until_they_do_no_more(counting: Newsroom) -> None:
    async with counting.browser() as browser:

        async def urgent(query: str) -> list[str]:
            found = (await browser.get(f"api/v1/summary?{query}", headers=BEARER)).json()["urgent"]
            assert {each["weight"] for each in found} <= {"wrong"}
            return [each["found"] for each in found if "suddenly arrive everywhere" in each["found"]]

        assert await urgent("days=1") == []
        counting.now += DAY
        counting.count({Metric.INJECTED: 1_100, Metric.CLEAR: 1_000})
        counting.now += DAY
        counting.count({Metric.INJECTED: 1_100, Metric.CLEAR: 1_000})
        for query in ("", "days=1", "first=2026-01-01&last=2026-01-31"):
            assert len(await urgent(query)) == 1


async def test_the_days_of_the_health_page_are_written_as_everywhere(counting: Newsroom) -> None:
    page = await look(counting, "dashboard/health?first=2026-02-03&last=2026-02-09")
    assert "3 to 9 February 2026" in page.text
