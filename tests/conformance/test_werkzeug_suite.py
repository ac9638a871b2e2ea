"""Werkzeug's and Flask's own test suites run the same with every app that their client runs wrapped."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from tests.conformance.foreign_suite import Run, Suite, differences, prepare

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

REQUIREMENTS = {
    "werkzeug": ("cryptography", "ephemeral-port-reserve", "pytest", "pytest-timeout", "watchdog"),
    "flask": ("asgiref", "blinker", "greenlet", "pytest<9", "pytest-timeout", "python-dotenv"),
}
ENOUGH = {"werkzeug": (700, 0), "flask": (400, 0)}
"""How many tests of each suite pass at least, and how many of them read a page with the tag: both know fragments only."""
FAILS_WITHOUT_US = "tests/test_reqctx.py::test_bad_environ_raises_bad_request"
"""Flask's, with today's Werkzeug, whatever stands in front."""

OTHERS = "not dev_server and not serving"
"""Werkzeug's tests of its own server start processes, in which nothing of ours is."""


@pytest.fixture(scope="module", params=["werkzeug", "flask"])
def suite(request: pytest.FixtureRequest) -> tuple[str, Suite]:
    name = request.param
    return name, prepare(name, version(name), REQUIREMENTS[name])


@pytest.fixture(scope="module")
def bare(suite: tuple[str, Suite], tmp_path_factory: pytest.TempPathFactory) -> Run:
    return suite[1].run(tmp_path_factory.mktemp("bare"), "tests", "-k", OTHERS)


def test_the_suite_passes_without_us(suite: tuple[str, Suite], bare: Run) -> None:
    passed = sum(outcome == "passed" for outcome in bare.outcomes.values())
    assert passed > ENOUGH[suite[0]][0]
    assert {name for name, outcome in bare.outcomes.items() if outcome == "failed"} <= {FAILS_WITHOUT_US}


def test_no_outcome_differs_with_every_app_wrapped(suite: tuple[str, Suite], bare: Run, tmp_path: Path) -> None:
    name, its = suite
    wrapped = its.run(tmp_path, "tests", "-k", OTHERS, wrap="wrappers:wsgi", wrap_at="wsgi")
    assert differences(bare.outcomes, wrapped.outcomes) == {}
    assert len(set(wrapped.tagged)) >= ENOUGH[name][1]


def test_the_comparison_sees_what_another_middleware_breaks(
    suite: tuple[str, Suite], bare: Run, tmp_path: Path
) -> None:
    wrapped = suite[1].run(tmp_path, "tests", "-k", OTHERS, wrap="wrappers:eager", wrap_at="wsgi")
    assert differences(bare.outcomes, wrapped.outcomes)
