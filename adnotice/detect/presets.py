"""The ad scripts that many sites use: where they come from, and what shows that they ran."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Preset(NamedTuple):
    """One ad script.

    `part` is what its address holds on every site, `url` where it is loaded from (empty: every site has its own),
    `effects` are globals of which one is there once the script itself has run. Neither a loader's stub nor the stand-in that
    a blocker runs in its place may have them (tests/browser/test_stand_ins.py); so not `adsbygoogle.loaded`,
    `googletag.apiReady`, `pbjs.libLoaded`, and of Amazon's not that `renderImp` is there, but that it takes something. That the scripts
    themselves still set them can't be known without asking the ad networks: where one no longer does, its readers without a
    blocker count as `unknown`, on the ground "ad script failed, its address answers".
    """

    part: str
    url: str
    effects: tuple[str, ...]


PRESETS: Final[Mapping[str, Preset]] = {
    "adsense": Preset(
        "/pagead/js/adsbygoogle.js",
        "https://pagead2.googlesyndication.com/pagead/js/adsbygoogle.js",
        ("google_ad_modifications", "google_persistent_state_async", "google_reactive_ads_global_state"),
    ),
    "gpt": Preset(
        "/tag/js/gpt.js",
        "https://securepubads.g.doubleclick.net/tag/js/gpt.js",
        ("googletag._loadStarted_",),
    ),
    "prebid": Preset("prebid", "", ("pbjs.version",)),
    "amazon": Preset("/aax2/apstag.js", "https://c.amazon-adsystem.com/aax2/apstag.js", ("apstag.renderImp.length",)),
}


UNLISTED: Final = (
    "ajax.googleapis.com",
    "bootstrapcdn.com",
    "cdnjs.cloudflare.com",
    "code.jquery.com",
    "fonts.googleapis.com",
    "fonts.gstatic.com",
    "jsdelivr.net",
    "player.vimeo.com",
    "unpkg.com",
    "use.typekit.net",
    "www.youtube.com",
)
"""Third parties of many pages whose scripts no list stops as such: where these fail too, it is not a list."""


def find_preset(name_or_address: str, effect: str) -> Preset:
    """The preset of this name, or the ad script at this address with the global that it defines."""
    known = PRESETS.get(name_or_address)
    if known is not None:
        return known._replace(effects=(effect,)) if effect else known
    part = name_or_address.partition("//")[2].partition("?")[0].partition("#")[0]
    return Preset(part, name_or_address, (effect,))
