"""The whole way over HTTP, without a browser: page, bait, report, notice, choice, and the figures that are served."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import anyio
import pytest

from adnotice import mode
from adnotice.count.ingest import writer_thread
from adnotice.count.model.tally import Dimension, Metric, Period
from adnotice.count.stores.open import open_store
from tests.conftest import SECRET
from tests.honest import AGENT, HonestBrowser, read_found
from tests.support.asgi_site import OTHER_SECRET, TAG, counts, server

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("wanted", "named"), [(False, {}), (True, {"search.example.test": 2, "(other)": 1})])
async def test_the_site_that_led_here_is_counted_by_its_host_where_the_operator_wants_it(
    wanted: bool, named: dict[str, int], store_url: str
) -> None:
    async with server(store_url, count_referrers=wanted) as client:
        for host in ("search.example.test", "Search.Example.test:8443", "<no host>", ""):
            await HonestBrowser(client).view(first=True, referrer=host)
    store, today = open_store(store_url), datetime.now(UTC).date()
    found = store.counts("default", Dimension.REFERRER, Period(today - timedelta(days=1), today))
    store.close()
    assert {count.value: count.n for count in found if count.metric is Metric.CLEAR} == named


async def test_a_clear_view_is_counted_and_asked_nothing(store_url: str) -> None:
    async with server(store_url) as client:
        found = await HonestBrowser(client).view()
    assert (found["verdict"], found["kind"], found["counted"], found["quiet"], found["notice"]) == (
        "clear",
        None,
        True,
        "not-blocked",
        None,
    )
    assert await counts(store_url) == {"injected": 1, "clear": 1, "not-asked": 1}


async def test_a_blocked_view_is_asked_and_what_the_reader_answers_is_counted_once(store_url: str) -> None:
    async with server(store_url) as client:
        found = await HonestBrowser(client, blocker=True).view()
        assert (found["verdict"], found["kind"], found["counted"]) == ("blocked", "content", True)
        ticket = found["notice"]["ticket"]
        for choice in ("shown", "howto", "later", "wait", "later"):
            if choice == "wait":
                await anyio.sleep(1.1)
                continue
            answer = await client.post("/_adnotice/choice", json={"ticket": ticket, "page": "/", "choice": choice})
            assert answer.status_code == 204
        assert "later" in client.cookies["adnotice"]
        again = await HonestBrowser(client, blocker=True).view()
        assert (again["quiet"], again["notice"]) == ("later", None)
    assert await counts(store_url) == {
        "injected": 2,
        "blocked-content": 2,
        "asked": 1,
        "not-asked": 1,
        "shown": 1,
        "howto": 1,
        "later": 1,
    }


@pytest.mark.parametrize(
    ("needed", "said", "asked"),
    [("not-needed", {}, True), ("required", {}, False), ("required", {"may_ask": True}, True)],
)
async def test_who_has_not_consented_to_be_asked_is_measured_and_left_alone(
    needed: str, said: dict[str, bool], asked: bool, store_url: str
) -> None:
    async with server(store_url, ask_consent=needed) as client:
        found = await HonestBrowser(client, blocker=True).view(**said)
    assert (found["verdict"], found["counted"]) == ("blocked", True)
    assert (found["quiet"], found["notice"] is not None) == ((None, True) if asked else ("consent", False))
    counted = await counts(store_url)
    assert (counted.get("asked", 0), counted.get("not-asked", 0)) == ((1, 0) if asked else (0, 1))


async def test_checking_again_after_allowing_ads_counts_allowed_once(store_url: str) -> None:
    async with server(store_url) as client:
        browser = HonestBrowser(client, blocker=True)
        ticket = (await browser.view())["notice"]["ticket"]
        still = await browser.post({**await browser.test(), "again": ticket})
        assert read_found(still)["verdict"] == "blocked"
        browser.blocker = False
        for _ in range(2):
            thanks = await browser.post({**await browser.test(), "again": ticket})
            assert read_found(thanks)["verdict"] == "clear"
    found = await counts(store_url)
    assert (found["blocked-content"], found["rechecked"], found["allowed"]) == (1, 1, 1)
    assert "clear" not in found


async def test_views_with_ads_since_a_check_are_counted_where_the_operator_wants_it(store_url: str) -> None:
    async with server(store_url, count_allowed=True) as client:
        browser = HonestBrowser(client, blocker=True)
        ticket = (await browser.view())["notice"]["ticket"]
        browser.blocker = False
        await browser.post({**await browser.test(), "again": ticket})
        assert client.cookies["adnotice"].startswith("allowed.20")
        await browser.view()
        await browser.view()
        browser.blocker = True
        assert (await browser.view())["quiet"] == "allowed"
        await client.post("/_adnotice/about/objection", data={"objection": "object"})
        assert "adnotice" not in client.cookies
    found = await counts(store_url)
    assert (found["allowed"], found["clear"], found["clear-since-allowed"]) == (1, 2, 2)
    assert (found["blocked-content"], found["asked"]) == (2, 1)


async def test_coming_back_after_the_reload_that_a_blocker_forces_counts_allowed(store_url: str) -> None:
    async with server(store_url) as client:
        ticket = (await HonestBrowser(client, blocker=True).view())["notice"]["ticket"]
        await client.post("/_adnotice/choice", json={"ticket": ticket, "page": "/", "choice": "howto"})
        found = await HonestBrowser(client).view(returning=True)
        assert found["notice"]["state"] == "thanks"
    found = await counts(store_url)
    assert (found["clear"], found["allowed"]) == (1, 1)


async def test_a_report_sent_twice_is_answered_twice_and_counted_once(store_url: str) -> None:
    async with server(store_url) as client:
        browser = HonestBrowser(client)
        report = await browser.test()
        assert [read_found(await browser.post(report))["counted"] for _ in range(3)] == [True, False, False]
    await anyio.sleep(2.1)
    async with server(store_url) as client:
        assert read_found(await HonestBrowser(client).post(report))["counted"] is False
    assert await counts(store_url) == {"clear": 1, "not-asked": 1}


async def test_pages_asked_for_with_gpc_are_declined_and_their_reports_not_taken(store_url: str) -> None:
    async with server(store_url) as client:
        client.headers["sec-gpc"] = "1"
        await client.get("/")
        browser = HonestBrowser(client)
        answer = await browser.post(await browser.test())
        assert answer.status_code == 204
        assert read_found(answer)["counted"] is False
    assert await counts(store_url) == {"injected": 1, "declined": 1}


async def test_where_gpc_is_not_honoured_such_a_view_is_like_any_other(store_url: str) -> None:
    async with server(store_url, honour_gpc=False) as client:
        client.headers["sec-gpc"] = "1"
        assert (await HonestBrowser(client).view())["counted"] is True
    assert await counts(store_url) == {"injected": 1, "clear": 1, "not-asked": 1}


@pytest.mark.parametrize(("mode", "asked", "counted"), [("off", False, False), ("measure", False, True)])
async def test_the_mode_says_what_is_counted_and_who_is_asked(
    store_url: str, mode: str, asked: bool, counted: bool
) -> None:
    async with server(store_url, mode=mode) as client:
        found = await HonestBrowser(client, blocker=True).view()
    assert (found["notice"] is not None, found["counted"]) == (asked, counted)
    assert ("blocked-content" in await counts(store_url)) is counted


@pytest.mark.parametrize("agent", [AGENT, "curl/8.5.0"])
async def test_the_mode_is_obeyed_whoever_asks_for_pages(
    store_url: str, agent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_thread, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(writer_thread, "FLUSH_SECONDS", 0.05)
    store = open_store(store_url)
    async with server(store_url) as client:
        client.headers["user-agent"] = agent
        for said in ("off", "measure", "off", "ask"):
            store.notes.put(mode.NOTE, said)
            with anyio.fail_after(10):
                while (TAG in (await client.get("/")).text) is (said == "off"):
                    await anyio.sleep(0.02)
    store.close()


async def test_views_in_the_making_live_through_a_key_rotation(store_url: str) -> None:
    async with server(store_url) as client:
        report = await HonestBrowser(client, blocker=True).test()
        shown = await HonestBrowser(client, blocker=True).view()
    async with server(store_url, secret_key=[SECRET, OTHER_SECRET]) as client:
        browser = HonestBrowser(client, blocker=True)
        assert read_found(await browser.post(report))["counted"] is True
        ticket = shown["notice"]["ticket"]
        answer = await client.post("/_adnotice/choice", json={"ticket": ticket, "page": "/", "choice": "later"})
        assert answer.status_code == 204
        fresh = await browser.test()
    async with server(store_url, secret_key=[OTHER_SECRET]) as client:
        assert read_found(await HonestBrowser(client).post(fresh))["counted"] is True
        refused = await HonestBrowser(client).post(report)
        assert (refused.status_code, refused.headers["x-adnotice"].split(":")[0]) == (403, "witness forged")
    assert (await counts(store_url))["later"] == 1


async def test_a_page_from_any_cache_works_with_any_secret_as_its_tag_holds_none(store_url: str) -> None:
    async with server(store_url) as client:
        before = (await client.get("/")).text
    async with server(store_url, secret_key=[OTHER_SECRET], mode="measure", site_name="Renamed") as client:
        assert (await client.get("/")).text == before
        assert (await HonestBrowser(client).view())["counted"] is True


@pytest.mark.parametrize("agent", ["Mozilla/5.0 (compatible; Examplebot/2.1; +https://bot.example/)", "curl/8.5.0", ""])
async def test_pages_that_programs_ask_for_are_no_views_that_were_missed(store_url: str, agent: str) -> None:
    async with server(store_url) as client:
        assert TAG in (await client.get("/", headers={"user-agent": agent})).text
    assert await counts(store_url) == {}
