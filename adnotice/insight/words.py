"""What the figures are called, what they count, and what to do about them, in an editor's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from adnotice.count.tally import OTHER
from adnotice.vocabulary import Mode, Quiet, Refusal


class Advice(NamedTuple):
    """What a reason means and what to do about it."""

    means: str
    do: str


MODES: Final[Mapping[Mode, str]] = {
    Mode.OFF: "adnotice is switched off: nothing is counted and nobody is asked. Switch it on with: adnotice mode measure",
    Mode.MEASURE: "adnotice counts and asks nobody. Ask readers with: adnotice mode ask",
    Mode.ASK: "adnotice counts, and asks readers whose browser blocks ads.",
}

STEPS: Final[Mapping[str, Advice]] = {
    "blocked": Advice("Seen with ads blocked", "of page views with a clear answer"),
    "asked": Advice("Asked", "of those; the rest were left in peace, for the reasons below"),
    "shown": Advice("Notice on screen", "of those asked; some leave before the notice comes up"),
    "howto": Advice("Steps opened", "of notices shown: “how to allow ads” was opened"),
    "later": Advice("Answered “not now”", "of notices shown"),
    "never": Advice("Answered “don’t ask again”", "of notices shown"),
    "supports": Advice("Answered “I support you already”", "of notices shown"),
    "rechecked": Advice("Checked again", "of notices shown: “check again” was pressed"),
    "allowed": Advice("Ads allowed again", "of notices shown: a check after the notice found that ads come through"),
}

BREAKDOWNS: Final[Mapping[str, tuple[str, str]]] = {
    "pages": ("Pages", "Page"),
    "browsers": ("Browsers", "Browser"),
    "devices": ("Devices", "Device"),
    "systems": ("Operating systems", "System"),
}

QUIET: Final[Mapping[Quiet, str]] = {
    Quiet.NOT_BLOCKED: "No blocker was found",
    Quiet.PARTLY: "A blocker is on, yet ads arrived",
    Quiet.MODE: "adnotice was told to measure only",
    Quiet.BOT: "A robot looked at the page",
    Quiet.EXCLUDED: "The page is one where nobody is asked (setting ask_exclude)",
    Quiet.SUPPORTS: "The reader said “I support you already”",
    Quiet.NEVER: "The reader said “don’t ask again”",
    Quiet.LATER: "The reader said “not now” less than the set number of days ago",
    Quiet.FIRST_PAGE: "It was the first page of a visit (setting ask_on_first_page)",
}

NOTHING_TO_DO: Final = "Nothing: this is as it should be."

REFUSALS: Final[Mapping[Refusal, Advice]] = {
    Refusal.METHOD: Advice("The page was not asked for with GET, such as the answer to a form.", NOTHING_TO_DO),
    Refusal.EXCLUDED: Advice(
        "Its path is left out by the settings include and exclude.", "Nothing, if that is what you want."
    ),
    Refusal.SKIPPED: Advice("The setting skip said to leave it alone.", "Nothing, if that is what you want."),
    Refusal.HEADER: Advice(
        "The application sent the header X-AdNotice: off with it.", "Nothing, if that is what you want."
    ),
    Refusal.STATUS: Advice("It was an error page or a redirect, not a whole page.", NOTHING_TO_DO),
    Refusal.TYPE: Advice("It was not HTML.", NOTHING_TO_DO),
    Refusal.CHARSET: Advice(
        "It is written in a character set in which the tag can’t be inserted, such as UTF-16.", "Serve pages as UTF-8."
    ),
    Refusal.RANGE: Advice("Only a part of the page was asked for.", NOTHING_TO_DO),
    Refusal.ATTACHMENT: Advice("It was a download.", NOTHING_TO_DO),
    Refusal.NO_TRANSFORM: Advice(
        "It says Cache-Control: no-transform, which forbids any change.",
        "Remove no-transform from pages that should be measured.",
    ),
    Refusal.DIGEST: Advice(
        "It carries a digest or signature of its body, which a change would break.",
        "Compute the digest behind adnotice, or leave it out for pages.",
    ),
    Refusal.TRAILERS: Advice(
        "It announces trailers, which may hold a digest of its body.", "Leave trailers out for pages."
    ),
    Refusal.LENGTH: Advice(
        "Its Content-Length is missing a number or given twice.", "Mend the header in the application."
    ),
    Refusal.CODING: Advice(
        "It was compressed before adnotice saw it, in a way that adnotice can’t open.",
        "Put adnotice inside the compression middleware, or install the extra brotli or zstd.",
    ),
    Refusal.CSP: Advice(
        "Its Content-Security-Policy would not let the script run.",
        "Allow 'self' in script-src, or use a nonce: adnotice copies it.",
    ),
    Refusal.AMP: Advice("It is an AMP page, which may hold no scripts of its own.", NOTHING_TO_DO),
    Refusal.FRAGMENT: Advice("It was a piece of a page, loaded into another one.", NOTHING_TO_DO),
    Refusal.REPEATED: Advice(
        "It carries the tag already: two adnotice stand one behind the other.", "Remove one of the two."
    ),
    Refusal.FAILED: Advice(
        "adnotice failed on it and let it pass as it was.", "Look into the log for the error, and report it to us."
    ),
}

WEIGHTS: Final[Mapping[str, str]] = {"wrong": "To mend:", "look": "Worth a look:", "know": "Good to know:"}

GROUNDS: Final[Mapping[str, str]] = {
    "script bait arrived": "The first test came through. Nothing more is asked of such a view.",
    "script bait arrived on a retry": "The first test was lost on the way, a later one came through.",
    "image bait arrived": "The script tests were lost on the way, an image test came through.",
    "script and image baits stopped": "Every test was stopped, of two kinds and over several rounds, while its neutral "
    "twin arrived each time.",
    "baits arrived, ad script failed": "Our own tests came through, the site’s ad script did not: the hosts "
    "of ads are out of reach.",
    "script baits stopped, image bait arrived": "The two kinds of test contradict each other.",
    "a control did not arrive": "A neutral twin was lost too: it may be the network.",
    "no answer in time": "Tests got no answer. Blockers answer at once, so this is no blocker’s doing.",
    "the page's own policy": "The page’s Content-Security-Policy stopped a test.",
    "test not finished": "The reader left before the test was over.",
    "consent refused or pending": "The reader has not allowed ads in the consent dialog.",
    "ad script still loading": "The site’s ad script had neither worked nor failed yet.",
    "baits not believed now": "Our tests fail for so many that they can’t be believed at present.",
    "ad script not believed now": "The site’s ad script fails for so many that its host is probably down.",
    "the reader objects": "The reader said “don’t count my views”: nothing is tested, and nothing is counted.",
    "stylesheet bait stopped": "Seen beside the tests that decide: a stylesheet was stopped as well.",
    "stylesheet bait arrived": "Seen beside the tests that decide: a stylesheet came through.",
    "element bait hidden": "Seen beside the tests that decide: an element named like an ad was hidden.",
    "element bait shown": "Seen beside the tests that decide: an element named like an ad was not hidden. Many blockers "
    "hide none.",
}
"""What the tests found (`vocabulary.Ground` and `Sign`), in whole sentences."""

DOUBTS: Final = ("baits not believed now", "ad script not believed now")

UNKNOWN_REASON: Final = Advice("A reason that this version does not know.", "Look into the changelog.")


def row(name: str) -> str:
    """The name of a row: the last one takes all that have none of their own."""
    return "All others" if name == OTHER else name


def ground(name: str) -> str:
    """What the tests found."""
    return GROUNDS.get(name, UNKNOWN_REASON.means)


def mode(given: Mode) -> str:
    """What adnotice does in this mode."""
    return MODES[given]


def quiet(name: str) -> str:
    """Why a view was not asked."""
    return QUIET[Quiet(name)] if name in list(Quiet) else UNKNOWN_REASON.means


def refusal(name: str) -> Advice:
    """Why pages left without the tag, and what to do."""
    return REFUSALS[Refusal(name)] if name in list(Refusal) else UNKNOWN_REASON
