"""The notice's script as browsers get it: its parts inside, so that nothing more is loaded or allowed by a CSP."""

from __future__ import annotations

import json
import re

from adnotice.assets import lean, read_static


def compose_script() -> bytes:
    """notice.js with place.js and notice.css put in. Raises `ValueError` when it has no place for one of them."""
    script = lean(read_static("notice.js")).decode()
    parts = {
        '"@place.js"': lean(read_static("place.js")).decode().rstrip().removesuffix(";"),
        '"@notice.css"': json.dumps(squeeze(read_static("notice.css").decode())),
    }
    for place, part in parts.items():
        if script.count(place) != 1:
            raise ValueError(
                f"notice.js must hold {place} once, got {script.count(place)}. Is the installation complete?"
            )
        script = script.replace(place, part)
    return script.encode()


def squeeze(sheet: str) -> str:
    """A style sheet without comments and without white space that means nothing."""
    without_comments = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    lines = re.sub(r"\s+", " ", without_comments)
    return re.sub(r" ?([{};,]) ?", r"\1", lines).replace(";}", "}").strip()
