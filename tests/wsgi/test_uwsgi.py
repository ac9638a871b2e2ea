"""uWSGI itself: with threads everything is counted; without, the site goes on and the log has the line that mends it."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adnotice.inject.tag import make_tag
from tests.count.reporting import Site
from tests.support.programs import spawn
from tests.wsgi.serving import TARGET, pages_counted, read_page

ROOT = Path(__file__).parents[2]
VERSION = "2.0.30.post1"
TAG = make_tag("/_adnotice/client.js", "").plain

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="session")
def uwsgi() -> Path:
    """uWSGI, in an environment of its own under `.cache/`."""
    home = ROOT / ".cache" / f"uwsgi-{VERSION}-{sys.version_info[0]}.{sys.version_info[1]}"
    program = home / "bin" / "uwsgi"
    if not program.exists():
        install = [sys.executable, "-m", "pip", "install", "-q", "--target", home, f"pyuwsgi=={VERSION}"]
        done = subprocess.run(install, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"uWSGI could not be installed: {done.stderr[-300:]}")
    return program


class UwsgiSite(Site):
    """The newspaper under uWSGI."""

    def __init__(self, program: Path, options: Sequence[str], folder: Path) -> None:
        super().__init__(f"sqlite:///{folder / 'counts.db'}", folder / "log")
        paths = [program.parent.parent, ROOT, sysconfig.get_path("purelib")]
        self._environment["PYTHONPATH"] = os.pathsep.join(map(str, paths))
        self._options = options

    def start(self) -> None:
        """See `Site`; uWSGI is no module that `python -m` could run."""
        serve = "import pyuwsgi, sys; pyuwsgi.run(sys.argv[1:])"
        socket = ["--http-socket", f"127.0.0.1:{self.port}", "--die-on-term", "--master", "--processes", "2"]
        command = [sys.executable, "-c", serve, *socket, "--module", TARGET, *self._options]
        self.process = spawn(command, log=self.log, environment=self._environment, folder=ROOT)
        self.process.await_answer(self.answers)

    def answers(self) -> bool:
        """See `Site`; asks for no page, which would be counted."""
        try:
            return self.page("/_adnotice/client.js")[0] in (200, 503)
        except (OSError, http.client.HTTPException):
            return False


def test_without_threads_the_site_goes_on_and_the_log_says_what_to_do(uwsgi: Path, tmp_path: Path) -> None:
    site = UwsgiSite(uwsgi, [], tmp_path)
    with site.running():
        page = read_page(site.port)
        assert b"What happened today" in page
        assert TAG not in page
        assert site.page("/_adnotice/client.js")[0] == 503
    log = (tmp_path / "log").read_text()
    assert "adnotice can't run under this server" in log
    assert "enable-threads = true" in log
    assert not (tmp_path / "counts.db").exists()


def test_with_threads_every_page_of_two_processes_is_counted(uwsgi: Path, tmp_path: Path) -> None:
    site = UwsgiSite(uwsgi, ["--enable-threads"], tmp_path)
    with site.running():
        with ThreadPoolExecutor(4) as readers:
            pages = list(readers.map(read_page, [site.port] * 300))
        assert all(TAG in page for page in pages)
    assert pages_counted(site) == 300
