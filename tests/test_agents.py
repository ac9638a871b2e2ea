"""What headers say, in few words."""

from __future__ import annotations

import subprocess
import sys

import pytest

from adnotice.agents import BROWSERS, MAX_AGENT_CHARACTERS, NOT_KNOWN, OTHER, OTHER_IOS, SYSTEMS, classify_agent

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("header", "browser", "device", "system"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/150.0.0.0 Safari/537.36", "Chrome", "desktop", "Windows"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0", "Edge", "desktop", "macOS"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0", "Firefox", "desktop", "Linux"),
        ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0", "Firefox", "desktop", "Linux"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/150.0.0.0 Safari/537.36", "Chrome", "desktop", "ChromeOS"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/150.0.0.0 Mobile Safari/537.36", "Chrome", "phone", "Android"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/150.0.0.0 Safari/537.36", "Chrome", "tablet", "Android"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", "Samsung Internet", "phone", "Android"),
        (f"{IPHONE} Version/18.1 Mobile/15E148 Safari/604.1", "Safari", "phone", "iOS"),
        (f"{IPHONE} CriOS/150.0.0.0 Mobile/15E148 Safari/604.1", "Chrome iOS", "phone", "iOS"),
        (f"{IPHONE} FxiOS/153.0 Mobile/15E148 Safari/604.1", OTHER_IOS, "phone", "iOS"),
        ("Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1", "Safari", "tablet", "iOS"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/150.0.0.0 Safari/537.36 OPR/115.0.0.0", "Opera", "desktop", "Windows"),
        (f"Mozilla/5.0 (SMART-TV; Linux; Tizen 8.0) {WEBKIT} Version/8.0 TV Safari/537.36", None, "other", None),
    ],
)  # fmt: skip
def test_readers_browsers_are_told_by_family(header: str, browser: str | None, device: str, system: str | None) -> None:
    agent = classify_agent(header)
    assert agent.device == device
    assert not agent.bot
    if browser is not None:
        assert (agent.browser, agent.system) == (browser, system)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.0.0 Safari/537.36",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/150.0.0.0 Safari/537.36",
        "curl/8.5.0",
        "python-requests/2.32",
        "Wget/1.21",
        "Go-http-client/2.0",
        "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Mozilla/5.0 (Linux; Android 11; moto g power) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119 Mobile Safari/537.36 Chrome-Lighthouse",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    ],
)
def test_programs_that_say_so_are_bots(header: str) -> None:
    assert classify_agent(header).bot


def test_the_sets_are_so_small_that_nobody_can_be_told_apart_by_them() -> None:
    assert len({*BROWSERS.values(), OTHER_IOS, OTHER}) <= 12
    assert len({*SYSTEMS.values(), OTHER}) <= 7


@pytest.mark.remembers
def test_a_long_header_takes_no_more_memory_than_a_short_one() -> None:
    start = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0 " + "x" * MAX_AGENT_CHARACTERS
    assert classify_agent(start + "a" * 8_000) is classify_agent(start + "b" * 8_000)


def test_the_patterns_are_compiled_once_however_many_headers_are_read() -> None:
    code = (
        "import ua_parser\n"
        "compiled, compile_ = [], ua_parser.Parser.from_matchers\n"
        "ua_parser.Parser.from_matchers = lambda matchers: (compiled.append(1), compile_(matchers))[1]\n"
        "from adnotice.agents import classify_agent\n"
        "for n in range(9): classify_agent(f'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Firefox/{n}')\n"
        "print(len(compiled))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


def test_without_the_extra_bots_are_known_and_nothing_else() -> None:
    code = (
        "import sys; sys.modules['ua_parser'] = None\n"
        "from adnotice.agents import classify_agent\n"
        "print(*classify_agent('Mozilla/5.0 (X11; Linux x86_64) Firefox/153.0')[:3:2], classify_agent('curl/8').bot)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"{NOT_KNOWN} {NOT_KNOWN} True\n"
