"""The notice knows its place: small, after everybody else, and gone for good when told to."""

from __future__ import annotations

import pytest

from adnotice.insight.access.passwords import hash_password
from adnotice.notice.content import PREVIEW_STATES, SHAPES
from tests.browser.conftest import Newsroom, Readers
from tests.browser.desk import DASHBOARD, PASSWORD, log_in
from tests.browser.newspaper import Sheet
from tests.browser.notice import BOTH, LONG, PREVIEW, SHIFTS, SHORT, sheet, show_content
from tests.browser.reader import Page, wait_until
from tests.browser.site import Site

HOST = 'const host = document.querySelector("reader-notice"); const box = host.getBoundingClientRect();'


def box_of(page: Page) -> dict[str, float]:
    found: dict[str, float] = page.run(
        f"{HOST} return {{top: box.top, bottom: box.bottom, left: box.left, right: box.right, height: box.height,"
        " width: box.width, page: innerHeight, across: innerWidth}"
    )
    return found


def test_it_is_small_as_the_list_keepers_ask(site: Site, reader: Readers) -> None:
    page = reader("chromium-ghostery", site).open("/politics/budget")
    page.notice().wait()
    for width, height in [(1280, 800), (1920, 1080), (768, 1024), (360, 640), (390, 844)]:
        page.call("viewport", width=width, height=height)
        # It is arranged anew once the window has its size.
        wait_until(lambda height=height: is_small(box_of(page), height), f"a small notice, {width} px")  # type: ignore[misc]  # mypy infers no lambda with a default


def is_small(box: dict[str, float], height: int) -> bool:
    """Whether it lies at the bottom of a window of this height, and covers no more than list keepers allow."""
    covered = box["height"] * box["width"]
    return (
        box["bottom"] == box["page"] and (box["height"] <= 100 or covered <= 105_000) and box["height"] <= 0.3 * height
    )


@pytest.mark.parametrize(
    "profile",
    [
        "firefox-ublock",
        "firefox-ublock-annoyances",
        "chromium-ghostery",
        "chromium-ghostery-annoyances",
        "chromium-adguard-rules",
    ],
)
def test_no_list_hides_it_and_all_of_it_can_be_used(profile: str, site: Site, reader: Readers) -> None:
    page = reader(profile, site).open("/politics/budget")
    notice = page.notice().wait(20)
    notice.click("Show me how")
    notice.wait_text("uBlock Origin")
    notice.click("Close")
    notice.click("Not now")
    notice.wait_gone()
    expected = {"injected": 1, "blocked_content": 1, "asked": 1, "shown": 1, "howto": 1, "later": 1}
    site.wait_for_counts(**expected)


@pytest.mark.parametrize("path", ["/long", "/short", "/sticky-footer", "/flex", "/grid"])
def test_nothing_on_the_page_moves_when_it_comes(path: str, newsroom: Newsroom, reader: Readers) -> None:
    foot = "<footer><a href='/y'>Imprint</a></footer>"
    sheets = {
        "/long": sheet(LONG + foot),
        "/short": sheet(SHORT + foot),
        "/sticky-footer": sheet(
            SHORT + foot,
            "*{box-sizing:border-box}html,body{height:100%;margin:0}body{display:flex;flex-direction:column}main{flex:1}",
        ),
        "/flex": sheet(f"<nav>Left</nav>{LONG}<aside>Right</aside>", "body{display:flex;gap:2rem}"),
        "/grid": sheet(SHORT + foot, "body{display:grid;min-height:100vh;align-content:space-between;margin:0}"),
    }
    page = reader("chromium", newsroom(sheets=sheets)).open(path + "#adnotice=preview", before=SHIFTS)
    page.notice().wait()
    page.run("await new Promise((done) => setTimeout(done, 600))")
    assert page.run("return window.shifts") == []


