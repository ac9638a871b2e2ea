"""The doctor on apps that it imports, and on targets that are none."""

from __future__ import annotations

import json
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from adnotice.detect.bait_age import VERIFIED
from adnotice.doctor import run_doctor
from adnotice.doctor.run import names_app
from adnotice.middleware import tell

APP = '''
from contextlib import asynccontextmanager
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from adnotice import AdNoticeMiddleware

HOME = """<!doctype html><title>News</title><a href="/story">story</a> <a href="/feed.xml">feed</a>
<a href="https://elsewhere.example/">elsewhere</a> <a href="/closed?x=1#top">closed</a>"""

READING = """<!doctype html><title>News</title><script src="/app.js"></script><a href="/_adnotice/about">counted</a>"""
WORKER = "addEventListener('fetch', (event) => event.respondWith(fetch(event.request)))"

@asynccontextmanager
async def lifespan(app):
    app.state.ready = True
    yield
    open("ended", "w").close()

async def home(request):
    assert request.app.state.ready
    return HTMLResponse(HOME)

async def closed(request):
    return HTMLResponse(HOME, headers={"Content-Security-Policy": "script-src 'none'"})

async def reading(request):
    return HTMLResponse(READING)

async def app_js(request):
    return HTMLResponse("navigator.serviceWorker.register('/sw.js')", media_type="text/javascript")

async def sw_js(request):
    return HTMLResponse(WORKER, media_type="text/javascript")

others = [Route("/reading", reading), Route("/app.js", app_js), Route("/sw.js", sw_js)]
bare = Starlette(routes=[*others, Route("/", home), Route("/story", home), Route("/closed", closed)], lifespan=lifespan)
app = AdNoticeMiddleware(GZipMiddleware(bare), secret_key="k7Jm2vQx9TzR4wLb8NcY6pHd3sFg5aEu", store_url="sqlite:///counts.db")

async def fails(request):
    raise RuntimeError

OURS = dict(secret_key="k7Jm2vQx9TzR4wLb8NcY6pHd3sFg5aEu", store_url="sqlite:///counts.db")
without_pages = AdNoticeMiddleware(Starlette(), **OURS)
failing_pages = AdNoticeMiddleware(Starlette(routes=[Route("/", fails)]), **OURS)

async def failing(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})

number = 5

wrong = AdNoticeMiddleware(bare, secret_key="short", mode="loud")
mounted = Starlette(routes=[Mount("/", app=wrong)])
'''


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"site_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(APP)
    monkeypatch.chdir(tmp_path)
    return name


def examine(target: str, **options: object) -> tuple[int, list[str]]:
    lines: list[str] = []
    return run_doctor(target, write=lines.append, **options, today=VERIFIED), lines  # type: ignore[arg-type]


def test_an_app_is_examined_with_the_pages_that_its_first_page_links_to(module: str) -> None:
    status, lines = examine(f"{module}:app")
    assert status == 1
    assert lines[:2] == ["ok     /", "ok     /story"]
    assert lines[2] == "WRONG  /closed"
    assert "without the tag (csp)" in lines[3]
    assert "script-src 'none'" in lines[4]
    assert "Add 'self' to script-src" in lines[5]
    assert lines[6] == "NOTE   /_adnotice/about"
    assert "Link to /_adnotice/about from your privacy policy" in lines[9]
    assert lines[-1] == "2 of 3 pages carry the tag; 1 wrong, 1 to know"


def test_programs_are_told_the_same_as_json(module: str) -> None:
    status, lines = examine(f"{module}:app", as_json=True)
    assert status == 1
    told = json.loads("".join(lines))
    assert told["pages"] == [
        {"path": path, "tag": tag} for path, tag in (("/", True), ("/story", True), ("/closed", False))
    ]
    assert [(each["weight"], each["about"]) for each in told["findings"]] == [
        ("wrong", ["/closed"]),
        ("know", ["/_adnotice/about"]),
    ]
    assert "without the tag (csp)" in told["findings"][0]["found"]
    assert "Add 'self' to script-src" in told["findings"][0]["do"]


def test_why_nothing_could_be_examined_is_no_json(module: str) -> None:
    complaints: list[str] = []
    assert examine(f"{module}:nothing", as_json=True, complain=complaints.append) == (2, [])
    assert len(complaints) == 1


def test_a_worker_that_a_script_of_the_site_registers_is_read(module: str) -> None:
    status, lines = examine(f"{module}:app", paths=("/reading",))
    assert status == 0
    assert "NOTE   /sw.js" in lines
    assert any('pathname.startsWith("/_adnotice/")) return;' in line for line in lines)
    assert not any("/_adnotice/about" in line for line in lines)


def test_the_app_is_started_and_stopped_as_a_server_does(module: str, tmp_path: Path) -> None:
    examine(f"{module}:app")
    assert (tmp_path / "ended").exists()


def test_an_app_that_is_not_wrapped_is_told_how(module: str) -> None:
    status, lines = examine(f"{module}:bare")
    assert status == 1
    assert any("Wrap the app: app = AdNoticeMiddleware(app" in line for line in lines)


