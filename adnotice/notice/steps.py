"""What the reader may do, blocker by blocker: English, the source of all other languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

STEPS: Final[Mapping[str, str]] = {
    # one blocker each: its name, and what to do, one step a line; without steps it is left out
    "name_ublock_origin": "uBlock Origin",
    "how_ublock_origin": (
        "Press the uBlock Origin icon.\n"
        "Press the big power button. It turns grey, for this site only.\n"
        "Reload the page."
    ),
    "name_ublock_origin_lite": "uBlock Origin Lite",
    "how_ublock_origin_lite": (
        "Press the uBlock Origin Lite icon.\nMove the slider to “no filtering” for this site.\nReload the page."
    ),
    "name_adblock": "AdBlock",
    "how_adblock": (
        "Press the AdBlock icon.\nUnder “Pause on this site”, choose “Always”.\nReload the page, if AdBlock did not."
    ),
    "name_adblock_plus": "Adblock Plus",
    "how_adblock_plus": ("Press the Adblock Plus icon.\nSwitch off ad blocking for this website.\nReload the page."),
    "name_adguard": "AdGuard",
    "how_adguard": (
        "Press the AdGuard icon.\nSwitch off protection for this website.\nReload the page, if AdGuard did not."
    ),
    "name_ghostery": "Ghostery",
    "how_ghostery": (
        "Press the Ghostery icon.\nChoose to pause Ghostery on this site, or to trust the site.\nReload the page."
    ),
    "name_brave": "Brave",
    "how_brave": "Press the lion in the address bar.\nSwitch Shields off for this site. The page loads again by itself.",
    "name_firefox": "Firefox protection",
    "how_firefox": (
        "Press the shield in the address bar.\n"
        "Switch off Enhanced Tracking Protection for this site. The page loads again by itself."
    ),
    "name_safari": "Safari content blockers",
    "how_safari": (
        "Open the page menu in the address bar.\nChoose to turn off content blockers. The page loads again by itself."
    ),
    "name_other": "Another blocker",
    "how_other": (
        "Find its icon: beside the address bar, or under the puzzle piece.\n"
        "Most blockers have a switch for the site that you are on.\n"
        "Reload the page."
    ),
    "name_dns": "Pi-hole, NextDNS, AdGuard Home",
    "how_dns": (
        "Such a filter knows the names of ad servers, not the site that you read.\n"
        "Its log shows which names it blocks while this page loads. You can allow those."
    ),
    "name_vpn": "A VPN or a security program",
    "how_vpn": "Open its settings and find ad blocking or web protection.\nSwitch it off, or make an exception for {site}.",
}
"""A blocker's name, and what to do in it, one step a line; without steps it is left out."""

PRODUCTS: Final = frozenset(
    {
        "name_adblock",
        "name_adblock_plus",
        "name_adguard",
        "name_brave",
        "name_dns",
        "name_ghostery",
        "name_ublock_origin",
        "name_ublock_origin_lite",
    }
)
"""Names that are the same in every language."""
