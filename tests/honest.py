"""A reader's browser as far as our server sees it: fetches baits and posts reports as static/client.js does.

For tests of the server's side; what real browsers do is seen in tests/browser/.
"""

from __future__ import annotations

import json
import re
import secrets
import struct
from typing import Any, Final

import httpx

from adnotice.detect.baits import IMAGE, SCRIPT, STYLE
from adnotice.detect.verdict import ROUNDS
from adnotice.detect.witness import probe_of

BASE: Final = "/_adnotice"
AGENT: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"
ADDRESSES: Final = {
    "script": SCRIPT.address,
    "script_control": SCRIPT.control_address,
    "image": IMAGE.address,
    "image_control": IMAGE.control_address,
    "style": STYLE.address,
    "style_control": STYLE.control_address,
}


class HonestBrowser:
    """One reader: with `blocker` baits never leave the browser, everything else does."""

    def __init__(self, client: httpx.AsyncClient, *, blocker: bool = False, page: str = "/") -> None:
        self.client = client
        self.blocker = blocker
        self.page = page

    async def load(self, view: str, family: str, turn: int) -> str:
        """The witness of one bait or control; empty when it was stopped."""
        if self.blocker and not family.endswith("control"):
            return ""
        answer = await self.client.get(f"{BASE}/{ADDRESSES[family](probe_of(view), turn)}")
        if answer.status_code != 200:
            return ""
        if family.startswith("image"):
            return "{}x{}".format(*struct.unpack_from("<HH", answer.content, 6))
        found = re.search(rb'witness="([^"]+)"', answer.content)
        return found[1].decode() if found else ""

    async def test(self) -> dict[str, Any]:
        """The sequential test: a report, not yet posted."""
        view = secrets.token_hex(16)
        tried: dict[str, list[str]] = {family: [] for family in ADDRESSES}
        tried["script"].append(await self.load(view, "script", 0))
        for turn in range(ROUNDS if not tried["script"][0] else 0):
            controls = ("script_control", "image_control")
            for family in ("script", "image", *(controls[turn % 2 : turn % 2 + 1] if turn % 3 else controls)):
                tried[family].append(await self.load(view, family, len(tried[family])))
        for family in ("style", "style_control") if not tried["script"][0] else ():
            tried[family].append(await self.load(view, family, 0))
        return {"id": view, "page": self.page, **{family: got for family, got in tried.items() if got}}

    async def post(self, report: dict[str, Any]) -> httpx.Response:
        """Posts a report."""
        return await self.client.post(f"{BASE}/outcome", json=report)

    async def view(self, **said: Any) -> dict[str, Any]:
        """One whole view: the page, client.js, the test, the report. Returns the report's answer."""
        await self.client.get(self.page)
        await self.client.get(f"{BASE}/client.js")
        answer = await self.post({**await self.test(), **said})
        answer.raise_for_status()
        return read_found(answer)


def read_found(answer: httpx.Response) -> dict[str, Any]:
    """What was found, as client.js reads it: from the body, else from the header."""
    found: dict[str, Any] = json.loads(answer.text or answer.headers["x-adnotice"])
    return found
