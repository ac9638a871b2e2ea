"""Pages as real sites build them, and readers whom the simple page of matrix.py doesn't show: more rows of `make blockers`.

Ad scripts that come late, are held back, stopped or lost; service workers; every preset with every kind of blocking on the
way; ads that a blocker lets through; uBlock Origin's modes; private windows; WebKit; blockers that no package brings.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from tests.browser import internet
from tests.browser.driver import DriverError
from tests.browser.internet import Cut, Fault, Hang, Hit, Late, Weather
from tests.browser.matrix import Case, Truth
from tests.browser.newspaper import Sheet
from tests.browser.profiles import ALLOWING, GIVEN, MODES, is_ad_host
from tests.browser.reader import Page, wait_until

URLS: Final = {
    "adsense": "https://pagead2.googlesyndication.com/pagead/js/adsbygoogle.js?client=ca-pub-1",
    "gpt": "https://securepubads.g.doubleclick.net/tag/js/gpt.js",
    "prebid": "https://ads.example-network.test/prebid.js",
    "amazon": "https://c.amazon-adsystem.com/aax2/apstag.js",
}
PROBES: Final[Mapping[str, Mapping[str, Any]]] = {
    **{preset: {"ad_probe": preset} for preset in URLS},
    # Prebid has no common address: a site that hosts it itself says which, so that the server can look at it too.
    "prebid": {"ad_probe": URLS["prebid"], "ad_probe_effect": "pbjs.version"},
}
FONTS: Final = '<link rel="stylesheet" href="https://fonts.googleapis.com/css2?family=Lora">'
DELAYS: Final = (0.0, 0.35, 1.0, 2.5, 4.0)
ANSWERS: Final = (0.05, 0.4, 1.0, 3.0)
BROWSERS: Final = ("chromium", "firefox")
PUT_IN: Final = """<script>
const put = () => { const script = document.createElement("script"); script.src = "URL"; document.head.append(script); };
WHEN
</script>"""

LATE: Final = "ad scripts that come late"
LOST: Final = "ad scripts held back, stopped, lost"
WORKERS_GROUP: Final = "service workers"
PRESETS_GROUP: Final = "every ad script"
ACCEPTABLE: Final = "ads that the blocker lets through"
MODES_GROUP: Final = "uBlock Origin's modes"
PRIVATE: Final = "private windows and privacy signals"
WEBKIT: Final = "WebKitGTK, not Safari"
GIVEN_GROUP: Final = "blockers that no package brings"


def tag(preset: str = "gpt") -> str:
    """The ad script as it stands in most pages."""
    return f'<script async src="{URLS[preset]}"></script>'


def put_in(when: str, preset: str = "gpt") -> str:
    """A script that puts the ad script in; `when` calls `put`."""
    return PUT_IN.replace("URL", URLS[preset]).replace("WHEN", when)


def after(seconds: float) -> str:
    """Put in so long after the page's load event."""
    return put_in(f'addEventListener("load", () => setTimeout(put, {seconds * 1000:g}));')


def ads(fault: Fault | None, first: int = 1_000_000, *, also: Callable[[Hit], bool] = lambda _: False) -> Weather:
    """What the first requests to an ad host meet; the others arrive."""
    met = 0

    def meet(hit: Hit) -> Fault | None:
        nonlocal met
        if not (is_ad_host(hit.host) or also(hit)):
            return None
        met += 1
        return fault if met <= first else None

    return meet


def scripts(fault: Fault, others: Fault | None = None) -> Weather:
    """What an ad host's scripts meet; `others` is what meets the second asking, which runs nothing."""
    return lambda hit: ads(fault if hit.headers.get("sec-fetch-dest") == "script" else others)(hit)


def scroll(page: Page) -> None:
    """The reader scrolls once."""
    page.run("window.scrollTo(0, 600)")


def press_stop(page: Page) -> None:
    """The reader presses Stop while the ad script loads."""
    wait_until(lambda: page.run("return document.querySelectorAll('script[src*=\"gpt.js\"]').length"), "the ad script")
    time.sleep(0.3)
    page.run("window.stop()")


CLAIM: Final = """
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
"""
CACHE_FIRST: Final = """
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
PASSING: Final = 'self.addEventListener("fetch", (event) => {%s event.respondWith(fetch(event.request)); });'
STALE: Final = """
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
PUSH: Final = 'self.addEventListener("push", () => {});%s'
NOT_CONTROLLING: Final = "not controlling"
WORKERS: Final = {
    "cache first": CLAIM + CACHE_FIRST,
    "pass-through": CLAIM + PASSING,
    "stale-while-revalidate": CLAIM + STALE,
    "push only": CLAIM + PUSH,
    NOT_CONTROLLING: PASSING,
}
REGISTER: Final = '<script>navigator.serviceWorker.register("/sw.js", {scope: "%s"})</script>'


