"""What our own app streams through the middleware ends, and what it is sent comes once."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from adnotice import AdNoticeMiddleware
from tests.conftest import SECRET

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]

TOKEN = "metrics-token-0123456789"


async def no_page(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("the site is not asked")


@pytest.mark.parametrize("path", ["counts.csv", "figures.csv", "summary"])
async def test_figures_come_to_their_end(path: str, tmp_path: Path) -> None:
    app = AdNoticeMiddleware(
        no_page, secret_key=SECRET, store_url=f"sqlite:///{tmp_path / 'counts.db'}", metrics_token=TOKEN
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://news.example.test") as browser:
        answer = await browser.get(f"/_adnotice/api/v1/{path}", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.content
