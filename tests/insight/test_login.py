"""Who is let in, who is kept out, and that leaving is final."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import anyio
import httpx
import pytest

from adnotice.insight.access import login
from adnotice.insight.access.login import hash_password, safe_next
from adnotice.insight.access.sessions import ABSOLUTE_SECONDS, IDLE_SECONDS, Sessions
from adnotice.insight.analysis.summary import TABLES
from adnotice.insight.dashboard import Dashboard
from adnotice.insight.settings import InsightSettings
from adnotice.keys import Keys
from tests.conftest import SECRET
from tests.insight.conftest import BASE, CHEAP_HASH, PASSWORD, SITE, Newsroom, form_token, log_in

pytestmark = pytest.mark.anyio

LOGIN = f"{BASE}/dashboard/login"


def set_cookies(response: httpx.Response) -> dict[str, dict[str, str]]:
    """The cookies that an answer sets, with their attributes."""
    cookies: SimpleCookie = SimpleCookie()
    for line in response.headers.get_list("set-cookie"):
        cookies.load(line)
    return {
        name: {"value": morsel.value, **{k: str(v) for k, v in morsel.items() if v}} for name, morsel in cookies.items()
    }


async def test_who_is_not_logged_in_is_sent_to_the_form_and_back_to_where_they_wanted(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        sent = await browser.get("dashboard/health?site=news.example.test&days=7")
        assert (sent.status_code, sent.headers["x-adnotice"]) == (303, "not logged in")
        page = await browser.get(f"https://{SITE}{sent.headers['location']}")
        wanted = re.search(r'name="next" value="([^"]*)"', page.text)
        assert wanted
        entered = await log_in(browser, next=wanted[1].replace("&amp;", "&"))
        assert entered.status_code == 303
        assert entered.headers["location"] == f"{BASE}/dashboard/health?site=news.example.test&days=7"
        assert (await browser.get(f"https://{SITE}{entered.headers['location']}")).status_code == 200


async def test_a_wrong_password_is_told_and_lets_nobody_in(busy: Newsroom, caplog: pytest.LogCaptureFixture) -> None:
    async with busy.browser() as browser:
        with caplog.at_level(logging.DEBUG):
            answer = await log_in(browser, "not the password")
        assert (answer.status_code, answer.headers["x-adnotice"]) == (403, "wrong password")
        assert "Not logged in:</strong> wrong password." in answer.text
        assert set(set_cookies(answer)) == {"__Host-adn-form"}
        assert (await browser.get("dashboard")).status_code == 303
        assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("password", ["", "x" * 129, "x" * 10_000, "\x00", "\ud7ff\U0010ffff", PASSWORD.upper()])
async def test_no_other_password_fits(busy: Newsroom, password: str) -> None:
    async with busy.browser() as browser:
        assert (await log_in(browser, password)).status_code == 403


@pytest.mark.parametrize(
    ("body", "kind", "status", "reason"),
    [
        (b"", "application/x-www-form-urlencoded", 403, "the form is not one of this page"),
        (b"password=read+all+about+it", "application/x-www-form-urlencoded", 403, "the form is not one of this page"),
        (b"token=x&password=read+all+about+it", "application/x-www-form-urlencoded", 403, "not one of this page"),
        (b"token=%FF%FE", "application/x-www-form-urlencoded", 403, "not one of this page"),
        (b"&".join(b"a=%d" % n for n in range(100)), "application/x-www-form-urlencoded", 400, "too many fields"),
        (b'{"password": "read all about it"}', "application/json", 415, "content type must be"),
        (b"password=x", "text/plain", 415, "content type must be"),
    ],
)
async def test_what_is_not_our_form_is_refused_with_a_reason(
    busy: Newsroom, body: bytes, kind: str, status: int, reason: str
) -> None:
    async with busy.browser() as browser:
        answer = await browser.post("dashboard/login", content=body, headers={"content-type": kind})
        assert answer.status_code == status
        assert reason in answer.headers["x-adnotice"]
        assert "__Host-adn" not in set_cookies(answer)


async def test_a_form_belongs_to_the_browser_that_it_was_given_to(busy: Newsroom) -> None:
    dashboard = busy.dashboard()
    async with busy.browser(dashboard=dashboard) as stranger, busy.browser(dashboard=dashboard) as browser:
        token = form_token((await stranger.get("dashboard/login")).text)
        await browser.get("dashboard/login")
        answer = await browser.post("dashboard/login", data={"token": token, "password": PASSWORD})
        assert (answer.status_code, "__Host-adn" in set_cookies(answer)) == (403, False)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
async def test_logging_out_takes_a_post(busy: Newsroom, method: str) -> None:
    async with busy.browser() as browser:
        await log_in(browser)
        answer = await browser.request(method, "dashboard/logout")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        assert (await browser.get("dashboard")).status_code == 200


async def test_logging_out_takes_the_session_s_own_form(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        await log_in(browser)
        for token in ("", "0" * 64, form_token((await browser.get("dashboard/login")).text)):
            answer = await browser.post("dashboard/logout", data={"token": token})
            assert answer.status_code == 403
        assert (await browser.get("dashboard")).status_code == 200


async def test_a_copied_cookie_is_dead_after_logging_out(busy: Newsroom) -> None:
    dashboard = busy.dashboard()
    async with busy.browser(dashboard=dashboard) as browser, busy.browser(dashboard=dashboard) as thief:
        await log_in(browser)
        thief.cookies.set("__Host-adn", browser.cookies["__Host-adn"])
        assert (await thief.get("dashboard")).status_code == 200
        token = form_token((await browser.get("dashboard")).text)
        left = await browser.post("dashboard/logout", data={"token": token})
        assert (left.status_code, left.headers["location"]) == (303, LOGIN)
        assert "__Host-adn" not in browser.cookies
        for address in ("dashboard", "dashboard/health"):
            assert (await thief.get(address)).status_code == 303
        for address in ("api/v1/summary", "api/v1/pages.csv", "metrics"):
            assert (await thief.get(address)).status_code == 401


async def test_a_session_holds_in_every_process_and_after_a_restart(busy: Newsroom) -> None:
    async with busy.browser(dashboard=busy.dashboard()) as browser, busy.browser(dashboard=busy.dashboard()) as later:
        await log_in(browser)
        later.cookies = browser.cookies
        assert (await later.get("dashboard")).status_code == 200


async def test_a_session_ends_after_30_idle_minutes(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        await log_in(browser)
        busy.now += IDLE_SECONDS - 1
        assert (await browser.get("dashboard")).status_code == 200
        busy.now += IDLE_SECONDS - 1
        assert (await browser.get("dashboard")).status_code == 200
        busy.now += IDLE_SECONDS + 1
        assert (await browser.get("dashboard")).status_code == 303
        busy.now -= IDLE_SECONDS + 1
        assert (await browser.get("dashboard")).status_code == 303


async def test_a_session_ends_after_8_hours_however_busy(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        await log_in(browser)
        end = busy.now + ABSOLUTE_SECONDS
        while busy.now + 1200 < end:
            busy.now += 1200
            assert (await browser.get("dashboard")).status_code == 200
        busy.now = end + 1
        assert (await browser.get("dashboard")).status_code == 303


async def test_a_new_password_ends_all_sessions(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        await log_in(browser)
        busy.settings = InsightSettings(dashboard_password_hash=hash_password("another password", n=16, r=1, p=1))
        async with busy.browser() as later:
            later.cookies = browser.cookies
            assert (await later.get("dashboard")).status_code == 303


async def test_each_login_has_a_new_token_and_the_store_does_not_hold_it(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        await log_in(browser)
        first = browser.cookies["__Host-adn"]
        await log_in(browser)
        assert first != browser.cookies["__Host-adn"]
        assert len(first) >= 43
        notes = busy.store.notes
        kept = " ".join(f"{name} {notes.get(name)}" for name in notes.names(""))
        assert "session:" in kept
        assert first not in kept


async def test_a_request_under_way_does_not_bring_back_a_session_that_ends(busy: Newsroom) -> None:
    sessions = Sessions(busy.store.notes, CHEAP_HASH)
    token = sessions.open(busy.now)

    class LeavesMeanwhile:
        """Notes that end the session just before a request writes that it was seen."""

        def __getattr__(self, name: str) -> object:
            return getattr(busy.store.notes, name)

        def put(self, name: str, value: str, expires: float | None = None) -> None:
            sessions.close(token)
            busy.store.notes.put(name, value, expires)

    assert Sessions(LeavesMeanwhile(), CHEAP_HASH).alive(token, busy.now + 120)  # type: ignore[arg-type]
    assert not sessions.alive(token, busy.now + 120)


@pytest.mark.parametrize("token", ["", "x", "x" * 65, "x" * 100_000, "\x00", "../..", "%"])
async def test_a_made_up_cookie_is_no_session(busy: Newsroom, token: str) -> None:
    assert not Sessions(busy.store.notes, CHEAP_HASH).alive(token, busy.now)


@pytest.mark.parametrize("cookie", ["x", "x.y.z", "a" * 43, "a" * 5000, "{session}x", "x{session}", "{other_key}"])
async def test_a_forged_cookie_is_turned_away_without_asking_the_store(busy: Newsroom, cookie: str) -> None:
    other_key = Keys(SECRET[::-1]).signer("insight.session").sign("a" * 43).decode()
    async with busy.browser() as browser:
        await log_in(browser)
        session = browser.cookies["__Host-adn"]
        busy.store = None  # type: ignore[assignment] - whoever asks it now fails
        browser.cookies.set("__Host-adn", cookie.format(session=session, other_key=other_key), domain=SITE)
        assert (await browser.get("dashboard")).status_code == 303
        assert (await browser.get("metrics")).status_code == 401


async def test_over_https_cookies_are_bound_to_this_host(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        cookies = set_cookies(await log_in(browser))
        assert set(cookies) == {"__Host-adn", "__Host-adn-known"}
        for cookie in cookies.values():
            assert cookie["path"] == "/"
            assert cookie["secure"] == cookie["httponly"] == "True"
            assert cookie["samesite"] == "strict"
            assert "domain" not in cookie
        assert cookies["__Host-adn"]["max-age"] == str(ABSOLUTE_SECONDS)


async def test_over_http_cookies_stay_below_our_prefix_and_the_page_warns(busy: Newsroom) -> None:
    async with busy.browser(secure=False) as browser:
        cookies = set_cookies(await log_in(browser))
        assert set(cookies) == {"adn", "adn-known"}
        assert all(cookie["path"] == BASE and "secure" not in cookie for cookie in cookies.values())
        for address in ("dashboard", "dashboard/login"):
            assert "came over plain http" in (await browser.get(address)).text


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "news.localhost"])
async def test_on_this_machine_itself_plain_http_harms_nobody(busy: Newsroom, host: str) -> None:
    async with busy.browser(secure=False) as browser:
        page = await browser.get("dashboard/login", headers={"host": host})
        assert page.status_code == 200
        assert "plain http" not in page.text


@pytest.mark.parametrize(
    "target",
    [
        "//evil.test",
        "/\\evil.test",
        "/%2fevil.test",
        "https:evil.test",
        "https://evil.test",
        "/%09/evil.test",
        "\t//evil.test",
        "javascript:alert(1)",
        "health\r\nset-cookie: a=b",
        "health?x=\n",
        "health\n",
        "../../",
        "logout",
        "health/../../..",
        "@evil.test",
        ".evil.test",
        "?next=<script>",
    ],
)
async def test_logging_in_leads_nowhere_but_to_our_own_pages(busy: Newsroom, target: str) -> None:
    assert safe_next(target) == ""
    async with busy.browser() as browser:
        answer = await log_in(browser, next=target)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{BASE}/dashboard/")
        assert (await browser.get("dashboard/")).status_code == 200


@pytest.mark.parametrize("page", [*TABLES, "health", "notice", "access", "preview", "settings"])
def test_a_login_leads_back_to_each_page(page: str) -> None:
    for query in ("days=7&against=year", urlencode({"days": 7, "name": "/harbour/новини"})):
        assert safe_next(f"{page}?{query}") == f"{page}?{query}"


async def test_after_five_wrong_passwords_each_doubles_the_wait_up_to_a_minute(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        for _ in range(5):
            assert (await log_in(browser, "not the password")).status_code == 403
        waits = []
        for _ in range(8):
            answer = await log_in(browser, "not the password")
            assert answer.status_code == 429
            waits.append(int(answer.headers["retry-after"]))
            assert f"wait {waits[-1]} second{'s' if waits[-1] > 1 else ''}" in answer.text
            busy.now += waits[-1]
            assert (await log_in(browser, "not the password")).status_code == 403
        assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


async def test_a_quarter_of_an_hour_forgets_failures(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        for _ in range(5):
            await log_in(browser, "not the password")
        busy.now += 15 * 60 + 1
        for _ in range(5):
            assert (await log_in(browser, "not the password")).status_code == 403


async def test_the_right_password_waits_too_while_its_sender_waits(busy: Newsroom) -> None:
    async with busy.browser() as browser:
        for _ in range(5):
            await log_in(browser, "not the password")
        assert (await log_in(browser)).status_code == 429
        busy.now += 2
        assert (await log_in(browser)).status_code == 303


async def test_a_stranger_s_failures_make_nobody_else_wait(busy: Newsroom) -> None:
    dashboard = busy.dashboard()
    async with (
        busy.browser(dashboard=dashboard, address="198.51.100.7") as stranger,
        busy.browser(dashboard=dashboard) as operator,
    ):
        for _ in range(8):
            await log_in(stranger, "not the password")
        assert (await log_in(operator)).status_code == 303


async def test_behind_one_proxy_a_browser_that_logged_in_before_does_not_wait_for_strangers(busy: Newsroom) -> None:
    dashboard = busy.dashboard()
    async with busy.browser(dashboard=dashboard) as operator, busy.browser(dashboard=dashboard) as stranger:
        await log_in(operator)
        for _ in range(8):
            await log_in(stranger, "not the password")
        assert (await log_in(stranger)).status_code == 429
        assert (await log_in(operator)).status_code == 303


@pytest.mark.parametrize("known", ["", "x", "deadbeef.x.y", "a" * 5000])
async def test_a_made_up_mark_of_a_known_browser_helps_nobody(busy: Newsroom, known: str) -> None:
    async with busy.browser() as browser:
        for _ in range(5):
            await log_in(browser, "not the password")
        browser.cookies.set("__Host-adn-known", known)
        assert (await log_in(browser)).status_code == 429


class Checked:
    """Stands in for the password check: notes whose turn it was, and how many at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds: float = 0.02) -> None:
        self.order: list[str] = []
        self.most = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self._seconds = seconds
        monkeypatch.setattr(login, "check_password", self)

    def __call__(self, password: str, hashed: str) -> bool:
        with self._lock:
            self.order.append(password)
            self._at_once += 1
            self.most = max(self.most, self._at_once)
        time.sleep(self._seconds)
        with self._lock:
            self._at_once -= 1
        return password == PASSWORD


