"""The readers of our tests: which browser, what blocks in it, and what its network is like. A new one is one entry."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from tests.browser import internet, webkit
from tests.browser.internet import Weather
from tests.browser.newspaper import ROOT

CHROMIUM: Final = Path(shutil.which("chromium") or "/usr/bin/chromium")
FIREFOX: Final = Path(shutil.which("firefox-esr") or "/usr/bin/firefox-esr")
UBLOCK: Final = ROOT / ".cache" / "ublock"
LISTS: Final = UBLOCK / "assets"
EASYLIST: Final = LISTS / "thirdparties/easylist/easylist.txt"
EASYPRIVACY: Final = LISTS / "thirdparties/easylist/easyprivacy.txt"
ADGUARD: Final = ROOT / ".cache" / "adguard-rules"
"""AdGuard's base and tracking filters as declarative rules: what blockers in today's Chromium consist of."""
ANNOYANCES: Final = ROOT / ".cache" / "annoyances.txt"
"""AdGuard's annoyance lists, as setup.sh reads them from a package: uBlock Origin's own package brings none."""

ALLOWED_ADS: Final = Path(__file__).with_name("allowed_ads.txt")
"""Rules that let the site's own ad networks through, as lists of acceptable ads and readers' own switches do."""

TWO_RULES: Final = Path(__file__).with_name("two_rules.json")
"""The least that a content filter for Safari needs to stop our baits, written by hand."""

SAFARI_RULES: Final = ROOT / ".cache" / "safari-rules.json"
"""AdGuard's base filter, which holds EasyList, as the blockers for Safari give it to the browser."""

AD_HOSTS: Final = (
    "googlesyndication.com",
    "doubleclick.net",
    "amazon-adsystem.com",
    "ads.example-network.test",
)

BLOCKERS_VARIABLE: Final = "ADNOTICE_BLOCKERS"
"""Names a folder of unpacked extensions that no package brings: each folder in it with a manifest.json is a reader."""

CHROMIUM_FLAGS: Final = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-features=Translate,OptimizationHints,MediaRouter,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
    "--password-store=basic",
    "--ignore-certificate-errors",
    "--window-size=1280,800",
)

FIREFOX_PREFS: Final[dict[str, Any]] = {
    "services.settings.server": "data:,#no-remote-settings",
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "dom.security.https_first": False,
    "network.dns.disablePrefetch": True,
    "network.http.speculative-parallel-limit": 0,
    "toolkit.telemetry.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.safebrowsing.provider.mozilla.updateURL": "",
    "dom.push.serverURL": "",
    "browser.aboutConfig.showWarning": False,
}


