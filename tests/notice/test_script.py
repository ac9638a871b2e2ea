"""The notice's script as it is served: small, typed, and without anything that it must not have."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from adnotice.assets import STATIC, read_static
from adnotice.notice import script
from adnotice.notice.script import compose_script, squeeze

ROOT = Path(__file__).parents[2]
FILES = ("notice.js", "place.js")


def test_the_notice_is_one_answer_of_at_most_eight_kilobytes_packed() -> None:
    assert len(gzip.compress(compose_script(), 9)) <= 8_192


def test_its_parts_are_in_their_places() -> None:
    served = compose_script().decode()
    assert '"@' not in served
    assert "max-block-size: 60vh" in served
    assert "const findRoom =" in served


def test_a_script_without_a_place_for_its_parts_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "read_static", lambda name: b'"@place.js"' if name == "notice.js" else b"{}")
    with pytest.raises(ValueError, match=r'must hold "@notice.css" once, got 0'):
        compose_script()


def test_the_served_script_is_whole(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is missing: install nodejs")
    served = tmp_path / "notice.js"
    served.write_bytes(compose_script())
    subprocess.run([node, "--check", str(served)], check=True, timeout=30)


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
    done = subprocess.run(
        ["node", str(compiler), *options, "--types", "", *(str(STATIC / name) for name in FILES)],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", FILES)
def test_the_source_builds_no_markup_keeps_no_identity_and_reads_no_fingerprint(name: str) -> None:
    code = re.sub(r"/\*[\s\S]*?\*/|//.*", "", read_static(name).decode())
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc|"
        r"localStorage|indexedDB|document\.cookie|sendBeacon|canvas|plugins|hardwareConcurrency|"
        r"showModal|popover|scrollLock|onbeforeunload|\bunload\b|alert\("
    )
    assert re.findall(forbidden, code) == []


def test_squeezing_keeps_what_a_style_sheet_says() -> None:
    sheet = "/* why */\na > b ,\n c {\n  inset: auto 0 ;\n  color: red;\n}\n"
    assert squeeze(sheet) == "a > b,c{inset: auto 0;color: red}"
