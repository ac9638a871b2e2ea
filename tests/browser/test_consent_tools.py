"""Beside real consent tools: never while one asks, after it was answered whatever the answer, and never over what it leaves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

import pytest

from tests.browser.conftest import Newsroom, Readers
from tests.browser.notice import LONG, sheet
from tests.browser.packages import address
from tests.browser.reader import Page, wait_until

LARGE: Final = (1280, 800)
PHONE: Final = (360, 640)


@dataclass(frozen=True, kw_only=True)
class Tool:
    """What a page has for it, and where its parts are, by selectors."""

    files: tuple[str, ...]
    before: str = ""
    """A script before these files."""
    after: str = ""
    """A script after them."""
    asks: str
    accept: str
    refuse: str = ""
    """Empty: it has one answer."""
    leaves: str = ""
    """What stays in the window after the answer."""
    reopen: str = ""
    """A script that opens its settings, as a link of the site's does; what it leaves is clicked where it leaves something."""
    settings: str = ""
    close: str = ""


TARTEAUCITRON: Final = """
  tarteaucitron.init({privacyUrl: "", orientation: "%s", showAlertSmall: %s, showIcon: %s, cookieslist: false, adblocker: false,
    googleConsentMode: false, bingConsentMode: false, removeCredit: true});
  addEventListener("tac.root_available", () => {
    tarteaucitron.services.figures = {key: "figures", type: "analytic", name: "Figures", needConsent: true, cookies: [],
      uri: "/privacy", js: () => {}, fallback: () => {}};
  });
  (tarteaucitron.job = tarteaucitron.job || []).push("figures");
"""

TOOLS: Final = {
    "vanilla-cookieconsent": Tool(
        files=("vanilla-cookieconsent/dist/cookieconsent.css", "vanilla-cookieconsent/dist/cookieconsent.umd.js"),
        after="""CookieConsent.run({hideFromBots: false, categories: {necessary: {enabled: true, readOnly: true}, figures: {}},
          language: {default: "en", translations: {en: {
            consentModal: {title: "Cookies", description: "May we count?", acceptAllBtn: "Yes", acceptNecessaryBtn: "No",
              showPreferencesBtn: "Settings"},
            preferencesModal: {title: "Settings", acceptAllBtn: "Yes", acceptNecessaryBtn: "No", savePreferencesBtn: "Save",
              closeIconLabel: "Close", sections: [{title: "Figures", description: "How many", linkedCategory: "figures"}]}}}}})""",
        asks="#cc-main .cm",
        accept="#cc-main .cm [data-role=all]",
        refuse="#cc-main .cm [data-role=necessary]",
        reopen="CookieConsent.showPreferences()",
        settings="#cc-main .pm",
        close="#cc-main .pm__close-btn",
    ),
    "osano": Tool(
        files=("cookieconsent/build/cookieconsent.min.css", "cookieconsent/build/cookieconsent.min.js"),
        after="""addEventListener("load", () => cookieconsent.initialise({type: "opt-in", revokable: true,
          palette: {popup: {background: "#000"}, button: {background: "#f1d600"}}}))""",
        asks=".cc-window",
        accept=".cc-allow",
        refuse=".cc-deny",
        leaves=".cc-revoke",
        settings=".cc-window",
        close=".cc-allow",
    ),
    "tarteaucitron": Tool(
        files=("tarteaucitronjs/tarteaucitron.js",),
        after=TARTEAUCITRON % ("bottom", "false", "true"),
        asks="#tarteaucitronAlertBig",
        accept="#tarteaucitronPersonalize2",
        refuse="#tarteaucitronAllDenied2",
        leaves="#tarteaucitronIcon",
        settings="#tarteaucitron",
        close="#tarteaucitronClosePanel",
    ),
    "tarteaucitron with its banner": Tool(
        files=("tarteaucitronjs/tarteaucitron.js",),
        after=TARTEAUCITRON % ("middle", "true", "false"),
        asks="#tarteaucitronAlertBig",
        accept="#tarteaucitronPersonalize2",
        refuse="#tarteaucitronAllDenied2",
        leaves="#tarteaucitronAlertSmall",
        settings="#tarteaucitron",
        close="#tarteaucitronClosePanel",
    ),
    "klaro": Tool(
        before="""window.klaroConfig = {version: 1, acceptAll: true, privacyPolicy: "/privacy",
          services: [{name: "figures", title: "Figures", purposes: ["counting"]}]}""",
        files=("klaro/dist/klaro.js",),
        asks=".klaro .cookie-notice",
        accept=".klaro .cm-btn-success",
        refuse=".klaro .cn-decline",
        reopen="klaro.show(undefined, true)",
        settings=".klaro .cookie-modal .cm-modal",
        close=".klaro .cookie-modal .hide",
    ),
    "orejime": Tool(
        before="""window.orejimeConfig = {privacyPolicyUrl: "/privacy",
          purposes: [{id: "figures", title: "Figures", description: "How many", cookies: []}]}""",
        files=("orejime/dist/orejime-standard.css", "orejime/dist/orejime-standard-en.js"),
        asks=".orejime-Banner",
        accept=".orejime-Banner-saveButton",
        refuse=".orejime-Banner-declineButton",
        reopen="orejime.prompt()",
        settings=".orejime-Modal",
        close=".orejime-Modal-closeButton",
    ),
    "cookie-notice": Tool(
        files=("cookie-notice/dist/cookie.notice.min.js",),
        asks="#cookieNotice",
        accept="#cookieNotice .confirm",
    ),
}


