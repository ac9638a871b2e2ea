"""The Redis or Valkey servers behind one store: which of them holds a shard, and asking several of them at once.

redis-py's own cluster client is not used for commits: it can't WAIT on the connection that wrote, and it retries for
longer than a report may wait. Here every node has a pool of redis-py connections; what is asked of several nodes is
written to all of them before the first answer is read, and a node that hangs is left alone for a second.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from random import Random
from typing import Any, Final, NamedTuple

from adnotice.count.stores.redis.address import Node, RedisAddress, spread_tags
from adnotice.count.stores.redis.library import DefaultParser, NoBackoff, Retry, key_slot, redis
from adnotice.count.stores.redis.scripts import Script

TIMEOUT_SECONDS: Final = 2.0
REST_SECONDS: Final = 1.0
"""How long a node that hangs is left alone, so that it does not slow down the commits on the others."""

WAIT_MS: Final = 1_000
ATTEMPTS: Final = 3

Command = tuple[Any, ...]

FAILURES: Final = (redis.RedisError, OSError)
AGAIN: Final = (
    redis.ConnectionError,
    redis.exceptions.NoScriptError,
    redis.exceptions.MovedError,
    redis.exceptions.AskError,
    redis.exceptions.TryAgainError,
    redis.exceptions.ClusterDownError,
    redis.exceptions.ReadOnlyError,
)
"""After these the same may be asked again at once, of the node that holds the shard by then."""


class Parser(DefaultParser):  # type: ignore[misc,valid-type]  # hiredis' or its own: redis-py chooses when it is imported
    """Tells a cluster's refusals apart, which redis-py 5 does only in its own cluster client."""

    EXCEPTION_CLASSES = DefaultParser.EXCEPTION_CLASSES | {
        "MOVED": redis.exceptions.MovedError,
        "ASK": redis.exceptions.AskError,
        "TRYAGAIN": redis.exceptions.TryAgainError,
        "CLUSTERDOWN": redis.exceptions.ClusterDownError,
    }


class Call(NamedTuple):
    """A script with what it is given; `keys` are all in one shard."""

    script: Script
    keys: Sequence[bytes | str]
    arguments: Sequence[bytes | str | int | float] = ()


