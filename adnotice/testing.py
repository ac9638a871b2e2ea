"""For the tests of sites that use adnotice: one line takes it out, as if it were not there.

In conftest.py: `pytest_plugins = ["adnotice.testing"]`. Elsewhere, before the app is made: `adnotice.testing.switch_off()`.
Pages then go out as the app makes them, no store is opened, no thread runs, and no secret is needed.
"""

from __future__ import annotations

import os

from adnotice.configuration import ENABLED_VARIABLE


def switch_off() -> None:
    """Switches off every adnotice that this process, or a process that it starts, makes from now on."""
    os.environ[ENABLED_VARIABLE] = "false"


def pytest_configure() -> None:
    """pytest calls this before it collects tests, and so before they import the app."""
    switch_off()
