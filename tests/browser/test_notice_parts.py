"""The notice comes in parts: each when it is needed, and one that can't be had harms nobody."""

from __future__ import annotations

import pytest

from adnotice.notice.endpoints import PARTS
from tests.browser.conftest import Newsroom, Readers
from tests.browser.internet import Cut, Fault, Hang, Hit, Late, Weather
from tests.browser.notice import BOTH, HOST, LONG, PREVIEW, SHADOW, sheet, show_content
from tests.browser.reader import Page, wait_until
from tests.browser.site import Site

ENGINES = pytest.mark.parametrize("profile", ["chromium-ghostery", "firefox-ublock", "webkit-two-rules"])
ARTICLE = "/politics/budget"
END = "<div data-adnotice-slot='end'></div><footer><h2>About us</h2></footer>"
LATER_SECONDS = 2.5


def losing(part: str, fault: Fault) -> Weather:
    """Requests for this part of the notice fail."""

    def lose(hit: Hit) -> Fault | None:
        return fault if hit.path.endswith(f"/{part}") else None

    return lose


def parts_of(page: Page) -> list[str]:
    """The parts that were asked for, in order."""
    names = [hit.path.rsplit("/", 1)[1] for hit in page.own_requests()]
    return [name for name in names if name in ("notice.js", *PARTS)]


def rest(page: Page, seconds: float = LATER_SECONDS) -> None:
    page.run("await new Promise((done) => setTimeout(done, args[0]))", seconds * 1000)


@ENGINES
def test_a_part_is_asked_for_when_it_is_needed_and_once(profile: str, site: Site, reader: Readers) -> None:
    page = reader(profile, site).open(ARTICLE)
    notice = page.notice().wait()
    rest(page)
    assert parts_of(page) == ["notice.js", "bar.js", "sight.js"]
    notice.click("Show me how")
    notice.wait_part(".steps")
    notice.click("Close")
    notice.click("More")
    notice.wait_part(".rest")
    assert parts_of(page) == ["notice.js", "bar.js", "sight.js", "panel.js"]


def test_of_the_places_for_it_a_page_gets_the_one_it_has(newsroom: Newsroom, reader: Readers) -> None:
    card = reader("chromium-ghostery", newsroom(notice_shape="card")).open(ARTICLE)
    card.notice().wait()
    wait_until(lambda: parts_of(card) == ["notice.js", "card.js", "sight.js"], "the card's parts")
    marked = reader("chromium-ghostery", newsroom(sheets={"/": sheet(LONG + END)})).open("/")
    wait_until(lambda: parts_of(marked) == ["notice.js", "marked.js", "sight.js"], "the mark's parts")


def test_a_reader_who_is_not_asked_gets_none(site: Site, reader: Readers) -> None:
    page = reader("chromium", site).open(ARTICLE)
    assert page.verdict()["verdict"] == "clear"
    rest(page)
    assert parts_of(page) == []


@ENGINES
@pytest.mark.parametrize("fault", [Cut(), Hang(8)], ids=["cut", "silent"])
def test_without_what_a_press_brings_not_now_ends_it(profile: str, fault: Fault, site: Site, reader: Readers) -> None:
    somebody = reader(profile, site)
    somebody.change_weather(losing("panel.js", fault))
    page = somebody.open(ARTICLE)
    notice = page.notice().wait()
    notice.click("Show me how")
    rest(page, 0.5)
    assert notice.shown
    notice.click("Not now")
    notice.wait_gone(1)
    site.wait_for_counts(injected=1, blocked_content=1, asked=1, shown=1, later=1)
    assert page.problems() == []


