"""`make translations`: the templates from the English sentences, every PO file brought to them, the compiled catalogues, and how
languages write numbers and dates.

There are two templates: what readers are told, and in the folder dashboard what operators are. Babel does it, which nobody needs who installs adnotice: the package holds the compiled files, and gettext reads them. A
translation keeps its place by the sentence's name. Where the English of a name has changed the translation is taken
out, not guessed at: a catalogue that lacks a sentence is not offered at all.
"""

from __future__ import annotations

import argparse
import io
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from adnotice.insight import wording as insight_wording
from adnotice.notice import drafts
from adnotice.notice.sentences import Plural
from adnotice.notice.steps import PRODUCTS
from adnotice.notice.words import SENTENCES, source_revision
from translations import conventions
from translations.messages import find_messages

HERE: Final = Path(__file__).parent


class Part(NamedTuple):
    """The words for one audience: where their template and PO files are, and their compiled catalogues."""

    template: Path
    compiled: Path

    @property
    def files(self) -> list[Path]:
        """The PO files, a language each."""
        return sorted(self.template.parent.glob("*.po"))


READERS: Final = Part(HERE / "adnotice.pot", drafts.FOLDER)
OPERATORS: Final = Part(HERE / "dashboard" / "dashboard.pot", insight_wording.FOLDER)
NOBODY: Final = "read by: nobody yet"
PROJECT: Final = "adnotice, English of"
EPOCH: Final = datetime(2026, 11, 29, tzinfo=UTC)
"""The day of the template is not told by the clock, so that making it again changes nothing."""

NOTES: Final = {
    "language": "The name of the language in itself, as in a list of languages.",
    "this_site": "Stands in the place of {site} for a site without a name: in the case that your sentences with {site} need.",
    "region": "The name of the notice for screen readers. {site}: write it so that any name fits, uninflected.",
    "not_now": "A button.",
    "how": "A button.",
    "more": "A button that shows more choices.",
    "check": "A button: look again whether ads are allowed now.",
    "supports": "A button: the reader already pays.",
    "about": "A link to the public page.",
    "about_sampled": "{share} is a percentage.",
}


def make_template() -> Catalog:
    """All sentences that need a translation; each has its name as context."""
    template = Catalog(project="adnotice", header_comment="# The sentences of adnotice. See docs/translating.md.")
    _head(template, source_revision())
    for name, sentence in SENTENCES.items():
        if name in PRODUCTS or not sentence:
            continue
        notes = [NOTES[name]] if name in NOTES else ["One step a line."] if name.startswith("how_") else []
        template.add(tuple(sentence) if isinstance(sentence, Plural) else sentence, context=name, auto_comments=notes)
    return template


def make_message_template() -> Catalog:
    """All messages for operators."""
    template = Catalog(project="adnotice", header_comment="# Dashboard and mails. See docs/translating.md.")
    found = find_messages()
    _head(template, source_revision({each.name: each.one for each in found}))
    for each in found:
        said = (each.one, each.other) if each.other else each.one
        template.add(said, context=each.context or None, auto_comments=each.notes)
    return template


def print_messages() -> str:
    """The file that adnotice itself has of them."""
    lines = [msgspec.json.encode((each.name, each.other)).decode() for each in find_messages()]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def bring_to(template: Catalog, old: Catalog) -> Catalog:
    """A language's catalogue with the template's sentences: what was translated of them stays, what is gone goes."""
    new = Catalog(
        locale=old.locale,
        project="adnotice",
        last_translator=old.last_translator,
        language_team=old.language_team,
        revision_date=old.revision_date,
        header_comment=old.header_comment,
        fuzzy=False,
    )
    _head(new, template.version.removeprefix(f"{PROJECT} "))
    for message in template:
        if message.id:
            known = old.get(message.id, message.context)
            new.add(
                message.id,
                known.string if known else "",
                flags=known.flags if known else (),
                context=message.context,
                auto_comments=message.auto_comments,
                user_comments=known.user_comments if known else (),
            )
    return new


def print_po(catalogue: Catalog) -> bytes:
    """The catalogue as a PO file. No sentence is one of Python's % formats, as Babel takes "95% interval" for."""
    for message in catalogue:
        message.flags.discard("python-format")
    out = io.BytesIO()
    write_po(out, catalogue, width=120, no_location=True, omit_header=False)
    return out.getvalue()


def print_mo(catalogue: Catalog) -> bytes:
    """The catalogue compiled; entries that are marked fuzzy are left out, so that it is not whole with them."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def untranslated(catalogue: Catalog) -> list[Message]:
    """What a catalogue lacks."""
    return [
        each
        for each in catalogue
        if each.id and (each.fuzzy or not all([each.string] if isinstance(each.string, str) else each.string))
    ]


def read(path: Path) -> Catalog:
    """A PO file's catalogue."""
    with path.open("rb") as file:
        return read_po(file, locale=path.stem.replace("-", "_") if path.suffix == ".po" else None, abort_invalid=True)


def _head(catalogue: Catalog, revision: str) -> None:
    catalogue.project, catalogue.version = PROJECT, revision
    catalogue.creation_date = EPOCH
    catalogue.copyright_holder = "the authors of adnotice"
    catalogue.msgid_bugs_address = "see docs/translating.md"


def main() -> int:
    """Writes everything and says what each language lacks."""
    new = argparse.ArgumentParser(prog="python -m translations", description=__doc__)
    new.add_argument("language", nargs="?", help="begin a language, by its tag such as fi or pt-BR")
    new.add_argument("--dashboard", action="store_true", help="begin its words for operators, not for readers")
    asked = new.parse_args()
    insight_wording.MESSAGES.write_text(print_messages(), encoding="utf-8")
    for part, template in ((READERS, make_template()), (OPERATORS, make_message_template())):
        begun = asked.language if asked.dashboard == (part is OPERATORS) else ""
        bring_all(part, template, begun or "")
    tags = [path.stem for path in OPERATORS.files]
    conventions.FILE.write_text(conventions.print_conventions(tags), encoding="utf-8")
    return 0


def bring_all(part: Part, template: Catalog, begun: str) -> None:
    """Writes the template, every PO file brought to it, one that is begun, and the compiled ones; says what each lacks."""
    part.template.write_bytes(print_po(template))
    if begun and not (path := part.template.with_name(f"{begun}.po")).exists():
        catalogue = Catalog(
            locale=begun.replace("-", "_"), last_translator="(your name)", language_team=NOBODY, fuzzy=False
        )
        path.write_bytes(print_po(bring_to(template, catalogue)))
    for path in part.files:
        catalogue = bring_to(template, read(path))
        path.write_bytes(print_po(catalogue))
        (part.compiled / f"{path.stem}.mo").write_bytes(print_mo(catalogue))
        lacks = [str(message.context or message.id) for message in untranslated(catalogue)]
        said = f"lacks {len(lacks)}: {', '.join(lacks[:5])}" if lacks else "whole"
        print(f"{part.template.stem}, {path.stem}: {said}")


if __name__ == "__main__":
    sys.exit(main())
