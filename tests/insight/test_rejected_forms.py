"""A form or an address that is rejected is told as a page, in the operator's language, with what was typed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import httpx
import pytest

from adnotice import AdNoticeMiddleware
from adnotice.http.messages import STATUS
from adnotice.insight.access.grants import GrantKind, Grants
from adnotice.insight.annotations import Annotations
from adnotice.insight.wording import load_message_draft
from adnotice.keys import Keys
from adnotice.language import Catalogue
from adnotice.vocabulary import Rejection
from adnotice.wsgi import AdNotice
from tests.conftest import SECRET
from tests.insight.conftest import CHEAP_HASH, SITE, TOKEN, Newsroom, form_token, log_in
from tests.insight.screen import Page
from tests.support.asgi_site import newspaper, shut_down

pytestmark = pytest.mark.anyio

FORM = "application/x-www-form-urlencoded"
TYPED = {"site": SITE, "day": "2026-11-17", "text": "new <b>wording</b>", "back": "?days=7"}


def german() -> Catalogue:
    words = load_message_draft("de").words
    return Catalogue("de", words.said, words.form_of)


def is_page(answer: httpx.Response, status: int, language: str = "en") -> Page:
    """The answer as a page, which it must be, with a way on."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert f'<html lang="{language}">' in answer.text
    page = Page(answer.text)
    assert [attributes["href"] for tag, attributes in page.elements if attributes.get("class") == "button"]
    return page


