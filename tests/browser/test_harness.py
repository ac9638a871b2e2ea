"""The tools of the browser tests do what they say: browsers, blockers, the ad world and bad networks are real."""

from __future__ import annotations

import pytest

from tests.browser import internet
from tests.browser.conftest import Newsroom, Readers

AD_TAG = '<script async src="https://ads.example-network.test/tag.js"></script>'
KNOWN_AD = "https://pagead2.googlesyndication.com/pagead/js/adsbygoogle.js"

LOAD_SCRIPT = """
  return new Promise((done) => {
    const script = document.createElement("script");
    script.onload = () => done(window.fromTheAdWorld ? "loaded" : "stand-in");
    script.onerror = () => done("failed");
    script.src = args[0];
    document.head.append(script);
  });
"""


@pytest.mark.parametrize("profile", ["chromium", "firefox"])
def test_a_clean_browser_shows_the_ads(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    page = reader(profile, newsroom(head=AD_TAG)).open("/politics/budget")
    assert page.run("return document.querySelectorAll('[data-filled]').length") == 2
    assert page.run("return isSecureContext")
    assert "https://ads.example-network.test/tag.js" in {hit.url for hit in page.requests()}


@pytest.mark.parametrize(
    "profile", ["firefox-ublock", "firefox-ublock-annoyances", "chromium-ghostery", "chromium-adguard-rules"]
)
def test_a_content_blocker_stops_a_known_ad_script(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    page = reader(profile, newsroom()).open("/")
    assert page.run(LOAD_SCRIPT, KNOWN_AD) in ("failed", "stand-in")
    assert KNOWN_AD not in {hit.url for hit in page.requests()}


def test_ublock_origin_can_be_switched_off_for_a_site_and_on_again(newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom()
    somebody = reader("firefox-ublock", site)
    somebody.set_ublock(site.host, on=False)
    assert somebody.open("/").run(LOAD_SCRIPT, KNOWN_AD) == "loaded"
    somebody.set_ublock(site.host, on=True)
    assert somebody.open("/").run(LOAD_SCRIPT, KNOWN_AD) != "loaded"


@pytest.mark.parametrize(
    "profile", ["chromium-dns-zero", "chromium-dns-nxdomain", "firefox-proxy-hosts", "firefox-strict"]
)
def test_blocking_of_hosts_stops_the_ad_host_and_nothing_of_the_site(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    page = reader(profile, newsroom()).open("/")
    assert page.run(LOAD_SCRIPT, KNOWN_AD) in ("failed", "stand-in")
    assert page.run("return (await fetch('/sports/cup-final')).status") == 200


@pytest.mark.parametrize("profile", ["chromium", "firefox"])
def test_a_lossy_network_loses_whole_requests_and_spares_the_page(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    somebody = reader(profile, newsroom())
    page = somebody.open("/")
    somebody.change_weather(internet.lossy(1.0, seed=1, hang_seconds=0.2))
    assert page.run("return fetch('/vendor/none').then(() => 'answered', () => 'lost')") == "lost"
    page.reload()
    assert page.run("return document.title") == "The front page"


@pytest.mark.parametrize("profile", ["chromium", "firefox"])
def test_every_reader_comes_with_empty_cookies_and_an_empty_cache(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(headers={"cache-control": "max-age=600"})
    first = reader(profile, site)
    first.open("/").run("document.cookie = 'left=behind; path=/'")
    assert [cookie["name"] for cookie in first.cookies()] == ["left"]
    second = reader(profile, site)
    page = second.open("/")
    assert page.run("return document.cookie") == ""
    assert "/" in {hit.path for hit in page.requests()}


@pytest.mark.parametrize("profile", ["chromium-no-javascript", "firefox-no-javascript"])
def test_a_reader_without_javascript_reads_the_page(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(head="<script>document.documentElement.className = 'scripted'</script>")
    page = reader(profile, site).open("/")
    assert page.run("return document.documentElement.className") == ""
    assert page.run("return document.querySelector('h1').textContent") == "The front page"
