"""Views that were drawn at a share weigh in every figure as they do in the headline."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adnotice.count.model.tally import Dimension, Grain, Key, Metric
from adnotice.insight.analysis.periods import Retention
from adnotice.insight.analysis.query import Reader, Wish
from adnotice.insight.analysis.weighting import add_views, apportion, scale_views
from adnotice.vocabulary import Mode
from tests.insight.conftest import SITE, Newsroom, log_in
from tests.insight.screen import Page

WHOLE = {Metric.INJECTED: 1000, Metric.CLEAR: 820, Metric.BLOCKED_CONTENT: 180}
HALF = {Metric.INJECTED: 2000, Metric.CLEAR: 780, Metric.BLOCKED_CONTENT: 200, Metric.BLOCKED_HOSTS: 20}
"""A calm hour in which every view was measured, and a busy one in which half of them were."""


def count_drawn(newsroom: Newsroom) -> None:
    """Commits a calm yesterday and a busy day before it."""
    now = newsroom.now
    for days, numbers in ((2, HALF), (1, WHOLE)):
        newsroom.now = now - days * 86_400
        views = {metric: n for metric, n in numbers.items() if metric is not Metric.INJECTED}
        deltas = {Key(SITE, Dimension.ALL, "", metric): n for metric, n in numbers.items()}
        for metric, n in views.items():
            deltas[Key(SITE, Dimension.BROWSER, "Firefox", metric)] = n // 3
            deltas[Key(SITE, Dimension.BROWSER, "Chrome", metric)] = n - n // 3
            if numbers is HALF:
                deltas[Key(SITE, Dimension.SHARE, "0.5", metric)] = n
        newsroom.count_all(deltas)
    newsroom.now = now


def reader(newsroom: Newsroom, retention: Retention = Retention()) -> Reader:  # noqa: B008 - a frozen value
    return Reader(
        lambda: newsroom.store,
        mode=lambda: Mode.ASK,
        timezone="UTC",
        cached=None,
        clock=lambda: newsroom.now,
        retention=retention,
    )


def test_kinds_series_and_rows_add_up_to_what_the_headline_weighs(newsroom: Newsroom) -> None:
    count_drawn(newsroom)
    summary = reader(newsroom).read(Wish.of({}, SITE, 20)).summary
    assert (summary.views.blocked, summary.views.decided) == (400, 2000)
    assert (summary.estimated.blocked, summary.estimated.decided) == (620, 3000)
    assert summary.rate == summary.blocking.rate == pytest.approx(620 / 3000)
    assert {name: each.n for name, each in summary.kinds.items()} == {"content": 580, "hosts": 40}
    busy, calm = (bucket for bucket in summary.series if bucket.injected)
    assert (busy.views.blocked, busy.views.decided, busy.missing) == (440, 2000, 0)
    assert (calm.views.blocked, calm.views.decided, calm.missing) == (180, 1000, 0)
    for parts in ([each.views for each in summary.series], [each.views for each in summary.browsers]):
        for name in summary.estimated.__struct_fields__:
            assert sum(getattr(each, name) for each in parts) == getattr(summary.estimated, name)
    (day, *_) = reader(newsroom).days(SITE)
    assert (day.blocked, day.clear) == (220, 780)


@pytest.mark.anyio
async def test_the_page_says_what_is_estimated_from_what_was_measured(newsroom: Newsroom) -> None:
    count_drawn(newsroom)
    async with newsroom.browser() as browser:
        await log_in(browser)
        page = Page((await browser.get("dashboard")).text)
    assert "Estimated 620 of 3,000 page views with a clear answer. Measured were" in page.text
    assert "Measured were 400 of 2,000: 66.7% of all page views are drawn" in page.text
    assert "Not drawn 1,000 Page views that the measured ones stand for" in page.text
    assert page.table("Browser")[-1][0] == "Firefox"


def test_a_share_without_halvings_changes_no_rate_of_a_row(newsroom: Newsroom) -> None:
    count_drawn(newsroom)
    counted = [add_views(3, 0, 1, 0, 0), add_views(1, 0, 1, 0, 1)]
    weighed = scale_views(counted, add_views(4, 0, 2, 0, 1), add_views(16, 0, 8, 0, 4))
    assert weighed == [add_views(12, 0, 4, 0, 0), add_views(4, 0, 4, 0, 4)]


@given(st.lists(st.floats(0, 1e9), max_size=40))
def test_rounded_parts_add_up_to_the_rounded_whole(parts: list[float]) -> None:
    rounded = apportion(parts)
    assert sum(rounded) == round(sum(parts))
    assert all(abs(whole - part) < 1 for whole, part in zip(rounded, parts, strict=True))


def test_as_many_days_are_judged_as_the_settings_keep(newsroom: Newsroom) -> None:
    now = newsroom.now
    for months in range(3):
        newsroom.now = now - timedelta(days=40 * months + 1).total_seconds()
        newsroom.count(WHOLE)
    newsroom.now = now
    assert len(reader(newsroom, Retention(days_kept_months=1)).days(SITE)) < 3
    assert len(reader(newsroom, Retention(days_kept_months=13)).days(SITE)) == 3


def test_days_that_were_chosen_are_shown_though_nothing_was_counted_in_them(newsroom: Newsroom) -> None:
    newsroom.count(WHOLE)
    figures = reader(newsroom)
    whole = {
        "first": (newsroom.today - timedelta(days=28)).isoformat(),
        "last": str(newsroom.today - timedelta(days=1)),
    }
    assert figures.read(Wish.of(whole, SITE, 20)).summary.empty
    assert not figures.read(Wish.of({}, SITE, 20)).summary.empty
    assert figures.read(Wish.of({}, SITE, 20)).summary.span.grain is Grain.DAY


def test_a_day_says_at_which_share_its_page_views_were_drawn(newsroom: Newsroom) -> None:
    now = newsroom.now
    for ago, drawn in ((2, True), (1, False)):
        newsroom.now = now - 86_400 * ago
        places = ((Dimension.ALL, ""), *([(Dimension.SHARE, "0.25")] if drawn else []))
        newsroom.count_all({Key(SITE, *place, Metric.CLEAR): 40 for place in places})
    newsroom.now = now
    reader = Reader(
        lambda: newsroom.store, mode=lambda: Mode.ASK, timezone="UTC", cached=None, clock=lambda: newsroom.now
    )
    assert [(day.clear, day.drawn) for day in reader.days(SITE)] == [(40, 0.25), (40, 1.0)]