def make_head(tool: Tool) -> str:
    """The scripts and sheets of a page that has this tool."""
    tags = [f"<script>{tool.before}</script>"]
    for path in tool.files:
        where = address(path)
        tags.append(
            f'<link rel="stylesheet" href="{where}">' if path.endswith(".css") else f'<script src="{where}"></script>'
        )
    return "".join([*tags, f"<script>{tool.after}</script>"])


SEEN: Final = """
  const seen = (each) => each && each.getClientRects().length && each.checkVisibility({opacityProperty: true, visibilityProperty: true});
"""

WATCH: Final = (
    SEEN
    + """
  window.beside = [];
  let asks = 0, stands = 0; // since when
  const look = () => {
    const dialog = document.querySelector(ASKS), notice = document.querySelector("reader-notice"), now = performance.now();
    if (seen(dialog)) asks ||= now;
    if (notice) stands ||= now;
    // one that comes after the notice is made way for, within a second
    if (seen(notice) && seen(dialog) && (asks < stands || now > asks + 1500)) window.beside.push([asks, stands, now].map(Math.round));
    requestAnimationFrame(look);
  };
  look();
  window.read = [];
  const note = (what) => {
    Error.stackTraceLimit = 50;
    if (new Error().stack.includes("/_adnotice/")) window.read.push(what);
  };
  const trap = (owner, name) => {
    const given = owner && Object.getOwnPropertyDescriptor(owner, name);
    if (!given) return;
    if (given.get) Object.defineProperty(owner, name, {...given, get() { note(name); return given.get.call(this); }});
    else owner[name] = function (...rest) { if (!/^adnotice/.test(rest[0])) note([name, ...rest].join(" ")); return given.value.apply(this, rest); };
  };
  trap(Document.prototype, "cookie");
  for (const name of ["getItem", "key"]) trap(Storage.prototype, name);
  for (const name of ["get", "getAll"]) trap(window.CookieStore?.prototype, name);
  for (const name of ["open", "databases"]) trap(IDBFactory.prototype, name);
  for (const name of GLOBALS) {
    let value;
    Object.defineProperty(window, name, {configurable: true, get: () => { note(name); return value; }, set: (given) => { value = given; }});
  }
"""
)
"""Notes the frames in which the notice was seen beside the dialog, and what scripts of ours read of where consent is kept."""

