"""The fixtures of browser tests: `newsroom(...)` makes a site, `reader(profile, site)` somebody who reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.internet import Internet
from tests.browser.profiles import PROFILES, Profile
from tests.browser.reader import Browsers, Reader
from tests.browser.site import Site

Newsroom = Callable[..., Site]
Readers = Callable[..., Reader]

BROWSER_SECONDS = 300


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser, and may take as long as a busy machine needs to start one."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(BROWSER_SECONDS))


@pytest.fixture(scope="session")
def net() -> Iterator[Internet]:
    """The network that the browsers live in."""
    with Internet() as running:
        yield running


@pytest.fixture(scope="session")
def browsers(net: Internet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browsers]:
    """Browsers, each launched when first needed and kept for the session."""
    kept = Browsers(net, tmp_path_factory.mktemp("browsers"))
    yield kept
    kept.close()


@pytest.fixture
def newsroom(net: Internet, tmp_path: Path) -> Iterator[Newsroom]:
    """Makes sites: `newsroom(mode="measure", head=..., sheets=...)`; each is a real server on a host of its own."""
    sites: list[Site] = []

    def open_site(**options: Any) -> Site:
        sites.append(Site(net, tmp_path, **options))
        return sites[-1]

    yield open_site
    for site in sites:
        site.close()


@pytest.fixture
def site(newsroom: Newsroom) -> Site:
    """A newspaper that asks readers with a blocker, and tells its own scripts the verdict."""
    return newsroom()


@pytest.fixture
def reader(browsers: Browsers) -> Iterator[Readers]:
    """Gives a reader: `reader("firefox-ublock", site)`. Skips, with the reason, where the machine can't."""
    readers: list[Reader] = []

    def arrive(profile: str | Profile, at: Site, **options: Any) -> Reader:
        chosen = PROFILES[profile] if isinstance(profile, str) else profile
        if missing := chosen.needs():
            pytest.skip(", ".join(missing))
        readers.append(browsers.reader(chosen, at, **options))
        return readers[-1]

    yield arrive
    for each in readers:
        each.close()
