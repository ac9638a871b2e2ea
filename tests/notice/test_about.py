"""The public page says what is done here, and lets the reader take an answer back."""

from __future__ import annotations

import html
import re
from datetime import date
from html.parser import HTMLParser

import pytest

from adnotice.http.messages import Answer, Request
from adnotice.notice.about import USUAL, Practice
from adnotice.notice.about_page import AboutPage
from adnotice.notice.about_sentences import WRITTEN_ON
from adnotice.notice.cookie import read_allowed, read_cookie
from adnotice.notice.drafts import list_drafts, load_draft
from adnotice.notice.settings import NoticeSettings
from adnotice.notice.words import english
from adnotice.objection import NAME
from adnotice.version import VERSION
from adnotice.vocabulary import Mode


def show(
    *,
    site_name: str = "The Daily Example",
    cookie: str = "",
    mode: Mode = Mode.ASK,
    query: bytes = b"",
    practice: Practice = USUAL,
    objects: bool = False,
    headers: dict[bytes, bytes] | None = None,
    **settings: object,
) -> Answer:
    live = {"en": english()}
    page = AboutPage(NoticeSettings(**settings), site_name, practice, live)  # type: ignore[arg-type]
    request = Request("GET", "about", query, headers or {}, b"", "default", "/app/_adnotice", secure=True)
    kept, allowed = read_cookie(cookie, TODAY), read_allowed(cookie, TODAY)
    return page.answer(request, mode, kept, objects=objects, allowed=allowed)


def text(answer: Answer) -> str:
    flat = re.sub(r"</?bdi\b[^>]*>", "", answer.body.decode())
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", flat)))


def test_it_says_what_is_measured_stored_and_for_how_long() -> None:
    said = text(show(not_now_days=14))
    assert "What is measured on The Daily Example" in said
    assert "not your internet address" in said
    assert "E-mail addresses and the keys of mailed links in it are masked first." in said
    assert "deleted after 25 months" in said
    assert "the cookie adnotice: your answer and the day 14 days" in said
    assert "400 days, renewed when you come back" in said
    assert "You can block the script /app/_adnotice/client.js in your browser" in said


def test_it_tells_that_links_are_counted_where_there_are_any() -> None:
    assert "Whether the notice was shown, and what was answered." in text(show())
    with_links = text(show(support_links={"Subscribe": "/subscribe"}))
    assert "Whether the notice was shown, what was answered, and which link in it was taken." in with_links


def test_it_tells_what_is_remembered_of_allowed_ads_where_that_is() -> None:
    told = "the cookie adnotice: that ads are allowed here, and the month."
    assert told not in text(show())
    assert f"{told} Page views with ads since then are counted, and you are not asked again. 180 days" in text(
        show(count_allowed=True)
    )
    said = text(show(count_allowed=True, cookie="allowed.2026-11"))
    assert "In 2026-11 a check that you made found that ads get through here." in said
    assert "Forget my answer" in said


def test_it_tells_of_the_site_that_led_here_where_that_is_counted() -> None:
    assert "the other site that led here" not in text(show())
    assert "the other site that led here" in text(show(practice=Practice(count_referrers=True)))


@pytest.mark.parametrize(
    ("practice", "asks", "loads"),
    [
        (Practice(), False, False),
        (Practice(ad_probe=True), True, False),
        (Practice(ad_probe=True, ad_probe_load=True), True, True),
    ],
)
def test_it_says_when_another_company_is_asked(practice: Practice, asks: bool, loads: bool) -> None:
    said = text(show(practice=practice))
    assert ("No other company takes part." in said) is not asks
    assert ("another company" in said) is asks
    assert ("loads it on pages that lack it" in said) is loads


def test_no_sentence_is_left_half_made() -> None:
    for cookie in ("", "later.2026-11-01", "never.2026-11-01", "supports.2026-11-01"):
        said = text(show(cookie=cookie, query=b"saved", privacy_link="/privacy"))
        assert "%(" not in said
        assert "{{" not in said


def test_one_day_is_not_days() -> None:
    assert "the day 1 day " in text(show(not_now_days=1))


def test_it_says_so_when_nothing_is_measured_or_nobody_is_asked() -> None:
    assert "nothing is measured" in text(show(mode=Mode.OFF))
    assert "Nobody is asked to allow ads." in text(show(mode=Mode.MEASURE))
    assert "At the moment" not in text(show())


def test_it_promises_gpc_only_where_it_is_honoured() -> None:
    assert "Global Privacy Control" in text(show())
    assert "Global Privacy Control" not in text(show(practice=Practice(honour_gpc=False)))


@pytest.mark.parametrize(
    ("cookie", "said", "buttons"),
    [
        ("", "This browser has stored no answer of yours.", ["never"]),
        ("later.2026-11-01", "On 2026-11-01 you answered “Not now”.", ["never", "forget"]),
        ("never.2026-11-01", "You answered “Don’t ask again”", ["forget"]),
        ("supports.2026-11-01", "you answered “I already support you”. Thank you.", ["never", "forget"]),
    ],
)
def test_it_knows_the_readers_answer_and_offers_what_else_can_be_done(
    cookie: str, said: str, buttons: list[str]
) -> None:
    answer = show(cookie=cookie)
    assert said in text(answer)
    assert re.findall(r'name="choice" value="(\w+)"', answer.body.decode()) == buttons


