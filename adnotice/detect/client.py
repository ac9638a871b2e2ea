"""The client script as it is served: lean, with the site's settings and the parts that they need in place."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from adnotice.assets import Asset, lean, make_asset, read_static
from adnotice.detect.presets import find_preset
from adnotice.detect.settings import DetectSettings

MAX_AGE_SECONDS: Final = 240
"""Four minutes: with the ten seconds after which a process looks for the mode, a cached script obeys within five."""

UNSURE_SECONDS: Final = 10
"""How long the empty script is kept where the store could not say the mode."""


def make_client(settings: DetectSettings, sample_rate: float) -> Asset:
    """The client script for these settings; `sample_rate` is the share of views that it measures."""
    values: dict[str, Any] = {
        "gpc": settings.honour_gpc,
        "consent": settings.consent == "required",
        "sample": sample_rate,
        "expose": settings.expose_verdict,
    }
    if settings.count_referrers:
        values["referrers"] = True
    if settings.ad_probe:
        part, url, effects = find_preset(settings.ad_probe, settings.ad_probe_effect)
        consent = settings.ad_probe_consent
        values["probe"] = {
            "address": part,
            "url": url,
            "effects": effects,
            "load": settings.ad_probe_load,
            "consent": consent,
        }
    parts = {
        b'"@settings@"': msgspec.json.encode(values).replace(b"<", b"\\u003c"),
        b'"@probe@"': read_part("probe.js") if settings.ad_probe else b"null",
        b'"@offer@"': read_part("offer.js") if settings.expose_verdict or settings.consent == "required" else b"null",
        b'"@pages@"': read_part("pages.js") if settings.count_navigations else b"null",
    }
    source = lean(read_static("client.js"))
    for place, part_source in parts.items():
        source = source.replace(place, part_source)
    return make_asset("client.js", source, MAX_AGE_SECONDS)


def make_silence() -> Asset:
    """What is served while the mode is off."""
    return make_asset("client.js", b"/* adnotice is off */\n", MAX_AGE_SECONDS)


def make_unsure() -> Asset:
    """What is served while the store can't say the mode."""
    return make_asset("client.js", b"/* adnotice waits for its store */\n", UNSURE_SECONDS)


def make_evidence() -> Asset:
    """What client.js loads when its first bait failed."""
    return make_asset("evidence.js", lean(read_static("evidence.js")), MAX_AGE_SECONDS)


def read_part(name: str) -> bytes:
    """A part of the client script: one expression, without the semicolon that ends its file."""
    return lean(read_static(name)).rstrip().removesuffix(b";")
