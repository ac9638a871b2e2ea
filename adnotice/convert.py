"""A given value as a setting's type, or the sentence that says what it must be."""

from __future__ import annotations

import collections.abc
import enum
import math
import reprlib
import typing
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

MAX_CHARACTERS: Final = 10_000
MAX_ENTRIES: Final = 1_000
MAX_NUMBER: Final = 1_000_000_000

_UNFIT: Final = frozenset(("Cc", "Cs", "Zl", "Zp"))
"""Control characters, halves of surrogate pairs (no UTF-8 has them), line and paragraph separators."""

_NAMES: Final[Mapping[Any, str]] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    bool | None: "true or false, or be left out",
}


class Unfit(ValueError):
    """A value that a setting can't take; the text goes on after the setting's name: "must be a whole number"."""


def convert(given: object, kind: Any, example: str = "") -> Any:
    """The value as this type; texts are read as numbers and truth values where one is wanted.

    `example` shows a list or a mapping as one would write it. Raises `Unfit`.
    """
    if takes_callable(kind):
        if given is not None and not callable(given):
            raise Unfit("must be a function")
        return given
    if kind == tuple[str, ...] and isinstance(given, str):
        if "," in given:
            raise Unfit(f"must be a list{_such_as(example)}")
        given = (given,)
    try:
        value = msgspec.convert(given, kind, strict=False)
    except Exception:  # noqa: BLE001 - a given object may raise anything while it is read
        raise Unfit(f"must be {_name(kind, example)}") from None
    _look_through(value)
    return value


def show(given: object, *, secret: bool = False) -> str:
    """The value as a message may show it: in one line, short; of a secret its kind alone."""
    if secret and given is not None:
        return (
            f"a text of {len(given)} characters"
            if isinstance(given, str)
            else f"a value of type {type(given).__name__}"
        )
    try:
        return _SHORT.repr(given)
    except Exception:  # noqa: BLE001 - whatever its own repr raises, the message must come out
        return f"a value of type {type(given).__name__}"


def takes_callable(kind: Any) -> bool:
    """Whether a setting of this type takes a function."""
    return any(typing.get_origin(part) is collections.abc.Callable for part in (kind, *typing.get_args(kind)))


def takes_mapping(kind: Any) -> bool:
    """Whether a setting of this type takes a mapping."""
    return typing.get_origin(kind) is collections.abc.Mapping


def _name(kind: Any, example: str) -> str:
    if isinstance(kind, enum.EnumMeta):
        return f"one of {', '.join(choice.value for choice in kind)}"  # type: ignore[var-annotated]  # mypy has no type for an enum class's members here
    if typing.get_origin(kind) is typing.Literal:
        return f"one of {', '.join(typing.get_args(kind))}"
    if takes_mapping(kind):
        return f"a mapping{_such_as(example)}"
    return _NAMES.get(kind, f"a list{_such_as(example)}")


def _such_as(example: str) -> str:
    return f", such as {example}" if example else " of texts"


def _look_through(value: object) -> None:
    """Raises `Unfit` for numbers and texts that no setting takes."""
    if isinstance(value, float) and not math.isfinite(value):
        raise Unfit("must be a finite number")
    if isinstance(value, (int, float)) and abs(value) > MAX_NUMBER:
        raise Unfit(f"must be at most {MAX_NUMBER}")
    if isinstance(value, (tuple, Mapping)) and len(value) > MAX_ENTRIES:
        raise Unfit(f"must have at most {MAX_ENTRIES} entries")
    for text, lines in _texts(value):
        if len(text) > MAX_CHARACTERS:
            raise Unfit(f"must have at most {MAX_CHARACTERS} characters")
        if any(unicodedata.category(letter) in _UNFIT for letter in (text.replace("\n", "") if lines else text)):
            raise Unfit("must hold no line breaks and no other control characters")


def _texts(value: object) -> Iterator[tuple[str, bool]]:
    """Every text in the value, and whether it may have several lines."""
    if isinstance(value, str):
        yield value, False
    elif isinstance(value, tuple):
        yield from ((text, False) for text in value)
    elif isinstance(value, Mapping):
        yield from ((name, False) for name in value)
        yield from ((text, True) for text in value.values())


def _shorten() -> reprlib.Repr:
    short = reprlib.Repr()
    short.maxstring = short.maxother = 80
    return short


_SHORT: Final = _shorten()
