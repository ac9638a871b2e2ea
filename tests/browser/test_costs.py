"""What adnotice costs a reader: requests, bytes, time on the main thread, layout; and that it talks to nobody else."""

from __future__ import annotations

import time

import pytest

from tests.browser.conftest import Newsroom, Readers
from tests.browser.matrix import AD_TAG, PROBE
from tests.browser.site import Site
from tests.conftest import SECRET

ARTICLE = "/politics/budget"
MAX_DYNAMIC_BYTES = 1_500
WATCH_SECONDS = 60
NEW_SECRET = "Wq8Zt3Xn6Rb1Mv9Ks4Jd7Gh2Lf5Py0Ca"

VISITS = 3
OBSERVE = """
  window.shifts = 0;
  window.longTasks = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
  }).observe({type: "layout-shift", buffered: true});
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.longTasks.push([Math.round(entry.startTime), entry.duration]);
  }).observe({type: "longtask", buffered: true});
"""


@pytest.mark.parametrize("profile", ["chromium", "firefox"])
def test_a_clear_view_costs_two_small_requests_beside_the_cached_script(
    profile: str, site: Site, reader: Readers
) -> None:
    page = reader(profile, site).open("/")
    page.verdict()
    mark = len(page.own_requests())
    page.goto(ARTICLE)
    page.verdict()
    asked = page.own_requests()[mark:]
    assert [hit.method for hit in asked] == ["GET", "POST"], "client.js comes from the browser's cache"
    body = int(asked[1].headers["content-length"])
    assert sum(hit.sizes["answered"] for hit in asked) + body <= MAX_DYNAMIC_BYTES, [hit.sizes for hit in asked]


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_nothing_goes_to_anybody_else_in_a_minute_with_and_without_a_blocker(site: Site, reader: Readers) -> None:
    pages = [reader(profile, site).open(ARTICLE) for profile in ("chromium", "firefox", "firefox-ublock")]
    for page in pages:
        page.verdict()
    time.sleep(WATCH_SECONDS)
    assert [page.foreign_requests() for page in pages] == [[], [], []]


@pytest.mark.parametrize("profile", ["chromium", "firefox"])
def test_the_probe_adds_no_request_where_the_page_loads_its_ad_script_itself(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    page = reader(profile, newsroom(head=AD_TAG, **PROBE)).open(ARTICLE)
    assert page.verdict()["verdict"] == "clear"
    assert len(page.dynamic_requests()) == 2
    assert len([url for url in page.foreign_requests() if "adsbygoogle.js" in url]) == 1


def test_a_clear_view_shifts_nothing_and_blocks_no_main_thread_on_a_slow_machine(site: Site, reader: Readers) -> None:
    # A long task of ours would come with every visit; the page's own parsing and drawing falls behind our script now and then.
    visits = []
    for _ in range(VISITS):
        page = reader("chromium", site).tab()
        page.call("before", body=OBSERVE)
        page.call("throttle", cpu=4)
        page.goto(ARTICLE)
        page.verdict()
        time.sleep(1)
        began = page.run(
            "return performance.getEntriesByType('resource').find((e) => e.name.endsWith('/client.js')).startTime"
        )
        visits.append([task for task in page.run("return window.longTasks") if task[0] >= began])
        assert page.run("return window.shifts") == 0
    assert [] in visits, visits


@pytest.mark.parametrize("profile", ["chromium-ghostery"])
def test_the_notice_shifts_nothing(profile: str, site: Site, reader: Readers) -> None:
    page = reader(profile, site).open(ARTICLE, before=OBSERVE)
    page.notice().wait()
    page.notice().click("How to allow ads")
    time.sleep(1)
    page.notice().click("Not now")
    page.notice().wait_gone()
    time.sleep(0.5)
    assert page.run("return window.shifts") == 0


@pytest.mark.parametrize("profile", ["firefox-ublock"])
def test_a_page_cached_before_an_upgrade_and_a_new_key_keeps_working(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(headers={"cache-control": "public, max-age=3600"})
    somebody = reader(profile, site)
    page = somebody.open(ARTICLE)
    page.notice().wait()
    site.stop()
    site.plan.settings["secret_key"] = [SECRET, NEW_SECRET]
    site.start()
    page.notice().click("Not now")
    page.notice().wait_gone()
    site.wait_for_counts(injected=1, blocked_extension=1, asked=1, shown=1, later=1)
    page.goto("/")
    page.goto(ARTICLE)
    assert len([hit for hit in page.requests() if hit.path == ARTICLE]) == 1, "the page came from the cache"
    assert page.verdict()["verdict"] == "blocked"
    assert page.notice().stays_away()
