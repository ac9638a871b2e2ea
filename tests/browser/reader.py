"""Readers and what they see: `page = reader("firefox-ublock", site).open("/politics/budget")`."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from tests.browser import internet
from tests.browser.driver import Driver, DriverError
from tests.browser.internet import Hit, Internet, Line, Weather
from tests.browser.notice import Notice
from tests.browser.profiles import (
    CHROMIUM,
    CHROMIUM_FLAGS,
    FIREFOX,
    FIREFOX_PREFS,
    PROFILES,
    UBLOCK,
    Profile,
    chromium_agent,
)
from tests.browser.ublock import IS_FILTERING, UBLOCK_ID, UBLOCK_UUID, Ublock
from tests.browser.webkit import WebKitDriver

VERDICT_SECONDS: Final = 20.0
SLOW_3G: Final = {"download": 50_000.0, "upload": 50_000.0, "latency": 2_000.0}
"""Bytes a second and milliseconds: Chromium DevTools' preset "Slow 3G", its factors included."""


def wait_until(look: Callable[[], Any], what: str, seconds: float = 10.0) -> Any:
    """Looks until it sees something; says what was awaited when it does not come."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} seconds: {what}")
        time.sleep(0.05)


AnyDriver = Driver | WebKitDriver


class Place(Protocol):
    """What a reader needs to know of a site."""

    url: str
    host: str
    prefix: str


class Page:
    """One tab."""

    def __init__(self, reader: Reader, id_: str, site: Place) -> None:
        self.reader = reader
        self.id = id_
        self.site = site
        self._mark = len(reader.line.hits)
        self._closed = False

    def call(self, do: str, **options: Any) -> Any:
        """A command of driver.mjs for this tab."""
        return self.reader.driver.call(do, page=self.id, **options)

    def goto(self, path: str, wait: str = "load") -> Page:
        """Goes to a path of the site, or to an address."""
        self.call("goto", url=path if "://" in path else self.site.url + path, wait=wait)
        return self

    def back(self, path: str) -> Page:
        """The back button, to the page at this path; whether it is loaded again or kept, nobody here waits for."""
        self.run("setTimeout(() => history.back())")
        wait_until(lambda: self.is_at(path), f"back at {path}")
        return self

    def front(self) -> Page:
        """Brings the tab to the front."""
        self.call("front")
        return self

    def follow(self, path: str) -> Page:
        """Clicks the link to a path and waits until that page is there."""
        self.run("document.querySelector(`a[href='${args[0]}']`).click()", path)
        wait_until(lambda: self.is_at(path), f"at {path}")
        return self

    def is_at(self, path: str) -> bool:
        """Whether the tab shows this path, completely."""
        try:
            body = "return location.pathname === args[0] && document.readyState === 'complete'"
            return bool(self.reader.driver.call("run", page=self.id, body=body, args=[path], seconds=2))
        except DriverError:
            return False  # between two documents

    def reload(self) -> Page:
        """Loads the page again."""
        self.call("reload")
        return self

    def run(self, body: str, *args: Any, frame: str | None = None) -> Any:
        """Runs a function body in the page; `args` are its arguments, what it returns comes back."""
        return self.call("run", body=body, args=args, frame=frame)

    def verdict(self, seconds: float = VERDICT_SECONDS) -> dict[str, Any]:
        """What `window.adnotice.verdict` resolves to; `{"verdict": "no script"}` when client.js is not there."""
        body = """
          // The tag holds nothing back: until the page is complete, client.js may still be on its way.
          while (!window.adnotice && document.readyState !== "complete") await new Promise((go) => setTimeout(go, 10));
          if (!window.adnotice) return {verdict: "no script"};
          const late = new Promise((done) => setTimeout(done, args[0], {verdict: "no answer"}));
          return Promise.race([window.adnotice.verdict, late]);
        """
        found: dict[str, Any] = self.run(body, seconds * 1000)
        return found

    def notice(self) -> Notice:
        """The notice of this page, shown or not."""
        return Notice(self)

    def requests(self) -> list[Hit]:
        """What this page, and the site's own pages before it, asked the network for, since the tab was opened."""
        return self.reader.line.since(self._mark, self.site.host)

    def foreign_requests(self) -> list[str]:
        """Addresses of other hosts that the page asked for, whether or not they reached the network."""
        tried = {url for url in self.call("requests") if urlsplit(url).scheme in ("http", "https", "ws", "wss")}
        arrived = {hit.url for hit in self.requests()}
        return sorted(url for url in tried | arrived if urlsplit(url).hostname != self.site.host)

    def own_requests(self) -> list[Hit]:
        """Requests to adnotice's own addresses."""
        return [hit for hit in self.requests() if hit.host == self.site.host and self.site.prefix in hit.path]

    def dynamic_requests(self) -> list[Hit]:
        """Of those, the ones that no cache may answer."""
        static = tuple(
            f"{self.site.prefix}/{name}.js"
            for name in ("client", "bar", "card", "marked", "notice", "pages", "panel", "preview", "probe", "sight")
        )
        return [hit for hit in self.own_requests() if not hit.path.endswith(static)]

    def problems(self) -> list[str]:
        """Errors in the page's console, those of requests that did not arrive left out."""
        return [
            entry["text"]
            for entry in self.call("log")
            if entry["kind"] == "pageerror"
            or (entry["kind"] == "error" and "Failed to load resource" not in entry["text"])
        ]

    def console(self) -> str:
        """All that the console shows."""
        return "\n".join(entry["text"] for entry in self.call("log"))

    def screenshot(self, path: Path, **options: Any) -> Path:
        """A picture of what the reader sees."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.call("screenshot", path=str(path), **options)
        return path

    def close(self) -> None:
        """Closes the tab, if it is open."""
        if not self._closed:
            self._closed = True
            self.call("closePage")


class Reader:
    """Somebody with a browser: own cookies and cache, own weather. Made by the fixture `reader`."""

    def __init__(self, browser: Browser, profile: Profile, site: Place, *, fresh: bool | None = None) -> None:
        self.browser = browser
        self.driver = browser.driver
        self.line = browser.line
        self.profile = profile
        self.site = site
        self.line.weather = internet.fair
        self.line.address = internet.ADDRESS
        self._fresh = profile.extension is None if fresh is None else fresh
        self._pages: list[Page] = []
        self._context: str = self.driver.call("context", browser=browser.id, fresh=self._fresh)
        self.line.weather = profile.weather()

    def open(
        self, path: str, *, site: Place | None = None, wait: str = "load", before: str = "", alone: bool = False
    ) -> Page:
        """Opens a path of the site in a new tab; `before` runs in the tab before any script of the page."""
        page = self.tab(site=site, alone=alone)
        if before:
            page.call("before", body=before)
        return page.goto(path, wait)

    def tab(self, *, site: Place | None = None, background: bool = False, alone: bool = False) -> Page:
        """A new tab, empty; in the background nobody sees it yet; alone in its window several are seen at a time."""
        made: str = self.driver.call("page", context=self._context, background=background, alone=alone)
        page = Page(self, made, site or self.site)
        self._pages.append(page)
        if self.profile.engine:
            lists = [str(path) for path in self.profile.engine]
            page.call("engine", kind=self.profile.engine_kind, lists=lists)
        if self.profile.slow:
            page.call("throttle", cpu=4, network=SLOW_3G)
        if not self.profile.javascript and self.profile.browser == "chromium":
            page.call("javascript", on=False)
        return page

    def change_weather(self, weather: Weather) -> None:
        """From now on the network is like this."""
        self.line.weather = weather

    def move(self, address: str) -> None:
        """From now on the reader has this address; the next reader in this browser has the usual one."""
        self.line.address = address

    def cookies(self) -> list[dict[str, Any]]:
        """All cookies that the browser keeps for this reader."""
        found: list[dict[str, Any]] = self.driver.call("cookies", context=self._context)
        return found

    def set_ublock(self, host: str, *, on: bool) -> None:
        """Switches uBlock Origin off (or on again) for a site, as its big power button does."""
        assert self.browser.ublock is not None, "this profile has no uBlock Origin"
        self.browser.ublock.trust(host, trusted=not on)

    def close(self) -> None:
        """Closes all tabs and forgets everything."""
        self.line.weather = internet.fair
        if self._fresh:
            self.driver.call("endContext", context=self._context)
            return
        for page in self._pages:
            page.close()


class Browser:
    """A running browser on a line of its own."""

    def __init__(self, driver: AnyDriver, line: Line, profile: Profile, folder: Path) -> None:
        self.driver = driver
        self.line = line
        started = _launch(driver, line, profile, folder)
        self.id: str = started["id"]
        self.version: str = started["version"]
        self.ublock = Ublock(driver, self.id) if profile.ublock else None
        if self.ublock is not None:
            self.ublock.make_ready(profile.filters, profile.rules)
        if profile.extension is not None:
            self._wait_until_filtering()

    def _wait_until_filtering(self) -> None:
        context = self.driver.call("context", browser=self.id, fresh=False)
        page = self.driver.call("page", context=context)
        self.driver.call("goto", page=page, url="https://anybody.example.test/")
        wait_until(
            lambda: self.driver.call("run", page=page, body=f"return {IS_FILTERING.strip()}"), "the rules work", 60
        )
        self.driver.call("closePage", page=page)

    def quit(self) -> None:
        """Ends the browser."""
        self.driver.call("quit", browser=self.id)


class Browsers:
    """Launches each browser once, when first asked for."""

    def __init__(self, net: Internet, folder: Path) -> None:
        self.internet = net
        self._folder = folder
        self._driver: Driver | None = None
        self._webkit: WebKitDriver | None = None
        self._running: dict[str, Browser] = {}

    def get(self, profile: Profile) -> Browser:
        """The browser for this profile."""
        launched = (
            profile.ublock,
            profile.filters,
            profile.rules,
            profile.extension,
            profile.flags,
            profile.resolver,
            profile.prefs,
            profile.hidden_bot,
            profile.content_filter,
        )
        key = repr((profile.browser, *launched))
        if key not in self._running:
            driver = self._webkit_driver() if profile.browser == "webkit" else self._puppeteer()
            folder = Path(tempfile.mkdtemp(dir=self._folder, prefix=profile.browser))
            self._running[key] = Browser(driver, self.internet.line(), profile, folder)
        return self._running[key]

    def _puppeteer(self) -> Driver:
        if self._driver is None:
            self._driver = Driver(self._folder / "driver.log")
        return self._driver

    def _webkit_driver(self) -> WebKitDriver:
        if self._webkit is None:
            self._webkit = WebKitDriver(self._folder)
        return self._webkit

    def versions(self) -> list[str]:
        """What was launched."""
        return sorted({browser.version for browser in self._running.values()})

    def close(self) -> None:
        """Ends them all."""
        for driver in (self._driver, self._webkit):
            if driver is not None:
                driver.close()

    def reader(self, profile: str | Profile, site: Place, *, fresh: bool | None = None) -> Reader:
        """Somebody with this profile, about to read this site."""
        chosen = PROFILES[profile] if isinstance(profile, str) else profile
        return Reader(self.get(chosen), chosen, site, fresh=fresh)


def _launch(driver: AnyDriver, line: Line, profile: Profile, folder: Path) -> dict[str, Any]:
    started: dict[str, Any]
    if profile.browser == "webkit":
        args = [f"--proxy=http://127.0.0.1:{line.port}", "--enable-write-console-messages-to-stdout=true"]
        args += [f"--content-filter={profile.content_filter}"] if profile.content_filter else []
        started = driver.call("launch", args=[*args, *profile.flags])
        return started
    if profile.browser == "chromium":
        rules = ", ".join([*profile.resolver, f"MAP * 127.0.0.1:{line.port}"])
        flags = [*CHROMIUM_FLAGS, *profile.flags, f"--user-data-dir={folder}", f"--host-resolver-rules={rules}"]
        flags += [f"--user-agent={chromium_agent()}"] if profile.hidden_bot else []
        flags += ["--remote-debugging-pipe", "--enable-unsafe-extension-debugging"] if profile.extension else []
        flags += [] if profile.extension else ["--remote-debugging-port=0"]
        extension = str(profile.extension) if profile.extension else None
        started = driver.call(
            "launch", browser="chrome", executable=str(CHROMIUM), args=[*flags, "about:blank"], extension=extension
        )
        return started
    proxy = {
        "network.proxy.type": 1,
        "network.proxy.http": "127.0.0.1",
        "network.proxy.http_port": line.port,
        "network.proxy.ssl": "127.0.0.1",
        "network.proxy.ssl_port": line.port,
        "network.proxy.no_proxies_on": "",
    }
    folder.mkdir(exist_ok=True)
    prefs = {**FIREFOX_PREFS, **proxy, **profile.prefs}
    args = ["--width=1280", "--height=800"]
    if profile.ublock:
        prefs["extensions.webextensions.uuids"] = json.dumps({UBLOCK_ID: UBLOCK_UUID})
        args.append("--remote-allow-system-access")  # else the extension's own pages are out of reach
    started = driver.call(
        "launch",
        browser="firefox",
        executable=str(FIREFOX),
        args=args,
        prefs=prefs,
        profile=str(folder),
        extension=str(UBLOCK) if profile.ublock else str(profile.extension) if profile.extension else None,
    )
    return started


__all__ = ["Browser", "Browsers", "DriverError", "Page", "Reader", "wait_until"]
