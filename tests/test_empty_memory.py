"""Memory spares work and changes no answer: the same tests over an adnotice that remembers nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from adnotice.inject.decide import csp
from tests.inject.site import WITHOUT_MEMORY, wrap
from tests.support.rerun import rerun

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
    assert rerun(TESTS, markers="not (remembers or browser or endurance)", TEST_EMPTY_MEMORY="1") > 500


def test_it_is_without_memory_where_that_is_asked_for() -> None:
    async def app(*_: object) -> None:
        """Never called."""

    rules = wrap(app)._rules
    rules.is_page_type(b"text/html")
    assert bool(rules._types) is not WITHOUT_MEMORY
    assert (csp.choose_nonce.cache_info().maxsize == 0) is WITHOUT_MEMORY
