"""Every policy of the table in real browsers: the tag runs where it was placed, and where it would not, it is not there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.conftest import Readers
from tests.browser.internet import Internet
from tests.browser.newspaper import Sheet
from tests.browser.site import Site
from tests.inject.policies import CASES, Outcome, PolicyCase

HOST = "news.example.test"
PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page with a policy</title></head>'
    "<body><main><h1>A page with a policy</h1><p>And an article.</p></main></body></html>"
)
WATCH = """
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.blockedURI));
"""
LOOK = """
  const tag = [...document.scripts].find((script) => script.src.endsWith("/client.js"));
  return {carried: Boolean(tag), nonced: Boolean(tag && tag.nonce), ran: Boolean(window.adnotice),
          violations: window.violations.filter((uri) => uri.endsWith("/client.js"))};
"""


def _headers(case: PolicyCase) -> list[tuple[str, str]]:
    named = (("content-security-policy", case.enforced), ("content-security-policy-report-only", case.reported))
    return [(name, line.replace("{host}", HOST)) for name, lines in named for line in lines]


@pytest.fixture(scope="module")
def site(net: Internet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server with a page for each policy; over http, which the table is written for."""
    sheets = {f"/policy/{number}": Sheet(PAGE, repeated=_headers(case)) for number, case in enumerate(CASES)}
    running = Site(net, tmp_path_factory.mktemp("policies"), host=HOST, scheme="http", sheets=sheets)
    yield running
    running.close()


@pytest.mark.parametrize("profile", ["chromium", "firefox"])
@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.name for case in CASES])
def test_the_tag_runs_exactly_where_it_was_predicted(number: int, profile: str, site: Site, reader: Readers) -> None:
    expected = CASES[number].outcome
    page = reader(profile, site).open(f"/policy/{number}", before=WATCH)
    found = page.run(LOOK)
    assert found["carried"] == (expected is not Outcome.REFUSED)
    assert found["nonced"] == (expected is Outcome.NONCED)
    assert found["ran"] == found["carried"]
    if found["ran"]:
        page.verdict()
        assert page.verdict()["verdict"] != "blocked"
    assert page.run(LOOK)["violations"] == []
