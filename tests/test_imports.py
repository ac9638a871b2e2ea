"""The house's walls: imports go one way; the map in docs/design.md names what is there."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import tarfile
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "adnotice"
DOCS = PACKAGE.parent / "docs"

ROOMS = {"inject", "detect", "notice", "count"}
STOREYS: list[set[str]] = [
    {
        "vocabulary",
        "masking",
        "keys",
        "address",
        "convert",
        "middleware_order",
        "version",
        "waiting",
        "language",
    },
    {"texts", "finding", "page", "mode", "agents", "lazy", "templates"},
    {"http"},
    {"objection", "keywords"},
    ROOMS,
    {"insight"},
    {"settings", "contract"},
    {"settings_list"},
    {"operator_pages"},
    {"configuration", "composition", "standby", "switched_off", "wsgi_servers"},
    {"middleware", "wsgi", "doctor", "testing"},
    {"serve"},
    {"commands"},
    {"cli"},
    {"__main__", "django", "litestar"},
]
HEIGHT = {name: height for height, names in enumerate(STOREYS) for name in names}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def place(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(path: Path) -> set[str]:
    """The storeys' names that a module imports, whatever form the import has."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("adnotice.") and name.split(".")[1] in HEIGHT}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_below_or_from_its_own_room(path: Path) -> None:
    here = place(path)
    if here == "__init__":
        return
    assert here in HEIGHT, f"{here} has no storey yet: give it one here and in docs/design.md"
    for name in imported(path) - {here}:
        assert HEIGHT[name] < HEIGHT[here], f"adnotice.{here} must not import adnotice.{name}"


@cache
def edges() -> dict[str, set[str]]:
    """Each module's own imports among ours, wherever in the file they stand."""
    names = {".".join(("adnotice", *path.relative_to(PACKAGE).with_suffix("").parts)): path for path in modules()}
    found: dict[str, set[str]] = {}
    for name, path in names.items():
        wanted = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                wanted |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import):
                wanted |= {alias.name for alias in node.names}
        found[name] = wanted & names.keys() - {name}
    return found


def test_no_module_leads_back_to_itself() -> None:
    left = edges()
    while free := {name for name, wanted in left.items() if not wanted & left.keys()}:
        left = {name: wanted for name, wanted in left.items() if name not in free}
    assert not left, f"these import each other in a circle, or from one: {', '.join(sorted(left))}"


WALLS = [
    ("inject.decide", ["inject.rules", "inject.response", "inject.middleware", "inject.outcomes", "inject.memo"]),
    ("inject.memo", ["inject.rules", "inject.response", "inject.middleware", "inject.rewrite.plain"]),
    ("inject.rewrite", ["inject.response", "inject.middleware"]),
    ("count.model", ["count.ingest", "count.stores", "count.cdn_import"]),
    ("count.stores", ["count.ingest", "count.cdn_import"]),
    ("count.stores.sql", ["count.stores.redis"]),
    ("count.stores.redis", ["count.stores.sql"]),
    ("insight.analysis", ["insight.display", "insight.access", "insight.dashboard", "insight.api"]),
    ("insight.display", ["insight.access", "insight.dashboard", "insight.api"]),
    ("insight.access", ["insight.analysis", "insight.display", "insight.dashboard", "insight.api"]),
]
"""Within rooms: who must not import whom."""


def is_in(name: str, room: str) -> bool:
    return name == f"adnotice.{room}" or name.startswith(f"adnotice.{room}.")


@pytest.mark.parametrize(("room", "others"), WALLS, ids=[room for room, _ in WALLS])
def test_within_a_room_imports_go_one_way_too(room: str, others: list[str]) -> None:
    inside = {name: wanted for name, wanted in edges().items() if is_in(name, room)}
    assert inside, f"there is no adnotice.{room} any more"
    for name, wanted in inside.items():
        wrong = [each for each in wanted for other in others if is_in(each, other)]
        assert not wrong, f"{name} must not import {', '.join(wrong)}"


LOOPS = {"asyncio", "anyio", "trio", "starlette.types"}


