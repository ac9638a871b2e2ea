"""Changes the mode for every process that shares the store, and keeps who did it."""

from __future__ import annotations

from adnotice.count.stores.protocol import Notes
from adnotice.insight.trail import Act, Deed, Trail
from adnotice.mode import NOTE
from adnotice.vocabulary import Mode


def switch_mode(notes: Notes, to: Mode | None, *, setting: Mode, before: Mode, by: str, now: float) -> None:
    """Puts this mode in force, or (None) what the setting says; `before` is the one in force. Raises `Unavailable`."""
    if to is None:
        notes.remove(NOTE)
    else:
        notes.put(NOTE, to.value)
    new = to or setting
    if new is not before:
        Trail(notes).add(Deed(now, by, Act.MODE, new.value, before.value))
