"""The matrix of `make blockers`: which reader meets which page on which network, and what is true of them.

CASES are readers and networks before one simple page; pages as real sites build them are in real_pages.py. The benchmark
runs every case several times and writes docs/accuracy.md; a test runs every one of CASES once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from tests.browser import internet
from tests.browser.driver import DriverError
from tests.browser.internet import Weather
from tests.browser.newspaper import Sheet
from tests.browser.profiles import AD_HOSTS
from tests.browser.reader import Page, Reader, wait_until
from tests.browser.site import Site

ARTICLE: Final = "/politics/budget"
AD_TAG: Final = '<script async nonce="r4nd0m" src="https://pagead2.googlesyndication.com/pagead/js/adsbygoogle.js?client=ca-pub-1"></script>'
PROBE: Final = {"ad_probe": "adsense"}
PEERS: Final = (
    "blockadblock",
    "fuckadblock",
    "just-detect-adblock",
    "adblock-detect",
    "adblock-detector",
    "adblock-detect-react",
    "@scthakuri/adblock-detector",
)
PEER_SECONDS: Final = 4.0
CLIENT: Final = "/client.js"


class Truth(Enum):
    """What is true of a reader, whatever anybody finds."""

    NO_BLOCKER = "no blocker"
    CONTENT = "content blocker"
    HOSTS = "ad hosts blocked on the way"
    PARTLY = "content blocker that lets the site's own ads through"


def _stay(_: Page) -> None:
    """Reads, and does nothing else."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One row of the matrix."""

    name: str
    profile: str
    truth: Truth
    group: str = "networks and policies"
    """The heading under which its row stands."""
    head: str = AD_TAG
    """What the page's head holds."""
    probe: Mapping[str, Any] = field(default_factory=lambda: PROBE)
    """The settings that switch `ad_probe` on."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    sheets: Mapping[str, Sheet] = field(default_factory=dict)
    scheme: str = "https"
    weather: Weather | None = None
    under_worker: bool = False
    """The page is read once a service worker that the page before has brought controls it."""
    act: Callable[[Page], None] = _stay
    """What the reader does on the page."""
    reports: bool = True
    """Whether a report can reach the server."""
    ad_host_down: bool = False
    unknown: bool = False
    """Nobody can know: `unknown` is the answer by design."""
    documented: str = ""
    """Why the row stands outside the figures."""
    seconds: float = 20.0
    """How long a verdict may take."""


def _same(truth: Truth, **profiles: str) -> list[Case]:
    return [Case(name=name.replace("_", " "), profile=profile, truth=truth) for name, profile in profiles.items()]


def _both(name: str, **options: Any) -> list[Case]:
    return [
        Case(name=f"{name}, {browser.capitalize()}", profile=browser, truth=Truth.NO_BLOCKER, **options)
        for browser in ("chromium", "firefox")
    ]


CASES: Final[tuple[Case, ...]] = (
    *_same(Truth.NO_BLOCKER, clean_Chromium="chromium", clean_Firefox="firefox"),
    Case(name="Firefox + uBlock Origin, default lists", profile="firefox-ublock", truth=Truth.CONTENT),
    Case(name="Firefox + uBlock Origin, annoyance lists too", profile="firefox-ublock-annoyances", truth=Truth.CONTENT),
    Case(name="Chromium + Ghostery, EasyList + EasyPrivacy", profile="chromium-ghostery", truth=Truth.CONTENT),
    Case(name="Chromium + Ghostery, annoyance lists too", profile="chromium-ghostery-annoyances", truth=Truth.CONTENT),
    Case(name="Chromium + Adblock Plus' engine, EasyList", profile="chromium-adblock-plus", truth=Truth.CONTENT),
    Case(name="Chromium + AdGuard's declarative rules", profile="chromium-adguard-rules", truth=Truth.CONTENT),
    Case(name="DNS answers 0.0.0.0, Chromium", profile="chromium-dns-zero", truth=Truth.HOSTS),
    Case(name="DNS answers NXDOMAIN, Chromium", profile="chromium-dns-nxdomain", truth=Truth.HOSTS),
    Case(name="a proxy refuses ad hosts, Firefox", profile="firefox-proxy-hosts", truth=Truth.HOSTS),
    Case(name="Firefox strict tracking protection", profile="firefox-strict", truth=Truth.HOSTS),
    Case(name="slow 3G and a quarter of the CPU", profile="chromium-slow", truth=Truth.NO_BLOCKER, seconds=75),
    Case(name="30 % loss, Chromium", profile="chromium-lossy", truth=Truth.NO_BLOCKER, seconds=45, unknown=True),
    Case(name="30 % loss, Firefox", profile="firefox-lossy", truth=Truth.NO_BLOCKER, seconds=45, unknown=True),
    *_both("walled garden", weather=internet.captive, reports=False),
    *_both("walled garden after client.js", weather=internet.sparing(CLIENT, internet.captive), reports=False),
    *_both("offline after the HTML", weather=internet.after_the_page, reports=False),
    *_both("offline after client.js", weather=internet.sparing(CLIENT, internet.after_the_page), reports=False),
    *_both("CSP blocks images", headers={"content-security-policy": "img-src 'none'"}),
    *_both("CSP takes scripts with a nonce only", headers={"content-security-policy": "script-src 'nonce-r4nd0m'"}),
    *_both(
        "CSP blocks scripts and images",
        headers={"content-security-policy": "script-src 'none'; img-src 'none'"},
        reports=False,
    ),
    *_both("the ad host is down", weather=internet.without(*AD_HOSTS), ad_host_down=True, unknown=True),
    Case(name="JavaScript off, Chromium", profile="chromium-no-javascript", truth=Truth.NO_BLOCKER, reports=False),
    Case(name="JavaScript off, Firefox", profile="firefox-no-javascript", truth=Truth.NO_BLOCKER, reports=False),
    Case(name="Global Privacy Control, Firefox", profile="firefox-gpc", truth=Truth.NO_BLOCKER, reports=False),
)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one visit showed. Times are milliseconds; `peers` says what each detector said, None: nothing."""

    verdict: str
    kind: str | None
    since_script: float | None
    since_start: float | None
    notice: bool
    peers: Mapping[str, bool | None]

    @property
    def accused(self) -> bool:
        """Whether the reader was said to block, or was asked."""
        return self.verdict == "blocked" or self.notice


