"""The table of `make hostile`: one row for each attack on each server. Any test may add one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Row:
    """What came of one attack. `moved` is by how many points it moved the day's rate; None: it can't."""

    attack: str
    server: str
    tries: int
    errors: int = 0
    """Answers of 500 and more, but the documented 503."""
    dropped: int = 0
    tracebacks: int = 0
    moved: float | None = None
    lost: int | None = None
    """Honest views that are missing."""
    double: int | None = None
    """Honest views that were counted twice."""
    build: str = "compiled" if "TEST_COMPILED" in os.environ else "plain"


ROWS: Final[list[Row]] = []


def tell(row: Row) -> Row:
    """Adds the row to the table that is printed when the tests are over."""
    ROWS.append(row)
    return row


def lines() -> Iterator[str]:
    """The table."""
    names = ("attack", "server", "tries", "5xx", "dropped", "tracebacks", "moved by", "lost", "double", "build")
    assert len(names) == len(fields(Row))
    cells = [
        names,
        *([_show(value) for value in astuple(row)] for row in sorted(ROWS, key=lambda row: (row.attack, row.server))),
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _show(value: object) -> str:
    return "-" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)
