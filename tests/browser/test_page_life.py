"""What becomes of a page: prerendered, restored, framed, hidden, swapped, served by a worker. Each has one answer."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from adnotice.count.model.tally import Dimension, Period
from adnotice.count.stores.open import open_store
from tests.browser import internet
from tests.browser.conftest import Newsroom, Readers
from tests.browser.newspaper import Sheet
from tests.browser.reader import Page, wait_until
from tests.browser.site import Site

ARTICLE = "/politics/budget"
OTHER = "/sports/cup-final"
CLEAN = ["chromium", "firefox"]
PRERENDER = (
    '<script type="speculationrules">'
    f'{{"prerender": [{{"source": "list", "urls": ["{ARTICLE}"], "eagerness": "immediate"}}]}}</script>'
)
PREFETCH = f'<link rel="prefetch" href="{ARTICLE}">'


def asked_by(page: Page, path: str) -> list[str]:
    """What this path's page asked adnotice for, the scripts left out."""
    return [hit.path for hit in page.dynamic_requests() if hit.headers.get("referer", "").endswith(path)]


def documents(page: Page) -> int:
    """How many pages the server has sent; a browser may take a page from its own cache for the back button."""
    return len([hit for hit in page.requests() if hit.is_document and hit.path in (ARTICLE, OTHER)])


