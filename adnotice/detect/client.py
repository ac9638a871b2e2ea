"""The client script as it is served: the built file, called with the site's settings."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from adnotice.detect.presets import PRESETS, find_preset
from adnotice.detect.settings import DetectSettings
from adnotice.http.static_files import Asset, make_asset, read_static

MAX_AGE_SECONDS: Final = 240
"""Four minutes: with the ten seconds after which a process looks for the mode, a cached script obeys within five."""

UNSURE_SECONDS: Final = 10
"""How long the empty script is kept where the store could not say the mode."""

PARTS: Final = ("consent.js", "pages.js", "probe.js", "rounds.js", "second.js", "slots.js", "why.js")
"""What client.js loads where it needs it."""


def make_client(settings: DetectSettings, share: float, proof: str = "") -> Asset:
    """The client script for these settings. `share` of all views is measured by it: the setting `sample_rate`, or less under
    load; `proof` is what its reports bring back then (`shares.py`)."""
    built = read_static("client.js").rstrip()
    given = msgspec.json.encode(client_settings(settings, share, proof)).replace(b"<", b"\\u003c")
    return make_asset("client.js", built + b"(" + given + b");\n", MAX_AGE_SECONDS)


def client_settings(settings: DetectSettings, share: float, proof: str = "") -> dict[str, Any]:
    """What the browser needs to know, false and empty left out: `SETTINGS` in static/src/types.d.ts."""
    values = {
        "gpc": settings.honour_gpc,
        "consent": settings.measure_consent == "required",
        "offer": settings.expose_verdict or "required" in (settings.measure_consent, settings.ask_consent),
        "sample": share,
        "drawn": {"share": proof} if proof else None,
        "expose": settings.expose_verdict,
        "referrers": settings.count_referrers,
        "navigations": settings.count_navigations,
        "probe": probe_settings(settings) if settings.ad_probe else None,
    }
    return {name: value for name, value in values.items() if value}


def probe_settings(settings: DetectSettings) -> dict[str, Any]:
    """The site's own ad script, as the browser is to watch it."""
    part, url, effects = find_preset(settings.ad_probe, settings.ad_probe_effect)
    values = {
        "address": part,
        "url": url,
        "effects": effects,
        "preset": "" if settings.ad_probe_effect else settings.ad_probe if settings.ad_probe in PRESETS else "",
        "load": settings.ad_probe_load,
        "consent": settings.ad_probe_consent,
    }
    return {name: value for name, value in values.items() if value}


def make_silence() -> Asset:
    """What is served while the mode is off."""
    return make_asset("client.js", b"/* adnotice is off */\n", MAX_AGE_SECONDS)


def make_unsure() -> Asset:
    """What is served while the store can't say the mode."""
    return make_asset("client.js", b"/* adnotice waits for its store */\n", UNSURE_SECONDS)


def make_parts() -> dict[str, Asset]:
    """The other scripts of ours that a view may load, by name."""
    return {name: make_asset(name, read_static(name), MAX_AGE_SECONDS) for name in PARTS}
