"""A folder in which nothing of adnotice is yet."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes the folder and goes there, without a variable of adnotice's."""
    for name in list(os.environ):
        if name.startswith("ADNOTICE_"):
            monkeypatch.delenv(name)
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder
