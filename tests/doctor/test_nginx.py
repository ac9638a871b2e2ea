"""The doctor finds what is wrong behind a real nginx, and says how to mend it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from adnotice.detect.bait_age import VERIFIED
from adnotice.doctor import run_doctor
from tests.conformance.serving import serve
from tests.doctor.nginx import MISTAKES, serve_mistakes

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("nginx") is None, reason="nginx is not installed: the doctor was not tried on a real edge"
    ),
]

SAID: dict[str, tuple[str, ...]] = {
    "static rule": (
        "/_adnotice/client.js, /_adnotice/adverts/adserve/, /_adnotice/check/, /_adnotice/pix/ads/images/, /_adnotice/signal/",
        "location ~* \\.(js|gif)$",
        "404 text/html",
        "location ^~ /_adnotice/ { proxy_pass …; }",
    ),
    "spa fallback": ("a page comes back in its place", "200 text/html", "location ^~ /_adnotice/"),
    "baits cached": (
        "two views got one witness: a cache answers",
        "x-cache: HIT",
        "proxy_cache off",
    ),
    "no-store taken off": ("takes off Cache-Control: no-store", "Cache-Control: none", "no proxy_hide_header"),
    "script kept for long": ("how long browsers keep the script", "max-age=2592000", "no expires there"),
    "policy against scripts": (
        "the Content-Security-Policy as delivered stops the script",
        "script-src https://cdn.example",
        "Add 'self' to its script-src",
    ),
    "policy against reports": (
        "its report can't be sent",
        "connect-src https://api.example",
        "Add 'self' to connect-src",
    ),
    "tag optimised": ("rewrites the tag", 'type="text/rocketscript"', "Rocket Loader"),
    "tag sent to a CDN": ("rewrites the tag", "https://cdn.example/_adnotice/client.js", "page's own host"),
    "no referrer": ("looks like the first of a visit", "Referrer-Policy: no-referrer", "Referrer-Policy: same-origin"),
    "challenge on pages": ("answers with a challenge", "503 text/html", "Let the doctor through"),
    "challenge on baits": ("answers with a challenge", "403 text/html", "Exempt /_adnotice/ from challenges"),
    "host not handed on": (
        "another Host than the browser asked for",
        "403, X-AdNotice: cross-site",
        "proxy_set_header Host",
    ),
    "redirect": ("it is redirected", "301 to https://www.example/_adnotice/client.js", "Redirect nothing"),
}


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with (
        serve("fastapi", "uvicorn-httptools", tmp_path_factory.mktemp("site")) as site,
        serve_mistakes(tmp_path_factory.mktemp("nginx"), site.port) as addresses,
    ):
        yield addresses


def examine(url: str) -> tuple[int, str]:
    lines: list[str] = []
    status = run_doctor(url, paths=("/live",), write=lines.append, today=VERIFIED)
    return status, "\n".join(lines)


def test_nothing_is_found_where_nothing_is_wrong(edges: dict[str, str]) -> None:
    status, told = examine(edges["none"])
    assert status == 0
    assert told.startswith("ok     /\nok     /live\n")
    assert "2 of 2 pages carry the tag; 0 wrong, 1 to know" in told
    assert "object" in told  # the site links nowhere to the page on which readers can


@pytest.mark.parametrize("mistake", sorted(SAID))
def test_the_mistake_is_named_with_what_came_and_its_remedy(edges: dict[str, str], mistake: str) -> None:
    status, said = examine(edges[mistake])
    assert status == 1
    for part in SAID[mistake]:
        assert part in said


@pytest.mark.parametrize("mistake", sorted(SAID))
def test_one_mistake_is_told_once(edges: dict[str, str], mistake: str) -> None:
    assert examine(edges[mistake])[1].count("WRONG") == 1


def test_a_cached_page_is_something_to_know(edges: dict[str, str]) -> None:
    examine(edges["page cached"])
    status, said = examine(edges["page cached"])
    assert status == 0
    assert "NOTE   /, /live" in said
    assert "pages_cached=True" in said


def test_every_mistake_is_tried() -> None:
    assert MISTAKES.keys() - SAID.keys() == {"none", "page cached"}
