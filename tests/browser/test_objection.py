"""Who pressed "Don't count my views" is asked for nothing but client.js, whatever happens to the browser in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import Newsroom, Readers
from tests.browser.driver import Driver
from tests.browser.internet import Internet
from tests.browser.profiles import PROFILES, TWO_RULES, Profile
from tests.browser.reader import Browser, Page, Reader, wait_until
from tests.browser.site import Site

ARTICLE = "/politics/budget"
ABOUT = "/_adnotice/about"
NAME = "adnotice-objection"
BROWSERS = ["chromium", "firefox", "webkit"]
KEEPS_NOTHING = {
    "firefox": Profile(browser="firefox", prefs={"network.cookie.cookieBehavior": 2}),
    "webkit": PROFILES["webkit-no-storage"],
}

SEEN = """
  const seen = (element) => element.checkVisibility ? element.checkVisibility() : element.getClientRects().length > 0;
  return [[...document.querySelectorAll("#objection [data-when]")].filter(seen).map((each) => each.dataset.when),
          [...document.querySelectorAll("#objection button")].filter(seen).map((each) => each.value)];
"""


def press(page: Page, wish: str) -> tuple[list[str], list[str]]:
    """Presses a button of the public page; what it says then, and which buttons it has."""
    page.goto(ABOUT)
    spot = page.run(
        """const button = document.querySelector(`#objection button[value=${args[0]}]`);
           button.scrollIntoView({block: "center"});
           const box = button.getBoundingClientRect();
           return [box.x + box.width / 2, box.y + box.height / 2];""",
        wish,
    )
    page.call("click", x=spot[0], y=spot[1])
    query = {"object": "?objected", "withdraw": "?counted"}[wish]
    wait_until(lambda: page.call("url").endswith(ABOUT + query), f"at {query}")
    return look(page)


def look(page: Page) -> tuple[list[str], list[str]]:
    """The sentences and the buttons that are seen in the page's part on objecting."""
    wait_until(lambda: page.run("return document.readyState === 'complete'"), "the page is complete")
    said, buttons = page.run(SEEN)
    return said, buttons


def asked_in(page: Page, loads: int) -> list[str]:
    """What so many loads of a page ask us for besides client.js."""
    before = len(page.own_requests())
    for _ in range(loads):
        page.goto(ARTICLE)
    page.run("await new Promise((done) => setTimeout(done, 500))")
    return [hit.path for hit in page.own_requests()[before:] if not hit.path.endswith("/client.js")]


@pytest.mark.parametrize("profile", BROWSERS)
def test_one_press_ends_all_requests_and_another_brings_them_back(profile: str, site: Site, reader: Readers) -> None:
    page = reader(profile, site).open(ARTICLE)  # client.js is in the cache before the press
    assert page.verdict()["verdict"] == "clear"
    assert press(page, "object") == (["both"], ["withdraw"])
    assert page.run(f"return localStorage.getItem('{NAME}')") == "1"
    assert asked_in(page, 5) == []
    assert page.verdict() == {"verdict": "unknown", "kind": None}
    assert page.problems() == []
    assert press(page, "withdraw") == (["counted"], ["object"])
    assert page.run("return localStorage.length") == 0
    page.goto(ARTICLE)
    assert page.verdict()["verdict"] == "clear"
    site.wait_for_counts(injected=7, clear=2, objected=1)


@pytest.mark.parametrize("loads", [10, pytest.param(100, marks=pytest.mark.endurance)])
@pytest.mark.parametrize("profile", ["chromium", "firefox"])
def test_it_outlives_the_browser(profile: str, loads: int, net: Internet, site: Site, tmp_path: Path) -> None:
    driver = Driver(tmp_path / "driver.log")
    try:
        for start in range(2):
            browser = Browser(driver, net.line(), PROFILES[profile], tmp_path / "profile")
            page = Reader(browser, PROFILES[profile], site, fresh=False).open(ARTICLE)
            if start == 0:
                assert page.verdict()["verdict"] == "clear"
                assert press(page, "object") == (["both"], ["withdraw"])
            assert asked_in(page, loads) == []
            assert page.verdict()["verdict"] == "unknown"
            browser.quit()
    finally:
        driver.close()
    site.wait_for_counts(injected=2 + 2 * loads, clear=1, objected=1)


