"""Which schema a store in Redis has, and the way to ours: in place, shard by shard, some buckets in each script.

Every step is whole or not at all, and doing it again changes nothing more: so the way may be broken off at any moment
and taken again, also by two at once. The store's schema is written last; until then nobody writes under new names.

A worker of schema 1 that goes on can't be refused: it looked at the schema when it began, and its script looks at
nothing. Its lanes are ours; what it counts under an old dimension is found under both names (`stored_names`), and moved
by `adnotice migrate` when that is run again. From schema 2 on the script itself looks: another schema writes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from adnotice.count.model.tally import Dimension
from adnotice.count.stores.protocol import REDIS_COPY, MigrationPlan, NoStore, Tell, Unusable
from adnotice.count.stores.redis.address import HOME
from adnotice.count.stores.redis.nodes import Call, Command, Nodes
from adnotice.count.stores.redis.notes import Run
from adnotice.count.stores.redis.scripts import MOVE, SCHEMA
from adnotice.count.stores.redis.shard_batches import schema_key

OLD_NAMES: Final[Mapping[str, str]] = {Dimension.GROUND.value: "evidence"}
"""What dimensions were called in schema 1."""

NEW_NAMES: Final = {old: new for new, old in OLD_NAMES.items()}
BUCKET: Final = re.compile(
    r"(?P<before>.*?:t:(?:hour|day|week|month):\d{4}-\d\d-\d\d(?:T\d\d(?:[+-]\d\d:\d\d)?)?:)(?P<dimension>[a-z]+)(?P<site>:.*)",
    re.DOTALL,
)
BUCKETS_AT_ONCE: Final = 50
NAMES_AT_ONCE: Final = 1_000


def stored_names(dimension: str) -> Sequence[str]:
    """The names under which counts of a dimension may stand: ours, and the one that workers of schema 1 write."""
    old = OLD_NAMES.get(dimension)
    return (dimension, old) if old else (dimension,)


class RedisVersions:
    """The schema of one store. `run` gives a shard a command and returns its answer, or raises `Unavailable`."""

    def __init__(self, nodes: Nodes, run: Run, timezone: str) -> None:
        self._nodes = nodes
        self._run = run
        self._shown = nodes.address.shown
        self._meta = f"{nodes.tags[HOME]}:meta"
        self._kept = {"shards": str(nodes.address.shards), "timezone": timezone}

    def open(self) -> None:
        """Begins an empty store; makes sure that another is of our schema, shards and time zone. Raises `Unusable`."""
        found = self._find()
        if found < int(SCHEMA) and found:
            raise Unusable(
                f"the store {self._shown} has schema {found}, this adnotice writes schema {SCHEMA}. Run: adnotice migrate"
            )
        self._refuse_newer(found)
        for name, mine in {"schema": SCHEMA, **self._kept}.items():
            self._run(("HSETNX", self._meta, name, mine), write=True)
        self._refuse_others()
        # A shard that does not answer gets it later: without it its commits write nothing, and we come here again.
        told: Sequence[Command] = [("SET", schema_key(tag), SCHEMA, "NX") for _, tag in self._shards()]
        self._nodes.ask_shards([(shard, [command]) for shard, command in enumerate(told)], write=True)

    def plan(self) -> MigrationPlan:
        """What `migrate` would do; only asks. Raises `Unusable`."""
        found = self._find()
        self._refuse_newer(found)
        if not found:
            raise NoStore(f"there is no store of adnotice at {self._shown}")
        self._refuse_others()
        waiting = [sum(len(names) for names in self._old_buckets(shard, tag)) for shard, tag in self._shards()]
        steps = [f"shard {shard}: {n} buckets get their new names" for shard, n in enumerate(waiting, 1) if n]
        if found < int(SCHEMA):
            steps.append(f"the schema is {SCHEMA} from then on")
        return MigrationPlan(self._shown, found, int(SCHEMA), tuple(steps), REDIS_COPY)

    def migrate(self, tell: Tell) -> None:
        """Brings the store to our schema. Raises `Unusable` for a newer one."""
        found = self._find()
        self._refuse_newer(found)
        if not found:
            return
        self._refuse_others()
        for shard, tag in self._shards():
            moved = 0
            for names in self._old_buckets(shard, tag):
                pairs = chain.from_iterable((name, new_bucket(name)) for name in names)
                self._run(Call(MOVE, (f"{tag}:buckets", *pairs)), shard=shard, write=True)
                moved += len(names)
            self._run(("SET", schema_key(tag), SCHEMA), shard=shard, write=True)
            tell(f"shard {shard + 1} of {self._nodes.address.shards}: {moved} buckets have their new names")
        self._run(("HSET", self._meta, "schema", SCHEMA), write=True)

    def _shards(self) -> Iterator[tuple[int, str]]:
        return enumerate(self._nodes.tags[:HOME])

    def _find(self) -> int:
        return int(self._run(("HGET", self._meta, "schema")) or 0)

    def _refuse_newer(self, found: int) -> None:
        if found > int(SCHEMA):
            raise Unusable(
                f"the store {self._shown} has schema {found}, this adnotice knows up to {SCHEMA}. Upgrade adnotice"
            )

    def _refuse_others(self) -> None:
        for name, mine in self._kept.items():
            kept = (self._run(("HGET", self._meta, name)) or mine.encode()).decode()
            if kept != mine:
                raise Unusable(
                    f"the store {self._shown} was begun with {name} {kept}, got {mine}. "
                    f"Set {name} back, or use another prefix in store_url"
                )

    def _old_buckets(self, shard: int, tag: str) -> Iterator[list[str]]:
        """The names of a shard's buckets that have an old dimension, some at once."""
        last = "-"
        while True:
            command: Command = ("ZRANGEBYLEX", f"{tag}:buckets", last, "+", "LIMIT", 0, NAMES_AT_ONCE)
            names = [name.decode() for name in self._run(command, shard=shard)]
            old = [name for name in names if new_bucket(name) != name]
            yield from (old[at : at + BUCKETS_AT_ONCE] for at in range(0, len(old), BUCKETS_AT_ONCE))
            if len(names) < NAMES_AT_ONCE:
                return
            last = f"({names[-1]}"


def new_bucket(name: str) -> str:
    """What a bucket is called in our schema."""
    read = BUCKET.fullmatch(name)
    if read is None or read["dimension"] not in NEW_NAMES:
        return name
    return f"{read['before']}{NEW_NAMES[read['dimension']]}{read['site']}"