@pytest.mark.parametrize("room", ["inject/decide", "count/model", "count/stores", "insight/analysis"])
def test_what_decides_and_keeps_knows_no_event_loop(room: str) -> None:
    for path in sorted((PACKAGE / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                wanted = {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                wanted = {node.module or ""}
            else:
                continue
            assert not wanted & LOOPS, f"{path.relative_to(PACKAGE)} imports {', '.join(sorted(wanted & LOOPS))}"


def count_rooms(package: Path) -> str:
    """How many rooms a package has, arrows between them, storeys and circles, in one line."""
    paths = [path for path in package.rglob("*.py") if path.parent != package or path.stem != "__init__"]
    room = {path: path.relative_to(package).with_suffix("").parts[0] for path in paths}
    below: dict[str, set[str]] = {name: set() for name in room.values()}
    for path, name in room.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [f"{node.module}.{each.name}" for each in node.names] if isinstance(node, ast.ImportFrom) else []
            names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            below[name] |= {each.split(".")[1] for each in names if each.startswith("adnotice.")} & below.keys() - {
                name
            }
    left, storeys = dict(below), 0
    while free := {name for name, wanted in left.items() if not wanted & left.keys()}:
        left = {name: wanted for name, wanted in left.items() if name not in free}
        storeys += 1
    circles = "no circle" if not left else f"a circle among {', '.join(sorted(left))}"
    return f"{len(below)} rooms, {sum(map(len, below.values()))} arrows between them, {storeys} storeys, {circles}"


def test_the_map_has_the_numbers_that_the_imports_give(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of today, and, where git has it, of 54edcfd, from which the house was rebuilt."""
    packed = subprocess.run(["git", "archive", "54edcfd", "adnotice"], cwd=PACKAGE.parent, capture_output=True)
    said = {"now": count_rooms(PACKAGE)}
    if packed.returncode == 0:
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
            archive.extractall(tmp_path, filter="data")
        said["54edcfd"] = count_rooms(tmp_path / "adnotice")
    with capsys.disabled():
        for when, counted in said.items():
            print(f"\n{when}: {counted}", end="")  # noqa: T201 - the figures are what is asked for
    text = " ".join((DOCS / "design.md").read_text(encoding="utf-8").split())
    for counted in said.values():
        assert counted in text, f"docs/design.md must say: {counted}"


def test_the_map_names_modules_that_are_there() -> None:
    table = (DOCS / "design.md").read_text(encoding="utf-8").partition("| room | modules |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `(\w[\w/]*)/` \| (.+) \|$", table, re.MULTILINE)
    assert len(rows) > 9
    for room, modules_ in rows:
        for name in re.findall(r"`(\w+)`", modules_):
            found = PACKAGE / room / name
            assert found.is_dir() or found.with_suffix(".py").exists(), f"docs/design.md: {room}/ has no {name}"


def test_files_that_the_pages_name_are_there() -> None:
    root = PACKAGE.parent
    for page in [root / "README.md", *sorted(DOCS.glob("*.md"))]:
        for name in re.findall(r"`([\w/]+\.(?:py|js|mjs))`", page.read_text(encoding="utf-8")):
            near = [root, PACKAGE, root / "static", root / "static" / "src"]
            assert any((folder / name).exists() for folder in near), f"{page.name} names {name}, which is nowhere"


def imports_of_tests(path: Path) -> set[str]:
    """The modules of ours below tests/ that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.split(".")[0] == "tests"}


@pytest.mark.parametrize("folder", ["tests", "bench", "docs"])
def test_nothing_is_imported_from_a_module_of_tests(folder: str) -> None:
    """What several tests need stands in tests/support/, or beside them in a module that has no tests."""
    root = PACKAGE.parent
    for path in sorted((root / folder).rglob("*.py")):
        for name in imports_of_tests(path):
            assert not name.split(".")[-1].startswith("test_"), f"{path.relative_to(root)} imports {name}"
            found = root.joinpath(*name.split("."))
            assert found.is_dir() or found.with_suffix(".py").exists(), f"{path.relative_to(root)} imports {name}"


def test_five_functions_at_most_have_more_than_ten_ways_through_each_for_a_reason() -> None:
    """ruff counts the ways (C90); where a list of reasons is clearest in one piece it is told so."""
    root = PACKAGE.parent
    files = [
        path for folder in ("adnotice", "bench", "demo", "docs", "tests") for path in (root / folder).rglob("*.py")
    ]
    asked = re.compile(r"# noqa: [^\n]*\bC901\b(.*)")
    found = [why for path in files for why in asked.findall(path.read_text(encoding="utf-8")) if path != Path(__file__)]
    assert len(found) <= 5
    assert all(re.match(r" - \w.{20,}", why) for why in found)
