"""The settings of the detect room."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from adnotice.address import is_web_address
from adnotice.detect.presets import PRESETS

_NAME: Final = re.compile(r"[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*\Z", re.ASCII)


Consent = Literal["not-needed", "required"]


@dataclass(frozen=True, kw_only=True)
class DetectSettings:
    """How blockers are looked for."""

    honour_gpc: bool = True
    """No bait and no report for readers whose browser says GPC or DNT."""

    measure_consent: Consent = "not-needed"
    """`required`: no bait and no report before the site's script has called `adnotice.consent({measure: true})`. Who
    refuses to be measured is never asked. See docs/privacy.md."""

    ask_consent: Consent = "not-needed"
    """`required`: nobody is asked before `adnotice.consent({ask: true})`. A consent to be measured is none to be asked."""

    sample_rate: float = 1.0
    """The share of views that are measured, drawn in the browser before anything is asked for."""

    count_navigations: bool = False
    """Counts each page that a single-page app shows without loading it as a view of its own."""

    count_referrers: bool = False
    """Counts views also by the host of the other site that led the reader here; the host alone, at most 200 by name."""

    ad_probe: str = ""
    """The ad script that the site uses: `adsense`, `gpt`, `prebid`, `amazon`, or its address (https://…). Shows
    blocking by DNS and by tracker lists, which our own baits can't."""

    ad_probe_effect: str = ""
    """The global that the script at an own address defines, dots allowed: `myAds.ready`."""

    ad_probe_load: bool = False
    """Lets adnotice load the ad script itself on pages that don't."""

    ad_probe_consent: str = ""
    """The consent tool to ask before anything is said of the ad script: `tcf`, `google`, or the name of a function of
    the site's that returns true, false, or undefined while the reader has not chosen; empty: none is needed."""

    ad_probe_look: bool = True
    """Lets the server ask for the ad script's address (HEAD, at most every 5 seconds, only while readers' browsers fail
    to get it) to tell an ad host that is down from readers who block it."""

    expose_verdict: bool = False
    """Gives the site's own scripts `window.adnotice.verdict`."""

    witness_minutes: int = 10
    """How long a bait's witness is valid, and so how long a report may be retried."""

    def problems(self) -> Iterator[str]:
        """Says what is wrong with these settings, each with its remedy."""
        for name in ("measure_consent", "ask_consent"):
            if getattr(self, name) not in ("not-needed", "required"):
                yield f"{name} must be not-needed or required, got {getattr(self, name)!r}"
        if not 0 < self.sample_rate <= 1:
            yield f"sample_rate must be above 0 and at most 1, got {self.sample_rate}. To stop, use mode=off"
        yield from self._probe_problems()
        if not 1 <= self.witness_minutes <= 60:
            yield f"witness_minutes must be from 1 to 60, got {self.witness_minutes}. The default is 10"

    def _probe_problems(self) -> Iterator[str]:
        if self.ad_probe and self.ad_probe not in PRESETS:
            if not is_web_address(self.ad_probe, ("http", "https")):
                names = ", ".join(PRESETS)
                yield f"ad_probe must be one of {names}, or an address that begins with https://, got {self.ad_probe!r}"
            if not self.ad_probe_effect:
                yield "ad_probe with an own address needs ad_probe_effect: the global that the script defines"
        if self.ad_probe_effect and not _NAME.match(self.ad_probe_effect):
            yield f"ad_probe_effect must be a JavaScript name such as myAds.ready, got {self.ad_probe_effect!r}"
        if self.ad_probe_consent and not _NAME.match(self.ad_probe_consent):
            yield f"ad_probe_consent must be tcf, google or the name of a function, got {self.ad_probe_consent!r}"
        if self.ad_probe_load and self.ad_probe == "prebid":
            yield "ad_probe_load can't be used with prebid: its file has no common address. Name yours in ad_probe"
