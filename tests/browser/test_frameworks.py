"""The notice on pages that ten CSS frameworks and resets dress: it looks and works as anywhere, and they stay as they were."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import pytest

from tests.browser.conftest import Newsroom, Readers
from tests.browser.newspaper import ROOT, Sheet
from tests.browser.notice import (
    GEOMETRY,
    OWN,
    SHADOW,
    SHIFTS,
    find_faults,
    hold_to_size,
    look_at_size,
    sheet,
    show_content,
)
from tests.browser.packages import address
from tests.browser.reader import Page, wait_until

WINDOWS: Final = {"large": (1280, 800), "phone": (360, 640)}
SUPPORT: Final = {"links": [{"label": "Support us", "address": "/a"}]}
BUILT: Final = "/built.css"
DARK: Final = "html,body{background:#161616;color:#ddd}h1,h2{color:#fff}a{color:#9cf}"
"""Of pages whose framework has no dark look of its own."""


@dataclass(frozen=True, kw_only=True)
class Framework:
    """Its style sheets, how a page of it is made dark, and the classes that its pages have."""

    light: str
    dark: str = ""
    """A style sheet of its own for that."""
    dark_root: str = ""
    """What the root element has for that."""
    head: str = ""
    nav: str = ""
    main: str = ""
    title: str = ""
    text: str = ""
    table: str = ""
    button: str = ""


FRAMEWORKS: Final = {
    "bootstrap": Framework(
        light="bootstrap/dist/css/bootstrap.min.css",
        dark_root='data-bs-theme="dark"',
        head="navbar navbar-expand bg-body-tertiary sticky-top",
        nav="navbar-nav container",
        main="container",
        title="display-5 text-center",
        text="lead",
        table="table table-striped",
        button="btn btn-primary",
    ),
    "bulma": Framework(
        light="bulma/css/bulma.min.css",
        dark_root='data-theme="dark"',
        head="hero is-primary",
        nav="navbar",
        main="container content section",
        title="title is-1",
        text="subtitle",
        table="table is-striped is-fullwidth",
        button="button is-primary",
    ),
    "pico": Framework(
        light="@picocss/pico/css/pico.min.css",
        dark_root='data-theme="dark"',
        head="container",
        main="container",
        table="striped",
        button="contrast",
    ),
    "tailwindcss": Framework(
        light=BUILT,
        dark_root='class="bg-gray-900 text-gray-100"',
        head="sticky top-0 border-b",
        nav="flex gap-4 p-4 uppercase tracking-widest",
        main="mx-auto max-w-2xl space-y-4 px-4 text-justify antialiased",
        title="text-4xl font-thin leading-none",
        text="text-lg italic",
        table="w-full table-auto",
        button="rounded-full bg-blue-600 px-4 py-2 text-xs text-white uppercase",
    ),
    "normalize.css": Framework(light="normalize.css/normalize.css"),
    "modern-normalize": Framework(light="modern-normalize/modern-normalize.css"),
    "sanitize.css": Framework(light="sanitize.css/sanitize.css"),
    "water.css": Framework(light="water.css/out/light.min.css", dark="water.css/out/dark.min.css"),
    "milligram": Framework(light="milligram/dist/milligram.min.css", main="container", button="button"),
    "purecss": Framework(
        light="purecss/build/pure-min.css",
        nav="pure-menu pure-menu-horizontal",
        main="pure-u-1 pure-u-md-1-2",
        table="pure-table pure-table-striped",
        button="pure-button pure-button-primary",
    ),
}

TAILWIND: Final = """
  import { readFileSync } from "node:fs";
  import { compile } from "tailwindcss";
  const { build } = await compile(readFileSync("node_modules/tailwindcss/index.css", "utf8"));
  process.stdout.write(build(process.argv.slice(1)));
"""

REMEMBER: Final = """
  const note = (each) => {
    const {x, y, width, height} = each.getBoundingClientRect(), style = getComputedStyle(each);
    const noted = {tag: each.cloneNode().outerHTML, box: [x, y, width, height].map(Math.round).join()};
    for (const name of style) noted[name] = style.getPropertyValue(name);
    return noted;
  };
  const look = () => new Map([document.body, ...document.body.querySelectorAll("*")]
    .filter((each) => each.localName !== "reader-notice").map((each) => [each, note(each)]));
  const root = () => document.documentElement.cloneNode().outerHTML;
  // some frameworks blend colours in, when a page has loaded too
  const rest = () => Promise.allSettled(document.getAnimations().map((each) => each.finished));
  await rest();
  const before = look(), rootBefore = root();
  window.shifts &&= []; // those of the page alone
  window.compare = async () => {
    await rest();
    const after = look(), found = root() === rootBefore ? [] : [root()];
    for (const [each, noted] of before) {
      if (!after.has(each)) found.push([each.outerHTML, "is gone"]);
      else for (const name in noted) {
        const now = after.get(each)[name];
        if (now !== noted[name]) found.push([each.localName, name, noted[name], now]);
      }
    }
    for (const each of after.keys()) if (!before.has(each)) found.push([each.outerHTML, "is new"]);
    return found.slice(0, 9);
  };
  return before.size"""
"""Keeps where each element of the page is and all that its style says; `compare()` tells what is no longer so."""

END: Final = """const foot = document.querySelector("footer"), host = document.querySelector("reader-notice");
  scrollTo({top: 1e6, behavior: "instant"});
  await new Promise(requestAnimationFrame);
  return foot.getBoundingClientRect().bottom - host.getBoundingClientRect().top"""
"""How many px of the page's foot lie under the notice when the page is scrolled to its end."""

