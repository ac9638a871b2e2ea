"""The demo is a newspaper that works: its pages, its notice, its dashboard with labelled sample figures."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from demo.newsroom import read_articles
from demo.sample import LABEL, SITE

ROOT = Path(__file__).parents[1]
PASSWORD = "read all about it"


@contextmanager
def running(*options: str) -> Iterator[tuple[str, str]]:
    """The demo as its own process; gives its address and all that it printed."""
    command = [sys.executable, str(ROOT / "demo_app.py"), *options]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment) as demo:
        try:
            assert demo.stdout is not None
            printed = ""
            while "Ctrl+C" not in printed:
                line = demo.stdout.readline()
                assert line, f"the demo ended: {printed}"
                printed += line
            home = re.search(r"http://127\.0\.0\.1:\d+", printed)
            assert home is not None
            deadline = time.monotonic() + 20
            while True:
                try:
                    httpx.get(home[0] + "/support", timeout=2)
                    break
                except httpx.HTTPError:
                    assert time.monotonic() < deadline, "the demo does not answer"
                    time.sleep(0.1)
            yield home[0], printed
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(20)


def log_in(client: httpx.Client) -> None:
    form = client.get("/_adnotice/dashboard").raise_for_status()
    token = re.search(r'name="token" value="([^"]*)"', form.text)
    assert token is not None
    answer = client.post(
        "/_adnotice/dashboard/login",
        data={"token": token[1], "next": "", "username": "operator", "password": PASSWORD},
        headers={"origin": str(client.base_url).rstrip("/")},
    )
    assert answer.status_code == 200, answer.text


def test_every_page_is_there_and_carries_the_tag() -> None:
    with running() as (home, printed), httpx.Client(base_url=home, follow_redirects=True, timeout=20) as client:
        for path in ["/", "/support", *(article.path for article in read_articles())]:
            page = client.get(path)
            assert page.status_code == 200
            assert page.text.count("/_adnotice/client.js") == 1, path
            for asset in re.findall(r'(?:src|href)="(/(?:static|adserve)/[^"]+)"', page.text):
                assert client.get(asset).status_code == 200, asset
        assert client.get("/_adnotice/about").status_code == 200
        for told in (
            "#adnotice=preview",
            "#adnotice=why",
            PASSWORD,
            f"{home}/_adnotice/dashboard",
            LABEL,
            "ask_on_first_page",
            "At an article's end",
            "In an ad's empty box",
            "In words of its own",
        ):
            assert told in printed
        log_in(client)
        figures = client.get("/_adnotice/dashboard", params={"site": SITE})
        assert LABEL in figures.text
        counts = client.get("/_adnotice/api/v1/summary", params={"site": SITE}).json()["counts"]
        assert counts["blocked-content"] > counts["asked"] > counts["shown"] > counts["later"] > counts["howto"]
        assert counts["howto"] > counts["rechecked"] > counts["allowed"] > 100


def test_without_sample_the_dashboard_starts_empty() -> None:
    with (
        running("--no-sample") as (home, printed),
        httpx.Client(base_url=home, follow_redirects=True, timeout=20) as client,
    ):
        assert "sample" not in printed
        log_in(client)
        assert SITE not in client.get("/_adnotice/dashboard").text


def test_a_port_that_is_taken_is_told_and_without_a_wish_the_next_is_used() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, str(ROOT / "demo_app.py"), "--port", str(port)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == f"Port {port} can't be used: Address already in use. Try: --port N\n"
    with running("--no-sample") as (first, _), running("--no-sample") as (second, _):
        assert first != second


@pytest.mark.parametrize("article", read_articles(), ids=lambda article: article.path)
def test_articles_are_worth_reading(article: object) -> None:
    assert 250 <= len(article.text.split()) <= 600  # type: ignore[attr-defined]
    assert len(article.parts) >= 3  # type: ignore[attr-defined]
    assert not re.search(r"lorem|ipsum|'|\"", article.text + article.title + article.lead)  # type: ignore[attr-defined]


def test_one_article_asks_as_a_newsroom_does_in_its_own_words() -> None:
    with running("--no-sample") as (home, _):
        (own,) = [article.path for article in read_articles() if article.place == "own"]
        page = httpx.get(home + own, timeout=20).text
    appeal, words = page.index("there are ways to say so"), page.index('data-adnotice-show="blocked" hidden')
    assert appeal < words, "an appeal for everybody stands above"
    paragraph, link = re.findall(r"<p[^>]*>(?:<a[^>]*>)?([^<]+)", page[words:])[:2]
    assert (len(paragraph), len(link)) == (313, 44)
