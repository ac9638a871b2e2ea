"""The suite, or a part of it, run anew over another adnotice."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable

from tests.support.programs import ROOT, without_coverage


def rerun(tests: Iterable[str], *, markers: str, without: Iterable[str] = (), **environment: str) -> int:
    """Runs these files and folders of tests/ in a process with this environment; all must pass. Returns how many did."""
    command = [sys.executable, "-m", "pytest", "-q", "-m", markers, "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [*command, *(f"tests/{name}" for name in tests), *(f"--ignore=tests/{name}" for name in without)],
        cwd=ROOT,
        env={**without_coverage(), **environment},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr[-1000:]
    passed = re.search(r"(\d+) passed", ran.stdout)
    assert passed is not None
    return int(passed[1])
