"""Where a Django site says how adnotice is to be: `ADNOTICE = {…}` in its settings, else adnotice.toml."""

from __future__ import annotations

import os

from django.conf import settings

from adnotice.configuration import choose_settings
from adnotice.keywords import Keywords
from adnotice.settings import Settings

SETTING = "ADNOTICE"


def find_options() -> Keywords:
    """The options in the site's settings; empty where the file is to be read."""
    found: Keywords = getattr(settings, SETTING, None) or Keywords()
    return found


def read_options() -> Settings:
    """The settings. Raises `SettingsError` with every problem and its remedy, also for options beside a file."""
    return choose_settings(None, find_options())


def name_source() -> str:
    """Where the options are, for people."""
    return f"{SETTING} in {os.environ.get('DJANGO_SETTINGS_MODULE', 'the settings')}"