def reload_past_the_worker(page: Page) -> None:
    """Reloads with the shift key held, as far as the page can tell: no worker controls it, though one is there."""
    page.run("window.isBefore = true")
    page.call("cdp", method="Page.reload", params={"ignoreCache": True})
    wait_until(lambda: _is_anew(page), "it is reloaded", 30)
    assert page.run("return navigator.serviceWorker.controller === null"), "the worker controls it"


def _is_anew(page: Page) -> bool:
    try:
        return bool(page.run("return !window.isBefore && document.readyState !== 'loading'"))
    except DriverError:  # asked between the two
        return False


def worker_site(kind: str, line: str = "") -> dict[str, Any]:
    """What a site with a worker of this kind is made with; `line` goes first in its listener."""
    scope = "/elsewhere/" if kind == NOT_CONTROLLING else "/"
    return {
        "head": REGISTER % scope,
        "sheets": {"/sw.js": Sheet(WORKERS[kind] % line, media_type="text/javascript")},
    }


LIBRARIES: Final = {
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


def ad_network(preset: str, *, filled: bool) -> Weather:
    """The ad network, whose script fills the page's slots or leaves them empty."""
    library = LIBRARIES[preset].replace("FILLED", "true" if filled else "false")
    host = URLS[preset].split("/")[2]

    def answer(hit: Hit) -> Fault | None:
        return internet.Page(library.encode(), content_type="text/javascript") if hit.host == host else None

    return answer


def _in(browser: str) -> str:
    return {"chromium": "Chromium", "firefox": "Firefox", "webkit": "WebKit"}[browser]


def _innocent(name: str, browsers: tuple[str, ...] = BROWSERS, preset: str = "gpt", **options: Any) -> Iterator[Case]:
    """The row of readers without a blocker, in each browser."""
    for browser in browsers:
        yield Case(
            name=f"{name}, {_in(browser)}",
            profile=browser,
            truth=Truth.NO_BLOCKER,
            probe=PROBES[preset],
            seconds=40,
            **options,
        )


def _late() -> Iterator[Case]:
    for delay in DELAYS:
        for answer in ANSWERS:
            name = f"put in {delay:g} s after load, answers after {answer:g} s"
            yield from _innocent(name, group=LATE, head=after(delay), weather=ads(Late(answer)))
    at_scroll = put_in('addEventListener("scroll", put, {once: true});')
    yield from _innocent(
        "put in at the first scroll, answers after 1 s", group=LATE, head=at_scroll, act=scroll, weather=ads(Late(1))
    )


def _lost() -> Iterator[Case]:
    held = f'<script type="text/plain" src="{URLS["gpt"]}"></script>'
    yield from _innocent("kept back until consent", group=LOST, head=held)
    yield from _innocent(
        "Stop pressed while it loads", group=LOST, head=after(0), weather=scripts(Hang(4)), act=press_stop, unknown=True
    )
    yield from _innocent("lost once", group=LOST, head=tag(), weather=scripts(Cut()), unknown=True)
    policy = {"content-security-policy": "connect-src 'self'"}
    yield from _innocent(
        "connect-src forbids the second asking",
        group=LOST,
        head=tag(),
        headers=policy,
        weather=ads(Cut()),
        unknown=True,
    )
    yield from _innocent(
        "lost, and the second asking swallowed", group=LOST, head=tag(), weather=scripts(Cut(), Hang(8)), unknown=True
    )
    garden = ads(Cut(), also=lambda hit: hit.host.startswith("fonts."))
    yield from _innocent(
        "nothing but the site can be reached", group=LOST, head=tag() + FONTS, weather=garden, unknown=True
    )
    yield from _innocent(
        "nothing but the site can be reached, and the page has no other third party",
        group=LOST,
        head=tag(),
        weather=garden,
        documented="such a page can't tell a walled garden from blocked hosts",
    )


def _under_workers() -> Iterator[Case]:
    for kind in WORKERS:
        site = {**worker_site(kind), "under_worker": kind != NOT_CONTROLLING, "group": WORKERS_GROUP}
        site["head"] += tag()
        yield from _innocent(f"worker: {kind}", **site)
        for profile, blocker in (
            ("firefox-ublock", "Firefox + uBlock Origin"),
            ("chromium-adguard-rules", "Chromium + AdGuard's declarative rules"),
        ):
            yield Case(name=f"worker: {kind}, {blocker}", profile=profile, truth=Truth.CONTENT, **site)
    # Firefox' driver can't reload past a worker
    site = {**worker_site("cache first"), "under_worker": True, "group": WORKERS_GROUP, "act": reload_past_the_worker}
    site["head"] += tag()
    yield from _innocent("worker: cache first, reloaded past it", ("chromium",), **site)
    title = "worker: cache first, reloaded past it, Chromium + AdGuard's declarative rules"
    yield Case(name=title, profile="chromium-adguard-rules", truth=Truth.CONTENT, **site)
    yield from _innocent("no TLS, so no worker", group=WORKERS_GROUP, scheme="http", head=tag())


ON_THE_WAY: Final = {
    "chromium-dns-zero": "DNS answers 0.0.0.0, Chromium",
    "chromium-dns-nxdomain": "DNS answers NXDOMAIN, Chromium",
    "firefox-proxy-hosts": "a proxy refuses ad hosts, Firefox",
    "firefox-strict": "Firefox strict, whose stand-ins run",
}


def _presets() -> Iterator[Case]:
    for preset in URLS:
        yield from _innocent(preset, preset=preset, group=PRESETS_GROUP, head=tag(preset))
        for profile, title in ON_THE_WAY.items():
            yield Case(
                name=f"{preset}: {title}",
                profile=profile,
                truth=Truth.HOSTS,
                group=PRESETS_GROUP,
                head=tag(preset),
                probe=PROBES[preset],
                seconds=30,
            )


def _acceptable() -> Iterator[Case]:
    titles = ("uBlock Origin", "Ghostery", "Adblock Plus' engine")
    for profile, title in zip(ALLOWING, titles, strict=True):
        for preset in LIBRARIES:
            yield Case(
                name=f"{title} lets {preset} fill a slot",
                profile=profile,
                truth=Truth.PARTLY,
                group=ACCEPTABLE,
                head=tag(preset),
                probe={"ad_probe": preset},  # an effect of one's own never says that a slot was filled
                weather=ad_network(preset, filled=True),
                seconds=30,
            )


def _modes() -> Iterator[Case]:
    for profile, title in MODES.items():
        scripted = "script" not in profile
        truth = Truth.CONTENT if scripted else Truth.NO_BLOCKER
        yield Case(name=title, profile=profile, truth=truth, group=MODES_GROUP, head=tag(), reports=scripted)


def _private() -> Iterator[Case]:
    counted = {"honour_gpc": False}
    yield Case(
        name="Firefox, private window, its GPC honoured",
        profile="firefox-private",
        truth=Truth.NO_BLOCKER,
        group=PRIVATE,
        head=tag(),
        probe=PROBES["gpt"],
        reports=False,
    )
    yield Case(
        name="Firefox, private window, its GPC not honoured",
        profile="firefox-private",
        truth=Truth.HOSTS,
        group=PRIVATE,
        head=tag(),
        probe=PROBES["gpt"],
        settings=counted,
        seconds=30,
    )
    yield Case(
        name="Global Privacy Control not honoured, Firefox",
        profile="firefox-gpc",
        truth=Truth.NO_BLOCKER,
        group=PRIVATE,
        head=tag(),
        probe=PROBES["gpt"],
        settings=counted,
        seconds=30,
    )


def _webkit() -> Iterator[Case]:
    webkit = ("webkit",)
    yield from _innocent("clean", webkit, group=WEBKIT, head=tag())
    yield from _innocent(
        "put in 1 s after load, answers after 1 s", webkit, group=WEBKIT, head=after(1), weather=ads(Late(1))
    )
    yield from _innocent("lost once", webkit, group=WEBKIT, head=tag(), weather=scripts(Cut()), unknown=True)
    for profile, title in (
        ("webkit-two-rules", "two rules by hand"),
        ("webkit-adguard-rules", "AdGuard's rules for Safari"),
    ):
        yield Case(name=f"a content filter: {title}", profile=profile, truth=Truth.CONTENT, group=WEBKIT, head=tag())
    yield Case(
        name="a proxy refuses ad hosts, WebKit",
        profile="webkit",
        truth=Truth.HOSTS,
        group=WEBKIT,
        head=tag(),
        probe=PROBES["gpt"],
        weather=ads(Cut()),
        seconds=30,
    )


def _given() -> Iterator[Case]:
    for profile, (title, signals) in GIVEN.items():
        yield Case(
            name=title,
            profile=profile,
            truth=Truth.NO_BLOCKER if signals else Truth.CONTENT,
            group=GIVEN_GROUP,
            head=tag(),
            reports=not signals,
        )


REAL_PAGES: Final[tuple[Case, ...]] = (
    *_late(),
    *_lost(),
    *_under_workers(),
    *_presets(),
    *_acceptable(),
    *_modes(),
    *_private(),
    *_webkit(),
    *_given(),
)