@BOTH
def test_the_end_of_the_page_can_be_read(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(sheets={"/long": sheet(f"{LONG}<footer id='end'>The very end</footer>")})
    page = reader(profile, site).open("/long#adnotice=preview")
    page.notice().wait()
    seen = page.run(
        f"""{HOST} scrollTo(0, 1e6); await new Promise(requestAnimationFrame);
        return document.getElementById("end").getBoundingClientRect().bottom <= box.top"""
    )
    assert seen


@BOTH
def test_one_that_takes_the_place_of_another_keeps_no_room_for_both(profile: str, site: Site, reader: Readers) -> None:
    page = reader(profile, site).open("/politics/budget")
    room = "return [getComputedStyle(document.documentElement).scrollPaddingBlockEnd, document.documentElement.scrollHeight]"
    show_content(page, {})
    page.notice().wait()
    kept = page.run(room)
    show_content(page, {})
    page.notice().wait()
    page.run("await new Promise((done) => setTimeout(done, 1500))")
    assert page.run(room) == kept


@pytest.mark.parametrize("profile", ["chromium", "firefox", "webkit"])
@pytest.mark.parametrize("style", ["transform: translateZ(0)", "filter: grayscale(0)", "zoom: 1.5", "display: grid"])
def test_it_is_fixed_to_the_window_whatever_the_body_does_to_what_is_fixed_in_it(
    profile: str, style: str, newsroom: Newsroom, reader: Readers
) -> None:
    body = f"{LONG}<footer>The last line</footer>"
    page = reader(profile, newsroom(sheets={"/": sheet(body, f"body {{ {style} }}")})).open("/#adnotice=preview")
    page.notice().wait()
    page.run("scrollTo(0, document.documentElement.scrollHeight); await new Promise((done) => setTimeout(done, 1500))")
    box = box_of(page)
    assert abs(box["bottom"] - box["page"]) < 1
    assert box["height"] <= 100
    assert page.run("return document.querySelector('footer').getBoundingClientRect().bottom") <= box["top"] + 1
    page.notice().click("Not now")
    page.notice().wait_gone()


@BOTH
@pytest.mark.parametrize(
    ("style", "size", "parent"),
    [
        ("main { width: 3000px }", (1280, 800), "BODY"),
        ("", (1280, 300), "BODY"),
        ("body { display: contents }", (1280, 800), "BODY"),
        ("body { will-change: transform }", (1280, 800), "HTML"),
    ],
    ids=["a page wider than the window", "a low window", "a body without a box", "a body that moves what is fixed"],
)
def test_it_stands_in_the_body_wherever_that_does_it_no_harm(
    profile: str, style: str, size: tuple[int, int], parent: str, newsroom: Newsroom, reader: Readers
) -> None:
    page = reader(profile, newsroom(sheets={"/": sheet(f"<main>{LONG}</main>", style)})).tab()
    page.call("viewport", width=size[0], height=size[1])
    page.goto("/#adnotice=preview")
    page.notice().wait()
    assert page.run(f"{HOST} return host.parentElement.tagName") == parent


@BOTH
def test_its_links_lead_where_the_operator_said_whatever_base_the_page_has(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    based = sheet(f"<base href='https://elsewhere.example.test/app/'>{LONG}")
    site = newsroom(sheets={"/": based}, support_links={"Support us": "/support"}, privacy_link="/privacy")
    page = reader(profile, site).open("/#adnotice=preview")
    page.notice().click("Show me how")
    wait_until(lambda: page.run(f"{HOST} return Boolean(host.shadowRoot.querySelector('.steps'))"), "the steps")
    addresses = page.run(f"{HOST} return [...host.shadowRoot.querySelectorAll('a')].map((link) => link.href)")
    assert {f"{site.url}/support", f"{site.url}/privacy"} <= set(addresses)
    assert [each for each in addresses if not each.startswith(site.url)] == []


@BOTH
def test_it_leaves_the_page_as_it_was(profile: str, site: Site, reader: Readers) -> None:
    state = """return [document.documentElement.scrollHeight, document.documentElement.getAttributeNames().join(),
      document.body.getAttributeNames().join(), document.adoptedStyleSheets.length,
      getComputedStyle(document.documentElement).scrollPaddingBottom]"""
    page = reader(profile, site).open(PREVIEW, before="")
    page.notice().wait()
    during = page.run(state)
    page.notice().click("Not now")
    page.notice().wait_gone()
    after = page.run(state)
    assert during[0] > after[0]
    assert after[1:] == ["lang", "", 0, "auto"]
    wait_until(lambda: page.run("return document.querySelector('reader-notice')") is None, "its last word is over")


CONSENT = (
    "<div id='consent' style='position:fixed;{};background:#eee;padding:2rem'>"
    "<p>May we?</p><button onclick=\"document.getElementById('consent').remove()\">Yes</button></div>"
)


@pytest.mark.parametrize("profile", ["chromium-ghostery", "firefox-ublock"])
def test_what_gives_way_before_it_was_seen_is_counted_once_when_it_stands_again(
    profile: str, site: Site, reader: Readers
) -> None:
    same_turn = f"""
      new MutationObserver((changes, watch) => {{
        if (!document.querySelector("reader-notice")) return;
        watch.disconnect();
        document.body.insertAdjacentHTML("beforeend", `{CONSENT.format("left:0;right:0;bottom:0")}`);
      }}).observe(document, {{childList: true, subtree: true}});
    """
    page = reader(profile, site).open("/politics/budget", before=same_turn)
    wait_until(lambda: page.run("return Boolean(document.getElementById('consent'))"), "the bar that comes with it")
    assert page.notice().stays_away(1.5)
    assert not site.counts().get("shown")
    page.run("document.getElementById('consent').remove()")
    page.notice().wait()
    site.wait_for_counts(injected=1, blocked_content=1, asked=1, shown=1)


@pytest.mark.parametrize("profile", ["chromium-ghostery", "firefox-ublock"])
def test_it_is_shown_once_nothing_has_covered_it_for_a_second(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    """What lies over a part of it need not be a dialog: here a layer of the page's own that scrolls with it."""
    cover = (
        "<div id='cover' style='position:absolute;z-index:99;inset:0 60% auto 0;height:200vh;background:#fffc'></div>"
    )
    site = newsroom(sheets={"/": sheet(LONG + cover)})
    page = reader(profile, site).open("/")
    page.notice().wait()
    page.run("await new Promise((done) => setTimeout(done, 3000))")
    assert not site.counts().get("shown")
    page.run("document.getElementById('cover').remove()")
    site.wait_for_counts(injected=1, blocked_content=1, asked=1, shown=1)


@pytest.mark.parametrize("profile", ["chromium-ghostery", "firefox-ublock"])
def test_what_was_there_for_less_than_a_second_was_not_shown_and_what_was_answered_was(
    profile: str, site: Site, reader: Readers
) -> None:
    gone_at_once = """
      new MutationObserver((changes, watch) => {
        const notice = document.querySelector("reader-notice");
        if (!notice) return;
        watch.disconnect();
        setTimeout(() => { notice.remove(); window.gone = true; }, 300);
      }).observe(document, {childList: true, subtree: true});
    """
    page = reader(profile, site).open("/politics/budget", before=gone_at_once)
    wait_until(lambda: page.run("return window.gone"), "it is gone")
    page.run("await new Promise((done) => setTimeout(done, 2000))")
    answering = reader(profile, site).open("/politics/budget")
    answering.notice().wait().click("Not now")
    site.wait_for_counts(injected=2, blocked_content=2, asked=2, shown=1, later=1)


@BOTH
def test_it_waits_until_the_page_was_looked_at_and_read_as_far_as_the_operator_wants(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    blocking = {"chromium": "chromium-ghostery", "firefox": "firefox-ublock"}[profile]
    site = newsroom(sheets={"/": sheet(LONG), "/short": sheet(SHORT)}, ask_delay_seconds=3, ask_scroll_percent=60)
    there = "return Boolean(document.querySelector('reader-notice'))"
    page = reader(blocking, site).open("/")
    page.run("await new Promise((done) => setTimeout(done, 4500))")
    assert not page.run(there), "it was not read far enough"
    page.run("scrollTo(0, document.documentElement.scrollHeight * 0.6)")
    page.notice().wait()
    short = reader(blocking, site).open("/short")
    wait_until(lambda: short.run(there), "the notice on a page that is seen whole", 20)
    assert short.run("return performance.now()") >= 3000
    reader(blocking, site).open(PREVIEW).notice().wait()


@BOTH
def test_it_waits_anew_on_the_next_page_of_an_application(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    blocking = {"chromium": "chromium-ghostery", "firefox": "firefox-ublock"}[profile]
    site = newsroom(sheets={"/": sheet(SHORT)}, ask_delay_seconds=3)
    note = """window.told = []; const before = window.fetch; window.fetch = (address, options) => {
      if (String(address).endsWith("/choice")) told.push(JSON.parse(options.body));
      return before(address, options); };"""
    page = reader(blocking, site).open("/", before=note)
    wait_and_leave = "await new Promise((done) => setTimeout(done, 1500)); history.pushState({}, '', '/next');"
    left = float(page.run(f"{wait_and_leave} return performance.now()"))
    wait_until(lambda: page.run("return Boolean(document.querySelector('reader-notice'))"), "the notice", 20)
    assert page.run("return performance.now()") - left >= 2900
    told = wait_until(lambda: page.run("return told"), "that it was shown")
    assert [(each["choice"], each["page"]) for each in told] == [("shown", "/")], "counted beside its being asked"


@BOTH
@pytest.mark.parametrize(
    "place",
    [
        "left:0;right:0;bottom:0",
        "left:20px;bottom:20px;width:320px;height:200px",
        "left:30%;right:30%;top:25%;height:50%",
        "inset:0",
    ],
    ids=["bar", "corner", "dialog", "wall"],
)
def test_it_waits_for_a_consent_dialog(profile: str, place: str, newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(sheets={"/": sheet(LONG + CONSENT.format(place))})
    page = reader(profile, site).open("/#adnotice=preview")
    wait_until(lambda: page.notice().look(), "the notice in the page")
    assert page.notice().stays_away(2.0)
    page.run("document.querySelector('#consent button').click()")
    page.notice().wait()


def hold_back_until_answered(page: Page) -> None:
    """Holds the notice to waiting for what is marked as the consent dialog, and to coming then."""
    wait_until(page.notice().look, "the notice in the page")
    assert page.notice().stays_away(2.0)
    page.run("document.querySelector('#consent button').click()")
    page.notice().wait()


AT_THE_TOP = "left:0;right:0;top:0"
IN_A_CORNER = "left:16px;bottom:16px;width:320px;height:150px"


@BOTH
@pytest.mark.parametrize(
    ("shape", "consent"),
    [
        ("bar", CONSENT.format(AT_THE_TOP).replace("<div", "<div role='dialog'")),
        ("card", CONSENT.format(AT_THE_TOP).replace("<div", "<div role='alertdialog'")),
        ("card", CONSENT.format(IN_A_CORNER)),
    ],
    ids=["bar below a dialog", "card below a dialog", "card beside a corner"],
)
def test_it_waits_for_a_consent_tool_wherever_that_stands(
    profile: str, shape: str, consent: str, newsroom: Newsroom, reader: Readers
) -> None:
    page = reader(profile, newsroom(sheets={"/": sheet(LONG + consent)}, notice_shape=shape)).tab()
    page.call("viewport", width=1280, height=800)
    page.goto("/#adnotice=preview")
    hold_back_until_answered(page)


HEAD = "<header style='position:fixed;inset:0 0 auto;height:120px;background:#fff'>The paper</header>"
DIALOG = "<div role='dialog' style='position:fixed;{}'>{}</div>"


@BOTH
@pytest.mark.parametrize(
    "kept",
    [
        DIALOG.format("inset:0 auto 0 0;width:300px;transform:translateX(-100%)", "The menu"),
        HEAD + DIALOG.format("left:0;right:0;top:20px;height:0;overflow:hidden", "The search"),
        DIALOG.format("right:0;bottom:300px;width:90px;height:40px", "Cookies"),
        DIALOG.format("left:0;top:0;width:400px;height:400px;visibility:hidden", "Sign in"),
        HEAD + DIALOG.format("left:0;top:0;width:400px;height:100px;opacity:0;z-index:9", "Sign in"),
        "<div role='dialog' style='height:400px'>A poll within the article</div>",
        "<div style='position:fixed;width:256px;height:60px;bottom:14px;right:-186px'>Protected by reCAPTCHA</div>",
    ],
    ids=[
        "out of the window",
        "without height",
        "a tab",
        "hidden",
        "transparent",
        "in the page",
        "half outside",
    ],
)
def test_what_is_no_dialog_in_sight_keeps_no_notice_away(
    profile: str, kept: str, newsroom: Newsroom, reader: Readers
) -> None:
    page = reader(profile, newsroom(sheets={"/": sheet(kept + LONG)})).tab()
    page.call("viewport", width=1280, height=800)
    page.goto("/#adnotice=preview")
    page.notice().wait()


SHELL = "<div style='position:fixed;inset:0;overflow:auto'><main>{}</main>{}</div>"


@BOTH
@pytest.mark.parametrize(
    "body",
    [
        SHELL.format(LONG, CONSENT.format(AT_THE_TOP).replace("<div", "<div role='dialog'")),
        LONG
        + "<form role='dialog' id='consent' style='position:fixed;left:0;right:0;top:0;padding:3rem'><input name='parentElement'>"
        "<input name='localName'><input name='shadowRoot'><input name='contains'><input name='getRootNode'>"
        "<button type='button' onclick=\"document.getElementById('consent').remove()\">Yes</button></form>",
        CONSENT.format("inset:auto 0 0").replace("<div", "<div role='dialog'").replace("<p>", "<h1>We care</h1><p>")
        + "<p>Words follow words.</p>" * 60,
    ],
    ids=["within an application's frame", "of fields with the names that we read", "with the only heading"],
)
def test_it_waits_for_a_dialog_whatever_it_stands_in(
    profile: str, body: str, newsroom: Newsroom, reader: Readers
) -> None:
    page = reader(profile, newsroom(sheets={"/": sheet(body)})).tab()
    page.call("viewport", width=1280, height=800)
    page.goto("/#adnotice=preview")
    hold_back_until_answered(page)


@BOTH
def test_a_tab_that_a_consent_tool_leaves_is_no_dialog(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    """As wide and high as Osano's and tarteaucitron's are."""
    tab = "<button id='tab' style='position:fixed;bottom:0;left:48px;width:140px;height:40px'>Cookie Policy</button>"
    page = reader(profile, newsroom(sheets={"/": sheet(LONG + tab)})).tab()
    for width, height in [(1280, 800), (360, 640)]:
        page.call("viewport", width=width, height=height)
        page.goto(f"/?{width}#adnotice=preview")
        page.notice().wait()
        box = box_of(page)
        assert box["left"] >= 188 if width > 640 else box["bottom"] <= 600, "it lies over the tab"
        page.notice().click("Not now")
        page.notice().wait_gone()


def test_it_waits_for_what_lives_in_a_shadow_root_and_for_a_modal_dialog(newsroom: Newsroom, reader: Readers) -> None:
    shadow = """<consent-tool></consent-tool><script>
      const root = document.querySelector("consent-tool").attachShadow({mode: "open"});
      const bar = document.createElement("div");
      bar.style.cssText = "position:fixed;inset:auto 0 0;height:120px;background:#eee";
      root.append(bar);
    </script>"""
    modal = "<dialog><p>Sign in</p></dialog><script>document.querySelector('dialog').showModal()</script>"
    site = newsroom(sheets={"/shadow": sheet(LONG + shadow), "/modal": sheet(LONG + modal)})
    somebody = reader("chromium", site)
    for path, end in [
        ("/shadow", "document.querySelector('consent-tool').remove()"),
        ("/modal", "document.querySelector('dialog').close()"),
    ]:
        page = somebody.open(path + "#adnotice=preview")
        wait_until(page.notice().look, "the notice in the page")
        assert page.notice().stays_away(1.6), path
        page.run(end)
        page.notice().wait()


@BOTH
def test_it_makes_way_for_a_dialog_that_comes_later(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    page = reader(profile, newsroom(sheets={"/": sheet(LONG)})).open("/#adnotice=preview")
    page.notice().wait()
    page.run(f"document.body.insertAdjacentHTML('beforeend', `{CONSENT.format('left:0;right:0;bottom:0')}`)")
    page.notice().wait_gone(3)
    page.run("document.getElementById('consent').remove()")
    page.notice().wait()


@BOTH
def test_it_stands_beside_a_button_in_the_corner_and_beside_a_column(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    bubble = "<button style='position:fixed;right:16px;bottom:16px;width:60px;height:60px'>Chat</button>"
    column = "<nav style='position:fixed;left:0;top:0;bottom:0;width:200px;background:#def'>Sections</nav>"
    site = newsroom(sheets={"/bubble": sheet(LONG + bubble), "/column": sheet(LONG + column)})
    somebody = reader(profile, site)
    page = somebody.open("/bubble#adnotice=preview")
    page.call("viewport", width=1280, height=800)
    page.notice().wait()
    assert box_of(page)["right"] <= 1280 - 76
    page.call("viewport", width=360, height=640)
    wait_until(lambda: box_of(page)["bottom"] <= 640 - 76, "the notice above the button", 4)
    page = somebody.open("/column#adnotice=preview")
    page.call("viewport", width=1280, height=800)
    page.notice().wait()
    wait_until(lambda: box_of(page)["left"] >= 200, "the notice beside the column", 4)


@BOTH
def test_a_page_that_scrolls_inside_a_fixed_element_is_no_dialog(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(sheets={"/": sheet(f"<div style='position:fixed;inset:0;overflow:auto'>{LONG}</div>")})
    reader(profile, site).open("/#adnotice=preview").notice().wait()


@BOTH
def test_in_a_low_window_it_stands_at_the_end_of_the_page(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    somebody = reader(profile, newsroom(sheets={"/": sheet(LONG)}))
    page = somebody.tab()
    page.call("viewport", width=320, height=256)
    page.goto("/#adnotice=preview")
    wait_until(page.notice().look, "the notice in the page")
    page.run("await new Promise((done) => setTimeout(done, 500))")
    box = box_of(page)
    assert box["top"] >= box["page"], "it lies over the page"
    page.run("scrollTo(0, 1e6)")
    assert page.notice().shown
    assert page.run("return document.documentElement.scrollWidth <= innerWidth")


def test_nothing_is_stored_before_the_reader_acts_and_then_only_the_answer(site: Site, reader: Readers) -> None:
    somebody = reader("chromium-ghostery", site)
    page = somebody.open("/politics/budget")
    notice = page.notice().wait()
    stored = "return [document.cookie, Object.keys(localStorage), Object.entries(sessionStorage), (await indexedDB.databases()).length]"
    assert page.run(stored) == ["", [], [], 0]
    assert somebody.cookies() == []
    notice.click("Show me how")
    notice.wait_text("uBlock Origin")
    assert page.run(stored) == ["", [], [["adnotice", "content"]], 0]
    assert somebody.cookies() == []
    notice.click("Close")
    notice.click("Not now")
    notice.wait_gone()
    (cookie,) = wait_until(somebody.cookies, "the choice cookie")
    assert cookie["name"] == "adnotice"
    assert cookie["value"].startswith("later.20")
    assert (cookie["path"], cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (
        "/_adnotice",
        True,
        True,
        "Lax",
    )
    assert page.run("return document.cookie") == ""


def test_what_was_shown_and_chosen_is_counted_once_though_the_server_was_away(site: Site, reader: Readers) -> None:
    page = reader("chromium-ghostery", site).open("/politics/budget")
    notice = page.notice().wait()
    site.wait_for_counts(injected=1, blocked_content=1, asked=1, shown=1)
    notice.click("More")
    notice.wait_text("I already support you")
    site.stop()
    notice.click("I already support you")
    notice.wait_text("you support us")
    site.start()
    site.wait_for_counts(20, injected=1, blocked_content=1, asked=1, shown=1, supports=1)


def test_the_site_is_told_that_it_was_shown_and_what_was_chosen(site: Site, reader: Readers) -> None:
    hear = """
      window.heard = [];
      for (const name of ["verdict", "shown", "choice"]) {
        document.addEventListener("adnotice:" + name, ({detail}) => window.heard.push([name, detail]));
      }
    """
    page = reader("chromium-ghostery", site).open("/politics/budget", before=hear)
    notice = page.notice().wait()
    wait_until(lambda: len(page.run("return window.heard")) == 2, "the notice is on screen")
    notice.click("Show me how")
    notice.click("Close")
    notice.click("Not now")
    assert page.run("return window.heard") == [
        ["verdict", {"verdict": "blocked", "kind": "content"}],
        ["shown", {"kind": "content"}],
        ["choice", {"choice": "howto"}],
        ["choice", {"choice": "later"}],
    ]


def test_it_is_not_shown_again_by_the_back_button(site: Site, reader: Readers) -> None:
    page = reader("chromium-ghostery", site).open("/politics/budget")
    page.notice().wait().click("Not now")
    page.notice().wait_gone()
    wait_until(page.reader.cookies, "the choice cookie")
    page.goto("/politics/bridge")
    page.back("/politics/budget")
    assert page.notice().stays_away(6)


@BOTH
def test_the_preview_rehearses_what_a_check_may_find(profile: str, site: Site, reader: Readers) -> None:
    page = reader(profile, site).open(PREVIEW)
    notice = page.notice().wait()
    notice.click("Show me how")
    notice.click("Check again")
    notice.wait_text("Ads are still blocked here.")
    notice.click("Check again")
    notice.wait_text("We couldn’t check just now.")
    notice.click("Check again")
    notice.wait_text("Ads now get through on this site, and they help pay for what you read.")
    notice.click("Close")
    notice.wait_gone()
    assert page.run("return Object.keys(sessionStorage)") == []


BOXES = 'const boxes = document.querySelector("notice-preview")?.shadowRoot;'
CHOOSE = f"""{BOXES}
  const box = boxes.querySelector(`[name="${{args[0]}}"]`);
  box.focus();
  box.value = args[1];
  box.dispatchEvent(new Event("change"));
"""


@pytest.mark.parametrize("profile", ["chromium", "firefox", "webkit"])
def test_the_preview_shows_whatever_readers_may_meet(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(support_links={"Subscribe": "/subscribe"})
    page = reader(profile, site).open(PREVIEW)
    notice = page.notice().wait()
    before = notice.look()
    assert before is not None
    page.run(f"{BOXES} boxes.querySelector('summary').click()")

    def choose(name: str, value: str, seen: str) -> None:
        page.run(CHOOSE, name, value)
        notice.wait_text(seen)
        wait_until(
            lambda: page.run(f"{BOXES} return boxes.activeElement?.name") == name, "the focus where it was chosen"
        )

    choose("device", "ios", "Show me how")
    choose("state", "steps", "How to allow ads on this site")
    choose("state", "still", "Ads are still blocked here")
    choose("state", "thanks", "Ads now get through on this site")
    choose("state", "more", "Don’t ask again")
    choose("state", "asking", "Show me how")
    page.run(CHOOSE, "shape", "card")
    wait_until(lambda: page.run("return Boolean(document.querySelector('reader-notice[card]'))"), "the card")
    page.run(CHOOSE, "scheme", "dark")
    dark = """const host = document.querySelector("reader-notice");
      return host && getComputedStyle(host.shadowRoot.querySelector("section")).backgroundColor"""
    wait_until(lambda: page.run(dark) == "rgb(22, 22, 20)", "a dark paper")
    choose("kind", "hosts", "Subscribe")
    page.run(CHOOSE, "scheme", "as the page")
    page.run(CHOOSE, "shape", "bar")
    choose("kind", "content", "Show me how")
    notice.wait()
    after = notice.look()
    assert after is not None
    assert [after["box"][each] for each in ("width", "height")] == [before["box"][each] for each in ("width", "height")]
    notice.click("Not now")
    notice.wait_gone()
    assert page.run("return document.querySelector('notice-preview')") is None
    site.wait_for_counts(injected=1)


@BOTH
def test_each_link_of_the_dashboards_preview_shows_what_it_says(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(dashboard_password_hash=hash_password(PASSWORD), support_links={"Subscribe": "/subscribe"})
    page = log_in(reader(profile, site))
    page.goto(f"{DASHBOARD}/preview")
    links = page.run(
        "return [...document.querySelectorAll('a[href*=\"state=\"]')].map((each) => each.getAttribute('href'))"
    )
    assert len(links) == len(PREVIEW_STATES) * len(SHAPES)
    shown = {"steps": "How to allow ads on this site", "still": "Ads are still blocked here"}
    for state, text in shown.items():
        [link] = [each for each in links if f"shape=card&state={state}" in each]
        page.goto(link)
        page.notice().wait_text(text)
        assert page.run(f"{HOST} return host.hasAttribute('card')")
    page.goto(links[0].replace("state=asking", "state=constructor"))
    page.notice().wait_text("Show me how")


@BOTH
def test_of_two_choices_in_a_row_the_preview_shows_the_second(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    page = reader(profile, newsroom(support_links={"Subscribe": "/subscribe"})).open(PREVIEW)
    notice = page.notice().wait()
    page.run(f"{BOXES} boxes.querySelector('summary').click()")
    page.run(f"""{BOXES}
      const real = window.fetch;
      let asked = 0;
      window.fetch = async (...given) => {{
        const answer = await real(...given);
        if (!asked++) await new Promise((done) => setTimeout(done, 800));
        return answer;
      }};
      const box = boxes.querySelector("[name=state]");
      for (box.value of ["steps", "still"]) box.dispatchEvent(new Event("change"));
      await new Promise((done) => setTimeout(done, 1600));""")
    assert page.run("return document.querySelectorAll('reader-notice').length") == 1
    notice.wait_text("Ads are still blocked here")


@BOTH
def test_what_is_true_of_the_sites_ads_stands_under_more(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    page = reader(profile, newsroom(ads_are="No pop-ups, no sound")).open(PREVIEW)
    notice = page.notice().wait()
    assert "No pop-ups" not in notice.text
    notice.click("More")
    notice.wait_text("No pop-ups, no sound")


@BOTH
def test_open_steps_stay_beside_what_floats_at_mid_height(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    share = "<div style='position:fixed;left:0;top:320px;width:48px;height:240px;background:#eee'>Share</div>"
    page = reader(profile, newsroom(sheets={"/": sheet(LONG + share)})).tab()
    page.call("viewport", width=1280, height=800)
    page.goto("/#adnotice=preview")
    page.notice().wait()
    page.notice().click("Show me how")
    page.notice().wait_part(".steps")
    page.call("click", x=700, y=60)
    page.run("await new Promise((done) => setTimeout(done, 2200))")
    assert page.notice().shown


@BOTH
def test_a_page_that_grows_has_its_scroll_bar_again(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    page = reader(profile, newsroom(sheets={"/": sheet(SHORT)})).tab()
    page.call("viewport", width=1280, height=800)
    page.goto("/#adnotice=preview")
    page.notice().wait()
    bar = "return getComputedStyle(document.documentElement).scrollbarWidth"
    assert page.run(bar) == "none"
    page.run("document.querySelector('main').insertAdjacentHTML('beforeend', '<p>Words</p>'.repeat(200))")
    wait_until(lambda: page.run(bar) == "auto", "the scroll bar")
    page.run("for (const each of [...document.querySelectorAll('main p')].slice(3)) each.remove()")
    wait_until(lambda: page.run(bar) == "none", "no scroll bar")


@BOTH
def test_a_long_page_without_a_doctype_keeps_its_scroll_bar(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    quirks = Sheet(f"<html><head><title>Old</title></head><body>{LONG}</body></html>")
    page = reader(profile, newsroom(sheets={"/": quirks})).open("/#adnotice=preview")
    page.notice().wait()
    assert page.run("return [document.compatMode, getComputedStyle(document.documentElement).scrollbarWidth]") == [
        "BackCompat",
        "auto",
    ]


@BOTH
def test_behind_a_page_in_a_layer_of_its_own_it_waits_and_takes_neither_focus_nor_room(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    style = "#app { position: relative; z-index: 100; background: #fff }"
    page = reader(profile, newsroom(sheets={"/": sheet(f"<div id='app'>{LONG}</div>", style)})).open(
        "/#adnotice=preview"
    )
    state = (
        f"{HOST} return [host.hasAttribute('waiting'), getComputedStyle(document.documentElement, '::after').content]"
    )
    wait_until(lambda: page.run("return Boolean(document.querySelector('reader-notice'))"), "the notice in the page")
    wait_until(lambda: page.run(state) == [True, "none"], "the notice to wait")
    page.run("document.getElementById('app').style.zIndex = 'auto'")
    page.notice().wait()
    wait_until(lambda: page.run(state)[0] is False, "the notice to stand")


@BOTH
def test_a_form_around_the_page_whose_field_has_a_name_that_is_read_hangs_nothing(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    body = f"<form><input name='parentElement'><input name='getRootNode'>{LONG}</form>"
    page = reader(profile, newsroom(sheets={"/": sheet(body)})).tab()
    page.goto("/#adnotice=preview")
    page.notice().wait()
    page.run("document.querySelector('input').focus()")
    page.run("await new Promise((done) => setTimeout(done, 500))")
    page.notice().click("Not now")
    page.notice().wait_gone()
