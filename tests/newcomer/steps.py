"""A page of docs/start as steps: its fenced blocks, and the sentence above each that says what to do with it.

| the sentence holds | and the block is |
|---|---|
| Write `FILE` | the whole file |
| At the end of `FILE` | added to the file |
| Leave this running | a command that does not return; the next steps wait until the site's port answers |
| second terminal | run in another terminal than before, begun in the same folder |
| As root | begun in a machine of one's own (`fresh_root.py`); the page's first |
| anything else | commands, one after the other; each must succeed |

`Open <ADDRESS>` in a sentence is where the readers come.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

_BLOCK: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE: Final = re.compile(r"(Write|At the end of) `([^`]+)`")
_VISIT: Final = re.compile(r"Open <(http://[^>]+)>")


@dataclass(frozen=True)
class Write:
    """A file to write, or to add to."""

    path: str
    text: str
    adds: bool


@dataclass(frozen=True)
class Run:
    """Commands for a terminal; the last one of those that stay does not return."""

    commands: tuple[str, ...]
    stays: bool = False
    elsewhere: bool = False
    as_root: bool = False


@dataclass(frozen=True)
class Visit:
    """Readers come to the address."""

    port: int


Step = Write | Run | Visit


def read_steps(page: Path) -> list[Step]:
    """The steps of the page, in their order. Raises `ValueError` for a page that nobody is asked to open."""
    text = page.read_text(encoding="utf-8")
    steps = list(_steps(text))
    if not any(isinstance(step, Visit) for step in steps):
        raise ValueError(f"{page} never says: Open <http://…>")
    return steps


def _steps(text: str) -> Iterator[Step]:
    begin = 0
    for block in _BLOCK.finditer(text):
        before = text[begin : block.start()]
        yield from _visits(before)
        yield _step(block[1], block[2], " ".join(before.strip().rpartition("\n\n")[2].split()))
        begin = block.end()
    yield from _visits(text[begin:])


def _visits(prose: str) -> Iterator[Visit]:
    for address in _VISIT.findall(prose):
        yield Visit(urlsplit(address).port or 80)


def _step(language: str, body: str, sentence: str) -> Step:
    if file := _FILE.search(sentence):
        return Write(file[2], body, adds=file[1] != "Write")
    if language != "sh":
        raise ValueError(f"no sentence says where this goes: {body}")
    commands = body.replace("\\\n", " ").splitlines()
    stays = "Leave this running" in sentence
    return Run(
        tuple(filter(str.strip, commands)),
        stays,
        elsewhere="second terminal" in sentence,
        as_root=sentence.startswith("As root"),
    )


def leave_out_each_line(page: str) -> Iterator[tuple[str, str]]:
    """Each line of the page's blocks that says something, and the page without it."""
    for block in _BLOCK.finditer(page):
        offset = block.start(2)
        for line in block[2].splitlines(keepends=True):
            if line.strip():
                yield line.strip(), page[:offset] + page[offset + len(line) :]
            offset += len(line)
