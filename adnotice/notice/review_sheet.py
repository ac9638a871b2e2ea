"""All words of a language on one page, beside the English: for an editor and a lawyer, on screen or on paper."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from adnotice.notice.about_sentences import ABOUT
from adnotice.notice.sentences import NOTICE, Plural
from adnotice.notice.steps import STEPS
from adnotice.notice.words import Said, Words
from adnotice.templates import load_templates

PARTS: Final[Mapping[str, Mapping[str, str | Plural]]] = {
    "The notice": NOTICE,
    "Steps, blocker by blocker": STEPS,
    "The public page": ABOUT,
}


class Column(NamedTuple):
    """The words of one language, and what the reader of the page should know of them."""

    words: Words
    about: str


def print_review_sheet(
    column: Column, source: Column, ads_are: str = "", parts: Mapping[str, Mapping[str, str | Plural]] = PARTS
) -> str:
    """The page as HTML, whole in itself; `ads_are` is the operator's own line of that setting, in the column's language."""
    template = load_templates(Path(__file__).parent / "templates").get_template("paper.html")
    columns = [source, column] if column.words.language != source.words.language else [column]
    rows = {
        part: [(name, [(each.words, _forms(each.words.said.get(name, ""))) for each in columns]) for name in names]
        for part, names in parts.items()
    }
    return template.render(columns=columns, rows=rows, ads_are=ads_are)


def _forms(said: Said) -> list[str]:
    return said.split("\n") if isinstance(said, str) else list(said)
