"""The site's own ad script with `ad_probe`: nobody is accused whose script is late, held back, stopped or lost; who gets it
on no way is found."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from tests.browser import internet
from tests.browser.conftest import Newsroom, Readers
from tests.browser.internet import Cut, Hang, Late
from tests.browser.newspaper import Sheet
from tests.browser.reader import Page, wait_until
from tests.browser.real_pages import ANSWERS, BROWSERS, DELAYS, FONTS, URLS, ads, after, put_in, scripts, tag
from tests.browser.site import Site

BOUNDED = ((0.0, 1.0), (0.35, 0.4), (1.0, 3.0), (2.5, 1.0))


def look(page: Page, seconds: float = 30.0) -> dict[str, Any]:
    found = page.verdict(seconds)
    page.close()
    return found


def grounds(site: Site) -> dict[str, int]:
    """How often each ground was counted."""
    return {row["name"]: row["views"]["measured"] for row in site.figures()["grounds"]}


@pytest.mark.parametrize("profile", BROWSERS)
@pytest.mark.parametrize(
    ("delay", "answer"),
    [
        pytest.param(delay, answer, marks=[] if (delay, answer) in BOUNDED else pytest.mark.endurance)
        for delay in DELAYS
        for answer in ANSWERS
    ],
)
def test_a_late_ad_script_accuses_nobody(
    delay: float, answer: float, profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(head=after(delay), ad_probe="gpt")
    somebody = reader(profile, site)
    somebody.change_weather(ads(Late(answer)))
    found = look(somebody.open("/politics/budget", alone=True))
    assert found["verdict"] == "clear", (delay, answer)


@pytest.mark.parametrize("profile", BROWSERS)
def test_an_ad_script_that_comes_with_the_first_scroll_accuses_nobody(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(head=put_in('addEventListener("scroll", put, {once: true});'), ad_probe="gpt")
    somebody = reader(profile, site)
    somebody.change_weather(ads(Late(1)))
    page = somebody.open("/politics/budget", alone=True)
    page.run("window.scrollTo(0, 600)")
    assert look(page)["verdict"] == "clear"


@pytest.mark.parametrize("profile", BROWSERS)
def test_a_script_that_is_held_back_until_consent_is_not_there(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(head=f'<script type="text/plain" src="{URLS["gpt"]}"></script>', ad_probe="gpt")
    page = reader(profile, site).open("/politics/budget", alone=True)
    assert look(page)["verdict"] == "clear"


@pytest.mark.parametrize("profile", BROWSERS)
def test_who_presses_stop_is_not_accused(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(head=after(0), ad_probe="gpt")
    somebody = reader(profile, site)
    somebody.change_weather(ads(Hang(4), 1))
    page = somebody.open("/politics/budget", alone=True)
    wait_until(lambda: page.run("return document.querySelectorAll('script[src*=\"gpt.js\"]').length"), "the ad script")
    time.sleep(0.3)
    page.run("window.stop()")
    assert look(page)["verdict"] in ("unknown", "clear")
    assert not any(name.startswith("blocked") for name in site.counts())


@pytest.mark.parametrize("profile", BROWSERS)
def test_what_is_lost_once_accuses_nobody(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(head=tag(), ad_probe="gpt")
    somebody = reader(profile, site)
    # A browser may ask a second time by itself where a connection breaks off.
    somebody.change_weather(scripts(Cut()))
    assert look(somebody.open("/politics/budget", alone=True))["verdict"] == "unknown"
    assert grounds(site) == {"ad script failed, its address answers": 1}
    asked = [
        hit for hit in somebody.line.hits if "gpt.js" in hit.target and hit.headers.get("sec-fetch-dest") == "empty"
    ]
    assert asked, "asked again"
    assert not any({"cookie", "referer"} & set(hit.headers) for hit in asked), "as nobody in particular"


@pytest.mark.parametrize("profile", BROWSERS)
@pytest.mark.parametrize(("head", "verdict"), [(FONTS, "unknown"), ("", "blocked")], ids=["fonts", "nothing else"])
def test_where_nothing_but_the_site_can_be_reached_the_fonts_tell(
    head: str, verdict: str, profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    """A page that has no other third parties can't tell a walled garden from blocked hosts: documented."""
    site = newsroom(head=tag() + head, ad_probe="gpt")
    somebody = reader(profile, site)
    somebody.change_weather(ads(Cut(), also=lambda hit: hit.host.startswith("fonts.")))
    assert look(somebody.open("/politics/budget", alone=True))["verdict"] == verdict
    if verdict == "unknown":
        assert grounds(site) == {"nothing of other third parties arrived": 1}


