"""The walks in docs/design.md: how a page, a report, a choice and a tally go through the house, traced from real requests.

A hop is a module of ours that is handed the datum, in whatever form it has by then; one that gets it again counts once.
A module that only answers a question about it (is this path excluded? which site is this host's?) is no hop.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final

import pytest

import adnotice
from adnotice.count.ingest.queue import Waiting
from adnotice.count.model.tally import Count, Metric
from adnotice.count.stores.open import open_store
from adnotice.detect.report import Report
from adnotice.detect.verdict import Evidence, Judgement
from adnotice.http.messages import Request
from adnotice.insight.analysis.summary import Reading, ReportRows, Summary
from adnotice.notice.endpoints import ChoiceReport
from adnotice.notice.ticket import Ticket
from adnotice.vocabulary import NoticeEventSeen, ViewJudged
from tests.honest import HonestBrowser
from tests.insight.conftest import Newsroom, log_in
from tests.support.asgi_site import PAGE, server

pytestmark = pytest.mark.anyio

PACKAGE: Final = str(Path(adnotice.__file__).parent)
DESIGN: Final = Path(__file__).parents[1] / "docs" / "design.md"
MOST: Final = {"page": 8, "report": 8, "choice": 6, "tally": 7}

Carries = Callable[[Any], bool]


@contextmanager
def traced(carries: Carries) -> Iterator[list[str]]:
    """Collects the hops of what happens inside, in every thread that begins there."""
    hops: list[str] = []

    def holds(value: Any) -> bool:
        if carries(value):
            return True
        inner = value.values() if type(value) is dict else value if type(value) in (tuple, list) else ()
        return any(map(carries, inner))

    def look(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event != "call" or not (code.co_filename.startswith(PACKAGE) and code.co_filename.endswith(".py")):
            return
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        given = [frame.f_locals.get(name) for name in names if name != "self"]
        name = code.co_filename[len(PACKAGE) + 1 : -len(".py")].replace("/", ".")
        if name not in hops and any(map(holds, given)):
            hops.append(name)

    threading.setprofile(look)
    sys.setprofile(look)
    try:
        yield hops
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def described(walk: str) -> list[str]:
    """The hops that docs/design.md lists for this walk."""
    section = DESIGN.read_text(encoding="utf-8").partition("## Walks")[2].partition("\n## ")[0]
    row = re.search(rf"^\| {walk} \|.*$", section, re.MULTILINE)
    assert row is not None, f"docs/design.md lists no walk of a {walk}"
    return re.findall(r"`([\w.]+)`", row[0])


def compare(walk: str, hops: list[str]) -> None:
    assert described(walk) == hops
    assert len(hops) <= MOST[walk]


async def test_the_walk_of_a_page(store_url: str) -> None:
    body = PAGE.encode()
    async with server(store_url) as client:
        await client.get("/nowhere")  # what is made once is made
        with traced(lambda value: value == body if type(value) is bytes else False) as hops:
            assert (await client.get("/")).status_code == 200
    compare("page", hops)


async def test_the_walk_of_a_report(store_url: str) -> None:
    forms = (Report, Evidence, Judgement, ViewJudged, Waiting)
    async with server(store_url) as client:
        browser = HonestBrowser(client, blocker=True)
        await browser.view()
        report = await browser.test()
        with traced(lambda value: isinstance(value, forms)) as hops:
            (await browser.post(report)).raise_for_status()
    compare("report", hops)


async def test_the_walk_of_a_choice(store_url: str) -> None:
    forms = (Request, ChoiceReport, Ticket, NoticeEventSeen, Waiting)
    async with server(store_url) as client:
        ticket = (await HonestBrowser(client, blocker=True).view())["notice"]["ticket"]
        said = {"ticket": ticket, "page": "/", "choice": "later"}
        with traced(lambda value: isinstance(value, forms)) as hops:
            (await client.post("/_adnotice/choice", json=said)).raise_for_status()
    compare("choice", hops)


async def test_the_walk_of_a_tally(store_url: str) -> None:
    """From the store to the dashboard's HTML."""
    forms = (Count, ReportRows, Summary, Reading)
    store = open_store(store_url)
    newsroom = Newsroom(store)
    newsroom.count({Metric.INJECTED: 10, Metric.CLEAR: 5, Metric.BLOCKED_CONTENT: 2})
    async with newsroom.browser() as browser:
        with traced(lambda value: isinstance(value, forms)) as hops:
            await log_in(browser)  # here, so that the thread that makes the page is traced too
            page = await browser.get("dashboard")
    store.close()
    assert page.status_code == 200
    compare("tally", hops)
