"""Memory spares work and changes no answer: the same tests over an adnotice that remembers nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from adnotice.inject.decide import csp
from tests.inject.site import WITHOUT_MEMORY, wrap
from tests.support.programs import without_coverage

ROOT = Path(__file__).parent.parent
TESTS = (
    "test_empty_memory.py",
    "inject",
    "count/test_model.py",
    "count/test_calendar.py",
    "count/test_page_templates.py",
    "test_page.py",
    "test_agents.py",
)


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.remembers
@pytest.mark.timeout(1_800)
def test_an_adnotice_without_memory_passes_the_tests_of_one_with_it() -> None:
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-m",
            "not (remembers or browser or endurance)",
            "-p",
            "no:cacheprovider",
        ]
        + [f"tests/{name}" for name in TESTS],
        cwd=ROOT,
        env={**without_coverage(), "TEST_EMPTY_MEMORY": "1"},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr[-1000:]
    passed = re.search(r"(\d+) passed", ran.stdout)
    assert passed is not None
    assert int(passed[1]) > 500


def test_it_is_without_memory_where_that_is_asked_for() -> None:
    async def app(*_: object) -> None:
        """Never called."""

    rules = wrap(app)._rules
    rules.is_page_type(b"text/html")
    assert bool(rules._types) is not WITHOUT_MEMORY
    assert (csp.choose_nonce.cache_info().maxsize == 0) is WITHOUT_MEMORY
