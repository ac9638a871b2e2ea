"""The ad scripts that many sites use: where they come from, and what shows that they ran."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Preset(NamedTuple):
    """One ad script.

    `part` is what its address holds on every site, `url` where it is loaded from (empty: every site has its own),
    `effects` are globals of which one is there once the script itself has run; a loader's stub must not have them.
    """

    part: str
    url: str
    effects: tuple[str, ...]


PRESETS: Final[Mapping[str, Preset]] = {
    "adsense": Preset(
        "/pagead/js/adsbygoogle.js",
        "https://pagead2.googlesyndication.com/pagead/js/adsbygoogle.js",
        ("adsbygoogle.loaded",),
    ),
    "gpt": Preset(
        "/tag/js/gpt.js",
        "https://securepubads.g.doubleclick.net/tag/js/gpt.js",
        ("googletag._loadStarted_", "googletag.apiReady"),
    ),
    "prebid": Preset("prebid", "", ("pbjs.libLoaded",)),
    "amazon": Preset("/aax2/apstag.js", "https://c.amazon-adsystem.com/aax2/apstag.js", ("apstag.renderImp",)),
}


def find_preset(name_or_address: str, effect: str) -> Preset:
    """The preset of this name, or the ad script at this address with the global that it defines."""
    known = PRESETS.get(name_or_address)
    if known is not None:
        return known._replace(effects=(effect,)) if effect else known
    part = name_or_address.partition("//")[2].partition("?")[0].partition("#")[0]
    return Preset(part, name_or_address, (effect,))
