"""Files of npm packages, as the test sites serve them."""

from __future__ import annotations

import pytest

from tests.browser.newspaper import ROOT


def address(path: str) -> str:
    """Where a site has a file of node_modules; fails where the packages are older than what package.json names."""
    modules = ROOT / "node_modules"
    if not modules.is_dir():
        pytest.skip("the npm packages are not installed")
    if not (modules / path).is_file():
        pytest.fail(f"node_modules has no {path}: run make browser-setup", pytrace=False)
    return f"/vendor/{path}"
