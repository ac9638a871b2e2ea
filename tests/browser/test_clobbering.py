"""Markup that readers may write (a comment with `<img name="currentScript">`) has no say in what our scripts read.

Named elements stand before the properties of `document`, and before those of `window` that are not there. The names are
taken from the sources: every property that a script of ours reads, and every global that it asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from adnotice.detect.presets import PRESETS
from adnotice.http.static_files import STATIC
from tests.browser import internet
from tests.browser.conftest import Newsroom, Readers
from tests.browser.internet import Cut, Hit
from tests.browser.newspaper import Sheet
from tests.browser.profiles import AD_HOSTS
from tests.browser.reader import Page, wait_until

EVIL = "https://evil.example.test"
LURE = f"{EVIL}/x/client.js"
AD_TAG = '<script async nonce="r4nd0m" src="https://securepubads.g.doubleclick.net/tag/js/gpt.js"></script>'
POLICIES = {
    "no policy": "",
    "nonce, strict-dynamic and Trusted Types": (
        "script-src 'nonce-r4nd0m' 'strict-dynamic'; require-trusted-types-for 'script'"
    ),
    "own scripts and the ad host's": "script-src 'self' https://securepubads.g.doubleclick.net; base-uri 'self'",
}
KINDS = {
    "img": '<img name="{0}" id="{0}" src="{1}">',
    "embed": '<embed name="{0}" id="{0}" src="{1}">',
    "object": '<object name="{0}" id="{0}" data="{1}"></object>',
    "form": '<form name="{0}" id="{0}" action="{1}"><input name="src" value="{1}">{2}</form>',
    "two forms": '<form name="{0}" id="{0}">{2}</form><form name="{0}" id="{0}"></form>',
    "iframe": '<iframe name="{0}" id="{0}" src="{1}"></iframe>',
    "nested iframe": '<iframe name="{0}" id="{0}" srcdoc="<iframe name=apiReady></iframe>"></iframe>',
}
SEEN = """
  const own = (name) => Object.getOwnPropertyDescriptor(window, name)?.value;
  for (let turn = 0; turn < 100 && !(own("adnotice")?.verdict instanceof Promise); turn++)
    await new Promise((go) => setTimeout(go, 50));
  const late = new Promise((done) => setTimeout(done, 20000, {verdict: "no answer"}));
  return own("adnotice") ? Promise.race([own("adnotice").verdict, late]) : {verdict: "no script"};
"""
NOTICE = "return Reflect.get(Document.prototype, 'querySelectorAll', document).call(document, 'reader-notice').length"


def sources() -> str:
    """All our modules, without comments."""
    texts = [path.read_text() for path in sorted((STATIC / "src").rglob("*.js"))]
    return re.sub(r"/\*[\s\S]*?\*/|//.*", "", "\n".join(texts))


def parents() -> list[str]:
    """What something is read of, under a dotted name: a frame's own frames are found under such a one."""
    roots = {effect.partition(".")[0] for preset in PRESETS.values() for effect in preset.effects}
    return sorted(roots | {"adnotice"})


def asked_of_document_and_window() -> list[str]:
    """What is read as a property of the document, or asked for as a global."""
    found = re.findall(r"\bdoc\.(\w+)|siteValue\(\"(\w+)\"\)", sources())
    return sorted({name for pair in found for name in pair if name} | {*parents()})


def read_anywhere() -> list[str]:
    """Every property that is read of anything."""
    return sorted({*re.findall(r"\.([A-Za-z_]\w*)", sources()), *asked_of_document_and_window()})


def markup(kind: str) -> str:
    """The comment with one element for each name."""
    names = (
        parents()
        if kind == "nested iframe"
        else asked_of_document_and_window()
        if kind in ("iframe", "embed", "object")
        else read_anywhere()
    )
    fields = "".join(
        f'<input name="{effect.partition(".")[2]}">' for each in PRESETS.values() for effect in each.effects
    )
    return "\n".join(KINDS[kind].format(name, LURE, fields) for name in names)


def sheet(kind: str, policy: str) -> Sheet:
    body = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Comments</title>{AD_TAG}</head><body>'
        f"<main><h1>Comments</h1><p>{'An article. ' * 200}</p></main><section>{markup(kind) if kind else ''}</section>"
        f"{f'<base href={EVIL}/>' if kind else ''}</body></html>"
    )
    return Sheet(body, {"content-security-policy": POLICIES[policy]} if POLICIES[policy] else {})


def baits_stopped(hit: Hit) -> Cut | None:
    """What a content blocker stops."""
    return Cut() if re.search(r"/(adverts|pix/ads|assets/ads)/", hit.path) else None


def bounded() -> Iterator[Any]:
    """Each kind under one policy; all under all in the long lane."""
    for number, kind in enumerate(KINDS):
        for turn, policy in enumerate(POLICIES):
            marks = [] if turn == number % len(POLICIES) else [pytest.mark.endurance]
            yield pytest.param(kind, policy, id=f"{kind}, {policy}", marks=marks)


def test_the_names_are_those_of_the_sources() -> None:
    assert {"currentScript", "referrer", "createElement", "head", "googletag", "adnotice"} <= set(
        asked_of_document_and_window()
    )
    assert len(read_anywhere()) > 100


@pytest.fixture(scope="module")
def without() -> dict[tuple[str, str, bool], Any]:
    """What is seen on a page that has no such elements, by browser, policy and weather: looked at once for all kinds."""
    return {}


@pytest.mark.parametrize("profile", ["chromium", "firefox"])
@pytest.mark.parametrize(("kind", "policy"), [*bounded()])
def test_elements_with_our_names_change_nothing(
    kind: str,
    policy: str,
    profile: str,
    newsroom: Newsroom,
    reader: Readers,
    without: dict[tuple[str, str, bool], Any],
) -> None:
    sheets = {"/with": sheet(kind, policy), "/without": sheet("", policy)}
    # Readers whose ads are stopped on the way are asked for support, where there is a way to give it.
    site = newsroom(sheets=sheets, ad_probe="gpt", support_links={"Support us": "/support"})
    somebody = reader(profile, site)
    for weather in (baits_stopped, internet.without(*AD_HOSTS)):
        somebody.change_weather(weather)
        page = somebody.open("/with", wait="domcontentloaded", alone=True)
        found = page.run(SEEN)
        case = (profile, policy, weather is baits_stopped)
        if case not in without:
            without[case] = somebody.open("/without", wait="domcontentloaded", alone=True).run(SEEN)
        assert found == without[case], policy
        assert found["verdict"] == "blocked"
        wait_until(lambda page=page: page.run(NOTICE), "the notice")  # type: ignore[misc]  # mypy infers no lambda with a default
        assert strange_requests(page) == []
        assert not [text for text in page.problems() if "/_adnotice/" in text or "adnotice" in text]


def strange_requests(page: Page) -> list[tuple[str, str]]:
    """What was asked of the evil host, but for what the elements themselves load."""
    hits = [(hit.target, hit.headers.get("sec-fetch-dest", "")) for hit in page.requests() if hit.host in EVIL]
    return [(target, kind) for target, kind in hits if target != "/x/client.js" or kind in ("script", "empty")]
