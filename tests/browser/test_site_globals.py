"""A site's own scripts may give built-in names another meaning: its readers are counted all the same, and no error is made.

Old pages do: Prototype.js gave arrays a `toJSON` and a `reduce` of its own (1.6), and `var URL = "/shop/"` at the top of a
page takes the place of the browser's `URL`.
"""

from __future__ import annotations

import re

import pytest

from tests.browser import internet
from tests.browser.conftest import Newsroom, Readers
from tests.browser.internet import Cut, Hit
from tests.browser.newspaper import Sheet
from tests.browser.profiles import AD_HOSTS
from tests.browser.reader import wait_until

AD_TAG = '<script async src="https://securepubads.g.doubleclick.net/tag/js/gpt.js"></script>'
GLOBALS = {
    "URL": 'var URL = "/shop/";',
    "URL as a constant": 'const URL = "/shop/";',
    "Node": "var Node = { next: null }, HTMLCollection = [];",
    "Prototype.js": """
      Array.prototype.toJSON = function () { return "[" + this.map((one) => JSON.stringify(one)).join(", ") + "]"; };
      Array.prototype.reduce = function () { return this.length > 1 ? this : this[0]; };
      String.prototype.toJSON = function () { return '"' + this + '"'; };
      HTMLElement.prototype.remove = function () { this.parentNode.removeChild(this); return this; };
    """,
    "every object": "Object.prototype.get = Object.prototype.each = function () {};",
    "Image and Event": "var Image = null, Event = {}, CustomEvent = window.CustomEvent;",
}
LONGEST_WAIT_MS = 5_500  # after that a bait is given up, of a page that came at once
NOTICE = "return document.querySelectorAll('reader-notice').length"


def baits_stopped(hit: Hit) -> Cut | None:
    """What a content blocker stops."""
    return Cut() if re.search(r"/(adverts|pix/ads|assets/ads)/", hit.path) else None


WEATHERS = (
    (baits_stopped, "blocked-content"),
    (internet.without(*AD_HOSTS), "blocked-hosts"),
    (internet.without(), "clear"),
)


def sheet(script: str) -> Sheet:
    # Its scripts come before the tag, as they do where that comes over a network.
    return Sheet(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><script>{script}</script>{AD_TAG}'
        '<script async="" src="/_adnotice/client.js" data-cfasync="false"></script><title>Shop</title></head>'
        f"<body><main><h1>Shop</h1><p>{'An article. ' * 200}</p></main></body></html>"
    )


@pytest.mark.parametrize("profile", ["chromium", "firefox"])
@pytest.mark.parametrize("name", GLOBALS)
def test_a_site_s_own_globals_change_nothing(name: str, profile: str, newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(
        sheets={"/": sheet(GLOBALS[name])}, exclude=["/"], ad_probe="gpt", support_links={"Support us": "/support"}
    )
    somebody = reader(profile, site)
    for weather, metric in WEATHERS:
        somebody.change_weather(weather)
        page = somebody.open("/", wait="domcontentloaded", alone=True)
        wait_until(lambda metric=metric: site.counts().get(metric) == 1, f"{metric} to be counted", 30.0)  # type: ignore[misc]  # mypy infers no lambda with a default
        if metric != "clear":
            wait_until(lambda page=page: page.run(NOTICE), "the notice", 30.0)  # type: ignore[misc]  # mypy infers no lambda with a default
        page.run(
            "await new Promise((done) => setTimeout(done, args[0]))", LONGEST_WAIT_MS if name == "Prototype.js" else 0
        )
        assert not [text for text in page.problems() if "adnotice" in text]
