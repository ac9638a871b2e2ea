"""The notice in places that the page's templates have marked, and in the newsroom's own words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Newsroom, Readers
from tests.browser.notice import APPEAL as APPEAL_TEXT
from tests.browser.notice import (
    BOTH,
    CLIPPED,
    LINKS,
    LONG,
    LONGEST,
    SHADOW,
    SHIFTS,
    SHORT,
    WINDOWS,
    find_faults,
    sheet,
    show_content,
)
from tests.browser.reader import Page, wait_until

FOOT = "<footer><h2>About us</h2><a href='/imprint'>Imprint</a></footer>"
END = "<div id='mark' data-adnotice-slot='end'></div>"
PREVIEW = "#adnotice=preview"

WHERE = f"""{SHADOW} const mark = document.getElementById("mark"), box = mark.getBoundingClientRect();
  const own = host.getBoundingClientRect(), ask = root.querySelector(".ask");
  const names = [...ask.querySelectorAll("button, a")].filter((each) => each.checkVisibility()).map((each) => each.innerText);
  return {{inside: host.parentElement === mark, position: getComputedStyle(host).position, mark: box.height, across: box.width,
    height: own.height, width: own.width, names, ...ask.dataset, body: ask.querySelector(".words .body").checkVisibility(),
    level: ask.querySelector("h2").getAttribute("aria-level")}};"""
MARK_HEIGHT = "return document.getElementById('mark').getBoundingClientRect().height"


def box(width: int, height: int, inner: str = "", name: str = "mark") -> str:
    """An ad's place with room reserved for it."""
    return f"<div id='{name}' data-adnotice-slot='ad' style='width:{width}px;min-height:{height}px'>{inner}</div>"


def where(page: Page) -> dict[str, Any]:
    """Where the notice stands, and what it shows, once it stands still."""
    page.run("await new Promise((done) => setTimeout(done, 400))")
    found: dict[str, Any] = page.run(WHERE)
    return found


def place(page: Page) -> dict[str, Any]:
    """The same, once there is a notice in the mark."""
    wait_until(lambda: page.run("return Boolean(document.querySelector('reader-notice'))"), "the notice", 8)
    return where(page)


BROKEN_WORDS = f"""{SHADOW} await new Promise((done) => setTimeout(done, 400));
  const range = document.createRange(), broken = [];
  for (const button of root.querySelectorAll(".actions button")) {{
    for (const {{0: word, index}} of button.textContent.matchAll(/\\S+/g)) {{
      range.setStart(button.firstChild, index);
      range.setEnd(button.firstChild, index + word.length);
      if (range.getClientRects().length > 1) broken.push(word);
    }}
  }}
  return broken;"""


@BOTH
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_at_an_articles_end_text_twice_as_large_is_cut_nowhere_and_no_buttons_word_is_broken(
    profile: str, width: int, newsroom: Newsroom, reader: Readers
) -> None:
    page = reader(profile, newsroom(sheets={"/": sheet(LONG + END + FOOT)}, support_links={"Support us": "/a"})).tab()
    page.call("viewport", width=width, height=800)
    page.goto("/" + PREVIEW)
    place(page)
    page.run(f"{SHADOW} root.querySelector('section').style.fontSize = '36px'")
    assert page.run(BROKEN_WORDS) == []
    assert page.run(CLIPPED) == []


