"""What one commit counted, as a line of the journal, and many lines summed up as rows of the tallies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

import msgspec

from adnotice.count.model.calendar import Starts
from adnotice.count.model.cardinality import Arrival
from adnotice.count.model.tally import OTHER, Batch, Key
from adnotice.count.stores.sql.dialect import Rows
from adnotice.count.stores.sql.schema import name_column


class Line(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One commit: the buckets it falls into by grain; by site and dimension each value, metric and how many; when it
    was (seconds since the epoch, UTC), and how many views its values need before they are counted by name."""

    buckets: dict[str, str]
    counts: dict[str, dict[str, list[tuple[str, str, int]]]]
    at: int = 0
    views: int = 1


_decode = msgspec.json.Decoder(list[Line]).decode
_encode = msgspec.json.Encoder().encode


def write_line(starts: Starts, batch: Batch, counts: Mapping[Key, int], views: int) -> str:
    """The line for these counts of the batch, as JSON; `views` is how many its values need for a name."""
    buckets: dict[str, str] = {grain: getattr(starts, grain) for grain in batch.grains}
    sites: dict[str, dict[str, list[tuple[str, str, int]]]] = {}
    for (site, dimension, value, metric), n in counts.items():
        dimensions = sites.get(site)
        if dimensions is None:
            dimensions = sites[site] = defaultdict(list)
        dimensions[dimension].append((value, metric, n))
    return _encode(Line(buckets, sites, int(batch.now), views)).decode()


def read_lines(text: str) -> list[Line]:
    """Lines joined by commas."""
    return _decode(f"[{text}]")


def sum_lines(lines: Iterable[Line], names: Names) -> Iterator[Rows]:
    """The rows to add to the tallies, sorted by their key, those without a name under `(other)`: once for all lines of
    the same buckets, to be added before the next are asked for."""
    groups: dict[tuple[tuple[tuple[str, str], ...], int], list[Line]] = defaultdict(list)
    for line in lines:
        groups[tuple(line.buckets.items()), line.views].append(line)
    for (buckets, views), group in groups.items():
        metrics = sorted({metric for *_, counts in _parts(group) for _, metric, _ in counts})
        sums = _add_up(group, {metric: place for place, metric in enumerate(metrics)})
        rows: dict[tuple[str, ...], list[int]] = {}
        for (site, dimension), values in sums.items():
            others: Mapping[str, Collection[str]] = {}
            if capping := [each for each in buckets if names.capped(dimension, each[0])]:
                arrivals = Arrivals(group, site, dimension, values, metrics)
                others = names.unnamed(site, dimension, capping, arrivals, views=views)
            for grain, start in buckets:
                missing = others.get(grain, ())
                for value, sum_ in values.items():
                    key = (site, dimension, grain, start, OTHER if value in missing else value)
                    before = rows.get(key)
                    rows[key] = sum_ if before is None else [one + more for one, more in zip(before, sum_, strict=True)]
        yield Rows(tuple(name_column(metric) for metric in metrics), [(*key, *rows[key]) for key in sorted(rows)])


class Names(Protocol):
    """Who has a name in which bucket."""

    def capped(self, dimension: str, grain: str) -> bool:
        """Whether a dimension has more values than are counted by name in a bucket of this grain."""

    def unnamed(
        self, site: str, dimension: str, buckets: Sequence[tuple[str, str]], arrivals: Arrivals, *, views: int
    ) -> Mapping[str, Collection[str]]:
        """For each grain of the buckets (grain and start), which of the values, that need so many views for a name, go
        under `(other)`."""


class Arrivals:
    """What lines of the same buckets have of one dimension of one site."""

    def __init__(
        self,
        lines: Sequence[Line],
        site: str,
        dimension: str,
        sums: Mapping[str, Sequence[int]],
        metrics: Sequence[str],
    ) -> None:
        self.values = sums.keys()
        self._lines = lines
        self._where = (site, dimension)
        self._sums = sums
        self._metrics = metrics

    def of(self, values: Collection[str]) -> list[Arrival]:
        """These of the values, with their counts and when the first and the last came. The lines may be in any order."""
        times: dict[str, tuple[int, int]] = {}
        site, dimension = self._where
        for line in self._lines:
            for value, _, _ in line.counts.get(site, {}).get(dimension, ()):
                if value in values:
                    first, last = times.get(value, (line.at, line.at))
                    times[value] = min(first, line.at), max(last, line.at)
        return [Arrival(value, *times[value], self._counts(value)) for value in sorted(values)]

    def _counts(self, value: str) -> dict[str, int]:
        return {metric: n for metric, n in zip(self._metrics, self._sums[value], strict=True) if n}


def _add_up(lines: Iterable[Line], number: Mapping[str, int]) -> dict[tuple[str, str], dict[str, list[int]]]:
    """By site and dimension each value's counts, a metric's at its number."""
    sums: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(dict)
    for _, site, dimension, counts in _parts(lines):
        values = sums[site, dimension]
        for value, metric, n in counts:
            sum_ = values.get(value)
            if sum_ is None:
                sum_ = values[value] = [0] * len(number)
            sum_[number[metric]] += n
    return sums


def _parts(lines: Iterable[Line]) -> Iterator[tuple[Line, str, str, list[tuple[str, str, int]]]]:
    for line in lines:
        for site, dimensions in line.counts.items():
            for dimension, counts in dimensions.items():
                yield line, site, dimension, counts
