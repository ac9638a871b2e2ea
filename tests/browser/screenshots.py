"""`make screenshots`: pictures of the notice and the dashboard, taken of the running demo, into docs/images."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.browser.internet import Internet
from tests.browser.newspaper import ROOT
from tests.browser.profiles import PROFILES
from tests.browser.reader import Browsers, Page, wait_until

IMAGES: Final = ROOT / "docs" / "images"
HOST: Final = "daily.example.test"
START_SECONDS: Final = 30.0
ANIMATION_SECONDS: Final = 0.6
WIDTH: Final = 1200


@dataclass(frozen=True)
class Demo:
    """The demo as it runs; what a `Page` needs to know of its site."""

    url: str
    host: str
    printed: str
    prefix: str = "/_adnotice"

    def find(self, pattern: str) -> str:
        """What the demo has printed in this place."""
        found = re.search(pattern, self.printed)
        if found is None:
            raise RuntimeError(f"the demo printed nothing like {pattern!r}:\n{self.printed}")
        return found.group(1)


def main() -> None:
    """Takes all pictures, or says what the machine lacks."""
    if missing := PROFILES["firefox-ublock"].needs() + PROFILES["chromium"].needs():
        raise SystemExit(f"make screenshots needs {', '.join(missing)}")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as name, Internet() as net:
        net.serve(HOST, port)
        printed = Path(name) / "demo.txt"
        demo = start_demo(port, printed)
        browsers = Browsers(net, Path(name))
        try:
            site = Demo(f"https://{HOST}", HOST, wait_until_served(printed))
            picture_notice(browsers, site)
            picture_dashboard(browsers, site)
        finally:
            browsers.close()
            demo.send_signal(signal.SIGINT)
            demo.wait(20)


def start_demo(port: int, printed: Path) -> subprocess.Popen[bytes]:
    """Runs `make demo`'s own program."""
    with printed.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "demo_app.py", "--port", str(port)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )


def wait_until_served(printed: Path) -> str:
    """What the demo prints, once it has said how to end it."""
    wait_until(lambda: "Ctrl+C" in printed.read_text(), "the demo starts", START_SECONDS)
    return printed.read_text()


def picture_notice(browsers: Browsers, site: Demo) -> None:
    """An article as a reader with uBlock Origin sees it; opened steps; the same on a phone in Chromium's preview."""
    article = "/" + site.find(r"See the notice\s+http://[^/]+/(\S+)#")
    page = open_page(browsers, site, "firefox-ublock", article, 1000)
    page.notice().wait()
    time.sleep(ANIMATION_SECONDS)
    page.screenshot(IMAGES / "notice.png")
    page.notice().click("Show me how")
    page.notice().wait_text("uBlock Origin")
    time.sleep(ANIMATION_SECONDS)
    page.screenshot(IMAGES / "notice-steps.png")
    page.close()
    phone = browsers.reader("chromium", site).tab()
    phone.call("viewport", width=390, height=780, scale=2)
    phone.goto(article + "#adnotice=preview")
    phone.notice().wait()
    time.sleep(ANIMATION_SECONDS)
    phone.screenshot(IMAGES / "notice-phone.png")
    phone.close()


def picture_dashboard(browsers: Browsers, site: Demo) -> None:
    """The dashboard with the sample figures."""
    path = "/" + site.find(r"with sample figures\s+http://[^/]+/(\S+)")
    page = open_page(browsers, site, "chromium", path, 1000)
    page.run("document.querySelector('input[type=password]').value = args[0]", site.find(r"Password: (.+)"))
    page.run("document.querySelector('input[type=password]').form.requestSubmit()")
    wait_until(lambda: page.is_at("/_adnotice/dashboard") or page.is_at("/_adnotice/dashboard/"), "the dashboard")
    page.goto(path)
    page.screenshot(IMAGES / "dashboard.png")
    page.close()


def open_page(browsers: Browsers, site: Demo, profile: str, path: str, height: int) -> Page:
    """A page in a window of the pictures' width."""
    page = browsers.reader(profile, site).tab()
    page.call("viewport", width=WIDTH, height=height)
    return page.goto(path)


if __name__ == "__main__":
    main()
