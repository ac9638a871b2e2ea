"""Only what was counted moves belief, and what is suspect allows nothing: seen from outside, through the whole middleware."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx
import pytest

from adnotice.count.ingest.suspicion import LOOK_AGAIN_SECONDS
from tests.honest import BASE, HonestBrowser, read_found
from tests.support.asgi_site import counts, server

pytestmark = pytest.mark.anyio

OUTCOME = BASE + "/outcome"
USUAL = 60
FORGED = 30
ROBOT = {"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}

Forge = Callable[[HonestBrowser], Awaitable[None]]


async def replay(blocked: HonestBrowser) -> None:
    """One counted report, again and again."""
    report = await blocked.test()
    for _ in range(FORGED):
        await blocked.post(report)


def send(**headers: str) -> Forge:
    """Reports of views of their own, with these headers."""

    async def forge(blocked: HonestBrowser) -> None:
        for _ in range(FORGED):
            answer = await blocked.client.post(OUTCOME, json=await blocked.test(), headers=headers)
            assert answer.status_code in (200, 204)

    return forge


async def refused(blocked: HonestBrowser) -> None:
    """Reports whose witness is of another view."""
    for _ in range(FORGED):
        report = {**await blocked.test(), "id": secrets.token_hex(16)}
        assert (await blocked.post(report)).status_code == 403


@pytest.mark.parametrize(
    ("forge", "options"),
    [
        (replay, {}),
        (send(**ROBOT), {}),
        (send(**{"sec-gpc": "1"}), {}),
        (send(**{"sec-purpose": "prefetch"}), {}),
        (refused, {}),
        (send(), {"suspect_factor": 1.0, "suspect_allowance": 0}),
    ],
    ids=["replayed", "robots", "gpc", "prefetch", "refused", "suspect"],
)
async def test_what_is_not_counted_as_a_view_moves_no_belief(
    forge: Forge, options: dict[str, Any], store_url: str
) -> None:
    async with server(store_url, mode="measure", **options) as client:
        clear, blocked = HonestBrowser(client), HonestBrowser(client, blocker=True)
        for _ in range(USUAL):
            await clear.view()
        await forge(blocked)
        assert [(await blocked.view())["verdict"] for _ in range(3)] == ["blocked"] * 3


async def test_what_is_counted_moves_belief(store_url: str) -> None:
    async with server(store_url, mode="measure") as client:
        for _ in range(USUAL):
            await HonestBrowser(client).view()
        verdicts = [(await HonestBrowser(client, blocker=True).view())["verdict"] for _ in range(FORGED)]
    assert (verdicts[0], verdicts[-1]) == ("blocked", "unknown")


async def test_a_suspect_view_is_asked_nothing_and_gets_no_ticket_nor_does_its_replay(store_url: str) -> None:
    async with server(store_url, suspect_allowance=0) as client:
        blocked = HonestBrowser(client, blocker=True)
        report = await blocked.test()
        found = [read_found(await blocked.post(report)) for _ in range(3)]
    assert [each["counted"] for each in found] == [True, False, False]
    assert [each["notice"] for each in found] == [None] * 3
    assert await counts(store_url) == {"suspect-content": 1}


async def test_forged_returns_allow_no_more_than_readers_were_seen_to_begin(store_url: str) -> None:
    async with server(store_url) as client:

        async def come_back(times: int) -> None:
            for _ in range(times):
                await HonestBrowser(client).view(returning=True)

        await come_back(20)
        assert (await counts(store_url)).get("allowed", 0) == 0
        for begun in (1, 2):
            ticket = (await HonestBrowser(client, blocker=True).view())["notice"]["ticket"]
            await choose(client, ticket, "howto")
            await anyio.sleep(LOOK_AGAIN_SECONDS + 0.05)
            await come_back(5)
            found = await counts(store_url)
            assert (found["howto"], found["allowed"]) == (begun, begun)
        assert (await counts(store_url))["clear"] == 30, "what comes back is counted as any view"


async def test_suspect_returns_allow_nothing(store_url: str) -> None:
    async with server(store_url, suspect_allowance=8, suspect_factor=1.0) as client:
        ticket = (await HonestBrowser(client, blocker=True).view())["notice"]["ticket"]
        for choice in ("howto", "shown"):
            await choose(client, ticket, choice)
        browser = HonestBrowser(client)
        for _ in range(30):
            await browser.post(await browser.test())
        assert (await counts(store_url))["suspect-clear"] > 0
        for _ in range(5):
            assert read_found(await browser.post({**await browser.test(), "returning": True}))["counted"] is True
    assert "allowed" not in await counts(store_url)


async def choose(client: httpx.AsyncClient, ticket: str, choice: str) -> None:
    answer = await client.post(f"{BASE}/choice", json={"ticket": ticket, "page": "/", "choice": choice})
    assert answer.status_code == 204
