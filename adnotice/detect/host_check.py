"""The server's own look at the ad script's host: is it up, whatever readers' browsers say?"""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from enum import Enum
from http.client import HTTPException
from typing import Final

from adnotice.waiting import call_aside

AGAIN_SECONDS: Final = 5.0
PATIENCE_SECONDS: Final = 3.0
USER_AGENT: Final = "adnotice (is this ad script's host up?)"


class Host(Enum):
    """What the look found."""

    UP = "up"
    DOWN = "down"
    NOT_KNOWN = "not known"
    """It was never seen up from here: the server may have no way out."""


class HostCheck:
    """Asks for the ad script's address, at most every five seconds and only when called; remembers the answer."""

    def __init__(self, address: str, clock: Callable[[], float] = time.time) -> None:
        self._address = address
        self._clock = clock
        self._at = -AGAIN_SECONDS
        self._seen_up = False
        self._host = Host.NOT_KNOWN
        self._busy = False

    async def host(self) -> Host:
        """What is known now; looks again when that is old and nobody else is looking."""
        if not self._address or self._busy or self._clock() - self._at < AGAIN_SECONDS:
            return self._host
        self._busy = True
        try:
            up = await call_aside(answers, self._address)
        finally:
            self._busy = False
            self._at = self._clock()
        self._seen_up = self._seen_up or up
        self._host = Host.UP if up else Host.DOWN if self._seen_up else Host.NOT_KNOWN
        return self._host


def answers(address: str) -> bool:
    """Whether the address is answered with anything but a server's error."""
    request = urllib.request.Request(address, method="HEAD", headers={"user-agent": USER_AGENT})  # noqa: S310 - the operator's own setting, checked to be http(s)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS):  # noqa: S310
            return True
    except urllib.error.HTTPError as error:
        with error:
            return error.code < 500
    except (OSError, HTTPException, ValueError):
        return False
