"""A page says by itself how it stands to asking: a mark in its head, a supporter, an appeal of the site's own.

All of it is read in the browser. The pages here are the same bytes for every reader, as a cache's copies are.
"""

from __future__ import annotations

import pytest

from tests.browser.conftest import Newsroom, Readers
from tests.browser.newspaper import Sheet
from tests.browser.notice import BOTH, LONG
from tests.browser.reader import Page, wait_until

OFF = '<meta name="adnotice" content="off">'
QUIET = '<meta name="adnotice" content="quiet">'
SUPPORTER = "<script>window.adnotice = {supporter: true}</script>"
APPEAL = "<aside data-adnotice-appeal><h2>We live on what readers give.</h2><a href='/give'>Give</a></aside>"
BLOCKING = pytest.mark.parametrize("profile", ["firefox-ublock", "chromium-ghostery"])

REASON = """
  const host = document.querySelector("notice-reason");
  return host ? host.shadowRoot.textContent : "";
"""


def page_of(head: str, body: str = LONG) -> Sheet:
    return Sheet(
        f'<!doctype html><html lang="en"><head><title>News</title>{head}</head><body>{body}</body></html>',
        headers={"cache-control": "max-age=600"},
    )


def told(page: Page, words: str) -> str:
    """What #adnotice=why says on screen, once these words are among it."""
    wait_until(lambda: words in page.run(REASON), f"{words!r} on screen")
    return str(page.run(REASON))


