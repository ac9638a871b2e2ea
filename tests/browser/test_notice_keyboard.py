"""The notice takes no focus, hides none, traps none, and gives it back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Newsroom, Readers
from tests.browser.newspaper import Sheet
from tests.browser.notice import BOTH, LONG, PREVIEW, SHADOW, sheet, show_content
from tests.browser.reader import Page, wait_until
from tests.browser.site import Site

FOCUS = """
  let active = document.activeElement;
  const path = [];
  for (; active; active = active.shadowRoot ? active.shadowRoot.activeElement : null) path.push(active);
  const last = path[path.length - 1];
  return {within: path[0] && path[0].localName === "reader-notice", tag: last.localName,
          name: last.getAttribute("aria-label") || last.innerText || "", id: last.id};
"""

COVERED = """
  // how much of what has the focus lies under the notice, from 0 to 1; outside of the window counts too
  const host = document.querySelector("reader-notice");
  let focused = document.activeElement;
  if (focused !== host) while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  if (!focused || focused === document.body || focused === host) return 0;
  await new Promise(requestAnimationFrame); await new Promise(requestAnimationFrame);
  const box = focused.getBoundingClientRect(), own = host.getBoundingClientRect();
  const shown = getComputedStyle(host).visibility === "visible";
  const bottom = shown && box.right > own.left && box.left < own.right ? Math.min(own.top, innerHeight) : innerHeight;
  const seen = Math.max(0, Math.min(box.bottom, bottom) - Math.max(box.top, 0));
  return box.height > innerHeight / 2 ? (seen ? 0 : 1) : 1 - seen / box.height;
"""

MANY_LINKS = "<main><h1>News</h1>" + "".join(f"<p><a href='/{n}'>Article {n}</a></p>" for n in range(40)) + "</main>"
INSIDE = f"<div style='height:100vh;overflow:auto'>{MANY_LINKS}</div>"
SHADOW_ROOT = f"<news-app><template shadowrootmode='open'>{MANY_LINKS}</template></news-app>"


def focus(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.run(FOCUS)
    return found


def press(page: Page, key: str, *modifiers: str) -> None:
    page.call("press", key=key, modifiers=list(modifiers))


@BOTH
def test_it_takes_no_focus_and_its_live_region_is_there_before_it_speaks(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    watch = """
      window.told = [];
      new MutationObserver(() => {
        const host = document.querySelector("reader-notice");
        const status = host && host.shadowRoot && host.shadowRoot.querySelector("[role=status]");
        if (!status || window.watched) return;
        window.watched = true;
        window.told.push(status.textContent);
        new MutationObserver(() => window.told.push(status.textContent)).observe(status, {childList: true});
      }).observe(document, {childList: true, subtree: true});
    """
    site = newsroom(sheets={"/": sheet(LONG + "<input id='search' autofocus>")})
    page = reader(profile, site).open("/#adnotice=preview", before=watch)
    page.notice().wait()
    wait_until(lambda: len(page.run("return window.told")) > 1, "the announcement")
    assert page.run("return window.told") == [
        "",
        "Note from The Daily Example, last on this page: could you allow ads here? You can read on either way.",
    ]
    assert focus(page)["id"] == "search"


@BOTH
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (360, 640), (320, 256)])
@pytest.mark.parametrize("path", ["/window", "/inside", "/shadow"])
def test_nothing_that_has_the_focus_is_ever_hidden(
    profile: str, width: int, height: int, path: str, newsroom: Newsroom, reader: Readers
) -> None:
    sheets = {
        "/window": sheet(MANY_LINKS),
        "/inside": sheet(INSIDE, "body{margin:0}"),
        "/shadow": sheet(SHADOW_ROOT),
    }
    site = newsroom(sheets=sheets)
    page = reader(profile, site).tab()
    page.call("viewport", width=width, height=height)
    page.goto(path + "#adnotice=preview")
    wait_until(page.notice().look, "the notice in the page")
    page.run("await new Promise((done) => setTimeout(done, 700))")
    press(page, "Tab")
    page.notice().wait_panel()  # the first focus loads what looks after all of them
    wait_until(lambda: page.run(COVERED) < 0.05, "the first to be clear")
    for key in [[]] * 43 + [["Shift"]] * 44:
        press(page, "Tab", *key)
        assert page.run(COVERED) < 0.05, focus(page)


@BOTH
def test_where_a_page_scrolls_smoothly_the_focus_comes_to_rest_beside_a_notice_that_stands(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    """As Bootstrap's pages do: a scroll that has only begun leaves what has the focus where it was."""
    smooth = sheet(MANY_LINKS, "html { scroll-behavior: smooth; scroll-padding: 0 !important }")
    page = reader(profile, newsroom(sheets={"/": smooth})).tab()
    page.call("viewport", width=1280, height=800)
    page.goto("/#adnotice=preview")
    wait_until(page.notice().look, "the notice in the page")
    press(page, "Tab")
    page.notice().wait_panel()
    rest = "let at; do { at = scrollY; await new Promise((done) => setTimeout(done, 250)); } while (at !== scrollY);"
    for _ in range(24):
        press(page, "Tab")
        page.run(rest)
        assert page.run(COVERED) < 0.05, focus(page)
        assert page.run("return document.querySelector('reader-notice').hasAttribute('aside')") is False


