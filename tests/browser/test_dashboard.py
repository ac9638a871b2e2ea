"""The dashboard in real browsers: let in, looked at, read out, left; whatever the pages of the site are called."""

from __future__ import annotations

import re
import secrets
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adnotice.count.model.tally import Batch, Dimension, Entry, Key, Metric
from adnotice.count.stores.open import open_store
from adnotice.insight.access.passwords import hash_password
from adnotice.insight.wording import folder_of, list_message_drafts, load_message_draft
from adnotice.notice.approved import approve, write_approved
from tests.browser.conftest import Newsroom, Readers
from tests.browser.desk import DASHBOARD, PASSWORD, log_in, told, wait_for
from tests.browser.newspaper import ROOT
from tests.browser.reader import Page
from tests.browser.site import Site
from tests.support.payloads import PAYLOADS

BOTH = pytest.mark.parametrize("profile", ["chromium", "firefox"])
LONG_NAME = "/2026/11/" + "a-headline-without-end-" * 8 + "x" * 50
AXE = ROOT / "node_modules/axe-core/axe.min.js"
DAY = 86_400


def open_dashboard(newsroom: Newsroom, **settings: object) -> Site:
    """A newspaper with a dashboard and three weeks of counts in its store."""
    site = newsroom(dashboard_password_hash=hash_password(PASSWORD), mode="measure", **settings)
    store = open_store(site.store_url)
    noon = datetime.now(UTC).replace(hour=0, minute=1).timestamp()
    whole = {Metric.INJECTED: 900, Metric.CLEAR: 600, Metric.BLOCKED_CONTENT: 180, Metric.UNKNOWN: 20}
    funnel = {Metric.ASKED: 100, Metric.SHOWN: 90, Metric.LATER: 30, Metric.REFUSED: 9}
    rows = {
        **{Key("default", Dimension.ALL, "", metric): n for metric, n in (whole | funnel).items()},
        **{Key("default", Dimension.PAGE, name, Metric.CLEAR): 30 for name in (*PAYLOADS, LONG_NAME)},
        **{Key("default", Dimension.PAGE, name, Metric.BLOCKED_CONTENT): 3 for name in (*PAYLOADS, LONG_NAME)},
        **{Key("default", Dimension.BROWSER, name, Metric.CLEAR): 90 for name in ("Firefox", *PAYLOADS[:3])},
        **{Key("default", Dimension.GROUND, name, Metric.CLEAR): 90 for name in PAYLOADS[:3]},
        **{Key("default", Dimension.LANGUAGE, name, Metric.CLEAR): 90 for name in PAYLOADS[:3]},
        **{Key("default", Dimension.REFERRER, name, Metric.CLEAR): 30 for name in PAYLOADS},
        Key("default", Dimension.REFUSAL, "csp", Metric.REFUSED): 9,
        Key("default", Dimension.QUIET, "later", Metric.NOT_ASKED): 80,
    }
    for day in range(21):
        entry = Entry(secrets.token_hex(16), time.time() + 600, deltas=rows)
        assert store.commit(Batch(noon - day * DAY, (entry,))) == [True]
    store.close()
    return site


