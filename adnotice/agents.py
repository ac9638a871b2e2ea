"""What a User-Agent header says, in a few words: browser family, device class, system; the header itself is dropped.

ua-parser reads the header; its hundreds of families are folded into sets so small that nobody can be told apart by
them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from adnotice.vocabulary import Program

NOT_KNOWN: Final = "(not known)"
OTHER: Final = "(other)"
MAX_AGENT_CHARACTERS: Final = 256
"""What comes after these says nothing that we count, and would only fill the cache."""

OTHER_IOS: Final = "iOS (other)"
IN_APP: Final = "in an app"
BROWSERS: Final = {
    "Brave": "Brave",
    "Chrome": "Chrome",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome iOS",
    "Chromium": "Chrome",
    "Chrome Mobile WebView": IN_APP,
    "DuckDuckGo": "DuckDuckGo",
    "DuckDuckGo Mobile": "DuckDuckGo",
    "Edge": "Edge",
    "Edge Mobile": "Edge",
    "Facebook": IN_APP,
    "Firefox": "Firefox",
    "Firefox Mobile": "Firefox",
    "Google": IN_APP,
    "Instagram": IN_APP,
    "LinkedIn": IN_APP,
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": IN_APP,
    "Opera": "Opera",
    "Opera Mini": "Opera",
    "Opera Mobile": "Opera",
    "Opera Touch": "Opera",
    "Pinterest": IN_APP,
    "Safari": "Safari",
    "Samsung Internet": "Samsung Internet",
    "Snapchat": IN_APP,
    "Twitter": IN_APP,
}
ON_IOS: Final = frozenset({"Safari", "Chrome iOS", IN_APP})
"""Families that keep their name on iOS; every other browser there is Safari's engine under another name."""

SYSTEMS: Final = {
    "Android": "Android",
    "Chrome OS": "ChromeOS",
    "Debian": "Linux",
    "Fedora": "Linux",
    "Linux": "Linux",
    "Mac OS X": "macOS",
    "Ubuntu": "Linux",
    "Windows": "Windows",
    "iOS": "iOS",
}
DESKTOP_SYSTEMS: Final = frozenset({"Windows", "macOS", "Linux", "ChromeOS"})
SCREENS_ELSEWHERE: Final = re.compile(r"TV\b|HbbTV|BRAVIA|Roku|PlayStation|Xbox|Nintendo|CrKey|Tesla|Watch")
BOTS: Final = re.compile(
    r"bot\b|bot[/;_ -]|crawl|spider|slurp|headless|phantomjs|lighthouse|preview|fetch|monitor|archive|scrap|validator|"
    r"^(curl|wget|python|java|go-http|okhttp|ruby|php|perl|node|axios|libwww|httpie|apache-http)|https?://",
    re.IGNORECASE,
)
"""Programs that say so themselves: an address in the header is how the polite ones do it."""


HEADLESS: Final = re.compile("headless|phantomjs|lighthouse", re.IGNORECASE)
TOOLS: Final = re.compile(
    "^(curl|wget|python|java|go-http|okhttp|ruby|php|perl|node|axios|libwww|httpie|apache-http)", re.IGNORECASE
)


class Agent(NamedTuple):
    """Families from small fixed sets, so that nobody can be told apart by them."""

    browser: str
    device: str
    system: str
    bot: bool


def classify_agent(header: str) -> Agent:
    """The families that the header names; `(not known)` for what it doesn't, or without the extra `useragents`."""
    return _classify(header[:MAX_AGENT_CHARACTERS])


def is_bot(header: str) -> bool:
    """Whether the header says of itself that a program asks; cheap enough for every page."""
    return not header or BOTS.search(header[:MAX_AGENT_CHARACTERS]) is not None


@lru_cache(maxsize=512)
def name_program(header: str) -> Program | None:
    """What kind of program the header says that it is; None for a reader's browser."""
    if not is_bot(header):
        return None
    if HEADLESS.search(header):
        return Program.HEADLESS
    return Program.TOOL if TOOLS.search(header) or not header else Program.ROBOT


@lru_cache(maxsize=2048)
def _classify(header: str) -> Agent:
    parse = _parser()
    bot = is_bot(header)
    if parse is None:
        return Agent(NOT_KNOWN, NOT_KNOWN, NOT_KNOWN, bot)
    read = parse(header)
    system = SYSTEMS.get(read.os.family, OTHER) if read.os else NOT_KNOWN
    browser = BROWSERS.get(read.user_agent.family, OTHER) if read.user_agent else NOT_KNOWN
    if system == "iOS" and browser not in ON_IOS:
        browser = OTHER_IOS
    spider = read.device is not None and read.device.family == "Spider"
    return Agent(browser, name_device(header, system), system, bot or spider)


def name_device(header: str, system: str) -> str:
    """phone, tablet, desktop or other."""
    if SCREENS_ELSEWHERE.search(header):
        return "other"
    if "iPad" in header or "Tablet" in header or (system == "Android" and "Mobile" not in header):
        return "tablet"
    if "Mobi" in header or "iPhone" in header:
        return "phone"
    return "desktop" if system in DESKTOP_SYSTEMS else "other"


def load_patterns() -> None:
    """Loads what reads headers, at start-up: the first reader would wait a tenth of a second for it."""
    _classify("Mozilla/5.0")


@cache
def _parser() -> Callable[[str], Any] | None:
    """Asked for once: 1.0.0 compiles all of its patterns each time that its parser is, by an import even twice."""
    try:
        import ua_parser
    except ImportError:
        return None
    return getattr(getattr(ua_parser, "parser", None), "parse", None)
