"""The writer's work in one process: a thread that takes, commits, answers, and tends the store.

There is no timer: under load each commit takes what arrived during the previous one. Pages that were counted in memory
wait for the next commit, or five seconds.
"""

from __future__ import annotations

import logging
import math
import re
import threading
import time
import uuid
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final

import msgspec

from adnotice.count.ingest.backoff import Backoff
from adnotice.count.ingest.entries import Entering
from adnotice.count.ingest.heartbeat import Heartbeat
from adnotice.count.ingest.queue import CommitQueue, Waiting, seconds_until
from adnotice.count.ingest.suspicion import Suspicion
from adnotice.count.ingest.waiters.auto import waiters_here
from adnotice.count.ingest.waiters.base import CommitFate, Waiter, Waiters
from adnotice.count.ingest.warmup import recent_grounds
from adnotice.count.model.calendar import Calendar
from adnotice.count.model.keys import spread_all
from adnotice.count.model.page_templates import RoutePatterns
from adnotice.count.model.tally import Batch, Dimension, Entry, Key, Metric
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import open_store
from adnotice.count.stores.protocol import NoStore, Partial, Store
from adnotice.mode import NOTE as MODE_NOTE
from adnotice.mode import CurrentMode, find_peace
from adnotice.vocabulary import Counted, Mode, Occurrence, Unavailable

logger: Final = logging.getLogger("adnotice")

MAX_GROUP: Final = 512
FLUSH_SECONDS: Final = 5.0
"""How long pages wait in memory for a commit to carry them; a process that is killed takes them along."""

LOOK_SECONDS: Final = 5.0
"""How often the mode is looked for, by itself, whether or not anybody asks for anything."""

PATIENCE_SECONDS: Final = 1.0
"""How long an answer waits for a look at the mode."""

CLOSE_SECONDS: Final = 2.0
MAX_TOLD: Final = 5
"""So many problems are logged in one failure; they often follow from each other."""

NUMBERS: Final = re.compile(r"\d+")
PAGES_EXPIRE_SECONDS: Final = 7 * 86_400
"""How long the id of a group of pages is kept, which is tried again under it until the store takes it."""


class State(msgspec.Struct, frozen=True):
    """How the writer of this process is. Ages are in seconds; None: never."""

    waiting: int
    problem: str
    failing_seconds: float
    last_commit_seconds: float | None
    turned_away: int


