"""The whole way in real browsers: a page goes out, a blocker is found or not, the reader is asked, the operator sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from adnotice.vocabulary import Mode
from tests.browser import internet
from tests.browser.conftest import Newsroom, Readers
from tests.browser.reader import Page, Reader, wait_until
from tests.browser.site import Site

PICTURES = Path(__file__).parents[2] / ".cache" / "pictures"
ARTICLE = "/politics/budget"
AD_TAG = '<script async src="https://ads.example-network.test/tag.js"></script>'
CLEAN = ["chromium", "firefox"]

CUT_OFF = {
    "offline after the page": internet.after_the_page,
    "offline after client.js": internet.failing(
        lambda hit: not hit.is_document and not hit.path.endswith("/client.js")
    ),
}


def blocked_page(somebody: Reader, path: str = ARTICLE) -> Page:
    """A page on which the notice is up."""
    page = somebody.open(path)
    assert page.verdict() == {"verdict": "blocked", "kind": "content"}
    page.notice().wait()
    return page


@pytest.mark.parametrize("profile", CLEAN)
class TestReaderWithoutBlocker:
    """Clean Chromium and clean Firefox."""

    def test_is_found_clear_and_asked_nothing(self, profile: str, site: Site, reader: Readers) -> None:
        page = reader(profile, site).open(ARTICLE)
        assert page.verdict() == {"verdict": "clear", "kind": None}
        assert page.notice().stays_away()
        assert page.problems() == []
        site.wait_for_counts(injected=1, clear=1)

    def test_costs_two_dynamic_requests_a_view(self, profile: str, site: Site, reader: Readers) -> None:
        page = reader(profile, site).open(ARTICLE)
        page.verdict()
        page.notice().stays_away()
        asked = [(hit.method, hit.path.removeprefix(site.prefix)) for hit in page.dynamic_requests()]
        assert [method for method, _ in asked] == ["GET", "POST"], asked
        assert asked[1][1] == "/outcome"

    def test_sends_nothing_to_anybody_else(self, profile: str, site: Site, reader: Readers) -> None:
        page = reader(profile, site).open(ARTICLE)
        page.verdict()
        page.notice().stays_away()
        assert page.foreign_requests() == []

    def test_keeps_the_ads_of_the_site_working(self, profile: str, newsroom: Newsroom, reader: Readers) -> None:
        page = reader(profile, newsroom(head=AD_TAG)).open(ARTICLE)
        assert page.verdict()["verdict"] == "clear"
        assert page.run("return document.querySelectorAll('[data-filled]').length") == 2

    def test_has_nothing_stored_in_the_browser(self, profile: str, site: Site, reader: Readers) -> None:
        somebody = reader(profile, site)
        page = somebody.open(ARTICLE)
        page.verdict()
        assert somebody.cookies() == []
        assert page.run(
            "return [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length]"
        ) == [
            0,
            0,
            0,
        ]

    def test_is_counted_once_for_each_of_several_views(self, profile: str, site: Site, reader: Readers) -> None:
        page = reader(profile, site).open("/")
        page.verdict()
        for path in (ARTICLE, "/sports/cup-final"):
            page.goto(path)
            page.verdict()
        page.reload()
        page.verdict()
        site.wait_for_counts(injected=4, clear=4)
        pages = {row["name"]: row["views"]["clear"] for row in site.figures()["pages"]}
        assert pages == {"/": 1, ARTICLE: 1, "/sports/cup-final": 2}


class TestReaderWithUblockOrigin:
    """Firefox with uBlock Origin and its default lists."""

    @pytest.fixture
    def somebody(self, site: Site, reader: Readers) -> Reader:
        """The reader."""
        return reader("firefox-ublock", site)

    def test_is_found_and_asked(self, somebody: Reader, site: Site) -> None:
        page = blocked_page(somebody)
        page.screenshot(PICTURES / "firefox-ublock.png")
        look = page.notice().look()
        assert look is not None
        assert "Show me how" in look["text"]
        assert look["box"]["height"] <= 100 or look["box"]["height"] * look["box"]["width"] <= 105_000
        assert look["box"]["y"] + look["box"]["height"] <= look["viewport"]["height"]
        assert page.foreign_requests() == []
        site.wait_for_counts(injected=1, blocked_content=1, asked=1, shown=1)
        seen = {row["name"]: row["views"]["content"] for row in site.figures()["grounds"]}
        assert seen == {"script and image baits stopped": 1}

    def test_is_left_alone_after_not_now(self, somebody: Reader, site: Site) -> None:
        page = blocked_page(somebody)
        page.notice().click("Not now")
        page.notice().wait_gone()
        for _ in range(2):
            page.reload()
            assert page.verdict()["verdict"] == "blocked"
            assert page.notice().stays_away()
        page.goto("/sports/cup-final")
        page.verdict()
        assert page.notice().stays_away()
        (cookie,) = somebody.cookies()
        assert cookie["name"] == "adnotice"
        assert cookie["path"].rstrip("/") == site.prefix
        assert all("cookie" not in hit.headers for hit in page.requests() if hit.is_document)
        site.wait_for_counts(injected=4, blocked_content=4, asked=1, shown=1, later=1)

    @pytest.mark.parametrize(
        ("button", "metric"), [("Don’t ask again", "never"), ("I already support you", "supports")]
    )
    def test_is_not_asked_again_after(self, button: str, metric: str, somebody: Reader, site: Site) -> None:
        page = blocked_page(somebody)
        page.notice().click("More")
        page.notice().click(button)
        if metric == "supports":
            page.notice().wait_text("thank")
            page.notice().click("Close")
        page.notice().wait_gone()
        page.reload()
        assert page.verdict()["verdict"] == "blocked"
        assert page.notice().stays_away()
        site.wait_for_counts(**{"injected": 2, "blocked_content": 2, "asked": 1, "shown": 1, metric: 1})
        assert {row["name"] for row in site.figures()["quiet"] if row["share"]["n"]} == {metric}

    def test_is_told_that_ads_are_still_blocked(self, somebody: Reader, site: Site) -> None:
        notice = blocked_page(somebody).notice()
        notice.click("Show me how")
        notice.wait_text("uBlock Origin")
        notice.click("Check again")
        notice.wait_text("still blocked")
        site.wait_for_counts(injected=1, blocked_content=1, asked=1, shown=1, howto=1, rechecked=1)

    def test_is_thanked_when_ads_are_allowed_without_a_reload(self, somebody: Reader, site: Site) -> None:
        page = blocked_page(somebody)
        page.notice().click("Show me how")
        somebody.set_ublock(site.host, on=False)
        page.notice().click("Check again")
        page.notice().wait_text("thank you")
        expected = {"injected": 1, "blocked_content": 1, "asked": 1, "shown": 1, "howto": 1, "rechecked": 1}
        site.wait_for_counts(**expected, allowed=1)
        page.reload()
        assert page.verdict()["verdict"] == "clear"
        assert page.notice().stays_away()
        site.wait_for_counts(**{**expected, "injected": 2}, allowed=1, clear=1)

    def test_is_thanked_when_ads_are_allowed_with_a_reload(self, somebody: Reader, site: Site) -> None:
        page = blocked_page(somebody)
        page.notice().click("Show me how")
        wait_until(lambda: site.counts().get("howto"), "the steps are counted")
        somebody.set_ublock(site.host, on=False)
        page.reload()
        assert page.verdict()["verdict"] == "clear"
        page.notice().wait_text("thank you")
        page.screenshot(PICTURES / "thanks.png")
        expected = {"blocked_content": 1, "asked": 1, "shown": 1, "howto": 1, "allowed": 1}
        site.wait_for_counts(**expected, injected=2, clear=1)
        page.goto("/sports/cup-final")
        assert page.verdict()["verdict"] == "clear"
        assert page.notice().stays_away()
        site.wait_for_counts(**expected, injected=3, clear=2)

    def test_keeps_reading_while_the_notice_is_up(self, somebody: Reader) -> None:
        page = blocked_page(somebody)
        assert page.run("return document.activeElement === document.body")
        page.call("scroll", y=400)
        wait_until(lambda: page.run("return scrollY > 0"), "the page scrolls")
        assert page.run("return getComputedStyle(document.querySelector('main')).filter") == "none"

    def test_is_not_asked_while_the_operator_only_measures(self, newsroom: Newsroom, reader: Readers) -> None:
        site = newsroom(mode="measure")
        page = reader("firefox-ublock", site).open(ARTICLE)
        assert page.verdict()["verdict"] == "blocked"
        assert page.notice().stays_away()
        site.wait_for_counts(injected=1, blocked_content=1)

    def test_is_asked_on_the_second_page_of_a_visit_by_default(self, newsroom: Newsroom, reader: Readers) -> None:
        site = newsroom(ask_on_first_page=False)
        page = reader("firefox-ublock", site).open("/")
        page.verdict()
        assert page.notice().stays_away()
        page.run("document.querySelector('nav a').click()")
        wait_until(lambda: page.run("return location.pathname !== '/' && document.readyState"), "the next page")
        page.notice().wait()


class TestMode:
    """What the operator switches while the site runs."""

    @pytest.mark.parametrize("profile", ["firefox-ublock"])
    def test_is_obeyed_without_a_restart(self, profile: str, site: Site, reader: Readers) -> None:
        page = blocked_page(reader(profile, site))
        site.set_mode(Mode.MEASURE)

        def quiet() -> bool:
            quiet_page = reader(profile, site).open(ARTICLE)
            return bool(quiet_page.verdict()["verdict"] == "blocked" and quiet_page.notice().stays_away(1))

        wait_until(quiet, "no notice in mode measure", 30)
        site.set_mode(Mode.OFF)
        wait_until(lambda: site.prefix not in site.ask(ARTICLE).text, "pages without the tag in mode off", 15)
        site.set_mode(Mode.ASK)
        wait_until(lambda: site.prefix in site.ask(ARTICLE).text, "pages with the tag in mode ask", 15)
        page.close()
        blocked_page(reader(profile, site))


@pytest.mark.parametrize("browser", CLEAN)
@pytest.mark.parametrize("cut", CUT_OFF)
def test_a_view_whose_network_goes_away_is_accused_of_nothing(
    browser: str, cut: str, site: Site, reader: Readers
) -> None:
    somebody = reader(browser, site)
    somebody.change_weather(CUT_OFF[cut])
    page = somebody.open(ARTICLE)
    expected = "no script" if cut == "offline after the page" else "unknown"
    assert page.verdict(45)["verdict"] == expected
    assert not page.notice().shown
    site.wait_for_counts(injected=1)


@pytest.mark.parametrize("profile", ["chromium-no-javascript", "firefox-no-javascript"])
def test_a_view_without_javascript_is_injected_and_not_measured(profile: str, site: Site, reader: Readers) -> None:
    page = reader(profile, site).open(ARTICLE)
    assert page.run("return document.querySelector('h1').textContent").startswith("Council")
    assert page.own_requests() == []
    site.wait_for_counts(injected=1)


@pytest.mark.parametrize("profile", ["firefox-gpc", "firefox-dnt"])
def test_a_view_under_gpc_or_dnt_is_declined_and_requests_no_bait(profile: str, site: Site, reader: Readers) -> None:
    page = reader(profile, site).open(ARTICLE)
    assert page.verdict() == {"verdict": "unknown", "kind": None}
    assert page.dynamic_requests() == []
    site.wait_for_counts(injected=1, declined=1)


def test_the_preview_shows_the_notice_labelled_without_a_blocker_and_counts_nothing(
    site: Site, reader: Readers
) -> None:
    page = reader("chromium", site).open(ARTICLE + "#adnotice=preview")
    page.notice().wait()
    assert "preview" in page.notice().text.lower()
    page.notice().click("Not now")
    page.notice().wait_gone()
    site.wait_for_counts(injected=1)


@pytest.mark.parametrize(("profile", "word"), [("chromium", "clear"), ("firefox-ublock", "blocked")])
def test_the_console_tells_why_on_request(profile: str, word: str, newsroom: Newsroom, reader: Readers) -> None:
    page = reader(profile, newsroom(expose_verdict=False)).open(ARTICLE + "#adnotice=why")
    wait_until(lambda: "adnotice" in page.console(), "a line in the console")
    assert page.run("return typeof window.adnotice") == "undefined"
    assert word in page.console()


def test_a_browser_that_says_it_is_a_robot_is_counted_as_one_and_not_asked(site: Site, reader: Readers) -> None:
    page = reader("chromium-bot", site).open(ARTICLE)
    page.verdict()
    assert page.notice().stays_away()
    site.wait_for_counts(bot=1)
