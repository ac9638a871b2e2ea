"""What covers the page is small: in every window, with enlarged text, with any words of the operator's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Newsroom, Readers
from tests.browser.notice import (
    APPEAL,
    BOTH,
    LABEL,
    LINKS,
    LONGEST,
    SHADOW,
    WINDOWS,
    hold_to_size,
    look_at_size,
    show_content,
)
from tests.browser.site import Site


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
        hold_to_size(look_at_size(page), width, height, enlarged=enlarged)


@BOTH
def test_what_has_no_room_stands_behind_more_the_body_first_then_the_link(
    profile: str, site: Site, reader: Readers
) -> None:
    page = reader(profile, site).tab()
    page.goto("/politics/budget")
    show_content(page, {"links": LINKS, "text": {"body": APPEAL}})
    page.notice().wait()
    page.call("viewport", width=1280, height=800)
    seen = look_at_size(page)
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
    seen = look_at_size(page)
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
    assert look_at_size(page)["as"].startswith("stack")
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
    seen = look_at_size(page)
    hold_to_size(seen, 320, 568)
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
    assert look_at_size(page)["as"] == "row"
