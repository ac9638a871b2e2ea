"""Why a page goes out without the tag, and how to mend it: a sentence each for every reason that the injector has."""

from __future__ import annotations

from typing import Final, NamedTuple

from adnotice.vocabulary import Refusal


class Remedy(NamedTuple):
    """What the reason means, and what to do."""

    what: str
    mend: str


_AS_IT_SHOULD: Final = "Nothing, unless readers see this as a page of the site"

REMEDIES: Final[dict[Refusal, Remedy]] = {
    Refusal.METHOD: Remedy("only answers to GET carry the tag", _AS_IT_SHOULD),
    Refusal.EXCLUDED: Remedy("the settings exclude it", "Look at the settings include, exclude and hosts"),
    Refusal.SKIPPED: Remedy("the setting skip leaves it out", "Look at the function given as skip"),
    Refusal.HEADER: Remedy(
        "the app said X-AdNotice: off", "Take that header off the response to have the page counted"
    ),
    Refusal.STATUS: Remedy(
        "only answers with status 200 carry the tag",
        "Nothing, unless readers should see a page here: ask for one that exists and needs no login",
    ),
    Refusal.TYPE: Remedy(
        "it is not text/html", "Nothing, unless it is a page: send pages as Content-Type: text/html; charset=utf-8"
    ),
    Refusal.CHARSET: Remedy("its encoding is no superset of ASCII", "Send pages as UTF-8"),
    Refusal.RANGE: Remedy("it is a part of a page", _AS_IT_SHOULD),
    Refusal.ATTACHMENT: Remedy(
        "browsers save it instead of showing it", "Take Content-Disposition: attachment off pages"
    ),
    Refusal.NO_TRANSFORM: Remedy(
        "Cache-Control: no-transform forbids every change",
        "Take no-transform off the page's Cache-Control, or write the tag into the page's template yourself",
    ),
    Refusal.DIGEST: Remedy(
        "it carries a digest or signature of its body", "Add the digest in front of adnotice, not behind it"
    ),
    Refusal.TRAILERS: Remedy("it announces trailers", "Send pages without trailers"),
    Refusal.LENGTH: Remedy("its Content-Length is no number", "Mend the Content-Length that the app sends"),
    Refusal.CODING: Remedy(
        "it is compressed in a way that is not opened here",
        "Put the compression middleware outside of adnotice (add it after, in Starlette), "
        "or install adnotice[brotli] or adnotice[zstd]",
    ),
    Refusal.CSP: Remedy(
        "its Content-Security-Policy would not let the script run",
        "Add 'self' to script-src, or a nonce where the policy has 'strict-dynamic': adnotice copies it",
    ),
    Refusal.AMP: Remedy("AMP pages may hold no scripts of the site", _AS_IT_SHOULD),
    Refusal.FRAGMENT: Remedy(
        "it begins neither with a doctype nor with <html> or <head>",
        "Begin pages with <!doctype html>. Fragments that scripts fetch are left alone on purpose",
    ),
    Refusal.REPEATED: Remedy("it carried a tag before", "Wrap the app in AdNoticeMiddleware once"),
    Refusal.FAILED: Remedy(
        "adnotice failed on it", "Read the site's log for lines that begin with adnotice, and report them"
    ),
}
