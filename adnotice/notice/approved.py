"""The operator's own file of words, one a language: what somebody has read and approved. No upgrade changes it.

It is TOML, to be edited by hand too: changed words are live with the next start of the site.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from adnotice.language import gettext_noop
from adnotice.notice.sentences import Plural
from adnotice.notice.words import SENTENCES, NotWhole, Said, Words, find_fault

HEAD: Final = """\
# The words of adnotice in this language. An upgrade of adnotice changes nothing here; `adnotice wording` says when it has
# new sentences. Change what you like below [words], keep the names in braces, and start the site anew.
# A list holds the forms by number, in the order of `plural`. The English below [english] is what was translated.
"""


_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


class Approved(NamedTuple):
    """A file's words: who approved them and when (nobody: they wait), and the English that each was a translation of."""

    words: Words
    by: str
    on: date | None
    english: Mapping[str, str]

    @property
    def outdated(self) -> list[str]:
        """The sentences whose English has changed since they were approved; they are said as they were approved."""
        return [name for name, source in self.english.items() if name in SENTENCES and source != _show(SENTENCES[name])]


def file_of(folder: Path, language: str) -> Path:
    """Where a language's words are."""
    return folder / f"{language}.toml"


def read_approved(folder: Path, language: str, sentences: Mapping[str, str | Plural] = SENTENCES) -> Approved | None:
    """A language's file of these sentences; None where there is none. Raises `NotWhole` for one that can't be read."""
    path = file_of(folder, language)
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise NotWhole(
            # Translators: {error} is told in English.
            gettext_noop("{path} must be a TOML file that can be read: {error}"),
            path=path,
            error=error,
        ) from None
    return _read(path, language, given, sentences)


def write_approved(folder: Path, approved: Approved) -> Path:
    """Writes a language's file, and the folder where there is none; returns the file. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = file_of(folder, approved.words.language)
    new = path.with_suffix(".toml.new")
    new.write_text(print_approved(approved), encoding="utf-8")
    new.replace(path)  # a site that starts now finds the old file or the new one
    return path


def print_approved(approved: Approved) -> str:
    """A language's file as text."""
    lines = [
        HEAD.rstrip(),
        f"language = {_quote(approved.words.language)}",
        f"plural = {_quote(approved.words.plural)}",
        f"approved_by = {_quote(approved.by)}",
        *([f"approved_on = {approved.on.isoformat()}"] if approved.on else []),
        "",
        "[words]",
        *(f"{_key(name)} = {_quote(said)}" for name, said in approved.words.said.items()),
        "",
        "[english]",
        *(f"{_key(name)} = {_quote(source)}" for name, source in approved.english.items()),
    ]
    return "\n".join(lines) + "\n"


def approve(words: Words, by: str, on: date) -> Approved:
    """These words, approved."""
    return Approved(words, by, on, {name: _show(SENTENCES[name]) for name in words.said if name in SENTENCES})


def _read(path: Path, language: str, given: Mapping[str, Any], sentences: Mapping[str, str | Plural]) -> Approved:
    said, english = given.get("words"), given.get("english", {})
    plural, by, on = given.get("plural", ""), given.get("approved_by", ""), given.get("approved_on")
    if not isinstance(said, dict) or not isinstance(english, dict) or not isinstance(plural, str):
        raise NotWhole(
            gettext_noop("{path} must have the tables words and english, and plural"),
            gettext_noop("Make a new one with: adnotice wording"),
            path=path,
        )
    read: dict[str, Said] = {}
    for name, each in said.items():
        read[name] = tuple(map(str, each)) if isinstance(each, list) else str(each)
        if fault := find_fault(name, read[name], plural, sentences):
            raise NotWhole("{path}: {name}: {fault}", path=path, name=name, fault=fault)
    return Approved(Words(language, read, plural), str(by).strip(), on if isinstance(on, date) else None, english)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _quote(name)


def _show(sentence: str | Plural) -> str:
    return sentence.other if isinstance(sentence, Plural) else sentence


def _quote(said: Said) -> str:
    """A TOML string, or list of strings: JSON's escapes are TOML's too."""
    if isinstance(said, str):
        return json.dumps(said, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"[{', '.join(map(_quote, said))}]"