async def post_all(browsers: Sequence[tuple[httpx.AsyncClient, str]], tries: int) -> list[int]:
    """Each browser posts its password so many times at once; the statuses."""
    forms = [(browser, form_token((await browser.get("dashboard/login")).text), text) for browser, text in browsers]
    statuses = []

    async def post(browser: httpx.AsyncClient, token: str, password: str) -> None:
        answer = await browser.post("dashboard/login", data={"token": token, "password": password})
        statuses.append(answer.status_code)

    async with anyio.create_task_group() as group:
        for _ in range(tries):
            for browser, token, text in forms:
                group.start_soon(post, browser, token, text)
    return statuses


async def test_a_burst_gets_no_more_checks_than_tries_one_after_the_other(
    busy: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = Checked(monkeypatch)
    async with busy.browser() as browser:
        statuses = await post_all([(browser, "a guess")], 10)
    assert sorted(statuses) == [403] * 5 + [429] * 5
    assert len(checked.order) == 5


async def test_two_passwords_are_checked_at_once_and_a_hundred_wait(
    busy: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = Checked(monkeypatch, 0.05)
    dashboard = busy.dashboard()
    async with AsyncExitStack() as stack:
        browsers = [
            (await stack.enter_async_context(busy.browser(dashboard=dashboard, address=f"192.0.2.{n}")), "a guess")
            for n in range(120)
        ]
        statuses = await post_all(browsers, 1)
    assert checked.most == 2
    assert sorted(statuses) == [403] * 102 + [429] * 18


@pytest.mark.parametrize("strangers", [1, 7, 60])
async def test_a_new_browser_waits_for_one_check_of_each_stranger_at_most(
    strangers: int, busy: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = Checked(monkeypatch)
    dashboard = busy.dashboard()
    async with AsyncExitStack() as stack:

        async def browser(address: str) -> httpx.AsyncClient:
            return await stack.enter_async_context(busy.browser(dashboard=dashboard, address=address))

        flood = [(await browser(f"198.51.100.{n}"), "a guess") for n in range(strangers)]
        new = await browser("192.0.2.1")
        token = form_token((await new.get("dashboard/login")).text)
        async with anyio.create_task_group() as group:
            group.start_soon(post_all, flood, 5)
            while len(checked.order) < 2 and strangers > 1:
                await anyio.sleep(0.001)
            before = len(checked.order)
            answer = await new.post("dashboard/login", data={"token": token, "password": PASSWORD})
            waited = checked.order.index(PASSWORD) - before
            group.cancel_scope.cancel()
    assert answer.status_code == 303
    assert waited <= strangers + 1


async def test_a_known_browser_has_a_place_that_strangers_can_not_take(
    busy: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    dashboard = busy.dashboard()
    async with AsyncExitStack() as stack:
        known = await stack.enter_async_context(busy.browser(dashboard=dashboard, address="198.51.100.1"))
        await log_in(known)
        checked = Checked(monkeypatch, 0.1)
        flood = [
            (await stack.enter_async_context(busy.browser(dashboard=dashboard, address=f"198.51.100.{n}")), "a guess")
            for n in range(60)
        ]
        async with anyio.create_task_group() as group:
            group.start_soon(post_all, flood, 5)
            while len(checked.order) < 2:
                await anyio.sleep(0.001)
            for _ in range(4):
                before = len(checked.order)
                assert (await log_in(known)).status_code == 303
                assert len(checked.order) - before < 12, "strangers' checks went first"
            group.cancel_scope.cancel()
        assert checked.most == 3


async def test_waits_are_measured_by_a_clock_that_nobody_sets(busy: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    Checked(monkeypatch)
    ticks = 0.0
    dashboard = Dashboard(
        busy.settings,
        keys=Keys(SECRET),
        store=lambda: busy.store,
        site_name="",
        mode=lambda: busy.mode,
        clock=lambda: busy.now,
        ticks=lambda: ticks,
    )
    async with busy.browser(dashboard=dashboard) as browser:
        for _ in range(5):
            assert (await log_in(browser, "not the password")).status_code == 403
        for leap in (3600, -7200, 10**6):
            busy.now += leap
            assert (await log_in(browser, "not the password")).status_code == 429
        ticks += 1.1
        assert (await log_in(browser, "not the password")).status_code == 403


async def test_a_password_check_does_not_hold_up_other_requests(busy: Newsroom) -> None:
    busy.settings = InsightSettings(dashboard_password_hash=hash_password(PASSWORD))
    async with busy.browser() as browser:
        took = 0.0

        async def look() -> None:
            nonlocal took
            await anyio.sleep(0.05)
            begin = time.perf_counter()
            await browser.get("dashboard/dashboard.css")
            took = time.perf_counter() - begin

        async with anyio.create_task_group() as group:
            group.start_soon(log_in, browser, "not the password")
            group.start_soon(look)
        assert took < 0.2