class WriterThread:
    """One process' work, from its first occurrence until `close`."""

    def __init__(self, settings: CountSettings, clock: Callable[[], float], mode: CurrentMode) -> None:
        self.queue = CommitQueue()
        self._mode = mode
        self.closed = False
        self._end_by = math.inf
        """When whoever closes waits no longer, by the monotonic clock."""
        self.grounds: Mapping[str, int] = {}
        """See `recent_grounds`; empty until the store has told."""
        self._settings = settings
        self._clock = clock
        self._deadline = settings.store_deadline_seconds
        self._opening = threading.Lock()
        self._store: Store | None = None
        self._waiters: Waiters | None = None
        self._lookout: Waiters | None = None
        self._lookers: deque[Waiting] = deque()
        """Who waits for a look at the mode."""
        self._backoff = Backoff()
        self._suspicion = Suspicion(settings, lambda: self.store)
        self._entering = Entering(RoutePatterns(settings.routes), self._suspicion)
        self._pages: Entry | None = None
        self._failing_since: float | None = None
        self._problem: Unavailable | None = None
        self._committed_at: float | None = None
        self._look_at = time.monotonic()
        self._heartbeat = Heartbeat(mode, clock)
        self._absent = False
        self._told: set[str] = set()
        self._turned_away = 0
        self._thread: threading.Thread | None = None

    @property
    def store(self) -> Store:
        """The store. Raises `Unavailable` when there can't be one."""
        if self._store is None:
            with self._opening:
                if self._store is None:
                    create = self._mode.setting is not Mode.OFF
                    self._store = open_store(self._settings.store_url, self._settings, create=create, migrates=True)
        return self._store

    @property
    def state(self) -> State:
        """How the writer is."""
        now = time.monotonic()
        return State(
            self.queue.size(),
            str(self._problem or ""),
            now - self._failing_since if self._failing_since is not None else 0.0,
            now - self._committed_at if self._committed_at is not None else None,
            self._turned_away,
        )

    def start(self) -> None:
        """Starts the thread, or again when it has died."""
        if self._thread is None or not self._thread.is_alive():
            with self._opening:
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._work, name="adnotice-writer", daemon=True)
                    self._thread.start()

    async def take(self, id_: str, expires: float, occurrences: tuple[Occurrence, ...]) -> Counted:
        """Counts under an id; returns after the commit. Raises `Unavailable`."""
        try:
            self._turn_away()
            waiters = self._waiters = waiters_here(self._waiters, self._deadline)
            waiter = waiters.add()
            self.queue.put(Waiting(id_, expires, occurrences, waiters, waiter))
            return await waiter
        except Unavailable:
            self._turned_away += 1
            if occurrences:
                self.queue.add_counts(Key(occurrences[0].site, Dimension.ALL, "", Metric.TURNED_AWAY))
            raise

    async def look(self) -> None:
        """Has the store asked for the mode; returns when it has said, or can't within a second."""
        if self._failing_since is not None:
            return  # it is asked again and again already
        waiters = self._lookout = waiters_here(self._lookout, PATIENCE_SECONDS)
        waiter = waiters.add()
        self._lookers.append(Waiting("", 0.0, (), waiters, waiter))
        self.queue.wake()
        with suppress(Unavailable):
            await waiter

    async def close(self) -> None:
        """Commits what waits, and ends; gives up after two seconds."""
        self._end_by = time.monotonic() + CLOSE_SECONDS
        self.closed = True
        thread = self._thread
        if thread is None or not thread.is_alive():
            return
        waiters = waiters_here(None, CLOSE_SECONDS)
        waiter = waiters.add()
        self.queue.put(Waiting("", 0.0, (), waiters, waiter))
        try:
            await waiter
        except Unavailable as problem:
            logger.warning("Some counts were not written before the end: %s", problem)

    def _turn_away(self) -> None:
        if self.queue.full():
            raise Unavailable("more reports are waiting than the store takes")
        since = self._failing_since
        if since is not None and time.monotonic() - since > self._deadline:
            raise self._problem or Unavailable("the store does not answer")

    # What follows runs in the thread.

    def _work(self) -> None:
        group: list[Waiting] = []
        flush_at: float | None = None
        pause = self._warm_up()
        while True:
            try:
                if pause:
                    time.sleep(pause)
                    group += self.queue.take(MAX_GROUP, 0)
                else:
                    group += self.queue.take(MAX_GROUP, seconds_until(min(flush_at or self._look_at, self._look_at)))
                leaving = [waiting for waiting in group if not waiting.id]
                if self.closed and (
                    leaving or time.monotonic() >= self._end_by
                ):  # who closes waits no longer than that
                    self._leave([waiting for waiting in group if waiting.id], leaving)
                    return
                due = flush_at is not None and time.monotonic() >= flush_at
                if group or due or (pause and self._has_pages()):
                    group = self._commit(group)
                    flush_at = None
                self._look_around()
                if flush_at is None and self._has_pages():
                    flush_at = time.monotonic() + FLUSH_SECONDS
                pause = self._backoff.next_pause() if group else self._recover()
            except Unavailable as problem:
                self._note(problem)
                self._tell_lookers(problem)
                pause = self._backoff.next_pause()
                group = [waiting for waiting in group if not waiting.waiter.done()]
            except Exception as error:  # whatever it is, the thread goes on, and the callers are told
                logger.exception("The writer failed; its reports are turned away")
                failed = Unavailable(f"the writer failed: {type(error).__name__}")
                tell((waiting, failed) for waiting in group)
                self._tell_lookers(failed)
                group = []
                self._pages = None
                pause = self._backoff.next_pause()

    def _warm_up(self) -> float:
        """Opens the store before the first report waits for it, and says at once when it can't be opened.

        Returns the pause before the next attempt: none when it is open.
        """
        try:
            self._look_around()
            self.grounds = recent_grounds(self.store, Calendar(self._settings.timezone), self._clock())
        except Unavailable as problem:
            self._note(problem)
            self._tell_lookers(problem)
            return self._backoff.next_pause()
        except Exception:  # the loop meets it again, where its callers can be told
            logger.exception("The store could not be opened")
            return self._backoff.next_pause()
        return 0.0

    def _commit(self, group: list[Waiting]) -> list[Waiting]:
        """Commits, answers; returns who must wait for another attempt. Raises `Unavailable` when all must."""
        now = self._clock()
        entries = [waiting.entry or self._enter(waiting, now) for waiting in group]
        pages = self._take_pages(now)
        fates: Sequence[bool | None]
        try:
            fates = self.store.commit(Batch(now, (*entries, *((pages,) if pages else ())), from_readers=True))
        except Partial as partial:
            fates = partial.fates
            self._note(partial)
        else:
            self._suspicion.committed()
        if pages and fates[-1] is not None:
            self._pages = None
        self._committed_at = time.monotonic()
        tell((waiting, told(waiting, fate)) for waiting, fate in zip(group, fates, strict=False) if fate is not None)
        return [waiting for waiting, fate in zip(group, fates, strict=False) if fate is None]

    def _enter(self, waiting: Waiting, now: float) -> Entry:
        keys, waiting.apart = self._entering.enter(waiting.occurrences, now)
        waiting.entry = Entry(waiting.id, waiting.expires, keys)
        return waiting.entry

    def _has_pages(self) -> bool:
        return self._pages is not None or self.queue.pages_wait()

    def _take_pages(self, now: float) -> Entry | None:
        """What was counted in memory, under an id: when it stays unknown whether it was committed, it is tried again."""
        if self._pages is None and self.queue.pages_wait():
            pages, deltas = self.queue.take_pages()
            for key, n in spread_all((self._entering.name(occurrence), n) for occurrence, n in pages.items()).items():
                deltas[key] = deltas.get(key, 0) + n
            self._pages = Entry(f"pages:{uuid.uuid4().hex}", now + PAGES_EXPIRE_SECONDS, (), deltas)
        return self._pages

    def _look_around(self) -> None:
        """Looks for the mode when that is due or asked for, leaves word, and tends the store. Whatever fails here fails
        counting: it goes on once all of it succeeds, a write too."""
        if self._lookers or time.monotonic() >= self._look_at:
            self._look()
        if self._absent:
            return
        if self._failing_since is not None or self._heartbeat.is_due():
            self._heartbeat.beat(self.store)
        self.store.tend(self._clock())

    def _look(self) -> None:
        asked_at = self._mode.now()
        try:
            said = self.store.notes.get(MODE_NOTE)
            peace_until = find_peace(self.store.notes, self._clock())
            self._absent = False
        except NoStore:  # the settings switch adnotice off, and nobody has said otherwise: none is made
            said, peace_until, self._absent = None, None, True
        before = self._mode.known()
        self._mode.tell(Mode(said) if said in list(Mode) else None, asked_at, peace_until)
        self._look_at = time.monotonic() + LOOK_SECONDS
        if self._mode.known() is not before:
            self._heartbeat.hurry()  # `adnotice mode` says what processes do
        self._tell_lookers(Counted.NOW)

    def _tell_lookers(self, fate: CommitFate) -> None:
        tell((self._lookers.popleft(), fate) for _ in range(len(self._lookers)))

    def _recover(self) -> float:
        """The store answers; returns the pause that this calls for: none."""
        if self._failing_since is not None:
            logger.warning("Counting goes on after %.0f seconds", time.monotonic() - self._failing_since)
        self._failing_since = self._problem = None
        self._backoff.reset()
        return 0.0

    def _note(self, problem: Unavailable) -> None:
        """Remembers the problem, and says it once, as long as it is the same."""
        if self._failing_since is None:
            self._failing_since = time.monotonic()
            self._told.clear()
        told = NUMBERS.sub("", str(problem))
        if told not in self._told and len(self._told) < MAX_TOLD:
            self._told.add(told)
            logger.error("Counting waits: %s", problem)
        self._problem = problem
        self._heartbeat.feel(problem)

    def _leave(self, group: list[Waiting], leaving: list[Waiting]) -> None:
        fate: CommitFate = Counted.NOW
        try:
            if group or self._has_pages():
                self._commit(group)
            if self._store is not None:
                self._heartbeat.stop(self._store)
                self._store.close()
        except Unavailable as problem:
            fate = problem
            tell((waiting, problem) for waiting in group)
        tell((waiting, fate) for waiting in leaving)


def told(waiting: Waiting, counted: bool) -> Counted:
    """What the caller learns of its commit."""
    if not counted:
        return Counted.BEFORE
    return Counted.APART if waiting.apart else Counted.NOW


def tell(fates: Iterable[tuple[Waiting, CommitFate]]) -> None:
    """Answers callers, with one message to each event loop."""
    by_loop: defaultdict[Waiters, list[tuple[Waiter, CommitFate]]] = defaultdict(list)
    for waiting, fate in fates:
        by_loop[waiting.waiters].append((waiting.waiter, fate))
    for waiters, told in by_loop.items():
        waiters.answer(told)