FOCUSED: Final = f"""{SHADOW} const stop = root.activeElement;
  if (!stop) return null;
  const style = getComputedStyle(stop), box = stop.getBoundingClientRect();
  const paper = getComputedStyle(root.querySelector("section")).backgroundColor;
  const light = (written) => {{
    const [red, green, blue] = written.match(/[\\d.]+/g).map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  }};
  const [low, high] = [light(style.outlineColor), light(paper)].sort((one, other) => one - other);
  return {{name: stop.innerText || stop.textContent, line: style.outlineStyle, width: parseFloat(style.outlineWidth), contrast: high / low,
    onTop: document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2) === host
      && root.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2).closest("button, a") === stop}}"""


@cache
def build_tailwind(*classes: str) -> str:
    """What Tailwind's own compiler makes of these classes, its reset before them."""
    command = ["node", "--input-type=module", "--eval", TAILWIND, "--", *classes]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def make_body(framework: Framework) -> str:
    """An article as pages of this framework have it, with one element of each kind."""
    each = framework
    text = f'<p>The session lasted until half past two in the morning, <a href="/x">as it does each year</a>. {"Words. " * 40}</p>'
    rows = "".join(f"<tr><th>Ward {n}</th><td>{n * 17}</td></tr>" for n in range(1, 5))
    return f"""<header class="{each.head}"><nav class="{each.nav}"><a href="/news">News</a> <a href="/sports">Sports</a></nav></header>
      <main class="{each.main}"><h1 class="{each.title}">Council passes the budget after a long night</h1>
      <article><p class="{each.text}">What it means for you, in a sentence that fills one line of the column.</p>{text * 4}
      <section><h2>Who voted for it</h2><ul><li>Some</li><li>Others</li></ul><blockquote>“At last.”</blockquote></section>
      <figure><table class="{each.table}"><tbody>{rows}</tbody></table><figcaption>The vote</figcaption></figure>
      <details open><summary>More figures</summary><pre><code>17 + 34</code></pre></details><hr>
      <form><label>Your address <input type="email"></label> <label><input type="checkbox"> Weekly</label>
      <select><option>Weekly</option></select> <button type="button" class="{each.button}">Subscribe</button></form>{text * 4}</article></main>
      <aside><h2>Most read</h2>{text}</aside><footer><p>The Daily Example</p><a href="/imprint">Imprint</a></footer>"""


def make_sheets(name: str, *, dark: bool = False, style: str = "") -> dict[str, Sheet]:
    """A page of this framework, and what it loads that no package has as a file."""
    framework = FRAMEWORKS[name]
    body = make_body(framework)
    made: dict[str, Sheet] = {}
    linked = framework.dark if dark and framework.dark else framework.light
    if linked == BUILT:
        address("tailwindcss/index.css")
        classes = " ".join([*vars(framework).values(), framework.dark_root]).replace('"', " ").replace("=", " ").split()
        made[BUILT] = Sheet(build_tailwind(*classes), media_type="text/css")
    else:
        linked = address(linked)
    if dark and not framework.dark and not framework.dark_root:
        style = DARK + style
    root = framework.dark_root if dark else ""
    page = sheet(f'<link rel="stylesheet" href="{linked}"><style>{style}</style>{body}')
    return {"/": Sheet(page.body.replace('lang="en"', f'lang="en" {root}')), **made}


TOLD: Final = f"{OWN} html {{ scrollbar-width: none !important }}"
"""A page that says how the notice is to look; its scroll bar, which some make narrow, takes no part of its width."""

PLAIN: Final[dict[tuple[str, str], list[Any]]] = {}
"""The notice on a page without a framework, by browser and window."""


@pytest.mark.parametrize(
    ("profile", "window"), [("chromium", "large"), ("firefox", "phone"), ("chromium", "phone"), ("firefox", "large")]
)
@pytest.mark.parametrize("name", FRAMEWORKS)
def test_no_framework_changes_the_notice_of_a_page_that_says_how_it_is_to_look(
    profile: str, window: str, name: str, newsroom: Newsroom, reader: Readers
) -> None:
    plain = sheet(make_body(FRAMEWORKS[name]), TOLD)
    somebody = reader(profile, newsroom(sheets={**make_sheets(name, style=TOLD), "/plain": plain}))
    if (profile, window) not in PLAIN:
        PLAIN[profile, window] = measure(somebody.tab(), "/plain", window)
    assert measure(somebody.tab(), "/", window) == PLAIN[profile, window]