@pytest.mark.parametrize("profile", ["chromium", "firefox-ublock", "webkit"])
def test_a_flag_that_the_browser_forgot_is_set_again_by_the_next_report(
    profile: str, site: Site, reader: Readers
) -> None:
    page = reader(profile, site).open(ABOUT)
    press(page, "object")
    page.run("localStorage.clear()")
    page.goto(ARTICLE)
    assert page.verdict() == {"verdict": "unknown", "kind": None}
    assert page.notice().stays_away()
    assert page.run(f"return localStorage.getItem('{NAME}')") == "1"
    assert asked_in(page, 3) == []
    site.wait_for_counts(injected=4, objected=1)


def test_a_cookie_that_was_deleted_leaves_the_flag_which_is_said(site: Site, reader: Readers) -> None:
    page = reader("firefox", site).open(ABOUT)
    press(page, "object")
    page.goto(ARTICLE)  # the public page's own policy lets nothing be fetched
    page.run(
        "await fetch(args[0], {method: 'POST', body: new URLSearchParams({objection: 'withdraw'})})",
        ABOUT + "/objection",
    )
    page.goto(ABOUT)
    assert look(page) == (["flag"], ["withdraw"])
    assert asked_in(page, 2) == []


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("profile", ["chromium-no-javascript", "firefox-no-javascript"])
def test_without_script_the_form_sets_the_cookie_and_says_no_more_than_that(
    profile: str, scheme: str, newsroom: Newsroom, reader: Readers
) -> None:
    somebody = reader(profile, newsroom(scheme=scheme))
    page = somebody.open(ABOUT)
    assert press(page, "object") == (["cookie"], ["withdraw"])
    assert [cookie["value"] for cookie in somebody.cookies() if cookie["name"] == NAME] == ["1"]
    assert press(page, "withdraw") == (["counted"], ["object"])
    assert somebody.cookies() == []


@pytest.mark.parametrize("browser", KEEPS_NOTHING)
def test_a_browser_that_keeps_nothing_is_told_so(browser: str, site: Site, reader: Readers) -> None:
    page = reader(KEEPS_NOTHING[browser], site).open(ABOUT)
    assert press(page, "object") == (["nothing"], ["object"])
    page.goto(ARTICLE)
    assert page.verdict()["verdict"] == "clear"
    assert page.problems() == []


def open_more(page: Page) -> None:
    """The notice, with what stands behind More."""
    page.notice().wait().click("More")
    page.notice().wait()


@pytest.mark.parametrize("profile", ["firefox-ublock", "chromium-adguard-rules", "webkit-two-rules"])
def test_it_can_be_pressed_in_the_notice(profile: str, site: Site, reader: Readers) -> None:
    page = reader(profile, site).open(ARTICLE)
    open_more(page)
    wait_until(lambda: site.counts().get("shown"), "what was shown before the press is counted", 30)
    page.notice().click("Don’t count my views")
    page.notice().wait_text("We don’t count your views any more")
    assert page.run(f"return [localStorage.getItem('{NAME}'), sessionStorage.length]") == ["1", 0]
    page.notice().click("Close")
    assert asked_in(page, 3) == []
    page.goto(ABOUT)
    assert look(page) == (["both"], ["withdraw"])
    site.wait_for_counts(injected=4, blocked_content=1, asked=1, shown=1, objected=1)


def test_the_notice_promises_nothing_to_a_browser_that_keeps_nothing(site: Site, reader: Readers) -> None:
    forgetful = Profile(
        browser="webkit", content_filter=TWO_RULES, flags=PROFILES["webkit-no-storage"].flags, blocks="content"
    )
    page = reader(forgetful, site).open(ARTICLE)
    open_more(page)
    page.notice().click("Don’t count my views")
    page.notice().wait_text("Your browser keeps nothing, so we can’t remember this.")
    assert "30" not in page.notice().text
