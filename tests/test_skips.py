"""What is skipped is said before pytest's last line, and is a failure where everything is required."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.skips import REQUIRE_ALL

ROOT = Path(__file__).parents[1]
SKIPPING = """
import pytest

def test_that_runs():
    pass

@pytest.mark.parametrize("number", [1, 2])
def test_that_needs_a_browser(number):
    pytest.skip("chromium is not installed")

@pytest.mark.xfail
def test_of_a_known_fault():
    assert False
"""
SKIPPING_WHOLE = "import pytest\n\npytest.skip('no redis-server to start', allow_module_level=True)\n"
WAYS = [pytest.param([], id="one process"), pytest.param(["-n", "2", "--dist", "loadfile"], id="as make test runs")]


def run_tests(folder: Path, source: str, *options: str, **environment: str) -> tuple[int, list[str]]:
    """Exit status and output lines of a pytest of its own."""
    file = folder / "test_something.py"
    file.write_text(source)
    kept = {name: value for name, value in os.environ.items() if name != REQUIRE_ALL and not name.startswith("COV_")}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.skips",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
        str(file),
        *options,
    ]
    done = subprocess.run(command, cwd=ROOT, env={**kept, **environment}, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize("options", WAYS)
def test_what_was_skipped_is_said_right_before_the_last_line(options: list[str], tmp_path: Path) -> None:
    status, lines = run_tests(tmp_path, SKIPPING, *options)
    assert status == 0
    assert lines[-2] == "skipped: 2 tests because chromium is not installed"
    assert "1 passed, 2 skipped" in lines[-1]


@pytest.mark.parametrize("options", WAYS)
@pytest.mark.parametrize(
    ("source", "reason"),
    [(SKIPPING, "chromium is not installed"), (SKIPPING_WHOLE, "no redis-server to start")],
)
def test_nothing_may_be_skipped_where_everything_is_required(
    source: str, reason: str, options: list[str], tmp_path: Path
) -> None:
    status, lines = run_tests(tmp_path, source, *options, **{REQUIRE_ALL: "1"})
    assert status != 0
    assert any(f"{REQUIRE_ALL} is set, but this was skipped: {reason}" in line for line in lines), lines
    assert "skipped" not in lines[-1]
