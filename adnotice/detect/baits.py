"""The catalogue: every bait with its control, request type, and the lists it was verified against."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

PROBE_DIGITS: Final = 16
MAX_TURNS: Final = 16


@dataclass(frozen=True, kw_only=True)
class Verified:
    """Against what, and when, a bait was last found to be stopped (tests/detect/test_baits.py does it again)."""

    on: date
    engines: tuple[str, ...]
    lists: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Bait:
    """A family of addresses that ad blockers stop, and its twin of the same request type, which they don't.

    `rules` are the general rules of filter lists that stop it: on every site, under every prefix, without exception.
    """

    name: str
    request_type: str
    folder: str
    control_folder: str
    ending: str
    rules: tuple[str, ...]
    verified: Verified

    def address(self, probe: str, turn: int) -> str:
        """The bait's path below our prefix, for this view and turn."""
        return f"{self.folder}{probe}-{turn}{self.ending}"

    def control_address(self, probe: str, turn: int) -> str:
        """The control's path below our prefix, for this view and turn."""
        return f"{self.control_folder}{probe}-{turn}{self.ending}"


_VERIFIED: Final = Verified(
    on=date(2026, 11, 29),
    engines=(
        "uBlock Origin (@gorhill/ubo-core 0.1.30)",
        "Brave, Aggressive (adblock 0.6.0 of July 2022)",
        "Ghostery (@ghostery/adblocker 2.18.2)",
        "AdGuard (@adguard/tsurlfilter 6.0.3)",
    ),
    lists=(
        "EasyList, EasyPrivacy and uBlock filters as in uBlock Origin 1.67",
        "AdGuard Base, Tracking Protection, Social and all Annoyances as in @adguard/dnr-rulesets 3.3.20260320",
    ),
)

SCRIPT: Final = Bait(
    name="script",
    request_type="script",
    folder="adverts/adserve/",
    control_folder="check/",
    ending=".js",
    rules=("/adverts/*$~xmlhttprequest", "/adserve/*$script"),
    verified=_VERIFIED,
)

IMAGE: Final = Bait(
    name="image",
    request_type="image",
    folder="pix/ads/images/",
    control_folder="signal/",
    ending=".gif",
    rules=("/pix/ads/*$image", "/ads/images/*$image"),
    verified=_VERIFIED,
)

STYLE: Final = Bait(
    name="style",
    request_type="stylesheet",
    folder="assets/ads/",
    control_folder="sheet/",
    ending=".css",
    rules=("/assets/ads/*$~image",),
    verified=_VERIFIED,
)
"""Evidence only: told with a view whose script bait failed, never what a verdict rests on."""

BAITS: Final = (SCRIPT, IMAGE, STYLE)

_ANY_TYPE: Final = replace(
    _VERIFIED,
    engines=(*_VERIFIED.engines, "each as script, image and fetch: a service worker's requests are of no other type"),
)

SIZED_SCRIPT: Final = replace(
    SCRIPT, name="sized script", folder="img/728x90/", rules=("/728x90/*",), verified=_ANY_TYPE
)
SIZED_IMAGE: Final = replace(IMAGE, name="sized image", folder="img/468x60/", rules=("/468x60/*",), verified=_ANY_TYPE)

SIZED: Final = (SIZED_SCRIPT, SIZED_IMAGE)
"""For pages whose requests a service worker answers: declarative blockers no longer see of which type those are, so rules
that name one do nothing there. The rules behind these name none. They are tried as well, not instead: Privoxy, which sees
the types, lets them through."""