@ENGINES
def test_without_what_a_press_brings_escape_ends_it_and_the_support_link_leads_on(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(support_links={"Support us": "/support"})
    somebody = reader(profile, site)
    somebody.change_weather(losing("panel.js", Cut()))
    page = somebody.open(ARTICLE)
    page.notice().wait().click("Support us")
    wait_until(lambda: page.is_at("/support"), "the support page")
    page.goto(ARTICLE)
    page.notice().wait()
    page.run("document.querySelector('reader-notice').shadowRoot.querySelector('button').focus()")
    page.call("press", key="Escape", modifiers=[])
    page.notice().wait_gone(1)
    wait_until(lambda: page.run("return document.querySelector('reader-notice') === null"), "nothing of it is left")
    assert page.problems() == []


@ENGINES
def test_without_what_a_press_brings_an_ad_that_comes_late_wins_though_the_focus_is_inside(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    box = "<div id='mark' data-adnotice-slot='ad' style='width:300px;min-height:250px'></div>"
    somebody = reader(profile, newsroom(sheets={"/": sheet(box + LONG)}))
    somebody.change_weather(losing("panel.js", Cut()))
    page = somebody.open("/")
    page.notice().wait()
    page.run(f"{SHADOW} root.querySelector('button').focus()")
    page.run(
        """const ad = document.createElement("iframe");
        ad.style.cssText = "width:300px;height:250px;border:0;display:block";
        document.getElementById("mark").prepend(ad)"""
    )
    wait_until(lambda: page.run("return document.querySelector('reader-notice') === null"), "the ad has its box", 8)
    assert page.run("return document.getElementById('mark').getBoundingClientRect().height") == 250


@ENGINES
def test_a_press_asks_again_for_a_part_that_did_not_come(profile: str, site: Site, reader: Readers) -> None:
    somebody = reader(profile, site)
    somebody.change_weather(losing("panel.js", Cut()))
    page = somebody.open(ARTICLE)
    notice = page.notice().wait()
    notice.click("Show me how")
    rest(page, 0.5)
    somebody.change_weather(lambda _: None)
    notice.click("Show me how")
    notice.wait_part(".steps")


@ENGINES
def test_where_nobody_looks_whether_it_is_seen_an_answer_tells_that_it_was(
    profile: str, site: Site, reader: Readers
) -> None:
    somebody = reader(profile, site)
    somebody.change_weather(losing("sight.js", Cut()))
    page = somebody.open(ARTICLE)
    notice = page.notice().wait()
    rest(page)
    assert not site.counts().get("shown")
    notice.click("Not now")
    notice.wait_gone()
    site.wait_for_counts(injected=1, blocked_content=1, asked=1, shown=1, later=1)
    assert page.problems() == []


@ENGINES
def test_without_a_place_nothing_is_shown_and_the_page_is_left_as_it_was(
    profile: str, site: Site, reader: Readers
) -> None:
    somebody = reader(profile, site)
    somebody.change_weather(losing("bar.js", Cut()))
    page = somebody.open(ARTICLE)
    assert page.verdict()["verdict"] == "blocked"
    rest(page)
    state = "return [document.querySelector('reader-notice'), document.adoptedStyleSheets.length]"
    assert page.run(state) == [None, 0]
    assert page.problems() == []


@ENGINES
def test_two_answers_while_its_place_is_on_its_way_give_one_notice(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(mode="measure")
    somebody = reader(profile, site)
    somebody.change_weather(losing("bar.js", Late(1)))
    page = somebody.open(ARTICLE)
    show_content(page, {})
    show_content(page, {})
    page.notice().wait()
    rest(page)
    assert page.run(f"return document.querySelectorAll('{HOST}').length") == 1
    assert page.problems() == []


@BOTH
def test_thanks_are_said_where_nobody_looks_whether_it_is_seen(profile: str, site: Site, reader: Readers) -> None:
    somebody = reader(profile, site)
    somebody.change_weather(losing("sight.js", Cut()))
    page = somebody.open(PREVIEW)
    notice = page.notice().wait()
    said = f"{SHADOW} return root.querySelector('[role=status]').textContent"
    notice.click("Show me how")
    for answer in ("still blocked", "couldn’t check just now"):
        notice.click("Check again")
        notice.wait_text(answer)
    notice.click("Check again")
    notice.wait_text("Thank you")
    assert page.run(said).startswith("Thank you")


@ENGINES
def test_show_me_how_pressed_twice_while_the_steps_come_opens_them(profile: str, site: Site, reader: Readers) -> None:
    somebody = reader(profile, site)
    somebody.change_weather(losing("panel.js", Late(1.5)))
    page = somebody.open(ARTICLE)
    notice = page.notice().wait()
    notice.click("Show me how")
    notice.click("Show me how")
    notice.wait_part(".steps")
    rest(page, 0.3)
    notice.wait_part(".steps", 0)


@ENGINES
def test_who_closes_it_before_the_steps_came_has_not_opened_them(profile: str, site: Site, reader: Readers) -> None:
    somebody = reader(profile, site)
    somebody.change_weather(losing("panel.js", Late(1.5)))
    page = somebody.open(ARTICLE)
    notice = page.notice().wait()
    notice.click("Show me how")
    notice.click("Not now")
    notice.wait_farewell()
    site.wait_for_counts(injected=1, blocked_content=1, asked=1, shown=1, later=1)
    assert page.run("return sessionStorage.length") == 0, "no mark of a reader who was about to allow ads"
    assert page.problems() == []


@ENGINES
def test_where_the_last_word_does_not_come_nothing_is_left(profile: str, site: Site, reader: Readers) -> None:
    somebody = reader(profile, site)
    somebody.change_weather(losing("panel.js", Hang(20)))
    page = somebody.open(ARTICLE)
    page.notice().wait().click("Not now")
    wait_until(lambda: page.run(f"return !document.querySelector('{HOST}')"), "it has left the page", 9)


@ENGINES
def test_what_looks_whether_it_is_seen_is_asked_for_again(profile: str, site: Site, reader: Readers) -> None:
    somebody = reader(profile, site)
    somebody.change_weather(losing("sight.js", Cut()))
    page = somebody.open(ARTICLE)
    page.notice().wait()
    somebody.change_weather(lambda _: None)
    site.wait_for_counts(injected=1, blocked_content=1, asked=1, shown=1)


@BOTH
def test_thanks_that_may_not_be_said_leave_nothing(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(mode="measure", head='<meta name="adnotice" content="quiet">')
    page = reader(profile, site).open(ARTICLE)
    show_content(page, {"state": "thanks"})
    wait_until(lambda: "panel.js" in parts_of(page), "what thanks")
    rest(page, 1)
    state = f"return [document.querySelector('{HOST}'), document.adoptedStyleSheets.length]"
    assert page.run(state) == [None, 0]
