"""Every number on screen stands in the JSON; CSV, OpenMetrics and the command line say the same."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from adnotice import cli
from adnotice.count.model.tally import Dimension, Metric
from adnotice.detect.baits import SCRIPT
from adnotice.insight.analysis.change import Against
from adnotice.insight.analysis.summary import TABLES
from adnotice.insight.display import formats
from adnotice.insight.display.exports import VIEW_COLUMNS, plain
from tests.insight.conftest import SITE, TOKEN, Newsroom, log_in
from tests.insight.mail_server import serving_mail
from tests.insight.screen import Page
from tests.insight.weeks import count_weeks

pytestmark = pytest.mark.anyio

BEARER = {"authorization": f"Bearer {TOKEN}"}

AGAINST = [each.value for each in Against]
PROSE = (
    r"95% interval", r"per 100 of", r"Of 100 notices", r"4 whole weeks", r"4 weeks", r"the 4 before", r"Fewer than 100", r"0%", r"100%",
    r"12 weeks", r"12 months", r"7 days", r"read its \d", r"docs/\S+", r"each 4 weeks need 50", r"less than 0\.1 points", r"0\.1 points more or less than", r"and 50 with", r"the 2 weeks before",
)  # fmt: skip
"""Numbers that are no figures: what a sentence always says."""

NUMBER = re.compile(r"(?<![\w/#.,-])\d(?:[\d,]*\d)?(?:\.\d+)?%?(?![\w/-])")


@pytest.fixture
def settled(newsroom: Newsroom) -> Newsroom:
    """A newsroom that has counted for weeks."""
    newsroom.hold(count_weeks)
    return newsroom


class Screen(Page):
    """A page without what is drawn for the eyes alone: an axis has numbers of its own."""

    def __init__(self, html: str) -> None:
        super().__init__(
            re.sub(r"<text\b.*?</text>", "", re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL), flags=re.DOTALL)
        )


def leaves(value: Any) -> Iterator[Any]:
    """Every number and text in a JSON value."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each)
    else:
        yield value


def spellings(summary: Mapping[str, Any]) -> set[str]:
    """All ways in which a page may write the numbers of the JSON."""
    found: set[str] = set()
    for value in leaves(summary):
        if isinstance(value, bool) or value is None:
            continue
        if isinstance(value, str):
            found.update(NUMBER.findall(value))
            if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                found.update((value[:4], value[8:].lstrip("0")))
            continue
        if isinstance(value, int):
            found.add(formats.number(value))
        found.update((formats.percent(value), formats.points(value), formats.whole(value)))
    for bucket in summary["series"]:
        found.update(NUMBER.findall(formats.bucket(bucket["start"], summary["span"]["grain"])))
        found.add(formats.number(max(0, bucket["injected"] - bucket["views"]["measured"])))
    return found


async def read(newsroom: Newsroom, address: str, **headers: str) -> Any:
    async with newsroom.browser() as browser:
        answer = await browser.get(address, headers={**BEARER, **headers})
        assert answer.status_code == 200
        return answer


@pytest.mark.parametrize(
    "address",
    ["dashboard", "dashboard/health", "dashboard?days=7", *(f"dashboard?against={each}" for each in AGAINST)],
)
async def test_every_number_on_screen_stands_in_the_json(settled: Newsroom, address: str) -> None:
    query = address.partition("?")[2]
    summary = (await read(settled, f"api/v1/summary?{query}")).json()
    async with settled.browser() as browser:
        await log_in(browser)
        text = Screen((await browser.get(address)).text).text
    known = spellings(summary)
    known.add(str(len(summary["change"]["left_out"]) - 5))
    said = re.search(r"Read (\d+ \w+ \d{4}, \d\d:\d\d)", text)
    assert said, "the page says when it was read"
    for name in (said[1], *SCRIPT.verified.engines, *SCRIPT.verified.lists, formats.day(SCRIPT.verified.on)):
        text = text.replace(name, "")  # versions of others' programs
    assert summary["last_view"]
    told = formats.within(summary["last_view"], settled.today)
    assert (told in text) is (address != "dashboard/health")
    text = text.replace(told, "")
    drawn = formats.number(summary["estimated"]["measured"] - summary["views"]["measured"])
    text = text.replace(f"Not drawn {drawn}", "")
    for prose in PROSE:
        text = re.sub(rf"(?<![\d.,]){prose}", " ", text)
    numbers = NUMBER.findall(text)
    assert len(numbers) > (60 if address == "dashboard" else 5)
    assert {number for number in numbers if number not in known} == set()


