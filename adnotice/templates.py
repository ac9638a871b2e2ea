"""The templates of our pages, compiled once in a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


@cache
def load_templates(folder: Path) -> Environment:
    """The templates in this folder: every value escaped, a name without a value an error. Each is compiled when it is first asked
    for (the overview's takes 0.2 seconds), and for all sites of the process."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
