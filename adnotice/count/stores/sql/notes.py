"""The operator's own state in an SQL database."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection, or_, select

from adnotice.count.stores.sql.schema import notes


class SqlNotes:
    """`Notes` in the table of the same name."""

    def __init__(
        self,
        reading: Callable[[], AbstractContextManager[Connection]],
        writing: Callable[[], AbstractContextManager[Any]],
        mark: str,
        clock: Callable[[], float],
    ) -> None:
        self._reading = reading
        self._writing = writing
        self._mark = mark
        self._clock = clock

    def get(self, name: str) -> str | None:
        """See `Notes`."""
        with self._reading() as connection:
            return connection.scalar(select(notes.c.value).where(notes.c.name == name, self._lives()))

    def put(self, name: str, value: str, expires: float | None = None) -> None:
        """See `Notes`."""
        marks = ", ".join([self._mark] * 3)
        with self._writing() as cursor:
            cursor.execute(
                f"INSERT INTO {notes.name} (name, value, expires) VALUES ({marks}) "  # noqa: S608 - our own names
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value, expires = excluded.expires",
                (name, value, expires),
            )

    def remove(self, name: str) -> None:
        """See `Notes`."""
        with self._writing() as cursor:
            cursor.execute(f"DELETE FROM {notes.name} WHERE name = {self._mark}", (name,))  # noqa: S608

    def names(self, prefix: str) -> list[str]:
        """See `Notes`."""
        return sorted(self.values(prefix))

    def values(self, prefix: str) -> dict[str, str]:
        """See `Notes`."""
        wanted = notes.c.name.startswith(prefix, autoescape=True)
        query = select(notes.c.name, notes.c.value).where(wanted, self._lives())
        with self._reading() as connection:
            # LIKE knows no case in SQLite, and PostgreSQL sorts by its locale
            return {name: value for name, value in sorted(connection.execute(query).all()) if name.startswith(prefix)}

    def _lives(self) -> Any:
        return or_(notes.c.expires.is_(None), notes.c.expires > self._clock())
