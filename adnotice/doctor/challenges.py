"""Whether an answer is a challenge or block page of an edge, and not the site's own."""

from __future__ import annotations

from typing import Final

from adnotice.doctor.observations import Seen

_SIGNS: Final = (
    b"challenge-platform",
    b"just a moment",
    b"attention required",
    b"checking your browser",
    b"enable javascript and cookies",
    b"captcha",
    b"_incapsula_",
    b"awswaf",
    b"access denied",
)
_TURNED_AWAY: Final = (401, 403, 405, 429, 503)


def is_challenge(seen: Seen) -> bool:
    """Whether an edge asks the visitor to prove something before the site answers."""
    if "challenge" in seen.header("cf-mitigated").lower() or seen.header("x-amzn-waf-action"):
        return True
    if seen.header("x-adnotice") or seen.media_type != "text/html" or seen.status not in _TURNED_AWAY:
        return False
    start = seen.body[:20_000].lower()
    return any(sign in start for sign in _SIGNS)
