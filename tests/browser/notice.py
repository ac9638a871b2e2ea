"""The notice as a reader meets it: found on screen, read, clicked with a real mouse, driven with real keys."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.browser.newspaper import ROOT, Sheet

if TYPE_CHECKING:
    from tests.browser.reader import Page

HOST: Final = "reader-notice"
SHOWN_SECONDS: Final = 10.0
QUIET_SECONDS: Final = 1.5

BOTH: Final = pytest.mark.parametrize("profile", ["chromium", "firefox"])
PREVIEW: Final = "/politics/budget#adnotice=preview"
SHADOW: Final = f'const host = document.querySelector("{HOST}"); const root = host.shadowRoot;'

LONG: Final = "<main><h1>News</h1>" + '<p>Words follow words. <a href="/x">Read on</a></p>' * 60 + "</main>"
SHORT: Final = "<main><h1>News</h1><p>Short.</p></main>"

_SHOW: Final = """
  const answer = await fetch(`/_adnotice/notice?lang=${document.documentElement.lang}`);
  const content = await answer.json();
  Object.assign(content, args[0], {text: {...content.text, ...args[0].text}});
  for (const name in content.text) content.text[name] = args[1] ? content.text[name] + " " + content.text[name] : content.text[name];
  const bring = (name, detail) => new Promise((done) => {
    const script = document.createElement("script");
    script.src = `/_adnotice/${name}.js`;
    script.onload = () => done(script.dispatchEvent(new CustomEvent("adnotice:begin", {detail})));
    document.head.append(script);
  });
  const post = (address, body) => fetch(address, {method: "POST", headers: {"content-type": "application/json"}, body});
  await bring("notice", {content, page: location.pathname, base: "/_adnotice", bring, post, recheck: async () => null, refused: () => false});
"""


SHIFTS = """
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.shifts.push([entry.value, entry.hadRecentInput]);
  }).observe({type: "layout-shift", buffered: true});
