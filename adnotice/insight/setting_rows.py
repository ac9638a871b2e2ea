"""A setting as the health page tells it: never to be changed there, a secret never shown."""

from __future__ import annotations

import msgspec


class SettingRow(msgspec.Struct, frozen=True):
    """One setting: what it is set to in words, whether that is the default, and what it does."""

    name: str
    value: str
    is_default: bool
    means: str


class SettingGroup(msgspec.Struct, frozen=True):
    """The settings that belong together."""

    title: str
    settings: tuple[SettingRow, ...]
