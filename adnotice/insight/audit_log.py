"""Who changed what, and when: the mode, annotations and whatever else an operator sets while the site runs."""

from __future__ import annotations

import secrets
from typing import Final

import msgspec

from adnotice.count.stores.protocol import Notes, read_note
from adnotice.vocabulary import Mode, Word

PREFIX: Final = "trail:"
KEPT_SECONDS: Final = 396 * 86_400.0
"""Thirteen months, as long as days are kept one by one."""

MAX_LISTED: Final = 500

OPERATOR: Final = "operator"
"""Who is logged in with the one password."""

COMMAND_LINE: Final = "command line"


class AuditAction(Word):
    """What was done."""

    MODE = "mode"
    PEACE = "peace"
    PEACE_ENDED = "peace ended"
    ANNOTATED = "annotated"
    REMOVED = "annotation removed"
    TOKEN = "token made"  # noqa: S105 - words
    TOKEN_REVOKED = "token taken back"  # noqa: S105 - words
    LINK = "link made"
    LINK_REVOKED = "link taken back"


class AuditEvent(msgspec.Struct, frozen=True):
    """One change: `at` in seconds since the epoch, UTC; `by` an account, "operator" or "command line".

    Of a mode, `before` and `to` are what was in force and what is; of an annotation `to` is its day: what people write is
    not kept twice, so that what is removed is gone.
    """

    at: float
    by: str
    action: AuditAction = msgspec.field(name="act")  # as stores have it
    to: str = ""
    before: str = ""


class AuditLog:
    """The changes of thirteen months, as notes in the store. Blocking calls."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def add(self, event: AuditEvent) -> None:
        """Keeps one more. Raises `Unavailable`."""
        name = f"{PREFIX}{int(event.at * 1000):015}-{secrets.token_hex(4)}"
        self._notes.put(name, msgspec.json.encode(event).decode(), event.at + KEPT_SECONDS)

    def all(self) -> list[AuditEvent]:
        """The last of them, oldest first. Raises `Unavailable`."""
        read = (read_note(text, AuditEvent) for _, text in sorted(self._notes.values(PREFIX).items()))
        return [event for event in read if event is not None][-MAX_LISTED:]


def mode_changes(audit_events: list[AuditEvent]) -> list[AuditEvent]:
    """Those that changed the mode into another one."""
    modes = list(Mode)
    return [
        each for each in audit_events if each.action is AuditAction.MODE and each.to in modes and each.before in modes
    ]
