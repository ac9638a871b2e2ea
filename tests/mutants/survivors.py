"""Changes that no test notices: what mutmut left, beside the list of those that may stay.

A change is known by its function and by the lines that it takes out and puts in, so that neither line numbers nor mutmut's
own numbers matter: an entry lives as long as its line does.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

LIST: Final = Path(__file__).with_name("survivors.toml")
NOTICED: Final = ("killed", "timeout", "caught by type check", "segfault")
"""mutmut's words for a change after which a test failed, or went on for ever."""

NOT_RUN: Final = ("not checked", "skipped", "check was interrupted by user")


class Change(NamedTuple):
    """One change of one line, or of a few that belong together."""

    function: str
    """Its module and name, as mutmut writes them, without the number."""
    was: str
    now: str

    def __str__(self) -> str:
        return f"{self.function}\n  - {self.was}\n  + {self.now}"


def read_list(text: str) -> dict[Change, str]:
    """The changes that may stay, each with its reason. Raises `ValueError` for an entry without one, or one given twice."""
    found: dict[Change, str] = {}
    entries: list[Mapping[str, Any]] = tomllib.loads(text).get("survivor", [])
    for entry in entries:
        change = Change(entry["function"], entry["was"], entry["now"])
        if change in found or not entry.get("why"):
            raise ValueError(f"listed twice, or without a reason: {change}")
        found[change] = entry["why"]
    return found


def read_change(name: str, diff: str) -> Change:
    """The change of the mutant of this name, from mutmut's diff of it."""
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++", "#"))]
    was, now = (" ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    return Change(name.rpartition("__mutmut_")[0], was, now)


def read_results(told: str) -> dict[str, str]:
    """How each mutant fared, from what `mutmut results --all true` prints."""
    pairs = (line.strip().rpartition(": ") for line in told.splitlines())
    return {name: status for name, colon, status in pairs if colon and "__mutmut_" in name}


def compare(left: Iterable[Change], run: Iterable[str], listed: Iterable[Change]) -> tuple[list[Change], list[Change]]:
    """Changes that were left and are not listed; and listed ones of a function that was run, which are noticed by now."""
    left, run, listed = set(left), set(run), set(listed)
    return sorted(left - listed), sorted(each for each in listed - left if each.function in run)
