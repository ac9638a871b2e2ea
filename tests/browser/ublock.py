"""uBlock Origin's own switches, reached through its dashboard page as its user reaches them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Final

from tests.browser.driver import Driver, DriverError

UBLOCK_ID: Final = "uBlock0@raymondhill.net"
UBLOCK_UUID: Final = "6b1f6c0e-3f0a-4b0a-9d55-0e6c1f1d2a77"
READY_SECONDS: Final = 60.0

# It answers "ready" when its old state is loaded, and filters only later: ask for something that the default lists stop, that
# no profile lets through, and that arrives where nothing filters (adworld.py). Three times, since the first request to a host
# may fail for reasons of its own.
IS_FILTERING: Final = """
  (async () => {
    const arrives = () => new Promise((done) => {
      const script = document.createElement("script");
      script.onload = () => done(true);
      script.onerror = () => done(false);
      script.src = "https://c.amazon-adsystem.com/aax2/rum.js?" + Math.random();
      document.documentElement.append(script);
    });
    for (let n = 0; n < 3; n++) {
      if (await arrives()) return false;
      await new Promise((done) => setTimeout(done, 100));
    }
    return true;
  })()
"""


class Ublock:
    """The extension in one running Firefox."""

    def __init__(self, driver: Driver, browser: str) -> None:
        self._driver = driver
        self._browser = browser
        self._tab = self._open(f"moz-extension://{UBLOCK_UUID}/dashboard.html", "none")

    def make_ready(self, filters: tuple[Path, ...] = (), rules: tuple[str, ...] = ()) -> None:
        """Returns when all lists and dynamic rules are in force."""
        self._wait_until_filtering()
        if filters:
            text = "\n".join(path.read_text(encoding="utf-8") for path in filters)
            self._ask("dashboard", {"what": "writeUserFilters", "content": text, "enabled": True, "trusted": True})
            self._ask("dashboard", {"what": "reloadAllFilters"})
            self._wait_until_filtering()
        for permanent in (False, True) if rules else ():
            added = {"toAdd": "\n".join(rules), "toRemove": "", "permanent": permanent}
            self._ask("dashboard", {"what": "modifyRuleset", **added})

    def trust(self, host: str, *, trusted: bool) -> None:
        """Switches blocking off, or on again, for a site: what the power button in the popup does."""
        known: list[str] = self._ask("dashboard", {"what": "getWhitelist"})["whitelist"]
        wanted = [entry for entry in known if entry != host] + ([host] if trusted else [])
        self._ask("dashboard", {"what": "setWhitelist", "whitelist": "\n".join(wanted)})

    def _wait_until_filtering(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        page = self._open("https://anybody.example.test/", "complete")
        try:
            while not self._evaluate(page, IS_FILTERING):
                if time.monotonic() > deadline:
                    raise RuntimeError(f"uBlock Origin did not filter within {READY_SECONDS:g} seconds")
                time.sleep(0.1)
        finally:
            self._bidi("browsingContext.close", context=page)

    def _open(self, address: str, wait: str) -> str:
        tab: str = self._bidi("browsingContext.create", type="tab", background=True)["context"]
        self._bidi("browsingContext.navigate", context=tab, url=address, wait=wait)
        return tab

    def _ask(self, channel: str, message: dict[str, Any]) -> Any:
        expression = (
            f"vAPI.messaging.send({json.dumps(channel)}, {json.dumps(message)})"
            ".then((answer) => JSON.stringify(answer ?? null))"
        )
        return json.loads(self._evaluate(self._tab, expression))

    def _evaluate(self, tab: str, expression: str) -> Any:
        answer = self._bidi("script.evaluate", expression=expression, target={"context": tab}, awaitPromise=True)
        if answer["type"] != "success":
            raise DriverError(f"uBlock Origin: {answer['exceptionDetails']['text']}")
        return answer["result"]["value"]

    def _bidi(self, method: str, **params: Any) -> Any:
        return self._driver.call("bidi", browser=self._browser, method=method, params=params)
