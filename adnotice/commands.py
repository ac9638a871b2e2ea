"""What commands do with a store: they say which one, begin none unless told to, and tell what the processes do."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from adnotice.arguments import Arguments
from adnotice.configuration import read_settings, tell_source
from adnotice.count.ingest.heartbeat import Beat, is_heard, read_beats
from adnotice.count.stores.open import open_store, sqlite_file
from adnotice.count.stores.protocol import NoStore, Store
from adnotice.count.stores.sql.sqlite import APPLICATION_ID
from adnotice.insight.mode_switch import end_the_peace, leave_in_peace, switch_mode
from adnotice.insight.trail import COMMAND_LINE
from adnotice.keys import new_secret
from adnotice.mode import NOTE, SETTLE_SECONDS, find_peace
from adnotice.notice.to_mend import find_unsaid
from adnotice.settings import Settings
from adnotice.vocabulary import Mode

DEFAULT = "default"
NOT_WAITED = f"not waited: for {SETTLE_SECONDS:g} seconds readers may still be answered by what held before"
MODES: tuple[str, ...] = (Mode.OFF, Mode.MEASURE, Mode.ASK, DEFAULT)


class NoSite(ValueError):
    """The store has no counts of this site; says which it has."""


@contextmanager
def opened(
    asked: Arguments, settings: Settings | None = None, *, create: bool = False, older: bool = False
) -> Iterator[Store]:
    """The store that the command is about, which it names. Raises `NoStore` where there is none and none is to be made.

    `settings` are those that the command has read already. A store of an `older` schema is refused with the remedy unless
    the command is that remedy.
    """
    settings = settings or whole_settings()
    url = asked.store or settings.count.store_url
    with closing(open_store(url, settings.count, create=create)) as store:
        try:
            shown = store.plan().shown if older else find_store(store)
        except NoStore as missing:
            raise NoStore(f"{missing}. {what_there_is(url)}") from None
        print(f"store: {shown}", file=sys.stderr)
        yield store


def find_store(store: Store) -> str:
    """The store's address, once it has answered a first question."""
    store.notes.get(NOTE)
    return store.health().url


def whole_settings() -> Settings:
    """The settings that the server reads too, or a secret that nothing depends on where they hold none. Says where from."""
    print(f"settings: {tell_source()}", file=sys.stderr)
    return read_settings(secret_key=new_secret())


def store_url(asked: Arguments) -> str:
    """The URL of the store that the command is about, which it names where that is a file."""
    url: str = asked.store or whole_settings().count.store_url
    if url.startswith("sqlite:"):
        print(f"store: sqlite:///{sqlite_file(url)}", file=sys.stderr)
    return url


def what_there_is(url: str) -> str:
    """The stores that could be meant instead, and how to name one."""
    how = "Name it with --store URL, or in adnotice.toml or ADNOTICE_STORE_URL, as the site does; a site, or adnotice init, begins one"
    if not url.startswith("sqlite:"):
        return how
    folders = dict.fromkeys((sqlite_file(url).parent, Path.cwd()))
    ours = [file for folder in folders if folder.is_dir() for file in sorted(folder.glob("*.db")) if is_ours(file)]
    found = f"There is sqlite:///{', sqlite:///'.join(map(str, ours))}. " if ours else ""
    return found + how


def is_ours(file: Path) -> bool:
    """Whether the file is a store of adnotice."""
    with suppress(sqlite3.Error, OSError), closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return bool(connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID)
    return False


def check_site(store: Store, site: str) -> None:
    """Raises `NoSite` where this site was never counted."""
    sites = store.sites()
    if site and site not in sites:
        there = f"there are: {', '.join(sites)}" if sites else "nothing has been counted yet"
        raise NoSite(f"there is no site {site!r} in this store, {there}")


def change_mode(asked: Arguments) -> int:
    """Shows or changes the mode that the store holds, and says what the processes do."""
    settings = whole_settings()
    with opened(asked, settings, create=asked.create) as store:
        if asked.mode:
            switch_mode(
                store.notes,
                None if asked.mode == DEFAULT else Mode(asked.mode),
                setting=settings.mode,
                before=find_mode(store, settings.mode),
                by=COMMAND_LINE,
                now=time.time(),
            )
        if asked.mode and asked.wait:
            wait_until_obeyed()
        peace_until = find_peace(store.notes, time.time())
        said, beats = store.notes.get(NOTE), read_beats(store, time.time())
        if asked.json:
            heard = [{"host": each.host, "pid": each.pid, "mode": each.mode, "at": each.at} for each in beats]
            told = {
                "mode": find_mode(store, settings.mode),
                "said": said is not None,
                "processes": heard,
                "peace_until": peace_until and local_time(peace_until, settings.count.timezone),
            }
            print(msgspec.json.encode(told).decode())
        else:
            print(said or "default: what the setting mode says")
            for line in tell_processes(beats, time.time()):
                print(line)
            if peace_until:
                print(tell_peace(peace_until, settings.count.timezone))
    if asked.mode == Mode.ASK and (unsaid := find_unsaid(settings.notice)):
        print(f"to mend: {unsaid}", file=sys.stderr)
    if asked.mode and not asked.wait:
        print(NOT_WAITED, file=sys.stderr)
    return 0


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
            meant = datetime.combine(here.date(), clock_time.fromisoformat(text), here.tzinfo)
            return (meant if meant > here else meant + timedelta(days=1)).timestamp()
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


def tell_processes(beats: Sequence[Beat], now: float) -> Iterator[str]:
    """A line for each mode that processes use, and for each process that is silent."""
    heard = [beat for beat in beats if is_heard(beat, now)]
    if not heard:
        yield "no process has been heard of within the last minute: the mode holds once one starts"
    for (mode, said), n in sorted(Counter((beat.mode, beat.said) for beat in heard).items()):
        whose = "" if said else ", which its settings say" if n == 1 else ", which their settings say"
        yield f"{n} {'process uses' if n == 1 else 'processes use'} {mode}{whose}"
    for beat in beats:
        if beat not in heard:
            yield (
                f"process {beat.pid} on {beat.host} has not reached the store for {now - beat.at:.0f} seconds: "
                "it asks nobody until it does"
            )


def find_mode(store: Store, setting: Mode) -> Mode:
    """The mode in force: the operator's word, else the one that most processes use, else the setting as it is read here."""
    said = store.notes.get(NOTE)
    if said in list(Mode):
        return Mode(said)
    now = time.time()
    used = Counter(beat.mode for beat in read_beats(store, now) if is_heard(beat, now))
    return used.most_common(1)[0][0] if used else setting


def wait_until_obeyed() -> None:
    """Waits until no process can rest on the mode before; counts down on a terminal."""
    until = time.monotonic() + SETTLE_SECONDS
    terminal = sys.stderr.isatty()
    if not terminal:
        print(f"waiting {SETTLE_SECONDS:g} seconds, until every process obeys (--no-wait: don't)", file=sys.stderr)
    while (left := until - time.monotonic()) > 0:
        if terminal:
            told = f"\robeyed by every process in {left:2.0f} s (--no-wait: don't wait) "
            print(told, end="", file=sys.stderr, flush=True)
        time.sleep(min(1.0, left))
    if terminal:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
