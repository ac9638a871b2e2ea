"""What `make demo`, `make test` and `make bench` install is written down, version by version, with hashes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT: Final = Path(__file__).parent.parent
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS: Final = {"demo": ("demo",), "check": ("check",), "bench": ("check", "bench"), "mutants": ("mutants",)}
"""Each lock, and the extras that it installs."""

PIN: Final = re.compile(r"^(\S+?)(?:\[\S+\])?==([^\s;]+)(?: ; (.+?))? \\$", re.MULTILINE)


def pins(text: str) -> dict[str, set[Version]]:
    """The versions that each name is pinned to: several where Pythons or platforms differ."""
    found: dict[str, set[Version]] = {}
    for name, version, _ in PIN.findall(text):
        found.setdefault(canonicalize_name(name), set()).add(Version(version))
    return found


def requirements(extra: str) -> Iterator[Requirement]:
    """What an extra asks for, our own extras that it names included."""
    for line in PROJECT["optional-dependencies"][extra]:
        requirement = Requirement(line)
        if requirement.name == PROJECT["name"]:
            for inner in requirement.extras:
                yield from requirements(inner)
        else:
            yield requirement


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_what_the_project_asks_for(name: str) -> None:
    pinned = pins((ROOT / "locks" / f"{name}.txt").read_text(encoding="utf-8"))
    asked = [Requirement(line) for line in PROJECT["dependencies"]]
    asked += [requirement for extra in LOCKS[name] for requirement in requirements(extra)]
    wrong = [
        str(requirement)
        for requirement in asked
        if not any(map(requirement.specifier.contains, pinned.get(canonicalize_name(requirement.name), ())))
    ]
    assert wrong == [], f"locks/{name}.txt is behind pyproject.toml: run make lock"


@pytest.mark.parametrize("name", [*LOCKS, "tools"])
def test_every_pin_has_its_hashes(name: str) -> None:
    text = (ROOT / "locks" / f"{name}.txt").read_text(encoding="utf-8")
    blocks = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
    assert blocks
    assert [block.split()[0] for block in blocks if not PIN.match(block) or "--hash=sha256:" not in block] == []


def test_the_locks_agree() -> None:
    """They are installed one after the other into one venv."""
    locks = [pins((ROOT / "locks" / f"{name}.txt").read_text(encoding="utf-8")) for name in LOCKS]
    names = {name for lock in locks for name in lock}
    differ = [name for name in names if len({frozenset(lock[name]) for lock in locks if name in lock}) > 1]
    assert sorted(differ) == []
