"""A language in which every message of the dashboard and the mails stands in brackets: what is outside was forgotten.

The brackets close before a value and open again behind it, so that a value is outside of the message that holds it: English
in a value, which no translator would meet, is seen as well.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final, NamedTuple

from babel.messages.extract import extract_from_dir

from adnotice.language import CONTEXT_END, Catalogue
from translations.messages import KEYWORDS, METHODS, PACKAGE, find_tabled

OPEN: Final = "⟦"
CLOSE: Final = "⟧"

_PLACEHOLDER: Final = re.compile(r"(\{[a-z_]+\})")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_ADDRESS: Final = re.compile(r"https?://\S+")
_CALENDAR: Final = {*calendar.month_name, *calendar.month_abbr, *calendar.day_name, *calendar.day_abbr}
_BRACKETED: Final = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")


class Extracted(NamedTuple):
    """A message as it stands in the sources: its forms (two where it holds a number), its context, where it is, and whether
    its braces are places for values."""

    forms: tuple[str, ...]
    context: str
    place: str
    is_filled: bool = True

    @property
    def name(self) -> str:
        """Its key in a catalogue."""
        return f"{self.context}{CONTEXT_END}{self.forms[0]}" if self.context else self.forms[0]


@cache
def extract() -> tuple[Extracted, ...]:
    """Every message that operators may read: what is marked, the one table of texts, and what each setting does."""
    found = list(_marked())
    found += (Extracted((each.one,), each.context, "a table", is_filled=False) for each in find_tabled() if each.one)
    return tuple(found)


def _marked() -> Iterator[Extracted]:
    for file, line, message, _, context in extract_from_dir(str(PACKAGE), METHODS, keywords=KEYWORDS):
        forms = message if isinstance(message, tuple) else (message,)
        yield Extracted(tuple(forms), context or "", f"{file}:{line}")


@cache
def pseudo_language() -> Catalogue:
    """The language. Numbers and dates are English ones."""
    said: dict[str, str | tuple[str, ...]] = {}
    for each in extract():
        forms = tuple(bracket(form) if each.is_filled else f"{OPEN}{form}{CLOSE}" for form in each.forms)
        said[each.name] = forms if len(forms) > 1 else forms[0]
    return Catalogue(said=said)


def bracket(message: str) -> str:
    """The message in brackets, its places for values outside of them."""
    parts = _PLACEHOLDER.split(message)
    return "".join(part if n % 2 else f"{OPEN}{part}{CLOSE}" for n, part in enumerate(parts) if part)


def outside(text: str) -> str:
    """What of a text stands in no brackets."""
    return _BRACKETED.sub(" ", text)


def words_outside(text: str, known: Iterable[str] = ()) -> list[str]:
    """The words of a text that stand in no brackets, without those that are no English to be translated: the `known` names that
    it tells, months and weekdays, and addresses."""
    rest = _ADDRESS.sub(" ", outside(text))
    if names := sorted(known, key=len, reverse=True):
        rest = re.sub(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)", " ", rest)
    return [word for word in _WORD.findall(rest) if word not in _CALENDAR]
