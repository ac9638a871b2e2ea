"""One table of texts: every word has one there, and nowhere else; whoever shows a reason takes it from there."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from itertools import chain
from pathlib import Path

import pytest

from adnotice import texts
from adnotice.inject import outcomes
from adnotice.texts import BY_NAME, UNKNOWN, Text, explain
from adnotice.vocabulary import Ground, Quiet, Refusal, Rejection, Sign, Word

PACKAGE = Path(texts.__file__).parent
TABLES: list[tuple[tuple[Word, ...], Mapping[Word, Text]]] = [
    (tuple(Refusal), texts.REFUSALS),  # type: ignore[list-item]
    ((*Ground, *Sign), texts.GROUNDS),  # type: ignore[list-item]
    (tuple(Rejection), texts.REJECTIONS),  # type: ignore[list-item]
    (tuple(Quiet), texts.QUIETS),  # type: ignore[list-item]
]
EXPLAINED = {type(word).__name__ for words, _ in TABLES for word in words}


@pytest.mark.parametrize(("words", "table"), TABLES, ids=lambda each: "")
def test_every_word_has_its_text_and_every_text_its_word(words: tuple[Word, ...], table: Mapping[Word, Text]) -> None:
    assert list(table) == list(words)
    assert {name for named in BY_NAME.values() for name in named} >= {word.value for word in words}


@pytest.mark.parametrize(("words", "table"), TABLES, ids=lambda each: "")
def test_what_is_harmful_says_what_to_do_and_what_is_harmless_asks_for_nothing(
    words: tuple[Word, ...], table: Mapping[Word, Text]
) -> None:
    for text in table.values():
        assert text.means
        assert not text.harmless or text.do.startswith("Nothing")
        assert text.harmless or text.do not in (texts.NOTHING, texts.NOTHING_IF_WANTED)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_other_module_has_a_table_of_texts(path: Path) -> None:
    if path.name in ("texts.py", "rejection.py"):  # the latter tells who sent a form what became of that form
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Dict):
            keyed = [
                key.value.id
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Attribute)
                and isinstance(key.value, ast.Name)
                and isinstance(value, ast.Call | ast.JoinedStr)
            ]
            assert not EXPLAINED & set(keyed), f"{path.name}:{node.lineno} explains {set(keyed)}: texts.py does"


@pytest.mark.parametrize(("words", "table"), TABLES, ids=lambda each: "")
def test_what_a_reason_means_is_said_without_the_names_of_settings(
    words: tuple[Word, ...], table: Mapping[Word, Text]
) -> None:
    """An editor reads it; what to do about it, which may name them, stands on the health page and in the docs."""
    assert not [text.means for text in table.values() if re.search(r"\(settings? ", text.means)]


def test_a_name_that_is_not_known_is_told_as_such() -> None:
    for kind, named in BY_NAME.items():
        assert explain(kind, "no such reason") is UNKNOWN
        assert all(explain(kind, name) is text for name, text in named.items())
    assert not UNKNOWN.harmless


def test_the_log_says_the_same() -> None:
    assert all(part in outcomes.FORBIDDEN for part in chain(texts.REFUSALS[Refusal.CSP][:2]))