@BOTH
def test_tab_walks_in_reading_order_and_out_again(profile: str, site: Site, reader: Readers) -> None:
    page = reader(profile, site).open(PREVIEW)
    page.notice().wait()
    page.run("[...document.querySelectorAll('a')].pop().focus()")
    names = []
    for _ in range(3):
        press(page, "Tab")
        names.append(focus(page)["name"] if focus(page)["within"] else None)
    assert names == ["Show me how", "Not now", "More"]
    press(page, "Tab")
    assert not focus(page)["within"], "the focus is trapped"
    press(page, "Tab", "Shift")
    # Firefox starts backwards from where it left, Chromium from the end
    assert focus(page)["name"] in ("More", "Not now")


@BOTH
def test_everything_works_by_keyboard(profile: str, site: Site, reader: Readers) -> None:
    page = reader(profile, site).open(PREVIEW)
    notice = page.notice().wait()
    page.run("document.querySelector('reader-notice').shadowRoot.querySelector('.filled').focus()")
    press(page, "Enter")
    notice.wait_text("uBlock Origin")
    assert focus(page)["name"] == "How to allow ads on this site", "what was opened is next in order"
    press(page, "Tab")
    assert focus(page)["name"] == "Close"
    press(page, "Tab")
    assert focus(page)["name"] == "Privacy"
    press(page, "Tab")
    first = {"chromium": "uBlock Origin Lite", "firefox": "Adblock Plus"}[profile]
    assert focus(page) == {"within": True, "tag": "summary", "name": first, "id": ""}
    press(page, "Enter")
    notice.wait_text(f"Press the {first} icon.")
    page.run("document.querySelector('reader-notice').shadowRoot.querySelector('.tools button').focus()")
    press(page, " ")
    notice.wait_text("Ads are still blocked here.")
    assert focus(page)["name"] == "Check again"


@BOTH
def test_inside_it_nothing_that_has_the_focus_is_hidden(profile: str, site: Site, reader: Readers) -> None:
    page = reader(profile, site).tab()
    page.call("viewport", width=360, height=640)
    page.goto(PREVIEW)
    notice = page.notice().wait()
    notice.click("Show me how")
    notice.click("Check again")
    notice.wait_text("Ads are still blocked here.")
    page.run("document.querySelector('reader-notice').shadowRoot.querySelector('summary').focus()")
    seen = """const root = document.querySelector("reader-notice").shadowRoot;
      const box = root.activeElement.getBoundingClientRect();
      return root.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2) === root.activeElement"""
    for _ in range(8):
        assert page.run(seen), focus(page)
        press(page, "Tab")
    assert focus(page)["name"] in ("Check again", "Reload the page")


@BOTH
def test_escape_means_not_now_only_with_the_focus_inside(profile: str, site: Site, reader: Readers) -> None:
    page = reader(profile, site).open(PREVIEW)
    notice = page.notice().wait()
    page.run("[...document.querySelectorAll('a')].pop().focus()")
    press(page, "Escape")
    assert notice.shown
    press(page, "Tab")
    press(page, "Escape")
    notice.wait_gone()


@BOTH
@pytest.mark.parametrize("opener", [".filled", ".opener"])
def test_escape_closes_what_is_open_before_it_means_not_now(
    profile: str, opener: str, site: Site, reader: Readers
) -> None:
    page = reader(profile, site).open(PREVIEW)
    notice = page.notice().wait()
    page.run(f"document.querySelector('reader-notice').shadowRoot.querySelector('{opener}').focus()")
    press(page, "Enter")
    wait_until(lambda: ("uBlock Origin" in notice.text) != ("What we count" in notice.text), "what was opened")
    press(page, "Escape")
    assert notice.shown
    assert "uBlock Origin" not in notice.text
    assert "What we count" not in notice.text
    assert focus(page)["name"] == {".filled": "Show me how", ".opener": "More"}[opener], "the focus is where it was"
    press(page, "Escape")
    notice.wait_gone()


