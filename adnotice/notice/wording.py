"""What the notice says, sentence by sentence: English is the source, other languages are gettext catalogues.

Every sentence has a name, and the operator may replace any of them by its name. `{site}` stands for the site's name.
Ours ask nobody to click on an ad, blame nobody, and set no deadline.
"""

from __future__ import annotations

import difflib
import gettext
import re
from collections.abc import Iterator, Mapping
from typing import Final

SENTENCES: Final[Mapping[str, str]] = {
    # the notice
    "title": "Ads pay for our reporting",
    "body": "We are independent. Please allow ads on {site}. Thank you.",
    "how": "How to allow ads",
    "not_now": "Not now",
    "close": "Not now: close this notice",
    "supports": "I support you already",
    "never": "Don’t ask again",
    "about": "What we count",
    "announce": "A notice from {site}, at the end of this page: please allow ads.",
    "preview": "Preview. Readers who block ads see this. Nothing is counted.",
    # the steps
    "steps_help": (
        "Which ad blocker do you use? Its icon is beside the address bar, often under the puzzle piece."
        " It will go on working on all other sites."
    ),
    "steps_hosts": "Ads are blocked on their way to you: by a filter in your network, a VPN, or tracking protection.",
    "check": "Check again",
    "reload": "Load the page again",
    "checking": "One moment, please …",
    "still": "Ads are still blocked on this page. Most blockers need the page to be loaded again.",
    "still_after_reload": "Ads are still blocked on this page. If you leave it at that, that is all right.",
    "could_not_check": "We could not check just now. Please try again in a moment.",
    # what comes after
    "thanks_title": "Thank you",
    "thanks_body": "Ads may be shown on {site} from now on. They help to pay for what you read here.",
    "thanks_supporter": "It is good to know that you support us. We will not ask you again.",
    "thanks_close": "Close",
    # an objection
    "object": "Don’t count my views",
    "objected_title": "Done",
    "objected": "Your views are not counted any more: nothing is tested, nothing is sent, and you are not asked.",
    "objected_partly": "Your browser keeps only a part of this. We don’t count your views as long as it does.",
    "keeps_nothing": "Your browser keeps nothing, so we can’t remember this.",
    # one blocker each: its name, and what to do, one step a line; without steps it is left out
    "name_ublock_origin": "uBlock Origin",
    "how_ublock_origin": (
        "Press the uBlock Origin icon.\n"
        "Press the big power button. It turns grey, for this site only.\n"
        "Load the page again."
    ),
    "name_ublock_origin_lite": "uBlock Origin Lite",
    "how_ublock_origin_lite": (
        "Press the uBlock Origin Lite icon.\nMove the slider to “no filtering” for this site.\nLoad the page again."
    ),
    "name_adblock": "AdBlock",
    "how_adblock": (
        "Press the AdBlock icon.\nUnder “Pause on this site”, choose “Always”.\nLoad the page again, if AdBlock did not."
    ),
    "name_adblock_plus": "Adblock Plus",
    "how_adblock_plus": (
        "Press the Adblock Plus icon.\nSwitch off ad blocking for this website.\nLoad the page again."
    ),
    "name_adguard": "AdGuard",
    "how_adguard": (
        "Press the AdGuard icon.\nSwitch off protection for this website.\nLoad the page again, if AdGuard did not."
    ),
    "name_ghostery": "Ghostery",
    "how_ghostery": (
        "Press the Ghostery icon.\nChoose to pause Ghostery on this site, or to trust the site.\nLoad the page again."
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
        "Load the page again."
    ),
    "name_dns": "Pi-hole, NextDNS, AdGuard Home",
    "how_dns": (
        "Such a filter knows the names of ad servers, not the site that you read.\n"
        "Its log shows which names it blocks while this page loads. You can allow those."
    ),
    "name_vpn": "A VPN or a security program",
    "how_vpn": "Open its settings and find ad blocking or web protection.\nSwitch it off, or make an exception for {site}.",
}

THIS_SITE: Final = "this site"
"""What stands for the name of a site that has none."""

BLOCKERS: Final = tuple(name.removeprefix("how_") for name in SENTENCES if name.startswith("how_"))

LANGUAGES: Final = ("en",)
"""The languages we have sentences in, by BCP 47 tag; the first is the source."""

RIGHT_TO_LEFT: Final = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")


def pick_language(wanted: str, available: tuple[str, ...] = LANGUAGES) -> str:
    """The first available language of those wanted, in order; else the source language.

    `wanted` is a list by commas: a page's `lang`, a `navigator.languages`, or an Accept-Language header in the order
    that browsers send it in. A region falls back to its language (RFC 4647, lookup).
    """
    known = {tag.lower(): tag for tag in available}
    for entry in wanted[:200].split(","):
        tag = entry.partition(";")[0].strip().lower()
        while tag:
            if tag in known:
                return known[tag]
            tag = tag.rpartition("-")[0]
    return available[0]


def direction(language: str) -> str:
    """`rtl` for languages written from right to left, else `ltr`."""
    return "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"


def load_catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; the source language needs none."""
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of: {', '.join(LANGUAGES)}, got {language!r}")
    return gettext.NullTranslations()


def word(language: str, custom: Mapping[str, str], site_name: str) -> dict[str, str]:
    """Every sentence by its name, in this language, with the operator's own ones and the site's name put in."""
    catalogue = load_catalogue(language)
    site = site_name or catalogue.gettext(THIS_SITE)
    return {
        name: custom.get(name, catalogue.gettext(sentence)).replace("{site}", site)
        for name, sentence in SENTENCES.items()
    }


def wording_problems(custom: Mapping[str, str]) -> Iterator[str]:
    """Says what is wrong with the operator's own sentences, each with its remedy."""
    for name, sentence in custom.items():
        if name not in SENTENCES:
            near = difflib.get_close_matches(name, SENTENCES, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            yield f"wording has no sentence {name!r}.{hint} It must be one of: {', '.join(SENTENCES)}"
            continue
        if not sentence.strip() and not name.startswith("how_"):
            yield f"wording[{name!r}] must not be empty. Leave it out to keep ours: {SENTENCES[name]!r}"
        for placeholder in _PLACEHOLDER.findall(sentence):
            if placeholder != "site":
                yield f"wording[{name!r}] may hold the placeholder {{site}} only, got {{{placeholder}}}"
