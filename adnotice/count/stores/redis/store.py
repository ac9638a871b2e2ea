"""Redis or Valkey, one server or a cluster: tallies for sites that outgrow one database.

Every report belongs to one shard, by its id: its id and its counts are written by one script there, all or nothing. A
shard has tallies of its own and reads sum the shards. A report is acknowledged once `replicas` replicas of its shard's
primary have it. What was written but not confirmed is told as not known: given again under its id, it counts once.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import chain
from typing import Any, Final

from adnotice.count.model.calendar import BucketRange, Calendar, cover, monday, months_before
from adnotice.count.model.caps import Caps
from adnotice.count.model.tally import METRICS, VERDICTS, Batch, Count, Dimension, Grain, Metric, Period, Point
from adnotice.count.settings import CountSettings
from adnotice.count.stores.protocol import MOST_VALUES, Health, MigrationPlan, NoStore, Partial, Tell
from adnotice.count.stores.redis.address import HOME, read_address
from adnotice.count.stores.redis.counters import read_lanes
from adnotice.count.stores.redis.nodes import Call, Command, Nodes
from adnotice.count.stores.redis.notes import RedisNotes
from adnotice.count.stores.redis.scripts import OTHER_SCHEMA, POINTS
from adnotice.count.stores.redis.shard_batches import ShardAdmission, bucket_key, month_number, side_keys, split_batch
from adnotice.count.stores.redis.versions import RedisVersions, stored_names
from adnotice.language import gettext
from adnotice.vocabulary import Unavailable

BUCKETS_A_SCRIPT: Final = 400
"""So few are read by one script that nobody else waits for long."""

DROPPED_AT_ONCE: Final = 200
TEND_SECONDS: Final = 600
TRIED_SECONDS: Final = 60

WANTED: Final = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}
"""Server settings without which a crash, or a full memory, takes what was acknowledged."""


class RedisStore:
    """A `Store` on Redis or Valkey. Opens nothing before its first call; safe to use from several threads."""

    def __init__(
        self,
        url: str,
        settings: CountSettings | None = None,
        *,
        create: bool = True,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.address = read_address(url)
        self.nodes = Nodes(self.address)
        self._settings = settings or CountSettings()
        self._calendar = Calendar(self._settings.timezone)
        self._admission = ShardAdmission(Caps(self._settings.max_pages), self._settings.name_after_views)
        self._clock = clock
        self._create = create
        self._checked = False
        self._tend_at = 0.0
        self._versions = RedisVersions(self.nodes, self._run, self._settings.timezone)
        self._notes = RedisNotes(self._run_checked, f"{self.nodes.tags[HOME]}:notes", clock)

    @property
    def notes(self) -> RedisNotes:
        """The operator's own state."""
        return self._notes

    def commit(self, batch: Batch) -> list[bool]:
        """See `Store`. All or nothing holds for each shard's part; `Partial` tells what became of which entry."""
        self._check()
        fates: list[bool | None] = [None] * len(batch.entries)
        parts, repeats = split_batch(batch, self.address.shards)
        starts = self._calendar.cut(batch.now)
        problem: Exception | None = None
        while parts:
            calls = [
                (part.shard, [part.call(self.nodes.tags[part.shard], batch, starts, self._admission)]) for part in parts
            ]
            again = []
            for part, answer in zip(parts, self.nodes.ask_shards(calls, write=True), strict=True):
                if isinstance(answer, Exception):
                    problem = answer
                    continue
                seen = answer[0]
                for place in part.leave_out(seen):
                    fates[place] = False
                if seen:
                    again.append(part)
                for place in () if seen else part.places:
                    fates[place] = True
            parts = [part for part in again if part.entries]
        for repeat, first in repeats:
            fates[repeat] = None if fates[first] is None else False
        if problem is None:
            return [bool(fate) for fate in fates]
        if any(fate is not None for fate in fates):
            raise Partial(self._said(problem), fates) from problem
        raise Unavailable(self._said(problem)) from problem

    def sites(self) -> list[str]:
        """See `Store`."""
        found = self._everywhere(lambda tag: [("ZRANGE", f"{tag}:sites", 0, -1)])
        return sorted({site.decode() for answers in found for site in answers[0]})

    def counts(
        self,
        site: str,
        dimension: Dimension,
        period: Period,
        limit: int = MOST_VALUES,
        metrics: Sequence[Metric] = METRICS,
    ) -> list[Count]:
        """See `Store`. Each shard has let in its own values up to the cap."""
        oldest_day = months_before(self._calendar.today(self._clock()), self._settings.days_kept_months)
        buckets = [bucket for piece in cover(period, oldest_day) for bucket in self._names(piece)]
        sums: dict[bytes, int] = {}
        for held in chain.from_iterable(
            self._everywhere(
                lambda tag: [
                    ("HGETALL", bucket_key(tag, *bucket, name, site))
                    for bucket in buckets
                    for name in stored_names(dimension)
                ]
            )
        ):
            for i in range(0, len(held), 2):
                sums[held[i]] = sums.get(held[i], 0) + int.from_bytes(held[i + 1], "little")
        found = [
            (value.decode(), [(metric, n) for metric, n in read_lanes(lanes) if metric in metrics])
            for value, lanes in sums.items()
        ]
        found.sort(key=_by_most)
        return [Count(value, metric, n) for value, counts in found[:limit] for metric, n in counts]

    def tables(self, site: str, dimensions: Sequence[Dimension], period: Period) -> dict[Dimension, list[Count]]:
        """See `Store`."""
        return {dimension: self.counts(site, dimension, period) for dimension in dimensions}

    def points(
        self,
        site: str,
        grain: Grain,
        period: Period,
        dimension: Dimension = Dimension.ALL,
        value: str = "",
        metrics: Sequence[Metric] = METRICS,
    ) -> list[Point]:
        """See `Store`."""
        starts = self._calendar.starts(grain, period)
        pieces = [starts[i : i + BUCKETS_A_SCRIPT] for i in range(0, len(starts), BUCKETS_A_SCRIPT)]

        sums = [0] * len(starts)
        for name in stored_names(dimension):
            for answers in self._everywhere(
                lambda tag, name=name: [  # type: ignore[misc]  # mypy infers no lambda with a default
                    Call(POINTS, [bucket_key(tag, grain, start, name, site) for start in piece], (value,))
                    for piece in pieces
                ]
            ):
                for place, held in enumerate(chain.from_iterable(answers)):
                    sums[place] += int.from_bytes(held, "little")
        return [
            Point(start, metric, n)
            for start, lanes in zip(starts, sums, strict=True)
            for metric, n in read_lanes(lanes)
            if metric in metrics
        ]

    def tend(self, now: float) -> None:
        """See `Store`."""
        if time.monotonic() >= self._tend_at:
            self._notes.prune(now)
            removed = self._drop_some(now)
            self._tend_at = time.monotonic() + (0 if removed else TEND_SECONDS)

    def prune(self, now: float) -> int:
        """See `Store`. Ids go by themselves; here go notes, and buckets that are past retention."""
        removed = self._notes.prune(now)
        while some := self._drop_some(now):
            removed += some
        return removed

    def _drop_some(self, now: float) -> int:
        """Drops at most `DROPPED_AT_ONCE` buckets of each grain and shard; returns how many were dropped."""
        today = self._calendar.today(now)
        oldest_day = months_before(today, self._settings.days_kept_months)
        oldest_month = months_before(today, self._settings.months_kept)
        kept = {
            Grain.HOUR: today - timedelta(days=self._settings.hours_kept_days),
            Grain.DAY: oldest_day,
            Grain.WEEK: monday(oldest_day),
            Grain.MONTH: oldest_month,
        }
        month = month_number(oldest_month.isoformat())

        def find(tag: str) -> list[Command | Call]:
            ranges = [
                (f"[{tag}:t:{grain}:", f"({tag}:t:{grain}:{oldest.isoformat()}") for grain, oldest in kept.items()
            ]
            return [
                *(("ZRANGEBYLEX", f"{tag}:buckets", *pair, "LIMIT", 0, DROPPED_AT_ONCE) for pair in ranges),
                ("ZREMRANGEBYSCORE", f"{tag}:sites", "-inf", f"({month}"),
            ]

        dropped = 0
        for shard, (*found, _) in enumerate(self._everywhere(find)):
            if keys := [key for some in found for key in some]:
                sides = chain.from_iterable(side_keys(self.nodes.tags[shard], key.decode()) for key in keys)
                self._run(("UNLINK", *keys, *sides), shard=shard)
                dropped += self._run(("ZREM", f"{self.nodes.tags[shard]}:buckets", *keys), shard=shard)
        return dropped

    def identity(self) -> str:
        """See `Store`. What a `FLUSHALL` took away of what this store was begun with is put back first."""
        self._checked = False
        self._check()
        key = f"{self.nodes.tags[HOME]}:meta"
        self._run(("HSETNX", key, "identity", uuid.uuid4().hex), write=True)
        found: str = self._run(("HGET", key, "identity")).decode()
        return found

    def check_in(self, name: str, value: str, expires: float) -> None:
        """See `Store`."""
        self._check()
        tried = self.nodes.ask_shards(
            [
                (shard, [("SET", f"{tag}:tried", 1, "EX", TRIED_SECONDS)])
                for shard, tag in enumerate(self.nodes.tags[:HOME])
            ],
            write=True,
        )
        for answer in tried:
            if isinstance(answer, Exception):
                raise Unavailable(self._said(answer)) from answer
        self._notes.put(name, value, expires)

    def health(self) -> Health:
        """See `Store`. The banner names server settings under which acknowledged reports could be lost."""
        try:
            self._everywhere(lambda _: [("PING",)])
        except Unavailable as problem:
            return Health(self.address.shown, problem=str(problem))
        answers = self.nodes.ask_shards(
            [(shard, [("CONFIG", "GET", name) for name in WANTED]) for shard in range(self.address.shards)]
        )
        advice = dict.fromkeys(line for given in answers if not isinstance(given, Exception) for line in _advice(given))
        return Health(self.address.shown, banner=" ".join(advice))

    def plan(self) -> MigrationPlan:
        """See `Store`."""
        return self._versions.plan()

    def migrate(self, tell: Tell) -> None:
        """See `Store`."""
        self._versions.migrate(tell)

    def close(self) -> None:
        """See `Store`."""
        self.nodes.close()

    def _check(self) -> None:
        """Once: that what is kept here was written by this version, with these shards, in this time zone."""
        if self._checked:
            return
        if not self._create and not self._run(("EXISTS", f"{self.nodes.tags[HOME]}:meta")):
            raise NoStore(f"there is no store of adnotice at {self.address.shown}")
        self._versions.open()
        self._checked = True

    def _names(self, piece: BucketRange) -> list[tuple[str, str]]:
        period = Period(date.fromisoformat(piece.first), date.fromisoformat(piece.last))
        return [(piece.grain, start) for start in self._calendar.starts(piece.grain, period)]

    def _run(self, command: Command | Call, *, shard: int = HOME, write: bool = False) -> Any:
        """One command on one shard."""
        answer = self.nodes.ask_shards([(shard, [command])], write=write)[0]
        if isinstance(answer, Exception):
            raise Unavailable(self._said(answer)) from answer
        return answer[0]

    def _run_checked(self, command: Command | Call, *, shard: int = HOME, write: bool = False) -> Any:
        """The same where it is sure that the store is one of ours."""
        self._check()
        return self._run(command, shard=shard, write=write)

    def _everywhere(self, commands: Callable[[str], Sequence[Command | Call]]) -> list[list[Any]]:
        """The same on every shard, all at once."""
        self._check()
        given = []
        for answer in self.nodes.ask_shards(
            [(shard, commands(tag)) for shard, tag in enumerate(self.nodes.tags[:HOME])]
        ):
            if isinstance(answer, Exception):
                raise Unavailable(self._said(answer)) from answer
            given.append(answer)
        return given

    def _said(self, problem: Exception) -> str:
        if str(problem).startswith(OTHER_SCHEMA):
            self._checked = False  # what the store is now is looked at before the next commit
            return f"the store {self.address.shown} has just changed its schema, or was emptied"
        said = str(problem).partition(" script: ")[0].rstrip(".") or type(problem).__name__
        return f"the store {self.address.shown} does not answer: {said}"


def _by_most(found: tuple[str, list[tuple[Metric, int]]]) -> tuple[int, int, str]:
    """Values with many measured page views, or where there are none with many counts, come first."""
    value, counts = found
    measured = sum(n for metric, n in counts if metric in VERDICTS)
    return -measured, 0 if measured else -sum(n for _, n in counts), value


def _advice(answers: Sequence[list[bytes]]) -> Iterator[str]:
    for name, given in zip(WANTED, answers, strict=True):
        if given and given[1].decode() != WANTED[name]:
            # Translators: a setting of the Redis server, what it is and what it should be.
            yield gettext(
                "The server's {name} is {value}: set it to {wanted}, or a crash may lose counts.",
                name=name,
                value=given[1].decode(),
                wanted=WANTED[name],
            )