def test_it_confirms_what_was_saved() -> None:
    assert '<p class="saved" role="status">' in show(query=b"saved").body.decode()
    assert '<p class="saved" role="status">' not in show(query=b"saved=<script>").body.decode()


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}", "%(site)s"]
)
def test_a_hostile_site_name_is_only_text(name: str) -> None:
    class Elements(HTMLParser):
        seen: list[str]

        def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
            self.seen.append(tag)

    plain, hostile = Elements(), Elements()
    plain.seen, hostile.seen = [], []
    plain.feed(show().body.decode())
    answer = show(site_name=name)
    hostile.feed(answer.body.decode())
    assert hostile.seen == plain.seen
    assert name in html.unescape(answer.body.decode())


def seen(answer: Answer) -> tuple[list[str], list[str]]:
    """What a browser without script shows in the part on objecting: sentences by their state, and buttons."""
    body = answer.body.decode()
    said = re.findall(r'<p class="saved" data-when="(\w+)" >', body)
    return said, re.findall(r'data-wish="(\w+)" >', body)


@pytest.mark.parametrize(
    ("query", "objects", "state", "button"),
    [
        (b"", False, [], "object"),
        (b"objected", True, ["cookie"], "withdraw"),
        (b"objected", False, ["nothing"], "object"),  # the cookie that was set did not come back
        (b"", True, ["cookie"], "withdraw"),
        (b"counted", False, ["counted"], "object"),
        (b"counted", True, ["cookie"], "withdraw"),
    ],
)
def test_without_script_it_says_whether_the_objection_is_kept_and_never_that_all_is_done(
    query: bytes, objects: bool, state: list[str], button: str
) -> None:
    answer = show(query=query, objects=objects)
    assert seen(answer) == (state, [button])
    assert dict(answer.headers).get(b"x-adnotice") == (b"objected" if objects else None)


def test_what_is_stored_for_an_objection_is_told() -> None:
    said = text(show())
    assert f"the cookie {NAME} and a note of the same name in this browser’s storage, both “1”" in said
    assert "the cookie for 400 days" in said


def test_it_carries_strict_headers_and_no_script_but_its_own() -> None:
    answer = show()
    headers = dict(answer.headers)
    policy = headers[b"content-security-policy"].decode()
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"referrer-policy"] == b"same-origin"
    assert headers[b"x-robots-tag"] == b"noindex"
    assert re.findall(rb"<script.*?>", answer.body) == [b'<script src="/app/_adnotice/about.js" defer>']
    assert b"style=" not in answer.body


def test_the_site_stands_at_its_head_with_the_way_to_its_first_page() -> None:
    body = show().body.decode()
    assert '<a class="site" href="/app/"><bdi>The Daily Example</bdi></a>' in body
    assert '<a class="back" href="/app/">Back to <bdi>The Daily Example</bdi></a>' in body


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("https://news.example/politics/budget?utm=1#x", "/politics/budget"),
        ("https://elsewhere.example/politics/budget", "/app/"),
        ("https://news.example/app/_adnotice/about?saved", "/app/"),
        ("https://news.example//evil.example/", "/app/"),
        ("https://news.example", "/app/"),
        ("https://[", "/app/"),
        ("", "/app/"),
    ],
)
def test_the_way_back_leads_to_the_page_that_one_came_from_and_never_elsewhere(referer: str, back: str) -> None:
    answer = show(headers={b"host": b"news.example", b"referer": referer.encode()})
    assert f'<a class="back" href="{back}">' in answer.body.decode()


@pytest.mark.parametrize(
    ("host", "line"),
    [
        (b"www.Daily.example:8443", "daily.example##reader-notice"),
        (b"localhost:8000", "localhost##reader-notice"),
        (b"xn--mnchen-3ya.example", "xn--mnchen-3ya.example##reader-notice"),
        (b"evil.example##body,x", ""),
        (b"<b>", ""),
        (b"", ""),
    ],
)
def test_readers_who_clear_their_cookies_are_given_the_line_for_their_blocker(host: bytes, line: str) -> None:
    body = show(headers={b"host": host}).body.decode()
    assert ("##reader-notice" in body) is bool(line)
    assert f'<code dir="ltr">{line}</code>' in body or not line


def test_it_says_what_is_true_where_consent_is_needed() -> None:
    assert "When you open a page, a small script" in text(show())
    required = text(show(practice=Practice(measure_consent=True, ask_consent=True)))
    assert "When you open a page" not in required
    assert "Once you have agreed to be counted, a small script" in required
    assert "You are asked to allow ads only if you have agreed to be asked." in required


def test_it_says_which_share_is_measured_where_it_is_not_every_view() -> None:
    assert "by chance" not in text(show())
    assert "about 12.5% of the page views. Your browser draws them by chance" in text(
        show(practice=Practice(sample_rate=0.125))
    )


