"""The client script as it is served: small, typed, and without anything that it must not have."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from adnotice.assets import STATIC, lean, read_static
from adnotice.detect.client import MAX_AGE_SECONDS, make_client, make_silence
from adnotice.detect.presets import PRESETS, find_preset
from adnotice.detect.settings import DetectSettings

ROOT = Path(__file__).parents[2]
PARTS = ("client.js", "probe.js", "pages.js", "offer.js", "evidence.js")
EVERYTHING = DetectSettings(
    ad_probe="adsense", ad_probe_consent="tcf", count_navigations=True, expose_verdict=True, consent="required"
)


def test_what_every_site_serves_is_at_most_three_kilobytes_packed() -> None:
    assert len(make_client(DetectSettings(), 1.0).packed.body) <= 3 * 1024


def test_a_clear_view_costs_two_small_answers_beside_the_cached_script() -> None:
    assert len(make_silence().plain.body) < 100
    assert MAX_AGE_SECONDS <= 300


@pytest.mark.parametrize("settings", [DetectSettings(), EVERYTHING])
def test_the_served_script_is_whole(settings: DetectSettings, tmp_path: Path) -> None:
    script = make_client(settings, 0.5).plain.body
    assert b"@settings@" not in script
    assert b"@probe@" not in script
    assert b"@pages@" not in script
    assert b"@offer@" not in script
    assert b"//" not in re.sub(rb"https://", b"", script), "a comment was served"
    if shutil.which("node") is None:
        pytest.skip("no node to read the script")
    (tmp_path / "client.js").write_bytes(script)
    subprocess.run(["node", "--check", str(tmp_path / "client.js")], check=True, capture_output=True, timeout=30)


def test_the_types_are_right() -> None:
    compiler = ROOT / "node_modules" / "typescript" / "bin" / "tsc"
    if not compiler.is_file():
        pytest.skip("typescript is missing: run make browsers")
    options = [
        "--noEmit",
        "--checkJs",
        "--allowJs",
        "--strict",
        "--target",
        "es2020",
        "--lib",
        "es2020,dom,dom.iterable",
    ]
    files = [*(str(STATIC / name) for name in PARTS), str(STATIC / "adnotice.d.ts")]
    done = subprocess.run(
        ["node", str(compiler), *options, "--types", "", *files],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", PARTS)
def test_the_source_stores_nothing_builds_no_markup_and_reads_no_fingerprint(name: str) -> None:
    source = read_static(name).decode()
    never = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function"
        r"|localStorage|indexedDB|document\.cookie|setItem|caches\b"
        r"|canvas|getContext|AudioContext|\bfonts\b|plugins|mimeTypes|hardwareConcurrency|deviceMemory|getBattery"
        r"|userAgent|navigator\.platform|screen\.|languages|devicePixelRatio|getTimezoneOffset|resolvedOptions"
        r"|beforeunload|\bunload\b|sendBeacon"
    )
    assert re.findall(never, source) == []
    assert source.startswith("// @ts-check\n")


def test_the_mark_of_a_readers_own_act_is_read_and_removed_never_set() -> None:
    calls = set(re.findall(r"sessionStorage\.(\w+)", read_static("client.js").decode()))
    assert calls == {"getItem", "removeItem"}


def test_settings_can_not_break_out_of_the_script() -> None:
    settings = DetectSettings(ad_probe="https://ads.example.test/</script><script>", ad_probe_effect="a.b")
    assert b"</script" not in make_client(settings, 1.0).plain.body


def test_lean_drops_comment_lines_and_indentation_and_nothing_else() -> None:
    source = b"// a\n/*\n * b\n */\n/** c */\nconst d = 1; // e\n\n  if (d) {\n    f('//g', \"/*h*/\");\n  }\n"
    assert lean(source) == b"const d = 1; // e\nif (d) {\nf('//g', \"/*h*/\");\n}\n"


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
        ({"consent": "maybe"}, "consent must be not-needed or required"),
        ({"witness_minutes": 0}, "witness_minutes must be from 1 to 60"),
    ],
)
def test_settings_that_can_not_work_are_told_with_a_remedy(options: dict[str, object], problem: str) -> None:
    problems = list(DetectSettings(**options).problems())  # type: ignore[arg-type]
    assert any(problem in each for each in problems), problems
    assert not list(DetectSettings().problems())