GLOBALS: Final = (
    "CookieConsent cookieconsent tarteaucitron klaro klaroConfig orejime orejimeConfig cookieNoticeJS"
    " __tcfapi __gpp __uspapi __cmp"
).split()

BARE: Final = """const left = document.querySelector(args[0]), host = document.querySelector("reader-notice");
  const box = left.getBoundingClientRect(), own = host.getBoundingClientRect();
  const apart = box.right <= own.left || box.left >= own.right || box.bottom <= own.top || box.top >= own.bottom;
  const middle = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
  return apart && left.contains(document.elementFromPoint(box.x + box.width / 2, middle))"""
"""Whether what a tool leaves is clear of the notice, and can be pressed where it is in sight."""


def is_seen(page: Page, selector: str) -> bool:
    """Whether this is on screen."""
    return bool(page.run(f"{SEEN} return seen(document.querySelector(args[0]))", selector))


def press(page: Page, selector: str) -> None:
    """Presses a part of the tool with a real mouse, once it can be pressed where it stands."""
    where = """const each = document.querySelector(args[0]);
      if (!each) return null;
      each.scrollIntoView({block: "nearest"});
      const box = each.getBoundingClientRect(), x = box.x + box.width / 2;
      const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
      return each.contains(document.elementFromPoint(x, y)) ? [x, y] : null"""
    x, y = wait_until(lambda: page.run(where, selector), f"{selector} can be pressed")
    page.call("click", x=x, y=y)


def hold_clear(page: Page, tool: Tool, window: tuple[int, int]) -> None:
    """In this window the notice is there, and what the tool leaves lies clear of it."""
    page.call("viewport", width=window[0], height=window[1])
    page.notice().wait()
    if tool.leaves:
        wait_until(lambda: page.run(BARE, tool.leaves), f"{tool.leaves} beside the notice, {window}", 4)


@pytest.mark.parametrize(
    ("profile", "answer", "shape"),
    [
        ("chromium-ghostery", "accept", "bar"),
        ("firefox-ublock", "refuse", "bar"),
        ("chromium-ghostery", "refuse", "card"),
        ("firefox-ublock", "accept", "card"),
    ],
)
@pytest.mark.parametrize("name", TOOLS)
def test_it_comes_once_a_consent_tool_was_answered_and_makes_way_for_its_settings(
    profile: str, answer: str, shape: str, name: str, newsroom: Newsroom, reader: Readers
) -> None:
    tool = TOOLS[name]
    site = newsroom(sheets={"/": sheet(make_head(tool) + LONG)}, notice_shape=shape)
    page = reader(profile, site).tab()
    page.call("viewport", width=LARGE[0], height=LARGE[1])
    page.call("before", body=f"const ASKS = {json.dumps(tool.asks)}, GLOBALS = {json.dumps(GLOBALS)}; {WATCH}")
    page.goto("/")
    wait_until(lambda: is_seen(page, tool.asks), "the tool asks")
    wait_until(page.notice().look, "the notice in the page", 20)
    page.notice().wait_gone(4)  # where the tool was slower, it is made way for
    for width, height in (LARGE, PHONE):
        page.call("viewport", width=width, height=height)
        assert page.notice().stays_away(1.3)
        assert is_seen(page, tool.asks)
    assert not site.counts().get("shown")
    press(page, tool.refuse if answer == "refuse" and tool.refuse else tool.accept)
    hold_clear(page, tool, PHONE)
    assert page.run("return window.beside") == []
    hold_clear(page, tool, LARGE)
    site.wait_for_counts(injected=1, blocked_content=1, asked=1, shown=1)
    if tool.settings:
        if tool.leaves:
            press(page, tool.leaves)
        else:
            page.run(tool.reopen)
        wait_until(lambda: is_seen(page, tool.settings), "its settings")
        page.notice().wait_gone(3)
        press(page, tool.close)
        hold_clear(page, tool, LARGE)
    assert page.run("return window.read") == []
    assert page.foreign_requests() == []
