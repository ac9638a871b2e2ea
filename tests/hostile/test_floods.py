"""Figures that can't be bent for free, and a login that can't be closed: floods on real servers, beside honest readers."""

from __future__ import annotations

import json
import secrets
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import httpx
import pytest

from adnotice.count.ingest.suspicion import LEAST_GRANT, PORTION
from adnotice.count.model.tally import OTHER, Dimension, Metric, Period, views_of
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.insight.access.login import CHECKS_AT_ONCE
from adnotice.insight.access.passwords import hash_password
from tests.count.bending import ALLOWANCE, FACTOR, Attack, Readers, reckon
from tests.honest import BASE, HonestBrowser, read_found
from tests.hostile import inputs
from tests.hostile.fronts import EVERYWHERE, Front, opened
from tests.hostile.inputs import true_report
from tests.hostile.sockets import Seen, send_all, wire
from tests.hostile.table import Row, tell
from tests.hostile.trial import assert_harmless, counts, honest_views, new_address, reader
from tests.insight.conftest import PASSWORD, log_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.anyio]

FLOOD_ADDRESSES = 1
FLOOD = 600
BLOCKED = 10
UNREPORTED = 60
"""Pages from which no report came: places that a flood would like to take."""

REPLAYS = 300
RETURNS = 200
INVENTED = 1_100
REAL = 20
READ = 5
RANGES = (1, 7, 30, 90)
KNOWN_SECONDS = 3.0
KNOWN_TRIES = 4
STRANGERS = 60


def totals(front: Front, site: str) -> Counter[str]:
    """What the whole site counted."""
    found: Counter[str] = Counter()
    for _, metric, n in counts(front.store_url, site):
        found[metric] += n
    return found


def settled(front: Front, site: str, metric: Metric, wanted: int) -> Counter[str]:
    """The same, once so much of the metric stands there, or after a while."""
    deadline = time.monotonic() + 15
    while (found := totals(front, site))[metric] < wanted and time.monotonic() < deadline:
        time.sleep(0.3)
    return found


