"""How the language that is spoken writes numbers and dates: CLDR's, in a file that `make translations` makes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from adnotice.language import ENGLISH_TAG, spoken

FILE: Final = Path(__file__).with_suffix(".json")

_FIELD: Final = re.compile(r"'([^']*)'|EEEE|MMMM|LLLL|MMM|LLL|d|y")
"""What stands in a pattern of a date (Unicode TR 35, of which these are all that is needed): a quoted text, or a field."""


class Conventions(msgspec.Struct, frozen=True):
    """A language's. Patterns of dates are CLDR's; `{n}` stands for the number in `percent` and in the units of `compact`, each
    beside the number from which on it is used; weekdays begin with Monday."""

    decimal: str
    group: str
    minus: str
    percent: str
    compact: tuple[tuple[float, str], ...]
    day: str
    weekday_and_day: str
    weekday_and_date: str
    day_and_month: str
    short_date: str
    day_of_month: str
    month: str
    short_month: str
    months: tuple[str, ...]
    months_alone: tuple[str, ...]
    short_months: tuple[str, ...]
    short_months_alone: tuple[str, ...]
    weekdays: tuple[str, ...]
    languages: Mapping[str, str]

    def write(self, pattern: str, given: date) -> str:
        """A date in one of these patterns."""
        fields = {
            "EEEE": self.weekdays[given.weekday()],
            "MMMM": self.months[given.month - 1],
            "LLLL": self.months_alone[given.month - 1],
            "MMM": self.short_months[given.month - 1],
            "LLL": self.short_months_alone[given.month - 1],
            "d": str(given.day),
            "y": str(given.year),
        }
        return _FIELD.sub(lambda found: fields.get(found[0], found[1]), pattern)

    def number(self, number: int) -> str:
        """A whole number: 12,345."""
        return self.figure(number, ",")

    def figure(self, number: float, pattern: str) -> str:
        """A number by a pattern of Python's, such as ",.1f" or ".3g", with this language's signs."""
        text = format(number, pattern).replace(",", "\0").replace(".", self.decimal)
        return text.replace("\0", self.group).replace("-", self.minus)


@cache
def _all() -> Mapping[str, Conventions]:
    return msgspec.json.decode(FILE.read_bytes(), type=dict[str, Conventions])


def here() -> Conventions:
    """Those of the language that is spoken."""
    return conventions_of(spoken())


def conventions_of(tag: str) -> Conventions:
    """Those of a language; of English where it has none of its own."""
    known = _all()
    while tag and tag not in known:
        tag = tag.rpartition("-")[0]
    return known[tag or ENGLISH_TAG]
