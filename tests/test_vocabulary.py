"""The vocabulary holds: every enum of ours hashes as a text does, and a word that does not exist is found by mypy."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from enum import Enum, StrEnum
from pathlib import Path

import pytest

import adnotice
from adnotice.vocabulary import Word

MODULES = sorted(
    each.name
    for each in pkgutil.walk_packages(adnotice.__path__, "adnotice.")
    if not each.name.startswith("adnotice.django")  # imported by Django alone, which wants its settings first
)


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


PACKAGE = Path(adnotice.__file__).parent
DESIGN = PACKAGE.parent / "docs" / "design.md"


def types_of(path: Path) -> Iterator[str]:
    """The classes and type aliases that a module defines, those for its own use too."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.BinOp | ast.Subscript)
            and isinstance(name := node.targets[0], ast.Name)
            and re.fullmatch(r"(?=.*[a-z])[A-Z]\w+", name.id)
        ):
            yield name.id


NAMED_BY_DJANGO = ("AdNoticeMiddleware", "Command")
"""What a Django site writes into MIDDLEWARE, and what manage.py looks for."""


def test_no_type_is_defined_twice() -> None:
    homes: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        for name in types_of(path):
            homes[name].append(str(path.relative_to(PACKAGE)))
    for name in NAMED_BY_DJANGO:
        homes[name] = [home for home in homes[name] if not home.startswith("django/")]
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


def test_no_value_of_the_vocabulary_stands_for_two_words_of_one_enum() -> None:
    for enum in enums().values():
        assert len(enum.__members__) == len(list(enum)), f"{enum} has two names for one value"


def words_of(table: str) -> list[str]:
    """The words that the first column of the table explains."""
    rows = re.findall(r"^\| (.+?) \|", table, re.MULTILINE)
    return [word.strip("` ") for row in rows for word in row.split(",") if row not in ("word", "---")]


def test_no_word_stands_in_two_rows_of_the_table() -> None:
    section = DESIGN.read_text(encoding="utf-8").partition("## Words\n")[2].partition("\n## ")[0]
    words = words_of(section)
    assert len(words) > 20
    assert [word for word, n in Counter(words).items() if n > 1] == []


def test_a_word_in_two_rows_would_be_found() -> None:
    assert words_of("| word | meaning |\n|---|---|\n| kind | a |\n| verdict, `kind` | b |\n") == [
        "kind",
        "verdict",
        "kind",
    ]


MEANS_ANOTHER: list[tuple[str, str, set[str]]] = [
    ("refus", "pages are refused, requests rejected", {"http", "detect", "notice", "insight/access", "insight/api.py"}),
    ("reject", "requests are rejected, pages refused", {"inject"}),
    ("worker", "a process of the web server, or a browser's service worker", {"count", "insight", "http", "inject"}),
]
"""Beginnings of words that the table gives one meaning, and where something else would be called so."""

IN_THE_BROWSER = {"detect/verdict.py:refused"}
"""What the reader's own network, or blocker, has refused."""


def names_in(path: Path) -> set[str]:
    """What a module calls its functions, types, parameters and variables, and what it reaches by name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
    return found


@pytest.mark.parametrize(("word", "meaning", "places"), MEANS_ANOTHER, ids=[word for word, _, _ in MEANS_ANOTHER])
def test_a_word_of_the_table_names_nothing_else(word: str, meaning: str, places: set[str]) -> None:
    paths = [path for place in places for path in (PACKAGE / place).rglob("*.py")]
    paths += [PACKAGE / place for place in places if place.endswith(".py")]
    found = {f"{path.relative_to(PACKAGE)}:{name}" for path in paths for name in names_in(path) if word in name.lower()}
    assert len(paths) > 5
    assert found - IN_THE_BROWSER == set(), f"{word}…: {meaning}"


RIGHT = """
from adnotice.detect.report import Found
from adnotice.detect.verdict import Judgement
from adnotice.http.messages import Rejected
from adnotice.vocabulary import Ground, PageRefused, Refusal, Rejection, RequestRejected, Sign, Verdict, ViewJudged
ViewJudged("site", "/", Verdict.CLEAR, None, Ground.SCRIPT, signs=(Sign.STYLE_STOPPED,))
Judgement(Verdict.CLEAR, None, Ground.SCRIPT)
Found(Verdict.CLEAR, None, Ground.SCRIPT, True, None, None)
PageRefused("site", Refusal.CSP)
RequestRejected("site", Rejection.ORIGIN)
Rejected(Rejection.ORIGIN, "why")
"""


@pytest.mark.slow
def test_mypy_finds_a_word_that_does_not_exist(tmp_path: Path) -> None:
    """In each of these lines one word is made up, in turn as a member and as a plain text."""
    lines = RIGHT.strip().splitlines()
    imports = [line for line in lines if line.startswith("from ")]
    wrong: dict[int, str] = {}
    written = list(imports)
    for line in lines[len(imports) :]:
        written.append(line)
        for word in re.findall(r"(?:Ground|Sign|Refusal|Rejection)\.[A-Z_]+", line):
            for made_up in (word.partition(".")[0] + ".NO_SUCH_WORD", '"controls stopped"'):
                written.append(line.replace(word, made_up))
                wrong[len(written)] = written[-1]
    snippet = tmp_path / "snippet.py"
    snippet.write_text("\n".join(written) + "\n")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", str(snippet)],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    found = {int(number) for number in re.findall(r"snippet\.py:(\d+): error", done.stdout)}
    assert found == set(wrong), done.stdout + done.stderr