UNASKABLE = (
    *("ftp://news.example", "http://", "http:///a", "https://a b.example", "http://127.0.0.1:99999", "http://[::1"),
    *("http://a:0", "http://a:b", "//news.example://"),
)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("{}:nothing", "has no 'nothing'"),
        ("{}:number", "must be an ASGI or a WSGI app, got int"),
        ("no_such_module:app", "there is no module 'no_such_module'"),
        ("{}:failing", "the app failed at its start: no database"),
        ("{}", "name a URL such as https://news.example or an app such as module:app"),
        ("127.0.0.1:8000", "If that is an address: http://127.0.0.1:8000"),
        ("localhost:8000", "If that is an address: http://localhost:8000"),
        *((each, f"a port up to 65535, got {each!r}") for each in UNASKABLE),
    ],
)
def test_a_target_that_is_none_is_explained(module: str, target: str, said: str) -> None:
    status, lines = examine(target.format(module))
    assert status == 2
    assert said in lines[0]


def test_of_an_app_with_wrong_settings_the_whole_list_is_printed(module: str) -> None:
    status, lines = examine(f"{module}:wrong")
    assert status == 2
    assert "\n".join(lines).splitlines() == [
        "the app failed at its start: adnotice can't start with these settings:",
        "  * mode must be one of off, measure, ask, got 'loud'",
        "  * secret_key must have at least 32 characters, got 5. Make one with: adnotice new-secret",
    ]


def test_where_the_app_starts_all_the_same_its_addresses_say_what_to_mend(
    module: str, caplog: pytest.LogCaptureFixture
) -> None:
    tell.cache_clear()
    status, lines = examine(f"{module}:mounted", paths=("/app.js",))
    assert status == 1
    assert "         adnotice leaves the site alone: its settings can't be used" in lines
    assert not any("store" in line for line in lines)
    assert any("mode must be one of off, measure, ask" in record.getMessage() for record in caplog.records)


def test_where_nobody_answers_that_alone_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    status, lines = examine(f"http://127.0.0.1:{port}")
    assert status == 1
    assert lines[:2] == ["WRONG  /", "         nothing answers there"]
    assert lines[3] == "  mend:  Look whether host and port are right, and whether the site runs"
    assert lines[4:] == ["", "0 of 1 pages carry the tag; 1 wrong, 0 to know"]


@pytest.mark.parametrize("app", ["without_pages", "failing_pages"])
def test_an_app_of_which_no_page_was_seen_is_not_called_well(module: str, app: str) -> None:
    status, lines = examine(f"{module}:{app}")
    assert status == 1
    assert "         no page was seen: nothing that was asked for came with status 200" in lines
    assert any("adnotice doctor TARGET /news/" in line for line in lines)
    assert lines[-1] == "0 of 1 pages carry the tag; 1 wrong, 0 to know"


def test_nothing_is_counted(module: str) -> None:
    from adnotice.count.settings import CountSettings
    from adnotice.count.stores.open import open_store

    examine(f"{module}:app")
    store = open_store("sqlite:///counts.db", CountSettings())
    try:
        assert store.sites() == []
    finally:
        store.close()


FLASK = """
from flask import Flask
from adnotice.wsgi import AdNotice

app = Flask(__name__)
app.wsgi_app = AdNotice(app.wsgi_app, secret_key="k7Jm2vQx9TzR4wLb8NcY6pHd3sFg5aEu", store_url="sqlite:///{store}")

@app.get("/")
def home():
    return "<!doctype html><title>News</title><a href='/_adnotice/about'>counted</a>"
"""


def test_a_wsgi_app_is_asked_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flasknews.py").write_text(FLASK.format(store=tmp_path / "counts.db"))
    monkeypatch.chdir(tmp_path)
    said: list[str] = []
    assert run_doctor("flasknews:app", write=said.append, today=VERIFIED) == 0, said
    assert said[-1] == "1 of 1 pages carry the tag; 0 wrong, 0 to know"


@pytest.mark.parametrize(
    ("target", "app"),
    [
        ("my-app:app", True),
        ("2024.site:make.app", True),
        ("localhost:8000", False),
        ("127.0.0.1:8000", False),
        ("[::1]:8000", False),
        ("news.example", False),
        (":app", False),
    ],
)
def test_an_address_is_told_from_an_app_by_what_follows_the_colon(target: str, app: bool) -> None:
    assert names_app(target) is app


class AwayFromHere(BaseHTTPRequestHandler):
    """A site that sends everybody to a port that there is not."""

    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", "http://127.0.0.1:99999/")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def test_a_redirect_to_a_port_that_there_is_not_is_no_answer() -> None:
    lines: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), AwayFromHere) as server:
        Thread(target=server.serve_forever).start()
        status = run_doctor(f"http://127.0.0.1:{server.server_port}", write=lines.append)
        server.shutdown()
    assert status == 1
    assert any("such an address can't be asked" in line for line in lines)
