"""adnotice without any memory: what sizes don't reach, `lru_cache`, keeps nothing either."""

from __future__ import annotations

import functools
import importlib
from typing import Any, Final
from unittest.mock import patch

LIBRARIES: Final = (
    "starlette.applications",
    "jinja2",
    "sqlalchemy.dialects.sqlite",
    "itsdangerous",
    "prometheus_client",
)
"""Theirs stays: these are imported before."""


def import_forgetfully(module: str) -> None:
    """Imports it, and all of ours that it needs, with every `lru_cache` of size 0."""
    for library in LIBRARIES:
        importlib.import_module(library)
    keep = functools.lru_cache

    def forget(maxsize: Any = None, typed: bool = False) -> Any:
        return keep(maxsize)(typed) if callable(maxsize) else keep(0, typed)

    with patch.object(functools, "lru_cache", forget):
        importlib.import_module(module)
