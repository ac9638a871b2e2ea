"""What is kept of readers: tallies. What came with their requests is in no file and no log."""

from __future__ import annotations

import asyncio
import json
import secrets
from pathlib import Path

import httpx
import pytest

from adnotice import AdNoticeMiddleware
from adnotice.count.stores.sql.backup import back_up
from adnotice.detect.baits import SCRIPT
from adnotice.detect.witness import Witnesses, probe_of
from adnotice.keys import Keys
from tests.conftest import SECRET
from tests.count.reporting import news

pytestmark = pytest.mark.anyio

CANARIES = {
    "address": "198.51.100.77",
    "agent": "CanaryBrowserFamily",
    "referrer": "canary-referrer.example",
    "query": "canaryquery",
    "cookie": "canarycookie",
    "language": "canarylanguage",
    "e-mail address in a path": "canary.person",
    "key in a path": "canarykey",
}


async def test_nothing_of_a_request_is_in_any_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    url = f"sqlite:///{tmp_path / 'counts.db'}"
    app = AdNoticeMiddleware(
        news,
        secret_key=SECRET,
        store_url=url,
        store_deadline_seconds=60,  # a disk that others keep busy is not what is tried here
        trusted_proxies=("127.0.0.1",),
        rate_per_minute=0,
    )
    witnesses = Witnesses(Keys(SECRET), 10)
    headers = {
        "user-agent": f"Mozilla/5.0 (X11; Linux x86_64) {CANARIES['agent']}/1.0 Firefox/153.0",
        "referer": f"https://{CANARIES['referrer']}/",
        "cookie": f"id={CANARIES['cookie']}",
        "accept-language": f"de, {CANARIES['language']}",
        "x-forwarded-for": CANARIES["address"],
        "content-type": "application/json",
        "sec-fetch-site": "same-origin",
    }
    views: list[str] = []
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://news.example.test", headers=headers) as reader:

        async def visit(number: int) -> None:
            view = secrets.token_hex(16)
            views.append(view)
            token = witnesses.sign(f"{SCRIPT.folder}{probe_of(view)}-0{SCRIPT.ending}")
            path = (f"/news/{number % 30}", "/u/canary.person%40mail.example", "/Password-Reset/MQ/canarykey")[
                number % 3
            ]
            page = f"{path}?q={CANARIES['query']}#{CANARIES['query']}"
            body = json.dumps({"id": view, "page": page, "script": [token]})
            answer = await reader.post("/_adnotice/outcome", content=body)
            assert answer.status_code == 204, answer.text
            await reader.get(page)

        for first in range(0, 1_000, 20):
            await asyncio.gather(*(visit(number) for number in range(first, first + 20)))
    copy = tmp_path / "copy.db"
    back_up(url, copy)
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}  # noqa: ASYNC240 - a test may wait
    assert {"counts.db", "counts.db-wal", "copy.db"} <= files.keys()
    ours = (each for each in caplog.records if not each.name.startswith("http"))  # the client of this test writes too
    logged = "\n".join(caplog.handler.format(each) for each in ours)
    for name, content in {**files, "log": logged.encode()}.items():
        for what, canary in CANARIES.items():
            assert canary.encode() not in content, f"{what} is in {name}"
        assert not any(view.encode() in content for view in views), f"a view's id is written out in {name}"
    await app._writer.close()
