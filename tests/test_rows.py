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


def run_table(folder: Path, *options: str, source: str = TABLE, status: int = 0, file: bool = True) -> list[str]:
    """What a pytest of its own says: of a table of eight rows beside one of two, where no other source is given."""
    path = folder / "tests" / "browser" / "test_table.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)
    cached = () if "cacheprovider" in options else ("-p", "no:cacheprovider")
    command = [
        sys.executable,
        "-B",
        "-m",
        "pytest",
        "-p",
        "tests.rows",
        *cached,
        "-c",
        os.devnull,
        f"--rootdir={folder}",
    ]
    done = subprocess.run(
        [*command, *options, *([str(path)] if file else [])],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == status, done.stdout + done.stderr
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


def test_rows_that_are_asked_for_by_name_or_failed_last_all_run(tmp_path: Path) -> None:
    rows = [f"browser/test_table.py::test_of_a_table[{row}]" for row in ("chromium-en", "firefox-en", "firefox-de")]
    assert "3 passed" in run_table(tmp_path, *(f"{tmp_path}/tests/{row}" for row in rows), file=False)[-1]
    kept = ("-p", "cacheprovider", "-o", f"cache_dir={tmp_path}/kept")
    for row in ("chromium-en", "firefox-de"):
        failing = TABLE.replace("    pass", f"    assert (browser, language) != {tuple(row.split('-'))!r}", 1)
        assert "1 failed" in run_table(tmp_path, "--whole", *kept, source=failing, status=1)[-1]
        assert "1 failed" in run_table(tmp_path, "--lf", *kept, source=failing, status=1)[-1]


def test_what_one_mark_lists_by_hand_stays(tmp_path: Path) -> None:
    source = """
import pytest

@pytest.mark.parametrize(("delay", "answer"), [(1, "a"), (1, "b"), (2, "a"), (2, "b")])
def test_of_a_list(delay, answer):
    pass

@pytest.mark.parametrize("browser", ["chromium", "firefox"])
@pytest.mark.parametrize("delay, answer", [(1, "a"), (1, "b"), (2, "a"), (2, "b")])
def test_of_a_table(browser, delay, answer):
    pass

@pytest.fixture(params=["one", "two"])
def made(request):
    return request.param

@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_of_a_fixture(browser, made):
    pass
"""
    lines = run_table(tmp_path, source=source)
    assert "10 passed, 6 deselected" in lines[-1]
    assert [line.split()[1:4] for line in lines if line.startswith("rows: ")] == [["2", "of", "4"], ["4", "of", "8"]]


def test_several_processes_take_the_same_rows(tmp_path: Path) -> None:
    lines = run_table(tmp_path, "-n", "2")
    assert "6 passed" in lines[-1]
    assert lines[-2] == "rows: 4 of 8 of tests/browser/test_table.py::test_of_a_table; all: make browser"


def test_of_what_runs_once_in_each_browser_one_is_taken_in_turn(tmp_path: Path) -> None:
    source = """
import pytest

@pytest.mark.parametrize("profile", ["chromium", "firefox"])
def test_a(profile):
    pass

@pytest.mark.parametrize("profile", ["chromium-ghostery", "firefox-ublock", "webkit"])
def test_b(profile):
    pass

@pytest.mark.parametrize("profile", ["chromium-ghostery", "chromium-adguard-rules", "firefox-ublock"])
def test_of_blockers(profile):
    pass
"""
    lines = run_table(tmp_path, "-v", source=source)
    taken = {line.split()[0].partition("::")[2] for line in lines if "PASSED" in line}
    assert {each for each in taken if "blockers" not in each} == {"test_a[chromium]", "test_b[firefox-ublock]"}
    assert len(taken) == 5, "what one browser runs with several blockers stays"
    assert [line.split()[1:4] for line in lines if line.startswith("rows: ")] == [["1", "of", "2"], ["1", "of", "3"]]
    assert "8 passed" in run_table(tmp_path, "--whole", source=source)[-1]
