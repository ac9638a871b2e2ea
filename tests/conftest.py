"""What all tests share.

With TEST_COMPILED (no ADNOTICE_…: those are settings), the folder of an unpacked wheel, it is the adnotice in there that
is tested: tests/test_compiled.py. With TEST_EMPTY_MEMORY nothing is remembered: tests/test_empty_memory.py.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.support.forgetful import import_forgetfully

if "TEST_COMPILED" in os.environ:
    sys.path.insert(0, os.environ["TEST_COMPILED"])
    importlib.import_module("adnotice")  # now: pytest is going to put the checkout first
if "TEST_EMPTY_MEMORY" in os.environ:
    import_forgetfully("adnotice.middleware")

# Else the servers that tests start ignore it where a shell runs pytest in the background.
signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = ["tests.skips", "tests.lanes", "tests.rows"]

SECRET = "k7Jm2vQx9TzR4wLb8NcY6pHd3sFg5aEu"


@pytest.fixture(params=["asyncio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Async tests run on asyncio; a module where trio matters overrides this with both."""
    return request.param


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'adnotice.db'}"
