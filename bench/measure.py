"""Measures contenders against a base in one run: interleaved slices, ratios of each round, medians with quartiles."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

BASE: Final = "bare"
CONTROL: Final = "bare again"

Slice = Callable[[], float]
"""Does a fixed amount of work and returns what it cost (seconds of CPU, or of time)."""


@dataclass(frozen=True)
class Spread:
    """A median and its quartiles."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """The spread of at least two values."""
        low, median, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(median, low, high)

    def __str__(self) -> str:
        return f"{self.median:.3f} [{self.low:.3f} {self.high:.3f}]"


@dataclass(frozen=True, kw_only=True)
class Target:
    """One figure that an issue asks for, and what came."""

    wanted: str
    got: str
    met: bool


@dataclass(frozen=True, kw_only=True)
class Table:
    """Figures for the reader's eyes."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        widths = [max(map(len, column)) for column in zip(self.head, *self.rows, strict=True)]
        lines = [
            "  ".join([cells[0].ljust(widths[0]), *map(str.rjust, cells[1:], widths[1:])])
            for cells in (self.head, *self.rows)
        ]
        return "\n".join([self.title, lines[0], "-" * len(lines[0]), *lines[1:], ""])


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one part of the bench found."""

    tables: Sequence[Table]
    targets: Sequence[Target]


def interleave(slices: Mapping[str, Slice], rounds: int) -> dict[str, list[float]]:
    """Runs every slice once a round, each round in a new order, so that drift and neighbours hit all alike."""
    order = list(slices)
    mixed = random.Random(2026)  # noqa: S311 - an order, not a secret
    costs: dict[str, list[float]] = {name: [] for name in slices}
    for run in slices.values():
        run()
    for _ in range(rounds):
        mixed.shuffle(order)
        for name in order:
            costs[name].append(slices[name]())
    return costs


def ratios(costs: Mapping[str, Sequence[float]], base: str = BASE) -> dict[str, Spread]:
    """What the base cost divided by what each contender cost in the same round: 1 is as fast, 0.5 half as fast."""
    return {
        name: Spread.of(reference / cost for reference, cost in zip(costs[base], values, strict=True))
        for name, values in costs.items()
    }


def noise(control: Spread) -> float:
    """How far from 1 the bare app strayed when it was measured against itself."""
    return max(abs(control.low - 1), abs(control.high - 1))
