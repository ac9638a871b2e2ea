"""One writer per process: commits what arrived while the last commit went on, and answers after that.

Nothing starts before the first occurrence. A thread belongs to the process that started it: after a fork the child
begins its own.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Awaitable, Callable

from adnotice.agents import load_patterns
from adnotice.count.open import load
from adnotice.count.settings import CountSettings
from adnotice.count.shift import Shift, State
from adnotice.count.store import Store
from adnotice.events import Mode, Occurrence


class Writer:
    """Counts for this process. `record` and `commit` may be called from any event loop of it."""

    def __init__(self, settings: CountSettings, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        self._shift: Shift | None = None
        self._starting = threading.Lock()
        self._parents: list[Shift] = []
        load(settings.store_url)
        load_patterns()

    def record(self, occurrence: Occurrence) -> None:
        """Counts something that needs no acknowledgement; never waits, never raises."""
        self._now().intake.add_page(occurrence)

    def commit(self, id_: str, expires: float, occurrences: tuple[Occurrence, ...]) -> Awaitable[bool]:
        """Counts under an id that counts once; see `events.Commit`."""
        return self._now().take(id_, expires, occurrences)

    def wake(self) -> None:
        """Has the mode read again, and what is due done."""
        self._now().intake.wake()

    async def close(self) -> None:
        """Writes what waits, within two seconds, and ends; a later occurrence begins anew."""
        shift = self._shift
        if shift is not None and shift.pid == os.getpid():
            await shift.close()

    @property
    def state(self) -> State:
        """How the writer of this process is."""
        return self._now().state

    def store(self) -> Store:
        """The store; its calls block. Opened when first asked for."""
        return self._now().store

    def mode(self) -> Mode | None:
        """What the operator last said about the mode, as far as this process knows."""
        shift = self._shift
        return shift.mode if shift is not None and shift.pid == os.getpid() else None

    def _now(self) -> Shift:
        shift = self._shift
        if shift is not None and shift.pid == os.getpid() and not shift.closed:
            return shift
        with self._starting:
            shift = self._shift
            if shift is None or shift.pid != os.getpid() or shift.closed:
                if shift is not None and not shift.closed:
                    self._parents.append(shift)  # closing connections that the parent uses would end them for both
                shift = self._shift = Shift(self._settings, self._clock)
                shift.start()
            return shift