@pytest.mark.parametrize("against", AGAINST)
async def test_the_change_is_the_same_in_every_form(
    settled: Newsroom, against: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    change = (await read(settled, f"api/v1/summary?against={against}")).json()["change"]
    weeks = {"2-weeks": 2, "1-week": 1}.get(against, 4)
    assert (change["against"], change["weeks"]) == (against, weeks)
    assert change["points"] == change["rate"] - change["rate_before"] != 0
    table = (await read(settled, f"api/v1/figures.csv?against={against}")).content.decode("utf-8-sig")
    figures = {row["figure"]: row["value"] for row in csv.DictReader(io.StringIO(table, newline=""), strict=True)}
    names = {
        "change_answer": "answer", "change_against": "against", "change": "points", "usual_change": "yardstick",
        "change_rate": "rate", "rate_before": "rate_before", "change_views": "views", "views_before": "views_before",
        "change_first": "first", "change_last": "last", "before_first": "first_before", "before_last": "last_before",
        "answer_on": "answer_on",
    }  # fmt: skip
    told = {name: change[key] for name, key in names.items()}
    written = {name: plain(n) if isinstance(n, float) else n for name, n in told.items()}
    assert {name: figures[name] for name in names} == {name: "" if n is None else str(n) for name, n in written.items()}
    assert (change["yardstick"] is None) is (change["p"] is None) is (against == "year")
    assert (change["views_before"] is not None) is (against == "year")
    monkeypatch.setenv("ADNOTICE_MODE", "ask")
    store = ["--site", SITE, "--store", settled.store.health().url]
    assert cli.main(["figures", "--against", against, *store]) == 0
    assert json.loads(capsys.readouterr().out)["change"] == change
    assert cli.main(["figures", "figures", "--against", against, *store]) == 0
    assert capsys.readouterr().out == table


async def test_csv_says_what_the_json_says(settled: Newsroom) -> None:
    summary = (await read(settled, "api/v1/summary")).json()

    async def table(name: str) -> list[dict[str, str]]:
        text = (await read(settled, f"api/v1/{name}.csv")).content.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))

    def same(row: Mapping[str, str], rate: float | None, ends: Mapping[str, float] | None) -> bool:
        wanted = (rate, ends and ends["low"], ends and ends["high"])
        written = (row["rate"], row["rate_if_none"], row["rate_if_all"])
        return written == tuple("" if each is None else str(plain(each)) for each in wanted)

    figures = {row["figure"]: row["value"] for row in await table("figures")}
    assert figures["rate"] == str(plain(summary["rate"]))
    assert figures["last_view"] == summary["last_view"]
    assert figures["rate_if_all"] == str(plain(summary["range"]["high"]))
    assert figures["not_measured"] == str(summary["not_measured"])
    assert figures["usual_change"] == str(plain(summary["change"]["yardstick"]))
    assert figures["interval_low"] == str(plain(summary["interval"]["low"]))
    assert {name: int(figures[f"estimated_{name}"]) for name in VIEW_COLUMNS} == summary["estimated"]
    for name in ("series", *TABLES):
        rows = await table(name)
        assert len(rows) == len(summary[name]) > 1
        for row, each in zip(rows, summary[name], strict=True):
            assert {column: int(row[column]) for column in VIEW_COLUMNS} == each["views"]
            assert same(row, each["blocking"]["rate"], each["range"])
    links = {row["link"]: int(row["page_views"]) for row in await table("support_links")}
    assert links == {each["name"]: each["share"]["n"] for each in summary["support_links"]}
    assert list(links) == ["Become a patron", "Subscribe"]
    findings = await table("findings")
    assert [(row["weight"], row["found"]) for row in findings] == [
        (each["weight"], each["found"]) for each in summary["findings"]
    ]
    assert findings
    urgent = await table("urgent")
    assert [(row["weight"], row["found"], row["do"]) for row in urgent] == [
        (each["weight"], each["found"], each["do"]) for each in summary["urgent"]
    ]
    assert urgent


async def test_openmetrics_says_what_the_json_says(settled: Newsroom) -> None:
    summary = (await read(settled, "api/v1/summary")).json()
    text = (await read(settled, "metrics", accept="application/openmetrics-text; version=1.0.0")).text
    said: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = next((n for name, n in sample.labels.items() if name != "site"), "")
            said.setdefault(family.name.removeprefix("adnotice_"), {})[key] = sample.value
    ends, drawn, change = summary["range"], summary["interval"], summary["change"]
    assert said["blocked_ratio"] == {
        "rate": summary["rate"],
        "if_none": ends["low"],
        "if_all": ends["high"],
        "interval_low": drawn["low"],
        "interval_high": drawn["high"],
        "sampled": summary["sampled"],
    }
    assert said["change_ratio"] == {
        "change": change["points"],
        "usual": change["yardstick"],
        "rate": change["rate"],
        "rate_before": change["rate_before"],
    }
    assert said["support_links"] == {each["name"]: each["share"]["n"] for each in summary["support_links"]}
    views = {name: summary["estimated"][name] for name in ("clear", "partly", "content", "hosts", "unknown")}
    assert said["page_views"] == {**views, "not_measured": summary["not_measured"]}
    weights = [each["weight"] for each in summary["findings"]]
    assert said["findings"] == {weight: weights.count(weight) for weight in ("wrong", "look", "know")}
    assert said["urgent_findings"] == {"": len(summary["urgent"])}


