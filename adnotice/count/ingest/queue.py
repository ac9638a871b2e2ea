"""What has arrived and is not committed yet: callers who wait for their commit, and pages counted in memory."""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from adnotice.count.model.tally import OTHER, Entry, Key
from adnotice.vocabulary import Occurrence, PageInjected, Unavailable

MAX_WAITING: Final = 10_000
MAX_ARRIVED: Final = 512
MAX_PAGES: Final = 10_000
"""So many different occurrences are told apart in memory; beyond that the rarer half counts as `(other)`."""


class Waiting(msgspec.Struct, eq=False, gc=False):
    """One caller: what to count under which id, and where to answer. `entry` and `apart` are made once, by
    the writer's thread."""

    id: str
    expires: float
    occurrences: Sequence[Any]
    waiters: Any
    waiter: Any
    entry: Entry | None = None
    apart: bool = False


class CommitQueue:
    """Takes from event loops, gives to the writer's thread."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._arrived: list[Occurrence] = []
        self._pages: dict[Occurrence, int] = {}
        self._others: dict[Key, int] = {}

    def size(self) -> int:
        """How many wait."""
        return self._queue.qsize()

    def full(self) -> bool:
        """Whether so many wait that one more could not be answered in time."""
        return self._queue.qsize() >= MAX_WAITING

    def put(self, waiting: Waiting) -> None:
        """One caller more."""
        self._queue.put(waiting)

    def wake(self) -> None:
        """Has the writer's thread look around."""
        if not self.full():
            self._queue.put(None)

    def add_page(self, occurrence: Occurrence) -> None:
        """Counts a page in memory. Every page pays for this: it is put down now, and added up by the hundred."""
        arrived = self._arrived
        arrived.append(occurrence)
        size = len(arrived)
        if size == 1 and not self._pages:  # else the thread knows: it looks again after it has taken them
            self._queue.put(None)
        elif size >= MAX_ARRIVED:
            self._add_up()

    def _add_up(self) -> None:
        """Adds what has arrived to the pages counted."""
        with self._lock:
            pages, arrived = self._pages, self._arrived[:]
            del self._arrived[: len(arrived)]  # what has come meanwhile stays
            for occurrence, n in Counter(arrived).items():
                pages[occurrence] = pages.get(occurrence, 0) + n
            if len(pages) > MAX_PAGES:
                self._pages = keep_most(pages, MAX_PAGES // 2)

    def add_counts(self, key: Key, n: int = 1) -> None:
        """Counts something that is no occurrence in memory, beside the pages."""
        with self._lock:
            first = not self._others
            self._others[key] = self._others.get(key, 0) + n
        if first:
            self._queue.put(None)

    def pages_wait(self) -> bool:
        """Whether anything is counted in memory alone."""
        return bool(self._arrived or self._pages or self._others)

    def take_pages(self) -> tuple[dict[Occurrence, int], dict[Key, int]]:
        """What was counted in memory; it is the taker's now."""
        self._add_up()
        with self._lock:
            taken = self._pages, self._others
            self._pages, self._others = {}, {}
        return taken

    def take(self, limit: int, timeout: float | None) -> list[Waiting]:
        """Waits for something to do; returns who waits, at most so many, without those who have gone."""
        group: list[Waiting] = []
        try:
            item = self._queue.get(timeout=timeout) if timeout is None or timeout > 0 else self._queue.get_nowait()
            while True:
                if item is not None and not item.waiter.done():
                    group.append(item)
                    if len(group) == limit:
                        break
                item = self._queue.get_nowait()
        except queue.Empty:
            pass
        return group


class OpenQueue:
    """Where pages come in, into whichever queue is open; every page goes through, so nothing stands in the way.

    `open_` gives the queue that takes what comes while none is.
    """

    __slots__ = ("_open", "queue")

    def __init__(self, open_: Callable[[], CommitQueue]) -> None:
        self._open = open_
        self.queue: CommitQueue | None = None

    def add_page(self, occurrence: Occurrence) -> None:
        """Counts a page; never waits, never raises."""
        open_queue = self.queue
        if open_queue is None:
            try:
                open_queue = self._open()
            except (
                Unavailable
            ):  # adnotice is switched off, and there is no store that could say otherwise: nobody counts
                return
        open_queue.add_page(occurrence)


def keep_most(pages: Mapping[Occurrence, int], limit: int) -> dict[Occurrence, int]:
    """The most frequent occurrences; the rest without their pages. Invented pages come seldom, so they go first."""
    ranked = sorted(pages.items(), key=lambda each: each[1], reverse=True)
    kept = dict(ranked[:limit])
    for occurrence, n in ranked[limit:]:
        other = _without_page(occurrence)
        kept[other] = kept.get(other, 0) + n
    return kept


def _without_page(occurrence: Occurrence) -> Occurrence:
    if isinstance(occurrence, PageInjected):
        return msgspec.structs.replace(occurrence, page=OTHER)
    return occurrence


def seconds_until(due: float) -> float:
    """From now on the monotonic clock; never below 0."""
    return max(0.0, due - time.monotonic())
