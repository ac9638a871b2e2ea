"""What a redis:// or redis+cluster:// URL says, and which hash tags spread a store's shards over the servers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlsplit

from adnotice.count.stores.redis.library import key_slot

SLOTS: Final = 16_384
"""How many hash slots a Redis Cluster has (Redis Cluster specification, "Key distribution model")."""

CLUSTER_SHARDS: Final = 6
HOME: Final = -1
"""The shard that holds no tallies, but what there is once: notes, and what the store was begun with."""


class Node(NamedTuple):
    """One server's address."""

    host: str
    port: int


@dataclass(frozen=True, kw_only=True)
class RedisAddress:
    """What a redis:// or redis+cluster:// URL says."""

    nodes: tuple[Node, ...]
    clustered: bool
    user: str
    """The part of the URL before the @, as it stood there, with its @; empty without one."""
    scheme: str
    database: str
    prefix: str
    shards: int
    replicas: int

    def of(self, node: Node) -> str:
        """The URL of one server, for redis-py."""
        return f"{self.scheme}://{self.user}{node.host}:{node.port}{self.database}"

    @property
    def shown(self) -> str:
        """The URL without user name and password."""
        scheme = f"{self.scheme}+cluster" if self.clustered else self.scheme
        hosts = ",".join(f"{node.host}:{node.port}" for node in self.nodes)
        return f"{scheme}://{hosts}{self.database}"


def read_address(url: str) -> RedisAddress:
    """Takes the URL apart. Raises `ValueError` with the remedy for one that can't be used."""
    parts = _split(url)
    scheme, _, cluster = parts.scheme.partition("+")
    if scheme not in ("redis", "rediss") or cluster not in ("", "cluster"):
        raise ValueError(
            f"store_url must begin with redis://, rediss://, redis+cluster:// or rediss+cluster://, got {parts.scheme}://"
        )
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    prefix = options.pop("prefix", "adnotice")
    shards = _number(options, "shards", CLUSTER_SHARDS if cluster else 1, 1, 512)
    replicas = _number(options, "replicas", 1 if cluster else 0, 0, 16)
    if options:
        raise ValueError(f"store_url takes the options prefix, shards and replicas, got {', '.join(sorted(options))}")
    if not prefix or not prefix.replace("-", "").replace("_", "").replace(".", "").isalnum():
        raise ValueError(f"store_url must have a prefix of letters, digits, '-', '_' and '.', got {prefix!r}")
    user, at, hosts = parts.netloc.rpartition("@")
    nodes = tuple(_node(host) for host in (hosts or "127.0.0.1").split(","))
    if len(nodes) > 1 and not cluster:
        raise ValueError(f"store_url with {len(nodes)} servers must begin with {scheme}+cluster://")
    database = parts.path.rstrip("/")
    if cluster and database.lstrip("/") not in ("", "0"):
        raise ValueError(f"store_url must name no database but 0 for a Redis Cluster, got {database.lstrip('/')!r}")
    return RedisAddress(
        nodes=nodes,
        clustered=bool(cluster),
        user=user + at,
        scheme=scheme,
        database=database,
        prefix=prefix,
        shards=shards,
        replicas=replicas,
    )


def _number(options: dict[str, str], name: str, default: int, least: int, most: int) -> int:
    given = options.pop(name, str(default))
    if not (given.isascii() and given.isdigit() and len(given) < 10) or not least <= int(given) <= most:
        raise ValueError(f"store_url must have {name} from {least} to {most}, got {given!r}")
    return int(given)


def _node(text: str) -> Node:
    parts = _split(f"//{text}")
    return Node(
        f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or "127.0.0.1", parts.port or 6379
    )


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        if "," not in parts.netloc:
            _ = parts.port
    except ValueError:  # whose text may hold the password
        raise ValueError(
            "store_url must name servers as redis://:password@host:port. Write a password's special characters as %XX"
        ) from None
    return parts


def spread_tags(prefix: str, shards: int) -> tuple[str, ...]:
    """A hash tag for each shard, and last the one of `HOME`. The shards' slots lie evenly spread over all slots, so that
    every primary of a cluster gets its share of them."""
    home = f"{{{prefix}}}"
    if shards == 1:
        return home, home
    width = SLOTS / shards
    tags = []
    for shard in range(shards):
        attempt = 0
        while abs(key_slot((tag := f"{{{prefix}.{shard}.{attempt}}}").encode()) - (shard + 0.5) * width) > width / 4:
            attempt += 1
        tags.append(tag)
    return (*tags, home)