async def test_the_mail_says_what_the_json_says(
    settled: Newsroom, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    summary = (await read(settled, "api/v1/summary")).json()
    url = settled.store.health().url
    monkeypatch.setenv("ADNOTICE_STORE_URL", url)
    monkeypatch.setenv("ADNOTICE_MODE", "ask")
    known = spellings(summary) | {str(len(summary["change"]["left_out"]) - 5)}
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    with serving_mail(authority, "smtp") as (address, inbox):
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        monkeypatch.setenv("ADNOTICE_MAIL_URL", address)
        monkeypatch.setenv("ADNOTICE_MAIL_FROM", "figures@news.example")
        monkeypatch.setenv("ADNOTICE_MAIL_TO", "editor@news.example")
        assert cli.main(["report", "--mail", "--site", SITE]) == 0
    (message,) = inbox.messages
    plain_text, html = (part.get_content() for part in message.walk() if part.get_content_maintype() == "text")
    for text in (str(message["subject"]), plain_text, Screen(html).text):
        told = " ".join(text.split())
        for prose in PROSE:
            told = re.sub(rf"(?<![\d.,]){prose}", " ", told)
        numbers = NUMBER.findall(told)
        assert numbers
        assert {number for number in numbers if number not in known} == set()
    assert capsys.readouterr().out == ""


async def test_the_command_line_says_what_the_json_says(
    settled: Newsroom, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    last = settled.today - timedelta(days=1)
    query = f"first={last - timedelta(days=27)}&last={last}"
    summary = (await read(settled, f"api/v1/summary?{query}")).json()
    table = (await read(settled, f"api/v1/browsers.csv?{query}")).content.decode("utf-8-sig")
    days = ["--first", str(last - timedelta(days=27)), "--last", str(last), "--store", settled.store.health().url]
    monkeypatch.setenv("ADNOTICE_MODE", "ask")
    assert cli.main(["figures", *days]) == 0
    assert json.loads(capsys.readouterr().out) == summary
    taken = " ".join(f"“{each['name']}” {each['share']['n']}" for each in summary["support_links"])
    assert cli.main(["report", "--store", settled.store.health().url]) == 0
    said = " ".join(capsys.readouterr().out.split()).replace(";", "")
    assert f"took a support link of the notice: {taken}." in said
    assert cli.main(["figures", "browsers", *days]) == 0
    assert capsys.readouterr().out == table


@pytest.mark.parametrize(("blocked", "clear"), [(3, 9), (0, 3), (99, 0), (20, 80)])
async def test_few_page_views_are_marked_in_every_form(
    newsroom: Newsroom,
    blocked: int,
    clear: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the screen says counts and no rate, so do mail and metrics; JSON and CSV mark it."""
    few = blocked + clear < 100
    newsroom.count({Metric.INJECTED: 120, Metric.CLEAR: clear, Metric.BLOCKED_CONTENT: blocked, Metric.SHOWN: blocked})
    newsroom.count({Metric.CLEAR: clear, Metric.BLOCKED_CONTENT: blocked}, dimension=Dimension.PAGE, value="/")
    percent = formats.percent(blocked / (blocked + clear))
    async with newsroom.browser() as browser:
        await log_in(browser)
        page = Screen((await browser.get("dashboard")).text)
    assert ("Too few for a rate." in page.text) is few
    assert (f"{percent} of measured page views had ads blocked." in page.text) is not few
    assert ("Of 100 notices" in page.text) is False
    summary = (await read(newsroom, "api/v1/summary")).json()
    assert summary["few"] is few
    assert [each["blocking"]["few"] for each in summary["pages"]] == [few]
    assert {each["blocking"]["few"] for each in summary["series"] if each["views"]["decided"]} == {few}
    assert {kind["few"] for kind in summary["kinds"].values()} == {few}
    for name, row in (("figures", "few,yes" if few else "few,no"), ("pages", ",yes\r\n" if few else ",no\r\n")):
        assert row in (await read(newsroom, f"api/v1/{name}.csv")).text
    text = (await read(newsroom, "metrics", accept="application/openmetrics-text; version=1.0.0")).text
    families = {family.name: family.samples for family in text_string_to_metric_families(text)}
    assert [sample.value for sample in families["adnotice_few_page_views"]] == [int(few)]
    ends = {sample.labels["end"] for sample in families["adnotice_blocked_ratio"]}
    assert ends == ({"sampled"} if few else {"sampled", "rate", "if_none", "if_all"})
    monkeypatch.setenv("ADNOTICE_MODE", "ask")
    store = ["--store", newsroom.store.health().url]
    assert cli.main(["report", *store]) == 0
    said = capsys.readouterr().out
    assert ("%" in said) is not few
    assert f"{blocked} of {blocked + clear}" in said or not few
    assert cli.main(["figures", *store]) == 0
    assert json.loads(capsys.readouterr().out)["few"] is few
