"""Stores and sites of the tests' own, and the table of what came of the attacks."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest

from tests.count.conftest import postgresql_url, sqlite_url
from tests.hostile import table
from tests.hostile.fronts import EVERYWHERE, Front, opened

__all__ = ["postgresql_url", "sqlite_url"]


@pytest.fixture(scope="session", params=EVERYWHERE)
def front(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """A server, or nginx with two: one site for each attack, told by their hosts, so that all share the processes."""
    with opened(request.param, tmp_path_factory.mktemp("front"), "hosted") as running:
        yield running


def pytest_sessionfinish(session: pytest.Session) -> None:
    """One of xdist's processes tells the first one, which prints, its rows."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["attacks"] = [asdict(row) for row in table.ROWS]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Takes the rows of one of them."""
    table.ROWS.extend(table.Row(**row) for row in getattr(node, "workeroutput", {}).get("attacks", []))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Prints the table."""
    if table.ROWS:
        terminalreporter.section("attacks")
        for line in table.lines(table.ROWS):
            terminalreporter.write_line(line)
