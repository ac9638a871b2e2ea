"""What covers the page is small: in every window, with enlarged text, with any words of the operator's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Newsroom, Readers
from tests.browser.notice import APPEAL, BOTH, LABEL, LINKS, LONGEST, SHADOW, WINDOWS, show_content
from tests.browser.reader import Page
from tests.browser.site import Site

STEADY = f"""{SHADOW} await new Promise((done) => setTimeout(done, 600));
  const box = host.getBoundingClientRect(), ask = root.querySelector(".ask");
  const shown = (each) => each.checkVisibility();
  const names = [...ask.querySelectorAll("button, a")].filter(shown).map((each) => each.innerText || each.textContent);
  const inside = [...ask.querySelectorAll("button, a, h2, p")].filter(shown).map((each) => each.getBoundingClientRect())
    .every((each) => each.top >= box.top - 1 && each.bottom <= box.bottom + 1 && each.left >= 0 && each.right <= innerWidth);
  return {{width: box.width, height: box.height, bottom: box.bottom, card: host.hasAttribute("card"), depth: innerHeight, names, inside,
    title: ask.querySelector("h2:not(.alone)").checkVisibility(), alone: ask.querySelector(".alone").checkVisibility(),
    body: ask.querySelector(".words .body").checkVisibility(), ...ask.dataset,
    scrolls: root.querySelector("section").scrollHeight > root.querySelector("section").clientHeight + 1}};"""


def look(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.run(STEADY)
    return found


def check(seen: dict[str, Any], width: int, height: int, *, enlarged: bool = False) -> None:
    """Holds the notice to its size, and what it keeps on screen whatever goes."""
    assert abs(seen["bottom"] + 24 * seen["card"] - seen["depth"]) < 0.5, (
        "it stands at the bottom, a card a little above"
    )
    if enlarged and height < 640:
        assert seen["height"] <= 0.5 * height, seen
    else:
        assert seen["height"] <= 100 or seen["height"] * seen["width"] <= 105_000, seen
        assert seen["height"] <= 0.3 * height, seen
    assert seen["inside"], "something is cut off"
    assert not seen["scrolls"], "something is out of sight"
    assert seen["title"] != seen["alone"], "it has one title"
    assert seen["body"] or seen["alone"], "what is asked stands in the body, else in the title"
    assert len(seen["names"]) in (3, 4), seen["names"]


@BOTH
@pytest.mark.parametrize("enlarged", [False, True], ids=["usual", "twice"])
@pytest.mark.parametrize("words", ["ours", "longest", "operators"])
@pytest.mark.parametrize("shape", ["bar", "card"])
def test_what_covers_the_page_is_small(
    profile: str, shape: str, words: str, enlarged: bool, site: Site, reader: Readers
) -> None:
    changed: dict[str, Any] = {"links": [{"label": "Support us", "address": "/a"}]}
    if words == "longest":
        changed["text"] = LONGEST
    if words == "operators":
        changed = {"links": LINKS, "text": {"body": APPEAL}}
    changed["shape"] = shape
    assert (len(APPEAL), len(LABEL)) == (313, 44)
    page = reader(profile, site).tab()
    page.goto("/politics/budget")
    show_content(page, changed)
    page.notice().wait()
    if enlarged:
        page.run(f"{SHADOW} root.querySelector('section').style.fontSize = '32px'")
    for width, height in WINDOWS:
        page.call("viewport", width=width, height=height)
        check(look(page), width, height, enlarged=enlarged)


@BOTH
def test_what_has_no_room_stands_behind_more_the_body_first_then_the_link(
    profile: str, site: Site, reader: Readers
) -> None:
    page = reader(profile, site).tab()
    page.goto("/politics/budget")
    show_content(page, {"links": LINKS, "text": {"body": APPEAL}})
    page.notice().wait()
    page.call("viewport", width=1280, height=800)
    seen = look(page)
    assert not seen["body"]
    assert LABEL in seen["names"], "the first link stays for as long as it has room"
    page.run(f"{SHADOW} root.querySelector('.opener').click()")
    page.notice().wait_part(".rest")
    told = page.run(f"{SHADOW} return root.querySelector('.rest').innerText")
    for words in (APPEAL, "Give once", "Subscribe"):
        assert words in told
    assert LABEL not in told, "what is in sight is not said twice"
    page.run(f"{SHADOW} root.querySelector('.opener').click(); root.querySelector('section').style.fontSize = '32px'")
    page.call("viewport", width=360, height=640)
    seen = look(page)
    assert LABEL not in seen["names"]
    page.run(f"{SHADOW} root.querySelector('.opener').click()")
    page.notice().wait_part(".rest")
    told = page.run(f"{SHADOW} return root.querySelector('.rest').innerText")
    for words in (APPEAL, LABEL, "Give once", "Subscribe"):
        assert words in told


@BOTH
def test_in_much_enlarged_text_more_opens_below_the_buttons(profile: str, site: Site, reader: Readers) -> None:
    page = reader(profile, site).tab()
    page.call("viewport", width=320, height=568)
    page.goto("/politics/budget")
    show_content(page, {"links": LINKS, "text": {"body": APPEAL, **LONGEST}})
    page.notice().wait()
    page.run(f"{SHADOW} root.querySelector('section').style.fontSize = '40px'")
    assert look(page)["as"].startswith("stack")
    page.run(f"{SHADOW} root.querySelector('.opener').click()")
    page.notice().wait_part(".rest")
    least, end, begin = page.run(
        f"""{SHADOW} const box = (name) => root.querySelector(name).getBoundingClientRect();
        return [root.querySelector(".ask").matches(".least"), box(".actions").bottom, box(".rest").top]"""
    )
    assert least
    assert begin >= end


@BOTH
def test_a_label_of_sixty_characters_wraps_in_the_narrowest_window(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    label = "Support our small independent newsroom with a gift each month"[:60]
    page = reader(profile, newsroom(support_links={label: "/support"})).tab()
    page.call("viewport", width=320, height=568)
    page.goto("/politics/budget#adnotice=preview")
    page.notice().wait()
    seen = look(page)
    check(seen, 320, 568)
    page.run(f"{SHADOW} root.querySelector('.opener').click()")
    page.notice().wait_part(".rest")
    assert page.run(f"{SHADOW} return root.querySelector('.ask').scrollWidth <= root.querySelector('.ask').clientWidth")
    assert label in page.run(f"{SHADOW} return root.querySelector('.ask').innerText")


@BOTH
def test_on_a_phone_its_two_buttons_are_equal_halves_and_in_a_wide_window_it_is_one_row(
    profile: str, site: Site, reader: Readers
) -> None:
    page = reader(profile, site).tab()
    page.goto("/politics/budget")
    show_content(page, {"links": [{"label": "Support us", "address": "/a"}]})
    page.notice().wait()
    boxes = f"""{SHADOW} await new Promise((done) => setTimeout(done, 600));
      return [...root.querySelectorAll(".actions button")].map((each) => each.getBoundingClientRect().toJSON())"""
    for width, height in WINDOWS:
        page.call("viewport", width=width, height=height)
        ask, later = page.run(boxes)
        assert abs(ask["height"] - later["height"]) < 1
        assert ask["height"] >= 44
        assert abs(ask["top"] - later["top"]) < 1
        assert 0 < later["left"] - ask["right"] <= 16, "they are neighbours"
        if width <= 390:
            assert abs(ask["width"] - later["width"]) < 1
    assert look(page)["as"] == "row"
