"""Bounds that were changed once and no test noticed: each, moved by one, turns `make fast` red."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.programs import without_coverage

ROOT = Path(__file__).parents[1]
QUICK = re.search(r"^QUICK := (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
BOUNDS = [
    ("inject/memo/copies.py", "PATIENCE: Final = 31", "PATIENCE: Final = 3", "inject/test_copies.py"),
    ("inject/memo/copies.py", "PATIENCE: Final = 31", "PATIENCE: Final = 30", "inject/test_copies.py"),
    *(
        ("count/ingest/suspicion.py", "CACHED_SLACK: Final = 20", f"CACHED_SLACK: Final = {n}", "count/test_suspicion.py")
        for n in (19, 21)
    ),
    ("count/ingest/suspicion.py", "CACHED_FACTOR: Final = 1.1", "CACHED_FACTOR: Final = 1.11", "count/test_suspicion.py"),
    *(
        ("count/settings.py", "suspect_allowance: int = 100", f"suspect_allowance: int = {n}", "count/test_suspicion.py")
        for n in (99, 101)
    ),
    *(("detect/verdict.py", "ROUNDS: Final = 4", f"ROUNDS: Final = {n}", "detect/test_verdict.py") for n in (3, 5)),
    *(
        ("detect/verdict.py", "MAX_CHANCE: Final = 1e-4", f"MAX_CHANCE: Final = {chance}", "detect/test_verdict.py")
        for chance in ("9.3e-5", "1.3e-4")
    ),
    ("detect/verdict.py", "script, ROUNDS + 1) and _all(", "script, ROUNDS) and _all(", "detect/test_verdict.py"),
    ("detect/verdict.py", "script, ROUNDS + 1) and _all(", "script, ROUNDS + 2) and _all(", "detect/test_verdict.py"),
    ("detect/verdict.py", "image, ROUNDS)", "image, ROUNDS - 1)", "detect/test_verdict.py"),
    ("detect/verdict.py", "image, ROUNDS)", "image, ROUNDS + 1)", "detect/test_verdict.py"),
    ("detect/verdict.py", ">= ROUNDS // 2", ">= ROUNDS // 2 - 1", "detect/test_verdict.py"),
    ("detect/verdict.py", ">= ROUNDS // 2", ">= ROUNDS // 2 + 1", "detect/test_verdict.py"),
    ("detect/verdict.py", "script_control, ROUNDS // 2)", "script_control, ROUNDS // 2 - 1)", "detect/test_verdict.py"),
    ("detect/verdict.py", "script_control, ROUNDS // 2)", "script_control, ROUNDS // 2 + 1)", "detect/test_verdict.py"),
    ("detect/verdict.py", "Ground.MIXED if believed and _all(Fate.STOPPED, script, ROUNDS + 1)",
     "Ground.MIXED if believed and _all(Fate.STOPPED, script, ROUNDS)", "detect/test_verdict.py"),
    ("detect/verdict.py", "refused < ROUNDS", "refused < ROUNDS - 1", "detect/test_verdict.py"),
    ("detect/verdict.py", "refused < ROUNDS", "refused < ROUNDS + 1", "detect/test_verdict.py"),
    ("detect/verdict.py", "if len(script) == 1", "if len(script) == 2", "detect/test_verdict.py"),
]  # fmt: skip


EVERY_TIME = ("PATIENCE: Final = 3", "CACHED_SLACK: Final = 19", "ROUNDS: Final = 3", "refused < ROUNDS - 1")
"""One of each kind; all of them are tried by `make endurance`."""


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.parametrize(
    ("file", "now", "moved", "tests"),
    [pytest.param(*each, id=each[2], marks=() if each[2] in EVERY_TIME else pytest.mark.endurance) for each in BOUNDS],
)
def test_a_bound_that_is_moved_by_one_is_noticed(file: str, now: str, moved: str, tests: str, tmp_path: Path) -> None:
    assert QUICK is not None
    shutil.copytree(ROOT / "adnotice", tmp_path / "adnotice", ignore=shutil.ignore_patterns("__pycache__"))
    source = tmp_path / "adnotice" / file
    text = source.read_text(encoding="utf-8")
    assert text.count(now) == 1
    source.write_text(text.replace(now, moved), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-m", QUICK[1], "-p", "no:cacheprovider", f"tests/{tests}"],
        cwd=ROOT,
        env={**without_coverage(), "TEST_COMPILED": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 1, ran.stdout[-2000:]
    assert "1 failed" in ran.stdout
