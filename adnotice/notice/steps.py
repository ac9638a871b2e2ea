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
    "name_privacy_badger": "Privacy Badger",
    "how_privacy_badger": "Press the Privacy Badger icon.\nChoose “{label}”. The page loads again by itself.",
    "name_opera": "Opera’s ad blocker",
    "how_opera": "Press the shield in the address bar.\nSwitch off ad blocking for this site.\nReload the page.",
    "name_edge": "Edge tracking prevention",
    "how_edge": (
        "Press the padlock in the address bar.\nSwitch off tracking prevention for this site. The page loads again by itself."
    ),
    "name_duckduckgo": "DuckDuckGo",
    "how_duckduckgo": (
        "Press the shield in the address bar.\nSwitch off protections for this site. The page loads again by itself."
    ),
    # on phones and tablets: no icons beside the address bar, no puzzle piece
    "name_ublock_origin_on_a_phone": "uBlock Origin",
    "how_ublock_origin_on_a_phone": (
        "Open the browser’s menu, then “Extensions”.\n"
        "Choose uBlock Origin and press the big power button. It turns grey, for this site only.\n"
        "Come back here and reload the page."
    ),
    "name_adguard_on_a_phone": "AdGuard",
    "how_adguard_on_a_phone": (
        "Open the AdGuard app, or AdGuard in the browser’s menu under “Extensions”.\n"
        "Switch off protection for this website, or add it to the allowlist.\n"
        "Come back here and reload the page."
    ),
    "name_ghostery_on_a_phone": "Ghostery",
    "how_ghostery_on_a_phone": (
        "Open the browser’s menu, then “Extensions”.\n"
        "Choose Ghostery, and pause it on this site or trust the site.\n"
        "Come back here and reload the page."
    ),
    "name_privacy_badger_on_a_phone": "Privacy Badger",
    "how_privacy_badger_on_a_phone": (
        "Open the browser’s menu, then “Extensions”.\nChoose Privacy Badger, then “{label}”.\n"
        "Come back here and reload the page."
    ),
    "name_safari_on_a_phone": "Safari content blockers",
    "how_safari_on_a_phone": (
        "Press the page menu at the side of the address bar.\n"
        "Choose “Turn Off Content Blockers”; it may stand under “More”. The page loads again by itself."
    ),
    "name_samsung": "Samsung Internet ad blockers",
    "how_samsung": (
        "Open the browser’s menu, then “Ad blockers”.\nSwitch yours off, or open it and allow this site.\n"
        "Come back here and reload the page."
    ),
    "name_opera_on_a_phone": "Opera’s ad blocker",
    "how_opera_on_a_phone": (
        "Open the browser’s menu, then “Ad blocking”.\nAdd this site to its exceptions, or switch it off.\n"
        "Come back here and reload the page."
    ),
    "name_edge_on_a_phone": "Edge ad blocker",
    "how_edge_on_a_phone": (
        "Open the browser’s menu, then “Settings”, then “Privacy and security”.\n"
        "Under “Block ads”, add this site to the exceptions.\n"
        "Come back here and reload the page."
    ),
    "name_other_on_a_phone": "Another blocker",
    "how_other_on_a_phone": (
        "Open the browser’s menu, or the app that blocks ads.\n"
        "Most blockers have a switch or a list for the site that you are on.\n"
        "Come back here and reload the page."
    ),
    # on the way
    "name_private_dns": "Private DNS on Android",
    "how_private_dns": (
        "Open the phone’s settings and search for “Private DNS”.\n"
        "Choose “Automatic”: the phone then uses your network’s own name server, on all sites.\n"
        "Come back here and reload the page."
    ),
    "name_dns": "Pi-hole, NextDNS, AdGuard Home",
    "how_dns": (
        "Such a filter knows the names of ad servers, not the site that you read.\n"
        "Its log shows which names it blocks while this page loads. You can allow those."
    ),
    "name_vpn": "A VPN or a security program",
    "how_vpn": "Open its settings and find ad blocking or web protection.\nSwitch it off, or make an exception for {site}.",
}
"""A blocker's name, and what to do in it, one step a line; without steps it is left out. `{label}` stands for what the product
itself writes on its button, see `labels.py`."""

PRODUCTS: Final = frozenset(
    {
        "name_adblock",
        "name_adblock_plus",
        "name_adguard",
        "name_adguard_on_a_phone",
        "name_brave",
        "name_dns",
        "name_duckduckgo",
        "name_ghostery",
        "name_ghostery_on_a_phone",
        "name_privacy_badger",
        "name_privacy_badger_on_a_phone",
        "name_ublock_origin",
        "name_ublock_origin_lite",
        "name_ublock_origin_on_a_phone",
    }
)
"""Names that are the same in every language."""
