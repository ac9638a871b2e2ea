"""Changes the mode for every process that shares the store, or leaves everyone in peace, and keeps who did it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from adnotice.count.stores.protocol import Notes
from adnotice.insight.audit_log import AuditAction, AuditEvent, AuditLog
from adnotice.mode import NOTE, begin_peace, end_peace, find_peace
from adnotice.vocabulary import Mode

DEFAULT: Final = "default"
"""What people say instead of a mode: the one that the settings name."""


def switch_mode(notes: Notes, to: Mode | None, *, setting: Mode, before: Mode, by: str, now: float) -> None:
    """Puts this mode in force, or (None) what the setting says; `before` is the one in force. Raises `Unavailable`."""
    if to is None:
        notes.remove(NOTE)
    else:
        notes.put(NOTE, to.value)
    new = to or setting
    if new is not before:
        AuditLog(notes).add(AuditEvent(now, by, AuditAction.MODE, new.value, before.value))


def leave_in_peace(notes: Notes, until: float, *, by: str, now: float) -> None:
    """Nobody is asked until then (seconds since the epoch, UTC); views are measured. Raises `Problem` for a time
    that is past or too far, and `Unavailable`."""
    begin_peace(notes, until, now)
    AuditLog(notes).add(
        AuditEvent(now, by, AuditAction.PEACE, f"{datetime.fromtimestamp(until, UTC):%Y-%m-%d %H:%M} UTC")
    )


def end_the_peace(notes: Notes, *, by: str, now: float) -> None:
    """Readers are asked again as the mode says. Raises `Unavailable`."""
    if find_peace(notes, now) is not None:
        end_peace(notes)
        AuditLog(notes).add(AuditEvent(now, by, AuditAction.PEACE_ENDED))
