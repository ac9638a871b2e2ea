"""What script optimisers do to a pasted tag: ours of docs/start/wordpress.md is left alone, or counts all the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from tests.browser.conftest import Newsroom, Readers
from tests.browser.newspaper import Sheet
from tests.browser.site import JUDGED, Site

WORDPRESS: Final = Path(__file__).parents[2] / "docs" / "start" / "wordpress.md"
TAG: Final = '<script async="" src="/_adnotice/client.js" data-cfasync="false"></script>'
JOINED: Final = "/wp-content/cache/joined.js"
THEME: Final = "/wp-content/theme.js"
PAGE: Final = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>News</title>{tag}'
    f'<script src="{THEME}"></script></head><body><main><h1>News</h1><script>window.begun = 1</script></main></body></html>'
)
READERS: Final = [("chromium", "clear"), ("firefox-ublock", "blocked-content")]

_SCRIPT: Final = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL)
_SOURCE: Final = re.compile(r'src="([^"]+)"')
_ASKING: Final = ("data-no-optimize", "data-noptimize", "nowprocket")


def plugins_tag() -> str:
    """What WordPress puts into its pages."""
    written = WORDPRESS.read_text(encoding="utf-8").partition("echo '")[2].partition("';")[0]
    return "".join(re.split(r"',\n\s*'", written))


def optimise(page: str, *, obeys: bool, joins: dict[str, str] | None = None) -> tuple[str, str]:
    """The page with its scripts at the end and deferred, and the file in which those of `joins` stand in their order.

    One that obeys leaves scripts alone that ask for it.
    """
    joined: list[str] = []
    moved: list[str] = []

    def take(found: re.Match[str]) -> str:
        attributes, text = found[1], found[2]
        if obeys and any(asking in attributes for asking in _ASKING):
            return found[0]
        source = _SOURCE.search(attributes)
        if joins is not None and (source is None or source[1] in joins):
            joined.append(joins[source[1]] if source else text)
        else:
            moved.append(f"<script{attributes} defer>{text}</script>")
        return ""

    rest = _SCRIPT.sub(take, page)
    if joined:
        moved.append(f'<script src="{JOINED}" defer></script>')
    return rest.replace("</body>", "".join(moved) + "</body>"), ";\n".join(joined)


def open_optimised(newsroom: Newsroom, tag: str, *, obeys: bool, joins: bool) -> Site:
    """A site whose pages an optimiser has had; nothing is put in on their way out."""
    site = newsroom(exclude=["/optimised"], pages_cached=True)
    theme = "window.themed = 1"
    files = {THEME: theme, "/_adnotice/client.js": site.ask("/_adnotice/client.js").text} if joins else None
    page, joined = optimise(PAGE.format(tag=tag), obeys=obeys, joins=files)
    site.plan.sheets["/optimised"] = Sheet(page)
    site.plan.sheets[THEME] = Sheet(theme, media_type="text/javascript")
    site.plan.sheets[JOINED] = Sheet(joined, media_type="text/javascript")
    site.stop()
    site.start()
    return site


def judged(site: Site) -> dict[str, int]:
    """How often each verdict was counted."""
    return {name: n for name, n in site.counts().items() if name in JUDGED}


@pytest.mark.parametrize(("profile", "counted"), READERS)
def test_the_plugins_tag_stays_where_an_optimiser_obeys(
    profile: str, counted: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = open_optimised(newsroom, plugins_tag(), obeys=True, joins=True)
    page = reader(profile, site).open("/optimised")
    page.verdict()
    assert page.run("return [window.themed, window.begun, document.scripts[0].src]") == [
        1,
        1,
        f"{site.url}/_adnotice/client.js",
    ], "the page's own scripts were joined, and run"
    assert judged(site) == {counted: 1}


@pytest.mark.parametrize(("profile", "counted"), READERS)
def test_a_tag_that_was_moved_and_deferred_counts_all_the_same(
    profile: str, counted: str, newsroom: Newsroom, reader: Readers
) -> None:
    site = open_optimised(newsroom, TAG, obeys=False, joins=False)
    page = reader(profile, site).open("/optimised")
    page.verdict()
    assert page.run("return document.body.querySelectorAll('script[defer]').length") == 3
    assert judged(site) == {counted: 1}


@pytest.mark.parametrize("profile", ["chromium", "firefox-ublock"])
def test_a_script_that_was_joined_to_others_accuses_nobody(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    site = open_optimised(newsroom, TAG, obeys=False, joins=True)
    page = reader(profile, site).open("/optimised")
    assert page.verdict() == {"verdict": "unknown", "kind": None}
    assert page.run("return [window.themed, window.begun]") == [1, 1], "the page's own scripts run all the same"
    site.wait_for_counts(refused=1)
