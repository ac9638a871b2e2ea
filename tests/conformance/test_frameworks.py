"""Five frameworks over seven servers: pages carry the tag, what readers and operators post is taken, nothing else changes."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import httpx
import pytest
from websockets.exceptions import InvalidHandshake
from websockets.sync.client import connect

from adnotice.count.model.tally import Dimension, Metric, Period
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.keys import Keys
from adnotice.notice.ticket import Tickets
from tests.conformance.apps.site_parts import PARTS, PAUSE_SECONDS
from tests.conformance.serving import SERVERS, Served, serve
from tests.conftest import SECRET
from tests.honest import AGENT, BASE, HonestBrowser, read_found
from tests.insight.conftest import log_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]

FRAMEWORKS = ("fastapi", "litestar", "quart", "django", "flask")
WITH_WEBSOCKETS = ("fastapi", "litestar", "quart")
TAG = re.compile(rb'<script async="" src="/_adnotice/client\.js" data-cfasync="false"></script>')
OF_THE_MOMENT = {"date", "expires"}
MAY_CHANGE = {"content-length", "etag", "last-modified", "accept-ranges"} | OF_THE_MOMENT
READER = {"user-agent": AGENT}
"""Pages that programs ask for are not counted, and httpx says that it is one."""

READS = 6
FLUSH_SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The same site twice: as it is, and with adnotice in front. `homes` are the answers to the front page."""

    bare: Served
    wrapped: Served
    homes: tuple[httpx.Response, ...]

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[httpx.Response, httpx.Response]:
        """Asks both."""
        return httpx.get(self.bare.url + path, headers=headers), httpx.get(self.wrapped.url + path, headers=headers)


def pairs() -> Iterator[Any]:
    """Every framework once and every server once; all pairs in `make endurance`."""
    for number, framework in enumerate(FRAMEWORKS):
        for server in SERVERS:
            usual = server == SERVERS[number] or (not number and server in SERVERS[len(FRAMEWORKS) :])
            yield pytest.param(f"{framework}-{server}", marks=() if usual else pytest.mark.endurance)


@pytest.fixture(scope="module", params=pairs())
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    framework, _, server = request.param.partition("-")
    with ExitStack() as stack:
        bare, wrapped = (
            stack.enter_context(serve(framework, server, tmp_path_factory.mktemp(kind), kind))
            for kind in ("bare", "app")
        )
        homes = [httpx.get(wrapped.url + "/", headers=READER) for _ in range(READS)]
        homes.append(httpx.get(wrapped.url + "/", headers={**READER, "Sec-GPC": "1"}))
        yield Pair(bare=bare, wrapped=wrapped, homes=tuple(homes))


def assert_same_but_for_the_tag(bare: httpx.Response, wrapped: httpx.Response) -> None:
    assert len(TAG.findall(wrapped.content)) == 1
    assert TAG.sub(b"", wrapped.content) == bare.content
    assert wrapped.status_code == bare.status_code == 200
    assert kept(wrapped) == kept(bare)
    if "content-length" in bare.headers:
        assert int(wrapped.headers["content-length"]) == len(wrapped.content)


def kept(response: httpx.Response, changing: set[str] = MAY_CHANGE) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in response.headers.raw if name.decode().lower() not in changing]


def test_a_rendered_page_carries_the_tag_and_is_otherwise_the_same(pair: Pair) -> None:
    assert_same_but_for_the_tag(httpx.get(pair.bare.url + "/"), pair.homes[0])


def test_every_reader_gets_the_same_bytes(pair: Pair) -> None:
    assert len({home.content for home in pair.homes}) == 1


def test_a_static_html_file_carries_the_tag_with_the_right_length(pair: Pair) -> None:
    bare, wrapped = pair.get("/static/page.html")
    assert_same_but_for_the_tag(bare, wrapped)
    assert "content-length" in wrapped.headers


def test_a_static_page_is_revalidated_as_without_us(pair: Pair) -> None:
    path = "/static/page.html"
    fresh = pair.get(path)
    if "etag" not in fresh[0].headers:
        assert "etag" not in fresh[1].headers
        return
    bare, wrapped = (
        httpx.get(site.url + path, headers={"If-None-Match": answer.headers["etag"]})
        for site, answer in zip((pair.bare, pair.wrapped), fresh, strict=True)
    )
    assert wrapped.status_code == bare.status_code
    assert wrapped.headers["etag"] == fresh[1].headers["etag"]


@pytest.mark.parametrize("path", ["/news", "/static/data.json", "/nowhere"])
def test_what_is_no_page_passes_untouched(pair: Pair, path: str) -> None:
    bare, wrapped = pair.get(path)
    assert wrapped.content == bare.content
    assert wrapped.status_code == bare.status_code
    assert kept(wrapped, OF_THE_MOMENT) == kept(bare, OF_THE_MOMENT)