@BOTH
def test_at_an_articles_end_the_controls_stand_in_one_row_where_they_fit(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    narrow = LONG.replace("<main>", "<main style='width:640px'>").replace("</main>", f"{END}</main>")
    page = reader(profile, newsroom(sheets={"/": sheet(narrow + FOOT)}, support_links={"Support us": "/a"})).tab()
    page.call("viewport", width=1280, height=800)
    page.goto("/" + PREVIEW)
    seen = place(page)
    assert (seen["across"], seen["as"]) == (640, "pair")
    tops = "[...root.querySelectorAll('.ask button, .ask .link')].map((each) => { const box = each.getBoundingClientRect(); return Math.round(box.top + box.height / 2) })"
    assert len(set(page.run(f"{SHADOW} return {tops}"))) == 1
    assert page.run(CLIPPED) == []


def is_absent(page: Page, seconds: float = 4.5) -> bool:
    """Whether no notice comes, for longer than an ad is waited for."""
    page.run("await new Promise((done) => setTimeout(done, args[0]))", seconds * 1000)
    return bool(page.run("return document.querySelector('reader-notice') === null"))


@BOTH
@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_at_an_articles_end_it_is_as_tall_as_its_text_and_moves_nothing(
    profile: str, width: int, newsroom: Newsroom, reader: Readers
) -> None:
    page = reader(profile, newsroom(sheets={"/": sheet(LONG + END + FOOT)})).tab()
    page.call("viewport", width=width, height=800)
    if profile == "chromium":
        page.call("before", body=SHIFTS)
    page.goto("/" + PREVIEW)
    seen = place(page)
    assert seen["inside"]
    assert seen["position"] == "relative"
    assert seen["body"], "there is no limit, so nothing goes behind More"
    assert seen["level"] is None
    assert seen["mark"] >= seen["height"] > 100
    assert abs(seen["width"] - seen["across"]) < 1
    assert seen["names"] == ["Show me how", "Not now", "More"]
    assert page.run("return document.documentElement.scrollWidth <= innerWidth")
    if profile == "chromium":
        assert page.run("return window.shifts") == []


@BOTH
@pytest.mark.parametrize("enlarged", [False, True], ids=["usual", "twice"])
@pytest.mark.parametrize("text", ["ours", "longest", "operators"])
def test_in_the_page_nothing_is_cut_off_in_any_window(
    profile: str, text: str, enlarged: bool, newsroom: Newsroom, reader: Readers
) -> None:
    changed: dict[str, Any] = {"links": [{"label": "Support us", "address": "/a"}]}
    if text == "longest":
        changed["text"] = LONGEST
    if text == "operators":
        changed = {"links": LINKS, "text": {"body": APPEAL_TEXT}}
    page = reader(profile, newsroom(sheets={"/": sheet(LONG + END + FOOT)})).tab()
    page.goto("/")
    show_content(page, changed)
    assert place(page)["inside"]
    if enlarged:
        page.run(f"{SHADOW} root.querySelector('section').style.fontSize = '32px'")
    for width, height in WINDOWS:
        page.call("viewport", width=width, height=height)
        seen = place(page)
        wait_until(lambda: page.run(CLIPPED) == [], "nothing is cut off")
        assert seen["body"] or enlarged, "where twice as large a text is wider than its window, it goes behind More"
        assert len(seen["names"]) in ((3, 4) if enlarged else (4,))
        assert page.run("return document.documentElement.scrollWidth <= innerWidth")


@BOTH
def test_at_an_articles_end_it_collapses_when_it_is_closed(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    page = reader(profile, newsroom(sheets={"/": sheet(LONG + END + FOOT)})).open("/" + PREVIEW)
    place(page)
    notice = page.notice()
    notice.click("Show me how")
    notice.wait_text("uBlock Origin")
    notice.click("Close")
    page.run(f"{SHADOW} root.querySelector('.actions :last-child').focus()")
    page.call("press", key="Enter", modifiers=[])
    notice.wait_gone()
    wait_until(lambda: page.run(MARK_HEIGHT) == 0, "the mark is as it was")
    wait_until(
        lambda: page.run("return document.activeElement.textContent") == "About us", "the focus at the next heading"
    )


@BOTH
def test_in_sight_it_is_put_only_into_room_that_was_reserved(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    reserved = "<div id='mark' data-adnotice-slot='end' style='min-height:320px'></div>"
    sheets = {"/bare": sheet(SHORT + END + FOOT), "/reserved": sheet(SHORT + reserved + FOOT)}
    somebody = reader(profile, newsroom(sheets=sheets))
    assert is_absent(somebody.open("/bare" + PREVIEW)), "it would have moved what is in sight"
    page = somebody.open("/reserved" + PREVIEW)
    page.notice().wait()
    seen = where(page)
    assert seen["inside"]
    assert seen["mark"] == 320


@BOTH
@pytest.mark.parametrize("size", [(300, 250), (728, 90), (970, 250), (300, 600), (600, 120)])
def test_in_an_ads_box_it_is_never_larger_than_the_box(
    profile: str, size: tuple[int, int], newsroom: Newsroom, reader: Readers
) -> None:
    width, height = size
    page = reader(profile, newsroom(sheets={"/": sheet(box(width, height) + LONG)})).tab()
    page.call("viewport", width=1280, height=800)
    page.goto("/" + PREVIEW)
    seen = place(page)
    assert seen["inside"]
    assert (seen["across"], seen["mark"]) == (width, height)
    assert seen["height"] <= height
    assert seen["width"] <= width
    assert page.run(f"{SHADOW} const one = root.querySelector('section'); return one.scrollHeight <= one.clientHeight")
    if height < 250:
        assert seen["names"] == ["Show me how", "Not now"]
        assert (seen["as"], seen["body"]) == ("row", False)
    else:
        assert seen["names"] == ["Show me how", "Not now", "More"]
        assert seen["as"] != "row", "its words stand above its buttons"
    page.notice().click("Not now")
    page.notice().wait_gone()
    assert page.run(MARK_HEIGHT) == height, "the box stays blank"


@BOTH
@pytest.mark.parametrize("size", [(468, 60), (728, 50), (300, 100), (120, 600), (970, 59)])
def test_in_a_box_without_room_there_is_nothing_and_no_bar(
    profile: str, size: tuple[int, int], newsroom: Newsroom, reader: Readers
) -> None:
    page = reader(profile, newsroom(sheets={"/": sheet(box(*size) + LONG)})).open("/" + PREVIEW)
    assert is_absent(page)
    assert page.run(MARK_HEIGHT) == size[1]


@BOTH
def test_steps_and_what_a_low_box_has_no_room_for_open_at_the_windows_bottom(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(sheets={"/": sheet(box(728, 90) + LONG)}, support_links={"Support us": "/support"})
    page = reader(profile, site).tab()
    page.call("viewport", width=1280, height=800)
    page.goto("/" + PREVIEW)
    place(page)
    notice = page.notice()
    notice.click("Show me how")
    notice.wait_text("uBlock Origin")
    for words in ("Support us", "Don’t ask again", "I already support you", "Don’t count my views", "What we count"):
        assert words in notice.text
    assert page.run("return getComputedStyle(document.querySelector('reader-notice')).position") == "fixed"
    assert page.run(MARK_HEIGHT) == 90
    notice.click("Close")
    assert where(page)["inside"]


@BOTH
def test_an_ad_that_comes_late_wins(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    page = reader(profile, newsroom(sheets={"/": sheet(box(300, 250) + LONG)})).open("/" + PREVIEW)
    place(page)
    seen = page.run(
        """const ad = document.createElement("iframe"), mark = document.getElementById("mark");
        ad.style.cssText = "width:300px;height:250px;border:0;display:block";
        mark.prepend(ad);
        await new Promise(requestAnimationFrame);
        return [mark.children.length, mark.firstChild === ad, mark.getBoundingClientRect().height]"""
    )
    assert seen == [1, True, 250]


@BOTH
@pytest.mark.parametrize(
    "inner",
    [
        "<iframe style='display:none'></iframe>",
        "<div style='height:250px'></div>",
        "<p><a href='/offer'>An offer</a></p>",
        "An offer",
        "<ins style='display:block'><iframe width=0 height=0></iframe></ins>",
    ],
)
def test_what_is_in_the_box_is_never_replaced(profile: str, inner: str, newsroom: Newsroom, reader: Readers) -> None:
    page = reader(profile, newsroom(sheets={"/": sheet(box(300, 250, inner) + LONG)})).open("/" + PREVIEW)
    assert is_absent(page)
    assert page.run("return document.getElementById('mark').childNodes.length") == 1


@BOTH
def test_in_an_ads_box_that_the_site_takes_back_it_lies_over_nothing(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    fixed = box(300, 250).replace("min-height", "height")
    page = reader(profile, newsroom(sheets={"/": sheet(fixed + LONG)})).open("/" + PREVIEW)
    assert place(page)["inside"]
    page.run("document.getElementById('mark').style.height = 0")
    wait_until(lambda: page.run("return !document.querySelector('reader-notice')"), "the notice to be gone")


@BOTH
def test_of_several_marks_the_first_that_can_be_used_is(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    marks = (
        "<div data-adnotice-slot='end' style='display:none'></div>"
        + box(300, 50, name="low")
        + box(300, 250, "<iframe></iframe>", name="full")
        + "<div id='mark' data-adnotice-slot='ad' data-adnotice-heading='3' style='width:300px;min-height:250px'></div>"
    )
    page = reader(profile, newsroom(sheets={"/": sheet(marks + LONG + END.replace("mark", "end"))})).open("/" + PREVIEW)
    seen = place(page)
    assert seen["inside"]
    assert seen["level"] == "3"
    assert page.run("return document.querySelectorAll('reader-notice').length") == 1


def test_a_mark_that_a_list_hides_is_an_answer_and_no_bar_stands_in_for_it(newsroom: Newsroom, reader: Readers) -> None:
    hidden = sheet(LONG + "<div class='ad-slot'><div data-adnotice-slot='end'></div></div>" + FOOT)
    site = newsroom(sheets={"/": hidden})
    page = reader("chromium-ghostery", site).open("/")
    assert page.verdict()["verdict"] == "blocked"
    assert is_absent(page)
    site.wait_for_counts(injected=1, blocked_content=1)
    assert site.quiet_reasons() == {"slot-hidden": 1}


def test_a_marked_place_is_used_on_the_first_page_of_a_visit_too_and_a_bar_is_not(
    newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(sheets={"/end": sheet(LONG + END + FOOT), "/none": sheet(LONG)}, ask_on_first_page=False)
    page = reader("chromium-ghostery", site).open("/none")
    assert page.notice().stays_away(4)
    page = reader("chromium-ghostery", site).open("/end")
    assert place(page)["inside"]
    page.run("document.getElementById('mark').scrollIntoView()")
    site.wait_for_counts(injected=2, blocked_content=2, asked=1, shown=1)


OWN = """<p>This newspaper belongs to those who read it. <a href='/support'>There are ways to say so.</a></p>
<aside id='words' class='note' data-adnotice-show='blocked' hidden>
<p>Would you switch your blocker off for this one site? You can switch it on again any time.</p>
<p><a href='#patron' data-adnotice-choice='support-link'>Become a patron of our small local newsroom.</a>
<button type='button' data-adnotice-choice='howto'>Show me the way</button></p></aside>"""
WORDS = """const words = document.getElementById("words");
  return {shown: words.checkVisibility(), hidden: words.hidden, text: words.innerText, shadow: words.shadowRoot !== null,
    style: words.getAttribute("style"), added: [...words.children].slice(2).map((each) => each.outerHTML)}"""


def words(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.run(WORDS)
    return found


def press_in_words(page: Page, selector: str) -> None:
    """Presses a control of the newsroom's own with a real mouse."""
    at = page.run(
        """const each = document.querySelector("#words " + args[0]); each.scrollIntoView({block: "center"});
        const box = each.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]""",
        selector,
    )
    page.call("click", x=at[0], y=at[1])


def test_a_newsrooms_own_words_are_shown_to_readers_who_block_ads_and_what_they_answer_is_counted(
    newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(
        sheets={"/": sheet(LONG + OWN + FOOT, "a { text-transform: uppercase }")},
        ask_on_first_page=False,
        support_links={"Become a patron of our small local newsroom.": "/patron"},
    )
    clear = reader("chromium", site).open("/")
    assert clear.verdict()["verdict"] == "clear"
    assert words(clear)["hidden"]
    site.wait_for_counts(injected=1, clear=1)

    page = reader("chromium-ghostery", site).open("/", before=SHIFTS)
    wait_until(lambda: words(page)["shown"], "the words", 15)
    seen = words(page)
    assert "Would you switch your blocker off" in seen["text"]
    assert (seen["shadow"], seen["style"]) == (False, None)
    (added,) = seen["added"]
    assert ">Not now</button>" in added
    assert page.run("return window.shifts") == []
    assert not page.notice().shown, "nothing else stands on the page"
    site.wait_for_counts(injected=2, clear=1, blocked_content=1, asked=1)
    press_in_words(page, "a")
    press_in_words(page, "[data-adnotice-choice=howto]")
    page.notice().wait()
    page.notice().wait_text("How to allow ads on this site")
    page.notice().click("Close")
    page.notice().wait_gone()
    assert page.run("return document.activeElement.textContent") == "Show me the way"
    press_in_words(page, "[data-adnotice-choice=later]")
    wait_until(lambda: words(page)["hidden"], "the words are gone")
    said = f"{SHADOW} return root.querySelector('[role=status]').textContent"
    wait_until(lambda: page.run(said) == "Closed. We won’t ask for 30 days.", "the last word")
    counted = {"asked": 1, "shown": 1, "howto": 1, "support_link": 1, "later": 1}
    site.wait_for_counts(injected=2, clear=1, blocked_content=1, **counted)
    assert [each["name"] for each in site.figures()["support_links"]] == [
        "Become a patron of our small local newsroom."
    ]
    page.goto("/")
    page.verdict()
    assert is_absent(page)
    assert words(page)["hidden"]


@BOTH
def test_own_words_keep_their_own_not_now_and_the_focus_goes_to_the_next_heading(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    own = OWN.replace("</p></aside>", "<button data-adnotice-choice='later'>Another time</button></p></aside>")
    own = own.replace("hidden>", "hidden><h2>Dear reader</h2>")  # which is gone with the words
    page = reader(profile, newsroom(sheets={"/": sheet(LONG + own + FOOT)})).open("/" + PREVIEW)
    wait_until(lambda: words(page)["shown"], "the words")
    assert words(page)["text"].startswith("Dear reader")
    assert find_faults(page, "#words") == []
    assert page.run("return document.querySelectorAll('#words [data-adnotice-choice=later]').length") == 1
    page.run("document.querySelector('#words [data-adnotice-choice=later]').focus()")
    page.call("press", key="Enter", modifiers=[])
    wait_until(lambda: words(page)["hidden"], "the words are gone")
    assert page.run("return document.activeElement.textContent") == "About us"


@BOTH
def test_after_own_words_the_focus_goes_to_no_heading_that_is_hidden(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    hidden = "<div style='display:none'><h2 id='letter'>Our letter</h2></div>"
    page = reader(profile, newsroom(sheets={"/": sheet(LONG + OWN + hidden + FOOT)})).open("/" + PREVIEW)
    wait_until(lambda: words(page)["shown"], "the words")
    page.run("document.querySelector('#words a').focus()")
    page.call("press", key="Escape", modifiers=[])
    wait_until(lambda: words(page)["hidden"], "the words are gone")
    assert page.run("return document.activeElement.textContent") == "About us"
    assert page.run("return document.getElementById('letter').hasAttribute('tabindex')") is False


@BOTH
def test_who_has_nothing_to_switch_is_shown_no_steps_whatever_style_buttons_have(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(
        sheets={"/": sheet(LONG + OWN + FOOT, "button { display: inline-block }")}, support_links={"Give": "/give"}
    )
    page = reader(profile, site).open("/")
    show_content(page, {"kind": "hosts", "blockers": []})
    wait_until(lambda: words(page)["shown"], "the words")
    howto = "return document.querySelector('[data-adnotice-choice=howto]').checkVisibility()"
    wait_until(lambda: page.run(howto) is False, "no way to show")


@BOTH
def test_what_a_library_keeps_of_a_page_holds_no_words_that_nobody_listens_to(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    page = reader(profile, newsroom(sheets={"/": sheet(LONG + OWN + FOOT)})).open("/" + PREVIEW)
    wait_until(lambda: words(page)["shown"], "the words")
    page.run("document.dispatchEvent(new CustomEvent('turbo:before-cache'))")
    assert words(page)["hidden"]
    assert words(page)["added"] == []


@BOTH
def test_escape_in_own_words_means_not_now(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    page = reader(profile, newsroom(sheets={"/": sheet(LONG + OWN + FOOT)})).open("/" + PREVIEW)
    wait_until(lambda: words(page)["shown"], "the words")
    page.run("document.querySelector('#words a').focus()")
    page.call("press", key="Escape", modifiers=[])
    wait_until(lambda: words(page)["hidden"], "the words are gone")


@BOTH
def test_who_supports_is_thanked_at_the_bottom_and_the_words_are_over(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    own = OWN.replace("</p></aside>", "<button data-adnotice-choice='supports'>I am one</button></p></aside>")
    page = reader(profile, newsroom(sheets={"/": sheet(LONG + own + FOOT)})).open("/" + PREVIEW)
    wait_until(lambda: words(page)["shown"], "the words")
    press_in_words(page, "[data-adnotice-choice=supports]")
    page.notice().wait_text("Good to know that you support us.")
    assert words(page)["hidden"]
    page.notice().click("Close")
    page.notice().wait_gone()


@BOTH
def test_own_words_in_sight_stay_hidden_for_they_would_move_the_page(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    page = reader(profile, newsroom(sheets={"/": sheet(SHORT + OWN + FOOT)})).open("/" + PREVIEW)
    assert is_absent(page, 2)
    assert words(page)["hidden"]


def test_own_words_that_a_list_hides_are_counted_as_hidden(newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(sheets={"/": sheet(LONG + OWN.replace("class='note'", "class='ad-slot'") + FOOT)})
    page = reader("chromium-ghostery", site).open("/")
    assert page.verdict()["verdict"] == "blocked"
    assert is_absent(page)
    assert words(page)["hidden"]
    site.wait_for_counts(injected=1, blocked_content=1)
    assert site.quiet_reasons() == {"slot-hidden": 1}


APPEAL = "<aside data-adnotice-appeal><h2>We live on what readers give.</h2><a href='/give'>Give</a></aside>"


def test_beside_a_marked_appeal_a_place_is_used_without_its_support_half(newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(sheets={"/": sheet(LONG + END + APPEAL + FOOT)}, support_links={"Support us": "/support"})
    page = reader("chromium-ghostery", site).open("/")
    assert place(page)["names"] == ["Show me how", "Not now", "More"]
    assert "support us another way" not in page.run(f"{SHADOW} return root.querySelector('.words').textContent")
    other = newsroom(sheets={"/": sheet(LONG + END + FOOT)}, support_links={"Support us": "/support"})
    page = reader("chromium-ghostery", other).open("/")
    assert place(page)["names"] == ["Show me how", "Not now", "Support us", "More"]


@BOTH
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_a_card_covers_no_text_where_the_window_has_room_beside_the_column(
    profile: str, direction: str, newsroom: Newsroom, reader: Readers
) -> None:
    narrow = f"<main dir='{direction}' style='max-width:44rem;margin:0 5vw'><h1>News</h1>{'<p>Words follow words. </p>' * 90}</main>"
    page = reader(profile, newsroom(sheets={"/": sheet(narrow, f":root {{direction: {direction}}}")})).tab()
    page.call("viewport", width=1280, height=800)
    page.goto("/")
    show_content(page, {"shape": "card", "dir": direction})
    page.notice().wait()
    text, card = page.run(
        "const sides = ({left, right}) => [left, right];"
        "return [sides(document.querySelector('main').getBoundingClientRect()),"
        " sides(document.querySelector('reader-notice').getBoundingClientRect())]"
    )
    assert card[0] >= text[1] if direction == "ltr" else card[1] <= text[0]


@BOTH
def test_a_card_stands_in_the_corner_of_a_large_window_and_is_a_bar_in_a_small_one(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(notice_shape="card", support_links={"Support us": "/support"})
    page = reader(profile, site).tab()
    page.goto("/politics/budget" + PREVIEW)
    page.notice().wait()
    look = f"""{SHADOW} await new Promise((done) => setTimeout(done, 600)); const box = host.getBoundingClientRect();
      return {{left: box.left, right: innerWidth - box.right, bottom: innerHeight - box.bottom, width: box.width, height: box.height,
        card: host.hasAttribute("card"), scrolls: root.querySelector("section").scrollHeight > root.querySelector("section").clientHeight + 1}}"""
    for width, height in [(1280, 800), (1920, 1080), (1024, 768)]:
        page.call("viewport", width=width, height=height)
        seen = page.run(look)
        assert seen["card"]
        assert not seen["scrolls"]
        assert 430 <= seen["width"] <= 440
        assert round(seen["bottom"], 2) == 24
        assert seen["right"] >= 24
        assert seen["left"] > width / 3
        assert seen["width"] * seen["height"] <= 105_000
        assert seen["height"] <= 0.3 * height
    for width, height in [(768, 1024), (844, 390), (360, 640), (320, 568), (1280, 500)]:
        page.call("viewport", width=width, height=height)
        seen = page.run(look)
        assert (seen["card"], seen["left"], round(seen["bottom"], 2)) == (False, 0, 0)
        assert seen["height"] <= 100 or seen["width"] * seen["height"] <= 105_000
        assert seen["height"] <= 0.3 * height


@pytest.mark.parametrize("profile", ["firefox-ublock", "chromium-adguard-rules"])
def test_a_form_whose_fields_are_named_as_what_is_read_neither_stops_measuring_nor_takes_the_place(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    names = ("getClientRects", "checkVisibility", "hasAttribute", "matches", "getBoundingClientRect", "dataset")
    fields = "".join(f"<input name='{name}'>" for name in names)
    comment = f"<form data-adnotice-slot='end'>{fields}</form><form data-adnotice-show='blocked' hidden>{fields}</form>"
    site = newsroom(sheets={"/": sheet(LONG + comment + END + FOOT)})
    page = reader(profile, site).open("/")
    assert page.verdict() == {"verdict": "blocked", "kind": "content"}
    assert place(page)["inside"]
    wait_until(lambda: site.counts().get("blocked-content") == 1, "the view is counted")


@BOTH
@pytest.mark.parametrize("name", ["getBoundingClientRect", "contains"])
def test_own_words_in_a_form_are_counted_as_shown_whatever_its_fields_are_called(
    profile: str, name: str, newsroom: Newsroom, reader: Readers
) -> None:
    blocking = {"chromium": "chromium-ghostery", "firefox": "firefox-ublock"}[profile]
    words = f"<form data-adnotice-show='blocked' hidden><p>{APPEAL_TEXT}</p><input name='{name}'></form>"
    site = newsroom(sheets={"/": sheet(LONG + words + FOOT)})
    page = reader(blocking, site).open("/")
    wait_until(lambda: page.run("return !document.forms[0].hasAttribute('hidden')"), "the words are there")
    page.run("document.querySelector('form p').scrollIntoView()")
    site.wait_for_counts(injected=1, blocked_content=1, asked=1, shown=1)
    page.run("document.querySelector('form [data-adnotice-choice=later]').click()")
    wait_until(lambda: page.run("return document.forms[0].hasAttribute('hidden')"), "the words are gone")