def test_a_prerendered_page_is_measured_when_it_is_shown_and_not_before(newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(sheets={"/start": _sheet("Start", PRERENDER, f'<a href="{ARTICLE}">The budget</a>')})
    # Private windows do not prerender.
    page = reader("chromium", site, fresh=False).open("/start")
    page.verdict()
    wait_until(lambda: [hit for hit in page.requests() if hit.path == ARTICLE], "the page is prerendered")
    time.sleep(1.5)
    (prerendered,) = [hit for hit in page.requests() if hit.path == ARTICLE]
    assert "prerender" in prerendered.headers.get("sec-purpose", "")
    assert asked_by(page, ARTICLE) == []
    site.wait_for_counts(injected=1, clear=1)
    page.run(
        "setTimeout(() => document.querySelector('a').click(), 200)"
    )  # it is answered before the page is exchanged
    wait_until(lambda: asked_by(page, ARTICLE), "the page that is shown tests", 30)
    # The driver may lose a page that is exchanged for a prerendered one: the network and the server tell of it.
    site.wait_for_counts(injected=1, clear=2)
    assert len([hit for hit in page.requests() if hit.path == ARTICLE]) == 1, (
        "what is shown is the page that was prerendered"
    )


@pytest.mark.parametrize("profile", CLEAN)
def test_a_prefetched_page_is_no_view(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(sheets={"/start": _sheet("Start", PREFETCH)})
    page = reader(profile, site).open("/start")
    page.verdict()
    wait_until(lambda: [hit for hit in page.requests() if hit.path == ARTICLE], "the page is prefetched")
    time.sleep(1)
    assert asked_by(page, ARTICLE) == []
    site.wait_for_counts(injected=1, clear=1)


@pytest.mark.parametrize("profile", CLEAN)
def test_a_page_that_comes_back_with_the_back_button_is_the_same_view(
    profile: str, site: Site, reader: Readers
) -> None:
    watch = "addEventListener('pageshow', (event) => (window.persisted = event.persisted));"
    page = reader(profile, site).open(ARTICLE, before=watch)
    page.verdict()
    page.goto(OTHER)
    page.verdict()
    page.back(ARTICLE)
    restored = page.run("return window.persisted")
    page.verdict()
    site.wait_for_counts(injected=documents(page), clear=2 if restored else 3)


@pytest.mark.parametrize("profile", CLEAN)
def test_a_page_left_before_its_report_counts_when_it_comes_back(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom()
    somebody = reader(profile, site)
    watch = "addEventListener('pageshow', (event) => (window.persisted = event.persisted));"
    somebody.change_weather(internet.failing(lambda hit: "/adverts/" in hit.path, internet.Late(4)))
    page = somebody.open(ARTICLE, before=watch, wait="domcontentloaded")
    wait_until(lambda: asked_by(page, ARTICLE), "the first bait is asked for")
    somebody.change_weather(internet.fair)
    page.goto(OTHER)
    page.verdict()
    page.back(ARTICLE)
    assert page.verdict()["verdict"] == "clear"
    # Firefox ends what is under way before it leaves, so there the view may have had time for its second try.
    reports = [hit for hit in page.dynamic_requests() if hit.path.endswith("/outcome")]
    assert len(reports) in (2, 3)
    site.wait_for_counts(injected=documents(page), clear=len(reports))


@pytest.mark.parametrize("profile", CLEAN)
def test_a_page_in_a_frame_is_no_view(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(sheets={"/framing": _sheet("Framing", "", f'<iframe src="{ARTICLE}" title="An article"></iframe>')})
    page = reader(profile, site).open("/framing")
    assert page.verdict()["verdict"] == "clear"
    assert asked_by(page, ARTICLE) == []
    site.wait_for_counts(injected=1, clear=1)


@pytest.mark.parametrize("profile", ["firefox"])
def test_a_page_in_a_background_tab_counts_when_it_is_first_seen(profile: str, site: Site, reader: Readers) -> None:
    somebody = reader(profile, site)
    front = somebody.open("/")
    front.verdict()
    hidden = somebody.tab(background=True)
    hidden.goto(ARTICLE)
    assert hidden.run("return document.visibilityState") == "hidden"
    time.sleep(1)
    assert asked_by(hidden, ARTICLE) == []
    site.wait_for_counts(injected=2, clear=1)
    time.sleep(15)  # as long as the site's scripts wait for a verdict once the test has begun
    hidden.front()
    assert hidden.verdict()["verdict"] == "clear"
    site.wait_for_counts(injected=2, clear=2)


@pytest.mark.parametrize("profile", CLEAN)
def test_a_script_that_runs_twice_counts_once(profile: str, site: Site, reader: Readers) -> None:
    page = reader(profile, site).open(ARTICLE)
    page.verdict()
    again = """
      const script = document.createElement("script");
      script.src = args[0] + "/client.js";
      document.head.append(script);
      await new Promise((done) => (script.onload = done));
    """
    page.run(again, site.prefix)
    time.sleep(1)
    assert len(page.dynamic_requests()) == 2
    site.wait_for_counts(injected=1, clear=1)


@pytest.mark.parametrize("profile", CLEAN)
@pytest.mark.parametrize(("counted", "views"), [(False, 1), (True, 3)])
def test_a_single_page_app_counts_its_pages_when_the_operator_says_so(
    counted: bool, views: int, profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(count_navigations=counted)
    page = reader(profile, site).open(ARTICLE)
    page.verdict()
    for path in ("/app/one", "/app/two"):
        page.run("history.pushState({}, '', args[0])", path)
        time.sleep(0.8)
    page.run("history.replaceState({}, '', '#section')")
    time.sleep(0.8)
    site.wait_for_counts(injected=1, clear=views)
    if counted:
        assert {row["name"] for row in site.figures()["pages"]} == {ARTICLE, "/app/one", "/app/two"}


@pytest.mark.parametrize("profile", CLEAN)
@pytest.mark.parametrize("wanted", [False, True])
def test_the_site_that_led_here_is_told_by_its_host_alone_and_once(
    wanted: bool, profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    search, site = newsroom(), newsroom(count_referrers=wanted)
    page = reader(profile, site).open("/?q=a+question", site=search)
    page.run("setTimeout(() => { location.href = args[0]; })", site.url + ARTICLE)
    wait_until(lambda: page.is_at(ARTICLE), "the article is there")
    page.verdict()
    page.run("setTimeout(() => { location.href = args[0]; })", OTHER)
    wait_until(lambda: page.is_at(OTHER), "the next page is there")
    page.verdict()
    site.wait_for_counts(injected=2, clear=2)
    store, today = open_store(site.store_url), datetime.now(UTC).date()
    found = store.counts("default", Dimension.REFERRER, Period(today - timedelta(days=1), today))
    store.close()
    assert [(count.value, count.n) for count in found] == ([(search.host, 1)] if wanted else [])


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize(
    "library",
    [
        '<script type="module" src="/vendor/@hotwired/turbo/dist/turbo.es2017-esm.js"></script>',
        '<script src="/vendor/htmx.org/dist/htmx.min.js"></script><meta name="htmx-config" content="{}">',
    ],
    ids=["turbo", "htmx"],
)
def test_a_page_swapped_in_by_a_library_is_no_load(
    library: str, counted: bool, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(head=library, count_navigations=counted)
    page = reader("chromium", site).open(ARTICLE)
    page.verdict()
    boost = """
      for (const link of document.links) link.setAttribute("hx-boost", "true");
      if (window.htmx) htmx.process(document.body);
    """
    page.run(boost)
    page.run("window.sameDocument = true")
    page.follow(OTHER)
    time.sleep(1.5)
    if page.run("return window.sameDocument !== true"):
        pytest.fail("the library loaded the page instead of swapping it: the test tests nothing")
    counts = site.counts()
    assert counts["clear"] == (2 if counted else 1), counts


@pytest.mark.parametrize("profile", ["firefox-ublock"])
def test_a_reader_who_scrolls_on_and_on_is_asked_once(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(count_navigations=True)
    page = reader(profile, site).open(ARTICLE)
    page.notice().wait()
    page.notice().click("Not now")
    for path in ("/stories/2", "/stories/3"):
        page.run("history.pushState({}, '', args[0])", path)
        time.sleep(1.2)
    assert page.notice().stays_away()
    counts = wait_until(lambda: (seen := site.counts()).get("blocked-content") == 3 and seen, "three views")
    assert counts["asked"] == 1
    assert counts["shown"] == 1


WORKER = """
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(clients.claim()));
self.addEventListener("fetch", (event) => event.respondWith((async () => {
  const kept = await caches.open("everything");
  const found = await kept.match(event.request);
  if (found) return found;
  try {
    const answer = await fetch(event.request);
    if (event.request.method === "GET" && answer.ok) await kept.put(event.request, answer.clone());
    return answer;
  } catch {
    return new Response("You are offline", {status: 200, headers: {"content-type": "text/plain"}});
  }
})()));
"""


def _with_worker(newsroom: Newsroom) -> Site:
    return newsroom(sheets={"/worker.js": Sheet(WORKER, media_type="text/javascript")})


def _register(page: Page) -> None:
    page.verdict()
    page.run("await navigator.serviceWorker.register('/worker.js'); await navigator.serviceWorker.ready;")
    wait_until(lambda: page.run("return navigator.serviceWorker.controller !== null"), "the worker is in the way")


@pytest.mark.parametrize("profile", CLEAN)
def test_a_service_worker_that_caches_everything_hides_no_view(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = _with_worker(newsroom)
    page = reader(profile, site).open(ARTICLE)
    _register(page)
    for _ in range(3):
        page.reload()
        assert page.verdict()["verdict"] == "clear"
    wait_until(lambda: site.counts().get("clear") == 4, "four views, though two pages came from the worker")


@pytest.mark.parametrize("profile", CLEAN)
def test_a_service_worker_that_answers_for_a_dead_network_gets_nobody_accused(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = _with_worker(newsroom)
    somebody = reader(profile, site)
    page = somebody.open(ARTICLE)
    _register(page)
    page.reload()
    page.verdict()
    somebody.change_weather(lambda _: internet.Cut())
    page.reload()
    assert page.verdict(40)["verdict"] == "unknown"
    assert not page.notice().shown


def test_a_blocker_is_found_behind_a_service_worker(newsroom: Newsroom, reader: Readers) -> None:
    site = _with_worker(newsroom)
    page = reader("firefox-ublock", site).open(ARTICLE)
    _register(page)
    page.reload()
    assert page.verdict()["verdict"] == "blocked"


@pytest.mark.parametrize("profile", CLEAN)
@pytest.mark.parametrize("skew_hours", [-25, 25])
def test_a_wrong_clock_changes_nothing(skew_hours: int, profile: str, site: Site, reader: Readers) -> None:
    skew = f"""
      const RealDate = Date, offset = {skew_hours} * 3600e3;
      window.Date = class extends RealDate {{
        constructor(...given) {{ if (given.length) super(...given); else super(RealDate.now() + offset); }}
        static now() {{ return RealDate.now() + offset; }}
      }};
    """
    page = reader(profile, site).open(ARTICLE, before=skew)
    assert page.verdict()["verdict"] == "clear"
    site.wait_for_counts(injected=1, clear=1)


@pytest.mark.parametrize("profile", CLEAN)
def test_a_bait_that_a_cache_answers_with_another_view_proves_nothing(
    profile: str, site: Site, reader: Readers
) -> None:
    somebody = reader(profile, site)
    first = somebody.open(ARTICLE)
    first.verdict()
    (bait,) = [hit.path for hit in first.dynamic_requests() if hit.method == "GET"]
    kept = site.ask(bait)
    answer = internet.Page(kept.content, content_type=kept.headers["content-type"])
    somebody.change_weather(internet.failing(lambda hit: "/adverts/" in hit.path, answer))
    page = somebody.open(ARTICLE)
    assert page.verdict(40)["verdict"] != "blocked"
    assert not page.notice().shown


@pytest.mark.parametrize("profile", CLEAN)
def test_nothing_is_asked_before_consent_and_withdrawal_works(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(measure_consent="required")
    page = reader(profile, site).open(ARTICLE)
    time.sleep(15.5)  # longer than the site's scripts wait once the test has begun
    assert page.dynamic_requests() == []
    page.run("adnotice.consent(true)")
    assert page.verdict()["verdict"] == "clear"
    site.wait_for_counts(injected=1, clear=1)
    refusing = reader(profile, site).open(ARTICLE)
    refusing.run("adnotice.consent({ask: true})")  # says nothing of being measured: the verdict stays open
    assert (
        refusing.run("return Promise.race([adnotice.verdict, new Promise((go) => setTimeout(go, 500, 'open'))])")
        == "open"
    )
    refusing.run("adnotice.consent(false)")
    assert refusing.verdict(5)["verdict"] == "unknown"
    time.sleep(1)
    assert refusing.dynamic_requests() == []
    site.wait_for_counts(injected=2, clear=1)


@pytest.mark.parametrize("profile", ["firefox-ublock", "chromium-adguard-rules"])
@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("true", False),
        ("{measure: true}", False),
        ("{measure: true, ask: false}", False),
        ("{measure: true, ask: true}", True),
    ],
)
def test_who_lets_us_measure_is_asked_only_with_a_consent_to_that(
    given: str, asked: bool, profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(measure_consent="required", ask_consent="required")
    page = reader(profile, site).open(ARTICLE)
    page.run(f"adnotice.consent({given})")
    assert page.verdict() == {"verdict": "blocked", "kind": "content"}
    if asked:
        page.notice().wait()
        site.wait_for_counts(injected=1, blocked_content=1, asked=1, shown=1)
    else:
        assert page.notice().stays_away()
        site.wait_for_counts(injected=1, blocked_content=1)


@pytest.mark.parametrize("profile", CLEAN)
@pytest.mark.parametrize("given", ['"yes"', "7", "{measure: undefined}"])
def test_a_consent_of_a_wrong_kind_loses_no_view(given: str, profile: str, newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(head=f"<script>window.adnotice = {{consent: {given}}};</script>")
    page = reader(profile, site).open(ARTICLE)
    assert page.verdict()["verdict"] == "clear"
    page.run(f"adnotice.consent({given})")
    site.wait_for_counts(injected=1, clear=1)


def _sheet(title: str, head: str, body: str = "") -> Sheet:
    return Sheet(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body><main><h1>{title}</h1>{body}</main></body></html>"
    )