def chromium_agent() -> str:
    """The User-Agent of this Chromium when it has a window: headless it calls itself by a name that marks bots."""
    version = subprocess.run([str(CHROMIUM), "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)\.\d+\.\d+", version)
    major = found.group(1) if found else "100"
    return f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 Safari/537.36"


STRICT_HOSTS: Final = (
    "pagead2.googlesyndication.com,securepubads.g.doubleclick.net,c.amazon-adsystem.com,ads.example-network.test"
)


def is_ad_host(host: str) -> bool:
    """Whether this host, or one above it, is the ad business's."""
    return any(host == each or host.endswith("." + each) for each in AD_HOSTS)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One kind of reader. Profiles that launch alike share a browser; `weather` and the rest are set for each page."""

    browser: Literal["chromium", "firefox", "webkit"]
    blocks: Literal["nothing", "content", "hosts"] = "nothing"
    """What is blocked: nothing, content by filter lists, or whole ad hosts."""
    ublock: bool = False
    filters: tuple[Path, ...] = ()
    """Texts that uBlock Origin takes besides its default lists."""
    rules: tuple[str, ...] = ()
    """uBlock Origin's dynamic rules, as its users write them."""
    engine: tuple[Path, ...] = ()
    """List texts for a blocker's engine that runs beside the browser."""
    engine_kind: Literal["ghostery", "adblockplus"] = "ghostery"
    extension: Path | None = None
    """An unpacked extension. It does not run in Chromium's private windows, so its readers share a cookie jar."""
    content_filter: Path | None = None
    """Rules in Safari's JSON format for WebKit."""
    flags: tuple[str, ...] = ()
    resolver: tuple[str, ...] = ()
    """Chromium resolver rules before the one that leads everything to our internet."""
    prefs: dict[str, Any] = field(default_factory=dict, hash=False)
    weather: Callable[[], Weather] = lambda: internet.fair
    hidden_bot: bool = True
    """Chromium says in its User-Agent what it says with a window."""
    slow: bool = False
    """Slow 3G (as DevTools defines it) and a CPU four times slower."""
    javascript: bool = True
    reports: bool = True
    """Whether a report can reach the server at all."""

    def needs(self) -> list[str]:
        """What this profile needs and the machine does not have."""
        if self.browser == "webkit":
            given = self.content_filter
            return webkit.needs() + ([f"{given.name} was not made"] if given and not given.exists() else [])
        wanted = {"chromium": CHROMIUM, "firefox": FIREFOX}[self.browser]
        missing = [] if wanted.exists() else [f"{wanted.name} is not installed"]
        if shutil.which("node") is None:
            missing.append("node is not installed")
        elif not (ROOT / "node_modules/puppeteer-core").is_dir():
            missing.append("the npm packages are not installed")
        if self.extension is not None and (problem := _read_manifest(self.extension)[1]):
            missing.append(problem)
        if (self.ublock or self.engine) and not EASYLIST.exists():
            missing.append("uBlock Origin's package was not unpacked")
        missing += [f"{path.name} is missing" for path in self.filters if not path.exists() and path != EASYLIST]
        return missing


def _read_manifest(extension: Path) -> tuple[dict[str, Any], str]:
    """What an unpacked extension says of itself, and, where it can't be read, why not."""
    manifest = extension / "manifest.json"
    if not manifest.exists():
        return {}, f"{extension.name} is not here"
    try:
        said = json.loads(manifest.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        return {}, f"{extension.name}: its manifest.json can't be read: {error}"
    return (said, "") if isinstance(said, dict) else ({}, f"{extension.name}: its manifest.json is no object")


def _resolver(answer: str) -> tuple[str, ...]:
    return tuple(rule for host in AD_HOSTS for rule in (f"MAP {host} {answer}", f"MAP *.{host} {answer}"))


_seeds = iter(range(1, 1_000_000))

PROFILES: Final[dict[str, Profile]] = {
    "chromium": Profile(browser="chromium"),
    "firefox": Profile(browser="firefox"),
    "firefox-ublock": Profile(browser="firefox", ublock=True, blocks="content"),
    "firefox-ublock-annoyances": Profile(browser="firefox", ublock=True, filters=(ANNOYANCES,), blocks="content"),
    "chromium-ghostery": Profile(browser="chromium", engine=(EASYLIST, EASYPRIVACY), blocks="content"),
    "chromium-ghostery-annoyances": Profile(
        browser="chromium", engine=(EASYLIST, EASYPRIVACY, ANNOYANCES), blocks="content"
    ),
    "firefox-ublock-allowing-ads": Profile(browser="firefox", ublock=True, filters=(ALLOWED_ADS,), blocks="content"),
    "chromium-ghostery-allowing-ads": Profile(
        browser="chromium", engine=(EASYLIST, EASYPRIVACY, ALLOWED_ADS), blocks="content"
    ),
    "chromium-adblock-plus": Profile(
        browser="chromium", engine=(EASYLIST, EASYPRIVACY), engine_kind="adblockplus", blocks="content"
    ),
    "chromium-adblock-plus-allowing-ads": Profile(
        browser="chromium", engine=(EASYLIST, EASYPRIVACY, ALLOWED_ADS), engine_kind="adblockplus", blocks="content"
    ),
    "chromium-adguard-rules": Profile(browser="chromium", extension=ADGUARD, blocks="content"),
    "chromium-dns-zero": Profile(browser="chromium", resolver=_resolver("0.0.0.0:9"), blocks="hosts"),
    "chromium-dns-nxdomain": Profile(browser="chromium", resolver=_resolver("~NOTFOUND"), blocks="hosts"),
    "firefox-proxy-hosts": Profile(browser="firefox", weather=lambda: internet.without(*AD_HOSTS), blocks="hosts"),
    "firefox-strict": Profile(
        browser="firefox",
        blocks="hosts",
        prefs={
            "browser.contentblocking.category": "strict",
            "privacy.trackingprotection.enabled": True,
            # The lists come from Mozilla's servers; these are entries of theirs, put in by the pref made for tests.
            "urlclassifier.trackingTable.testEntries": STRICT_HOSTS,
        },
    ),
    # Permanent private browsing: the one kind of private window that a driver can open.
    "firefox-private": Profile(
        browser="firefox",
        blocks="hosts",
        prefs={
            "browser.privatebrowsing.autostart": True,
            "privacy.trackingprotection.pbmode.enabled": True,  # Firefox's default, which puppeteer switches off
            "urlclassifier.trackingTable.testEntries": STRICT_HOSTS,
        },
    ),
    "webkit": Profile(browser="webkit"),
    "webkit-two-rules": Profile(browser="webkit", content_filter=TWO_RULES, blocks="content"),
    "webkit-adguard-rules": Profile(browser="webkit", content_filter=SAFARI_RULES, blocks="content"),
    "webkit-no-storage": Profile(
        browser="webkit", flags=("--enable-html5-local-storage=false", "--cookies-policy=never")
    ),
    "chromium-bot": Profile(browser="chromium", hidden_bot=False),
    "chromium-slow": Profile(browser="chromium", slow=True),
    "chromium-lossy": Profile(browser="chromium", weather=lambda: internet.lossy(0.3, next(_seeds))),
    "firefox-lossy": Profile(browser="firefox", weather=lambda: internet.lossy(0.3, next(_seeds))),
    "chromium-captive": Profile(browser="chromium", weather=lambda: internet.captive, reports=False),
    "firefox-captive": Profile(browser="firefox", weather=lambda: internet.captive, reports=False),
    "chromium-offline-after-page": Profile(browser="chromium", weather=lambda: internet.after_the_page, reports=False),
    "firefox-offline-after-page": Profile(browser="firefox", weather=lambda: internet.after_the_page, reports=False),
    "chromium-no-javascript": Profile(browser="chromium", javascript=False, reports=False),
    "firefox-no-javascript": Profile(
        browser="firefox", javascript=False, prefs={"javascript.enabled": False}, reports=False
    ),
    "firefox-gpc": Profile(
        browser="firefox",
        prefs={
            "privacy.globalprivacycontrol.enabled": True,
            "privacy.globalprivacycontrol.functionality.enabled": True,
        },
        reports=False,
    ),
    "firefox-dnt": Profile(browser="firefox", prefs={"privacy.donottrackheader.enabled": True}, reports=False),
}

ALLOWING: Final = (
    "firefox-ublock-allowing-ads",
    "chromium-ghostery-allowing-ads",
    "chromium-adblock-plus-allowing-ads",
)
"""Readers whose blocker lets the site's own ads through."""

_MEDIUM: Final = ("* * 3p-script block", "* * 3p-frame block")
_RULES: Final = {
    "third-parties": ("all third parties blocked", ("* * 3p block",)),
    "medium": ("medium mode", _MEDIUM),
    "noop": ("medium mode, ad hosts set to noop", (*_MEDIUM, *(f"* {host} * noop" for host in AD_HOSTS))),
    "no-script": ("scripts off", ("no-scripting: * true",)),
}
MODES: Final = {f"firefox-ublock-{name}": f"uBlock Origin, {title}" for name, (title, _) in _RULES.items()}
"""uBlock Origin's modes: a profile each, and what it is called."""
PROFILES.update(
    {
        f"firefox-ublock-{name}": Profile(browser="firefox", ublock=True, rules=rules, blocks="content")
        for name, (_, rules) in _RULES.items()
    }
)

_WANTED: Final = {"ublock-origin-lite": ("uBlock Origin Lite", False), "privacy-badger": ("Privacy Badger", True)}
"""Folders that `ADNOTICE_BLOCKERS` should have: what each is called, and whether it sends GPC, so that it isn't measured."""


def _read_given() -> dict[str, tuple[str, bool]]:
    named = os.environ.get(BLOCKERS_VARIABLE)
    root = Path(named).resolve() if named else ROOT / ".cache" / "given"
    found = {path.parent.name for path in root.glob("*/manifest.json")}
    given = {}
    for name in sorted({*_WANTED, *found}):
        folder = root / name
        version = _read_manifest(folder)[0].get("manifest_version")
        browser: Literal["chromium", "firefox"] = "firefox" if version == 2 else "chromium"
        title, signals = _WANTED.get(name, (name, False))
        PROFILES[f"given-{name}"] = Profile(browser=browser, extension=folder, blocks="content")
        given[f"given-{name}"] = (f"{browser.capitalize()} + {title}", signals)
    return given


GIVEN: Final = _read_given()
"""Blockers from the folder that `ADNOTICE_BLOCKERS` names: what each is called, and whether it sends GPC."""
