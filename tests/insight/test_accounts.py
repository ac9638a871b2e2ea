"""The site's own accounts, tokens for programs, shared links: who gets in, what they see, and that it ends."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from adnotice.count.model.tally import Dimension, Key, Metric
from adnotice.insight.access.grants import MAX_KEPT, BadGrant, GrantKind, Grants
from adnotice.insight.annotations import Annotations
from adnotice.insight.audit_log import AuditLog
from adnotice.insight.settings import InsightSettings
from adnotice.keys import Keys
from adnotice.settings import Settings, SettingsError
from tests.conftest import SECRET
from tests.insight.conftest import CHEAP_HASH, SITE, Newsroom, form_token, log_in
from tests.insight.screen import Page

pytestmark = pytest.mark.anyio


def grants(newsroom: Newsroom) -> Grants:
    return Grants(newsroom.store.notes, Keys(SECRET))


def as_account(request: Request) -> str | None:
    """A site that knows its people by a header, and gives them names with letters that nobody sees."""
    name = request.headers.get("x-account")
    return f" {name} \u202e" if name else None


async def as_coroutine(request: Request) -> str | None:
    return as_account(request)


@pytest.mark.parametrize("authorize", [as_account, as_coroutine])
async def test_the_sites_own_accounts_are_let_in_and_named_in_the_trail(
    busy: Newsroom, authorize: Callable[[Request], Any]
) -> None:
    busy.settings = InsightSettings(authorize=authorize)
    async with busy.browser() as browser:
        stranger = await browser.get("dashboard")
        assert stranger.status_code == 403
        assert "accounts of this site alone" in stranger.text
        assert (await browser.get("api/v1/summary")).status_code == 401
        assert (await browser.post("dashboard/login", data={"password": "x"})).status_code == 403
        browser.headers["x-account"] = "anna"
        page = await browser.get("dashboard")
        assert page.status_code == 200
        assert "Log out" not in page.text
        fields = {"token": form_token(page.text), "to": "measure"}
        assert (await browser.post("dashboard/mode", data=fields)).status_code == 303
        assert (await browser.get("api/v1/summary")).status_code == 200
        browser.headers["x-account"] = "boris"
        assert (await browser.post("dashboard/mode", data=fields)).status_code == 403, "the token is another account's"
    assert [event.by for event in AuditLog(busy.store.notes).all()] == ["anna"]


@pytest.mark.parametrize("login", ["/login", "https://accounts.example/in?app=news"])
async def test_who_is_not_logged_in_is_sent_to_the_sites_login_and_who_may_not_look_is_told(
    busy: Newsroom, login: str
) -> None:
    people: dict[str, str | bool] = {"anna": "anna", "boris": False}

    def ask(request: Request) -> str | bool | None:
        return people.get(request.headers.get("x-account", ""))

    busy.settings = InsightSettings(authorize=ask, login_url=login)
    here = "/_adnotice/dashboard/pages%3Fdays%3D7"
    async with busy.browser() as browser:
        for address in ("dashboard/pages?days=7", "dashboard/preview"):
            sent = await browser.get(address)
            assert (sent.status_code, sent.headers["cache-control"]) == (303, "no-store")
            assert sent.headers["location"].startswith(
                f"{login}{'&' if '?' in login else '?'}next=/_adnotice/dashboard/"
            )
        assert (await browser.get("dashboard/pages?days=7")).headers["location"].endswith(f"next={here}")
        assert (await browser.get("api/v1/summary")).status_code == 401
        browser.headers["x-account"] = "boris"
        told = await browser.get("dashboard/pages?days=7")
        assert told.status_code == 403, "a login would send them back, and so on"
        assert "accounts of this site alone" in told.text
        browser.headers["x-account"] = "anna"
        assert (await browser.get("dashboard/pages?days=7")).status_code == 200
        assert (await browser.get("dashboard/login")).status_code == 403, "never to a login that sends them here"


@pytest.mark.parametrize("address", ["dashboard", "dashboard/preview", "dashboard/state", "api/v1/summary", "metrics"])
@pytest.mark.parametrize("said", ["", False, "anna"])
async def test_the_site_is_asked_once_for_a_request(busy: Newsroom, said: str | bool, address: str) -> None:
    asked: list[Request] = []

    def ask(request: Request) -> str | bool:
        asked.append(request)
        return said

    busy.settings = InsightSettings(authorize=ask, login_url="/login")
    async with busy.browser() as browser:
        await browser.get(address)
        assert len(asked) == 1
        await browser.get(address)
        assert len(asked) == 2, "an answer holds for its request alone"


def test_a_login_elsewhere_is_an_address_and_has_a_function_beside_it() -> None:
    for address in ("login", "//evil.example", "http://plain.example/", "javascript:alert(1)"):
        with pytest.raises(
            SettingsError, match="login_url must be a path such as /admin/login/, or a whole https address"
        ):
            Settings.of(secret_key=SECRET, authorize=as_account, login_url=address)
    with pytest.raises(SettingsError, match="login_url needs authorize too"):
        Settings.of(secret_key=SECRET, login_url="/login")


def fail(_: Request) -> str:
    raise RuntimeError("the site's database is away")


@pytest.mark.parametrize(
    "authorize", [fail, lambda _: None, lambda _: False, lambda _: "", lambda _: 7, lambda _: object()]
)
async def test_whatever_the_sites_function_does_lets_nobody_in_but_by_a_name(
    busy: Newsroom, authorize: Callable[[Request], Any]
) -> None:
    busy.settings = InsightSettings(authorize=authorize)
    async with busy.browser() as browser:
        assert (await browser.get("dashboard")).status_code == 403
    busy.settings = InsightSettings(authorize=lambda _: True)
    async with busy.browser() as browser:
        assert (await browser.get("dashboard")).status_code == 200


def test_two_ways_in_are_one_too_many_and_a_file_holds_no_function() -> None:
    with pytest.raises(SettingsError, match="two ways in: give one"):
        Settings.of(secret_key=SECRET, authorize=as_account, dashboard_password_hash=CHEAP_HASH)
    with pytest.raises(SettingsError, match="ADNOTICE_AUTHORIZE must be a function"):
        Settings.from_env({"ADNOTICE_SECRET_KEY": SECRET, "ADNOTICE_AUTHORIZE": "yes"})
    assert Settings.of(secret_key=SECRET, authorize=as_account).insight.authorize is as_account


def test_a_secret_is_kept_as_a_hash_and_taken_back_by_its_id(newsroom: Newsroom) -> None:
    kept = grants(newsroom)
    made, secret = kept.make(GrantKind.TOKEN, " a  monthly report ", by="anna", now=newsroom.now)
    other, _ = kept.make(GrantKind.TOKEN, "another", by="anna", now=newsroom.now + 1)
    assert made.name == "a monthly report"
    held = str(newsroom.store.notes.values(""))
    assert secret not in held
    assert secret.split(".")[0] not in held
    assert kept.find(GrantKind.TOKEN, secret) == made
    assert kept.find(GrantKind.LINK, secret) is None
    assert kept.find(GrantKind.TOKEN, secret[:-1] + ("A" if secret[-1] != "A" else "B")) is None
    assert (
        Grants(newsroom.store.notes, Keys("another secret of thirty-two letters")).find(GrantKind.TOKEN, secret) is None
    )
    kept.revoke(GrantKind.TOKEN, made.id, by="boris", now=newsroom.now + 2)
    assert kept.find(GrantKind.TOKEN, secret) is None
    assert kept.all(GrantKind.TOKEN) == [other]
    assert [(event.by, event.action.value, event.to) for event in AuditLog(newsroom.store.notes).all()][::2] == [
        ("anna", "token made", "a monthly report"),
        ("boris", "token taken back", "a monthly report"),
    ]
    with pytest.raises(BadGrant, match="taken back, or is over"):
        kept.revoke(GrantKind.TOKEN, made.id, by="boris", now=newsroom.now)


@pytest.mark.parametrize(
    ("name", "days", "said"),
    [
        ("", 30, "got 0"),
        ("x" * 61, 30, "got 61"),
        ("a\u200bb", 30, "can be seen"),
        ("x", 0, "1 to 400 days"),
        ("x", 401, "got 401"),
    ],
)
def test_what_can_not_be_made_is_said(newsroom: Newsroom, name: str, days: int, said: str) -> None:
    with pytest.raises(BadGrant, match=said):
        grants(newsroom).make(GrantKind.LINK, name, by="anna", now=newsroom.now, site=SITE, days=days)


def test_no_more_are_kept_than_a_page_can_hold(newsroom: Newsroom) -> None:
    for number in range(MAX_KEPT):
        newsroom.store.notes.put(f"token:{number}", "{}")
    with pytest.raises(BadGrant, match="take some back first"):
        grants(newsroom).make(GrantKind.TOKEN, "one more", by="anna", now=newsroom.now)


def test_a_link_ends_by_itself(newsroom: Newsroom) -> None:
    kept, now = grants(newsroom), time.time()
    _, over = kept.make(GrantKind.LINK, "over", by="anna", now=now - 31 * 86_400, site=SITE, days=30)
    _, holds = kept.make(GrantKind.LINK, "holds", by="anna", now=now - 29 * 86_400, site=SITE, days=30)
    assert kept.find(GrantKind.LINK, over) is None
    assert kept.find(GrantKind.LINK, holds)
    assert [each.name for each in kept.all(GrantKind.LINK)] == ["holds"]


async def make(browser: httpx.AsyncClient, **fields: str) -> httpx.Response:
    """What the form on the page answers."""
    page = await browser.get("dashboard/access")
    return await browser.post("dashboard/grant", data={"token": form_token(page.text), "back": "access", **fields})


async def test_a_token_of_the_dashboard_reads_json_csv_and_metrics_until_it_is_taken_back(busy: Newsroom) -> None:
    async with busy.browser() as browser, busy.browser() as program:
        await log_in(browser)
        made = await make(browser, kind="token", name="monthly report")
        assert "content-encoding" not in made.headers
        found = re.search(r'id="secret">([^<]+)<', made.text)
        assert found
        program.headers["authorization"] = f"Bearer {found[1]}"
        for address in ("api/v1/summary", "api/v1/pages.csv", "metrics"):
            assert (await program.get(address)).status_code == 200
        assert (await program.get("dashboard")).status_code == 303
        page = await browser.get("dashboard/access")
        assert found[1] not in page.text
        id_ = re.search(r'name="revoke" value="(\w+)"', page.text)
        assert id_
        assert (await make(browser, kind="token", revoke=id_[1])).headers["location"].endswith("/dashboard/access")
        refused = await program.get("api/v1/summary")
        assert refused.status_code == 401
        assert "taken back" in refused.headers["x-adnotice"]
        for wrong in (
            "Bearer \u00fc".encode("latin-1"),
            b"Bearer " + b"x" * 5_000,
            b"Basic " + found[1].encode(),
            b"Bearer",
        ):
            answer = await program.get("api/v1/summary", headers=[(b"authorization", wrong)])
            assert answer.status_code == 401


@pytest.fixture
def shared(busy: Newsroom) -> tuple[Newsroom, str]:
    """A newsroom of two sites with small rows and an annotation, and a link to one."""
    busy.count({Metric.CLEAR: 9}, site="another.example.test")
    busy.count_all({Key(SITE, Dimension.PAGE, f"/letters/{n}", Metric.CLEAR): 2 for n in range(4)})
    Annotations(busy.store.notes).add(SITE, "today", "new wording", by="anna", now=busy.now, today=busy.today)
    _, secret = grants(busy).make(GrantKind.LINK, "the board", by="anna", now=busy.now, site=SITE, days=30)
    return busy, secret


async def test_a_link_shows_one_sites_figures_and_nothing_else(shared: tuple[Newsroom, str]) -> None:
    newsroom, secret = shared
    async with newsroom.browser() as guest:
        opened = await guest.get(f"dashboard/shared/{secret}")
        assert (opened.status_code, opened.headers["location"]) == (303, "/_adnotice/dashboard")
        assert "samesite=lax" in opened.headers["set-cookie"].lower()
        assert "httponly" in opened.headers["set-cookie"].lower()
        for address in (
            "dashboard",
            "dashboard?site=another.example.test",
            "dashboard/pages",
            "dashboard/pages?by=section",
        ):
            page = await guest.get(address)
            assert page.status_code == 200
            assert "another.example.test" not in page.text
            assert "anna" not in page.text
            assert "/letters/0" not in page.text
            assert "api/v1" not in page.text
            assert "shared link: it shows these figures and gives no download" in page.text
            assert not re.search(r"<form[^>]+method=\"post\"", page.text)
        assert "25.0% of measured page views" in Page((await guest.get("dashboard")).text).text
        assert "new wording" in (await guest.get("dashboard")).text
        assert (await guest.get("dashboard/pages?name=/letters/0")).status_code == 404
        assert (await guest.get("dashboard/pages?name=/harbour")).status_code == 200
        assert (await guest.get("dashboard/state")).status_code == 200
        for address in ("dashboard/health", "dashboard/notice", "dashboard/access"):
            assert (await guest.get(address)).status_code == 403
        for address in ("api/v1/summary", "api/v1/pages.csv", "metrics"):
            refused = await guest.get(address)
            assert refused.status_code == 401
            assert refused.headers["x-adnotice"].startswith("a shared link shows figures and gives no download")
        for address in ("mode", "annotations", "grant", "peace"):
            answer = await guest.post(f"dashboard/{address}", data={"token": "0" * 128, "to": "off"})
            assert answer.status_code == 403
        kept = grants(newsroom)
        kept.revoke(GrantKind.LINK, kept.all(GrantKind.LINK)[0].id, by="anna", now=newsroom.now)
        assert (await guest.get("dashboard")).status_code == 303
        assert (await guest.get(f"dashboard/shared/{secret}")).status_code == 404


async def test_rows_of_few_page_views_can_not_be_told_from_the_sum(shared: tuple[Newsroom, str]) -> None:
    newsroom, secret = shared
    async with newsroom.browser() as guest:
        await guest.get(f"dashboard/shared/{secret}")
        rows = Page((await guest.get("dashboard/pages")).text).table("Page")
    assert [row[0] for row in rows] == ["/", "/harbour", "/weather", "All others"]
    assert sum(int(row[1].split()[0]) for row in rows) == 850


async def test_a_made_up_link_and_a_wrong_form_lead_nowhere(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        for secret in ("x", "a.b.c", "x" * 500):
            assert (await browser.get(f"dashboard/shared/{secret}")).status_code == 404
        await log_in(browser)
        for fields, said in (
            ({"kind": "key", "name": "x"}, "There is no kind"),
            ({"kind": "link", "name": "x", "site": "nobody", "days": "3"}, "There is no site"),
            ({"kind": "link", "name": "x", "site": SITE, "days": "x"}, "must be a number"),
            ({"kind": "link", "name": "x", "site": SITE, "days": "0000030"}, "at most 6 digits"),
            ({"kind": "token", "revoke": "0"}, "There is no token"),
        ):
            answer = await make(browser, **fields)
            assert answer.status_code == 400
            assert said in Page(answer.text).text
        made = await make(browser, kind="link", name="the board", site=SITE, days="7")
        assert "/dashboard/shared/" in made.text


async def test_where_asking_the_site_failed_nobody_is_sent_to_a_login(busy: Newsroom) -> None:
    def fail(request: Request) -> str:
        raise OSError("the accounts are away")

    for ask, status in ((fail, 403), (lambda request: None, 303)):
        busy.settings = InsightSettings(authorize=ask, login_url="/login")
        async with busy.browser() as browser:
            assert (await browser.get("dashboard/pages?days=7")).status_code == status
