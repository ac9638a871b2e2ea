"""Stores of the test's own, and the table of what came of the attacks."""

from typing import Any

from tests.count.conftest import postgresql_url, sqlite_url
from tests.hostile import table

__all__ = ["postgresql_url", "sqlite_url"]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Prints the table."""
    if table.ROWS:
        terminalreporter.section("attacks")
        for line in table.lines(table.ROWS):
            terminalreporter.write_line(line)
