"""Where the notice's parts stand: on the page's column, beside each other, in boxes of any size, and where opened steps begin."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Newsroom, Readers
from tests.browser.notice import BOTH, CLIPPED, LONG, SHADOW, sheet, show_content
from tests.browser.reader import Page, wait_until
from tests.browser.site import Site

SUPPORT = {"links": [{"label": "Support us", "address": "/a"}]}
FACE = "body{font-family:'DejaVu Sans',sans-serif}"

BOXES = f"""{SHADOW} await new Promise((done) => setTimeout(done, 600));
  const found = {{}};
  for (const name of args[0]) found[name] = root.querySelector(name)?.getBoundingClientRect().toJSON();
  return found;"""

LINES = f"""{SHADOW} const range = document.createRange();
  range.selectNodeContents(root.querySelector(".actions button"));
  return new Set([...range.getClientRects()].map(({{top}}) => Math.round(top))).size"""

TEXT = "<p>The session lasted until half past two in the morning, as it does each year in November.</p>" * 14
TITLE = "<h1>Council passes the budget after a long night</h1>"
LAYOUTS = {
    "centred": (f"<main>{TITLE}{TEXT}</main>", "main{max-width:40rem;margin:auto;padding:0 1rem}"),
    "grid": (
        f"<div class=g><nav>Nav</nav><main>{TITLE}{TEXT}</main><aside>Side</aside></div>",
        ".g{display:grid;grid-template-columns:200px 1fr 300px;gap:24px;max-width:1200px;margin:auto}",
    ),
    "flex with sidebars": (
        f"<div class=g><aside>L</aside><main><article>{TITLE}{TEXT}</article></main><aside>R</aside></div>",
        ".g{display:flex;gap:30px;max-width:1140px;margin:0 auto;padding:0 20px}aside{flex:0 0 220px}main{flex:1}",
    ),
    "text narrower than its title": (
        f"<main>{TITLE}<div class=t>{TEXT}</div></main>",
        "main{max-width:1100px;margin:auto}.t{max-width:640px;margin:0 auto}",
    ),
    "title in the middle of a picture": (
        f"<main><div class=h>{TITLE}</div><div class=t>{TEXT}</div></main>",
        ".h{padding:60px 40px;text-align:center}h1{display:inline-block}.t{max-width:640px;margin:0 auto}",
    ),
    "wrapped": (
        f"<div class=w><div class=i><main><header>{TITLE}</header>{TEXT}</main></div></div>",
        ".w{padding:0 5vw}.i{max-width:960px;margin:auto;padding:0 2rem}main{padding:1rem;border:1px solid}",
    ),
    "children on a grid": (
        f"<main>{TITLE}{TEXT}</main>",
        "main{display:grid;grid-template-columns:1fr min(65ch,100% - 2rem) 1fr}main>*{grid-column:2}",
    ),
    "beside a float": (
        f"<aside>x</aside><main>{TITLE}{TEXT}</main>",
        "body{margin:0 auto;width:1000px}aside{float:left;width:240px}main{margin-left:260px}",
    ),
    "a hidden line first": (
        f"<main>{TITLE}<p hidden>Please log in.</p>{TEXT}</main>",
        "main{max-width:40rem;margin:auto}",
    ),
}


def boxes(page: Page, *names: str) -> dict[str, dict[str, float]]:
    """The boxes of these parts of the notice, once it stands still."""
    found: dict[str, dict[str, float]] = page.run(BOXES, names)
    return found


def show(page: Page, width: int, height: int, path: str, changes: dict[str, Any]) -> Page:
    """The page in this window, with a notice on it."""
    page.call("viewport", width=width, height=height)
    page.goto(path)
    show_content(page, changes)
    page.notice().wait()
    return page


@BOTH
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_bars_words_begin_where_the_articles_text_begins(
    profile: str, layout: str, newsroom: Newsroom, reader: Readers
) -> None:
    body, style = LAYOUTS[layout]
    page = reader(profile, newsroom(sheets={"/": sheet(body, "body{margin:0;font:17px serif}" + style)})).tab()
    show(page, 1280, 800, "/", SUPPORT)
    text = page.run("return document.querySelector('p:not([hidden])').getBoundingClientRect().left")
    seen = boxes(page, ".title", ".words .body", ".ways")
    assert abs(seen[".title"]["left"] - text) < 1
    assert seen[".words .body"]["height"] > 0, "the column costs no words"
    assert seen[".ways"]["right"] <= 1280


@BOTH
def test_where_the_text_begins_far_from_the_edge_the_bar_has_its_room_all_the_same(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    body = sheet(f"<main>{TITLE}{TEXT}</main>", "body{margin:0}main{margin-left:60%}")
    page = show(reader(profile, newsroom(sheets={"/": body})).tab(), 1280, 800, "/", SUPPORT)
    seen = boxes(page, ".words .body", ".ways", ".ask")
    assert seen[".words .body"]["height"] > 0
    assert seen[".ask"]["height"] <= 100


@BOTH
def test_in_the_narrowest_window_the_support_link_stands_beside_more_and_labels_are_one_line(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    page = reader(profile, newsroom(sheets={"/": sheet(LONG, FACE)})).tab()
    show(page, 320, 568, "/", SUPPORT)
    seen = boxes(page, ".ways .link", ".opener", ".notice")
    assert seen[".ways .link"]["height"] >= 44
    assert abs(seen[".ways .link"]["top"] - seen[".opener"]["top"]) < 1
    assert seen[".notice"]["height"] <= 0.3 * 568
    assert page.run(LINES) == 1


@BOTH
def test_in_a_narrow_box_a_long_label_takes_more_of_its_row_before_it_breaks(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(sheets={"/": sheet(BOX.format(231, 250) + LONG, FACE)})
    page = show(reader(profile, site).tab(), 320, 568, "/", SUPPORT)
    page.run("await new Promise((done) => setTimeout(done, 400))")
    assert page.run(LINES) == 1
    seen = boxes(page, ".actions button", ".actions button:last-child")
    assert seen[".actions button"]["width"] > seen[".actions button:last-child"]["width"] + 10
    assert abs(seen[".actions button"]["height"] - seen[".actions button:last-child"]["height"]) < 1


BOX = "<div id='mark' data-adnotice-slot='ad' style='width:{}px;min-height:{}px'></div>"


@BOTH
@pytest.mark.parametrize("size", [(704, 250), (300, 600), (970, 250)])
def test_in_an_ads_box_words_and_buttons_stand_together(
    profile: str, size: tuple[int, int], newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(sheets={"/": sheet(BOX.format(*size) + LONG, FACE)})
    page = show(reader(profile, site).tab(), 1280, 800, "/", SUPPORT)
    seen = boxes(page, ".kicker", ".words", ".actions", ".ways", ".notice")
    assert 0 <= seen[".actions"]["top"] - seen[".words"]["bottom"] <= 24
    above = seen[".words"]["top"] - seen[".notice"]["top"]
    below = seen[".notice"]["bottom"] - max(seen[".ways"]["bottom"], seen[".actions"]["bottom"])
    assert abs(above - below) <= 12, "what is left stands above and below"


@BOTH
def test_in_an_ads_box_the_title_grows_smaller_before_the_body_goes(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(sheets={"/": sheet(BOX.format(241, 250) + LONG, "body{font:19px/1.7 'DejaVu Serif',serif}")})
    page = show(reader(profile, site).tab(), 320, 568, "/", {**SUPPORT, "state": "still"})
    assert boxes(page, ".words .body")[".words .body"]["height"] > 0


@BOTH
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_the_sites_name_stands_at_the_far_edge_in_both_directions(
    profile: str, direction: str, site: Site, reader: Readers
) -> None:
    page = reader(profile, site).tab()
    show(page, 1280, 800, "/politics/budget", {**SUPPORT, "shape": "card", "dir": direction})
    seen = boxes(page, ".site", ".opener", ".actions")
    edge = "right" if direction == "ltr" else "left"
    name = page.run(f"{SHADOW} return root.querySelector('.ways bdi').getBoundingClientRect().toJSON()")
    assert abs(name[edge] - seen[".actions"][edge]) < 1
    between = name["left"] - seen[".opener"]["right"] if direction == "ltr" else seen[".opener"]["left"] - name["right"]
    assert between > 20


@BOTH
@pytest.mark.parametrize("size", [(1280, 800), (1280, 720), (1024, 768), (920, 640)])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_steps_over_a_card_have_room_for_every_row(
    profile: str, direction: str, size: tuple[int, int], newsroom: Newsroom, reader: Readers
) -> None:
    page = reader(profile, newsroom(sheets={"/": sheet(LONG, FACE)})).tab()
    show(page, *size, "/", {**SUPPORT, "shape": "card", "dir": direction})
    assert page.run(f"{SHADOW} return host.hasAttribute('card')")
    page.notice().click("Show me how")
    page.notice().wait_part(".steps")
    seen = boxes(page, ".notice", ".own-way", ".others", "details:last-of-type", ".foot")
    assert page.run(f"{SHADOW} const one = root.querySelector('.notice'); return one.scrollHeight <= one.clientHeight")
    assert seen["details:last-of-type"]["bottom"] <= seen[".foot"]["top"] + 1
    assert abs(seen[".own-way"]["top"] - seen[".others"]["top"]) < 2, "they stand beside each other"
    assert seen[".notice"]["left"] >= 23
    assert seen[".notice"]["right"] <= size[0] - 23
    assert seen[".notice"]["top"] >= 23, "some of the page stays in sight"


@BOTH
@pytest.mark.parametrize("width", [320, 360, 390])
def test_on_a_phone_thanks_stand_over_its_whole_width(profile: str, width: int, site: Site, reader: Readers) -> None:
    page = reader(profile, site).tab()
    show(page, width, 640, "/politics/budget", {"state": "thanks"})
    seen = boxes(page, ".words", ".actions")
    assert seen[".words"]["width"] > 0.85 * width
    assert seen[".actions"]["top"] >= seen[".words"]["bottom"]


@BOTH
@pytest.mark.parametrize("size", [(360, 640), (844, 390), (1280, 800)])
@pytest.mark.parametrize("at", ["top", "bottom"])
def test_steps_at_an_articles_end_open_at_their_beginning(
    profile: str, at: str, size: tuple[int, int], newsroom: Newsroom, reader: Readers
) -> None:
    end = "<div data-adnotice-slot='end'></div><footer><h2>About us</h2>" + "<p>Imprint</p>" * 40 + "</footer>"
    page = reader(profile, newsroom(sheets={"/": sheet(LONG + end, "h2{margin:0}")})).tab()
    show(page, *size, "/", SUPPORT)
    # the button at the window's upper edge, the words above it; or at its lower edge
    page.run(
        f"""{SHADOW} const box = root.querySelector(".actions").getBoundingClientRect();
        scrollBy(0, args[0] === "top" ? box.top - 4 : box.bottom - innerHeight + 4)""",
        at,
    )
    page.notice().click("Show me how")
    page.notice().wait_part(".steps")
    seen = boxes(page, ".head", ".own-way ol")
    assert 0 <= seen[".head"]["top"] <= size[1] / 2
    assert seen[".own-way ol"]["top"] < size[1] - 30, "the first step is in sight"
    page.run(f"{SHADOW} root.querySelector('.tools button').scrollIntoView()")
    page.run(f"{SHADOW} root.querySelector('.head button').focus({{preventScroll: true}})")
    page.call("press", key="Escape", modifiers=[])
    seen = boxes(page, ".actions button")
    assert -1 < seen[".actions button"]["top"] <= size[1] - 44, "what has the focus again is in sight"


@BOTH
@pytest.mark.parametrize(
    ("shape", "mark"),
    [("bar", ""), ("card", ""), ("bar", BOX.format(300, 250)), ("bar", BOX.format(728, 90))],
    ids=["bar", "card", "ad", "low"],
)
def test_open_steps_keep_to_the_column_of_a_phone_that_is_turned(
    profile: str, shape: str, mark: str, newsroom: Newsroom, reader: Readers
) -> None:
    style = "main { max-width: 40rem; margin: auto } body { margin: 0 }"
    page = reader(profile, newsroom(sheets={"/": sheet(mark + LONG, style)})).tab()
    page.call("viewport", width=844, height=390)
    page.goto("/")
    show_content(page, {"shape": shape})
    page.notice().wait()
    page.notice().click("Show me how")
    page.notice().wait_part("ol")
    room = f"{SHADOW} return root.querySelector('ol').getBoundingClientRect().width"
    page.call("viewport", width=390, height=844)
    wait_until(lambda: page.run(room) > 300, "the steps take the width of the phone")
    assert page.run(CLIPPED) == []
    page.call("viewport", width=1280, height=800)
    if shape == "bar":
        begin = f"{SHADOW} return root.querySelector('ol').getBoundingClientRect().left"
        wait_until(lambda: page.run(begin) > 100, "and of a large window the column")
