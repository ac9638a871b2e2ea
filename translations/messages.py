"""Every message that is said to operators, as it stands in the code: what is marked there, and the tables of texts and settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from babel.messages.extract import extract_from_dir

import adnotice
from adnotice import texts
from adnotice.insight.wording import OWN_NAME
from adnotice.language import CONTEXT_END
from adnotice.settings_list import ROOMS, describe, title_of
from adnotice.vocabulary import Ground, Sign

PACKAGE: Final = Path(adnotice.__file__).parent
KEYWORDS: Final[Mapping[str, Any]] = {
    "gettext": None,
    "_": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
METHODS: Final = [("**.py", "python"), ("**/insight/display/templates/**.html", "jinja2")]
COMMENT: Final = "Translators:"


class Found(NamedTuple):
    """A message: its context and its form for other numbers than one, which may be empty; what translators are told of it."""

    context: str
    one: str
    other: str
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its key in a catalogue."""
        return f"{self.context}{CONTEXT_END}{self.one}" if self.context else self.one


def find_messages() -> list[Found]:
    """All of them once, in an order of their own: the code's moves leave it as it is."""
    found: dict[str, Found] = {}
    for each in (*_marked(), *find_tabled()):
        known = found.get(each.name)
        if known and known.other and each.other and known.other != each.other:
            raise ValueError(f"two forms of one message: {each.one!r} has {known.other!r} and {each.other!r}")
        notes = tuple(dict.fromkeys((*(known.notes if known else ()), *each.notes)))
        found[each.name] = Found(each.context, each.one, each.other or (known.other if known else ""), notes)
    return sorted(found.values())


def _marked() -> Iterator[Found]:
    for _, _, message, comments, context in extract_from_dir(
        str(PACKAGE), METHODS, keywords=KEYWORDS, comment_tags=(COMMENT,), strip_comment_tags=True
    ):
        one, other = (message[0], message[1]) if isinstance(message, tuple) else (message, "")
        yield Found(context or "", one, other, (" ".join(" ".join(comments).split()),) if comments else ())


def find_tabled() -> Iterator[Found]:
    """Those that stand in tables which the code says by a name: nothing is filled into their braces."""
    context, _, english = OWN_NAME.partition(CONTEXT_END)
    yield Found(context, english, "", ("The name of your language in itself.",))
    for text in list_texts():
        yield Found("", text.means, "", ())
        yield Found("", text.do, "", ())
    for word in (*Ground, *Sign):
        yield Found("", word.value, "", ("What a verdict stands on, in a few words: the name of a row.",))
    for _, kind in ROOMS:
        yield Found("", title_of(kind), "", ("Head of a group of settings.",))
        for name, means in describe(kind).items():
            yield Found("", means, "", (f"What the setting {name} does.",))


def list_texts() -> Iterator[texts.Text]:
    """Every text of the one table of texts."""
    for table in texts.BY_NAME.values():
        yield from table.values()
    yield texts.UNKNOWN