def test_a_head_request_tells_no_other_length_than_the_page_has(pair: Pair) -> None:
    bare, head = (httpx.head(site.url + "/") for site in (pair.bare, pair.wrapped))
    assert head.status_code == bare.status_code
    assert head.content == b""
    if head.status_code == 200:
        assert head.headers.get("content-length", "") in ("", pair.homes[0].headers.get("content-length", ""))


def test_a_streamed_page_is_not_delayed(pair: Pair) -> None:
    """A busy machine may wake the client late, and both parts are there then: one of a few tries shows the pause."""
    pauses = []
    for _ in range(5):
        started = time.perf_counter()
        with httpx.stream("GET", pair.wrapped.url + "/live") as response:
            arrived = [(time.perf_counter() - started, chunk) for chunk in response.iter_raw()]
        assert TAG.sub(b"", b"".join(chunk for _, chunk in arrived)) == b"".join(PARTS)
        first, last = arrived[0], arrived[-1]
        assert TAG.search(first[1]), "the tag goes out with the first part"
        pauses.append(last[0] - first[0])
        if pauses[-1] > PAUSE_SECONDS / 2:
            return
    pytest.fail(f"the first part never came while the app was still pausing: {pauses}")


def test_websockets_speak_through(pair: Pair) -> None:
    if pair.wrapped.framework not in WITH_WEBSOCKETS:
        assert refusal_of_websockets(pair.wrapped) == refusal_of_websockets(pair.bare)
        return
    with connect(f"ws://127.0.0.1:{pair.wrapped.port}/echo") as socket:
        for text in ("one", "<html><head>", "drei ü"):
            socket.send(text)
            assert socket.recv(5) == text


def refusal_of_websockets(site: Served) -> str:
    """How a framework without websockets turns one away, at whatever second."""
    with pytest.raises((InvalidHandshake, OSError)) as caught, connect(f"ws://127.0.0.1:{site.port}/echo"):
        pass
    return re.sub(r"\('date', '[^']*'\)", "('date', …)", repr(caught.value))


def test_every_page_is_counted(pair: Pair) -> None:
    assert eventually(lambda: pages_counted(pair.wrapped.store_url, "/") == expected_counts())


POSTS = ("clear", "blocked", "again", "choice", "login", "forget")


@pytest.mark.parametrize("what", POSTS)
def test_what_is_posted_is_taken_by_every_server(pair: Pair, what: str) -> None:
    status, wanted = anyio.run(post, pair.wrapped.url, what)
    bare = ""
    if status != wanted:
        with suppress(httpx.HTTPError):
            bare = f"; the bare app answers {httpx.post(pair.bare.url + '/', json={}).status_code} to a post"
    assert status == wanted, f"{pair.wrapped.framework} under {pair.wrapped.server}: {what} got {status}{bare}"


async def post(url: str, what: str) -> tuple[int, int]:
    """Posts as a reader's browser, or the operator's, does: the answer's status, and the one that it should have."""
    async with httpx.AsyncClient(base_url=url, headers=READER, timeout=30) as client:
        view = secrets.token_hex(16)
        ticket = Tickets(Keys(SECRET)).write(view, "default", time.time())
        if what in ("clear", "blocked"):
            answer = await client.post(
                f"{BASE}/outcome", json=await HonestBrowser(client, blocker=what == "blocked").test()
            )
            return (answer.status_code if read_found(answer)["verdict"] == what else 0), 204
        if what == "again":
            report = {**await HonestBrowser(client).test(), "id": view, "again": ticket}
            script = await HonestBrowser(client).load(view, "script", 0)
            return (await client.post(f"{BASE}/outcome", json={**report, "script": [script]})).status_code, 204
        if what == "choice":
            chosen = {"ticket": ticket, "page": "/", "choice": "never"}
            return (await client.post(f"{BASE}/choice", json=chosen)).status_code, 204
        if what == "forget":
            return (await client.post(f"{BASE}/about/choice", data={"choice": "forget"})).status_code, 303
        client.base_url = httpx.URL(f"{url}{BASE}/")
        return (await log_in(client)).status_code, 303


def expected_counts() -> dict[Metric, int]:
    return {Metric.INJECTED: READS + 1, Metric.DECLINED: 1}


def pages_counted(url: str, page: str) -> dict[Metric, int]:
    store = open_store(url, CountSettings(store_url=url))
    try:
        today = datetime.now(UTC).date()
        period = Period(today - timedelta(days=1), today + timedelta(days=1))
        found = store.counts("default", Dimension.PAGE, period)
        return {count.metric: count.n for count in found if count.value == page and count.metric in expected_counts()}
    finally:
        store.close()


def eventually(holds: Callable[[], bool], seconds: float = FLUSH_SECONDS) -> bool:
    """Whether it comes to hold in time; page occurrences reach the store within five seconds."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True
