"""`python -m translations.labels FOLDER`: the labels that a product's own locale files give its buttons, for the steps.

The folder is an unpacked extension as a package brings it (`apt-get download webext-privacy-badger`, then `dpkg-deb -x`).
What is read stands in `adnotice/notice/labels.json`, by blocker and language.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from adnotice.notice import labels

PRODUCTS: Final[Mapping[str, tuple[str, str]]] = {
    "Privacy Badger": ("privacy_badger", "popup_disable_for_site"),
}
"""An extension's name in its English locale file, with the blocker of the steps and the message that is its button."""


def read_labels(folder: Path) -> tuple[str, dict[str, str]]:
    """The blocker that the extension is, and its button's label by language tag. Raises `ValueError` for another one."""
    read = {path.parent.name: json.loads(path.read_text("utf-8")) for path in folder.glob("_locales/*/messages.json")}
    names = {each.get("name", {}).get("message", "") for each in read.values()}
    found = [PRODUCTS[name] for name in sorted(names & set(PRODUCTS))]
    if len(found) != 1:
        raise ValueError(f"{folder} holds none of: {', '.join(PRODUCTS)}")
    blocker, message = found[0]
    said = {tag.replace("_", "-"): each[message]["message"] for tag, each in sorted(read.items()) if message in each}
    return blocker, {"en" if tag == "en-US" else tag: label.strip() for tag, label in said.items()}


def main() -> int:
    """Writes what the folder says into the file of labels."""
    options = argparse.ArgumentParser(prog="python -m translations.labels", description=__doc__)
    options.add_argument("folder", type=Path)
    blocker, said = read_labels(options.parse_args().folder)
    old = json.loads(labels.FILE.read_text("utf-8")) if labels.FILE.exists() else {}
    text = json.dumps({**old, blocker: said}, ensure_ascii=False, indent=2, sort_keys=True)
    labels.FILE.write_text(text + "\n", encoding="utf-8")
    print(f"{blocker}: {len(said)} languages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
