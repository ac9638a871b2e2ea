"""The browser's files: what is served is what the sources build to, typed, small, and without what they must not have."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from adnotice.contract import write_contract
from adnotice.http.static_files import STATIC, make_asset, make_sources
from adnotice.notice.content import PREVIEW_STATES

ROOT = Path(__file__).parent.parent
SOURCES = STATIC / "src"
BUILT = {
    "about.js": "src/about.js",
    "client.js": "src/client.js",
    **{f"{name}.js": f"src/detect/{name}.js" for name in ("consent", "pages", "probe", "rounds", "second", "slots")},
    **{
        f"{name}.js": f"src/notice/{name}.js"
        for name in ("bar", "card", "delayed", "marked", "notice", "panel", "sight")
    },
    **{f"{name}.js": f"src/operator/{name}.js" for name in ("dashboard", "preview", "why")},
}
"""What is served, each with its source."""

MODULES = sorted(path.relative_to(SOURCES).as_posix() for path in SOURCES.rglob("*.js"))
FLOORS = ("contract.js", "browser", "host_page", "detect", "notice", "operator", "client.js", "about.js")
"""The folders of the sources, and what stands beside them: each imports from what comes before it alone."""


def node() -> str:
    """Node.js, where the npm packages are there too."""
    found = shutil.which("node")
    if found is None or not (ROOT / "node_modules" / "esbuild").is_dir():
        pytest.skip("node or the npm packages are missing: run make browser-setup")
    return found


def code(name: str) -> str:
    """A module without its comments."""
    return re.sub(r"/\*[\s\S]*?\*/|//.*", "", (SOURCES / name).read_text())


def find_imports(name: str) -> list[str]:
    """What a module imports, below src/."""
    found = re.findall(r'(?:from|import) "(\.[^"]+)"', (SOURCES / name).read_text())
    return [Path(os.path.normpath(Path(name).parent / each)).as_posix() for each in found]


def floor_of(name: str) -> str:
    """The folder that a module is in, or its own name."""
    return name.partition("/")[0]


def test_what_is_served_is_what_the_sources_build_to(tmp_path: Path) -> None:
    subprocess.run([node(), "static/build.mjs", str(tmp_path)], check=True, timeout=60, cwd=ROOT)
    stale = [name for name in BUILT if (tmp_path / name).read_bytes() != (STATIC / name).read_bytes()]
    assert not stale, "run make static and commit what it builds"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(BUILT)


def test_the_contract_is_what_the_server_says() -> None:
    assert (SOURCES / "contract.js").read_text() == write_contract(), "run make static and commit what it builds"


def test_the_types_are_right() -> None:
    compiler = ROOT / "node_modules" / "typescript" / "bin" / "tsc"
    if not compiler.is_file():
        pytest.skip("typescript is missing: run make browser-setup")
    done = subprocess.run(
        [node(), str(compiler), "-p", str(STATIC)], capture_output=True, text=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "command",
    [("eslint", "--max-warnings=0", "."), ("stylelint", "--max-warnings=0", "{static,demo}/**/*.css")],
    ids=" ".join,
)
def test_the_linters_have_nothing_to_say(command: tuple[str, ...]) -> None:
    name, *arguments = command
    package = ROOT / "node_modules" / name
    if not package.is_dir():
        pytest.skip(f"{name} is missing: run make browser-setup")
    entry = json.loads((package / "package.json").read_text())["bin"][name]
    done = subprocess.run(
        [node(), str(package / entry), *arguments], capture_output=True, text=True, timeout=110, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", BUILT)
def test_a_served_file_names_its_readable_source_which_is_served(name: str) -> None:
    first = (STATIC / name).read_text().splitlines()[0]
    source = BUILT[name]
    assert first == f"/* Readable: {source} */"
    asset = make_sources()[source]
    assert asset.plain.body == (STATIC / source).read_bytes()
    assert (b"content-type", b"text/javascript; charset=utf-8") in asset.plain.headers


def test_everything_that_a_source_imports_is_served_beside_it() -> None:
    served = make_sources()
    for name in MODULES:
        assert {f"src/{each}" for each in find_imports(name)} <= served.keys()


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_from_its_own_folder_or_from_below(name: str) -> None:
    floor = FLOORS.index(floor_of(name))
    assert [each for each in find_imports(name) if FLOORS.index(floor_of(each)) > floor] == []


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        (b"gzip, deflate, br", True),
        (b"GZIP;q=0.5", True),
        (b"gzip; q=0", False),
        (b"gzip;q=0.000", False),
        (b"br", False),
    ],
)
def test_a_file_is_packed_for_who_takes_it(accepted: bytes, packed: bool) -> None:
    asset = make_asset("about.css", b"a{}", 60)
    assert asset.choose({b"accept-encoding": accepted}) is (asset.packed if packed else asset.plain)


def test_files_are_made_once_and_what_changes_by_the_hour_is_not_kept_for_ever() -> None:
    assert make_asset("about.css", b"a{}", 60) is make_asset("about.css", b"a{}", 60)
    for hour in range(1_000):
        make_asset("client.js", b"%d" % hour, 60)
    assert make_asset.cache_info().currsize < 200


@pytest.mark.parametrize("name", MODULES)
def test_a_module_builds_no_markup_keeps_no_identity_and_reads_no_fingerprint(name: str) -> None:
    never = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc"
        r"|indexedDB|document\.cookie|caches\b|sendBeacon"
        r"|canvas|getContext|AudioContext|\.fonts\b|plugins|mimeTypes|hardwareConcurrency|deviceMemory|getBattery"
        r"|userAgent|navigator\.platform|screen\.|languages|devicePixelRatio|getTimezoneOffset|resolvedOptions"
        r"|showModal|popover|scrollLock|beforeunload|\bunload\b|alert\("
    )
    assert re.findall(never, code(name)) == []
    assert ("localStorage" in code(name)) == (name == "browser/objection.js"), (
        "the reader's objection alone is kept for longer"
    )
    assert name == "contract.js" or (SOURCES / name).read_text().startswith("// @ts-check\n")


def test_the_mark_of_a_readers_own_act_is_set_by_the_notice_alone() -> None:
    keeping = {name for name in MODULES if "sessionStorage" in code(name)}
    assert keeping == {"browser/session_mark.js"}
    calls = {name: set(re.findall(r"sessionStorage\.(\w+)", (STATIC / name).read_text())) for name in BUILT}
    assert calls.pop("about.js") == {"removeItem"}
    assert calls.pop("client.js") == {"getItem", "removeItem"}
    assert calls.pop("panel.js") == {"setItem", "removeItem"}
    assert not any(calls.values())


@pytest.mark.parametrize("name", MODULES)
def test_the_document_is_read_through_its_prototype_alone(name: str) -> None:
    """Elements with a name or an id stand before the properties of `document`, but not before its prototype's."""
    uses = re.findall(r"\bdocument\b[^\n]*", code(name))
    # native() itself; the guard, whose name is a symbol; a setter past its prototype; a page of our own
    allowed = {
        "browser/native.js": 1,
        "client.js": 2,
        "notice/place.js": 1,
        "about.js": 1,
        "operator/dashboard.js": 2,
    }
    assert len(uses) == allowed.get(name, 0), uses
    assert not re.findall(
        r"window\[|\bwindow\)\.(?!adnotice = )|globalThis|\bself\b", code(name).replace("(window)[name]", "")
    )


def test_style_sheets_are_served_minified_inside_the_script() -> None:
    served = (STATIC / "notice.js").read_text()
    assert "border-block-start:3px double" in served
    assert "/*" not in served.split("\n", 1)[1]


def test_the_preview_has_the_states_that_the_dashboard_links_to() -> None:
    source = (ROOT / "static" / "src" / "operator" / "preview.js").read_text(encoding="utf-8")
    states = re.search(r"const STATES = \{(.*)\};", source)
    assert states is not None
    assert tuple(re.findall(r"(\w+): \[", states[1])) == PREVIEW_STATES