WATCH: Final = """
  document.addEventListener("adnotice:verdict", () => (window.verdictAt = performance.now()), {once: true});
"""

TIMES: Final = """
  const client = performance.getEntriesByType("resource").find((entry) => entry.name.endsWith("/client.js"));
  return [window.verdictAt ?? null, client ? client.responseEnd : null];
"""

ASK_PEERS: Final = """
  const script = document.createElement("script");
  script.src = "/detectors/app.js";
  const nonced = document.querySelector("script[nonce]");
  if (nonced) script.nonce = nonced.nonce;
  const ended = new Promise((done) => { script.onload = script.onerror = done; });
  document.head.append(script);
  await Promise.race([ended, new Promise((done) => setTimeout(done, args[0]))]);
  await new Promise((done) => setTimeout(done, args[0]));
  return window.detectorResults ?? {};
"""


def paper(case: Case, *, probe: bool) -> dict[str, Any]:
    """What the newspaper of this case is made with."""
    page = {"head": case.head, "headers": dict(case.headers), "sheets": dict(case.sheets), "scheme": case.scheme}
    return {**page, **case.settings, **(case.probe if probe else {})}


def settle(case: Case, reader: Reader, site: Site) -> None:
    """Makes the network as the case says, for the reader and, where an ad host is down, for the server too."""
    if case.weather is not None:
        reader.change_weather(case.weather)
    if case.ad_host_down:
        site.line.weather = internet.without(*AD_HOSTS)


def arrive(case: Case, reader: Reader) -> None:
    """What was before the first visit: a page that brought the site's service worker."""
    if case.under_worker:
        page = reader.open("/")
        wait_until(lambda: page.run("return navigator.serviceWorker.controller !== null"), "a worker controls it", 30)
        page.close()


def look(page: Page, case: Case, *, peers: bool = False) -> Seen:
    """Waits for the verdict on an open page, then lets the others look at it."""
    try:
        found = page.verdict(case.seconds)
        at, script = page.run(TIMES)
    except DriverError:
        found, at, script = {"verdict": "no script"}, None, None
    asked = found["verdict"] == "blocked" and bool(_shown(page))
    said: Mapping[str, Any] = page.run(ASK_PEERS, PEER_SECONDS * 1000) if peers and _scripted(case) else {}
    return Seen(
        verdict=found["verdict"],
        kind=found.get("kind"),
        since_script=at - script if at is not None and script is not None else None,
        since_start=at,
        notice=asked or page.notice().shown,
        peers={name: said.get(name, {}).get("blocked") for name in PEERS},
    )


def visit(reader: Reader, case: Case, *, peers: bool = False, path: str = ARTICLE) -> Seen:
    """One visit in a window of its own."""
    before = (
        "" if reader.profile.browser == "webkit" else WATCH
    )  # whose driver runs nothing before the page's own scripts
    page = reader.open(path, wait="domcontentloaded", before=before, alone=True)
    try:
        case.act(page)
        return look(page, case, peers=peers)
    finally:
        page.close()


def right(case: Case, seen: Seen, *, probe: bool) -> bool:
    """Whether the verdict is the one that this reader should get."""
    if case.truth is Truth.PARTLY and probe:
        return seen.verdict == "partly" and not seen.notice
    if case.truth in (Truth.CONTENT, Truth.PARTLY):
        return (seen.verdict, seen.kind) == ("blocked", "content")
    if case.truth is Truth.HOSTS and probe:
        return (seen.verdict, seen.kind) == ("blocked", "hosts")
    return not seen.accused


def _shown(page: Page) -> bool:
    try:
        return page.notice().wait(5).shown
    except AssertionError:
        return False


def _scripted(case: Case) -> bool:
    return "javascript" not in case.profile
