"""The client script as it is served: small, typed, and without anything that it must not have."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from adnotice.detect.client import MAX_AGE_SECONDS, client_settings, make_client, make_parts, make_silence
from adnotice.detect.presets import PRESETS, find_preset
from adnotice.detect.settings import DetectSettings
from adnotice.http.static_files import read_static

EVERYTHING = DetectSettings(
    ad_probe="adsense", ad_probe_consent="tcf", count_navigations=True, expose_verdict=True, measure_consent="required"
)


def test_what_every_site_serves_is_at_most_three_kilobytes_packed() -> None:
    assert len(make_client(DetectSettings(), 1.0).packed.body) <= 3 * 1024


def test_with_the_probe_it_is_at_most_four_kilobytes_and_a_third() -> None:
    client = make_client(DetectSettings(ad_probe="gpt", ad_probe_consent="google"), 1.0)
    assert len(client.packed.body) + len(make_parts()["probe.js"].packed.body) <= 4_403


def test_a_clear_view_costs_two_small_answers_beside_the_cached_script() -> None:
    assert len(make_silence().plain.body) < 100
    assert MAX_AGE_SECONDS <= 300


@pytest.mark.parametrize("settings", [DetectSettings(), EVERYTHING])
def test_the_served_script_is_the_built_file_called_with_the_settings(settings: DetectSettings, tmp_path: Path) -> None:
    script = make_client(settings, 0.5).plain.body
    built, called, given = script.partition(b"\n})(")
    assert built + b"\n})\n" == read_static("client.js")
    assert called
    assert msgspec.json.decode(given.removesuffix(b");\n")) == msgspec.json.decode(
        msgspec.json.encode(client_settings(settings, 0.5))
    )
    if shutil.which("node") is None:
        pytest.skip("no node to read the script")
    (tmp_path / "client.js").write_bytes(script)
    subprocess.run(["node", "--check", str(tmp_path / "client.js")], check=True, capture_output=True, timeout=30)


def test_what_is_not_set_is_not_said() -> None:
    assert client_settings(DetectSettings(honour_gpc=False), 1.0) == {"sample": 1.0}


def test_settings_can_not_break_out_of_the_script() -> None:
    settings = DetectSettings(ad_probe="https://ads.example.test/</script><script>", ad_probe_effect="a.b")
    assert b"</script" not in make_client(settings, 1.0).plain.body


def test_a_site_can_name_its_own_ad_script() -> None:
    found = find_preset("https://ads.example.test/tag/ad.js?v=2#x", "myAds.ready")
    assert found == ("ads.example.test/tag/ad.js", "https://ads.example.test/tag/ad.js?v=2#x", ("myAds.ready",))
    assert find_preset("adsense", "") is PRESETS["adsense"]
    assert find_preset("adsense", "other.effect").effects == ("other.effect",)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"ad_probe": "taboola"}, "ad_probe must be one of adsense, gpt, prebid, amazon, or an address"),
        ({"ad_probe": "https://ads.example.test/a.js"}, "needs ad_probe_effect"),
        ({"ad_probe": "javascript:alert(1)", "ad_probe_effect": "a"}, "must be one of"),
        ({"ad_probe": "gpt", "ad_probe_effect": "a b"}, "must be a JavaScript name"),
        ({"ad_probe": "gpt", "ad_probe_consent": "a()"}, "must be tcf, google or the name of a function"),
        ({"ad_probe": "prebid", "ad_probe_load": True}, "can't be used with prebid"),
        ({"sample_rate": 0.0}, "sample_rate must be above 0"),
        ({"sample_rate": 1.5}, "sample_rate must be above 0"),
        ({"measure_consent": "maybe"}, "measure_consent must be not-needed or required, got 'maybe'"),
        ({"ask_consent": "yes"}, "ask_consent must be not-needed or required, got 'yes'"),
        ({"witness_minutes": 0}, "witness_minutes must be from 1 to 60"),
    ],
)
def test_settings_that_can_not_work_are_told_with_a_remedy(options: dict[str, object], problem: str) -> None:
    problems = list(DetectSettings(**options).problems())  # type: ignore[arg-type]
    assert any(problem in each for each in problems), problems
    assert not list(DetectSettings().problems())
