"""`adnotice peace`: everyone is left in peace until a time; measuring goes on."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

import msgspec

from adnotice.commands.arguments import Arguments
from adnotice.commands.processes import NOT_WAITED, wait_until_obeyed
from adnotice.commands.stores import opened, whole_settings
from adnotice.insight.audit_log import COMMAND_LINE
from adnotice.insight.mode_switch import end_the_peace, leave_in_peace
from adnotice.mode import find_peace


def change_peace(asked: Arguments) -> int:
    """Leaves everyone in peace until a time, or ends that, or shows what holds; measuring goes on."""
    settings = whole_settings()
    zone, now = settings.count.timezone, time.time()
    if asked.until and asked.end:
        print("give either --until or --end", file=sys.stderr)
        return 2
    with opened(asked, settings) as store:
        try:
            if asked.until:
                leave_in_peace(store.notes, read_time(asked.until, zone, now), by=COMMAND_LINE, now=now)
            elif asked.end:
                end_the_peace(store.notes, by=COMMAND_LINE, now=now)
        except ValueError as error:
            print(f"--until {asked.until}: {error}", file=sys.stderr)
            return 2
        if (asked.until or asked.end) and asked.wait:
            wait_until_obeyed()
        until = find_peace(store.notes, time.time())
    if asked.json:
        print(msgspec.json.encode({"peace_until": until and local_time(until, zone)}).decode())
    else:
        print(tell_peace(until, zone) if until else "nobody is left in peace: readers are asked as the mode says")
    if (asked.until or asked.end) and not asked.wait:
        print(NOT_WAITED, file=sys.stderr)
    return 0


def read_time(text: str, timezone: str, now: float) -> float:
    """The moment that the operator means, in seconds since the epoch: a date and a time of the site's timezone, or with an
    offset of its own; a time alone is the next that comes. Raises `ValueError` in words."""
    here = local_time(now, timezone)
    try:
        if ":" in text and "-" not in text:
            clock = clock_time.fromisoformat(text)
            days = (here.date(), here.date() + timedelta(days=1))
            meant = (datetime.combine(day, clock, here.tzinfo).replace(fold=fold) for day in days for fold in (0, 1))
            return next(at for at in (each.timestamp() for each in meant) if at > now)  # an hour that comes twice too
        said = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"no time: give one such as {here:%Y-%m-%d} 23:00 or 23:00, meant in {timezone}") from None
    return (said if said.tzinfo else said.replace(tzinfo=here.tzinfo)).timestamp()


def local_time(at: float, timezone: str) -> datetime:
    """A moment in seconds since the epoch, as the site's time."""
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(timezone))


def tell_peace(until: float, timezone: str) -> str:
    """The sentence on it, in the site's time."""
    when = local_time(until, timezone)
    return f"everyone is left in peace until {when:%Y-%m-%d %H:%M} ({timezone}): nobody is asked, views are measured"
