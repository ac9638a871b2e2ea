"""Pages that the operator counts together."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from adnotice.count.cdn_import import read_served
from adnotice.count.ingest.writer import Writer
from adnotice.count.model.page_templates import RoutePatterns
from adnotice.count.model.tally import Dimension, Metric, Period
from adnotice.count.settings import CountSettings
from adnotice.vocabulary import (
    Ground,
    NoticeEvent,
    NoticeEventSeen,
    PageInjected,
    PageRefused,
    Refusal,
    Verdict,
    ViewJudged,
)

TEMPLATES = ("/article/{slug}", "/archive/{day:path}", "/issue/{number:int}/", "/article/{slug}/comments")
EXPIRES = time.time() + 900


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/article/budget", "/article/{slug}"),
        ("/article/budget/", "/article/budget/"),
        ("/article/budget/comments", "/article/{slug}/comments"),
        ("/article/", "/article/"),
        ("/archive/2026/11/22", "/archive/{day:path}"),
        ("/issue/7/", "/issue/{number:int}/"),
        ("/issue/seven/", "/issue/seven/"),
        ("/", "/"),
        ("(other)", "(other)"),
    ],
)
def test_a_path_belongs_to_the_first_template_that_fits_it_whole(path: str, page: str) -> None:
    assert RoutePatterns(TEMPLATES).name(path) == page


def test_without_templates_each_path_is_a_page() -> None:
    assert not RoutePatterns(())
    assert RoutePatterns(()).name("/a") == "/a"


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("article/{slug}", "begin with /, got 'article/{slug}'"),
        ("/{a}/{a}", "got '/{a}/{a}': Duplicated param name a"),
        ("/{a:date}", "got '/{a:date}': Unknown path convertor 'date'"),
    ],
)
def test_a_template_that_can_not_be_read_is_told(template: str, problem: str) -> None:
    (told,) = CountSettings(routes=("/fine/{x}", template)).problems()
    assert problem in told


@pytest.mark.anyio
async def test_views_pages_and_answers_are_counted_under_their_route(tmp_path: Path) -> None:
    writer = Writer(
        CountSettings(store_url=f"sqlite:///{tmp_path / 'counts.db'}", routes=TEMPLATES, name_after_views=1)
    )
    for number in range(3):
        path = f"/article/story-{number}"
        writer.record(PageInjected("site", path))
        await writer.commit(
            f"{number}",
            EXPIRES,
            (ViewJudged("site", path, Verdict.CLEAR, None, Ground.SCRIPT, agent=b"Firefox/153.0"),),
        )
    writer.record(PageRefused("site", Refusal.CSP))
    await writer.commit(
        "later", EXPIRES, (NoticeEventSeen("site", "/article/story-1", NoticeEvent.LATER, b"Firefox/153.0"),)
    )
    writer.record(PageInjected("site", "/"))
    await writer.close()
    today = datetime.now(UTC).date()
    store = writer.store()
    found = store.counts("site", Dimension.PAGE, Period(today - timedelta(days=1), today))
    await writer.close()
    assert {(count.value, count.metric): count.n for count in found} == {
        ("/article/{slug}", Metric.CLEAR): 3,
        ("/article/{slug}", Metric.INJECTED): 3,
        ("/article/{slug}", Metric.LATER): 1,
        ("/", Metric.INJECTED): 1,
    }


def test_what_a_cdn_counted_goes_to_the_same_pages() -> None:
    lines = ["day,page,views\n", "2026-11-01,/article/a?utm=1,2\n", "2026-11-01,/article/b,3\n", "2026-11-01,/,1\n"]
    assert read_served(lines, "site", RoutePatterns(TEMPLATES).name) == {
        ("site", date(2026, 11, 1)): {"/article/{slug}": 5, "/": 1}
    }
