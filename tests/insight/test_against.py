"""What the last weeks are compared with: chosen on the page, kept wherever one goes from there, refused where there is no such."""

from __future__ import annotations

import pytest

from adnotice.count.model.tally import Metric
from adnotice.insight.analysis.change import Against
from adnotice.insight.display.labels import AGAINST
from tests.insight.conftest import TOKEN, Newsroom, log_in
from tests.insight.screen import Page

pytestmark = pytest.mark.anyio

BEARER = {"authorization": f"Bearer {TOKEN}"}
KNOWN = "against must be one of 4-weeks, 2-weeks, 1-week, year, got 'yaer'"


def links(html: str) -> list[str]:
    """Where the page leads that chooses a site, and so days."""
    found = [each["href"] or "" for tag, each in Page(html).elements if tag == "a" and "href" in each]
    return [each for each in found if "site=" in each]


async def test_the_page_offers_each_and_says_which_it_shows(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        await log_in(browser)
        for against, name in AGAINST.items():
            html = (await browser.get(f"dashboard?days=7&against={against.value}")).text
            before, _, rest = html.partition('<details id="against">')
            choices, _, after = rest.partition("</details>")
            assert f"<summary>against: {name}</summary>" in choices
            assert choices.count("<a ") == len(Against)
            (chosen,) = (each["href"] or "" for tag, each in Page(choices).elements if "aria-current" in each)
            for address in (chosen, *links(before + after)):
                assert (f"against={against.value}" in address) is (against is not Against.FOUR_WEEKS), address


@pytest.mark.parametrize(
    "address", ["dashboard", "dashboard/pages", "dashboard/pages?name=/harbour", "dashboard/health"]
)
async def test_it_goes_along_with_every_link_step_and_form(busy: Newsroom, address: str) -> None:
    joined = "&" if "?" in address else "?"
    async with busy.browser() as browser:
        await log_in(browser)
        html = (await browser.get(f"{address}{joined}first=2026-01-01&last=2026-12-31&against=year")).text
    html, _, choices = html.partition('<details id="against">')
    html += choices.partition("</details>")[2]
    assert [each for each in links(html) if "against=year" not in each] == []
    page = Page(html)
    forms, fields = 0, []
    for tag, attributes in page.elements:
        if tag == "form" and attributes.get("method") == "get":
            forms += 1
        if tag == "input" and attributes.get("name") == "against":
            fields.append(attributes["value"])
    assert fields == ["year"] * forms
    assert forms >= 1


@pytest.mark.parametrize(
    "address", ["api/v1/summary", "api/v1/figures.csv", "api/v1/pages/row", "dashboard", "dashboard/state"]
)
async def test_one_that_there_is_not_is_refused_and_the_known_ones_are_named(busy: Newsroom, address: str) -> None:
    async with busy.browser() as browser:
        await log_in(browser)
        answer = await browser.get(f"{address}?against=yaer")
        assert answer.status_code == 400
        told = Page(answer.text).text if address == "dashboard" else answer.headers["x-adnotice"]
        assert KNOWN in told
        assert (await browser.get("dashboard?days=none&against=year")).text.count('name="against" value="year"') == 1


async def test_who_looks_again_is_told_of_the_same_comparison(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        await log_in(browser)
        states = {
            (await browser.get(f"dashboard/state?against={each.value}")).json()["figures"]: each for each in Against
        }
        assert len(states) == len(Against)
        for state, against in states.items():
            assert f'data-figures="{state}"' in (await browser.get(f"dashboard?against={against.value}")).text


def count_steps(newsroom: Newsroom) -> None:
    """30 % a year ago, 20 % until four weeks ago, 21 % since."""
    now = newsroom.now
    for ago in range(7 * 56, 0, -1):
        newsroom.now = now - 86_400 * ago
        blocked = 300 if ago > 7 * 52 else 210 if ago <= 28 else 200
        newsroom.count({Metric.INJECTED: 1_100, Metric.CLEAR: 1_000 - blocked, Metric.BLOCKED_CONTENT: blocked})


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("", "the 4 weeks before: 20.0%"),
        ("against=year", "a year ago: 30.0%"),
        ("against=2-weeks", ""),
        ("days=28", ""),
        ("days=84", ""),
    ],
)
async def test_the_dashed_line_stands_where_the_chart_shows_the_weeks_that_are_compared(
    newsroom: Newsroom, query: str, line: str
) -> None:
    newsroom.hold(count_steps)
    async with newsroom.browser() as browser:
        await log_in(browser)
        page = Page((await browser.get(f"dashboard?{query}")).text)
    lines = [each for tag, each in page.elements if tag == "path" and each.get("class") == "before-line"]
    assert len(lines) == (3 if line else 0), "in both forms of the chart, and beside its name"
    assert line in page.text
