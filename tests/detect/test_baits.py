"""The catalogue against the engines and lists of real blockers: every bait dies, nothing else of ours does."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from adnotice.detect.baits import BAITS, SIZED
from adnotice.detect.client import PARTS
from adnotice.detect.presets import PRESETS
from adnotice.notice.endpoints import PARTS as NOTICE_PARTS

ROOT = Path(__file__).parents[2]
UBLOCK = ROOT / ".cache" / "ublock"
SITE = "https://news.example.test"
PREFIXES = ("/_adnotice/", "/news/_adnotice/")
PROBE = "0123456789abcdef"
OWN = (
    ("client.js", "script"),
    *((name, "script") for name in PARTS),
    ("notice.js", "script"),
    *((name, "script") for name in NOTICE_PARTS),
    ("outcome", "xhr"),
    ("choice", "xhr"),
    ("notice?lang=de", "xhr"),
    ("about", "xhr"),
    ("dashboard", "xhr"),
    ("dashboard.css", "stylesheet"),
)
NEVER_AGAIN = ("adnotice", "ad-notice")  # names that lists hide on every site: the check below must see them

baits = [
    (prefix + bait.address(PROBE, turn), bait.request_type) for prefix in PREFIXES for bait in BAITS for turn in (0, 9)
]
KINDS = ("script", "image", "xhr")
sized = [
    (prefix + bait.address(PROBE, turn), kind)
    for prefix in PREFIXES
    for bait in SIZED
    for turn in (0, 9)
    for kind in KINDS
]
"""Baits that must die of whatever type the request is, as under a service worker."""
baits += sized
harmless = [
    *[
        (prefix + bait.control_address(PROBE, turn), bait.request_type)
        for prefix in PREFIXES
        for bait in BAITS
        for turn in (0, 9)
    ],
    *[(prefix + name, kind) for prefix in PREFIXES for name, kind in OWN],
]


def lists(*names: str) -> list[str]:
    return [(UBLOCK / "assets" / name).read_text() for name in names]


def words_of_ours() -> list[str]:
    """Every word in our browser files and templates that could be a class or an id."""
    sources = [*(ROOT / "static" / "src").rglob("*.js"), *(ROOT / "adnotice").glob("*/templates/*")]
    text = "\n".join(re.sub(r"^\s*(//|\*|/\*).*$", "", path.read_text(), flags=re.MULTILINE) for path in sources)
    quoted = re.findall(r"""["'`]([A-Za-z][\w -]{2,60})["'`]""", text)
    found = {word for part in quoted for word in part.split() if re.fullmatch(r"[A-Za-z][\w-]{2,40}", word)}
    return sorted(found)


def missing(what: str) -> None:
    pytest.skip(f"{what} is missing: run make browser-setup")


@pytest.fixture(scope="module")
def engines() -> dict[str, dict[str, list[str | None]]]:
    """What each engine says of baits, of the rest, and of our names."""
    if not UBLOCK.is_dir():
        missing("the uBlock Origin package")
    if shutil.which("node") is None or not (ROOT / "node_modules" / "@adguard" / "dnr-rulesets").is_dir():
        missing("the npm packages of the filter engines")
    asked = {
        "ublock": str(UBLOCK),
        "page": f"{SITE}/story",
        "requests": [(SITE + path, kind) for path, kind in baits + harmless],
        "names": [*words_of_ours(), *NEVER_AGAIN],
    }
    done = subprocess.run(
        ["node", str(Path(__file__).with_name("engines.mjs"))],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: dict[str, dict[str, list[str | None]]] = json.loads(done.stdout)
    answers["Brave Aggressive, EasyList, EasyPrivacy and uBlock filters"] = ask_brave(asked["names"])
    return answers


def brave() -> Any:
    """Brave's engine of July 2022 (PyPI adblock 0.6.0, the newest there) with the lists of today."""
    adblock = pytest.importorskip("adblock", reason="no wheel of adblock for this Python")
    rules = adblock.FilterSet()
    for text in lists(
        "thirdparties/easylist/easylist.txt", "thirdparties/easylist/easyprivacy.txt", "ublock/filters.min.txt"
    ):
        rules.add_filter_list(text)
    return adblock.Engine(filter_set=rules, optimize=False)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_as_brave_standard_no_bait_of_ours_can_die_and_ad_hosts_do(
    engines: dict[str, dict[str, list[str | None]]],
) -> None:
    """Standard applies no list to requests of the page's own site (brave-core: kBraveAdblockDefault1pBlocking, off by
    default). So docs/detection.md says: found with `ad_probe` alone, as blocked hosts."""
    aggressive = engines["Brave Aggressive, EasyList, EasyPrivacy and uBlock filters"]["stopped"]
    asked = [SITE + path for path, _ in baits]
    standard = [rule for url, rule in zip(asked, aggressive, strict=False) if not same_site(url)]
    assert None not in aggressive[: len(baits)]
    assert standard == [], "a bait of ours that is no request of the page's own site"
    engine = brave()
    for preset in PRESETS.values():
        if preset.url and not preset.url.endswith("/"):
            assert not same_site(preset.url)
            assert engine.check_network_urls(preset.url, SITE, "script").matched, f"{preset.url} passes Brave"


def same_site(url: str) -> bool:
    """Whether a request of the page to this address stays on its site (here: its host)."""
    return urlsplit(url).netloc == urlsplit(SITE).netloc


def ask_brave(names: object) -> dict[str, list[str | None]]:
    engine = brave()
    stopped = [
        found.filter or "a rule" if (found := engine.check_network_urls(SITE + path, SITE, kind)).matched else None
        for path, kind in baits + harmless
    ]
    selectors = engine.hidden_class_id_selectors(names, names, set())
    return {"stopped": stopped, "hidden": [alone for alone in selectors if re.fullmatch(r"[.#][\w-]+", alone)]}


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_every_engine_stops_every_bait_and_nothing_else_of_ours(
    engines: dict[str, dict[str, list[str | None]]],
) -> None:
    assert len(engines) == 6
    alive = {
        f"{name}: {path}"
        for name, answer in engines.items()
        for (path, _), rule in zip(baits, answer["stopped"], strict=False)
        if rule is None
    }
    assert not alive, "baits that these no longer stop"
    hit = {
        f"{name}: {path} by {rule}"
        for name, answer in engines.items()
        for (path, _), rule in zip(harmless, answer["stopped"][len(baits) :], strict=True)
        if rule is not None
    }
    assert not hit, "addresses of ours that these stop"


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_no_engine_hides_a_word_that_our_pages_use_as_class_or_id(
    engines: dict[str, dict[str, list[str | None]]],
) -> None:
    seen = {name: {str(selector).strip() for selector in answer["hidden"]} for name, answer in engines.items()}
    hiders = {name: selectors for name, selectors in seen.items() if not name.startswith("uBlock")}
    assert all({".ad-notice", ".adnotice"} <= selectors for selectors in hiders.values()), "the check sees no hiding"
    ours = {
        f"{name}: {selector}"
        for name, selectors in hiders.items()
        for selector in selectors - {".ad-notice", ".adnotice", "#adnotice"}
    }
    assert not ours


def test_the_catalogue_names_rules_that_stand_in_the_lists_it_was_verified_against() -> None:
    if not UBLOCK.is_dir():
        missing("the uBlock Origin package")
    easylist = set(lists("thirdparties/easylist/easylist.txt")[0].splitlines())
    lost = [
        rule for bait in (*BAITS, *SIZED) for rule in bait.rules if not any(line.startswith(rule) for line in easylist)
    ]
    assert not lost


def test_a_control_differs_from_its_bait_in_the_folder_alone() -> None:
    for bait in (*BAITS, *SIZED):
        name = bait.address(PROBE, 3).removeprefix(bait.folder)
        assert bait.control_address(PROBE, 3) == bait.control_folder + name
        assert re.fullmatch(rf"{PROBE}-3\{bait.ending}", name)
