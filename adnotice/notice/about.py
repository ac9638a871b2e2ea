"""What the public page is told of its request and of other rooms, and the headers that it goes out with."""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

from adnotice.address import is_own_path
from adnotice.http.headers import header
from adnotice.http.messages import NO_STORE, Request

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)

HEADERS: Final = (
    header(b"content-type", "text/html; charset=utf-8"),
    NO_STORE,
    header(b"content-security-policy", _POLICY),
    header(b"x-frame-options", "DENY"),
    header(b"x-content-type-options", "nosniff"),
    header(b"referrer-policy", "same-origin"),  # without any, a form on plain http would come from the origin "null"
    header(b"cross-origin-opener-policy", "same-origin"),
    header(b"cross-origin-resource-policy", "same-origin"),
    header(b"permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    header(b"x-robots-tag", "noindex"),
)
"""What goes out with our own page (OWASP ASVS 5.0, 3.4)."""

_HOST: Final = re.compile(r"([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)(?::[0-9]{1,5})?")
_TAG: Final = re.compile(r"[A-Za-z0-9-]{2,35}")


class Practice(NamedTuple):
    """What other rooms are set to do, for the public page to tell."""

    honour_gpc: bool = True
    count_referrers: bool = False
    months_kept: int = 25
    ad_probe: bool = False
    ad_probe_load: bool = False
    ad_probe_look: bool = True
    measure_consent: bool = False
    ask_consent: bool = False
    sample_rate: float = 1.0
    prefix: str = "/_adnotice"


USUAL: Final = Practice()


def chosen_language(request: Request) -> str:
    """The language that the reader has picked on the page, by tag; empty when none."""
    tag = parse_qs(request.query.decode("latin-1")).get("lang", [""])[-1]
    return tag if _TAG.fullmatch(tag) else ""


def blocker_line(request: Request) -> str:
    """The line that hides the notice on this site for good, for a blocker's own filters; empty when no host is known."""
    host = _HOST.fullmatch(request.header(b"host"))
    return f"{host[1].removeprefix('www.').lower()}##reader-notice" if host else ""


def way_back(request: Request, prefix: str) -> str:
    """The page of this site that the reader came from, by path; else the site's first page."""
    home = f"{request.base.removesuffix(prefix)}/"
    try:
        came_from = urlsplit(request.header(b"referer"))
    except ValueError:
        return home
    ours = came_from.path == request.base or came_from.path.startswith(f"{request.base}/")
    same = came_from.netloc != "" and came_from.netloc == request.header(b"host")
    return came_from.path if same and not ours and is_own_path(came_from.path) else home
