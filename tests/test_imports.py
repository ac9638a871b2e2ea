"""The house's walls: imports go one way."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "adnotice"

ROOMS = {"inject", "detect", "notice", "count"}
STOREYS: list[set[str]] = [
    {"vocabulary", "masking", "headers"},
    {"exchange", "begun", "texts", "finding"},
    {"address", "page", "site", "mode", "agents", "keys", "assets", "gate", "objection"},
    ROOMS,
    {"insight"},
    {"convert", "frameworks", "slot"},
    {"settings", "reception"},
    {"configuration"},
    {"standby", "switched_off"},
    {"middleware"},
    {"serve", "doctor", "contract"},
    {"commands"},
    {"init"},
    {"cli"},
    {"__main__"},
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
