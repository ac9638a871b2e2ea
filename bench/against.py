"""`python -m bench.against OLD NEW [part ...]`: two builds of adnotice, each by its own bench, in turns.

OLD and NEW are folders made by `make bench-against`: a checkout with its compiled wheel in `.cache/compiled`. A round runs
the old build, the new one and the old one again, in a new order each time. Every figure of the old build's second run
beside its first is the control: what two runs of the same thing differ by.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from bench.measure import Spread, Table

MIN_ROUNDS: Final = 2
"""Quartiles need two."""

OLD: Final = "old"
NEW: Final = "new"
AGAIN: Final = "old again"

GAP: Final = re.compile(r"\s{2,}")
FIGURE: Final = re.compile(r"-?\d+(?:\.\d+)?")
MORE_IS_BETTER: Final = re.compile(r"ratio|bare/contender|ours / bare|a second")
PEERS: Final = re.compile(r"^(bare|shiny|New Relic|asgi-autoreload|python-lolhtml|BaseHTTPMiddleware|a wrapper)")
"""Rows about others: they are the same program in both builds."""


class Place(NamedTuple):
    """Where a figure stands: its table's title, its row, its column."""

    table: str
    row: str
    column: str


def read_tables(text: str) -> Iterator[tuple[Place, float]]:
    """The figures of the tables that a bench printed, of the rows that are about adnotice."""
    lines = text.splitlines()
    for at, line in enumerate(lines):
        if at < 2 or not line or set(line) != {"-"}:
            continue
        head = GAP.split(lines[at - 1].strip())
        first = at - 2
        while first > 0 and lines[first - 1]:
            first -= 1
        title = lines[first]
        for row in lines[at + 1 :]:
            if not row:
                break
            name, *cells = GAP.split(row.strip())
            if PEERS.match(name):
                continue
            columns = head[-len(cells) :] if cells else []
            for column, cell in zip(columns, cells, strict=True):
                figure = FIGURE.search(cell)
                if figure is not None and column not in ("bare", "noise"):
                    yield Place(title, name, column), float(figure[0])


def is_better_when_higher(place: Place) -> bool:
    """Whether the figure is a ratio or a rate, not a cost."""
    return MORE_IS_BETTER.search(f"{place.table} {place.column}") is not None


def run_bench(folder: Path, parts: Sequence[str], *, quick: bool) -> dict[Place, float]:
    """The figures of one run. Raises `RuntimeError` with what the bench said where it has none."""
    command = [sys.executable, "-m", "bench", *parts, *(["--quick"] if quick else [])]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        command, cwd=folder / ".cache" / "compiled", env=environment, capture_output=True, text=True, check=False
    )
    figures = dict(read_tables(done.stdout))
    if not figures:
        raise RuntimeError(f"{folder}: the bench printed no table: {done.stdout[-500:]}{done.stderr[-2000:]}")
    return figures


def measure(
    folders: Mapping[str, Path], parts: Sequence[str], rounds: int, *, quick: bool
) -> Iterator[dict[str, list[dict[Place, float]]]]:
    """The figures by which build they are of: after each round those of all rounds so far."""
    mixed = random.Random(2026)  # noqa: S311 - an order, not a secret
    found: defaultdict[str, list[dict[Place, float]]] = defaultdict(list)
    order = [OLD, NEW, AGAIN]
    for number in range(rounds):
        mixed.shuffle(order)
        for name in order:
            began = time.monotonic()
            found[name].append(run_bench(folders[NEW if name == NEW else OLD], parts, quick=quick))
            print(f"round {number + 1} of {rounds}: {name}, {time.monotonic() - began:.0f} s", flush=True)
        yield dict(found)


def compare(found: Mapping[str, Sequence[Mapping[Place, float]]]) -> tuple[list[Sequence[str]], int]:
    """A row for each figure that both builds print, and how many are worse beyond what the control strays."""
    rows: list[Sequence[str]] = []
    worse = 0
    shared = [place for place in found[OLD][0] if all(place in figures for each in found.values() for figures in each)]
    for place in shared:
        old, new, again = ([figures[place] for figures in found[name]] for name in (OLD, NEW, AGAIN))
        if not all(old) or not all(new) or not all(again):
            continue
        higher = is_better_when_higher(place)
        gained = Spread.of(b / a if higher else a / b for a, b in zip(old, new, strict=True))
        control = Spread.of(b / a if higher else a / b for a, b in zip(old, again, strict=True))
        lowest = min(1.0, *(b / a if higher else a / b for a, b in zip(old, again, strict=True)))
        is_worse = gained.median < lowest
        worse += is_worse
        name = f"{place.row}, {place.column}" if place.row else place.column
        rows.append([name[:60], f"{old[0]:g}", str(gained), str(control), "WORSE" if is_worse else ""])
    return rows, worse


def main() -> int:
    """Prints the table; 1 when a figure is worse than the control strays."""
    parser = argparse.ArgumentParser(prog="python -m bench.against", description=__doc__.partition("\n")[0])
    parser.add_argument("old", type=Path, help="a checkout with .cache/compiled")
    parser.add_argument("new", type=Path, help="another")
    parser.add_argument("parts", nargs="*", help="of the bench; none: inject and detect")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--whole", action="store_true", help="each bench measures as long as `make bench` does")
    asked = parser.parse_args()
    folders = {OLD: asked.old.absolute(), NEW: asked.new.absolute()}
    worse = 0
    for found in measure(folders, asked.parts or ["inject", "detect"], asked.rounds, quick=not asked.whole):
        if len(found[OLD]) < MIN_ROUNDS:
            continue
        rows, worse = compare(found)
        title = "new / old, above 1: better; and the control, old again / old; median of rounds [quartiles]"
        print(Table(title=title, head=["figure", "old", "new / old", "control", ""], rows=rows))
        print(f"{worse} of {len(rows)} figures are worse than before beyond all that the control strayed", flush=True)
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
