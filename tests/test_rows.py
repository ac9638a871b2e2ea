"""`make test` takes every value of every column, the same rows each time, and says which tables were not whole."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import combinations, product
from pathlib import Path

import pytest

from tests.rows import cover

ROOT = Path(__file__).parents[1]
TABLE = """
import pytest

@pytest.mark.parametrize("language", ["en", "de", "uk", "ar"])
@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_of_a_table(browser, language):
    pass

@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_of_one_column(browser):
    pass
"""


@pytest.mark.parametrize("sizes", [(2, 4), (3, 3), (2, 3, 4), (2, 2, 2, 3), (7,), (1, 5)])
def test_every_value_stays_and_of_three_columns_every_pair(sizes: tuple[int, ...]) -> None:
    columns = [[(f"column {number}", str(value)) for value in range(size)] for number, size in enumerate(sizes)]
    rows = list(product(*columns))
    taken = [rows[number] for number in cover(rows)]
    at_once = 1 if len(sizes) < 3 else 2
    assert {each for row in taken for each in combinations(row, at_once)} == {
        each for row in rows for each in combinations(row, at_once)
    }
    largest = sorted(sizes)[-at_once:]
    assert len(taken) <= 2 * largest[0] * (largest[-1] if at_once == 2 else 1)


def test_no_column_is_left_to_one_row() -> None:
    rows = list(product([("browser", "chromium"), ("browser", "firefox")], [("language", str(n)) for n in range(6)]))
    taken = [dict(rows[number])["browser"] for number in cover(rows)]
    assert sorted(taken) == ["chromium"] * 3 + ["firefox"] * 3


def run_table(folder: Path, *options: str) -> list[str]:
    """What a pytest of its own says of a table of eight rows beside one of two."""
    file = folder / "tests" / "browser" / "test_table.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(TABLE)
    command = [sys.executable, "-m", "pytest", "-p", "tests.rows", "-p", "no:cacheprovider", "-c", os.devnull, *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, f"--rootdir={folder}", str(file)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout.splitlines()


def test_what_was_left_out_is_said_right_before_the_last_line_with_the_lane_that_runs_it(tmp_path: Path) -> None:
    lines = run_table(tmp_path)
    assert lines[-2] == "rows: 4 of 8 of tests/browser/test_table.py::test_of_a_table; all: make browser"
    assert "6 passed, 4 deselected" in lines[-1]


def test_the_same_rows_are_taken_whatever_the_order(tmp_path: Path) -> None:
    taken = [
        {line.partition(" ")[0] for line in run_table(tmp_path, "-v", f"--randomly-seed={seed}") if "PASSED" in line}
        for seed in (1, 2, 3)
    ]
    assert len(taken[0]) == 6
    assert taken == taken[:1] * 3


def test_a_lane_may_ask_for_whole_tables_and_a_row_may_be_asked_for_alone(tmp_path: Path) -> None:
    assert "10 passed" in run_table(tmp_path, "--whole")[-1]
    for language in ("en", "de", "uk", "ar"):
        assert "1 passed" in run_table(tmp_path, "-k", f"firefox-{language}")[-1]


def test_several_processes_take_the_same_rows(tmp_path: Path) -> None:
    assert "6 passed" in run_table(tmp_path, "-n", "2")[-1]