"""

GEOMETRY: Final = f"""{SHADOW}
  return [...root.querySelectorAll("*")].filter((each) => each.getClientRects().length && each.checkVisibility()).map((each) => {{
    const box = each.getBoundingClientRect(), style = getComputedStyle(each);
    return [each.localName, Math.round(box.x), Math.round(document.documentElement.clientHeight - box.bottom), Math.round(box.width),
            Math.round(box.height), style.color, style.fontSize, style.textAlign, style.textTransform, style.opacity];
  }})"""
"""Each part of it that has a box: where, how large, in which colour and type."""

OWN: Final = """
  :root { --reader-notice-heading-font: serif; --reader-notice-heading-weight: 700; --reader-notice-font: serif;
    --reader-notice-button-font: sans-serif; --reader-notice-column: 1000px; --reader-notice-background: #fff;
    --reader-notice-text: #111; --reader-notice-accent: #8a1f17 }
"""
"""What a page says itself of the notice's looks."""

CLIPPED = f"""{SHADOW}
  const found = [];
  for (const each of root.querySelectorAll("*")) {{
    if (!each.getClientRects().length || each.closest(".quiet, .least .opener")) continue;
    const box = each.getBoundingClientRect();
    if (box.left < -1 || box.right > innerWidth + 1) found.push([each.className || each.localName, "outside"]);
    if (each.localName !== "section" && each.scrollWidth > each.clientWidth + 1 && each.clientWidth) {{
      found.push([each.className || each.localName, "overflows", each.scrollWidth, each.clientWidth]);
    }}
  }}
  return found;
"""

WINDOWS = [(320, 568), (360, 640), (390, 844), (768, 1024), (844, 390), (1280, 800), (1920, 1080)]

APPEAL = (
    "Our reporters spend days on a single story, and most of what that costs is paid for by the advertisements that stand"
    " beside it. Would you switch your blocker off for this one site? You will see no pop-ups and hear no sound, and you can"
    " switch it on again any time. Those who would rather pay can do so below, too."
)
LABEL = "Become a patron of our small local newsroom."
LINKS = [
    {"label": LABEL, "address": "/a"},
    {"label": "Give once", "address": "/b"},
    {"label": "Subscribe", "address": "/c"},
]
LONGEST = {
    "title": "Werbung trägt dazu bei, zu bezahlen, was Sie hier lesen.",
    "title_alone": "Könnten Sie Werbung auf dieser einen Website zulassen, bitte?",
    "how": "Zeigen Sie mir, wie das geht",
    "not_now": "Jetzt lieber nicht",
    "more": "Weitere Möglichkeiten",
}


def sheet(body: str, style: str = "", title: str = "Front page") -> Sheet:
    """A page of somebody's site."""
    return Sheet(
        f'<!doctype html><html lang="en"><head><title>{title}</title><meta name="viewport" content="width=device-width">'
        f"<style>{style}</style></head><body>{body}</body></html>"
    )


def show_content(page: Page, changes: dict[str, Any], *, twice: bool = False) -> None:
    """Shows the preview's notice on this page with some of its content changed; `twice`: every sentence is said twice."""
    page.run(_SHOW, {"preview": False, **changes}, twice)


_STEADY: Final = f"""{SHADOW} await new Promise((done) => setTimeout(done, 600));
  const box = host.getBoundingClientRect(), ask = root.querySelector(".ask");
  const shown = (each) => each.checkVisibility();
  const names = [...ask.querySelectorAll("button, a")].filter(shown).map((each) => each.innerText || each.textContent);
  const inside = [...ask.querySelectorAll("button, a, h2, p")].filter(shown).map((each) => each.getBoundingClientRect())
    .every((each) => each.top >= box.top - 1 && each.bottom <= box.bottom + 1 && each.left >= 0 && each.right <= innerWidth);
  return {{width: box.width, height: box.height, bottom: box.bottom, card: host.hasAttribute("card"), depth: innerHeight, names, inside,
    title: ask.querySelector("h2:not(.alone)").checkVisibility(), alone: ask.querySelector(".alone").checkVisibility(),
    body: ask.querySelector(".words .body").checkVisibility(), ...ask.dataset,
    scrolls: root.querySelector("section").scrollHeight > root.querySelector("section").clientHeight + 1}};"""


def look_at_size(page: Page) -> dict[str, Any]:
    """How much of the page it covers, and with what, once it stands still."""
    found: dict[str, Any] = page.run(_STEADY)
    return found


def hold_to_size(seen: dict[str, Any], width: int, height: int, *, enlarged: bool = False) -> None:
    """Holds a notice over the page to its size, and what it keeps on screen whatever goes."""
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


def find_faults(page: Page, where: str = HOST) -> list[Any]:
    """What axe-core finds wrong with the notice as it stands, or with what else this selector names."""
    if not page.run("return Boolean(window.axe)"):
        page.run((ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
    found: list[Any] = page.run(
        """const found = await axe.run({include: [[args[0]]]}, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]});
        return [...found.violations, ...found.incomplete.filter((each) => each.id === "color-contrast")].map(
          (each) => [each.id, each.nodes.map((node) => node.html + " " + node.failureSummary)
            .filter((told) => !/obscured|overlap/.test(told))]) // scrolled out of sight
          .filter(([, nodes]) => nodes.length)""",
        where,
    )
    return found


_LOOK: Final = f"""
  const host = document.querySelector("{HOST}");
  if (!host || !host.shadowRoot) return null;
  const box = host.getBoundingClientRect();
  const style = getComputedStyle(host);
  const shown = style.display !== "none" && style.visibility !== "hidden" && box.width > 0 && box.height > 0
    && !host.hasAttribute("closed");
  const region = host.shadowRoot.querySelector("[role=region], section"), label = host.shadowRoot.querySelector(".label");
  const box2 = (region || host).getBoundingClientRect();
  const moving = [...host.getAnimations(), ...host.shadowRoot.getAnimations()].some((each) => each.playState === "running");
  return {{shown, moving, text: (label ? label.innerText + " " : "") + region.innerText, lang: (region || host).lang || host.lang,
          dir: (region || host).dir || host.dir,
          box: {{x: box2.x, y: box2.y, width: box2.width, height: box2.height}},
          viewport: {{width: innerWidth, height: innerHeight}}}};
"""

_FIND: Final = f"""
  const host = document.querySelector("{HOST}");
  if (!host || !host.shadowRoot) return null;
  const wanted = args[0].toLowerCase();
  const named = (element) => (element.getAttribute("aria-label") || element.innerText || "").trim().toLowerCase();
  const all = [...host.shadowRoot.querySelectorAll("button, a, summary")].filter((each) => each.getClientRects().length);
  const found = all.find((each) => named(each) === wanted) || all.find((each) => named(each).includes(wanted));
  if (!found) return {{names: all.map(named)}};
  found.scrollIntoView({{block: "nearest"}});
  const box = found.getBoundingClientRect();
  const x = box.x + box.width / 2, y = box.y + box.height / 2;
  const top = document.elementFromPoint(x, y);
  return {{x, y, width: box.width, height: box.height, reachable: top === host, over: top && top.outerHTML.slice(0, 200)}};
"""

_HAS_PANEL: Final = f"""
  const host = document.querySelector("{HOST}");
  return Boolean(host && host.shadowRoot && host.shadowRoot.querySelector("#steps"));
"""

_HAS_SAID_FAREWELL: Final = f"""
  const host = document.querySelector("{HOST}");
  return !host || host.hasAttribute("closed") && host.shadowRoot.querySelector("[role=status]").textContent.startsWith("Closed.");
"""


class Notice:
    """The notice of one page, looked at anew with every question."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def look(self) -> dict[str, Any] | None:
        """What is there now; None when there is no such element."""
        found: dict[str, Any] | None = self._page.run(_LOOK)
        return found

    @property
    def shown(self) -> bool:
        """Whether it is on screen now."""
        seen = self.look()
        return bool(seen and seen["shown"])

    @property
    def settled(self) -> bool:
        """Whether it is on screen now and has come to rest where it will stay."""
        seen = self.look()
        return bool(seen and seen["shown"] and not seen["moving"])

    @property
    def text(self) -> str:
        """What it says now."""
        seen = self.look()
        return str(seen["text"]) if seen else ""

    def wait(self, seconds: float = SHOWN_SECONDS) -> Notice:
        """Returns itself when it is on screen and rests; an AssertionError tells what the page's console said instead."""
        deadline = time.monotonic() + seconds
        while not self.settled:
            if time.monotonic() > deadline:
                raise AssertionError(f"no notice within {seconds:g} seconds. Console:\n{self._page.console()}")
            time.sleep(0.05)
        return self

    def wait_gone(self, seconds: float = SHOWN_SECONDS) -> None:
        """Returns when it is off screen."""
        deadline = time.monotonic() + seconds
        while self.shown:
            assert time.monotonic() < deadline, f"the notice is still there after {seconds:g} seconds: {self.text}"
            time.sleep(0.05)

    def wait_text(self, words: str, seconds: float = SHOWN_SECONDS) -> None:
        """Returns when it says these words (in any case)."""
        deadline = time.monotonic() + seconds
        while words.lower() not in self.text.lower():
            assert time.monotonic() < deadline, f"not within {seconds:g} seconds: {words!r} in {self.text!r}"
            time.sleep(0.05)

    def wait_part(self, selector: str, seconds: float = SHOWN_SECONDS) -> None:
        """Returns when this part of it (a CSS selector) is on screen: what a press brings is loaded by the press."""
        part = (
            f"{SHADOW} const part = root.querySelector(args[0]); return Boolean(part && part.getClientRects().length)"
        )
        deadline = time.monotonic() + seconds
        while not self._page.run(part, selector):
            assert time.monotonic() < deadline, f"not within {seconds:g} seconds: {selector!r} in {self.text!r}"
            time.sleep(0.05)

    def wait_panel(self, seconds: float = SHOWN_SECONDS) -> None:
        """Returns when what a press brings is in it, open or not."""
        deadline = time.monotonic() + seconds
        while not self._page.run(_HAS_PANEL):
            assert time.monotonic() < deadline, f"no panel within {seconds:g} seconds. Console:\n{self._page.console()}"
            time.sleep(0.05)

    def wait_farewell(self, seconds: float = SHOWN_SECONDS) -> None:
        """Returns when it is closed and has given the focus back: its last word is said, or it has left the page."""
        deadline = time.monotonic() + seconds
        while not self._page.run(_HAS_SAID_FAREWELL):
            assert time.monotonic() < deadline, f"no last word within {seconds:g} seconds: {self.text}"
            time.sleep(0.05)

    def stays_away(self, seconds: float = QUIET_SECONDS) -> bool:
        """Watches for a while: True when it was never on screen."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.shown:
                return False
            time.sleep(0.1)
        return True

    def click(self, name: str) -> None:
        """Clicks a button or link by its name, where a mouse would; fails when something lies over it."""
        deadline = time.monotonic() + SHOWN_SECONDS
        while "x" not in ((target := self._page.run(_FIND, name)) or {}) and time.monotonic() < deadline:
            time.sleep(0.05)  # what a press brings is loaded by it
        assert target is not None, "there is no notice"
        assert "x" in target, f"no button {name!r}, there are: {target['names']}"
        assert target["reachable"], f"{name!r} can't be clicked, over it lies {target['over']}"
        self._page.call("click", x=target["x"], y=target["y"])

    def size(self, name: str) -> tuple[float, float]:
        """Width and height of a button or link in CSS pixels."""
        target = self._page.run(_FIND, name)
        return target["width"], target["height"]
