"""Readers whose blocker lets the site's own ads through: baits are stopped, an ad slot is filled, and nobody asks them."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Newsroom, Readers
from tests.browser.internet import Fault, Hit, Page, Weather
from tests.browser.matrix import ARTICLE
from tests.browser.profiles import PROFILES
from tests.browser.reader import wait_until

URLS = {
    "adsense": "https://pagead2.googlesyndication.com/pagead/js/adsbygoogle.js?client=ca-pub-1",
    "gpt": "https://securepubads.g.doubleclick.net/tag/js/gpt.js",
    "prebid": "https://ads.example-network.test/prebid.js",
}
LIBRARIES = {
    "adsense": """
        window.google_reactive_ads_global_state = {};
        const place = document.createElement("ins");
        place.className = "adsbygoogle";
        place.dataset.adStatus = FILLED ? "filled" : "unfilled";
        document.body.append(place);""",
    "gpt": """
        window.googletag = {_loadStarted_: true, pubads: () => ({getSlots: () => [{
          getResponseInformation: () => FILLED ? {lineItemId: 4711, creativeId: 12} : null}]})};
        window.google_js_reporting_queue = [];""",
    "prebid": """
        window.pbjs = {libLoaded: true, installedModules: [], version: "v9", que: [], cmd: [],
          getEvents: () => FILLED ? [{eventType: "adRenderSucceeded"}] : [{eventType: "auctionInit"}]};""",
}
"""What a page can see of each library once it has asked for ads."""

ALLOWING = ("firefox-ublock-allowing-ads", "chromium-ghostery-allowing-ads")
BLOCKING = [
    pytest.param(name, marks=[] if name == "firefox-ublock" else pytest.mark.endurance)
    for name, profile in PROFILES.items()
    if profile.blocks == "content" and profile.browser != "webkit" and name not in ALLOWING
]


def network(preset: str, *, filled: bool) -> Weather:
    """The ad network, whose script fills the page's slots or leaves them empty."""
    library = LIBRARIES[preset].replace("FILLED", "true" if filled else "false")
    host = URLS[preset].split("/")[2]

    def answer(hit: Hit) -> Fault | None:
        return Page(library.encode(), content_type="text/javascript") if hit.host == host else None

    return answer


def tag(preset: str) -> str:
    return f'<script async src="{URLS[preset]}"></script>'


@pytest.mark.parametrize("profile", ALLOWING)
@pytest.mark.parametrize("preset", LIBRARIES)
def test_who_sees_the_sites_ads_all_the_same_is_counted_apart_and_not_asked(
    preset: str, profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(head=tag(preset), ad_probe=preset, mode="ask")
    somebody = reader(profile, site)
    somebody.change_weather(network(preset, filled=True))
    page = somebody.open(ARTICLE, alone=True)
    assert page.verdict(30) == {"verdict": "partly", "kind": None}
    site.wait_for_counts(injected=1, partly=1, **{"not-asked": 1})
    wait_until(lambda: site.figures()["views"]["measured"] == 1, "the view")
    assert site.figures()["views"]["blocked"] == 0, "they are in what was measured, not in what was blocked"
    assert not page.notice().shown
    page.close()


@pytest.mark.parametrize("profile", ALLOWING[:1])
@pytest.mark.parametrize("preset", LIBRARIES)
def test_a_library_that_works_without_filling_a_slot_proves_no_ad(
    preset: str, profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(head=tag(preset), ad_probe=preset)
    somebody = reader(profile, site)
    somebody.change_weather(network(preset, filled=False))
    page = somebody.open(ARTICLE, alone=True)
    assert page.verdict(30) == {"verdict": "blocked", "kind": "content"}
    page.close()


@pytest.mark.parametrize("profile", BLOCKING)
@pytest.mark.parametrize("preset", LIBRARIES)
def test_every_content_blocker_stays_one_with_every_preset(
    preset: str, profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(head=tag(preset), ad_probe=preset)
    somebody = reader(profile, site)
    somebody.change_weather(network(preset, filled=True))  # which no list lets through
    page = somebody.open(ARTICLE, alone=True)
    found = page.verdict(30)
    page.close()
    assert found == {"verdict": "blocked", "kind": "content"}
