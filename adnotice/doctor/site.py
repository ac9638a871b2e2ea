"""What is to know about the site as a whole: who can object, which ad script could be watched, whose worker answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import msgspec

from adnotice.detect.bait_age import VERIFIED, judge_age
from adnotice.detect.presets import PRESETS
from adnotice.doctor.observations import PageSeen, Seen, SiteSeen
from adnotice.finding import Finding, Weight

_REGISTERED: Final = re.compile(rb"""serviceWorker\s*\.\s*register\(\s*["'`]([^"'`]+)["'`]""")
_SCRIPT: Final = re.compile(rb"""<script\b[^>]*?\ssrc\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_ANSWERING: Final = re.compile(
    rb"""addEventListener\(\s*["'`]fetch["'`]|\bonfetch\s*=|registerRoute|precacheAndRoute"""
)
_SETTINGS: Final = re.compile(rb"\}\)\((\{.*\})\);\s*\Z", re.DOTALL)


def judge_site(site: SiteSeen, prefix: str, today: date | None = None) -> Iterator[Finding]:
    """What no single page shows. `today` is a date of UTC, by default this one."""
    folder = site.src.removesuffix("client.js")
    for finding in judge_age(today or datetime.now(UTC).date()):
        yield msgspec.structs.replace(finding, about="this adnotice", came=f"baits verified on {VERIFIED.isoformat()}")
    seen = any(page.packed.status == 200 for page in site.pages)
    if seen and not any(f"{folder}about".encode() in page.packed.body for page in site.pages):
        yield Finding(
            weight=Weight.KNOW,
            about=f"{folder}about",
            found="no page that was looked at links to the public page on what is measured, where readers can object",
            came=f"{len(site.pages)} {'page' if len(site.pages) == 1 else 'pages'} without a link to it",
            do=f"Link to {folder}about from your privacy policy. If a page does that was not looked at, name its path too",
        )
    if read_settings(site.client).get("probe") is None:
        yield from _suggest_probe(site)
    for worker in site.workers:
        if not worker.problem and answers_for_us(worker.body, prefix):
            yield Finding(
                weight=Weight.KNOW,
                about=urlsplit(worker.url).path,
                found="a service worker answers the page's requests, ours too: some blockers then no longer see what is asked",
                came=worker.summary,
                do=f"Put this first into its fetch listener: {line_for(folder)}",
            )


def line_for(folder: str) -> str:
    """The line that has a service worker leave our addresses to the browser."""
    return f'if (new URL(event.request.url).pathname.startsWith("{folder}")) return;'


def answers_for_us(worker: bytes, prefix: str) -> bool:
    """Whether this worker's text answers requests and nothing in it names our addresses."""
    return bool(_ANSWERING.search(worker)) and prefix.encode() not in worker


def read_settings(client: Seen) -> dict[str, Any]:
    """What client.js was given, by its own names; empty while the mode is off."""
    found = _SETTINGS.search(client.body)
    try:
        return msgspec.json.decode(found[1], type=dict[str, Any]) if found else {"probe": ""}
    except msgspec.DecodeError:
        return {"probe": ""}


def scripts_of(page: Seen) -> list[str]:
    """The addresses of the scripts that the page names."""
    return [urljoin(page.url, match[1].decode("utf-8", "replace")) for match in _SCRIPT.finditer(page.body)]


def find_workers(seen: Seen) -> list[str]:
    """The service workers that this page or script registers by a literal address."""
    return [urljoin(seen.url, match[1].decode("utf-8", "replace")) for match in _REGISTERED.finditer(seen.body)]


def _suggest_probe(site: SiteSeen) -> Iterator[Finding]:
    for name, preset in PRESETS.items():
        loading = [page for page in site.pages if _loads(page, preset.part)]
        if loading:
            yield Finding(
                weight=Weight.KNOW,
                about=loading[0].path,
                found="without ad_probe, blocking by DNS, VPN and tracking protection counts as clear: the real rate is "
                "probably higher",
                came=f"a page that loads {preset.part}, and ad_probe unset",
                do=f'Set ad_probe="{name}" to find those too',
            )
            return


def _loads(page: PageSeen, part: str) -> bool:
    return any(part in address for address in scripts_of(page.packed))
