"""`adnotice.testing`: a site's own tests have no adnotice, for one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from adnotice import AdNoticeMiddleware, Settings
from adnotice.configuration import ENABLED_VARIABLE
from adnotice.testing import switch_off
from tests.conftest import SECRET
from tests.support.asgi_site import PAGE, newspaper

pytestmark = pytest.mark.anyio

SITE = f"""
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
from adnotice import AdNoticeMiddleware

async def front(request):
    return HTMLResponse({PAGE!r})

app = Starlette(routes=[Route("/", front)])
app.add_middleware(AdNoticeMiddleware, secret_key={SECRET!r}, store_url="sqlite:///counts.db")
"""
CONFTEST = 'pytest_plugins = ["adnotice.testing"]\n'
TEST = f"""
from starlette.testclient import TestClient
from site_of_ours import app

def test_the_front_page():
    with TestClient(app) as client:
        assert client.get("/").text == {PAGE!r}
        assert client.get("/_adnotice/dashboard").status_code == 404
"""


@pytest.fixture
def off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENABLED_VARIABLE, "")
    switch_off()


@pytest.mark.parametrize("given", ["keywords", "settings", "nothing"])
async def test_a_site_that_is_switched_off_is_as_if_without_us(given: str, off: None, tmp_path: Path) -> None:
    store = tmp_path / "counts.db"
    options = {"secret_key": SECRET, "store_url": f"sqlite:///{store}"}
    app = {
        "keywords": lambda: AdNoticeMiddleware(newspaper, **options),
        "settings": lambda: AdNoticeMiddleware(newspaper, settings=Settings.of(**options)),
        "nothing": lambda: AdNoticeMiddleware(newspaper),
    }[given]()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://news.example.test") as client:
        assert (await client.get("/")).text == PAGE
        assert (await client.get("/_adnotice/metrics")).status_code == 404
    assert not store.exists()


@pytest.mark.parametrize(("said", "status"), [("true", 200), ("no idea", 200), ("false", 404), ("0", 404)])
async def test_only_a_plain_no_in_the_environment_switches_off(
    said: str, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENABLED_VARIABLE, said)
    app = AdNoticeMiddleware(newspaper, secret_key=SECRET, store_url=f"sqlite:///{tmp_path / 'counts.db'}")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://news.example.test") as client:
        assert (await client.get("/_adnotice/notice.js")).status_code == status


@pytest.mark.process
@pytest.mark.parametrize("line", [CONFTEST, ""], ids=["with the line", "without"])
def test_one_line_in_a_site_s_conftest_does_it(line: str, tmp_path: Path) -> None:
    (tmp_path / "site_of_ours.py").write_text(SITE)
    (tmp_path / "conftest.py").write_text(line)
    (tmp_path / "test_site.py").write_text(TEST)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-c", "/dev/null"]
    done = subprocess.run([*command, str(tmp_path)], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode == 0) is bool(line), done.stdout
    assert (tmp_path / "counts.db").exists() is not bool(line)
