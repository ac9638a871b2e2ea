"""What blockers write on their own buttons, by the browser's language: from the products' own locale files.

A label follows the browser, not the page: the reader has to find it there. It is the one place where the notice holds
another language than its own, and is marked as such. `translations/labels.py` makes the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

FILE: Final = Path(__file__).parent / "labels.json"

LABELS: Final[Mapping[str, Mapping[str, str]]] = json.loads(FILE.read_text("utf-8"))
"""By blocker and language."""

ON_A_PHONE: Final = "_on_a_phone"

PLACE: Final = "{label}"
"""Stands in a step for the label."""


class Label(NamedTuple):
    """What stands on a button, and in which language."""

    text: str
    language: str


def find_label(blocker: str, languages: str) -> Label:
    """The label of a blocker's button in the first of the browser's languages that its product speaks, else its English.
    `languages` is an Accept-Language header in the order that browsers send it in. Raises `KeyError` for a blocker without
    one."""
    known = LABELS[blocker.removesuffix(ON_A_PHONE)]
    by_tag = {tag.lower(): tag for tag in known}
    for entry in languages[:200].split(","):
        tag = entry.partition(";")[0].strip().lower()
        while tag:
            if tag in by_tag:
                return Label(known[by_tag[tag]], by_tag[tag])
            tag = tag.rpartition("-")[0]
    return Label(known["en"], "en")
