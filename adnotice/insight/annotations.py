"""What people write beside the figures, such as "new wording": a day, a text, and who wrote it."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Final

import msgspec

from adnotice.count.model.calendar import months_before
from adnotice.count.stores.protocol import Notes, read_note
from adnotice.insight.audit_log import KEPT_SECONDS, AuditAction, AuditEvent, AuditLog
from adnotice.language import Problem, gettext_noop

PREFIX: Final = "annotation:"
MAX_CHARACTERS: Final = 140
MAX_KEPT: Final = 500
KEPT_MONTHS: Final = 13


class BadAnnotation(Problem):
    """An annotation that can't be kept, or is not there; the text says why and what to give."""


class Annotation(msgspec.Struct, frozen=True):
    """What happened on that day, on one site, as `by` wrote it at `at` (seconds since the epoch, UTC)."""

    id: str
    site: str
    day: date
    text: str
    by: str
    at: float


class Annotations:
    """Annotations as notes in the store, thirteen months each. Blocking calls; each raises `Unavailable`."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._audit_log = AuditLog(notes)

    def add(self, site: str, day: str, text: str, *, by: str, now: float, today: date) -> Annotation:
        """Keeps one more. Raises `BadAnnotation` for a day or a text that can't be kept."""
        made = Annotation(secrets.token_hex(8), site, read_day(day, today), read_text(text), by, now)
        if len(self._notes.names(PREFIX)) >= MAX_KEPT:
            raise BadAnnotation(
                gettext_noop("there are {n} annotations, and no more are kept: remove some first"), n=MAX_KEPT
            )
        self._notes.put(PREFIX + made.id, msgspec.json.encode(made).decode(), now + KEPT_SECONDS)
        self._audit_log.add(AuditEvent(now, by, AuditAction.ANNOTATED, str(made.day)))
        return made

    def remove(self, id_: str, *, by: str, now: float) -> None:
        """Forgets one; the audit log keeps of which day it was, not its text. Raises `BadAnnotation` where there is none."""
        kept = next((each for each in self.all() if each.id == id_), None)
        if kept is None:
            raise BadAnnotation(
                gettext_noop("there is no annotation {id}: it was removed, or is older than thirteen months"),
                id=repr(id_[:40]),
            )
        self._notes.remove(PREFIX + kept.id)
        self._audit_log.add(AuditEvent(now, by, AuditAction.REMOVED, str(kept.day)))

    def all(self) -> list[Annotation]:
        """All that are kept, by day."""
        read = (read_note(text, Annotation) for text in self._notes.values(PREFIX).values())
        return sorted((each for each in read if each is not None), key=lambda each: (each.day, each.at))

    def of(self, site: str) -> list[Annotation]:
        """Those of one site, by day."""
        return [each for each in self.all() if each.site == site]


def read_day(text: str, today: date) -> date:
    """The day in a text: an ISO date or "today". Raises `BadAnnotation` for another one, one to come, or one too long ago."""
    if text.strip().lower() == "today":
        return today
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise BadAnnotation(
            gettext_noop("the day must be a date such as {today} or today, got {given}"),
            today=today,
            given=repr(text[:40]),
        ) from None
    oldest = months_before(today, KEPT_MONTHS)
    if not oldest <= day <= today:
        raise BadAnnotation(
            gettext_noop("the day must lie between {oldest} and {today}, got {given}"),
            oldest=oldest,
            today=today,
            given=day,
        )
    return day


def read_text(text: str) -> str:
    """The text on one line. Raises `BadAnnotation` for one that is empty, too long, or has characters that nobody sees."""
    line = " ".join(text.split())
    if not line or len(line) > MAX_CHARACTERS:
        raise BadAnnotation(
            gettext_noop("the text must have 1 to {most} characters, got {n}"), most=MAX_CHARACTERS, n=len(line)
        )
    if not line.isprintable():
        raise BadAnnotation(
            gettext_noop("the text must be of characters that can be seen; leave out those that turn or join others")
        )
    return line
