"""What is shipped is what was tested: the same tests over the wheel's machine code."""

from __future__ import annotations

import ast
import os
import tomllib
from pathlib import Path
from typing import Final

import pytest

from tests.support.rerun import rerun

ROOT: Final = Path(__file__).parent.parent
WHEEL: Final = ROOT / ".cache" / "compiled"
MODULES: Final[list[str]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"][
    "build"
]["targets"]["wheel"]["hooks"]["custom"]["modules"]
TESTS: Final = (
    "test_compiled.py",
    "inject",
    "detect",
    "http",
    "test_mode.py",
    "test_middleware.py",
    "test_whole_way.py",
)
UNCOMPILED: Final = ("detect/test_baits.py", "detect/test_client.py", "detect/test_report.py")
"""Of these, tests of modules that stay text: over machine code they would tell nothing new."""
REPEATED: Final = ("detect/test_openapi.py",)
"""Whose thousands of requests `make test` makes to the text alone; `make compiled` makes them to machine code too."""


def test_every_compiled_module_is_one_of_ours() -> None:
    assert [name for name in MODULES if not (ROOT / name).is_file()] == []
    assert sorted(MODULES) == MODULES


def test_what_is_not_compiled_inherits_from_nothing_compiled() -> None:
    """mypyc makes classes that can't be inherited from outside: under WSGI adnotice failed at its set-up, in the wheel alone."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "adnotice").rglob("*.py")}
    compiled = {
        node.name
        for path, tree in trees.items()
        for node in tree.body
        if isinstance(node, ast.ClassDef) and str(path.relative_to(ROOT)) in MODULES
    }
    heirs = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and str(path.relative_to(ROOT)) not in MODULES
        if any(isinstance(base, ast.Name) and base.id in compiled for base in node.bases)
    ]
    assert heirs == []


def test_the_tests_that_run_over_them_are_there() -> None:
    assert [name for name in (*TESTS, *UNCOMPILED, *REPEATED) if not (ROOT / "tests" / name).exists()] == []


@pytest.mark.parametrize("name", UNCOMPILED)
def test_what_does_not_run_over_them_tests_none_of_them(name: str) -> None:
    compiled = {module.removesuffix(".py").replace("/", ".") for module in MODULES}
    tree = ast.parse((ROOT / "tests" / name).read_text(encoding="utf-8"))
    tested = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert tested & compiled == set()


def is_current() -> bool:
    """Whether the wheel was built from the text as it is now."""
    ours = sorted((ROOT / "adnotice").rglob("*.py"))
    return all(
        (WHEEL / path.relative_to(ROOT)).is_file()
        and (WHEEL / path.relative_to(ROOT)).read_bytes() == path.read_bytes()
        for path in ours
    )


@pytest.mark.slow
@pytest.mark.inside
@pytest.mark.timeout(1_800)
def test_the_compiled_modules_pass_the_tests_of_their_text(request: pytest.FixtureRequest) -> None:
    if not is_current():
        pytest.skip("the modules are not compiled as they are now: make check, or make .cache/compiled, does it")
    compiled = [path for name in MODULES for path in WHEEL.glob(name.replace(".py", ".*")) if path.suffix != ".py"]
    assert len(compiled) == len(MODULES)
    beside = [path.name for path in WHEEL.iterdir() if path.suffix in (".so", ".pyd")]
    assert beside == [], "the library of the compiled modules lies in the package, not at the top of site-packages"
    without = UNCOMPILED if request.config.option.whole else (*UNCOMPILED, *REPEATED)
    passed = rerun(TESTS, without=without, markers="not (inside or browser or endurance)", TEST_COMPILED=str(WHEEL))
    assert passed > 500


def test_it_is_the_modules_asked_for_that_are_tested() -> None:
    import adnotice.http.admission
    import adnotice.inject.response

    asked = Path(os.environ.get("TEST_COMPILED", ROOT))
    for module in (adnotice.http.admission, adnotice.inject.response):
        assert Path(module.__file__).is_relative_to(asked)
        assert (Path(module.__file__).suffix != ".py") is ("TEST_COMPILED" in os.environ)