@BOTH
def test_the_operator_logs_in_reads_and_leaves_for_good(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    site = open_dashboard(newsroom)
    operator = reader(profile, site)
    page = log_in(operator, "?days=7")
    assert page.run("return location.href") == f"{site.url}{DASHBOARD}/?days=7"
    assert "23.1% of measured page views had ads blocked." in told(page).replace("\n", " ")
    (session,) = [cookie for cookie in operator.cookies() if cookie["name"] == "__Host-adn"]
    assert session["httpOnly"]
    assert session["secure"]
    assert session["sameSite"] == "Strict"
    page.run("document.querySelector('nav button').click()")
    wait_for(page, "#password")
    assert "__Host-adn" not in {cookie["name"] for cookie in operator.cookies()}
    page.run("setTimeout(() => history.back())")
    wait_for(page, "input[name=next][value='?days=7']")
    assert "23.1%" not in told(page)
    assert page.problems() == []
    assert page.foreign_requests() == []


@BOTH
def test_a_wrong_password_is_told_where_screen_readers_hear_it(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    page = reader(profile, open_dashboard(newsroom)).open(DASHBOARD)
    page.run("document.querySelector('#password').value = 'not the password'")
    page.run("document.querySelector('form button').click()")
    wait_for(page, "[role=alert]")
    assert "wrong password" in told(page)
    assert page.run("return document.querySelector('#password').getAttribute('aria-describedby')") == "problem"


@BOTH
@pytest.mark.parametrize("where", ["", "/health"])
def test_pages_of_the_site_can_not_do_harm_by_their_names(
    profile: str, where: str, newsroom: Newsroom, reader: Readers
) -> None:
    page = log_in(reader(profile, open_dashboard(newsroom)))
    page.goto(DASHBOARD + where)
    if not where:
        shown = page.run("return [...document.querySelectorAll('#rows-pages tbody th')].map((th) => th.textContent)")
        assert {" ".join(name.split()) for name in PAYLOADS} <= {" ".join(name.split()) for name in shown}
    assert page.run("return document.querySelectorAll('img, iframe, base').length") == 0
    assert page.run("return [...document.scripts].map((each) => each.src)") == [
        f"{page.run('return location.origin')}{DASHBOARD}/dashboard.js"
    ]
    leading = "return [...document.querySelectorAll('main a')].filter((each) => each.origin !== location.origin).length"
    assert page.run(leading) == 0
    assert page.problems() == []
    assert page.foreign_requests() == []


@pytest.mark.parametrize("look", ["light", "dark", "narrow", "contrast"])
def test_axe_finds_nothing_wrong_on_any_page(look: str, newsroom: Newsroom, reader: Readers) -> None:
    site = open_dashboard(newsroom)
    operator = reader("chromium", site)
    page = operator.tab()
    page.call("viewport", width=320 if look == "narrow" else 1280, height=800)
    feature = {
        "dark": {"name": "prefers-color-scheme", "value": "dark"},
        "contrast": {"name": "prefers-contrast", "value": "more"},
    }.get(look, {"name": "prefers-color-scheme", "value": "light"})
    page.call("cdp", method="Emulation.setEmulatedMedia", params={"features": [feature]})
    page.goto(DASHBOARD)
    found = {"login": run_axe(page)}
    page.run("document.querySelector('#password').value = args[0]", PASSWORD)
    page.run("document.querySelector('form button').click()")
    wait_for(page, "nav")
    for path in ("", "?days=1", "?days=200", "?site=nobody", "?days=0", "/health", "/nowhere"):
        page.goto(DASHBOARD + path)
        page.run("for (const each of document.querySelectorAll('details')) each.open = true")
        found[path] = run_axe(page)
    assert {path: problems for path, problems in found.items() if problems} == {}


def run_axe(page: Page) -> list[str]:
    """What axe finds wrong; where it can't decide about contrast (text in charts), that is computed here."""
    page.run(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.run(
        """const found = await axe.run(document,
          {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]});
        const light = (color) => {
          const [r, g, b] = color.match(/[\\d.]+/g).map((each) => each / 255)
            .map((each) => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const paper = light(getComputedStyle(document.body).backgroundColor);
        const pale = [...document.querySelectorAll("svg text")].filter((each) => {
          const ink = light(getComputedStyle(each).fill);
          return (Math.max(paper, ink) + 0.05) / (Math.min(paper, ink) + 0.05) < 4.5;
        });
        return [...found.violations.map((each) => each.id + ": " + each.nodes.map((node) => node.html).join(" | ")),
                ...pale.map((each) => "pale text in a chart: " + each.textContent)]"""
    )
    return found


@BOTH
@pytest.mark.parametrize("width", [320, 640, 1280])
def test_nothing_is_wider_than_the_window_and_one_chart_of_each_kind_is_shown(
    profile: str, width: int, newsroom: Newsroom, reader: Readers
) -> None:
    page = log_in(reader(profile, open_dashboard(newsroom)))
    page.call("viewport", width=width, height=900)
    for path in ("", "?days=1", "/health"):
        page.goto(DASHBOARD + path)
        page.run("for (const each of document.querySelectorAll('details')) each.open = true")
        assert page.run("return document.documentElement.scrollWidth - innerWidth") <= 0, path
    page.goto(f"{DASHBOARD}/pages?name=%2F{'x' * 70}")
    assert page.run("return document.documentElement.scrollWidth - innerWidth") <= 0, "a page that names a long word"
    page.goto(f"{DASHBOARD}/pages")
    page.goto(page.run("const {pathname, search} = document.querySelector('tbody th a'); return pathname + search"))
    assert page.run("return document.documentElement.scrollWidth - innerWidth") <= 0, "a row alone"
    day = "return parseFloat(getComputedStyle(document.querySelector('[aria-labelledby=series] tbody th')).width)"
    assert page.run(day) > 80, "a day’s name stands in words, not in single letters"
    page.goto(DASHBOARD)
    charts = "return [...document.querySelectorAll('.chart')].filter((each) => each.getClientRects().length).length"
    assert page.run(charts) == 2
    size = page.run(
        "return [...document.querySelectorAll('.axis')].filter((e) => e.getClientRects().length)"
        ".map((e) => e.getBoundingClientRect().height)"
    )
    assert min(size) > 9


def test_every_stop_of_the_tab_key_is_seen_and_the_table_opens_by_key(newsroom: Newsroom, reader: Readers) -> None:
    page = log_in(reader("chromium", open_dashboard(newsroom)))
    page.goto(DASHBOARD)
    names, opened = [], False
    for _ in range(120):
        page.call("press", key="Tab")
        seen = page.run(
            """const now = document.activeElement, style = getComputedStyle(now), box = now.getBoundingClientRect();
            return {name: now.innerText || now.name || now.ariaLabel || "", tag: now.localName,
                    ring: parseFloat(style.outlineWidth), style: style.outlineStyle, height: box.height,
                    inside: box.top < innerHeight && box.bottom > 0}"""
        )
        if seen["tag"] == "body":
            break
        names.append(seen["name"])
        assert seen["inside"], seen
        assert seen["ring"] >= 2, seen
        assert seen["style"] != "none", seen
        assert seen["height"] >= 24, seen  # WCAG 2.5.8
        if seen["tag"] == "summary":
            page.call("press", key="Enter")
            opened = page.run("return document.querySelector('details').open")
    assert names[0] == "Skip to the figures"
    assert {"Figures", "Health", "Log out", "7 days", "Show", "The same as a table"} <= set(names)
    assert opened


def test_charts_are_read_out_by_their_title_and_description(newsroom: Newsroom, reader: Readers) -> None:
    page = log_in(reader("chromium", open_dashboard(newsroom)))
    page.goto(DASHBOARD)
    page.call("cdp", method="Accessibility.enable")
    tree = page.call("cdp", method="Accessibility.getFullAXTree")["nodes"]
    images = [node["name"]["value"] for node in tree if not node["ignored"] and node["role"]["value"] == "image"]
    assert len(images) == 2
    assert images[0].startswith("Share of page views seen with ads blocked, day by day")
    assert "All numbers stand in the table below." in images[0]
    tables = [node["role"]["value"] for node in tree if not node["ignored"]].count("table")
    page.call("viewport", width=320, height=900)
    tree = page.call("cdp", method="Accessibility.getFullAXTree")["nodes"]
    assert [node["role"]["value"] for node in tree if not node["ignored"]].count("table") == tables > 3


def test_on_paper_there_are_the_figures_and_no_buttons(newsroom: Newsroom, reader: Readers) -> None:
    page = log_in(reader("chromium", open_dashboard(newsroom)))
    page.goto(DASHBOARD)
    page.call("media", type="print")
    assert "23.1%" in told(page)
    assert (
        page.run(
            "return [...document.querySelectorAll('button, input, nav')].filter((e) => e.getClientRects().length).length"
        )
        == 0
    )


def test_the_first_screen_is_one_page_of_paper_and_small_enough_to_mail(
    newsroom: Newsroom, reader: Readers, tmp_path: Path
) -> None:
    page = log_in(reader("chromium", open_dashboard(newsroom)))
    page.goto(DASHBOARD)
    page.call("pdf", path=str(tmp_path / "figures.pdf"))
    printed = (tmp_path / "figures.pdf").read_bytes()
    assert re.findall(rb"/Count (\d+)", printed) == [b"1"]
    assert len(printed) < 300_000


def name_more_sites(site: Site) -> None:
    """Two more sites in its store, one of them with a long name."""
    store = open_store(site.store_url)
    for name in ("another.example", "a-newspaper-with-a-long-name.example"):
        deltas = {Key(name, Dimension.ALL, "", Metric.CLEAR): 300}
        entry = Entry(secrets.token_hex(16), time.time() + 600, deltas=deltas)
        assert store.commit(Batch(time.time() - DAY, (entry,))) == [True]
    store.close()


TOPS = """return args[0].map((at) => {
  const box = document.querySelector(at).getBoundingClientRect()
  return (box.top + box.bottom) / 2})"""


@BOTH
def test_with_several_sites_no_choice_stands_alone_on_a_line(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    site = open_dashboard(newsroom)
    name_more_sites(site)
    page = log_in(reader(profile, site))
    first, last = (datetime.now(UTC).date() - timedelta(days=back) for back in (40, 30))
    for width, beside in (
        (1024, "#against summary"),
        (1152, "#against summary"),
        (1280, "#against summary"),
        (360, "#site"),
    ):
        page.call("viewport", width=width, height=800)
        for days in ("", f"&first={first}&last={last}"):
            page.goto(f"{DASHBOARD}?site=a-newspaper-with-a-long-name.example{days}")
            share, other = page.run(TOPS, [".share", beside])
            assert abs(share - other) < 12, f"{width} {days}"
            assert page.run("return document.documentElement.scrollWidth <= innerWidth")
            assert width < 1280 or page.run("return document.querySelector('#site').clientWidth") > 200


def test_no_number_of_a_large_site_runs_into_the_next(newsroom: Newsroom, reader: Readers) -> None:
    site = open_dashboard(newsroom)
    store = open_store(site.store_url)
    names = [
        (Dimension.ALL, ""),
        (Dimension.PAGE, "/"),
        (Dimension.BROWSER, "Chrome"),
        (Dimension.REFERRER, "news.example"),
    ]
    for name, n in (("millions.example", 9_876_543), ("tens.example", 98_765_432)):
        deltas = {Key(name, *place, Metric.CLEAR): n for place in names}
        entry = Entry(secrets.token_hex(16), time.time() + 600, deltas=deltas)
        assert store.commit(Batch(time.time() - DAY, (entry,))) == [True]
    store.close()
    page = log_in(reader("chromium", site))
    page.call("viewport", width=1280, height=800)
    for name in ("millions.example", "tens.example"):
        page.goto(f"{DASHBOARD}?site={name}")
        wider = "return [...document.querySelectorAll('.brief td.number')].filter((e) => e.scrollWidth > e.clientWidth).length"
        assert page.run("return document.querySelectorAll('.brief td.number').length") >= 6
        assert page.run(wider) == 0


BOTTOMS = """return Object.fromEntries(args[0].map((at) => [at, Math.max(
  ...[...document.querySelectorAll(at)].map((each) => each.getBoundingClientRect().bottom))]))"""


@BOTH
@pytest.mark.parametrize("sites", ["one", "several"])
def test_the_first_screen_answers_the_questions(profile: str, sites: str, newsroom: Newsroom, reader: Readers) -> None:
    site = open_dashboard(newsroom)
    if sites == "several":
        name_more_sites(site)
    page = log_in(reader(profile, site))
    known, change = ".answers > div:nth-child(2) dd", ".answers > div:nth-child(3) dd:not(.drawn)"
    for size, answers in (
        ((1280, 800), (".status", "h1", known, change, ".pair .reading", ".brief tbody tr:first-child")),
        ((360, 640), (".status", "h1", known, change)),
    ):
        page.call("viewport", width=size[0], height=size[1])
        page.goto(f"{DASHBOARD}?site=default")
        assert page.run("return document.querySelector('.answers > div:nth-child(3) dt').innerText") == "Change"
        bottoms = page.run(BOTTOMS, list(answers))
        assert {at: bottom for at, bottom in bottoms.items() if not 0 < bottom <= size[1]} == {}


CUT = """return [...document.querySelectorAll('.brief th, .brief td.number, nav a, button, .chooser a, .chooser summary')]
  .filter((each) => each.getClientRects().length && each.clientWidth && each.scrollWidth > each.clientWidth + 1)
  .filter((each) => getComputedStyle(each).textOverflow !== "ellipsis").map((each) => each.innerText)"""


@BOTH
@pytest.mark.parametrize("language", list_message_drafts())
def test_it_has_room_for_the_words_of_each_language(
    profile: str, language: str, newsroom: Newsroom, reader: Readers, tmp_path: Path
) -> None:
    words = load_message_draft(language).words
    write_approved(folder_of(tmp_path), approve(words, "who tests", datetime.now(UTC).date()))
    site = open_dashboard(newsroom, dashboard_languages=[language, "en"], wording_folder=str(tmp_path))
    name_more_sites(site)
    page = log_in(reader(profile, site))
    page.goto(f"{DASHBOARD}/speak/{language}")
    known, change = ".answers > div:nth-child(2) dd", ".answers > div:nth-child(3) dd:not(.drawn)"
    for size in ((1280, 800), (360, 640), (320, 640)):
        page.call("viewport", width=size[0], height=size[1])
        for path in ("?site=default", "/health", "/notice", "/access", "/pages", "/settings"):
            page.goto(DASHBOARD + path)
            assert page.run("return document.documentElement.lang") == language
            assert page.run("return document.documentElement.scrollWidth <= innerWidth"), f"{path} at {size}"
            assert page.run(CUT) == [], f"{path} at {size}"
            if profile == "chromium" and size[0] != 320:
                assert run_axe(page) == [], f"{path} at {size}"
        page.goto(f"{DASHBOARD}?site=default")
        assert page.run("return document.querySelector('#site').clientWidth") > 60, "the site’s name can be read"
        if size[0] == 1280:
            bottoms = page.run(BOTTOMS, [".status", "h1", known, change, ".pair h2"])
            assert {at: bottom for at, bottom in bottoms.items() if not 0 < bottom <= size[1]} == {}
    page.run("document.querySelector('.tongues a[hreflang=en]').click()")
    wait_for(page, "html[lang=en]")
    assert "of measured page views had ads blocked" in told(page)
