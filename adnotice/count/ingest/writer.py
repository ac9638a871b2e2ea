"""One writer per process: commits what arrived while the last commit went on, and answers after that.

Nothing starts before the first occurrence. A thread belongs to the process that started it: after a fork the child
begins its own.
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from adnotice.agents import load_patterns
from adnotice.count.ingest.heartbeat import examine
from adnotice.count.ingest.queue import OpenQueue
from adnotice.count.ingest.writer_thread import State, WriterThread
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import load, may_be_there
from adnotice.count.stores.protocol import Health, NoStore, Store
from adnotice.language import gettext, ngettext
from adnotice.mode import CurrentMode
from adnotice.vocabulary import Counted, Mode, Occurrence, Record, Unavailable

ASLEEP: Final = (
    "adnotice is switched off by its settings and has no store yet. Switch it on with the setting mode and a restart, "
    "or with: adnotice mode measure --create"
)


class Writer:
    """Counts for this process. `record` and `commit` may be called from any event loop of it.

    `mode` is told, from the writer's thread, what the operator last said about it.
    """

    def __init__(
        self,
        settings: CountSettings,
        clock: Callable[[], float] = time.time,
        *,
        mode: CurrentMode | None = None,
    ) -> None:
        self._settings = settings
        self._mode = mode or CurrentMode(Mode.MEASURE)
        self._clock = clock
        self._thread: WriterThread | None = None
        self._starting = threading.Lock()
        self._parents: list[WriterThread] = []
        self._pid = os.getpid()
        self._open_queue = OpenQueue(lambda: self._begin().queue)
        self.record: Record = self._open_queue.add_page
        """Counts something that needs no acknowledgement; never waits, never raises."""
        _writers.add(self)
        load(settings.store_url)
        load_patterns()

    def commit(self, id_: str, expires: float, occurrences: tuple[Occurrence, ...]) -> Awaitable[Counted]:
        """Counts under an id that counts once; see `vocabulary.Commit`."""
        return (self._thread or self._begin()).take(id_, expires, occurrences)

    def begin(self) -> None:
        """Starts the work of this process where it has not begun: from then on it looks for the mode by itself."""
        if self._thread is None and not self._sleeps():
            self._begin()

    async def look(self) -> Mode | None:
        """The mode as the store says it now; None where it can't within a second."""
        if self._sleeps():
            return Mode.OFF
        await (self._thread or self._begin()).look()
        return self._mode.fresh()

    def _sleeps(self) -> bool:
        """Whether the settings switch adnotice off and there is no store that could say otherwise: nothing is opened then."""
        return self._thread is None and self._mode.setting is Mode.OFF and not may_be_there(self._settings.store_url)

    async def close(self) -> None:
        """Writes what waits, within two seconds, and ends; a later occurrence begins anew."""
        with self._starting:
            thread, self._thread = self._thread, None
            self._open_queue.queue = None
        if thread is not None:
            await thread.close()

    @property
    def state(self) -> State:
        """How the writer of this process is."""
        return (self._thread or self._begin()).state

    def health(self) -> Health:
        """How counting is, in this process and, as far as the store can say, in the others; never raises. Blocks."""
        try:
            thread = self._thread or self._begin()
            return examine(thread.store, self._clock(), own=thread.state.problem)
        except Unavailable as problem:
            return Health(self._settings.store_url.partition(":")[0], problem=str(problem))

    def tell(self) -> str:
        """What this process knows of its counting without asking the store, in a sentence or two."""
        if self._sleeps():
            return ""
        state = self.state
        counted = state.last_commit_seconds
        if counted is None:
            # Translators: a process of the web server.
            told = gettext("This process has counted nothing yet.")
        else:
            seconds = round(counted)
            # Translators: a process of the web server.
            told = ngettext(
                "This process last counted {n} second ago.",
                "This process last counted {n} seconds ago.",
                seconds,
                n=seconds,
            )
        if state.turned_away:
            # Translators: goes on after "This process last counted 3 seconds ago."
            away = ngettext(
                "It has turned {n} report away since it began.",
                "It has turned {n} reports away since it began.",
                state.turned_away,
                n=state.turned_away,
            )
            told = f"{told} {away}"
        if not state.problem:
            return told
        failing = round(state.failing_seconds)
        failed = ngettext(
            "Counting has failed for {n} second.", "Counting has failed for {n} seconds.", failing, n=failing
        )
        return f"{told} {failed}"

    def store(self) -> Store:
        """The store; its calls block. Opened when first asked for."""
        return (self._thread or self._begin()).store

    def grounds(self) -> Mapping[str, int]:
        """Views of yesterday and today by ground, as the store knew them when this process began; never waits."""
        return self._thread.grounds if self._thread is not None else {}

    def _begin(self) -> WriterThread:
        if self._sleeps():
            raise NoStore(ASLEEP)
        with self._starting:
            if self._thread is None:
                thread = WriterThread(self._settings, self._clock, self._mode)
                thread.start()
                self._thread = thread
                self._open_queue.queue = thread.queue
            return self._thread

    def settle(self) -> None:
        """Leaves the parent's work to the parent where this process is a child of the one that began it.

        For servers that fork without Python's knowing (uWSGI), where `os.register_at_fork` calls nobody.
        """
        with self._starting:
            if self._pid != os.getpid():
                self._leave_to_parent()

    def start_anew(self) -> None:
        """What a child does with what it was born with, before any thread of its own runs."""
        self._starting = threading.Lock()  # a thread that this process doesn't have may have held it
        self._leave_to_parent()

    def _leave_to_parent(self) -> None:
        self._pid = os.getpid()
        self._open_queue.queue = None
        if self._thread is not None:
            self._parents.append(self._thread)  # closing connections that the parent uses would end them for both
            self._thread = None


_writers: weakref.WeakSet[Writer] = weakref.WeakSet()


def _begin_anew() -> None:
    for writer in _writers:
        writer.start_anew()


os.register_at_fork(after_in_child=_begin_anew)
