"""Every setting with its value, its default and what it does: for the dashboard, and for docs/settings.md."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from enum import Enum
from functools import cache
from typing import Any, Final

from adnotice.count.settings import CountSettings
from adnotice.detect.settings import DetectSettings
from adnotice.http.admission import AdmissionSettings
from adnotice.inject.settings import InjectSettings
from adnotice.insight.setting_rows import SettingGroup, SettingRow
from adnotice.insight.settings import InsightSettings
from adnotice.language import gettext, gettext_noop, pgettext
from adnotice.notice.settings import NoticeSettings
from adnotice.settings import SECRETS, Settings

ROOMS: Final[tuple[tuple[str, Any], ...]] = (
    ("", Settings),
    ("inject", InjectSettings),
    ("detect", DetectSettings),
    ("notice", NoticeSettings),
    ("count", CountSettings),
    ("insight", InsightSettings),
    ("admission", AdmissionSettings),
)
"""Where each setting is at home: the attribute of `Settings`, empty for its own, and the class."""

# Translators: what a setting is set to: a secret, which is not shown.
HIDDEN: Final = gettext_noop("set, and not shown")
# Translators: what a setting is set to: it is empty.
NOTHING: Final = gettext_noop("nothing")


def list_settings(settings: Settings) -> list[SettingGroup]:
    """All settings by their rooms, as they are in force, in the language that is spoken."""
    return [_list_group(getattr(settings, attribute) if attribute else settings, kind) for attribute, kind in ROOMS]


def _list_group(held: Any, kind: Any) -> SettingGroup:
    texts = describe(kind)
    told = tuple(
        _tell(field, getattr(held, field.name), texts[field.name]) for field in fields(kind) if field.name in texts
    )
    return SettingGroup(gettext(title_of(kind)), told)


def title_of(kind: Any) -> str:
    """What a room's settings are about, in English: the sentence below its class."""
    return " ".join((inspect.getdoc(kind) or "").split())


def _tell(field: Field[Any], value: object, means: str) -> SettingRow:
    is_default = field.name != "secret_key" and value == find_default(field)
    shown = gettext(HIDDEN) if field.name in SECRETS and value else show(value)
    return SettingRow(field.name, shown, is_default, gettext(means) if means else "")


def show(value: object) -> str:
    """The value as somebody would say it."""
    if value is None or value == "" or value == () or value == {}:
        return gettext(NOTHING)
    if isinstance(value, bool):
        return pgettext("a setting's value", "yes") if value else pgettext("a setting's value", "no")
    if callable(value):
        # Translators: what a setting is set to.
        return gettext("a function of the site’s")
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {text}" for name, text in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value)


def find_default(field: Field[Any]) -> object:
    """What holds where nothing is said."""
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else None


@cache
def describe(owner: Any) -> dict[str, str]:
    """The sentences below each field of a settings class; empty where its source is not there."""
    try:
        (body,) = ast.parse(inspect.getsource(owner)).body
    except (OSError, SyntaxError):  # installed without its sources
        return {field.name: "" for field in fields(owner) if not hasattr(field.default_factory, "problems")}
    if not isinstance(body, ast.ClassDef):
        return {}
    texts = {}
    for part, text in zip(body.body, body.body[1:], strict=False):
        if isinstance(part, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            texts[ast.unparse(part.target)] = " ".join(str(text.value.value).split())
    return texts
