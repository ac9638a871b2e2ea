"""What publishers want of such a notice, row by row (docs/notice.md has the list), on pages from a shared cache.

Every page here is one copy that was made for somebody else, so `injected` counts the copies, however often they are read.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from adnotice.vocabulary import Mode
from tests.browser.conftest import Newsroom, Readers
from tests.browser.edge import COUNTRY_HEADER, FOREIGN_ADDRESS, needs, serve_edge
from tests.browser.internet import Internet
from tests.browser.newspaper import Sheet
from tests.browser.notice import LONG
from tests.browser.reader import Page, wait_until
from tests.browser.site import Site

Cached = Callable[..., Site]
BLOCKING = pytest.mark.parametrize("profile", ["chromium-ghostery", "firefox-ublock"])
BLOCKED = {"verdict": "blocked", "kind": "content"}
NOBODY_IN_PARTICULAR: Mapping[str, str] = {}

pytestmark = pytest.mark.skipif(bool(needs()), reason=f"{', '.join(needs())}: nothing was tried on cached pages")


@pytest.fixture
def cached(newsroom: Newsroom, net: Internet, tmp_path: Path) -> Iterator[Cached]:
    """Makes sites behind a cache that has a copy of each page: `cached({"/": page_of()}, mode="measure")`.

    `made_for`: by path, headers of the reader whom the copy was made for. Pages in `uncached` are made for each reader.
    """
    with contextlib.ExitStack() as edges:

        def open_site(
            pages: Mapping[str, Sheet],
            *,
            made_for: Mapping[str, Mapping[str, str]] = {},
            uncached: Mapping[str, Sheet] = {},
            **settings: Any,
        ) -> Site:
            site = newsroom(sheets={**pages, **uncached}, pages_cached=True, **settings)
            edge = edges.enter_context(serve_edge(tmp_path / f"{site.host}-edge", site))
            for path in pages:
                edge.fill(path, made_for.get(path, NOBODY_IN_PARTICULAR))
            net.serve(site.host, edge.port)
            return site

        yield open_site


def page_of(body: str = LONG, head: str = "") -> Sheet:
    """A page; its headers let the cache keep it, and say nothing to browsers."""
    return Sheet(f'<!doctype html><html lang="en"><head><title>News</title>{head}</head><body>{body}</body></html>')


def left_in_peace(page: Page) -> bool:
    """Whether this page's reader, who blocks ads, is measured and not asked."""
    assert page.verdict() == BLOCKED
    return page.notice().stays_away()


CONSENT_TOOL = """<div id="consent" style="position:fixed;inset:auto 0 0;padding:2rem;background:#eee">
  <p>May we count your visit, and ask you about ads?</p>
  <button id="yes" onclick="answer({measure: true, ask: true})">Both</button>
  <button id="no" onclick="answer({measure: true, ask: false})">Count only</button>
</div>
<script>
  const tell = (given) => {
    document.getElementById("consent").remove();
    if (window.adnotice && adnotice.consent) adnotice.consent(given);
    else window.adnotice = {consent: given};
  };
  const answer = (given) => { localStorage.setItem("consent", JSON.stringify(given)); tell(given); };
  const kept = localStorage.getItem("consent");
  if (kept) tell(JSON.parse(kept));
</script>"""
"""A consent tool of the site's own, the same for everybody: it keeps the answer in the browser."""


@BLOCKING
def test_not_before_consent(profile: str, cached: Cached, reader: Readers) -> None:
    pages = {"/": page_of(LONG + CONSENT_TOOL), "/next": page_of(LONG + CONSENT_TOOL)}
    site = cached(pages, measure_consent="required", ask_consent="required")
    refusing = reader(profile, site).open("/")
    assert refusing.notice().stays_away(2)
    assert refusing.dynamic_requests() == []
    refusing.run("document.getElementById('no').click()")
    assert left_in_peace(refusing)
    assert left_in_peace(refusing.goto("/next"))
    site.wait_for_counts(injected=2, blocked_content=2)
    assert site.quiet_reasons() == {"consent": 2}

    agreeing = reader(profile, site).open("/")
    assert agreeing.notice().stays_away(2)
    assert agreeing.dynamic_requests() == []
    agreeing.run("document.getElementById('yes').click()")
    agreeing.notice().wait()
    site.wait_for_counts(injected=2, blocked_content=3, asked=1, shown=1)
    agreeing.goto("/next").notice().wait()
    site.wait_for_counts(injected=2, blocked_content=4, asked=2, shown=2)
    assert site.quiet_reasons() == {"consent": 2}


CONSENT_DIALOGS = {
    "fixed": "<div id='dialog' style='position:fixed;inset:auto 0 0;padding:2rem;background:#eee'>May we?</div>",
    "modal": "<dialog id='dialog'>May we?</dialog><script>document.getElementById('dialog').showModal()</script>",
}


