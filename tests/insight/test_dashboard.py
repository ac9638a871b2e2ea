"""The pages, through the real store: headers, figures, states, and texts that mean harm."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from datetime import date, timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from adnotice import texts
from adnotice.count.model.tally import Dimension, Key, Metric
from adnotice.count.stores.open import open_store
from adnotice.count.stores.protocol import Store
from adnotice.insight.display import formats
from adnotice.insight.display.exports import TABLE_NAMES, VIEW_COLUMNS, plain
from adnotice.insight.display.pages import HEADERS, mark_code
from adnotice.insight.settings import InsightSettings
from adnotice.vocabulary import Mode, Refusal, Rejection
from tests.insight.conftest import BASE, SITE, TOKEN, Newsroom, form_token, log_in
from tests.insight.screen import Page
from tests.support.payloads import PAYLOADS

pytestmark = pytest.mark.anyio

BEARER = {"authorization": f"Bearer {TOKEN}"}
TABLES = tuple(name for name in TABLE_NAMES if name not in ("figures", "findings", "annotations"))
"""Those that the JSON has under the same name, and `busy` rows of."""

EXPORTS = ("api/v1/summary", "metrics", *(f"api/v1/{name}.csv" for name in TABLE_NAMES))


async def look(newsroom: Newsroom, address: str = "dashboard", status: int = 200) -> Page:
    """The page as the operator sees it."""
    async with newsroom.browser() as browser:
        await log_in(browser)
        answer = await browser.get(address)
        assert answer.status_code == status
        return Page(answer.text)


POLICY = "content-security-policy"


async def test_every_page_has_the_security_headers_and_no_script_but_ours_or_inline_style(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        answers = [await browser.get("dashboard/login"), await browser.get("dashboard/nowhere")]
        answers.append(await log_in(browser, "not the password"))
        await log_in(browser)
        for address in ("dashboard", "dashboard/", "dashboard/health", "dashboard?days=x", "api/v1/nowhere", "api"):
            answers.append(await browser.get(address))  # noqa: PERF401 - one after the other
    for answer in answers:
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert {name: answer.headers[name] for name in HEADERS if name != POLICY}.items() <= HEADERS.items()
        elements = Page(answer.text).elements
        scripts = [attributes for tag, attributes in elements if tag == "script"]
        if scripts:
            nonce = scripts[0]["nonce"]
            assert scripts == [{"src": f"{BASE}/dashboard/dashboard.js", "nonce": nonce, "defer": None}]
            allowed = f"; script-src 'nonce-{nonce}'; connect-src 'self'; trusted-types 'none'"
            assert answer.headers[POLICY] == HEADERS[POLICY] + allowed
        else:
            assert answer.headers[POLICY] == HEADERS[POLICY]
        for tag, attributes in elements:
            assert tag not in ("style", "iframe", "object", "embed", "base")
            assert not {name for name in attributes if name.startswith("on") or name == "style"}
            for name in ("href", "src", "action"):
                assert (attributes.get(name) or "").startswith(
                    ("", f"{BASE}/", "#", "data:,")[1:]
                ) or name not in attributes


def test_the_policy_of_pages_without_figures_lets_no_script_run_and_nobody_frame_us() -> None:
    policy = dict(part.strip().partition(" ")[::2] for part in HEADERS["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert "script-src" not in policy
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == policy["style-src"] == "'self'"
    assert "unsafe" not in HEADERS["content-security-policy"]


async def test_every_answer_that_is_not_a_page_is_kept_nowhere_and_sniffed_by_nobody(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        for address in EXPORTS:
            answer = await browser.get(address, headers=BEARER)
            assert answer.status_code == 200
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_figures_stand_on_the_page(busy: Newsroom) -> None:
    page = await look(busy)
    assert "25.0% of measured page views had ads blocked." in page.text
    assert "200 of 800 page views with a clear answer." in page.text
    assert "own content too 180" in page.text
    assert "ads’ hosts 20" in page.text
    assert "95% interval)" not in page.text
    assert "20.0% to 40.0%" in page.text
    assert "200 page views gave no clear answer or were not measured." in page.text
    funnel = {row[0].split(" of ")[0]: row[1] for row in page.table("Step")}
    assert funnel == {
        "Seen with ads blocked": "200 page views",
        "Asked": "120 page views",
        "Notice on screen": "100 page views",
        "Steps opened": "20 page views",
        "Answered “not now”": "40 page views",
        "Answered “don’t ask again”": "5 page views",
        "Answered “I already support you”": "3 page views",
        "Checked again": "15 page views",
        "Ads allowed again": "10 page views",
    }
    assert page.table("Reason") == [["The reader said “not now” less than the set number of days ago", "80", "100%"]]
    assert page.table("Page")[0][:2] == ["/", "540 page views"]
    assert page.table("Page")[2][2].endswith("few page views")
    assert page.table("Page")[-1][:2] == ["All others", "105 page views"]


async def test_the_json_has_the_figures_of_the_page(busy: Newsroom) -> None:
    page = await look(busy)
    async with busy.browser() as browser:
        summary = (await browser.get("api/v1/summary", headers=BEARER)).json()
    assert summary["sites"] == [SITE]
    assert summary["counts"]["injected"] == 1000
    assert summary["rate"] == 0.25
    assert summary["range"] == {"low": 0.2, "high": 0.4, "unanswered": 200}
    assert [step["name"] for step in summary["funnel"]][:3] == ["blocked", "asked", "shown"]
    for name, head in (("pages", "Page"), ("browsers", "Browser"), ("devices", "Device"), ("systems", "System")):
        shown = [row[1].removesuffix(" page views") for row in page.table(head)]
        assert shown == [formats.number(row["views"]["measured"]) for row in summary[name]]
    today = summary["series"][-1]
    assert today["so_far"]
    assert page.table("Day")[0] == [
        f"{formats.bucket(today['start'], summary['span']['grain'])} so far",
        "200",
        "0",
        "600",
        "50",
        "150",
        "25.0%",
    ]
    assert len(page.table("Day")) == len(summary["series"]) == 28


@pytest.mark.parametrize("name", TABLES)
async def test_a_download_reads_again_as_the_json(busy: Newsroom, name: str) -> None:
    async with busy.browser() as browser:
        answer = await browser.get(f"api/v1/{name}.csv?days=7", headers=BEARER)
        summary = (await browser.get("api/v1/summary?days=7", headers=BEARER)).json()
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(rf'attachment; filename="adnotice-{name}-[\d-]+\.csv"', answer.headers["content-disposition"])
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), strict=True))
    found = summary[name]
    assert len(rows) == len(found)
    assert found or name == "urgent", "nothing is to mend"
    if name == "counts":
        assert {row["metric"]: int(row["count"]) for row in rows} == found
        return
    for row, each in zip(rows, found, strict=True):
        assert next(iter(row.values())) == each.get("name", each.get("start"))
        if "views" in each:
            assert {column: int(row[column]) for column in VIEW_COLUMNS} == each["views"]
        if rate := (each.get("blocking") or each.get("share") or {}).get("rate"):
            assert float(row.get("rate") or row["share"]) == plain(rate)


async def test_a_download_has_all_pages_and_the_screen_the_first_twenty(newsroom: Newsroom) -> None:
    newsroom.count({Metric.CLEAR: 300})
    newsroom.count_all({Key(SITE, Dimension.PAGE, f"/{number:03}", Metric.CLEAR): 1 for number in range(300)})
    async with newsroom.browser() as browser:
        rows = (await browser.get("api/v1/pages.csv", headers=BEARER)).text.splitlines()
        summary = (await browser.get("api/v1/summary", headers=BEARER)).json()
    assert len(rows) == 1 + 300
    assert [row["name"] for row in summary["pages"]] == [*(f"/{number:03}" for number in range(20)), "(other)"]
    assert summary["pages"][-1]["views"]["measured"] == 280


async def test_a_table_that_is_not_there_is_answered_with_those_that_are(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        answer = await browser.get("api/v1/readers.csv", headers=BEARER)
    assert answer.status_code == 404
    assert "series, pages" in answer.headers["x-adnotice"]


async def test_prometheus_reads_this_month_s_counts(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        answer = await browser.get("metrics", headers=BEARER)
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.text.splitlines()
    assert f'adnotice_counted_total{{metric="blocked-content",site="{SITE}"}} 180.0' in lines
    assert 'adnotice_refused_total{reason="csp"} 40.0' in lines
    assert 'adnotice_quiet_total{reason="later"} 80.0' in lines
    assert 'adnotice_mode{mode="ask"} 1.0' in lines
    assert "adnotice_store_up 1.0" in lines
    assert "/harbour" not in answer.text


@pytest.mark.parametrize("address", EXPORTS)
@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "log in, or send a bearer token"),
        ({"authorization": "Bearer wrong"}, "this bearer token is none of ours, or was taken back"),
        ({"authorization": "Bearer "}, "this bearer token is none of ours, or was taken back"),
        ({"authorization": f"Basic {TOKEN}"}, "this bearer token is none of ours, or was taken back"),
        ({"authorization": TOKEN}, "this bearer token is none of ours, or was taken back"),
    ],
)
async def test_without_session_or_token_nothing_is_exported(
    busy: Newsroom, address: str, headers: dict[str, str], reason: str
) -> None:
    async with busy.browser() as browser:
        answer = await browser.get(address, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["x-adnotice"] == reason
    assert answer.headers["www-authenticate"] == 'Bearer realm="adnotice"'
    assert "180" not in answer.text


async def test_a_session_exports_too(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        await log_in(browser)
        for address in EXPORTS:
            assert (await browser.get(address)).status_code == 200


@pytest.mark.parametrize("address", EXPORTS)
async def test_with_neither_password_nor_token_exports_are_off(busy: Newsroom, address: str) -> None:
    busy.settings = InsightSettings()
    async with busy.browser() as browser:
        for headers in ({}, {"authorization": "Bearer "}, {"authorization": "Bearer x"}):
            answer = await browser.get(address, headers=headers)
            assert answer.status_code == 403
            assert "set dashboard_password_hash, authorize or metrics_token" in answer.headers["x-adnotice"]


@pytest.mark.parametrize("address", ["dashboard", "dashboard/health", "dashboard/login"])
async def test_without_a_password_a_page_says_how_to_set_one(busy: Newsroom, address: str) -> None:
    busy.settings = InsightSettings(metrics_token=TOKEN)
    async with busy.browser() as browser:
        answers = [await browser.get(address)]
        if address.endswith("login"):
            answers.append(await browser.post(address, data={"password": ""}))
        exported = await browser.get("api/v1/summary", headers=BEARER)
    for answer in answers:
        assert answer.status_code == 403
        assert answer.headers["x-adnotice"] == "no dashboard password is set"
        assert "adnotice hash-password" in answer.text
        assert "25.0%" not in answer.text
        assert "set-cookie" not in answer.headers
    assert exported.status_code == 200


async def test_before_the_first_page_view_the_page_says_what_to_do(newsroom: Newsroom) -> None:
    page = await look(newsroom)
    assert "Nothing has been counted yet." in page.text
    assert "Figures of The Daily <Example> appear here" in page.text
    assert "#adnotice=why" in page.text
    assert "Nothing has been counted yet" in (await look(newsroom, "dashboard/health")).text


async def test_on_the_first_day_today_is_shown_and_after_it_whole_weeks(busy: Newsroom) -> None:
    assert "4 whole weeks, today left out" not in (await look(busy)).text
    busy.now += 86_400
    page = await look(busy)
    assert "4 whole weeks, today left out" in page.text
    assert "25.0% of measured page views had ads blocked." in page.text


async def test_days_without_counts_of_a_known_site_are_empty_not_new(busy: Newsroom) -> None:
    day = (busy.today - timedelta(days=200)).isoformat()
    page = await look(busy, f"dashboard?first={day}&last={day}")
    assert "Nothing has been counted in these days." in page.text
    assert "Choose other days above." in page.text


async def test_a_few_page_views_make_no_headline_rate(newsroom: Newsroom) -> None:
    newsroom.count({Metric.INJECTED: 12, Metric.CLEAR: 9, Metric.BLOCKED_CONTENT: 3})
    newsroom.now += 86_400
    page = await look(newsroom)
    assert "3 of 12 page views so far are seen with ads blocked." in page.text
    assert "Too few for a rate." in page.text


@pytest.mark.parametrize(
    ("weeks", "step", "said"),
    [
        (10, 0, "Too early to say whether it is changing. An answer can be given on "),
        (20, 0, " points: no news."),
        (20, 120, "That is more than usual: this site often moves by up to "),
    ],
)
async def test_a_change_is_told_in_words_with_its_yardstick(
    newsroom: Newsroom, weeks: int, step: int, said: str
) -> None:
    now = newsroom.now
    for day in range(7 * weeks):
        newsroom.now = now - 86_400 * (day + 1)
        blocked = 200 + day * 37 % 11 + (step if day < 28 else 0)
        newsroom.count({Metric.INJECTED: 1_100, Metric.CLEAR: 1_000 - blocked, Metric.BLOCKED_CONTENT: blocked})
    newsroom.now = now
    page = await look(newsroom)
    assert said in page.text
    async with newsroom.browser() as browser:
        change = (await browser.get("api/v1/summary", headers=BEARER)).json()["change"]
    if change["points"] is None:
        assert page.text.count(formats.day(date.fromisoformat(change["answer_on"]))) >= 1
    else:
        assert f"moves by up to {formats.points(change['yardstick'])} points" in page.text
        if abs(change["points"]) >= 0.0005:
            assert f"{formats.points(change['points'])} points in the last 4 whole weeks on the 4 weeks" in page.text
        assert (abs(change["points"]) >= change["yardstick"]) is (change["answer"] == "more than usual")


async def test_pages_without_any_answer_are_told(newsroom: Newsroom) -> None:
    newsroom.count({Metric.INJECTED: 12})
    assert "No page view has a clear answer yet." in (await look(newsroom)).text


@pytest.mark.parametrize("said", [True, None])
async def test_where_pages_are_cached_the_page_says_not_known(newsroom: Newsroom, said: bool | None) -> None:
    newsroom.pages_cached = said
    newsroom.count({Metric.INJECTED: 1000 if said else 10, Metric.CLEAR: 600, Metric.BLOCKED_HOSTS: 200})
    page = await look(newsroom)
    assert ("not known: pages are cached" if said else "not known: more views than pages") in page.text
    assert page.table("Day")[0][5] == "not known"
    async with newsroom.browser() as browser:
        summary = (await browser.get("api/v1/summary", headers=BEARER)).json()
    assert (summary["pages_cached"], summary["cache_suggested"]) == (bool(said), not said)
    assert (summary["range"], summary["not_measured"]) == (None, None)


async def test_a_label_stands_above_the_figures_that_it_is_about(busy: Newsroom) -> None:
    busy.count({Metric.CLEAR: 1}, site="other.example.test")
    busy.store.notes.put(f"label:{SITE}", "Sample figures, made up for the demo")
    for address in ("dashboard", "dashboard/health"):
        assert "Sample figures, made up for the demo" in (await look(busy, f"{address}?site={SITE}")).text
        assert "Sample figures" not in (await look(busy, f"{address}?site=other.example.test")).text
    async with busy.browser() as browser:
        summary = (await browser.get(f"api/v1/summary?site={SITE}", headers=BEARER)).json()
    assert summary["label"] == "Sample figures, made up for the demo"


async def test_with_several_sites_the_one_asked_for_is_shown_else_that_of_the_host(busy: Newsroom) -> None:
    busy.count({Metric.CLEAR: 77}, site="a.example.test")
    async with busy.browser() as browser:
        shown = [
            (await browser.get(f"api/v1/summary{query}", headers={**BEARER, "host": host})).json()["site"]
            for query, host in (
                ("?site=a.example.test", SITE),
                ("", f"{SITE}:8443"),
                ("", "else.example.test"),
            )
        ]
    assert shown == ["a.example.test", SITE, "a.example.test"]


async def test_a_site_that_has_no_counts_yet_is_told_what_to_do_beside_the_others(busy: Newsroom) -> None:
    page = await look(busy, "dashboard?site=a+new+site")
    assert "Figures of a new site appear here as soon as" in page.text
    options = [attributes for tag, attributes in page.elements if tag == "option"]
    assert [("selected" in each, each["value"]) for each in options] == [(True, "a new site"), (False, SITE)]


async def test_a_site_of_sample_figures_is_shown_first_only_where_there_is_no_other(newsroom: Newsroom) -> None:
    newsroom.store.notes.put("label:a sample", "Sample figures")
    shown = []
    async with newsroom.browser() as browser:
        for site in ("a sample", "the paper"):
            newsroom.count({Metric.CLEAR: 1}, site=site)
            shown.append((await browser.get("api/v1/summary", headers=BEARER)).json()["site"])
    assert shown == ["a sample", "the paper"]


async def test_the_health_page_shows_each_refusal_with_what_to_do(busy: Newsroom) -> None:
    page = await look(busy, "dashboard/health")
    rows = page.table("Why, and what to do")
    assert [(row[0].split()[0], row[1], row[2]) for row in rows] == [("csp", "40", "66.7%"), ("status", "20", "33.3%")]
    assert texts.REFUSALS[Refusal.CSP].do in rows[0][0]
    rejections = page.table("Why they were rejected, and what to do")
    assert [(row[0].split()[0], row[1], row[2]) for row in rejections] == [
        ("origin", "6", "66.7%"),
        ("name", "3", "33.3%"),
    ]
    assert texts.REJECTIONS[Rejection.ORIGIN].do in rejections[0][0]
    grounds = page.table("Ground")
    assert grounds[0][1:] == ["600", "0", "0", "0", "0"]
    assert grounds[1][1:] == ["0", "0", "180", "0", "0"]
    assert "takes and gives counts" in page.text


@pytest.mark.parametrize("mode", list(Mode))
async def test_the_mode_is_told_in_words(newsroom: Newsroom, mode: Mode) -> None:
    newsroom.mode = mode
    newsroom.count({Metric.CLEAR: 1})
    page = await look(newsroom, "dashboard/health")
    assert ("adnotice mode ask" in page.text) == (mode is Mode.MEASURE)
    assert ("adnotice is switched off" in page.text) == (mode is Mode.OFF)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("first=soon", "first must be a date such as 2026-11-01, got 'soon'"),
        ("days=0", "days must be a number from 1 to 800"),
        ("last=0001-01-01", "last must not be before"),
    ],
)
async def test_days_that_cannot_be_shown_say_why(busy: Newsroom, query: str, reason: str) -> None:
    for address in ("dashboard", "dashboard/health", "dashboard/pages"):
        page = await look(busy, f"{address}?{query}", 400)
        assert reason in page.text
        assert ("role", "alert") in [pair for _, attributes in page.elements for pair in attributes.items()]
    page = await look(busy, f"dashboard?{query}", 400)
    assert "25.0% of measured page views had ads blocked." in page.text, "the usual days are shown"
    key, _, text = query.partition("=")
    kept = [
        attributes.get("value") for tag, attributes in page.elements if tag == "input" and attributes.get("name") == key
    ]
    assert kept == ([text] if key != "days" else []), "the choice is kept"
    async with busy.browser() as browser:
        answer = await browser.get(f"api/v1/summary?{query}", headers=BEARER)
    assert answer.status_code == 400
    assert reason in answer.headers["x-adnotice"]


@pytest.mark.parametrize("days", [1, 2, 7, 90, 121, 400, 800])
async def test_spans_of_every_grain_count_everything_once(busy: Newsroom, days: int) -> None:
    async with busy.browser() as browser:
        summary = (await browser.get(f"api/v1/summary?days={days}", headers=BEARER)).json()
    assert sum(bucket["views"]["measured"] for bucket in summary["series"]) == summary["views"]["measured"] == 850


async def test_names_that_mean_harm_are_shown_as_what_they_are(newsroom: Newsroom) -> None:
    numbers = {Metric.CLEAR: 40, Metric.BLOCKED_CONTENT: 10}
    whole = {metric: n * len(PAYLOADS) for metric, n in numbers.items()}
    evil = "<b>\"'evil"
    rows = [(evil, dimension, name) for dimension in (Dimension.PAGE, Dimension.BROWSER) for name in PAYLOADS]
    rows += [(evil, Dimension.GROUND, name) for name in PAYLOADS]
    rows += [("plain", Dimension.PAGE, f"/{number}") for number in range(len(PAYLOADS))]
    newsroom.count_all(
        {Key(*row, metric): n for row in rows for metric, n in numbers.items()}
        | {Key(site, Dimension.ALL, "", metric): n for site in (evil, "plain") for metric, n in whole.items()}
        | {
            Key(evil, Dimension.REFUSAL, PAYLOADS[0], Metric.REFUSED): 5,
            Key(evil, Dimension.QUIET, PAYLOADS[0], Metric.NOT_ASKED): 5,
        }
    )
    newsroom.store.notes.put(f"label:{evil}", PAYLOADS[0])
    async with newsroom.browser() as browser:
        await log_in(browser)
        pages = [
            Page((await browser.get(address, params={"site": evil})).text)
            for address in ("dashboard", "dashboard/health")
        ]
        twin = Page((await browser.get("dashboard", params={"site": "plain"})).text)
    for page in pages:
        assert not {tag for tag, _ in page.elements} & {"img", "iframe"}
        assert [tag for tag, _ in page.elements].count("script") == 1
        assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
        assert all(
            (attributes.get("href") or BASE).startswith((BASE, "#", "data:,")) for _, attributes in page.elements
        )
    names = {row[0] for row in pages[0].table("Page")}
    assert {" ".join(payload.split()) for payload in PAYLOADS} == names
    assert pages[0].table("Page")[0][1:] == twin.table("Page")[0][1:]


async def test_a_host_header_leaves_no_trace_on_the_page(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        await log_in(browser)
        answer = await browser.get("dashboard", headers={"host": "evil.test"})
    assert answer.status_code == 200
    assert "evil.test" not in answer.text


def out_of_order(tmp_path: Path) -> Store:
    """A real store that can't be opened."""
    return open_store(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder' / 'counts.db'}")


async def test_while_the_store_is_down_a_page_says_so_and_the_site_is_not_blamed(
    busy: Newsroom, tmp_path: Path
) -> None:
    async with busy.browser() as browser:
        await log_in(browser)
        busy.store = out_of_order(tmp_path)
        form = await browser.get("dashboard/login")
        answers = [await browser.get("dashboard"), await browser.get("dashboard/health"), await log_in(browser)]
    assert form.status_code == 200
    for answer in answers:
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert answer.headers["x-adnotice"] == "store unavailable"
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "Your pages are not affected." in answer.text
        assert "Traceback" not in answer.text


@pytest.mark.parametrize("address", EXPORTS)
async def test_while_the_store_is_down_exports_say_so_too(busy: Newsroom, tmp_path: Path, address: str) -> None:
    busy.store = out_of_order(tmp_path)
    async with busy.browser() as browser:
        answer = await browser.get(address, headers=BEARER)
    if address == "metrics":  # its reader is a program that knows a figure for this
        assert answer.status_code == 200
        assert "adnotice_store_up 0.0" in answer.text.splitlines()
        assert "adnotice_counted_total{" not in answer.text
        return
    assert (answer.status_code, answer.headers["x-adnotice"]) == (503, "store unavailable")
    assert int(answer.headers["retry-after"]) > 0


async def test_the_style_sheet_is_served_tagged_and_packed(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        answer = await browser.get("dashboard/dashboard.css")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")
        assert answer.headers["content-encoding"] == "gzip"
        again = await browser.get("dashboard/dashboard.css", headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_the_style_sheet_loads_nothing_and_the_page_needs_no_script() -> None:
    from adnotice.http.static_files import read_static

    style = read_static("dashboard.css").decode()
    assert "url(" not in style
    assert "@import" not in style


def test_the_json_is_described_field_by_field() -> None:
    from adnotice.insight.analysis.summary import Annotated, Band, Bucket, GroundRow, Reason, Row, Step, Summary, Views

    described = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    for struct in (Summary, Bucket, Row, Step, Reason, GroundRow, Views, Annotated, Band):
        for field in msgspec.structs.fields(struct):
            assert f"`{field.name}`" in described, f"{struct.__name__}.{field.name} is not in docs/api.md"
    for table in TABLES:
        assert f"`{table}.csv`" in described


async def test_the_middleware_serves_all_of_this_and_refuses_forms_of_other_sites(tmp_path: Path) -> None:
    from adnotice.middleware import AdNoticeMiddleware
    from tests.conftest import SECRET
    from tests.insight.conftest import CHEAP_HASH

    async def app(scope: object, receive: object, send: object) -> None:
        raise AssertionError("the site is not asked for our addresses")

    site = AdNoticeMiddleware(
        app,
        secret_key=SECRET,
        store_url=f"sqlite:///{tmp_path / 'counts.db'}",
        dashboard_password_hash=CHEAP_HASH,
        timezone="Asia/Kathmandu",
    )
    transport = httpx.ASGITransport(app=site)
    async with httpx.AsyncClient(transport=transport, base_url=f"https://{SITE}{BASE}/") as browser:
        assert (await log_in(browser)).status_code == 303
        page = await browser.get("dashboard")
        assert page.status_code == 200
        assert "(Asia/Kathmandu)" in page.text
        for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.test"}):
            for address in ("login", "logout", "mode", "peace", "annotations", "grant"):
                refused = await browser.post(f"dashboard/{address}", data={"password": "x"}, headers=headers)
                assert refused.status_code == 403
                assert refused.headers["x-adnotice"].startswith("cross-site")
        huge = await browser.post("dashboard/login", data={"password": "x" * 20_000})
        assert huge.status_code == 413
        assert (await browser.get("dashboard")).status_code == 200
    await site._writer.close()


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Ask `adnotice doctor` <now>", "Ask <code>adnotice doctor</code> &lt;now&gt;"),
        ("`<b>`", "<code>&lt;b&gt;</code>"),
        ("one ` alone <", "one ` alone &lt;"),
    ],
)
def test_what_stands_between_backticks_is_code_and_nothing_is_markup(text: str, html: str) -> None:
    assert str(mark_code(text)) == html


async def test_no_backtick_stands_on_the_health_page(newsroom: Newsroom) -> None:
    newsroom.count({Metric.INJECTED: 400, Metric.REFUSED: 10})
    page = await look(newsroom, "dashboard/health?days=7")
    assert "`" not in page.text
    assert ("code", {}) in page.elements
    assert "adnotice doctor asks the site from outside" in page.text


async def test_the_document_for_machines_has_every_table(busy: Newsroom) -> None:
    document = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text(encoding="utf-8"))
    (table, *_) = document["paths"]["/api/v1/{table}.csv"]["get"]["parameters"]
    assert table["schema"]["enum"] == list(TABLE_NAMES)
    async with busy.browser() as browser:
        answer = await browser.get("api/v1/nothing.csv", headers=BEARER)
    assert answer.headers["x-adnotice"].endswith(", ".join(TABLE_NAMES))


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [("gzip, deflate, br", True), ("GZIP;q=0.5", True), ("gzip; q=0", False), ("br", False), ("", False)],
)
async def test_pages_are_compressed_for_who_takes_it(busy: Newsroom, accepted: str, packed: bool) -> None:
    async with busy.browser() as browser:
        await log_in(browser)
        for address in ("dashboard", "dashboard/health"):
            async with browser.stream("GET", address, headers={"accept-encoding": accepted}) as answer:
                raw = b"".join([piece async for piece in answer.aiter_raw()])
            assert (answer.headers.get("content-encoding") == "gzip") is packed
            assert int(answer.headers["content-length"]) == len(raw)
            assert {name for name in HEADERS if name != POLICY and answer.headers[name] != HEADERS[name]} == set()
            assert len(raw) < 30_000 or not packed
            html = gzip.decompress(raw) if packed else raw
            assert html.rstrip().endswith(b"</html>")


async def test_no_secret_stands_twice_alike_in_compressed_pages(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        await log_in(browser)
        tokens = {form_token((await browser.get("dashboard")).text) for _ in range(3)}
        assert len(tokens) == 3
        assert len({token[start : start + 8] for token in tokens for start in range(120)}) == 3 * 120
        leaving = await browser.post("dashboard/logout", data={"token": tokens.pop()})
    assert leaving.status_code == 303
