"""Readers whose blocker lets the site's own ads through: baits are stopped, an ad slot is filled, and nobody asks them."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Newsroom, Readers
from tests.browser.matrix import ARTICLE
from tests.browser.profiles import ALLOWING, GIVEN, PROFILES
from tests.browser.reader import wait_until
from tests.browser.real_pages import LIBRARIES, ad_network, tag

BLOCKING = [
    pytest.param(name, marks=[] if name == "firefox-ublock" else pytest.mark.endurance)
    for name, profile in PROFILES.items()
    if profile.blocks == "content"
    and profile.browser != "webkit"
    and not profile.rules
    and name not in (*ALLOWING, *GIVEN)
]


@pytest.mark.parametrize("profile", ALLOWING)
@pytest.mark.parametrize("preset", LIBRARIES)
def test_who_sees_the_sites_ads_all_the_same_is_counted_apart_and_not_asked(
    preset: str, profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(head=tag(preset), ad_probe=preset, mode="ask")
    somebody = reader(profile, site)
    somebody.change_weather(ad_network(preset, filled=True))
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
    somebody.change_weather(ad_network(preset, filled=False))
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
    somebody.change_weather(ad_network(preset, filled=True))  # which no list lets through
    page = somebody.open(ARTICLE, alone=True)
    found = page.verdict(30)
    page.close()
    assert found == {"verdict": "blocked", "kind": "content"}
