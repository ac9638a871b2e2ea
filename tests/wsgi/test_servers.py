"""Real WSGI servers with processes and threads: every page and every report counts once."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adnotice.inject.tag import make_tag
from adnotice.insight.access.passwords import hash_password
from tests.support.killing import kill_often
from tests.wsgi.serving import SERVERS, WsgiSite, pages_counted, read_page

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
PASSWORD = "read all about it"
PREFORKED = sorted(set(SERVERS) - {"waitress"})


def serve(server: str, folder: Path) -> WsgiSite:
    """The site under this server, counting into a file in the folder."""
    return WsgiSite(server, f"sqlite:///{folder / 'counts.db'}", folder / "log")


@pytest.mark.parametrize("server", PREFORKED)
def test_a_thousand_pages_over_many_processes_are_counted_when_they_have_ended(server: str, tmp_path: Path) -> None:
    site = serve(server, tmp_path)
    with site.running(), ThreadPoolExecutor(8) as readers:
        pages = list(readers.map(read_page, [site.port] * 1000))
    assert all(make_tag("/_adnotice/client.js", "").plain in page for page in pages)
    assert pages_counted(site) == 1000
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_waitress_counts_all_of_them_when_it_is_interrupted(tmp_path: Path) -> None:
    site = serve("waitress", tmp_path)
    with site.running():
        with ThreadPoolExecutor(8) as readers:
            list(readers.map(read_page, [site.port] * 200))
        assert site.process is not None
        site.process.send(signal.SIGINT)
        assert site.process.wait(20)
    assert pages_counted(site) == 200


@pytest.mark.parametrize("server", ["sync", "gthread"])
def test_kill_9_loses_and_doubles_no_acknowledged_report(server: str, tmp_path: Path) -> None:
    readers = kill_often(serve(server, tmp_path), 3)
    assert readers.counted <= readers.acknowledged


@pytest.mark.endurance
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("server", ["sync", "gthread", "waitress"])
def test_kill_9_twenty_times(server: str, tmp_path: Path) -> None:
    readers = kill_often(serve(server, tmp_path), 20)
    print(f"{readers.acknowledged} acknowledged under {server}, 0 lost, 0 twice")  # noqa: T201 - the figure is what is asked for


@pytest.mark.parametrize("server", ["sync", "gthread", "waitress"])
def test_the_operator_logs_in_and_sees_the_figures(server: str, tmp_path: Path) -> None:
    environment = {"TEST_PASSWORD_HASH": hash_password(PASSWORD, n=2**10, p=1)}
    site = WsgiSite(server, f"sqlite:///{tmp_path / 'counts.db'}", tmp_path / "log", environment)
    with site.running():
        read_page(site.port)
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
        connection.request("GET", "/_adnotice/dashboard/login")
        answer = connection.getresponse()
        page = answer.read().decode()
        cookies = [value.partition(";")[0] for value in answer.headers.get_all("set-cookie") or []]
        token = page.partition('name="token" value="')[2].partition('"')[0]
        body = urllib.parse.urlencode({"password": PASSWORD, "token": token})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://127.0.0.1:{site.port}",
            "Cookie": "; ".join(cookies),
        }
        connection.request("POST", "/_adnotice/dashboard/login", body, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 303, answer.headers
        cookies = [value.partition(";")[0] for value in answer.headers.get_all("set-cookie") or []]
        connection.request("GET", "/_adnotice/api/v1/summary", headers={"Cookie": "; ".join(cookies)})
        answer = connection.getresponse()
        assert json.loads(answer.read())["mode"] == "measure"
        connection.close()


def test_where_threads_are_not_real_it_says_what_to_do_and_hangs_nobody(tmp_path: Path) -> None:
    code = (
        "from gevent import monkey; monkey.patch_all()\n"
        "import logging; logging.basicConfig()\n"
        "from wsgiref.util import setup_testing_defaults\n"
        "from tests.wsgi.newspaper import app\n"
        "for path in ('/', '/_adnotice/outcome'):\n"
        "    environ = {'PATH_INFO': path}\n"
        "    setup_testing_defaults(environ)\n"
        "    print(b''.join(app(environ, lambda status, headers: print(status))))\n"
    )
    store = f"sqlite:///{tmp_path / 'counts.db'}"
    asked = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env={"TEST_STORE": store}, check=False
    )
    assert asked.returncode == 0, asked.stderr
    assert "What happened today" in asked.stdout
    assert "503 Service Unavailable" in asked.stdout
    assert "gunicorn -k gthread --threads 8" in asked.stderr
    assert not (tmp_path / "counts.db").exists()
