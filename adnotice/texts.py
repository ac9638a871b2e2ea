"""The one table of texts: what each word of the vocabulary means, what to do about it, and whether it is harmless.

Dashboard, health page, doctor, log and docs/reasons.md take their sentences from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from adnotice.vocabulary import Ground, Quiet, Refusal, Rejection, Sign, Word

NOTHING: Final = "Nothing: this is as it should be."
NOTHING_IF_WANTED: Final = "Nothing, if that is what you want."


class Text(NamedTuple):
    """A word in whole sentences: what it means and what to do. `harmless`: as it should be, or as the operator chose."""

    means: str
    do: str = NOTHING
    harmless: bool = True


def _wanted(means: str, settings: str) -> Text:
    """What the operator chose, and where."""
    return Text(means, f"Nothing, if that is what you want; else look at {settings}.")


def _mend(means: str, do: str) -> Text:
    return Text(means, do, harmless=False)


REFUSALS: Final[Mapping[Refusal, Text]] = {
    Refusal.METHOD: Text("It is not asked for with GET, such as the answer to a form."),
    Refusal.EXCLUDED: Text("The settings include and exclude leave its path out.", NOTHING_IF_WANTED),
    Refusal.SKIPPED: Text("The function given as the setting skip leaves it out.", NOTHING_IF_WANTED),
    Refusal.HEADER: Text("The app sends the header X-AdNotice: off with it.", NOTHING_IF_WANTED),
    Refusal.STATUS: Text(
        "It is an error page or a redirect: only pages with status 200 carry the tag.",
        "Nothing, unless readers should see a page here: then it needs status 200.",
    ),
    Refusal.TYPE: Text(
        "It is not HTML.", "Nothing, unless it is a page: send pages as Content-Type: text/html; charset=utf-8."
    ),
    Refusal.CHARSET: _mend(
        "Its character set is one in which the tag can’t be inserted, such as UTF-16.", "Send pages as UTF-8."
    ),
    Refusal.RANGE: Text("Only a part of the page is asked for."),
    Refusal.ATTACHMENT: Text(
        "It is a download: browsers save it instead of showing it.",
        "Nothing, unless it is a page: take Content-Disposition: attachment off it.",
    ),
    Refusal.NO_TRANSFORM: _mend(
        "It says Cache-Control: no-transform, which forbids any change.",
        "Take no-transform off pages that should be measured, or write the tag into their template yourself.",
    ),
    Refusal.DIGEST: _mend(
        "It carries a digest or signature of its body, which a change would break.",
        "Make the digest outside of adnotice, where the tag is in already (in Starlette: add that middleware after), or "
        "leave it out for pages.",
    ),
    Refusal.TRAILERS: _mend(
        "It announces trailers, which may hold a digest of its body.", "Send pages without trailers."
    ),
    Refusal.LENGTH: _mend(
        "Its Content-Length is no number, or is given twice.", "Mend the Content-Length that the app sends."
    ),
    Refusal.CODING: _mend(
        "It was compressed before adnotice saw it, in a way that adnotice can’t open.",
        "Put the compression middleware outside of adnotice (in Starlette: add it after), or install adnotice[brotli] or "
        "adnotice[zstd].",
    ),
    Refusal.LARGE: _mend(
        "It was compressed before adnotice saw it, in one piece of more than 256 KiB (or of 8 MiB of text): too much to hold.",
        "Put the compression middleware outside of adnotice (in Starlette: add it after).",
    ),
    Refusal.FILE: _mend(
        "The app leaves a file to the server that adnotice can’t open.",
        "Let the process that runs adnotice read the file; a missing one is the app’s to mend.",
    ),
    Refusal.MESSAGE: _mend(
        "The app sends its body by a message that adnotice doesn’t know.",
        "Send pages as http.response.body or http.response.pathsend; report the message’s name to us.",
    ),
    Refusal.CSP: _mend(
        "Its Content-Security-Policy would not let the script run.",
        "Add 'self' to script-src, or a nonce where the policy has 'strict-dynamic': adnotice copies it.",
    ),
    Refusal.AMP: Text("It is an AMP page, which may hold no scripts of its own."),
    Refusal.FRAGMENT: Text(
        "It begins neither with a doctype nor with <html> or <head>: a piece of a page, loaded into another one.",
        "Nothing, unless it is a page: begin pages with <!doctype html>.",
    ),
    Refusal.REPEATED: _mend(
        "It carries the tag already: two adnotice stand one behind the other.",
        "Wrap the app in AdNoticeMiddleware once.",
    ),
    Refusal.FAILED: _mend(
        "adnotice failed on it and let it pass as it was.",
        "Read the log for lines that begin with adnotice, and report them to us.",
    ),
}
"""Why a page leaves without the tag."""

GROUNDS: Final[Mapping[Ground | Sign, Text]] = {
    Ground.SCRIPT: Text("The first test came through. Nothing more is asked of such a view."),
    Ground.RETRY: Text("The first test was lost on the way, a later one came through."),
    Ground.IMAGE: Text("The script tests were lost on the way, an image test came through."),
    Ground.STOPPED: Text(
        "Every test was stopped, of two kinds and over several rounds, while its neutral twin arrived each time."
    ),
    Ground.PROBE: Text("Our own tests came through, the site’s ad script did not: the hosts of ads are out of reach."),
    Ground.MIXED: Text("The two kinds of test contradict each other."),
    Ground.CONTROL: Text("A neutral twin was lost too: it may be the network."),
    Ground.SILENT: Text("Tests got no answer. Blockers answer at once, so this is no blocker’s doing."),
    Ground.CSP: _mend(
        "The page’s Content-Security-Policy stopped a test.",
        "Add 'self' to the policy’s script-src, img-src and connect-src.",
    ),
    Ground.SHORT: Text("The reader left before the test was over."),
    Ground.CONSENT: Text("The reader has not allowed ads in the consent dialog."),
    Ground.PENDING: Text("The site’s ad script had neither worked nor failed yet."),
    Ground.FILLED: Text("A blocker stops our tests, yet lets ads of this site through."),
    Ground.STAND_IN: Text("Something in the browser answered in place of the ad script’s host."),
    Ground.ANSWERED: Text(
        "The site’s ad script failed, but its address answers when it is asked again: it was lost on its way, or stopped by "
        "the reader."
    ),
    Ground.ISOLATED: Text(
        "The site’s ad script failed, and nothing of any other site was seen to arrive: it may be the reader’s network."
    ),
    Ground.BAITS_DOUBTED: _mend(
        "Our tests fail for so many that they can’t be believed at present.",
        "Nothing: nobody is accused meanwhile, and the tests count again by themselves once they can be believed.",
    ),
    Ground.PROBE_DOUBTED: _mend(
        "The site’s ad script fails for so many that its host is probably down.",
        "Nothing: nobody is accused meanwhile, and the script counts again by itself once it can be believed.",
    ),
    Ground.OBJECTED: Text("The reader said “don’t count my views”: nothing is tested, and nothing is counted."),
    Sign.STYLE_STOPPED: Text("Seen beside the tests that decide: a stylesheet was stopped as well."),
    Sign.STYLE_ARRIVED: Text("Seen beside the tests that decide: a stylesheet came through."),
    Sign.ELEMENT_HIDDEN: Text("Seen beside the tests that decide: an element named like an ad was hidden."),
    Sign.ELEMENT_SHOWN: Text(
        "Seen beside the tests that decide: an element named like an ad was not hidden. Many blockers hide none."
    ),
}
"""What a verdict stands on, and what else was seen."""

DOUBTS: Final = (Ground.BAITS_DOUBTED, Ground.PROBE_DOUBTED)
"""Grounds of views without a clear answer because a test was set aside."""

QUIETS: Final[Mapping[Quiet, Text]] = {
    Quiet.NOT_BLOCKED: Text("No blocker was found"),
    Quiet.PARTLY: Text("A blocker is on, yet ads arrived"),
    Quiet.MODE: Text("adnotice was told to measure only", NOTHING_IF_WANTED),
    Quiet.BOT: Text("A robot looked at the page"),
    Quiet.EXCLUDED: _wanted("The page is one where nobody is asked", "ask_exclude and ask"),
    Quiet.CONSENT: _wanted("The reader had not consented to be asked", "ask_consent"),
    Quiet.SUPPORTS: Text("The reader said “I already support you”"),
    Quiet.NEVER: Text("The reader said “don’t ask again”"),
    Quiet.LATER: Text("The reader said “not now” less than the set number of days ago"),
    Quiet.ALLOWED: _wanted("A check had found ads allowed less than 180 days ago", "count_allowed"),
    Quiet.FIRST_PAGE: _wanted("It was the first page of a visit", "ask_on_first_page"),
    Quiet.SUPPORTER: Text("The site knows the reader as a supporter"),
    Quiet.MARKED_PAGE: Text("The page is marked as one where nobody is asked", NOTHING_IF_WANTED),
    Quiet.COUNTRY: Text("Nobody is asked in the reader’s country", NOTHING_IF_WANTED),
    Quiet.OWN_APPEAL: Text("The site’s own appeal was on the page", NOTHING_IF_WANTED),
    Quiet.EVERYONE: Text("Everyone was left in peace at that time", NOTHING_IF_WANTED),
    Quiet.SLOT_HIDDEN: _mend("The place for the notice was hidden on the page", "Show the element that holds it."),
    Quiet.NOTHING_TO_DO: Text("There was nothing that this reader could do to let ads through"),
}
"""Why a view was not asked."""

REJECTIONS: Final[Mapping[Rejection, Text]] = {
    Rejection.NAME: Text(
        "adnotice has no such address.",
        "Nothing, unless your own pages ask for it: robots try addresses everywhere.",
    ),
    Rejection.HOST: _mend(
        "The request’s Host is not listed in the setting hosts.",
        "List the host in the setting hosts; behind nginx: proxy_set_header Host $host;",
    ),
    Rejection.METHOD: Text(
        "Its method is not one that the address takes.",
        "Nothing, unless a proxy changes methods: robots try them everywhere.",
    ),
    Rejection.CROSS_SITE: Text(
        "The browser says that another site’s page sent it.",
        "Nothing, unless your pages and adnotice stand on different hosts: hand the prefix on from the pages’ own host.",
    ),
    Rejection.ORIGIN: _mend(
        "Its Origin names another host than its Host: mostly a proxy that does not hand the Host on.",
        "Hand the Host on, in nginx: proxy_set_header Host $host;",
    ),
    Rejection.RATE: _mend(
        "There were more than the setting rate_per_minute (one address) or site_rate_per_second (the site) lets through.",
        "Where all readers seem to come from one address, set trusted_proxies to your proxies; else raise the rate.",
    ),
    Rejection.TYPE: _mend(
        "Its Content-Type is not one that the address takes.", "See that no proxy changes the Content-Type of requests."
    ),
    Rejection.SIZE: Text("Its body is longer than any that adnotice’s own scripts send."),
    Rejection.DEADLINE: Text(
        "Its body did not arrive in time.",
        "Nothing, where it is a few: connections break. Else raise body_deadline_seconds, or have the proxy read bodies whole before it hands them on.",
    ),
    Rejection.GONE: Text("The client went away before its body was complete."),
    Rejection.MALFORMED: Text(
        "Its body is not what adnotice’s own scripts send.",
        "Nothing, where it is a few: robots post anything. Else see that no proxy changes bodies.",
    ),
    Rejection.NO_WITNESS: Text(
        "The report proves no bait or control: everything of adnotice’s was stopped, or it is made up.",
        "Nothing, where it is a few: some readers block everything. Else try `adnotice doctor` on the site.",
    ),
    Rejection.FORGED: _mend(
        "The report’s proof was not signed here: several servers have different keys, a cache answers for baits, or it is "
        "made up.",
        "Give every server the same secret_key, and cache nothing below the prefix.",
    ),
    Rejection.EXPIRED: _mend(
        "The report’s proof is older than witness_minutes.",
        "Cache nothing below the prefix; a few come from computers that slept.",
    ),
    Rejection.FUTURE: _mend(
        "The report’s proof comes from the future: servers’ clocks differ by more than two minutes.",
        "Set the servers’ clocks by NTP.",
    ),
    Rejection.TICKET: Text("It came with a ticket that adnotice did not write."),
    Rejection.STORE: _mend(
        "The store could not take it; browsers try again for a while.", "See what ails the store, below and in the log."
    ),
    Rejection.SETTINGS: _mend("adnotice is not set up.", "The log has the list of what is wrong with the settings."),
    Rejection.LOGIN: Text("The password, token or form is wrong or too old."),
    Rejection.LOGIN_RATE: Text("There were too many wrong passwords, or too many logins at once."),
    Rejection.CLOSED: Text(
        "Neither a dashboard password nor a metrics token is set.",
        "Nothing, or set one: adnotice hash-password makes the dashboard’s.",
    ),
    Rejection.QUERY: Text("The days, the site or the table asked for can’t be shown."),
}
"""Why a request to one of our own addresses is rejected."""

UNKNOWN: Final = _mend(
    "A reason that this version does not know.",
    "Another version of adnotice counted it: run the newest everywhere, and look into its changelog.",
)

BY_NAME: Final[Mapping[type[Word], Mapping[str, Text]]] = {
    Refusal: {word.value: text for word, text in REFUSALS.items()},
    Ground: {word.value: text for word, text in GROUNDS.items()},
    Quiet: {word.value: text for word, text in QUIETS.items()},
    Rejection: {word.value: text for word, text in REJECTIONS.items()},
}
"""The same by the names that the store holds."""


def explain(kind: type[Word], name: str) -> Text:
    """The text of a name that the store holds; `UNKNOWN` for one that this version does not know."""
    return BY_NAME[kind].get(name, UNKNOWN)
