"""Paragraphs as mails and terminals have them: no line wider than 72 columns, but for a word that is wider itself."""

from __future__ import annotations

import textwrap
from typing import Final

WIDTH: Final = 72


def fold(text: str, first: str = "", rest: str = "") -> list[str]:
    """The lines of a paragraph, the first behind `first`, the others behind `rest`. No word is cut, no address and no option of a
    command either."""
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
