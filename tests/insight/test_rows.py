"""Rows by themselves: found, joined by section, opened alone; few page views of an hour are not told."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adnotice.count.model.tally import OTHER, Batch, Count, Dimension, Entry, Key, Metric, Period
from adnotice.insight.analysis.intervals import share, widest
from adnotice.insight.analysis.query import Reader, Wish
from adnotice.insight.analysis.rows import (
    BadRows,
    by_section,
    choose_rows,
    find_small,
    fold_small,
    name_section,
    search,
)
from adnotice.insight.analysis.summary import NO_REFERRER, TABLES, Row
from adnotice.insight.analysis.weighting import add_views
from adnotice.vocabulary import Mode
from tests.insight.conftest import SITE, TOKEN, Newsroom, log_in
from tests.insight.screen import Page

pytestmark = pytest.mark.anyio

BEARER = {"authorization": f"Bearer {TOKEN}"}


async def test_what_was_not_looked_for_is_no_0_where_a_row_is_opened_alone(newsroom: Newsroom) -> None:
    newsroom.count_all({Key(SITE, *place, Metric.CLEAR): 300 for place in ((Dimension.ALL, ""), (Dimension.PAGE, "/"))})
    async with newsroom.browser() as browser:
        await log_in(browser)
        page = Page((await browser.get("dashboard/pages?name=/&days=7")).text)
    assert "Ads’ hosts out of reach not looked for" in page.text
    assert "Partly 0" in page.text


def row(name: str, clear: int, blocked: int = 0) -> Row:
    views = add_views(clear, 0, blocked, 0, 0)
    return Row(name, views, share(views.blocked, views.decided), widest(views.blocked, views.decided, 0))


async def test_a_week_that_is_not_whole_is_hollow_on_a_rows_own_page_too(newsroom: Newsroom) -> None:
    tuesday = newsroom.today - timedelta(days=newsroom.today.weekday() + 6)
    wednesday = tuesday - timedelta(days=7 * 28 - 1)
    end = newsroom.now
    for ago in range(250, 0, -1):
        newsroom.now = end - 86_400 * ago
        views = {Metric.CLEAR: 800, Metric.BLOCKED_CONTENT: 200}
        newsroom.count_all(
            {
                Key(SITE, *place, metric): n
                for place in ((Dimension.ALL, ""), (Dimension.PAGE, "/"))
                for metric, n in views.items()
            }
        )
    newsroom.now = end
    async with newsroom.browser() as browser:
        await log_in(browser)
        for address in ("dashboard", "dashboard/pages?name=/"):
            joined = "&" if "?" in address else "?"
            html = (await browser.get(f"{address}{joined}first={wednesday}&last={tuesday}")).text
            chart = html[html.index('class="chart wide"') :]
            dots = re.findall(r'class="(rate-dot[^"]*)"', chart[: chart.index("</svg>")])
            assert len(dots) == 29
            assert [n for n, dot in enumerate(dots) if dot == "rate-dot open"] == [0, 28], address


ROWS = [row("/news/budget", 300, 100), row("/", 200, 20), row("/news/harbour", 60, 10), row("/about", 4), row(OTHER, 9)]


@pytest.mark.parametrize(
    ("page", "section"),
    [("/", "/"), ("/about", "/about"), ("/news/", "/news/"), ("/news/a/b", "/news/"), ("", ""), ("//x/y", "//x/y")],
)
def test_a_section_is_the_first_part_of_a_path(page: str, section: str) -> None:
    assert name_section(page) == section


def test_sections_add_up_to_the_whole_with_the_rest_last() -> None:
    sections = by_section(ROWS)
    assert [(each.name, each.views.measured) for each in sections] == [
        ("/news/", 470),
        ("/", 220),
        ("/about", 4),
        (OTHER, 9),
    ]
    assert sections[0].blocking.rate == 110 / 470
    assert not sections[0].blocking.few
    assert sections[2].blocking.few
    assert sum(each.views.blocked for each in sections) == sum(each.views.blocked for each in ROWS)


def test_names_are_searched_without_regard_to_capitals() -> None:
    assert [each.name for each in search(ROWS, "NEWS")] == ["/news/budget", "/news/harbour"]
    assert search(ROWS, "other") == []
    assert [each.name for each in choose_rows("pages", ROWS, "news", "section")] == ["/news/"]
    for table, by in (("pages", "title"), ("browsers", "section")):
        with pytest.raises(BadRows, match="by must be section, of pages alone"):
            choose_rows(table, ROWS, "", by)


@given(st.lists(st.integers(0, 12), max_size=12), st.integers(1, 8))
def test_what_is_hidden_can_not_be_told_from_the_sum(sizes: Sequence[int], least: int) -> None:
    hidden = find_small(sizes, least)
    assert all(index in hidden for index, size in enumerate(sizes) if 0 < size < least)
    if hidden and any(size >= least for size in sizes):
        whole = sum(sizes[index] for index in hidden)
        others = [size for index, size in enumerate(sizes) if size >= least and index not in hidden]
        assert (len(hidden) >= 2 and whole >= least) or not others


def test_few_page_views_go_with_all_others() -> None:
    folded = fold_small(ROWS, 5)
    assert [each.name for each in folded] == ["/news/budget", "/", OTHER]
    assert folded[-1].views.measured == 4 + 70 + 9
    assert fold_small(ROWS, 1) == ROWS


async def look(newsroom: Newsroom, address: str, status: int = 200) -> Page:
    async with newsroom.browser() as browser:
        await log_in(browser)
        answer = await browser.get(address)
        assert answer.status_code == status
        return Page(answer.text)


async def read(newsroom: Newsroom, address: str, status: int = 200) -> Any:
    async with newsroom.browser() as browser:
        answer = await browser.get(address, headers=BEARER)
        assert answer.status_code == status
        return answer


@pytest.fixture
def sections(busy: Newsroom) -> Newsroom:
    """The same newsroom with some pages more."""
    busy.count_all(
        {
            Key(SITE, Dimension.PAGE, f"/sport/{n}", metric): 4
            for n in range(3)
            for metric in (Metric.CLEAR, Metric.SHOWN)
        }
    )
    return busy


async def test_all_rows_stand_on_one_page_and_open_alone(sections: Newsroom) -> None:
    page = await look(sections, "dashboard/pages")
    names = [each[0] for each in page.table("Page")]
    assert names == ["/", "/harbour", "/weather", "/sport/0", "/sport/1", "/sport/2", "All others"]
    links = [attributes["href"] for tag, attributes in page.elements if tag == "a" and "name=" in str(attributes)]
    assert len(links) == 6
    assert str(links[1]).endswith("&name=%2Fharbour")
    for link in links:
        await look(sections, str(link).removeprefix("/_adnotice/"))


@pytest.mark.parametrize("table", TABLES)
async def test_every_table_has_its_page(sections: Newsroom, table: str) -> None:
    summary = (await read(sections, "api/v1/summary")).json()
    page = await look(sections, f"dashboard/{table}")
    shown = next(each for each in page.tables if len(each[0]) > 2)[1:]
    assert [each[1].split()[0] for each in shown] == [f"{each['views']['measured']:,}" for each in summary[table]]


async def test_search_and_sections_stand_in_the_address_and_in_the_download(sections: Newsroom) -> None:
    page = await look(sections, "dashboard/pages?q=SPORT")
    assert [each[0] for each in page.table("Page")] == ["/sport/0", "/sport/1", "/sport/2"]
    assert "3 rows with 12 page views of 850" in page.text
    page = await look(sections, "dashboard/pages?by=section")
    assert [each[0] for each in page.table("Section")] == ["/", "/harbour", "/weather", "/sport/", "All others"]
    assert sum(int(each[1].split()[0]) for each in page.table("Section")) == 850
    page = await look(sections, "dashboard/pages?q=nothing+like+it")
    assert "No row has “ nothing like it ” in its name" in page.text
    text = (await read(sections, "api/v1/pages.csv?q=sport&by=section")).content.decode("utf-8-sig")
    assert [(each["page"], each["measured"]) for each in csv.DictReader(io.StringIO(text))] == [("/sport/", "12")]
    assert "by must be section" in (await look(sections, "dashboard/browsers?by=section", 400)).text
    assert "by must be" in (await read(sections, "api/v1/browsers.csv?by=x", 400)).headers["x-adnotice"]
    assert "no key" in (await read(sections, "api/v1/series.csv?q=x", 400)).headers["x-adnotice"]


async def test_a_row_alone_has_what_is_kept_of_it_and_says_what_is_not(sections: Newsroom) -> None:
    sections.count({Metric.ASKED: 40, Metric.SHOWN: 30, Metric.LATER: 9}, dimension=Dimension.PAGE, value="/harbour")
    page = await look(sections, "dashboard/pages?name=/harbour&days=7")
    assert (
        "16.7% of measured page views had ads blocked: 30 of 180 with a clear answer. On the whole site: 25.0%."
        in page.text
    )
    assert "Which browsers, devices, systems, languages and referrers these page views had is not kept" in page.text
    funnel = {each[0].split(" of ")[0]: each[1] for each in page.table("Step")}
    assert (funnel["Asked"], funnel["Answered “not now”"]) == ("40 page views", "9 page views")
    assert page.table("Day")[0][1:5] == ["30", "0", "150", "0"]
    told = (await read(sections, "api/v1/pages/row?name=/harbour&days=7")).json()
    assert told["row"]["views"]["blocked"] == 30
    assert told["counts"]["later"] == 9
    assert [each["name"] for each in told["funnel"]][:2] == ["blocked", "asked"]
    assert sum(each["views"]["measured"] for each in told["series"]) == 180
    browser = await look(sections, "dashboard/browsers?name=Firefox")
    assert "Which pages these page views were of" in browser.text
    assert "Nobody was shown the notice here" in browser.text


async def test_of_a_sample_a_row_alone_says_about_how_many_page_views_it_stands_for(newsroom: Newsroom) -> None:
    drawn = {Metric.CLEAR: 160, Metric.BLOCKED_CONTENT: 40, Metric.UNKNOWN: 15}
    places = ((Dimension.ALL, ""), (Dimension.PAGE, "/"), (Dimension.BROWSER, "Firefox"), (Dimension.SHARE, "0.5"))
    newsroom.count_all({Key(SITE, *place, metric): n for place in places for metric, n in drawn.items()})
    newsroom.count({Metric.ASKED: 40, Metric.SHOWN: 30}, dimension=Dimension.PAGE, value="/")
    few = {Metric.CLEAR: 6, Metric.BLOCKED_CONTENT: 2}
    newsroom.count_all({Key(SITE, Dimension.PAGE, "/few", metric): n for metric, n in few.items()})
    page = await look(newsroom, "dashboard/pages?name=/&days=7")
    assert "had ads blocked: about 80 of 400 with a clear answer." in page.text
    assert "About 30 page views gave no clear answer or were not measured." in page.text
    assert "With ads about 320 Partly 0 Own content stopped too about 80" in page.text
    assert "These are the measured page views alone." in page.text
    assert (
        "About 30 page views gave no clear answer. "
        in (await look(newsroom, "dashboard/browsers?name=Firefox&days=7")).text
    )
    scant = await look(newsroom, "dashboard/pages?name=/few&days=7")
    assert "About 4 of 16 page views with a clear answer were seen with ads blocked. Too few" in scant.text


async def test_a_row_alone_has_all_that_its_row_has(newsroom: Newsroom) -> None:
    """Hours in which a page came too seldom have it under no name of its own, and the day has it."""
    noon = newsroom.now - newsroom.now % 86_400 + 43_200 - 86_400
    numbers = iter(range(1_000))
    for hour in (8, 10, 11):
        newsroom.now = noon + (hour - 12) * 3_600
        places = (Key(SITE, Dimension.ALL, "", Metric.CLEAR), Key(SITE, Dimension.PAGE, "/seldom", Metric.CLEAR))
        entries = [Entry(f"view {next(numbers)}", newsroom.now + 600, places) for _ in range(2)]
        newsroom.store.commit(Batch(newsroom.now, tuple(entries), from_readers=True))
        newsroom.store.counts(SITE, Dimension.ALL, Period(newsroom.today, newsroom.today))  # the journal is folded
    newsroom.now = noon
    told = (await read(newsroom, "api/v1/pages/row?name=/seldom&days=1")).json()
    assert told["row"]["views"]["measured"] == told["counts"]["clear"] == 6


async def test_what_is_no_row_is_said(sections: Newsroom) -> None:
    for address in ("dashboard/pages?name=/nowhere", "dashboard/referrers?name=(none)", "dashboard/pages?name=(other)"):
        assert "There is no such row" in (await look(sections, address, 404)).text
    assert "nothing was counted" in (await read(sections, "api/v1/pages/row?name=/x", 404)).headers["x-adnotice"]
    assert "no such table of rows" in (await read(sections, "api/v1/series/row?name=/x", 404)).headers["x-adnotice"]
    assert (await look(sections, "dashboard/readers", 404)).text


async def test_an_hour_of_a_page_with_few_page_views_is_told_nowhere(newsroom: Newsroom) -> None:
    base = newsroom.now = (newsroom.now // 86_400 + 1) * 86_400 + 86_400 * 3 // 4
    for hour, n in ((9, 40), (10, 3), (11, 30), (12, 8)):
        newsroom.now = base - 86_400 * 3 // 4 - 86_400 + hour * 3_600
        newsroom.count({Metric.CLEAR: n})
        newsroom.count({Metric.CLEAR: n}, dimension=Dimension.PAGE, value="/harbour")
        newsroom.count({Metric.CLEAR: n}, dimension=Dimension.BROWSER, value="Firefox")
    newsroom.now = base
    day = str(newsroom.today.fromordinal(newsroom.today.toordinal() - 1))
    query = f"first={day}&last={day}"
    told = (await read(newsroom, f"api/v1/pages/row?name=/harbour&{query}")).json()
    assert told["span"]["grain"] == "hour"
    counted = {each["start"][11:13]: each["views"]["measured"] for each in told["series"]}
    masked = {each["start"][11:13] for each in told["series"] if each["masked"]}
    assert masked == {"10", "12"}  # with 12 alone, 10 could be told from the day's sum
    assert [counted[hour] for hour in ("09", "10", "11", "12")] == [40, 0, 30, 0]
    page = await look(newsroom, f"dashboard/pages?name=/harbour&{query}")
    assert page.text.count("few, not told") == 2
    assert "Hours of one page with few page views are not told" in page.text
    told = (await read(newsroom, f"api/v1/browsers/row?name=Firefox&{query}")).json()
    assert not [each for each in told["series"] if each["masked"]]


async def test_no_hour_of_few_page_views_follows_from_a_range_beside_its_day(newsroom: Newsroom) -> None:
    """Two days beside one: the hours that are hidden of a day are the same in both, so that its sum tells no single one."""
    base = newsroom.now = (newsroom.now // 86_400 + 2) * 86_400
    for day, hours in ((2, {9: 40, 10: 2, 11: 30, 12: 6}), (1, {9: 40, 10: 3, 11: 30, 12: 6})):
        for hour, n in hours.items():
            newsroom.now = base - 86_400 * day + hour * 3_600
            newsroom.count({Metric.CLEAR: n})
            newsroom.count({Metric.CLEAR: n}, dimension=Dimension.PAGE, value="/harbour")
    newsroom.now = base + 60
    first, last = (newsroom.today - timedelta(days=ago) for ago in (2, 1))
    hidden = {}
    for name, query in (("both", (first, last)), ("first", (first, first)), ("last", (last, last))):
        address = f"api/v1/pages/row?name=/harbour&first={query[0]}&last={query[1]}"
        told = (await read(newsroom, address)).json()
        assert told["span"]["grain"] == "hour"
        hidden[name] = {each["start"] for each in told["series"] if each["masked"]}
    assert {start[11:] for start in hidden["first"]} == {"10", "12"}
    assert hidden["both"] == hidden["first"] | hidden["last"]


@pytest.mark.parametrize("table", sorted(TABLES))
async def test_a_row_alone_costs_no_table_more_than_the_whole(
    busy: Newsroom, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each table of a year is read once, whichever row is opened."""
    asked: list[tuple[Dimension, Period]] = []
    counts, tables = busy.store.counts, busy.store.tables

    def count(site: str, dimension: Dimension, period: Period, *given: Any) -> list[Count]:
        asked.append((dimension, period))
        return counts(site, dimension, period, *given)

    def count_tables(site: str, dimensions: Sequence[Dimension], period: Period) -> dict[Dimension, list[Count]]:
        asked.extend((each, period) for each in dimensions)
        return tables(site, dimensions, period)

    monkeypatch.setattr(busy.store, "counts", count)
    monkeypatch.setattr(busy.store, "tables", count_tables)
    store = busy.store
    reader = Reader(lambda: store, mode=lambda: Mode.ASK, timezone="UTC", cached=None, clock=lambda: busy.now)
    wish = Wish(SITE, "", "", "", "7", 20)
    rows = [row.name for row in getattr(reader.read(wish).summary, table) if row.name not in (OTHER, NO_REFERRER)]
    whole = Counter(asked)
    for name in rows:
        asked.clear()
        reader.open_row(wish, table, name, 5)
        assert Counter(asked) == whole
    assert rows


async def test_what_readers_answered_is_not_said_of_a_referrer(busy: Newsroom) -> None:
    """It is not kept by what led to a page: nobody was shown the notice there would be false."""
    busy.count({Metric.INJECTED: 200, Metric.CLEAR: 50, Metric.BLOCKED_CONTENT: 50, Metric.ASKED: 50, Metric.SHOWN: 40})
    busy.count({Metric.CLEAR: 50, Metric.BLOCKED_CONTENT: 50}, dimension=Dimension.REFERRER, value="search.example")
    page = await look(busy, "dashboard/referrers?name=search.example")
    assert "What readers answered" not in page.text
    told = (await read(busy, "api/v1/referrers/row?name=search.example")).json()
    assert told["funnel"] == []