def open_window(page: Page, window: str) -> tuple[int, int]:
    """Gives the page's window this size."""
    width, height = WINDOWS[window]
    page.call("viewport", width=width, height=height)
    return width, height


def measure(page: Page, path: str, window: str) -> list[Any]:
    """The parts of a page's notice while it asks, and with its steps."""
    open_window(page, window)
    page.goto(f"{path}#adnotice=preview")
    page.notice().wait()
    asking = rest(page)
    page.notice().click("Show me how")
    page.notice().wait_part(".steps")
    seen = [asking, rest(page)]
    assert all(len(each) > 8 for each in seen)
    return seen


def rest(page: Page) -> list[Any]:
    """The notice's parts once they stand still."""
    last: list[Any] = []

    def look() -> bool:
        nonlocal last
        before, last = last, page.run(f"await new Promise((done) => setTimeout(done, 150)); {GEOMETRY}")
        return last == before

    wait_until(look, "the notice at rest")
    return last


@pytest.mark.parametrize(
    ("profile", "scheme", "window"),
    [
        ("chromium", "light", "large"),
        ("firefox", "dark", "phone"),
        ("chromium", "dark", "phone"),
        ("firefox", "light", "large"),
        ("chromium", "dark", "large"),
        ("firefox", "light", "phone"),
        ("chromium", "light", "phone"),
        ("firefox", "dark", "large"),
    ],
)
@pytest.mark.parametrize("name", FRAMEWORKS)
def test_on_a_frameworks_page_it_is_small_legible_and_usable_and_the_page_stays_as_it_was(
    profile: str, scheme: str, window: str, name: str, newsroom: Newsroom, reader: Readers
) -> None:
    page = reader(profile, newsroom(sheets=make_sheets(name, dark=scheme == "dark"))).tab()
    width, height = open_window(page, window)
    if profile == "chromium":
        page.call("before", body=SHIFTS)
    page.goto("/")
    page.verdict()
    assert page.run(REMEMBER) > 40
    show_content(page, SUPPORT)
    page.notice().wait()
    hold_to_size(look_at_size(page), width, height)
    assert page.run("return window.shifts ?? []") == [], "nothing moves when it comes"
    assert page.run("return compare()") == []
    hold_to_buttons(page)
    hold_to_scheme(page, scheme)
    assert find_faults(page) == []
    assert page.run(END) <= 1, "the page's last line can be read"
    walk_in(page)
    page.call("press", key="Enter", modifiers=[])
    page.notice().wait_farewell()
    page.run("document.activeElement.blur(); scrollTo({top: 0, behavior: 'instant'})")
    assert page.run("return compare()") == []


def hold_to_buttons(page: Page) -> None:
    """Its two buttons are neighbours of one height and type, in words as they were written."""
    boxes = f"""{SHADOW} return [...root.querySelectorAll(".actions button")].map((each) => {{
      const {{fontSize, fontFamily, fontWeight, letterSpacing, textTransform}} = getComputedStyle(each);
      return {{...each.getBoundingClientRect().toJSON(), words: each.innerText,
        type: [fontSize, fontFamily, fontWeight, letterSpacing, textTransform].join()}} }})"""
    ask, later = page.run(boxes)
    assert [ask["words"], later["words"]] == ["Show me how", "Not now"]
    assert ask["type"] == later["type"]
    assert ask["type"].endswith(",normal,none")
    assert abs(ask["height"] - later["height"]) < 1
    assert ask["height"] >= 44
    assert abs(ask["top"] - later["top"]) < 1
    assert 0 < later["left"] - ask["right"] <= 16


def hold_to_scheme(page: Page, scheme: str) -> None:
    """Its paper and ink are those of the page: dark on light, or light on dark."""
    paper, ink = page.run(
        f"""{SHADOW} const {{backgroundColor, color}} = getComputedStyle(root.querySelector("section"));
        return [backgroundColor, color].map((each) => each.match(/[\\d.]+/g).map(Number).reduce((one, other) => one + other) / 3)"""
    )
    assert (paper > 220 > 128 > ink) if scheme == "light" else (paper < 60 < 160 < ink), (paper, ink)


def walk_in(page: Page) -> None:
    """The keyboard leads from the page's last link to its two buttons, of which the last keeps the focus, and one sees where one is."""
    page.run("[...document.querySelectorAll('footer a')].pop().focus()")
    for name in ("Show me how", "Not now"):
        page.call("press", key="Tab", modifiers=[])
        stop = page.run(FOCUSED)
        assert stop is not None
        assert stop["name"] == name
        assert stop["line"] == "solid"
        assert stop["width"] >= 2
        assert stop["contrast"] >= 3
        assert stop["onTop"]
