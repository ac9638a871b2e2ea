"""Pages under a service worker: five kinds of it, readers with and without a blocker, and the line that mends it."""

from __future__ import annotations

import pytest

from adnotice.doctor.whole import line_for
from tests.browser.conftest import Newsroom, Readers
from tests.browser.newspaper import Sheet
from tests.browser.reader import Page, wait_until

ARTICLE = "/politics/budget"
CLAIM = """
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
"""
CACHE_FIRST = """
self.addEventListener("fetch", (event) => {%s
  event.respondWith(caches.open("all").then(async (cache) => {
    const kept = await cache.match(event.request);
    if (kept) return kept;
    const answer = await fetch(event.request);
    if (event.request.method === "GET") await cache.put(event.request, answer.clone());
    return answer;
  }));
});
"""
PASSING = 'self.addEventListener("fetch", (event) => {%s event.respondWith(fetch(event.request)); });'
STALE = """
self.addEventListener("fetch", (event) => {%s
  event.respondWith(caches.open("all").then(async (cache) => {
    const kept = await cache.match(event.request);
    const fresh = fetch(event.request).then((answer) => {
      if (event.request.method === "GET") cache.put(event.request, answer.clone());
      return answer;
    });
    return kept || fresh;
  }));
});
"""
PUSH = 'self.addEventListener("push", () => {});%s'
WORKERS = {
    "cache first": CLAIM + CACHE_FIRST,
    "pass-through": CLAIM + PASSING,
    "stale-while-revalidate": CLAIM + STALE,
    "push only": CLAIM + PUSH,
    "not controlling": PASSING,
}
REGISTER = '<script>navigator.serviceWorker.register("/sw.js", {scope: "%s"})</script>'


def open_under(kind: str, profile: str, newsroom: Newsroom, reader: Readers, line: str = "") -> Page:
    """A page of a site whose worker of this kind is at work since the page before."""
    scope = "/elsewhere/" if kind == "not controlling" else "/"
    worker = Sheet(WORKERS[kind] % line, media_type="text/javascript")
    site = newsroom(head=REGISTER % scope, sheets={"/sw.js": worker}, mode="measure")
    page = reader(profile, site).open("/")
    if scope == "/":
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
