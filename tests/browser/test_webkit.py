"""WebKit, the engine of half the readers on phones: the same site, the same verdicts, the same notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import internet
from tests.browser.conftest import Readers
from tests.browser.internet import Weather
from tests.browser.site import Site

PICTURES = Path(__file__).parents[2] / ".cache" / "pictures"
ARTICLE = "/politics/budget"
CONTENT = ["webkit-two-rules", "webkit-adguard-rules"]


def test_a_reader_without_a_blocker_is_clear_and_nothing_is_stored(site: Site, reader: Readers) -> None:
    somebody = reader("webkit", site)
    page = somebody.open(ARTICLE)
    assert page.verdict() == {"verdict": "clear", "kind": None}
    assert page.notice().stays_away()
    assert page.foreign_requests() == []
    assert page.problems() == []
    assert page.run("return [localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert somebody.cookies() == []
    site.wait_for_counts(injected=1, clear=1)


@pytest.mark.parametrize("profile", CONTENT)
def test_a_content_filter_is_found_and_its_reader_is_asked(profile: str, site: Site, reader: Readers) -> None:
    page = reader(profile, site).open(ARTICLE)
    assert page.verdict() == {"verdict": "blocked", "kind": "content"}
    page.notice().wait()
    page.screenshot(PICTURES / f"{profile}.png")
    site.wait_for_counts(injected=1, blocked_content=1, asked=1, shown=1)


def test_not_now_is_counted_kept_and_obeyed(site: Site, reader: Readers) -> None:
    page = reader("webkit-two-rules", site).open(ARTICLE)
    page.notice().wait().click("Not now")
    page.notice().wait_gone()
    page.goto("/sports/cup-final")
    assert page.verdict()["verdict"] == "blocked"
    assert page.notice().stays_away()
    site.wait_for_counts(injected=2, blocked_content=2, asked=1, shown=1, later=1)


def test_a_keyboard_opens_the_steps_and_esc_ends_it(site: Site, reader: Readers) -> None:
    page = reader("webkit-two-rules", site).open(ARTICLE)
    page.notice().wait().click("Show me how")
    page.notice().wait_text("Safari content blockers")
    page.call("press", key="Escape")
    page.notice().wait_text("Not now")
    page.call("press", key="Escape")
    page.notice().wait_gone()


def test_the_preview_is_shown(site: Site, reader: Readers) -> None:
    page = reader("webkit", site).open(ARTICLE + "#adnotice=preview")
    page.notice().wait_text("Preview. Readers who block ads see this.")
    site.wait_for_counts(injected=1)


@pytest.mark.parametrize("weather", [internet.lossy(0.3, 7), internet.lossy(0.3, 8), internet.captive])
def test_a_bad_network_is_nobodys_blocker(weather: Weather, site: Site, reader: Readers) -> None:
    somebody = reader("webkit", site)
    somebody.change_weather(weather)
    page = somebody.open(ARTICLE)
    assert page.verdict()["verdict"] in ("clear", "unknown", "no script")
    assert page.notice().stays_away()
    assert not any(name.startswith("blocked") for name in site.counts())