class Nodes:
    """Asks the servers that hold the shards. Safe to use from several threads; opens nothing before it is asked."""

    def __init__(self, address: RedisAddress) -> None:
        self.address = address
        self.tags = spread_tags(address.prefix, address.shards)
        self._slots = [key_slot(tag.encode()) for tag in self.tags]
        self._lock = threading.Lock()
        self._clients: dict[Node, redis.Redis] = {}
        self._known: list[Node] = list(address.nodes)
        self._owners: list[Node | None] = [] if address.clustered else [address.nodes[0]] * len(self.tags)
        self._read_at = -REST_SECONDS
        self._resting: dict[Node, float] = {}
        self._dice = Random()  # noqa: S311 - spreads load, protects nothing
        self._unloaded: set[Node] = set()

    def owner(self, shard: int) -> Node | None:
        """The primary that holds the shard; None while nobody is known to, or while it is left alone."""
        if not self._owners:
            self.look()
        owner = self._owners[shard] if self._owners else None
        if owner is not None and self._resting.get(owner, 0.0) > time.monotonic():
            return None
        return owner

    def look(self) -> None:
        """Reads from the cluster who holds which slots; at most once in half a second."""
        if not self.address.clustered:
            return
        with self._lock:
            if time.monotonic() - self._read_at < REST_SECONDS / 2:
                return
            self._read_at = time.monotonic()
            rested = sorted(self._known, key=lambda node: (self._resting.get(node, 0.0), self._dice.random()))
            for node in rested:
                answer = self.ask({node: [("CLUSTER", "SLOTS")]})[node][0]
                if not isinstance(answer, Exception):
                    self._learn(node, answer)
                    return

    def _learn(self, asked: Node, ranges: Iterable[Any]) -> None:
        owners: list[Node | None] = [None] * len(self._slots)
        known = []
        for first, last, *servers in ranges:
            nodes = [Node((host or b"").decode() or asked.host, int(port)) for host, port, *_ in servers]
            known += nodes
            for shard, slot in enumerate(self._slots):
                if first <= slot <= last:
                    owners[shard] = nodes[0]
        self._known = list(dict.fromkeys([*known, *self.address.nodes]))
        self._owners = owners

    def ask_shards(
        self, asked: Sequence[tuple[int, Sequence[Command | Call]]], *, write: bool = False
    ) -> list[list[Any] | Exception]:
        """Gives each of these shards its commands; returns for each, in order, its answers, or why there are none.

        What is asked must do no harm when it is done twice: it is sent again when a connection broke or a shard has
        moved. A `write` is answered once the replicas have it.
        """
        why = "its shard has no primary now" if self.address.clustered else "it did not answer a moment ago"
        results: list[list[Any] | Exception] = [redis.ConnectionError(why)] * len(asked)
        pending = list(range(len(asked)))
        for _ in range(ATTEMPTS):
            by_node: defaultdict[Node, list[int]] = defaultdict(list)
            homeless = []
            for place in pending:
                node = self.owner(asked[place][0])
                if node is None:
                    homeless.append(place)
                else:
                    by_node[node].append(place)
            sent = {node: self._commands(node, [asked[place][1] for place in by_node[node]], write) for node in by_node}
            answers = self.ask(sent)
            pending = homeless
            for node, places in by_node.items():
                given = iter(answers[node])
                for place in places:
                    results[place] = self._judge(node, [next(given) for _ in asked[place][1]], answers[node], write)
                    if isinstance(results[place], AGAIN):
                        pending.append(place)
            if not pending:
                break
            if homeless or not all(isinstance(results[place], redis.exceptions.NoScriptError) for place in pending):
                self.look()
        return results

    def _commands(self, node: Node, asked: Iterable[Sequence[Command | Call]], write: bool) -> list[Command]:
        commands: list[Command] = []
        for command in chain.from_iterable(asked):
            if isinstance(command, Call):
                name = ("EVAL", command.script.source) if node in self._unloaded else ("EVALSHA", command.script.sha)
                command = (*name, len(command.keys), *command.keys, *command.arguments)
            commands.append(command)
        self._unloaded.discard(node)
        if write and self.address.replicas:
            commands.append(("WAIT", self.address.replicas, WAIT_MS))
        return commands

    def _judge(self, node: Node, given: list[Any], answers: Sequence[Any], write: bool) -> list[Any] | Exception:
        for answer in given:
            if isinstance(answer, Exception):
                if isinstance(answer, redis.exceptions.NoScriptError):
                    self._unloaded.add(node)
                return answer
        if write and self.address.replicas:
            replicas = answers[-1]
            if isinstance(replicas, Exception):
                return replicas
            if replicas < self.address.replicas:
                self._rest(node)
                return redis.RedisError(f"{replicas} replicas confirmed the write, {self.address.replicas} must")
        return given

    def ask(self, commands: Mapping[Node, Sequence[Command]]) -> dict[Node, list[Any]]:
        """Sends each node its commands on one connection, to all before the first answer is read.

        Returns the raw answers in order; an exception stands where an answer would. A node that can't be reached or
        does not answer within the timeout answers everything with that exception; one that hangs is then left alone for a
        while.
        """
        opened: dict[Node, Any] = {}
        answers: dict[Node, list[Any]] = {}
        for node, asked in commands.items():
            try:
                opened[node] = self._client(node).connection_pool.get_connection()
                opened[node].send_packed_command(opened[node].pack_commands(asked))
            except FAILURES as problem:
                answers[node] = self._failed(node, problem, len(asked))
        for node, connection in opened.items():
            try:
                if node in answers:
                    connection.disconnect()
                else:
                    answers[node] = _read(connection, len(commands[node]))
                    self._resting.pop(node, None)
            except FAILURES as problem:
                answers[node] = self._failed(node, problem, len(commands[node]))
            finally:
                self._client(node).connection_pool.release(connection)
        return answers

    def _failed(self, node: Node, problem: Exception, count: int) -> list[Any]:
        if isinstance(problem, redis.TimeoutError):
            self._rest(node)
        return [problem] * count

    def _rest(self, node: Node) -> None:
        self._resting[node] = time.monotonic() + REST_SECONDS * self._dice.uniform(0.75, 1.25)

    def _client(self, node: Node) -> redis.Redis:
        client = self._clients.get(node)
        if client is None:
            client = redis.Redis.from_url(
                self.address.of(node),
                protocol=2,
                parser_class=Parser,
                retry=Retry(NoBackoff(), 0),
                socket_timeout=TIMEOUT_SECONDS,
                socket_connect_timeout=TIMEOUT_SECONDS,
                socket_keepalive=True,
            )
            self._clients[node] = client
        return client

    def close(self) -> None:
        """Closes every connection."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()


def _read(connection: Any, count: int) -> list[Any]:
    answers: list[Any] = []
    try:
        for _ in range(count):
            try:
                answers.append(connection.read_response())
            except redis.ResponseError as problem:
                answers.append(problem)
    finally:
        if len(answers) < count:  # an answer that comes too late must not be read as the next question's
            connection.disconnect()
    return answers
