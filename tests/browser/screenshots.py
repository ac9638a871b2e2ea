"""`make screenshots`: pictures of the notice and the dashboard, taken of the running demo, into docs/images; and of the dashboard
in each of its situations and languages, to be looked at, into .cache/screenshots (`ARGS=--situations`: these alone); and the notice in every shape, state and window,
into .cache/gallery (`ARGS=--gallery`)."""

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
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from adnotice.count.stores.open import open_store
from adnotice.insight.access.passwords import hash_password
from adnotice.insight.wording import folder_of, list_message_drafts, load_message_draft
from adnotice.notice.approved import approve, write_approved
from tests.browser.desk import DASHBOARD, PASSWORD, log_in
from tests.browser.gallery import picture_gallery
from tests.browser.internet import Internet
from tests.browser.newspaper import ROOT
from tests.browser.profiles import PROFILES
from tests.browser.reader import Browsers, Page, wait_until
from tests.browser.site import Site
from tests.browser.situations import FIRST_DAY, SITUATIONS, fill

IMAGES: Final = ROOT / "docs" / "images"
TO_LOOK_AT: Final = ROOT / ".cache" / "screenshots"
LOOKS: Final = {
    "light": {"width": 1280, "height": 800},
    "dark": {"width": 1280, "height": 800},
    "360": {"width": 360, "height": 640, "scale": 2},
}
"""What a window is like."""

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
    if "--gallery" not in sys.argv:
        if "--situations" not in sys.argv:
            picture_demo()
        picture_situations()
    if "--situations" not in sys.argv:
        picture_gallery()


def picture_demo() -> None:
    """The pictures of docs/images."""
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


def picture_situations() -> None:
    """The dashboard in each situation, in each look, on paper, and a page alone."""
    with tempfile.TemporaryDirectory() as name, Internet() as net:
        folder = Path(name) / "wording"
        for language in list_message_drafts():
            words = load_message_draft(language).words
            write_approved(folder_of(folder), approve(words, "nobody: for pictures", datetime.now(UTC).date()))
        options = {
            "dashboard_password_hash": hash_password(PASSWORD),
            "dashboard_languages": ["en", *list_message_drafts()],
            "wording_folder": str(folder),
        }
        site = Site(net, Path(name), host=HOST, mode="measure", timezone="UTC", **options)
        browsers = Browsers(net, Path(name))
        store = open_store(site.store_url)
        fill(store, time.time())
        store.prune(time.time())
        store.close()
        try:
            page = log_in(browsers.reader("chromium", site))
            for picture, path in PICTURES.items():
                for look in LOOKS if picture == "5-the-notice" else ("light", "360"):
                    take(page, path, f"{picture}-{look}", look)
            page.call("viewport", **LOOKS["light"])
            page.goto(f"{DASHBOARD}?site=5-the-notice")
            page.call("pdf", path=str(TO_LOOK_AT / "print.pdf"))
            page.call("media", type="print")
            page.screenshot(TO_LOOK_AT / "print.png", whole=True)
            page.call("media", type="screen")
            for language in list_message_drafts():
                page.goto(f"{DASHBOARD}/speak/{language}")
                for picture, path in PICTURES.items():
                    for look in ("light", "360"):
                        take(page, path, f"{language}/{picture}-{look}", look)
        finally:
            browsers.close()
            site.close()
    print(f"look at {TO_LOOK_AT}")  # noqa: T201 - a command says where its work is


def take(page: Page, path: str, picture: str, look: str) -> None:
    """The first screen, and the whole page."""
    scheme = {"name": "prefers-color-scheme", "value": "dark" if look == "dark" else "light"}
    page.call("cdp", method="Emulation.setEmulatedMedia", params={"features": [scheme]})
    page.call("viewport", **LOOKS[look])
    page.goto(f"{DASHBOARD}{path}")
    (TO_LOOK_AT / picture).parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(TO_LOOK_AT / f"{picture}.png")
    page.screenshot(TO_LOOK_AT / f"{picture}-whole.png", whole=True)


PICTURES: Final = {
    **{each.name: f"?site={each.name}" for each in SITUATIONS if each.name != "year"},
    FIRST_DAY: f"?site={FIRST_DAY}",
    "year": "?site=year&days=365",
    "pages": "/pages?site=year&days=365",
    "sections": "/pages?site=year&days=365&by=section",
    "a-page-alone": "/pages?site=5-the-notice&name=%2Flocal%2Fthe-library-will-stay-open-until-midnight",
    "notice": "/notice?site=5-the-notice",
    "health": "/health?site=6-reports-stopped",
    "access": "/access?site=5-the-notice",
    "settings": "/settings",
}


def open_page(browsers: Browsers, site: Demo, profile: str, path: str, height: int) -> Page:
    """A page in a window of the pictures' width."""
    page = browsers.reader(profile, site).tab()
    page.call("viewport", width=WIDTH, height=height)
    return page.goto(path)


if __name__ == "__main__":
    main()