def report(host: str, address: str = "", **said: object) -> tuple[bytes, bool]:
    """A made-up view's report on the wire, with a true witness."""
    headers = [(b"host", host.encode()), (b"content-type", b"application/json")]
    headers.append((b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"))
    if address:
        headers.append((b"x-forwarded-for", address.encode()))
    body = json.dumps({**true_report(), **said}).encode()
    return wire(inputs.Attack(method="POST", target=f"{BASE}/outcome".encode(), headers=headers, body=body))


def row_of(attack: str, front: Front, seen: Sequence[Seen], wrong: int, **more: float) -> Row:
    """The row, in the table."""
    return tell(
        Row(
            attack=attack,
            server=front.name,
            tries=len(seen),
            errors=sum(each.failed for each in seen),
            dropped=sum(each.status == 0 for each in seen),
            tracebacks=front.tracebacks - wrong,
            **more,  # type: ignore[arg-type]  # names and types are the settings'
        )
    )


def bound(attack: Attack, readers: Readers, processes: int) -> float:
    """By how many points docs/abuse.md lets the rate of this hour fall: each process knows an address by itself, and may let
    through an eighth of what is left, 10 at least, before it looks again."""
    assert attack.addresses is not None
    reckoned = reckon(attack._replace(addresses=attack.addresses * processes), readers)
    left = FACTOR * readers.pages + ALLOWANCE
    unseen = processes * max(LEAST_GRANT, left / PORTION) if reckoned.readers < readers.views else 0
    lowest = reckoned.blocked / (reckoned.readers + reckoned.forged + unseen)
    return 100 * (readers.blocked / readers.views - lowest)


async def pages_alone(front: Front, host: str) -> None:
    """Readers without script."""
    async with reader(front.url, host) as client:
        for _ in range(UNREPORTED):
            assert (await client.get("/")).status_code == 200


def test_made_up_reports_move_the_rate_no_further_than_the_arithmetic_says(front: Front) -> None:
    host, wrong = "forged.example.test", front.tracebacks
    anyio.run(honest_views, front.url, host, BLOCKED)
    anyio.run(pages_alone, front, host)
    honest = settled(front, "forged", Metric.INJECTED, 4 * BLOCKED + UNREPORTED)
    began = datetime.now(UTC).hour
    addresses = [new_address() for _ in range(FLOOD_ADDRESSES)]
    flood = [report(host, addresses[number % FLOOD_ADDRESSES]) for number in range(FLOOD)]
    seen = send_all(front.port, flood)
    hours = 1 + (datetime.now(UTC).hour != began)
    found = totals(front, "forged")
    before = honest[Metric.BLOCKED_CONTENT] / (honest[Metric.BLOCKED_CONTENT] + honest[Metric.CLEAR])
    after = found[Metric.BLOCKED_CONTENT] / (found[Metric.BLOCKED_CONTENT] + found[Metric.CLEAR])
    readers = Readers(pages=honest[Metric.INJECTED], views=4 * BLOCKED, blocked=BLOCKED, hours=1)
    allowed = bound(Attack(FLOOD_ADDRESSES * hours, 2 * FLOOD), readers, len(front.sites))
    moved = 100 * (before - after)
    row = row_of(
        f"{FLOOD} made-up views from one address (bound {allowed:.1f} points)",
        front,
        seen,
        wrong,
        moved=moved,
        lost=BLOCKED - found[Metric.BLOCKED_CONTENT],
        double=0,
    )
    assert_harmless(row)
    assert {each.status for each in seen} <= {200, 204, 429}
    assert honest[Metric.INJECTED] == 4 * BLOCKED + UNREPORTED
    assert 0 < moved <= allowed + 0.05, (honest, found)
    assert found[Metric.SUSPECT_CLEAR] > 0, "the rest stands apart"


async def a_report(front: Front, host: str) -> dict[str, object]:
    """A reader's report of a view with ads blocked, counted."""
    async with reader(front.url, host, new_address()) as client:
        await client.get("/")
        browser = HonestBrowser(client, blocker=True)
        made = await browser.test()
        assert read_found(await browser.post(made))["counted"] is True
        return made


async def next_verdict(front: Front, host: str) -> str:
    """What the next reader's view with ads blocked is judged."""
    async with reader(front.url, host, new_address()) as client:
        return str((await HonestBrowser(client, blocker=True).view())["verdict"])


def test_a_report_that_is_sent_again_counts_once_and_moves_no_belief(front: Front) -> None:
    host, wrong = "replayed.example.test", front.tracebacks
    anyio.run(honest_views, front.url, host, BLOCKED)
    counted = anyio.run(a_report, front, host)
    before = settled(front, "replayed", Metric.BLOCKED_CONTENT, BLOCKED + 1)
    seen = send_all(front.port, [report(host, new_address(), **counted)] * REPLAYS)
    found = totals(front, "replayed")
    verdicts = [anyio.run(next_verdict, front, host) for _ in range(3)]
    blocked = found[Metric.BLOCKED_CONTENT] - before[Metric.BLOCKED_CONTENT]
    row = row_of("one report again and again", front, seen, wrong, moved=0.0, lost=max(0, -blocked), double=blocked)
    assert_harmless(row)
    assert found[Metric.CLEAR] == before[Metric.CLEAR]
    assert verdicts == ["blocked"] * 3


def test_made_up_returns_allow_nothing(front: Front) -> None:
    host, wrong = "returning.example.test", front.tracebacks
    anyio.run(honest_views, front.url, host, BLOCKED)
    flood = [report(host, new_address(), returning=True) for _ in range(RETURNS)]
    seen = send_all(front.port, flood)
    found = totals(front, "returning")
    row = row_of(
        "made-up returns (double: ads allowed again)",
        front,
        seen,
        wrong,
        lost=BLOCKED - found[Metric.BLOCKED_CONTENT],
        double=found[Metric.ALLOWED],
    )
    assert_harmless(row)


def test_invented_pages_push_out_none_that_is_read(front: Front) -> None:
    """The flood goes first, asks for each twice and reports half; then twenty pages are read, over some seconds."""
    host, site, wrong = "invented.example.test", "invented", front.tracebacks
    paths = [f"/{secrets.token_hex(4)}" for _ in range(INVENTED)]
    page = "GET {} HTTP/1.1\r\nHost: invented.example.test\r\nUser-Agent: Mozilla/5.0\r\nConnection: close\r\n\r\n"
    flood = [(page.format(path).encode(), False) for path in paths * 2]
    flood += [report(host, new_address(), page=path) for path in paths[::2]]
    seen = send_all(front.port, flood)
    real = [f"/news/{number}" for number in range(REAL)]
    for _ in range(READ):
        reads = [report(host, new_address(), page=path) for path in real]
        assert {each.status for each in send_all(front.port, reads)} <= {200, 204}
        time.sleep(1.3)  # five seconds from the first to the last of each: more than one reader's moment
    missing_at_most = len(flood) // 1_000
    settled(front, site, Metric.INJECTED, 2 * INVENTED)
    store = open_store(front.store_url, CountSettings(store_url=front.store_url, store_deadline_seconds=30))
    lost = 0
    today = datetime.now(UTC).date()
    try:
        for days in RANGES:
            period = Period(today - timedelta(days=days - 1), today)
            by_page: dict[str, Counter[str]] = {}
            for value, metric, n in store.counts(site, Dimension.PAGE, period):
                by_page.setdefault(value, Counter())[metric] += n
            lost = max([lost, *(READ - views_of(by_page.get(path, {})) for path in real)])
            named = sorted((path for path in by_page if path != OTHER), key=lambda path: -views_of(by_page[path]))
            assert set(named[:REAL]) == set(real), days
            whole = Counter[str]()
            for each in by_page.values():
                whole.update(each)
            sums = totals(front, site)
            assert whole == {metric: sums[metric] for metric in whole}, days
            assert whole.keys() >= {Metric.INJECTED, Metric.CLEAR}
    finally:
        store.close()
    row = row_of(
        f"{INVENTED} invented pages, each twice (a page may lack {missing_at_most})",
        front,
        seen,
        wrong,
        lost=max(0, lost - missing_at_most),
        double=0,
    )
    assert_harmless(row)


@pytest.mark.measured
@pytest.mark.parametrize("server", EVERYWHERE)
async def test_strangers_at_the_login_keep_no_known_browser_out(server: str, tmp_path: Path) -> None:
    """From sixty addresses, with passwords of full cost."""
    statuses: Counter[int] = Counter()

    async def flood(url: str, number: int) -> None:
        async with reader(url, address=f"198.51.100.{number}" if number % 2 else f"2001:db8:0:{number:x}::1") as client:
            while True:
                try:
                    statuses[(await log_in(client, f"guess {number}")).status_code] += 1
                except httpx.HTTPError:
                    statuses[0] += 1
                await anyio.sleep(0.05)

    entered: list[tuple[int, float]] = []
    with opened(server, tmp_path, "proxied", environment={"PASSWORD_HASH": hash_password(PASSWORD)}) as front:
        url = f"{front.url}{BASE}/"
        async with reader(url, address="192.0.2.1") as known:
            assert (await log_in(known)).status_code == 303
            flooded = time.monotonic()
            async with anyio.create_task_group() as strangers:
                for number in range(STRANGERS):
                    strangers.start_soon(flood, url, number)
                await anyio.sleep(2)
                for _ in range(KNOWN_TRIES):
                    began = time.monotonic()
                    status = (await log_in(known)).status_code
                    entered.append((status, time.monotonic() - began))
                checked = statuses[403]
                a_check = CHECKS_AT_ONCE * len(front.sites) * (time.monotonic() - flooded) / max(1, checked)
                strangers.cancel_scope.cancel()
        slowest = max(seconds for _, seconds in entered)
        row = tell(
            Row(
                attack=f"the login, from {STRANGERS} addresses (a known browser: {slowest:.1f} s)",
                server=server,
                tries=statuses.total(),
                errors=sum(n for status, n in statuses.items() if status >= 500),
                dropped=statuses[0],
                tracebacks=front.tracebacks,
            )
        )
    assert [status for status, _ in entered] == [303] * KNOWN_TRIES
    assert_harmless(row, statuses)
    assert set(statuses) <= {403, 429}
    # On a busy machine a check takes long; in the strangers' queue it would wait for thirty of them.
    assert slowest < max(KNOWN_SECONDS, STRANGERS / 6 * a_check), a_check
