"""What browser and server must agree on, written once: `static/src/contract.js` is made from this by `make static`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Final

from adnotice import objection
from adnotice.detect.baits import IMAGE, SCRIPT, SIZED_IMAGE, SIZED_SCRIPT, STYLE
from adnotice.detect.presets import UNLISTED
from adnotice.detect.report import ARRIVED, REPLACED, SILENT, STOPPED
from adnotice.detect.verdict import ROUNDS
from adnotice.detect.witness import ODD
from adnotice.texts import GROUNDS, QUIETS
from adnotice.vocabulary import Ground

CONTRACT: Final[Mapping[str, str | int | Mapping[str, str]]] = {
    "REPORT": "outcome",
    "NOTICE": "notice",
    "CHOICE": "choice",
    "ABOUT": "about",
    "OBJECT": "about/objection",
    "SCRIPT": SCRIPT.folder,
    "SCRIPT_CONTROL": SCRIPT.control_folder,
    "IMAGE": IMAGE.folder,
    "IMAGE_CONTROL": IMAGE.control_folder,
    "SIZED_SCRIPT": SIZED_SCRIPT.folder,
    "SIZED_IMAGE": SIZED_IMAGE.folder,
    "STYLE": STYLE.folder,
    "STYLE_CONTROL": STYLE.control_folder,
    "NOTICE_ELEMENT": "reader-notice",
    "OBJECTION": objection.NAME,
    "OBJECTED": Ground.OBJECTED.value,
    "STOPPED": STOPPED,
    "SILENT": SILENT,
    "ARRIVED": ARRIVED,
    "REPLACED": REPLACED,
    "UNLISTED": " ".join(UNLISTED),
    "LEAST_WITNESS": len(SILENT) + 1,
    "ROUNDS": ROUNDS,
    "GROUNDS": {word.value: GROUNDS[word].means for word in Ground},
    "QUIETS": {word.value: text.means for word, text in QUIETS.items()},
}
"""Addresses below our prefix, what stands for a fate in a report, and the rounds of the test. `NOTICE_ELEMENT` is a name
that no filter list hides; `OBJECTION` names the flag in `localStorage`, `OBJECTED` is the ground that has it set.
`GROUNDS` and `QUIETS` are said on screen by why.js alone."""


def write_contract() -> str:
    """The module that the browser's side imports."""
    lines = [
        f"export const {name} = {json.dumps(value, ensure_ascii=False)};"
        if isinstance(value, str | int)
        else f"export const {name} = /** @type {{Record<string, string>}} */ ({json.dumps(value, ensure_ascii=False, indent=2)});"
        for name, value in CONTRACT.items()
    ]
    return "\n".join(
        [
            "// Made by `make static` from adnotice/contract.py: change it there.",
            *lines,
            f"export const ODD = {ODD:#x}n;",
            "",
        ]
    )


if __name__ == "__main__":
    sys.stdout.write(write_contract())
