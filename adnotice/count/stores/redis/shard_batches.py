"""A batch, cut into what each shard gets of it."""

from __future__ import annotations

import zlib
from collections.abc import Collection
from typing import Final, NamedTuple

import msgspec

from adnotice.count.model.calendar import Starts
from adnotice.count.model.caps import WAITS, Caps
from adnotice.count.model.tally import Batch, Dimension, Entry, Grain, Metric, add_up
from adnotice.count.stores.redis.counters import name_lanes
from adnotice.count.stores.redis.nodes import Call
from adnotice.count.stores.redis.scripts import COMMIT, SCHEMA

IDS_A_SCRIPT: Final = 4_000
"""Lua can't unpack many more arguments at once."""

SIDES: Final = ("waiting", "ranks", "names")
"""What is kept beside a bucket with a cap, under names of the bucket's own."""

SIDES_KEPT_DAYS: Final = {Grain.HOUR: 2, Grain.DAY: 3, Grain.WEEK: 10, Grain.MONTH: 34}
"""For how long after the last arrival: until nothing comes for the bucket any more, shorter than any bucket is kept."""


class ShardAdmission(NamedTuple):
    """When values are counted by name; see `count.model.cardinality`."""

    caps: Caps
    views: int


class ShardBatch:
    """Entries of one shard, committed all or none; `places` says where in the batch each of them stood."""

    def __init__(self, shard: int) -> None:
        self.shard = shard
        self.places: list[int] = []
        self.entries: list[Entry] = []

    def leave_out(self, seen: Collection[int]) -> list[int]:
        """Takes out the entries that the script has seen before; returns their places in the batch."""
        gone = [self.places[i] for i in seen]
        left = sorted(set(range(len(self.entries))).difference(seen))
        self.places = [self.places[i] for i in left]
        self.entries = [self.entries[i] for i in left]
        return gone

    def call(self, tag: str, batch: Batch, starts: Starts, admission: ShardAdmission) -> Call:
        """The script's call that commits this part of the batch."""
        totals: dict[tuple[str, Dimension], dict[str, dict[Metric, int]]] = {}
        for (site, dimension, value, metric), n in add_up(self.entries).items():
            totals.setdefault((site, dimension), {}).setdefault(value, {})[metric] = n
        keys = [f"{tag}:replays", f"{tag}:buckets", f"{tag}:sites", schema_key(tag)]
        keys += [f"{tag}:i:{entry.id}" for entry in self.entries]
        groups = []
        grains = sorted(batch.grains, key=list(Grain).index, reverse=True)
        for (site, dimension), values in totals.items():
            numbered: list[int] = []
            for grain in grains:
                key = bucket_key(tag, grain, getattr(starts, grain), dimension, site)
                keys.append(key)
                cap = admission.caps.of(dimension, grain)
                room = 0 if cap is None else admission.caps.room(dimension)
                numbered += (len(keys), cap or 0, room, SIDES_KEPT_DAYS[grain] * 86_400)
                if cap is not None:
                    keys += side_keys(tag, key)
            ranked = sorted(values.items(), key=_most_first) if numbered[1] else values.items()
            listed = [item for value, counts in ranked for item in (value, name_lanes(counts))]
            enough = admission.views if batch.from_readers and dimension in WAITS else 1
            groups.append((site, numbered, listed, enough))
        expiries = [round(entry.expires * 1000) for entry in self.entries]
        content = (round(batch.now * 1000), expiries, groups, month_number(starts.month))
        return Call(COMMIT, keys, (msgspec.msgpack.encode(content), SCHEMA))


def _most_first(pair: tuple[str, dict[Metric, int]]) -> tuple[int, str]:
    value, counts = pair
    return -sum(counts.values()), value


def month_number(start: str) -> int:
    """The month that begins on this day (YYYY-MM-DD) as a number that grows with time."""
    return int(start[:4] + start[5:7])


def schema_key(tag: str) -> str:
    """Under what name a shard keeps its schema."""
    return f"{tag}:schema"


def bucket_key(tag: str, grain: str, start: str, dimension: str, site: str) -> str:
    """Under what name a bucket is kept."""
    return f"{tag}:t:{grain}:{start}:{dimension}:{site}"


def side_keys(tag: str, bucket: str) -> list[str]:
    """Under what names it is kept who waits for a name in this bucket, and who has one."""
    rest = bucket.removeprefix(f"{tag}:t:")
    return [f"{tag}:{side}:{rest}" for side in SIDES]


def split_batch(batch: Batch, shards: int) -> tuple[list[ShardBatch], list[tuple[int, int]]]:
    """The shards' parts, and for each entry whose id stands in the batch twice its place and that of the first one."""
    full: list[ShardBatch] = []
    open_: dict[int, ShardBatch] = {}
    first: dict[str, int] = {}
    repeats: list[tuple[int, int]] = []
    for place, entry in enumerate(batch.entries):
        if entry.id in first:
            repeats.append((place, first[entry.id]))
            continue
        first[entry.id] = place
        shard = zlib.crc32(entry.id.encode()) % shards
        part = open_.get(shard)
        if part is None or len(part.entries) >= IDS_A_SCRIPT:
            part = open_[shard] = ShardBatch(shard)
            full.append(part)
        part.places.append(place)
        part.entries.append(entry)
    return full, repeats
