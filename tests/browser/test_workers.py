"""Pages under a service worker: five kinds of it, readers with and without a blocker, and the line that mends it."""

from __future__ import annotations

import pytest

from adnotice.doctor.site import line_for
from tests.browser.conftest import Newsroom, Readers
from tests.browser.matrix import ARTICLE
from tests.browser.reader import Page, wait_until
from tests.browser.real_pages import NOT_CONTROLLING, WORKERS, worker_site


def open_under(kind: str, profile: str, newsroom: Newsroom, reader: Readers, line: str = "") -> Page:
    """A page of a site whose worker of this kind is at work since the page before."""
    site = newsroom(mode="measure", **worker_site(kind, line))
    page = reader(profile, site).open("/")
    if kind != NOT_CONTROLLING:
        wait_until(
            lambda: page.run("return navigator.serviceWorker.controller !== null"), "a worker controls the page", 30
        )
    page.goto(ARTICLE)
    return page


@pytest.mark.parametrize("kind", WORKERS)
@pytest.mark.parametrize("profile", ["chromium", "firefox"])
def test_a_clean_reader_is_clear(kind: str, profile: str, newsroom: Newsroom, reader: Readers) -> None:
    page = open_under(kind, profile, newsroom, reader)
    assert page.verdict() == {"verdict": "clear", "kind": None}


@pytest.mark.parametrize("kind", WORKERS)
@pytest.mark.parametrize("profile", ["firefox-ublock", "chromium-adguard-rules"])
def test_a_content_blocker_is_found(kind: str, profile: str, newsroom: Newsroom, reader: Readers) -> None:
    page = open_under(kind, profile, newsroom, reader)
    assert page.verdict() == {"verdict": "blocked", "kind": "content"}


@pytest.mark.parametrize("kind", ["cache first", "pass-through", "stale-while-revalidate"])
def test_the_doctors_line_leaves_our_addresses_to_the_browser(kind: str, newsroom: Newsroom, reader: Readers) -> None:
    page = open_under(kind, "chromium-adguard-rules", newsroom, reader, line_for("/_adnotice/"))
    assert page.verdict() == {"verdict": "blocked", "kind": "content"}
