"""The vocabulary holds: every enum of ours hashes as a text does, and a word that does not exist is found by mypy."""

from __future__ import annotations

import importlib
import pkgutil
from enum import Enum, StrEnum

import pytest

import adnotice
from adnotice.vocabulary import Word

MODULES = sorted(each.name for each in pkgutil.walk_packages(adnotice.__path__, "adnotice."))


def enums() -> dict[str, type[Enum]]:
    """Every enum of the package by its full name."""
    found: dict[str, type[Enum]] = {}
    for name in MODULES:
        module = importlib.import_module(name)
        for each in vars(module).values():
            if isinstance(each, type) and issubclass(each, Enum) and each.__module__.startswith("adnotice."):
                found[f"{each.__module__}.{each.__qualname__}"] = each
    return found


@pytest.mark.parametrize("enum", [each for each in enums().values() if issubclass(each, StrEnum)])
def test_members_are_hashed_as_texts(enum: type[StrEnum]) -> None:
    assert issubclass(enum, Word)
    assert enum.__hash__ is str.__hash__
