"""What makes one schema out of the one before: a function each, which finds the journal empty.

They are written in the words of their time: they name tables and columns as text, not by what the code calls them today.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

Migrations = Mapping[int, Callable[[Any], None]]


def name_kinds_and_grounds(cursor: Any) -> None:
    """Kinds, grounds and suspects get their new names; partly, support links, objections and refused reports get columns,
    values that wait for a name a table."""
    for old, new in (
        ("blocked_extension", "blocked_content"),
        ("blocked_network", "blocked_hosts"),
        ("suspect", "suspect_unknown"),
    ):
        cursor.execute(f"ALTER TABLE adnotice_tallies RENAME COLUMN {old} TO {new}")
    for name in (
        "partly",
        "suspect_clear",
        "suspect_partly",
        "suspect_content",
        "suspect_hosts",
        "support_link",
        "objected",
        "clear_since_allowed",
        "rejected",
    ):
        cursor.execute(f"ALTER TABLE adnotice_tallies ADD COLUMN {name} BIGINT NOT NULL DEFAULT 0")
    cursor.execute("UPDATE adnotice_tallies SET dimension = 'ground' WHERE dimension = 'evidence'")
    cursor.execute(
        "CREATE TABLE adnotice_waiting (site TEXT NOT NULL, dimension TEXT NOT NULL, grain TEXT NOT NULL, "
        "start TEXT NOT NULL, taken BIGINT NOT NULL, least BIGINT NOT NULL, body TEXT NOT NULL, "
        "PRIMARY KEY (site, dimension, grain, start))"
    )


MIGRATIONS: Final[Migrations] = {2: name_kinds_and_grounds}
"""What makes version N out of version N - 1, by N: takes a cursor, in one transaction with the new number. The first
line of its docstring tells operators what it does."""
