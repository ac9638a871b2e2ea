"""What the notice says: English, the source of all other languages.

Each sentence has a name that stays, whatever its words become; a fact that changes gets a new name. `{site}` stands for
the site's name. They ask nobody to click on an ad, blame nobody, set no deadline, promise nothing that a site might not
keep, and thank for nothing that was not done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

SOURCE: Final = "en"
"""The language of the sentences here."""


class Plural(NamedTuple):
    """A sentence that holds `{count}`: for one, and for every other number. Other languages have more forms."""

    one: str
    other: str


NOTICE: Final[Mapping[str, str | Plural]] = {
    "language": "English",  # the language's name in itself
    "this_site": "this site",  # where the site has no name: stands wherever {site} does
    # the notice
    "region": "Note from {site}",
    "title": "Ads help pay for what you read here.",
    "title_alone": "Ads help pay for what you read here. Could you allow them?",  # where no other sentence has room
    "title_alone_hosts": "Ads help pay for what you read here. Could you support us another way?",
    "body": "Could you allow them on this site, or support us another way? Either way, you can read on.",
    "body_without_links": "Could you allow them on this site? Either way, you can read on.",
    "body_hosts": "They don’t get through here. Could you support us another way? Either way, you can read on.",
    "how": "Show me how",
    "not_now": "Not now",
    "close": "Close",
    "more": "More",
    "supports": "I already support you",
    "never": "Don’t ask again",
    "about": "What we count",
    "announce": "Note from {site}, last on this page: could you allow ads here? You can read on either way.",
    "announce_hosts": "Note from {site}, last on this page: could you support us another way? You can read on either way.",
    "preview": "Preview. Readers who block ads see this. Nothing is counted.",
    # the steps
    "steps_title": "How to allow ads on this site",
    "steps_likely": "Most likely",
    "steps_others": "Another blocker or browser",
    "steps_help": "One switch, for this site only. Your blocker keeps working everywhere else.",
    "steps_hosts": "Ads are stopped on their way to you: by a filter in your network, a VPN, or the browser’s own protection.",
    "steps_lets_in": "It also lets in what those ads load from other companies.",
    "privacy": "Privacy",
    "check": "Check again",
    "reload": "Reload the page",
    "checking": "One moment, please …",
    "still": "Ads are still blocked here. Many blockers need the page reloaded.",
    "still_after_reload": "Ads are still blocked here. That’s fine, you can read on.",
    "could_not_check": "We couldn’t check just now. Please try again in a moment, or simply read on.",
    # what comes after
    "thanks_title": "Thank you",
    "thanks_body": "Ads now get through on this site, and they help pay for what you read.",
    "thanks_supporter": "Good to know that you support us. We won’t ask you again.",
    "thanks_close": "Close",
    "closed": Plural("Closed. We won’t ask for {count} day.", "Closed. We won’t ask for {count} days."),
    "closed_for_good": "Closed. We won’t ask again.",
    # an objection
    "object": "Don’t count my views",
    "objected_title": "Done",
    "objected": "We don’t count your views any more: nothing is tested, nothing is sent, and we won’t ask you.",
    "objected_partly": "Your browser keeps only a part of this. We don’t count your views as long as it does.",
    "keeps_nothing": "Your browser keeps nothing, so we can’t remember this.",
}
