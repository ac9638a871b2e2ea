"""The choice cookie: what the reader answered and on which day, and nothing else. Where the setting `count_allowed` is used
it may say instead that ads are allowed here since a month, and not which day.

Everyone who answers alike on one day gets the same bytes, so that nobody can be told apart by it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, NamedTuple

from adnotice.http.headers import Header, header
from adnotice.objection import LONGEST_SECONDS
from adnotice.vocabulary import NoticeEvent

NAME: Final = "adnotice"

LONGEST: Final = timedelta(seconds=LONGEST_SECONDS)

RENEW_AFTER: Final = timedelta(days=30)
"""A lasting answer is written anew when it is seen at this age, so that it lasts as long as the reader comes."""

ALLOWED: Final = "allowed"
ALLOWED_DAYS: Final = 180
"""How long that is remembered at most, from the first of its month."""

_KEPT: Final = (NoticeEvent.LATER, NoticeEvent.NEVER, NoticeEvent.SUPPORTS)


class Kept(NamedTuple):
    """An answer that the reader's browser keeps."""

    choice: NoticeEvent
    day: date


def keeps(choice: NoticeEvent) -> bool:
    """Whether the answer is one to keep."""
    return choice in _KEPT


def holds_for(choice: NoticeEvent, not_now: timedelta) -> timedelta:
    """How long an answer holds from the day it was given or renewed."""
    return not_now if choice is NoticeEvent.LATER else LONGEST


def read_cookie(value: str, today: date) -> Kept | None:
    """The kept answer; None without one, for what is written in no way of ours, and for a day after tomorrow (UTC), which we
    never write."""
    name, _, written = value.partition(".")
    try:
        kept = Kept(NoticeEvent(name), date.fromisoformat(written))
    except ValueError:
        return None
    is_ours = keeps(kept.choice) and kept.day <= today + timedelta(days=1)
    return kept if is_ours and kept.day.isoformat() == written else None


def is_due(kept: Kept, today: date) -> bool:
    """Whether the answer should be written anew; only "don't ask again" is."""
    return kept.choice is NoticeEvent.NEVER and today - kept.day >= RENEW_AFTER


def write_cookie(kept: Kept, *, path: str, secure: bool, not_now: timedelta) -> Header:
    """The Set-Cookie header that keeps the answer."""
    return _header(f"{kept.choice}.{kept.day.isoformat()}", holds_for(kept.choice, not_now), path, secure=secure)


def write_allowed(today: date, *, path: str, secure: bool) -> Header:
    """The Set-Cookie header that keeps, of this month, that ads are allowed here."""
    month = today.replace(day=1)
    left = month + timedelta(days=ALLOWED_DAYS) - today
    return _header(f"{ALLOWED}.{month:%Y-%m}", left, path, secure=secure)


def read_allowed(value: str, today: date) -> date | None:
    """The first day of the month in which ads were found allowed; None where that is not kept, or too long ago."""
    name, _, written = value.partition(".")
    try:
        month = date.fromisoformat(f"{written}-01")
    except ValueError:
        return None
    is_ours = name == ALLOWED and f"{month:%Y-%m}" == written
    return month if is_ours and timedelta(days=-31) < today - month < timedelta(days=ALLOWED_DAYS) else None


def clear_cookie(*, path: str, secure: bool) -> Header:
    """The Set-Cookie header that forgets the answer."""
    return _header("", timedelta(0), path, secure=secure)


def _header(value: str, age: timedelta, path: str, *, secure: bool) -> Header:
    line = f"{NAME}={value}; Path={path}; Max-Age={int(age.total_seconds())}; HttpOnly; SameSite=Lax"
    return header(b"set-cookie", line + "; Secure" * secure)