@pytest.mark.parametrize("profile", BROWSERS)
def test_blocked_hosts_are_found_where_fonts_arrive(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(head=tag() + FONTS, ad_probe="gpt")
    somebody = reader(profile, site)
    somebody.change_weather(ads(Cut()))
    assert look(somebody.open("/politics/budget", alone=True)) == {"verdict": "blocked", "kind": "hosts"}


@pytest.mark.parametrize("profile", BROWSERS)
@pytest.mark.parametrize("preset", sorted(URLS))
def test_blocked_hosts_are_found_with_every_preset(
    preset: str, profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(head=tag(preset), ad_probe=preset)
    somebody = reader(profile, site)
    somebody.change_weather(ads(Cut()))
    if preset == "prebid":  # it has no common address that the server could look at
        assert look(somebody.open("/politics/budget", alone=True))["verdict"] == "unknown"
        return
    assert look(somebody.open("/politics/budget", alone=True)) == {"verdict": "blocked", "kind": "hosts"}


@pytest.mark.parametrize("profile", BROWSERS)
def test_a_policy_that_forbids_the_second_asking_is_no_blocker(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(head=tag(), headers={"content-security-policy": "connect-src 'self'"}, ad_probe="gpt")
    somebody = reader(profile, site)
    somebody.change_weather(ads(Cut()))
    assert look(somebody.open("/politics/budget", alone=True))["verdict"] == "unknown"
    assert grounds(site) == {"the page's own policy": 1}


@pytest.mark.parametrize("profile", BROWSERS)
def test_silence_is_no_refusal(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(head=tag(), ad_probe="gpt")
    somebody = reader(profile, site)
    somebody.change_weather(scripts(Cut(), Hang(8)))
    assert look(somebody.open("/politics/budget", alone=True))["verdict"] == "unknown"
    assert grounds(site) == {"no answer in time": 1}


@pytest.mark.parametrize("profile", BROWSERS)
def test_who_leaves_while_the_ad_script_loads_is_counted_as_unknown(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(
        head=after(0),
        ad_probe="gpt",
        sheets={"/away": Sheet("<!doctype html><title>Away</title>", media_type="text/html")},
    )
    somebody = reader(profile, site)
    somebody.change_weather(ads(Hang(12)))
    page = somebody.open("/politics/budget", alone=True)
    wait_until(lambda: any(hit.path.endswith("/probe.js") for hit in page.requests()), "the probe")
    time.sleep(0.5)
    page.goto("https://elsewhere.example.test/", wait="domcontentloaded")
    wait_until(lambda: site.counts().get("unknown"), "the report that left with the page")
    assert grounds(site) == {"ad script still loading": 1}


@pytest.mark.parametrize("profile", ["firefox"])  # whose own protection may be meant: others have nothing to switch
def test_check_again_says_thanks_only_where_the_same_test_passes(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(head=tag(), ad_probe="gpt")
    somebody = reader(profile, site)
    somebody.change_weather(ads(Cut()))
    page = somebody.open("/politics/budget", alone=True)
    notice = page.notice().wait()
    notice.click("Show me how")
    notice.click("Check again")
    wait_until(lambda: re.search("still", notice.text, re.IGNORECASE), "still blocked")
    assert site.counts().get("allowed", 0) == 0
    somebody.change_weather(internet.fair)
    notice.click("Check again")
    wait_until(lambda: "Thank" in notice.text, "thanks")
    wait_until(lambda: site.counts().get("allowed") == 1, "counted once")