@pytest.mark.parametrize("profile", ["chromium", "firefox", "firefox-ublock", "webkit"])
def test_a_page_marked_off_has_no_bait_and_no_report(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(mode="measure", sheets={"/": page_of(OFF), "/other": page_of("")})
    page = reader(profile, site).open("/other")
    page.verdict()
    for _ in range(3):  # client.js comes from the cache now, before the rest of the head is there
        before = len(page.own_requests())
        page.goto("/")
        page.run("await new Promise((done) => setTimeout(done, 800))")
        asked = [hit.path for hit in page.own_requests()[before:] if not hit.path.endswith("/client.js")]
        assert asked == []
        assert page.run("return (await window.adnotice.recheck()).verdict") == "unknown"
        assert [hit.path for hit in page.own_requests()[before:] if not hit.path.endswith("/client.js")] == []
    assert sum(site.figures()["views"][each] for each in ("clear", "blocked", "unknown")) == 1


def test_a_mark_that_comes_late_in_a_slow_head_is_waited_for(newsroom: Newsroom, reader: Readers) -> None:
    slow = {"/slow.js": Sheet("window.slow = 1", media_type="text/javascript", delay_seconds=1.5)}
    site = newsroom(sheets={"/": page_of("<script src=/slow.js></script>" + OFF), **slow})
    page = reader("chromium", site).open("/")
    page.run("await new Promise((done) => setTimeout(done, 500))")
    assert page.run("return window.slow") == 1
    assert [hit.path for hit in page.own_requests() if not hit.path.endswith("/client.js")] == []


@pytest.mark.parametrize(
    "body", [OFF + LONG, f"{LONG}<div><head>{OFF}</head></div>", LONG + "<p name=adnotice content=off>Off</p>"]
)
def test_a_mark_outside_the_head_is_none(body: str, newsroom: Newsroom, reader: Readers) -> None:
    """What a reader may write into a comment has no say."""
    head = "<title>News</title><link rel=icon href=data:,>"
    html = f'<!doctype html><html lang="en"><head>{head}</head><body><header>News</header>{body}</body></html>'
    page = reader("chromium", newsroom(sheets={"/": Sheet(html)})).open("/")
    assert page.verdict()["verdict"] == "clear"


@BLOCKING
def test_a_page_marked_quiet_is_measured_and_nobody_is_asked(profile: str, newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(sheets={"/": page_of(QUIET)})
    page = reader(profile, site).open("/#adnotice=why")
    assert page.verdict()["verdict"] == "blocked"
    assert "marked as one where nobody is asked" in told(page, "Not asked: marked-page")
    assert page.notice().stays_away()
    site.wait_for_counts(injected=1, blocked_content=1)
    assert site.quiet_reasons() == {"marked-page": 1}


@BLOCKING
@pytest.mark.parametrize("exposed", [True, False])
def test_whom_the_sites_own_script_knows_as_a_supporter_is_not_asked(
    profile: str, exposed: bool, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(sheets={"/": page_of(SUPPORTER)}, expose_verdict=exposed)
    page = reader(profile, site).open("/#adnotice=why")
    told(page, "Not asked: supporter")
    assert page.notice().stays_away()
    assert page.run("return window.adnotice.supporter")
    site.wait_for_counts(injected=1, blocked_content=1)
    assert site.quiet_reasons() == {"supporter": 1}


def test_the_site_may_say_so_after_our_script_is_there(newsroom: Newsroom, reader: Readers) -> None:
    late = "<script>Object.assign(window.adnotice = window.adnotice || {}, {supporter: true})</script>"
    site = newsroom(sheets={"/": page_of("", LONG + late)})
    page = reader("firefox-ublock", site).open("/")
    assert page.verdict()["verdict"] == "blocked"
    site.wait_for_counts(injected=1, blocked_content=1)
    assert site.quiet_reasons() == {"supporter": 1}


@BLOCKING
@pytest.mark.parametrize("where", ["text", "fixed", "dialog"])
def test_beside_an_appeal_that_the_site_has_marked_nobody_is_asked(
    profile: str, where: str, newsroom: Newsroom, reader: Readers
) -> None:
    bodies = {
        "text": LONG + APPEAL,
        "fixed": LONG + APPEAL.replace("<aside", "<aside style='position:fixed;top:0;right:0;width:200px'"),
        "dialog": LONG + f"<dialog id=d>{APPEAL}</dialog><script>document.getElementById('d').showModal()</script>",
    }
    site = newsroom(sheets={"/": page_of("", bodies[where])})
    page = reader(profile, site).open("/#adnotice=why")
    told(page, "Not asked: own-appeal")
    assert page.notice().stays_away()
    site.wait_for_counts(injected=1, blocked_content=1)
    assert site.quiet_reasons() == {"own-appeal": 1}


@pytest.mark.parametrize("hiding", ["hidden", "style='visibility:hidden'", "style='display:none'"])
def test_a_marked_appeal_that_is_not_shown_silences_nothing(hiding: str, newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(sheets={"/": page_of("", LONG + APPEAL.replace("<aside", f"<aside {hiding}"))})
    reader("chromium-ghostery", site).open("/").notice().wait()


def test_an_unmarked_appeal_in_the_text_silences_nothing(newsroom: Newsroom, reader: Readers) -> None:
    unmarked = APPEAL.replace(" data-adnotice-appeal", "")
    site = newsroom(sheets={"/": page_of("", LONG + unmarked)})
    page = reader("chromium-ghostery", site).open("/#adnotice=why")
    page.notice().wait()
    told(page, "Asked: the notice is shown.")
    site.wait_for_counts(injected=1, blocked_content=1, asked=1, shown=1)


@BOTH
@pytest.mark.parametrize("marked", [True, False])
def test_it_waits_for_an_appeal_that_comes_after_it(
    profile: str, marked: bool, newsroom: Newsroom, reader: Readers
) -> None:
    site = newsroom(sheets={"/": page_of("")})
    page = reader(profile, site).open("/#adnotice=preview")
    page.notice().wait()
    name = "data-adnotice-appeal" if marked else "data-mine"
    page.run(
        """const appeal = document.createElement("aside");
           appeal.id = "appeal"; appeal.setAttribute(args[0], ""); appeal.textContent = "Please give.";
           if (!args[1]) appeal.style.cssText = "position:fixed;left:0;right:0;bottom:0;height:150px;background:#fff";
           document.querySelector("main").prepend(appeal);""",
        name,
        marked,
    )
    page.notice().wait_gone()
    page.run("document.getElementById('appeal').remove()")
    page.notice().wait()


@pytest.mark.parametrize("head", [QUIET, SUPPORTER])
def test_nobody_is_thanked_where_nobody_is_asked(head: str, newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(sheets={"/": page_of(head), "/other": page_of("")})
    thanked = reader("chromium", site).open("/other")
    assert thanked.verdict()["verdict"] == "clear"  # which would take the mark away
    thanked.run("sessionStorage.setItem('adnotice', 'content')")
    thanked.reload()
    thanked.notice().wait()
    quiet = reader("chromium", site).open("/")
    assert quiet.verdict()["verdict"] == "clear"
    quiet.run("sessionStorage.setItem('adnotice', 'content')")
    quiet.reload()
    assert quiet.verdict()["verdict"] == "clear"
    assert quiet.notice().stays_away()


def test_what_was_found_stands_on_screen_where_that_is_asked_for(newsroom: Newsroom, reader: Readers) -> None:
    site = newsroom(sheets={"/": page_of(""), "/off": page_of(OFF)})
    page = reader("chromium", site).open("/#adnotice=why")
    assert "The first test came through" in told(page, "Verdict: clear.")
    assert "Counted: yes." in told(page, "Not asked: not-blocked. No blocker was found.")
    page.goto("/off#adnotice=why")
    told(page, 'The page is marked: <meta name="adnotice" content="off">.')
    private = reader("firefox-gpc", site).open("/#adnotice=why")
    told(private, "Global Privacy Control")
    assert page.problems() == []


@pytest.mark.parametrize("profile", ["firefox-ublock", "chromium-ghostery"])
def test_a_page_on_which_nobody_is_to_be_asked_ends_what_an_application_showed_before(
    profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    page = reader(profile, newsroom(sheets={"/": page_of("")})).open("/")
    page.notice().wait()
    page.run("history.pushState(null, '', '/obituary'); document.head.insertAdjacentHTML('beforeend', args[0])", QUIET)
    wait_until(lambda: page.run("return !document.querySelector('reader-notice')"), "the notice to be gone")


def test_what_waits_until_the_page_was_read_does_not_come_on_one_that_is_quiet_by_then(
    newsroom: Newsroom, reader: Readers
) -> None:
    page = reader("chromium-ghostery", newsroom(sheets={"/": page_of("")}, ask_delay_seconds=2)).open("/")
    page.verdict()
    page.run("history.pushState(null, '', '/obituary'); document.head.insertAdjacentHTML('beforeend', args[0])", QUIET)
    assert page.notice().stays_away(6)


@pytest.mark.parametrize("profile", ["firefox-ublock", "chromium-ghostery"])
@pytest.mark.parametrize("refusal", ["false", "{ask: false}", "{measure: false}"])
def test_who_refuses_while_the_notice_waits_or_stands_is_asked_no_longer(
    refusal: str, profile: str, newsroom: Newsroom, reader: Readers
) -> None:
    dialog = (
        "<div id='tool' role='dialog' style='position:fixed;inset:30% 20%;background:#eee'><button>No</button></div>"
    )
    site = newsroom(
        sheets={"/": page_of("<script>adnotice = {consent: {measure: true, ask: true}}</script>", LONG + dialog)},
        measure_consent="required",
        ask_consent="required",
    )
    page = reader(profile, site).open("/")
    page.verdict()
    wait_until(
        lambda: page.run("return Boolean(document.querySelector('reader-notice'))"), "the notice, which waits", 15
    )
    page.run(f"adnotice.consent({refusal}); document.getElementById('tool').remove()")
    wait_until(lambda: page.run("return !document.querySelector('reader-notice')"), "the notice to be gone")
    site.wait_for_counts(injected=1, blocked_content=1, asked=1)
