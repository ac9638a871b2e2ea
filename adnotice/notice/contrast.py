"""Whether a colour can be read on a page: contrast as WCAG 2.2 measures it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

LEAST: Final = 4.5
"""Of text to what it stands on (WCAG 2.2, 1.4.3, level AA)."""

LIGHT: Final = "#ffffff"
DARK: Final = "#1a1a1c"
"""What pages are taken to be before one is seen; the browser looks again on the page itself."""

_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours written as #rrggbb, from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def accent_problems(name: str, colour: str, page: str) -> Iterator[str]:
    """Says what is wrong with the operator's accent, with its remedy; an empty one is left to the page."""
    if not colour:
        return
    if not _COLOUR.fullmatch(colour):
        yield f"{name} must be a colour as #rrggbb, got {colour!r}. Leave it out to use the colour of the page's text"
    elif (ratio := contrast(colour, page)) < LEAST:
        yield (
            f"{name} must have a contrast of at least {LEAST} to {page} (WCAG 2.2, AA), {colour} has {ratio:.2f}."
            f" Take a {'darker' if page == LIGHT else 'lighter'} one"
        )


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