@BLOCKING
@pytest.mark.parametrize("kind", CONSENT_DIALOGS)
def test_not_beside_a_consent_dialog(profile: str, kind: str, cached: Cached, reader: Readers) -> None:
    site = cached({"/": page_of(LONG + CONSENT_DIALOGS[kind])})
    page = reader(profile, site).open("/")
    site.wait_for_counts(injected=1, blocked_content=1, asked=1)
    assert page.notice().stays_away(3)
    assert "shown" not in site.counts()
    page.run("document.getElementById('dialog').remove()")
    page.notice().wait()
    site.wait_for_counts(injected=1, blocked_content=1, asked=1, shown=1)


BANNER = "<aside data-adnotice-appeal style='position:fixed;inset:0 0 auto;background:#fff'>We live on what readers give.</aside>"
MODAL = (
    "<dialog id='appeal' data-adnotice-appeal>We live on what readers give.</dialog>"
    "<script>document.getElementById('appeal').showModal()</script>"
)
UNMARKED = "<aside>We live on what readers give. <a href='/give'>Give</a></aside>"


@BLOCKING
def test_not_beside_the_supporter_banner(profile: str, cached: Cached, reader: Readers) -> None:
    bodies = {"/fixed": LONG + BANNER, "/modal": LONG + MODAL, "/in-the-text": UNMARKED + LONG + UNMARKED}
    site = cached({path: page_of(body) for path, body in bodies.items()})
    somebody = reader(profile, site)
    assert left_in_peace(somebody.open("/fixed"))
    assert left_in_peace(somebody.open("/modal"))
    site.wait_for_counts(injected=3, blocked_content=2)
    assert site.quiet_reasons() == {"own-appeal": 2}
    somebody.open("/in-the-text").notice().wait()
    site.wait_for_counts(injected=3, blocked_content=3, asked=1, shown=1)


ANALYTICS = """<script>
  for (const name of ["shown", "choice"])
    document.addEventListener("adnotice:" + name, ({detail}) =>
      fetch("/newsroom/noted?" + name + "=" + (detail.choice || detail.kind), {method: "POST", keepalive: true}));
</script>"""
"""The site's own analytics: they note what the page is told at an address of the site's."""


def test_shown_and_dismissed_in_the_sites_own_analytics(cached: Cached, reader: Readers) -> None:
    noted = {}
    for told in (True, False):
        taken = {"/newsroom/noted": Sheet("", media_type="text/plain")}
        site = cached({"/": page_of(head=ANALYTICS)}, uncached=taken, expose_verdict=told)
        page = reader("chromium-ghostery", site).open("/")
        page.notice().wait()
        site.wait_for_counts(injected=1, blocked_content=1, asked=1, shown=1)
        page.notice().click("Not now")
        site.wait_for_counts(injected=1, blocked_content=1, asked=1, shown=1, later=1)
        noted[told] = [hit.target.partition("?")[2] for hit in page.requests() if hit.path == "/newsroom/noted"]
    assert noted == {True: ["shown=content", "choice=later"], False: []}


@BLOCKING
def test_not_on_sensitive_or_paid_pages(profile: str, cached: Cached, reader: Readers) -> None:
    heads = {
        "/health": '<meta name="adnotice" content="quiet">',
        "/paid": '<meta name="adnotice" content="off">',
        "/news": "",
    }
    site = cached({path: page_of(head=head) for path, head in heads.items()})
    somebody = reader(profile, site)
    assert left_in_peace(somebody.open("/health"))
    paid = somebody.open("/paid")
    assert paid.notice().stays_away(2)
    assert [hit.path for hit in paid.own_requests() if not hit.path.endswith("/client.js")] == []
    site.wait_for_counts(injected=3, blocked_content=1)
    assert site.quiet_reasons() == {"marked-page": 1}
    somebody.open("/news").notice().wait()
    site.wait_for_counts(injected=3, blocked_content=2, asked=1, shown=1)


def test_switched_while_running_and_nobody_is_asked_once_the_command_has_returned(
    cached: Cached, reader: Readers
) -> None:
    """In a browser whose own cache keeps client.js, too."""
    site = cached({"/": page_of()})
    page = reader("chromium-adguard-rules", site).open("/")
    page.notice().wait()
    site.wait_for_counts(injected=1, blocked_content=1, asked=1, shown=1)
    site.set_mode(Mode.MEASURE, wait=True)
    assert left_in_peace(page.reload())
    site.wait_for_counts(injected=1, blocked_content=2, asked=1, shown=1)
    assert site.quiet_reasons() == {"mode": 1}
    site.set_mode(Mode.ASK, wait=True)
    page.reload().notice().wait()
    site.wait_for_counts(injected=1, blocked_content=3, asked=2, shown=2)


HIDE = "hide_support_messaging"


@BLOCKING
def test_the_cookie_that_hides_support_messaging_is_respected(profile: str, cached: Cached, reader: Readers) -> None:
    """Whoever the copy was made for: it brings nobody peace, and takes it from nobody."""
    gave = Sheet("Thank you.", headers={"set-cookie": f"{HIDE}=1; Path=/; Secure"}, media_type="text/plain")
    site = cached(
        {"/": page_of(), "/made-for-a-supporter": page_of()},
        made_for={"/made-for-a-supporter": {"cookie": f"{HIDE}=1"}},
        uncached={"/gave": gave},
        quiet_cookie=HIDE,
    )
    supporter = reader(profile, site).open("/gave")
    assert left_in_peace(supporter.goto("/"))
    assert left_in_peace(supporter.goto("/made-for-a-supporter"))
    site.wait_for_counts(injected=2, blocked_content=2)
    assert site.quiet_reasons() == {"supporter": 2}
    other = reader(profile, site).open("/made-for-a-supporter")
    other.notice().wait()
    site.wait_for_counts(injected=2, blocked_content=3, asked=1, shown=1)


