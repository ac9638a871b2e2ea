"""A misspelt key of a query is refused by name: it would show other figures than were asked for."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adnotice.insight.analysis.query import WISHES
from tests.insight.conftest import TOKEN, Newsroom, log_in

pytestmark = pytest.mark.anyio

BEARER = {"authorization": f"Bearer {TOKEN}"}
PAGES = {"dashboard": WISHES, "dashboard/health": WISHES}
FIGURES = {"api/v1/summary": WISHES, "api/v1/pages.csv": (*WISHES, "q", "by"), "metrics": ()}


@pytest.mark.parametrize("address", [*PAGES, *FIGURES])
async def test_a_misspelt_key_is_refused_and_the_known_ones_are_named(address: str, busy: Newsroom) -> None:
    known = {**PAGES, **FIGURES}[address]
    async with busy.browser() as browser:
        await log_in(browser)
        for key in ("day", "Days", "from", "last_", "sites", "", "\n", "é", "x" * 3000):
            answer = await browser.get(f"{address}?{urlencode({key: '7'})}")
            assert answer.status_code == 400
            said = answer.headers["x-adnotice"]
            assert said.endswith(f"It knows: {', '.join(known) or 'none'}")
            assert said.isprintable()
        if known:
            told = (await browser.get(f"{address}?day=7")).headers["x-adnotice"]
            assert told == f"'day' is no key of this address. Did you mean days? It knows: {', '.join(known)}"


@pytest.mark.parametrize("address", [*PAGES, *FIGURES])
async def test_who_may_not_look_is_told_that_first(address: str, busy: Newsroom) -> None:
    async with busy.browser() as browser:
        assert (await browser.get(f"{address}?day=7")).status_code in (303, 401)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.text(max_size=10))
async def test_no_key_that_is_not_known_passes(key: str, busy: Newsroom) -> None:
    async with busy.browser() as browser:
        address = f"api/v1/summary?{urlencode({key: ''}, errors='replace')}"
        assert (await browser.get(address, headers=BEARER)).status_code == (200 if key in WISHES else 400)


async def test_style_sheets_ignore_their_query(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        assert (await browser.get("dashboard/dashboard.css?ver=6.1")).status_code == 200
        assert (await browser.get("dashboard/login?ver=6.1")).status_code == 400
