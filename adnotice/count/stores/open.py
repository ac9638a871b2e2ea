"""From a store's URL to the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from adnotice.count.settings import CountSettings
from adnotice.count.stores.protocol import Store, Unusable


def open_store(
    url: str, settings: CountSettings | None = None, *, create: bool = True, migrates: bool = False
) -> Store:
    """The store at this URL; nothing is connected before its first call.

    A SQLite store of an older schema is brought to ours at its first call where it `migrates`; every other older store
    is refused until the operator has run `adnotice migrate`.

    Takes `sqlite:///FILE`, `postgresql://…`, `redis://…`, `redis+cluster://…`. Without `create` its calls raise `NoStore`
    where nobody has begun one, and leave nothing there. Raises `Unusable` for another scheme, and naming the extra to install
    where one is missing.
    """
    settings = settings or CountSettings(store_url=url)
    scheme = url.partition(":")[0]
    if scheme == "sqlite":
        from adnotice.count.stores.sql.sqlite import SqliteDialect
        from adnotice.count.stores.sql.store import SqlStore

        dialect = SqliteDialect(sqlite_file(url), settings.store_deadline_seconds)
        return SqlStore(dialect, settings, create=create, migrates=migrates)
    if scheme == "postgresql":
        from adnotice.count.stores.sql.postgresql import PostgresDialect
        from adnotice.count.stores.sql.store import SqlStore

        return SqlStore(PostgresDialect(url, settings.store_deadline_seconds), settings, create=create)
    if scheme.partition("+")[0] in ("redis", "rediss"):
        try:
            from adnotice.count.stores.redis.store import RedisStore
        except ImportError as missing:
            if (missing.name or "").partition(".")[0] != "redis":
                raise
            raise Unusable(
                "redis:// needs the client redis. Install it with: pip install 'adnotice[redis]'"
            ) from missing
        try:
            return RedisStore(url, settings, create=create)
        except ValueError as error:
            raise Unusable(str(error)) from None
    raise Unusable(
        f"store_url must begin with sqlite:///, postgresql://, redis:// or redis+cluster://, got {scheme[:40]!r}"
    )


def store_problems(settings: CountSettings) -> Iterator[str]:
    """Says why there can't be a store at this URL, where that is known without opening it: a missing driver, no address."""
    try:
        open_store(settings.store_url, settings).close()
    except Unusable as problem:
        yield str(problem)


def may_be_there(url: str) -> bool:
    """Whether there may be a store at this URL; told without opening anything, so only files are known to be missing."""
    return not url.startswith("sqlite:") or sqlite_file(url).exists()


def load(url: str) -> None:
    """Imports what this store needs, so that the first report does not wait for it. Opens nothing, raises nothing."""
    with suppress(Unusable):
        open_store(url).close()


def sqlite_file(url: str) -> Path:
    """The file that a sqlite URL names: three slashes before a relative name, four before an absolute one."""
    name = url.removeprefix("sqlite://").removeprefix("/")
    if not name:
        raise Unusable(f"store_url must name a file, got {url!r}. Use sqlite:///adnotice.db")
    return Path(name).absolute()
