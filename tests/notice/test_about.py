"""The public page says what is done here, and lets the reader take an answer back."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest

from adnotice.http.messages import Answer, Request
from adnotice.notice.about import USUAL, AboutPage, Practice
from adnotice.notice.cookie import read_cookie
from adnotice.notice.settings import NoticeSettings
from adnotice.notice.words import english
from adnotice.objection import NAME
from adnotice.vocabulary import Mode
from tests.notice.test_cookie import TODAY


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
    return page.answer(request, mode, read_cookie(cookie, TODAY), objects=objects)


def text(answer: Answer) -> str:
    flat = re.sub(r"</?bdi>", "", answer.body.decode())
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