def test_it_says_that_the_server_looks_for_the_ad_script_only_where_it_does() -> None:
    told = "this site’s server may ask for its address too"
    assert told not in text(show())
    assert told in text(show(practice=Practice(ad_probe=True)))
    assert told not in text(show(practice=Practice(ad_probe=True, ad_probe_look=False)))


def test_it_tells_what_is_read_and_forgotten_and_that_logs_are_another_matter() -> None:
    said = text(show())
    assert "The address is used only to limit how much one address may send." in said
    assert "Such logs are no part of this measurement" in said


def test_it_names_who_answers_why_and_on_which_ground_in_the_operators_words() -> None:
    said = text(
        show(
            responsible="The Daily Example, 1 Example Street",
            contact="privacy@daily.example",
            purpose="To know our loss.",
            ground="Art. 6(1)(f) GDPR",
        )
    )
    for each in (
        "Responsible The Daily Example, 1 Example Street",
        "Contact privacy@daily.example",
        "Purpose To know our loss.",
    ):
        assert each in said
    assert "Legal ground Art. 6(1)(f) GDPR" in said


def test_without_the_operators_words_it_gives_the_purpose_of_the_mode_and_names_no_ground() -> None:
    assert "Purpose To know how many page views are seen with ads blocked." in text(show(mode=Mode.MEASURE))
    assert "and to ask these readers to allow ads" in text(show())
    assert "Legal ground" not in text(show())
    assert "Responsible" not in text(show())


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("privacy@daily.example", '<a href="mailto:privacy@daily.example">'),
        ("/contact", '<a href="/contact">'),
        ("https://daily.example/contact", '<a href="https://daily.example/contact">'),
        ("the desk, 555 0100", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_a_contact_is_a_link_where_it_can_be_one(contact: str, link: str) -> None:
    body = show(contact=contact).body.decode()
    after = body.split("<dt>Contact</dt>")[1].split("</dd>")[0]
    assert link in after
    assert ("<a " in after) is bool(link)


def test_it_gives_its_date_its_version_and_the_scripts_readable_source() -> None:
    answer = show()
    assert f"adnotice {VERSION}. These words are of {WRITTEN_ON}." in text(answer)
    assert 'href="/app/_adnotice/src/client.js"' in answer.body.decode()


TODAY = date(2026, 11, 22)
UKRAINIAN = {"en": english(), "uk": load_draft("uk").words, "ar": load_draft("ar").words}


def test_it_speaks_the_readers_language_and_lets_readers_choose_another() -> None:
    page = AboutPage(NoticeSettings(), "The Daily Example", USUAL, UKRAINIAN)
    accepts = {b"accept-language": b"uk,en;q=0.8"}
    request = Request("GET", "about", b"", accepts, b"", "default", "/_adnotice", secure=True)
    first = page.answer(request, Mode.ASK, None, objects=False)
    assert dict(first.headers)[b"content-language"] == b"uk"
    assert b'<html lang="uk" dir="ltr">' in first.body
    assert 'href="/_adnotice/about?lang=ar" lang="ar" hreflang="ar">العربية</a>' in first.body.decode()
    assert b'action="/_adnotice/about/choice"' in first.body
    chosen = Request("GET", "about", b"lang=ar", accepts, b"", "default", "/_adnotice", secure=True)
    second = page.answer(chosen, Mode.ASK, None, objects=False).body
    assert b'<html lang="ar" dir="rtl">' in second
    assert b'action="/_adnotice/about/choice?lang=ar"' in second


@pytest.mark.parametrize("language", ["en", *list_drafts()])
@pytest.mark.parametrize(
    "practice",
    [USUAL, Practice(count_referrers=True, ad_probe=True, ad_probe_load=True, measure_consent=True, sample_rate=0.5)],
)
def test_in_no_language_a_place_is_left_open(language: str, practice: Practice) -> None:
    words = english() if language == "en" else load_draft(language).words
    page = AboutPage(NoticeSettings(), "The Daily Example", practice, {language: words})
    headers = {b"host": b"daily.example"}
    request = Request("GET", "about", b"saved", headers, b"", "default", "/_adnotice", secure=True)
    for cookie in ("", "later.2026-11-01", "never.2026-11-01", "supports.2026-11-01"):
        body = page.answer(request, Mode.ASK, read_cookie(cookie, TODAY), objects=False).body.decode()
        assert "{" not in body
        assert not re.search(r"<(p|li|td|h2|dd|dt|button)\b[^>]*>\s*</\1>", body)


def test_addresses_and_numbers_keep_their_order_among_letters_that_run_from_the_right() -> None:
    page = AboutPage(NoticeSettings(), "The Daily Example", USUAL, {"he": load_draft("he").words})
    request = Request("GET", "about", b"", {}, b"", "default", "/_adnotice", secure=True)
    body = page.answer(request, Mode.ASK, read_cookie("later.2026-11-01", TODAY), objects=False).body.decode()
    assert '<code dir="ltr">/_adnotice/client.js</code>' in body
    assert '<bdi dir="ltr">2026-11-01</bdi>' in body
    assert '<bdi dir="ltr">adnotice-objection</bdi>' in body
    assert "<bdi>The Daily Example</bdi>" in body
