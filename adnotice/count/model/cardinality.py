"""Which values of a bucket are counted by name: those that keep coming; `(other)` takes the rest, so sums never change.

A value waits until it has had so many views, the first and the last of them some seconds apart; its counts stand under
`(other)` meanwhile and move to its name then. A bucket has so many names, and as many wait for one, known by a digest
alone. Where all names are given, the one with the fewest views gives way to a value that has more. Where too many wait,
the one with the fewest gives way, and the newcomer is ranked as if those views had been its own (Space-Saving: Metwally,
Agrawal and El Abbadi 2005). So a value lacks at most U / W views under its name, where U views went to values without
one and W wait; whoever invents values has to send W of them for each view that a real one is to lose.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

import msgspec

from adnotice.count.model.tally import views_of

APART_SECONDS: Final = 5
"""A reader's page, report and answer come within seconds and are no sign that a value keeps coming."""

DIGEST_BYTES: Final = 8

Counts = Mapping[str, int]


class Candidate(msgspec.Struct, array_like=True):
    """A value that waits: when it first came (seconds since the epoch, UTC), how many views of others it is ranked with
    beside its own, and its counts, which stand under `(other)`."""

    first: int
    over: int
    counts: dict[str, int]

    @property
    def rank(self) -> int:
        """Its place among those that wait."""
        return self.over + views_of(self.counts)


class Arrival(NamedTuple):
    """What came for a value that has no name yet: when first and last, and its counts."""

    value: str
    first: int
    last: int
    counts: Counts


class Named(Protocol):
    """The names of one bucket, as the store has them within this write transaction."""

    @property
    def floor(self) -> int:
        """No name has fewer views than this."""

    def free(self) -> int:
        """How many more may be given."""

    def weakest(self) -> Sequence[tuple[int, str]]:
        """Views and value of the names with the fewest, those first."""

    def take(self, value: str) -> Counts:
        """Removes a name; returns its counts."""


class Moves(NamedTuple):
    """What is to be done: counts that leave `(other)` for a name, and those of names that gave way."""

    named: dict[str, Counts]
    unnamed: dict[str, Counts]


class WaitingNames:
    """Those that wait in one bucket, at most `room`."""

    def __init__(self, candidates: dict[str, Candidate], room: int) -> None:
        self.candidates = candidates
        self._room = room
        self._heap: list[tuple[int, str]] | None = None

    def find(self, digest: str) -> Candidate | None:
        """Who waits under this digest."""
        return self.candidates.get(digest)

    def put(self, digest: str, candidate: Candidate) -> None:
        """Lets it wait; when there is no room, the one with the lowest rank gives way."""
        if digest not in self.candidates and len(self.candidates) >= self._room:
            candidate.over = max(candidate.over, self._drop_lowest())
        self.candidates[digest] = candidate
        if self._heap is not None:
            heapq.heappush(self._heap, (candidate.rank, digest))

    def remove(self, digest: str) -> None:
        """It waits no longer."""
        self.candidates.pop(digest, None)

    def _drop_lowest(self) -> int:
        if self._heap is None:
            self._heap = [(candidate.rank, digest) for digest, candidate in self.candidates.items()]
            heapq.heapify(self._heap)
        while True:
            rank, digest = heapq.heappop(self._heap)
            candidate = self.candidates.get(digest)
            if candidate is not None and candidate.rank == rank:  # else it has grown, or is gone
                del self.candidates[digest]
                return rank


def admit(
    arrivals: Iterable[Arrival], waiting: WaitingNames, named: Named, *, views: int, trusted: Collection[str] = ()
) -> Moves:
    """Decides who gets a name now; the others wait. `trusted` have a name in a longer bucket, or are the operator's own.

    `views` is how many a value must have had. Changes `waiting`, and takes names away from `named`.
    """
    moves = Moves({}, {})
    ripe: list[tuple[Arrival, Candidate, Counts]] = []
    for arrival in arrivals:
        digest = digest_of(arrival.value)
        before = waiting.find(digest)
        first, last = arrival.first, arrival.last
        if before is None:
            candidate = Candidate(first, 0, dict(arrival.counts))
        else:
            first, last = min(first, before.first), max(last, before.first)  # what came first may be told last
            candidate = Candidate(first, before.over, add_counts(before.counts, arrival.counts))
        kept = last - first >= APART_SECONDS and views_of(candidate.counts) >= views
        if kept or arrival.value in trusted:
            ripe.append((arrival, candidate, before.counts if before else {}))
        else:
            waiting.put(digest, candidate)
    if ripe:
        ripe.sort(key=lambda each: (-views_of(each[1].counts), each[0].value))
        _give_names(ripe, waiting, named, moves)
    return moves


def _give_names(
    ripe: Iterable[tuple[Arrival, Candidate, Counts]], waiting: WaitingNames, named: Named, moves: Moves
) -> None:
    free = named.free()
    weakest: list[tuple[int, str]] | None = None
    for arrival, candidate, before in ripe:
        digest = digest_of(arrival.value)
        if free <= 0:
            n = views_of(candidate.counts)
            if weakest is None and n > named.floor:
                weakest = sorted(named.weakest(), reverse=True)
            if not weakest or weakest[-1][0] >= n:
                waiting.put(digest, candidate)
                continue
            _, loser = weakest.pop()
            moves.unnamed[loser] = counts = named.take(loser)
            waiting.put(digest_of(loser), Candidate(0, 0, dict(counts)))
        free -= 1
        waiting.remove(digest)
        moves.named[arrival.value] = before


def add_counts(one: Counts, other: Counts) -> dict[str, int]:
    """The sums."""
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}


def digest_of(value: str) -> str:
    """What is kept of a value that waits: too short to find a value by, long enough to tell those of a bucket apart."""
    return hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES).hexdigest()
