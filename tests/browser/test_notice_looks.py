"""The notice looks right on any page, in any window, and for every eye."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Newsroom, Readers
from tests.browser.newspaper import Sheet
from tests.browser.notice import (
    BOTH,
    CLIPPED,
    GEOMETRY,
    HOST,
    LONG,
    OWN,
    PREVIEW,
    SHADOW,
    find_faults,
    sheet,
    show_content,
)
from tests.browser.reader import Page, wait_until
from tests.browser.site import Site

HOSTILE = """
  * { all: unset !important; color: fuchsia !important; font: 60px/3 cursive !important; display: inline !important;
      position: static !important; letter-spacing: 1em !important; box-sizing: content-box !important }
  *, *::before, *::after { margin: 40px !important; padding: 40px !important; border: 9px solid red !important }
  body > * { width: 50px !important; transform: rotate(30deg) !important; max-height: 10px !important }
  section, button, h2, p, div, details { background: lime !important; visibility: visible !important; float: left }
  html { font-size: 5px !important; text-transform: uppercase; direction: ltr; word-spacing: 2em; text-align: right }
"""


def still(page: Page) -> None:
    """Waits until nothing moves any more."""
    page.run("await new Promise((done) => setTimeout(done, 700))")


@BOTH
def test_no_style_of_the_page_changes_it(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(sheets={"/plain": sheet(LONG, OWN), "/hostile": sheet(LONG, OWN + HOSTILE)})
    seen = []
    for path in ("/plain", "/hostile"):
        page = reader(profile, site).open(path + "#adnotice=preview")
        page.call("viewport", width=1280, height=800)
        page.notice().wait()
        page.notice().click("Show me how")
        page.notice().wait_part(".steps")
        still(page)
        seen.append(page.run(GEOMETRY))
    assert len(seen[0]) > 30
    assert seen[0] == seen[1]


@BOTH
@pytest.mark.parametrize("width", [320, 360, 600, 900, 1280])
def test_nothing_is_cut_off_with_wide_text_spacing_and_long_words(
    profile: str, width: int, site: Site, reader: Readers
) -> None:
    page = reader(profile, site).tab()
    page.call("viewport", width=width, height=900)
    page.goto("/politics/budget")
    show_content(page, {"links": [{"label": "Donaudampfschifffahrtsgesellschaft zahlen", "address": "/a"}]}, twice=True)
    page.notice().wait()
    # WCAG 1.4.12, as a reader's own style sheet sets it
    page.run(
        f"""{SHADOW} const spacing = new CSSStyleSheet();
        spacing.replaceSync("* {{ line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }} p {{ margin-bottom: 2em !important }}");
        root.adoptedStyleSheets = [...root.adoptedStyleSheets, spacing]"""
    )
    wait_until(lambda: page.run(CLIPPED) == [], "the notice arranged anew")
    page.run(f"{SHADOW} root.querySelector('.filled').click()")
    page.notice().wait_part("summary")
    page.run(f"{SHADOW} root.querySelector('summary').click()")
    still(page)
    assert page.run(CLIPPED) == []
    assert page.run("return document.documentElement.scrollWidth <= innerWidth")


@BOTH
def test_it_is_mirrored_where_writing_runs_from_right_to_left(profile: str, site: Site, reader: Readers) -> None:
    page = reader(profile, site).tab()
    page.call("viewport", width=1280, height=800)
    page.goto("/politics/budget")
    show_content(page, {"dir": "rtl", "lang": "ar"})
    page.notice().wait()
    found = page.run(
        f"""{SHADOW} const x = (name) => root.querySelector(name).getBoundingClientRect().left;
        return [root.querySelector("section").dir, root.querySelector("section").lang, x(".ways"), x(".actions button:last-child"), x(".actions button"), x(".words")]"""
    )
    assert found[:2] == ["rtl", "ar"]
    assert found[2:] == sorted(found[2:])


def test_targets_are_large_enough(site: Site, reader: Readers) -> None:
    page = reader("chromium", site).open(PREVIEW)
    notice = page.notice().wait()
    for width in (1280, 360):
        page.call("viewport", width=width, height=700)
        still(page)
        if page.run(f"{SHADOW} return root.querySelector('.opener').ariaExpanded") == "false":
            notice.click("More")
        notice.wait_part(".rest")
        names = ("Show me how", "Not now", "More", "I already support you", "Don’t ask again", "What we count")
        for name in names:
            assert min(notice.size(name)) >= 44, name


@BOTH
def test_the_strictest_policies_let_it_look_and_work_the_same(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none';"
        " require-trusted-types-for 'script'; trusted-types adnotice"
    )
    site = newsroom(
        sheets={"/": Sheet(sheet(LONG).body.replace("<style></style>", ""), {"content-security-policy": policy})}
    )
    watch = "window.refused = []; addEventListener('securitypolicyviolation', (each) => window.refused.push(each.violatedDirective + ' ' + each.blockedURI))"
    page = reader(profile, site).open("/#adnotice=preview", before=watch)
    notice = page.notice().wait()
    assert page.run(f"{SHADOW} return getComputedStyle(root.querySelector('.ask')).display") == "grid"
    notice.click("Show me how")
    notice.wait_text("uBlock Origin")
    assert page.run("return window.refused") == []
    assert page.problems() == []


@BOTH
def test_a_page_with_thin_headings_has_a_notice_whose_title_can_be_told_from_its_text(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    weights = {"100": "600", "300": "600", "400": "400", "700": "700", "900": "900"}
    thin = {f"/{weight}": sheet(LONG, f"h1{{font-weight:{weight}}}") for weight in weights}
    told = ":root{--reader-notice-heading-weight:300}h1{font-weight:700}"
    somebody = reader(profile, newsroom(sheets={**thin, "/told": sheet(LONG, told)}))
    for path, weight in [*weights.items(), ("told", "300")]:
        page = somebody.open(f"/{path}#adnotice=preview")
        page.notice().wait()
        assert page.run(f"{SHADOW} return getComputedStyle(root.querySelector('.title')).fontWeight") == weight, path


def test_it_follows_a_dark_page(newsroom: Newsroom, reader: Readers) -> None:
    dark = "body{background:#111;color:#eee}"
    site = newsroom(sheets={"/light": sheet(LONG, "body{color:#222}"), "/dark": sheet(LONG, dark)})
    lightness = f"""{SHADOW} const of = (color) => {{ const [r, g, b] = color.match(/[\\d.]+/g).map(Number); return (r + g + b) / 3 }};
      const style = getComputedStyle(root.querySelector("section")); return [of(style.backgroundColor), of(style.color)]"""
    somebody = reader("chromium", site)
    paper, text = somebody.open("/light#adnotice=preview").notice().wait()._page.run(lightness)
    assert paper > 220 > 60 > text
    paper, text = somebody.open("/dark#adnotice=preview").notice().wait()._page.run(lightness)
    assert paper < 60 < 220 < text


@BOTH
def test_colours_of_the_page_that_let_a_little_through_are_taken_opaque(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    style = (
        "body{background:#000}main{background:rgba(255,255,255,.92)}p{color:rgba(118,118,118,.9)}"
        ":root{--reader-notice-accent:rgba(0,0,118,.95)}"
    )
    page = reader(profile, newsroom(sheets={"/": sheet(LONG, style)})).open("/#adnotice=preview")
    page.notice().wait()
    painted = page.run(
        f"""{SHADOW} const {{backgroundColor, color}} = getComputedStyle(root.querySelector("section"));
        return [backgroundColor, color, getComputedStyle(root.querySelector(".kicker")).color]"""
    )
    assert painted == ["rgb(255, 255, 255)", "rgb(118, 118, 118)", "rgb(0, 0, 118)"]


@pytest.mark.parametrize("look", ["light", "dark", "contrast", "narrow"])
@pytest.mark.parametrize("state", ["asking", "steps", "still", "thanks"])
def test_axe_finds_nothing_wrong(look: str, state: str, newsroom: Newsroom, reader: Readers) -> None:
    style = "body{background:#111;color:#eee}a{color:#9cf}" if look == "dark" else ""
    page = reader("chromium", newsroom(sheets={"/": sheet(LONG, style)})).tab()
    page.call("viewport", width=360 if look == "narrow" else 1280, height=800)
    page.call("media", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    if look == "contrast":
        page.call(
            "cdp",
            method="Emulation.setEmulatedMedia",
            params={"features": [{"name": "prefers-contrast", "value": "more"}]},
        )
    page.goto("/#adnotice=preview")
    notice = page.notice().wait()
    if state in ("steps", "still"):
        notice.click("Show me how")
        notice.wait_part("summary")
        page.run(f"{SHADOW} root.querySelector('summary').click()")
    if state == "still":
        page.run(f"{SHADOW} root.querySelector('.tools button').click()")
        notice.wait_text("still blocked")
    if state == "thanks":
        notice.click("More")
        notice.click("I already support you")
        notice.wait_text("Thank you")
    still(page)
    assert find_faults(page) == []


SHAPES = {
    "bar": ("bar", ""),
    "card": ("card", ""),
    "end": ("bar", "<div data-adnotice-slot='end'></div>"),
    "ad": ("bar", "<div data-adnotice-slot='ad' style='width:728px;min-height:250px'></div>"),
    "low": ("bar", "<div data-adnotice-slot='ad' style='width:728px;min-height:90px'></div>"),
}


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("shape", SHAPES)
def test_axe_finds_nothing_wrong_in_any_shape(shape: str, direction: str, newsroom: Newsroom, reader: Readers) -> None:
    name, mark = SHAPES[shape]
    before, after = ("", mark) if shape == "end" else (mark, "")
    page = reader("chromium", newsroom(sheets={"/": sheet(before + LONG + after)})).tab()
    page.call("viewport", width=1280, height=800)
    page.call("media", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    page.goto("/")
    links = [{"label": "Support us", "address": "/a"}]
    show_content(page, {"shape": name, "links": links, "dir": direction})
    page.notice().wait()
    page.run("document.querySelector('reader-notice').scrollIntoView({block: 'center'})")
    still(page)
    assert find_faults(page) == []
    page.notice().click("Show me how")
    page.notice().wait_part("summary")
    still(page)
    assert find_faults(page) == []


def test_screen_readers_find_a_region_with_a_name(site: Site, reader: Readers) -> None:
    page = reader("chromium", site).open(PREVIEW)
    page.notice().wait()
    page.call("cdp", method="Accessibility.enable")
    tree = page.call("cdp", method="Accessibility.getFullAXTree")["nodes"]
    told = [(node["role"]["value"], node["name"]["value"]) for node in tree if not node["ignored"] and "name" in node]
    assert ("region", "Note from The Daily Example") in told
    assert ("heading", "Ads help pay for what you read here.") in told
    assert ("button", "Not now") in told
    assert not [role for role, _ in told if role in ("dialog", "alert", "alertdialog")]


def test_it_is_not_printed(site: Site, reader: Readers) -> None:
    page = reader("chromium", site).open(PREVIEW)
    page.notice().wait()
    height = page.run("return document.documentElement.scrollHeight")
    page.call("media", type="print")
    assert page.run(f"{SHADOW} return getComputedStyle(host).display") == "none"
    assert page.run("return document.documentElement.scrollHeight") < height


def test_it_moves_only_for_those_who_want_movement(site: Site, reader: Readers) -> None:
    somebody = reader("chromium", site)
    for value, moves in [("reduce", False), ("no-preference", True)]:
        page = somebody.tab()
        page.call("media", features=[{"name": "prefers-reduced-motion", "value": value}])
        page.goto(PREVIEW)
        page.notice().wait()
        name = page.run(f"{SHADOW} return getComputedStyle(root.querySelector('section')).animationName")
        assert (name != "none") is moves


def test_in_forced_colours_its_edges_stay_visible(site: Site, reader: Readers) -> None:
    page = reader("chromium", site).tab()
    features = [{"name": "forced-colors", "value": "active"}]
    page.call("cdp", method="Emulation.setEmulatedMedia", params={"features": features})
    page.goto(PREVIEW)
    page.notice().wait()
    borders = page.run(
        f"""{SHADOW} return ["section", ".button"].map((name) => {{
          const style = getComputedStyle(root.querySelector(name)); return [style.borderTopWidth, style.borderTopStyle] }})"""
    )
    assert borders == [["3px", "double"], ["2px", "solid"]]


@BOTH
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (360, 640)])
def test_text_twice_as_large_still_fits(profile: str, width: int, height: int, site: Site, reader: Readers) -> None:
    page = reader(profile, site).tab()
    page.call("viewport", width=width, height=height)
    page.goto(PREVIEW)
    page.notice().wait()
    page.run(f"{SHADOW} root.querySelector('section').style.fontSize = '32px'")
    still(page)
    assert page.run(CLIPPED) == []
    page.notice().click("Show me how")
    page.notice().wait_part(".steps")
    still(page)
    assert page.run(CLIPPED) == []
    region, head, foot = page.run(
        f"{SHADOW} return ['section', '.head', '.foot'].map((name) => root.querySelector(name).clientHeight)"
    )
    assert region - head - foot > region / 2, "most of it is left for the steps"


@pytest.mark.parametrize("profile", ["chromium", "firefox", "webkit"])
def test_it_is_dressed_before_anything_can_be_drawn(profile: str, site: Site, reader: Readers) -> None:
    page = reader(profile, site).open("/politics/budget")
    page.run(f"""
      window.looks = [];
      const note = () => {{
        const host = document.querySelector("{HOST}");
        if (host) looks.push([getComputedStyle(host).position, host.offsetHeight > 0, host.shadowRoot.querySelector(".ask").dataset.as]);
      }};
      new MutationObserver(note).observe(document.body, {{childList: true}});
    """)
    show_content(page, {})
    page.notice().wait()
    assert page.run("return looks[0]") == ["fixed", True, "row"]