async def test_a_form_from_before_a_new_login_keeps_what_was_typed_and_leads_back(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        await log_in(browser)
        stale = form_token((await browser.get("dashboard")).text)
        await log_in(browser)
        answer = await browser.post("dashboard/annotations", data={**TYPED, "token": stale})
        page = is_page(answer, 403)
        assert "The form is not one of this page, or too old: load the page again." in page.text
        assert answer.headers["x-adnotice"].startswith("the form is not one of this page")
        assert "What you typed:" in page.text
        assert "new &lt;b&gt;wording&lt;/b&gt;" in answer.text
        assert "17" in page.text
        assert ("a", {"class": "button", "href": "/_adnotice/dashboard?days=7"}) in page.elements
        assert stale not in answer.text
    assert list(Annotations(busy.store.notes).of(SITE)) == []


@pytest.mark.parametrize("operation", ["annotations", "grant", "peace", "mode"])
async def test_a_form_of_who_is_logged_out_is_told_so_with_what_was_typed(busy: Newsroom, operation: str) -> None:
    async with busy.browser() as browser:
        answer = await browser.post(f"dashboard/{operation}", data={**TYPED, "name": "The board", "password": "secret"})
        page = is_page(answer, 403)
        assert "You are logged out" in page.text
        assert "The board" in page.text
        assert "secret" not in answer.text
        assert answer.headers["x-adnotice"] == "log in first"


async def test_what_cannot_be_done_keeps_what_was_typed(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        await log_in(browser)
        token = form_token((await browser.get("dashboard")).text)
        answer = await browser.post("dashboard/annotations", data={**TYPED, "day": "tomorrow", "token": token})
        page = is_page(answer, 400)
        assert "new <b>wording</b>" in page.text
        assert ("a", {"class": "button", "href": "/_adnotice/dashboard?days=7"}) in page.elements


async def test_who_came_by_a_shared_link_changes_nothing_and_is_told_on_a_page(busy: Newsroom) -> None:
    _, secret = Grants(busy.store.notes, Keys(SECRET)).make(
        GrantKind.LINK, "The board", by="operator", now=busy.now, site=SITE, days=3
    )
    async with busy.browser() as browser:
        await browser.get(f"dashboard/shared/{secret}")
        is_page(await browser.post("dashboard/annotations", data={**TYPED, "token": "x"}), 403)


@pytest.mark.parametrize("address", ["login", "logout", "annotations"])
@pytest.mark.parametrize(
    ("content", "kind", "status", "english", "said"),
    [
        (b"token=x", "text/plain", 415, "content type must be", "muss"),
        (b"&".join(b"a=%d" % n for n in range(100)), FORM, 400, "too many fields", "zu viele"),
    ],
)
async def test_what_is_no_form_is_told_in_the_operators_language(
    busy: Newsroom, address: str, content: bytes, kind: str, status: int, english: str, said: str
) -> None:
    spoken = {"en": Catalogue(), "de": german()}
    async with busy.browser(dashboard=busy.dashboard(spoken=spoken)) as browser:
        headers = {"content-type": kind, "accept-language": "de"}
        answer = await browser.post(f"dashboard/{address}", content=content, headers=headers)
        assert said in is_page(answer, status, "de").text
        assert english in answer.headers["x-adnotice"]


@pytest.mark.parametrize("address", ["login?nxt=health", "speak/de?bck=health", "preview?language=de"])
async def test_a_misspelt_key_is_told_in_the_operators_language(busy: Newsroom, address: str) -> None:
    spoken = {"en": Catalogue(), "de": german()}
    async with busy.browser(dashboard=busy.dashboard(spoken=spoken)) as browser:
        await log_in(browser)
        answer = await browser.get(f"dashboard/{address}", headers={"accept-language": "de"})
        is_page(answer, 400, "de")
        assert "is no key of this address" in answer.headers["x-adnotice"]
        assert "is no key" not in answer.text


async def test_programs_and_the_open_page_are_told_in_plain_english(busy: Newsroom) -> None:
    spoken = {"en": Catalogue(), "de": german()}
    async with busy.browser(dashboard=busy.dashboard(spoken=spoken)) as browser:
        browser.headers["accept-language"] = "de"
        for address, status in (("api/v1/summary?sit=x", 401), ("dashboard/state", 401)):
            answer = await browser.get(address)
            assert (answer.status_code, answer.headers["content-type"]) == (status, "text/plain; charset=utf-8")
        await log_in(browser)
        answer = await browser.get("api/v1/summary?sit=x")
        assert (
            answer.text
            == "'sit' is no key of this address. Did you mean site? It knows: site, first, last, days, against\n"
        )


async def test_an_open_page_in_german_knows_that_its_figures_are_those_it_shows(busy: Newsroom) -> None:
    spoken = {"en": Catalogue(), "de": german()}
    async with busy.browser(dashboard=busy.dashboard(spoken=spoken)) as browser:
        browser.headers["accept-language"] = "de"
        await log_in(browser)
        shown = (await browser.get("dashboard")).text
        assert f'data-figures="{(await browser.get("dashboard/state")).json()["figures"]}"' in shown


CROSSED = {
    Rejection.CROSS_SITE: {"sec-fetch-site": "cross-site"},
    Rejection.ORIGIN: {"origin": "https://edge.example.test"},
    Rejection.SIZE: {},
    Rejection.METHOD: {},
}
SAID = {
    Rejection.CROSS_SITE: "another site’s page sent this form",
    Rejection.ORIGIN: "proxy_set_header Host $host;",
    Rejection.SIZE: "more than adnotice takes",
    Rejection.METHOD: "can’t be asked for in this way",
}


def body(rejection: Rejection) -> bytes:
    return b"text=evil+words&token=" + (b"x" * 20_000 if rejection is Rejection.SIZE else b"x")


@pytest.mark.parametrize("rejection", CROSSED)
@pytest.mark.parametrize("address", ["login", "annotations"])
async def test_what_is_rejected_before_it_is_read_is_told_on_a_page_counted_and_repeats_nothing(
    tmp_path: Path, rejection: Rejection, address: str
) -> None:
    def make() -> AdNoticeMiddleware:
        return AdNoticeMiddleware(
            newspaper,
            secret_key=SECRET,
            store_url=f"sqlite:///{tmp_path / 'counts.db'}",
            dashboard_password_hash=CHEAP_HASH,
            metrics_token=TOKEN,
        )

    app = make()
    method = "PUT" if rejection is Rejection.METHOD else "POST"
    headers = {"content-type": FORM, **CROSSED[rejection]}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"https://{SITE}") as browser:
        answer = await browser.request(
            method, f"/_adnotice/dashboard/{address}", content=body(rejection), headers=headers
        )
        assert SAID[rejection] in is_page(answer, STATUS[rejection]).text
        assert "evil" not in answer.text
        assert "set-cookie" not in answer.headers
        assert ("allow" in answer.headers) == (rejection is Rejection.METHOD)
        plain = await browser.request("PUT", "/_adnotice/metrics")
        assert (plain.status_code, plain.headers["content-type"]) == (405, "text/plain; charset=utf-8")
    await shut_down(app)
    app = make()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"https://{SITE}") as browser:
        summary = (await browser.get("/_adnotice/api/v1/summary", headers={"authorization": f"Bearer {TOKEN}"})).json()
    await shut_down(app)
    counted = {each["name"]: each["share"]["n"] for each in summary["rejections"]}
    assert counted == ({"method": 2} if rejection is Rejection.METHOD else {rejection.value: 1, "method": 1})


@pytest.mark.parametrize("rejection", CROSSED)
def test_under_wsgi_too(tmp_path: Path, rejection: Rejection) -> None:
    def news(environ: Any, start_response: Any) -> list[bytes]:
        raise NotImplementedError("the newspaper's own pages")

    url = f"sqlite:///{tmp_path / 'counts.db'}"
    app = AdNotice(news, secret_key=SECRET, store_url=url, dashboard_password_hash=CHEAP_HASH)
    sent = body(rejection)
    environ: dict[str, Any] = {
        "PATH_INFO": "/_adnotice/dashboard/login",
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "HTTP_HOST": SITE,
        "REQUEST_METHOD": "PUT" if rejection is Rejection.METHOD else "POST",
        "CONTENT_TYPE": FORM,
        "CONTENT_LENGTH": str(len(sent)),
        "wsgi.input": io.BytesIO(sent),
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in CROSSED[rejection].items()},
    }
    setup_testing_defaults(environ)
    begun: list[tuple[str, dict[str, str]]] = []
    told = b"".join(app(environ, lambda status, headers: begun.append((status, dict(headers)))))
    app.close()
    ((status, headers),) = begun
    assert int(status[:3]) == STATUS[rejection]
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert SAID[rejection] in Page(told.decode()).text
