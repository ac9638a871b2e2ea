"""The machine in which a page is followed as root holds nothing that the page has to install."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.newcomer.__main__ import PAGES
from tests.newcomer.fresh_root import fresh_root, needs


@pytest.mark.process
@pytest.mark.skipif(bool(needs()), reason=f"a fresh root needs {', '.join(needs())}")
def test_what_the_pages_install_is_not_there_before(tmp_path: Path) -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES.glob("*.md"))
    packages = {name for found in re.findall(r"apt-get install -y (.*)", text) for name in found.split()}
    assert {"caddy", "nginx-light", "python3-venv"} <= packages
    with fresh_root(tmp_path / "machine") as inside:
        for package in sorted(packages):
            asked = subprocess.run([*inside, "dpkg", "--status", package], capture_output=True, text=True, check=False)
            assert asked.returncode, asked.stdout
