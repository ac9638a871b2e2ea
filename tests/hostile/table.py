"""The table of `make hostile`: one row for each attack on each server. Any test may add one.

usage: python -m tests.hostile.table FILE, which prints what all the runs wrote that had HOSTILE_ROWS=FILE.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path
from typing import Final

KEPT: Final = "HOSTILE_ROWS"
ELSEWHERE: Final = (
    "Elements that readers write (DOM clobbering) are no matter of servers: tests/browser/test_clobbering.py tries them in "
    "Chromium and Firefox."
)


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
    """Adds the row to the table that is printed when the tests are over, and to the file that several runs share."""
    ROWS.append(row)
    if KEPT in os.environ:
        with Path(os.environ[KEPT]).open("a", encoding="utf-8") as kept:
            kept.write(json.dumps(asdict(row)) + "\n")
    return row


def lines(rows: Iterable[Row]) -> Iterator[str]:
    """The table."""
    names = ("attack", "server", "tries", "5xx", "dropped", "tracebacks", "moved by", "lost", "double", "build")
    assert len(names) == len(fields(Row))
    cells = [
        names,
        *(
            [_show(value) for value in astuple(row)]
            for row in sorted(rows, key=lambda row: (row.attack.partition(" (")[0], row.server, row.build))
        ),
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _show(value: object) -> str:
    return "-" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    told = [Row(**json.loads(line)) for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()]
    sys.stdout.write("\n".join([*lines(told), ELSEWHERE, ""]))