@BOTH
def test_its_last_word_is_for_those_who_cannot_see_that_it_is_gone(profile: str, site: Site, reader: Readers) -> None:
    page = reader(profile, site).open(PREVIEW)
    page.notice().wait().click("Not now")
    page.notice().wait_gone()
    said = "return document.querySelector('reader-notice').shadowRoot.querySelector('[role=status]').textContent"
    wait_until(lambda: page.run(said) == "Closed. We won’t ask for 30 days.", "the last word")
    place = "const box = document.querySelector('reader-notice').getBoundingClientRect(); return box.width * box.height"
    assert page.run(place) <= 4
    wait_until(lambda: page.run("return document.querySelector('reader-notice')") is None, "nothing is left of it")


@BOTH
def test_closing_gives_the_focus_back_where_it_was(profile: str, site: Site, reader: Readers) -> None:
    page = reader(profile, site).open(PREVIEW)
    page.notice().wait()
    page.run("const last = [...document.querySelectorAll('a')].pop(); last.id = 'came-from'; last.focus()")
    press(page, "Tab")
    press(page, "Tab")
    assert focus(page)["within"]
    press(page, "Escape")
    page.notice().wait_farewell()
    assert focus(page)["id"] == "came-from"


@BOTH
def test_closing_gives_the_focus_to_the_main_part_when_it_came_from_nowhere(
    profile: str, site: Site, reader: Readers
) -> None:
    page = reader(profile, site).open(PREVIEW)
    page.notice().wait()
    page.run("document.querySelector('reader-notice').shadowRoot.querySelector('.actions :last-child').focus()")
    before = page.run("return scrollY")
    press(page, "Enter")
    page.notice().wait_farewell()
    assert focus(page)["tag"] == "main"
    assert page.run("return scrollY") == before
    page.run("document.querySelector('a').focus()")
    assert page.run("return document.querySelector('main').hasAttribute('tabindex')") is False


@BOTH
def test_when_it_thanks_the_focus_stays_inside(profile: str, site: Site, reader: Readers) -> None:
    page = reader(profile, site).open(PREVIEW)
    notice = page.notice().wait()
    page.run("document.querySelector('reader-notice').shadowRoot.querySelector('.opener').focus()")
    press(page, "Enter")
    notice.wait_text("I already support you")
    press(page, "Tab")
    assert focus(page)["name"] == "I already support you", "what was opened is next in order"
    press(page, "Enter")
    notice.wait_text("you support us")
    assert focus(page) == {"within": True, "tag": "button", "name": "Close", "id": ""}
    press(page, "Enter")
    notice.wait_gone()


def test_a_mouse_that_closes_it_moves_no_focus(newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(sheets={"/": Sheet(sheet(LONG + "<input id='search'>").body)})
    page = reader("chromium", site).open("/#adnotice=preview")
    page.notice().wait()
    page.run("document.getElementById('search').focus({preventScroll: true})")
    page.notice().click("Not now")
    page.notice().wait_farewell()
    assert focus(page)["id"] == "search"


@BOTH
def test_who_can_only_support_is_asked_for_that_first(profile: str, site: Site, reader: Readers) -> None:
    page = reader(profile, site).open("/politics/budget")
    show_content(page, {"kind": "hosts", "blockers": [], "links": [{"label": "Support us", "address": "#support"}]})
    page.notice().wait()
    page.run("[...document.querySelectorAll('a')].pop().focus()")
    names = []
    for _ in range(3):
        press(page, "Tab")
        names.append(focus(page)["name"])
    assert names == ["Support us", "Not now", "More"]
    boxes = page.run(
        f"""{SHADOW} const link = root.querySelector("a.filled"), text = document.createRange();
        text.selectNodeContents(link);
        return [link, text, link.nextElementSibling].map((each) => each.getBoundingClientRect().toJSON())"""
    )
    link, text, later = boxes
    assert abs(link["height"] - later["height"]) < 1
    assert abs((text["top"] + text["bottom"]) - (link["top"] + link["bottom"])) < 3, "its words stand in its middle"


@BOTH
def test_after_it_the_focus_goes_on_within_a_shadow_root(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    page = reader(profile, newsroom(sheets={"/": sheet(SHADOW_ROOT)})).open("/#adnotice=preview")
    page.notice().wait()
    inner = "const {shadowRoot: root} = document.querySelector('news-app');"
    page.run(f"{inner} [...root.querySelectorAll('a')].pop().focus()")
    press(page, "Tab")
    assert focus(page)["within"]
    press(page, "Escape")
    page.notice().wait_farewell()
    press(page, "Tab")
    assert page.run(f"{inner} return root.activeElement?.localName") == "a"
