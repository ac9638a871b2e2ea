"""Starlette's own test suite runs the same with every one of its apps wrapped."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from tests.conformance.foreign_suite import Run, Suite, differences, prepare

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

REQUIREMENTS = (
    "starlette[full]",
    "httpx2[zstd]",
    "anyio<4.16",  # 4.16 deprecates what this Starlette's tests use, and warnings are errors there
    "blockbuster",
    "importlib-metadata",
    "opentelemetry-sdk",
    "pytest",
    "pytest-timeout",
    "trio",
)
ENOUGH = 800 if version("starlette").startswith("0.") else 1000
"""Tests that pass without us: 0.47's suite has 919."""

NEED_A_USER_WITHOUT_PRIVILEGES = "test_staticfiles_with_invalid_dir_permissions_returns_401"


@pytest.fixture(scope="module")
def suite() -> Suite:
    return prepare("starlette", version("starlette"), REQUIREMENTS)


@pytest.fixture(scope="module")
def bare(suite: Suite, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return suite.run(tmp_path_factory.mktemp("bare"))


def test_the_suite_passes_without_us(bare: Run) -> None:
    assert sum(outcome == "passed" for outcome in bare.outcomes.values()) > ENOUGH
    failed = {name for name, outcome in bare.outcomes.items() if outcome == "failed"}
    assert all(NEED_A_USER_WITHOUT_PRIVILEGES in name for name in failed)


PLACES = pytest.mark.parametrize("wrap_at", [pytest.param("client", marks=pytest.mark.endurance), "stack"])
"""Round the app as a test has it, and within Starlette's own stack of middleware."""


@PLACES
def test_no_outcome_differs_with_every_app_wrapped(suite: Suite, bare: Run, tmp_path: Path, wrap_at: str) -> None:
    wrapped = suite.run(tmp_path, wrap="wrappers:adnotice", wrap_at=wrap_at)
    assert differences(bare.outcomes, wrapped.outcomes) == {}
    assert len(set(wrapped.tagged)) >= 5, "the suite's pages did carry the tag"


@PLACES
def test_the_comparison_sees_what_another_middleware_breaks(
    suite: Suite, bare: Run, tmp_path: Path, wrap_at: str
) -> None:
    where = ("tests/middleware", "tests/test_requests.py")  # what it breaks differs from version to version
    wrapped = suite.run(tmp_path, *where, wrap="wrappers:base_http", wrap_at=wrap_at)
    assert differences({name: bare.outcomes[name] for name in wrapped.outcomes}, wrapped.outcomes)
