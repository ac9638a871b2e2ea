"""In which language operators are spoken to: gettext's four calls, over the catalogue that the task or thread at hand speaks.

A message is a whole sentence in English, which is its own key, with `{name}` where a value goes. English needs no catalogue,
and is what is said where nobody chose another language: in the log, to programs, in tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

ENGLISH_TAG: Final = "en"
CONTEXT_END: Final = "\x04"
"""Stands between a message's context and its text in a key, as in gettext's own files."""

_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")


def form_of_english(number: int) -> int:
    """Which of English's two forms a number takes."""
    return int(number != 1)


def write_english(number: int) -> str:
    """A whole number as English writes it: 12,345."""
    return f"{number:,}"


@dataclass(frozen=True)
class Catalogue:
    """A language's words: its tag (BCP 47), every message by its English, with all its forms where it holds a number, which form a
    number takes, and how a whole number is written."""

    tag: str = ENGLISH_TAG
    said: Mapping[str, str | tuple[str, ...]] | None = None
    form_of: Callable[[int], int] = form_of_english
    write: Callable[[int], str] = write_english


ENGLISH: Final = Catalogue()

_SPOKEN: Final[ContextVar[Catalogue]] = ContextVar("adnotice.language", default=ENGLISH)


@contextmanager
def speaking(catalogue: Catalogue) -> Iterator[None]:
    """Everything that is said inside is said in this language, in threads that were begun from here too."""
    before = _SPOKEN.set(catalogue)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def spoken() -> str:
    """The tag of the language that is spoken now."""
    return _SPOKEN.get().tag


def gettext(message: str, /, **values: object) -> str:
    """A message, with the values in the places of their names."""
    return fill(find(message), values)


def pgettext(context: str, message: str, /, **values: object) -> str:
    """The same for a message that other languages say otherwise elsewhere; the context tells them where it stands."""
    return fill(find(message, context), values)


def ngettext(one: str, other: str, n: int, /, **values: object) -> str:
    """The form of a message that the number takes. The number itself is a value like the others."""
    return fill(find_form(one, other, n), values)


def gettext_noop(message: str, /) -> str:
    """The message itself: marks one that stands in a table, and is said by `gettext` later."""
    return message


def find(message: str, context: str = "") -> str:
    """A message before its values are put in."""
    said = _SPOKEN.get().said
    found = said.get(f"{context}{CONTEXT_END}{message}" if context else message) if said else None
    return found if isinstance(found, str) else message


def find_form(one: str, other: str, n: int) -> str:
    """The form of a message that a number takes, before its values are put in."""
    catalogue = _SPOKEN.get()
    forms = catalogue.said.get(one) if catalogue.said else None
    if forms is None:
        return (one, other)[form_of_english(n)]
    return forms if isinstance(forms, str) else forms[catalogue.form_of(n)]


def fill(message: str, values: Mapping[str, object], catalogue: Catalogue | None = None) -> str:
    """The message with each value in the place of its name; a name without a value stays as it is.

    A whole number is written as the language does, of this catalogue or else of the one that is spoken; what is no quantity, such
    as the number of a process, is given as text.
    """
    if not values:
        return message
    write = (catalogue or _SPOKEN.get()).write
    return _PLACEHOLDER.sub(lambda found: _write(values.get(found[1], found[0]), write), message)


def write_value(value: object) -> str:
    """A value as it stands in a message of the language that is spoken."""
    return _write(value, _SPOKEN.get().write)


def _write(value: object, write: Callable[[int], str]) -> str:
    return write(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)


class Problem(ValueError):
    """What can't be done, in a message of the catalogue. As text it is English, for programs, headers and logs; `said` is in the
    language that is spoken where that is asked for."""

    def __init__(self, message: str, /, **values: object) -> None:
        super().__init__(fill(message, values, ENGLISH))
        self.message = message
        self.values = values

    @property
    def said(self) -> str:
        """The problem, to be read by people."""
        return gettext(self.message, **self.values)
