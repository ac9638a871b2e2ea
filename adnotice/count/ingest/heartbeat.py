"""Each process's word in the store that it is well: a note every quarter of a minute, whose absence is the alarm.

Writing it asks the store whether it takes, not only whether it gives, also where nobody reports anything. Where the store
takes nothing no word can be left there; then every process knows it by itself, from its own attempt.
"""

from __future__ import annotations

import logging
import os
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from adnotice.count.stores.protocol import Health, Store, read_note
from adnotice.language import fill, gettext, gettext_noop, ngettext
from adnotice.mode import CurrentMode
from adnotice.vocabulary import Mode, Unavailable

logger: Final = logging.getLogger("adnotice")

BEAT_SECONDS: Final = 15.0
SILENT_SECONDS: Final = 40.0
"""Two are missing: with the time between two the silence is told within a minute."""

FORGOTTEN_SECONDS: Final = 900.0
"""A process that ended without a word, on a machine whose processes can't be seen from here, is missed for so long."""

REMEMBERED_SECONDS: Final = 60.0

PREFIX: Final = "process:"


CHANGED: Final = gettext_noop(
    "Until {when} counts went into another store: it was emptied, removed or replaced, and they are not in this one. "
    "Bring back a backup if you miss them (for SQLite: adnotice restore FILE)."
)
CHANGED_NOTE: Final = "changed"
CHANGED_TOLD_SECONDS: Final = 7 * 86_400.0


class Beat(msgspec.Struct, frozen=True):
    """What one process says of itself. `at` is in seconds since the epoch, UTC; `machine` tells where `pid` has a meaning;
    `said` is false where `mode` is what its settings say; `problem` is what failed in the last minute."""

    at: float
    machine: str
    host: str
    pid: int
    mode: Mode
    said: bool = False
    problem: str = ""


class Heartbeat:
    """Leaves one process's word, again and again."""

    def __init__(self, mode: CurrentMode, clock: Callable[[], float]) -> None:
        self._mode = mode
        self._clock = clock
        self._name = f"{PREFIX}{uuid.uuid4().hex}"
        self._due_at = 0.0
        self._problem = ""
        self._identity = ""
        self._failed_at = float("-inf")

    def is_due(self) -> bool:
        """Whether it is time for the next word."""
        return time.monotonic() >= self._due_at

    def hurry(self) -> None:
        """Makes the next word due now."""
        self._due_at = 0.0

    def feel(self, problem: Unavailable) -> None:
        """Remembers for a minute what failed, to say it once the store takes again."""
        self._problem, self._failed_at = str(problem), time.monotonic()

    def beat(self, store: Store) -> None:
        """Leaves word now. Raises `Unavailable`."""
        now = self._clock()
        beat = Beat(
            at=now,
            machine=name_machine(),
            host=socket.gethostname(),
            pid=os.getpid(),
            mode=self._mode.known(),
            said=self._mode.said,
            problem=self._problem if time.monotonic() - self._failed_at < REMEMBERED_SECONDS else "",
        )
        self._recognize(store, now)
        store.check_in(self._name, msgspec.json.encode(beat).decode(), now + FORGOTTEN_SECONDS)
        self._due_at = time.monotonic() + BEAT_SECONDS

    def _recognize(self, store: Store, now: float) -> None:
        """Says when the store is no longer the one that this process has counted into."""
        found = store.identity()
        if self._identity not in ("", found):
            at = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M UTC")
            logger.error("%s", fill(CHANGED, {"when": at}))
            store.notes.put(CHANGED_NOTE, at, now + CHANGED_TOLD_SECONDS)
        self._identity = found

    def stop(self, store: Store) -> None:
        """Takes the word back: this process ends as it should."""
        with suppress(Unavailable):
            store.notes.remove(self._name)


def name_machine() -> str:
    """What two processes have in common that see each other under their numbers."""
    try:
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        space = ""
    return f"{socket.gethostname()} {space}"


def read_beats(store: Store, now: float) -> list[Beat]:
    """What processes have said lately, without those that have ended as far as that can be seen from here."""
    here = name_machine()
    beats = [read_note(text, Beat) for text in store.notes.values(PREFIX).values()]
    return [
        beat
        for beat in beats
        if beat is not None and now - beat.at < FORGOTTEN_SECONDS and (beat.machine != here or runs(beat.pid))
    ]


def is_heard(beat: Beat, now: float) -> bool:
    """Whether the process has left its word in time."""
    return now - beat.at <= SILENT_SECONDS


def miss(beats: list[Beat], now: float) -> Iterator[str]:
    """A sentence for each process that is silent, or says that something fails."""
    for beat in beats:
        if not is_heard(beat, now):
            seconds, minutes = round(now - beat.at), round(FORGOTTEN_SECONDS / 60)
            # Translators: a process of the web server, by its number and its machine.
            yield ngettext(
                "process {pid} on {host} has not reached the store for {n} second: it can't, is stopped, or was "
                "killed (then this goes {minutes} minutes after its last word)",
                "process {pid} on {host} has not reached the store for {n} seconds: it can't, is stopped, or was killed (then this "
                "goes {minutes} minutes after its last word)",
                seconds,
                pid=str(beat.pid),
                host=beat.host,
                n=seconds,
                minutes=minutes,
            )
        elif beat.problem:
            # Translators: {problem} is what the store said, in English.
            yield gettext(
                "process {pid} on {host} could not count within the last minute: {problem}",
                pid=str(beat.pid),
                host=beat.host,
                problem=beat.problem,
            )


def examine(store: Store, now: float, own: str = "") -> Health:
    """How the store is and what processes say; `own` is what fails in this one. Never raises."""
    health = store.health()
    missed: tuple[str, ...] = ()
    changed = None
    with suppress(Unavailable):  # a problem that is told already
        missed = tuple(miss(read_beats(store, now), now))
        changed = store.notes.get(CHANGED_NOTE)
    banner = " ".join(filter(None, (health.banner, changed and gettext(CHANGED, when=changed))))
    return msgspec.structs.replace(health, problem=own or health.problem, banner=banner, processes=missed)


def runs(pid: int) -> bool:
    """Whether there is a process of this number here."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return True
