"""What one commit counted, as a line of the journal, and many lines summed up as rows of the tallies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from adnotice.count.buckets import Starts
from adnotice.count.caps import Bucket, Caps
from adnotice.count.sql.place import Rows
from adnotice.count.sql.schema import name_column
from adnotice.count.tally import OTHER, Grain, Key

Place = tuple[str, str, str]
"""Site, dimension and value."""


class Line(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One commit: the buckets it falls into by grain; by site and dimension each value, metric and how many."""

    buckets: dict[str, str]
    counts: dict[str, dict[str, list[tuple[str, str, int]]]]


_decode = msgspec.json.Decoder(list[Line]).decode
_encode = msgspec.json.Encoder().encode


def write_line(starts: Starts, grains: Iterable[Grain], counts: Mapping[Key, int]) -> str:
    """The line for these counts, as JSON."""
    buckets: dict[str, str] = {grain: getattr(starts, grain) for grain in grains}
    sites: dict[str, dict[str, list[tuple[str, str, int]]]] = {}
    for (site, dimension, value, metric), n in counts.items():
        dimensions = sites.get(site)
        if dimensions is None:
            dimensions = sites[site] = defaultdict(list)
        dimensions[dimension].append((value, metric, n))
    return _encode(Line(buckets, sites)).decode()


def read_lines(text: str) -> list[Line]:
    """Lines joined by commas."""
    return _decode(f"[{text}]")


def sum_lines(lines: Sequence[Line], caps: Caps, read: Callable[[Bucket], Iterable[str]]) -> Rows:
    """The rows to add to the tallies, sorted by their key, values beyond a cap under `(other)`.

    Lines of an older schema become rows of its columns: they are moved before its columns change.
    """
    metrics = sorted({metric for *_, counts in _parts(lines) for _, metric, _ in counts})
    number = {metric: place for place, metric in enumerate(metrics)}
    sums: dict[tuple[tuple[str, str], ...], dict[Place, list[int]]] = defaultdict(dict)
    for line, site, dimension, counts in _parts(lines):
        places = sums[tuple(line.buckets.items())]
        for value, metric, n in counts:
            sum_ = places.get((site, dimension, value))
            if sum_ is None:
                sum_ = places[site, dimension, value] = [0] * len(metrics)
            sum_[number[metric]] += n
    rows: dict[tuple[str, ...], list[int]] = {}
    for buckets, places in sums.items():
        for grain, start in buckets:
            names = _cap(places, grain, start, caps, read)
            for (site, dimension, value), sum_ in places.items():
                key = (site, dimension, grain, start, names.get((site, dimension, value), value))
                before = rows.get(key)
                rows[key] = sum_ if before is None else [one + more for one, more in zip(before, sum_, strict=True)]
    return Rows(tuple(map(name_column, metrics)), [(*key, *rows[key]) for key in sorted(rows)])


def _parts(lines: Iterable[Line]) -> Iterator[tuple[Line, str, str, list[tuple[str, str, int]]]]:
    for line in lines:
        for site, dimensions in line.counts.items():
            for dimension, counts in dimensions.items():
                yield line, site, dimension, counts


def _cap(
    places: Mapping[Place, list[int]], grain: str, start: str, caps: Caps, read: Callable[[Bucket], Iterable[str]]
) -> Mapping[Place, str]:
    """The names of those values that go under another than their own."""
    wanted: dict[Bucket, list[tuple[int, str]]] = {}
    for (site, dimension, value), counts in places.items():
        if caps.of(dimension, grain) is not None:
            wanted.setdefault(Bucket(site, dimension, grain, start), []).append((-sum(counts), value))
    names: dict[Place, str] = {}
    for bucket, values in wanted.items():
        values.sort()
        admitted = caps.admit(bucket, [value for _, value in values], read)
        if admitted is not None:
            names.update(
                ((bucket.site, bucket.dimension, value), OTHER) for _, value in values if value not in admitted
            )
    return names
