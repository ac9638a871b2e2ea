"""Which rows of the tests' tables `make test` takes: each value of each column once, not each with each.

A test that is parametrized several times is a table: a browser x a language x a size. In the folders below every value of
every column stays, and where there are three columns or more each pair of values, in as few rows as are needed, the same
ones each time. `--whole` takes all rows; `make browser` and `make conformance` do.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import Final

import pytest

LANES: Final = {"browser": "make browser", "conformance": "make conformance"}
"""The folders, and where their tables are run whole."""

LEFT_OUT: Final = pytest.StashKey[dict[str, tuple[int, int]]]()
"""Of each table with fewer rows: how many were taken, and how many there are."""

Values = tuple[tuple[str, str], ...]
"""Some columns of a row, each with its value."""


def cover(rows: Sequence[Values]) -> set[int]:
    """The numbers of rows in which everything stands that shall; where there is a choice, values take turns."""
    parts = [set(combinations(row, 1 if len(row) < 3 else 2)) for row in rows]
    left = set[Values]().union(*parts)
    used: Counter[tuple[str, str]] = Counter()
    taken: set[int] = set()
    while left:
        best = min(range(len(rows)), key=lambda n: (-len(left & parts[n]), sum(used[value] for value in rows[n])))
        taken.add(best)
        left -= parts[best]
        used.update(rows[best])
    return taken


def pytest_addoption(parser: pytest.Parser) -> None:
    """For the lanes that run whole tables."""
    parser.addoption("--whole", action="store_true", help="all rows of the tests' tables")


@pytest.hookimpl(trylast=True)  # of those that were asked for by -k and -m
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Takes the other rows away."""
    config.stash[LEFT_OUT] = {}
    if config.option.whole:
        return
    tables: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in sorted(items, key=lambda item: item.nodeid):  # they come in a new order each time
        if is_row(item):
            tables[item.nodeid.partition("[")[0]].append(item)
    dropped: set[pytest.Item] = set()
    for name, table in tables.items():
        taken = cover([read_row(item) for item in table])
        if len(taken) < len(table):
            config.stash[LEFT_OUT][name] = len(taken), len(table)
            dropped |= {item for number, item in enumerate(table) if number not in taken}
    config.hook.pytest_deselected(items=[item for item in items if item in dropped])
    items[:] = [item for item in items if item not in dropped]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Says which tables were not whole, just before pytest's last line."""
    for name, (taken, all_) in sorted(config.stash.get(LEFT_OUT, {}).items()):  # xdist's first process collects nothing
        terminalreporter.write_line(f"rows: {taken} of {all_} of {name}; all: {LANES[find_folder(name)]}")


def is_row(item: pytest.Item) -> bool:
    """Whether it belongs to a table that may be cut."""
    return hasattr(item, "callspec") and find_folder(item.nodeid) in LANES


def read_row(item: pytest.Item) -> Values:
    """The values that a test is run with."""
    callspec = item.callspec  # type: ignore[attr-defined]  # parametrized items have it, see is_row
    return tuple(sorted((name, repr(value)) for name, value in callspec.params.items()))


def find_folder(name: str) -> str:
    """The folder of tests that a test is in, or its file."""
    return name.removeprefix("tests/").partition("/")[0]
