"""Which store a command is about: it says which one, and begins none unless told to."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from adnotice.commands.arguments import Arguments
from adnotice.configuration import read_settings, tell_source
from adnotice.count.stores.open import open_store, sqlite_file
from adnotice.count.stores.protocol import NoStore, Store
from adnotice.count.stores.sql.copying import open_to_read
from adnotice.count.stores.sql.sqlite import APPLICATION_ID
from adnotice.keys import new_secret
from adnotice.mode import NOTE
from adnotice.settings import Settings


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
    with suppress(sqlite3.Error, OSError), closing(open_to_read(file.absolute())) as connection:
        return bool(connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID)
    return False


def check_site(store: Store, site: str) -> None:
    """Raises `NoSite` where this site was never counted."""
    sites = store.sites()
    if site and site not in sites:
        there = f"there are: {', '.join(sites)}" if sites else "nothing has been counted yet"
        raise NoSite(f"there is no site {site!r} in this store, {there}")