KNOWS_SUPPORTERS = """<script>
  if (localStorage.getItem("patron"))
    Object.assign(window.adnotice = window.adnotice || {}, {supporter: true});
</script>"""


@BLOCKING
def test_whom_the_page_says_to_be_a_supporter_is_not_asked(profile: str, cached: Cached, reader: Readers) -> None:
    site = cached({"/": page_of(head=KNOWS_SUPPORTERS)})
    page = reader(profile, site).open("/")
    page.notice().wait()
    site.wait_for_counts(injected=1, blocked_content=1, asked=1, shown=1)
    page.run("localStorage.setItem('patron', 'yes')")
    assert left_in_peace(page.reload())
    site.wait_for_counts(injected=1, blocked_content=2, asked=1, shown=1)
    assert site.quiet_reasons() == {"supporter": 1}


def test_in_one_country_only(cached: Cached, reader: Readers) -> None:
    """The copy was made for a reader abroad; the cache says of each reader which country it is."""
    site = cached({"/": page_of()}, country_header=COUNTRY_HEADER, ask_countries=["UA"])
    abroad = reader("chromium-ghostery", site)
    abroad.move(FOREIGN_ADDRESS)
    assert left_in_peace(abroad.open("/"))
    site.wait_for_counts(injected=1, blocked_content=1)
    assert site.quiet_reasons() == {"country": 1}
    at_home = reader("chromium-ghostery", site).open("/")
    at_home.notice().wait()
    site.wait_for_counts(injected=1, blocked_content=2, asked=1, shown=1)


AD = '<script async src="https://securepubads.g.doubleclick.net/tag/js/gpt.js"></script>'
SLOT = """<div id="place" data-adnotice-slot="ad" style="width:300px;min-height:250px"></div>
<script>
  window.googletag = window.googletag || {cmd: []};
  googletag.cmd.push(() => googletag.display("place"));
</script>"""
IN_SLOT = """
  const place = document.getElementById("place"), box = place.getBoundingClientRect();
  const host = document.querySelector("reader-notice"), own = host.getBoundingClientRect();
  return host.parentElement === place && own.left >= box.left && own.top >= box.top && own.right <= box.right && own.bottom <= box.bottom;
"""
SLOT_SIZE = "const {width, height} = document.getElementById('place').getBoundingClientRect(); return [width, height]"


@BLOCKING
def test_in_the_empty_slot(profile: str, cached: Cached, reader: Readers) -> None:
    """On the first page of a visit, where a bar is not shown; with an ad in it the slot is the ad's."""
    site = cached({"/": page_of(SLOT + LONG, AD), "/without": page_of(LONG, AD)}, ask_on_first_page=False)
    page = reader(profile, site).open("/")
    page.notice().wait()
    assert page.run(IN_SLOT)
    assert page.run(SLOT_SIZE) == [300, 250]
    site.wait_for_counts(injected=2, blocked_content=1, asked=1, shown=1)
    page.notice().click("Not now")
    page.notice().wait_gone()
    assert page.run(SLOT_SIZE) == [300, 250]
    assert left_in_peace(reader(profile, site).open("/without"))
    site.wait_for_counts(injected=2, blocked_content=2, asked=1, shown=1, later=1)
    assert site.quiet_reasons() == {"first-page": 1}

    clear = reader(profile.partition("-")[0], site).open("/")
    assert clear.verdict()["verdict"] == "clear"
    wait_until(lambda: clear.run("return Boolean(document.querySelector('#place[data-filled] img'))"), "the ad")
    assert clear.notice().stays_away(4)
    site.wait_for_counts(injected=2, blocked_content=2, clear=1, asked=1, shown=1, later=1)


@BLOCKING
def test_closed_it_stays_closed_on_the_next_page_and_after_a_reload(
    profile: str, cached: Cached, reader: Readers
) -> None:
    site = cached({"/": page_of(), "/next": page_of()})
    somebody = reader(profile, site)
    page = somebody.open("/")
    page.notice().wait()
    site.wait_for_counts(injected=2, blocked_content=1, asked=1, shown=1)
    page.notice().click("Not now")
    page.notice().wait_gone()
    assert left_in_peace(page.goto("/next"))
    assert left_in_peace(page.reload())
    assert left_in_peace(somebody.open("/"))
    assert all("cookie" not in hit.headers for hit in page.requests() if hit.is_document)
    site.wait_for_counts(injected=2, blocked_content=4, asked=1, shown=1, later=1)
    assert site.quiet_reasons() == {"later": 3}
    reader(profile, site).open("/next").notice().wait()
    site.wait_for_counts(injected=2, blocked_content=5, asked=2, shown=2, later=1)
