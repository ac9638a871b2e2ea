"""What is wrong with a page as it was delivered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from adnotice.doctor.challenges import is_challenge
from adnotice.doctor.marks import judge_marks
from adnotice.doctor.observations import PageSeen, Seen, SiteSeen, cut
from adnotice.doctor.policies import list_obstacles, read_metas, script_runs
from adnotice.finding import Finding, Weight
from adnotice.inject.decide.csp import Address
from adnotice.inject.decide.eligibility import demands_integrity, find_refusal, is_page_type, watch_headers
from adnotice.inject.rewrite.head_scanner import Scanner
from adnotice.inject.tag import ASKING, make_tag
from adnotice.texts import REFUSALS
from adnotice.vocabulary import Refusal

_LIKE_OURS: Final = re.compile(rb"<script\b[^<>]*/client\.js[^<>]*>", re.IGNORECASE)


@cache
def _tag_pattern() -> re.Pattern[bytes]:
    """The tag as it is written today, below any folder of the page's own host, with or without a nonce.

    A pasted one may ask optimisers to let it be.
    """
    tag = make_tag("/client.js", "")
    opening, closing = (re.escape(part) for part in tag.plain.removesuffix(b"></script>").split(tag.path))
    address = rb'(?P<src>/(?!/)[^"<>]*client\.js)'
    asking = rb"(?: (?:%s))*" % b"|".join(map(re.escape, ASKING))
    return re.compile(opening + address + closing + asking + rb'(?: nonce="(?P<nonce>[^"<>]*)")?></script>')


def find_tags(body: bytes) -> list[re.Match[bytes]]:
    """The tags of ours in this page, unaltered."""
    return list(_tag_pattern().finditer(body))


def find_altered(body: bytes, prefix: str) -> bytes:
    """A script element that asks for our client.js but is not the tag as we write it; empty when there is none."""
    ours = {tag.start() for tag in find_tags(body)}
    for match in _LIKE_OURS.finditer(body):
        if match.start() not in ours and f"{prefix}/client.js".encode() in match[0]:
            return match[0]
    return b""


def explain_missing(page: PageSeen, address: Address) -> Refusal | None:
    """Why the injector leaves this page alone, as far as the delivered page tells; None when nothing speaks against it."""
    seen = page.packed
    watched = watch_headers(seen.headers)
    if not is_page_type(seen.header("content-type").encode("latin-1")):
        return Refusal.TYPE if seen.status == 200 else Refusal.STATUS
    # The edge may have added the length of what it compressed; a number that can't be read is the injector's own matter.
    refusal = find_refusal(
        "GET", seen.status, False, {name: value for name, value in watched.items() if name != b"content-length"}
    )
    if refusal:
        return refusal
    if demands_integrity(watched) or not script_runs(_policies(seen), _any_nonce(seen), address):
        return Refusal.CSP
    place = Scanner().feed(seen.body, last=True)
    if isinstance(place, Refusal):
        return place
    if "content-encoding" in {name.lower().decode("latin-1") for name, _ in seen.headers}:
        return Refusal.CODING if find_tags(page.plain.body) else None
    return None


def judge_page(page: PageSeen, site: SiteSeen, prefix: str) -> Iterator[Finding]:
    """Everything that is wrong with this page or worth knowing about it."""
    seen = page.packed
    address = Address(site.scheme.encode(), site.host.encode(), site.src.encode())
    if seen.problem:
        yield _wrong(page, "it does not answer", seen.problem, "Look whether the address is right and the site runs")
    elif is_challenge(seen):
        yield _wrong(
            page,
            "an edge in front of the site answers with a challenge",
            seen.summary,
            "Let the doctor through at the edge, or run it from an address that the edge trusts",
        )
    elif altered := find_altered(seen.body, prefix):
        yield _wrong(
            page,
            "something between the app and the reader rewrites the tag",
            cut(altered),
            "Switch off script optimisers (Rocket Loader, mod_pagespeed) and address rewriting (sub_filter, CDN hosts) "
            f"for {prefix}/client.js: the script must come from the page's own host, as the tag says",
        )
    elif tags := find_tags(seen.body):
        if len(tags) > 1:
            yield _wrong(
                page,
                f"it carries the tag {len(tags)} times",
                cut(b" and ".join(tag[0] for tag in tags)),
                REFUSALS[Refusal.REPEATED].do,
            )
        yield from _judge_policies(page, tags[0]["nonce"] or b"", address)
        yield from _judge_referrer(page)
        yield from judge_marks(page, site.sheets)
    else:
        yield _judge_missing(page, address)
    if seen.cached_by and not seen.problem:
        yield Finding(
            weight=Weight.KNOW,
            about=page.path,
            found="a cache answers for this page, so pages can't be counted here",
            came=seen.cached_by,
            do="Set pages_cached=True: views are counted all the same, the rate of those not measured is not known",
        )


def judge_silence(site: SiteSeen) -> Finding | None:
    """Where nothing at all answered: that alone, as all else follows from it."""
    if site.client.problem and all(page.packed.problem for page in site.pages):
        page = site.pages[0]
        return _wrong(
            page,
            "nothing answers there",
            page.packed.problem,
            "Look whether host and port are right, and whether the site runs",
        )
    return None


def judge_failure(site: SiteSeen) -> Iterator[Finding]:
    """Where no page was a page, so that nothing is known of the tag."""
    if site.pages and not any(page.packed.problem or page.packed.status == 200 for page in site.pages):
        page = site.pages[0]
        yield _wrong(
            page,
            "no page was seen: nothing that was asked for came with status 200",
            page.packed.summary,
            "Name a page that there is, such as: adnotice doctor TARGET /news/. If it should be this one, the log of the app says "
            "why it fails",
        )


def carries_tag(page: PageSeen) -> bool:
    """Whether the page as browsers ask for it has our tag."""
    return bool(find_tags(page.packed.body))


def _judge_missing(page: PageSeen, address: Address) -> Finding:
    seen = page.packed
    refusal = explain_missing(page, address)
    if refusal is not None:
        text = REFUSALS[refusal]
        shown = cut(_policies(seen)) if refusal is Refusal.CSP else ""
        came = (
            f"{seen.summary}; Content-Security-Policy: {shown}"
            if shown
            else f"{seen.summary}; begins {cut(seen.body, 60)!r}"
        )
        weight = Weight.KNOW if refusal in (Refusal.STATUS, Refusal.TYPE, Refusal.AMP) else Weight.WRONG
        return Finding(
            weight=weight,
            about=page.path,
            found=f"it goes out without the tag ({refusal}): {text.means}",
            came=came,
            do=text.do,
        )
    return _wrong(
        page,
        "it goes out without the tag, and nothing in it says why",
        f"{seen.summary}" + (f"; {seen.cached_by}" if seen.cached_by else ""),
        "Look whether the app is wrapped in AdNoticeMiddleware, whether its mode is off, at the settings include, exclude, "
        "skip and hosts, and whether a cache in front still holds pages from before, or a script optimiser has taken the tag into "
        "a file with others",
    )


def _judge_policies(page: PageSeen, nonce: bytes, address: Address) -> Iterator[Finding]:
    seen = page.packed
    policies = seen.header("content-security-policy")
    if not script_runs(policies.encode("latin-1", "replace"), nonce, address):
        yield _wrong(
            page,
            "it carries the tag, but the Content-Security-Policy as delivered stops the script",
            f"Content-Security-Policy: {cut(policies)}",
            "Something after adnotice (nginx add_header, a CDN) adds this policy. Add 'self' to its script-src, or set the "
            "policy in the app, where adnotice reads it and copies its nonce",
        )
    for directive, policy, consequence in list_obstacles(seen, address):
        yield _wrong(
            page,
            f"the Content-Security-Policy stops the script's requests: {consequence}",
            cut(policy),
            f"Add 'self' to {directive}",
        )


def _judge_referrer(page: PageSeen) -> Iterator[Finding]:
    seen = page.packed
    header = seen.header("referrer-policy")
    meta = read_metas(seen.body).referrer
    # Of several values the last that browsers know counts (Referrer Policy, 8.1).
    policy = meta or header.rpartition(",")[2].strip().lower()
    if policy in ("no-referrer", "never"):
        yield Finding(
            weight=Weight.WRONG,
            about=page.path,
            found="without a referrer every page looks like the first of a visit, so with ask_on_first_page off nobody is asked",
            came=f'<meta name="referrer" content="{cut(meta, 40)}">' if meta else f"Referrer-Policy: {cut(header, 60)}",
            do="Send Referrer-Policy: same-origin (as private towards other sites), or set ask_on_first_page=True",
        )


def _policies(seen: Seen) -> bytes:
    names = ("content-security-policy", "content-security-policy-report-only")
    return ", ".join(filter(None, map(seen.header, names))).encode("latin-1", "replace")


def _any_nonce(seen: Seen) -> bytes:
    found = re.search(rb"'nonce-([^']*)'", _policies(seen), re.IGNORECASE)
    return found[1] if found else b""


def _wrong(page: PageSeen, what: str, came: str, mend: str) -> Finding:
    return Finding(weight=Weight.WRONG, about=page.path, found=what, came=came, do=mend)
