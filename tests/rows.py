"""Which rows of the browser tests' tables `make test` takes: each value of each column once, not each with each; and of a test that
runs once in each browser and differs in nothing else, one browser, in turn.

A test that is parametrized several times, by marks or by fixtures, is a table: a browser x a language x a size. Every value
of every column stays, and where there are three columns or more each pair of values, in as few rows as are needed, the same
ones each time. What one mark lists by hand is one column, of which every value stays. `--whole` takes all rows, as `make browser`
does; so does asking for a row by its name, or for those that failed last.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, Final

import pytest

FOLDER: Final = "tests/browser/"
LANE: Final = "make browser"
"""Runs its tables whole."""

PROFILE: Final = "profile"
ENGINES: Final = {"chromium", "firefox", "webkit"}
"""A profile's name begins with one."""

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
    if config.option.whole or config.getoption("lf", default=False) or any("[" in asked for asked in config.args):
        return
    tables: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in sorted(items, key=lambda item: item.nodeid):  # they come in a new order each time
        if is_row(item):
            tables[item.nodeid.partition("[")[0]].append(item)
    dropped: set[pytest.Item] = set()
    turns: Counter[str] = Counter()
    for name, table in tables.items():
        taken = cover(read_rows(table))
        if is_once_a_browser(table):
            module = name.partition("::")[0]
            taken = {turns[module] % len(table)}
            turns[module] += 1
        if len(taken) < len(table):
            config.stash[LEFT_OUT][name] = len(taken), len(table)
            dropped |= {item for number, item in enumerate(table) if number not in taken}
    config.hook.pytest_deselected(items=[item for item in items if item in dropped])
    items[:] = [item for item in items if item not in dropped]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """One of xdist's processes tells the first one, which prints and collects nothing."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left out"] = session.config.stash.get(LEFT_OUT, {})


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """All of them have taken the same rows."""
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left out", {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Says which tables were not whole, just before pytest's last line."""
    for name, (taken, all_) in sorted(config.stash.get(LEFT_OUT, {}).items()):
        terminalreporter.write_line(f"rows: {taken} of {all_} of {name}; all: {LANE}")


def is_row(item: pytest.Item) -> bool:
    """Whether it belongs to a table that may be cut."""
    return hasattr(item, "callspec") and item.nodeid.startswith(FOLDER)


def read_rows(table: Sequence[pytest.Item]) -> list[Values]:
    """What each row has in those columns that differ; where one alone does, the rows are no table, and each has what no other has."""
    rows = [dict(read_columns(item)) for item in table]
    differing = find_differing(rows)
    if len(differing) < 2:
        return [(("row", str(number)),) for number in range(len(table))]
    return [tuple((name, row[name]) for name in differing) for row in rows]


def is_once_a_browser(table: Sequence[pytest.Item]) -> bool:
    """Whether the rows differ in the browser alone, and each has one of its own: those with several blockers in one are no repetition."""
    profiles = [item.callspec.params.get(PROFILE, "") for item in table]  # type: ignore[attr-defined]  # see is_row
    engines = {str(profile).partition("-")[0] for profile in profiles}
    is_each_once = len(engines) == len(table) and engines <= ENGINES
    return is_each_once and find_differing([dict(read_columns(item)) for item in table]) == [PROFILE]


def find_differing(rows: Sequence[dict[str, str]]) -> list[str]:
    """The columns in which the rows are not all the same."""
    return [name for name in rows[0] if len({row[name] for row in rows}) > 1]


def read_columns(item: pytest.Item) -> Iterator[tuple[str, str]]:
    """What each mark, and each fixture with parameters, gives a test."""
    given = dict(item.callspec.params)  # type: ignore[attr-defined]  # parametrized items have it, see is_row
    for mark in item.iter_markers("parametrize"):
        names = mark.args[0].split(",") if isinstance(mark.args[0], str) else mark.args[0]
        yield str(mark.args[0]), repr([given.pop(name.strip()) for name in names])
    for name, value in given.items():
        yield name, repr(value)
