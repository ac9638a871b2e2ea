"""All settings: each room's own, composed; from keywords, the environment or a file; all problems at once."""

from __future__ import annotations

import collections.abc
import difflib
import os
import tomllib
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Self

import msgspec

from adnotice import keys
from adnotice.count.settings import CountSettings
from adnotice.detect.settings import DetectSettings
from adnotice.events import Mode
from adnotice.gate import GateSettings
from adnotice.inject.settings import InjectSettings
from adnotice.insight.settings import InsightSettings
from adnotice.notice.settings import NoticeSettings

ENVIRONMENT_PREFIX: Final = "ADNOTICE_"


class SettingsError(ValueError):
    """The settings can't be used; `problems` has a sentence for each thing that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(
            "\n".join(["adnotice can't start with these settings:", *(f"  * {each}" for each in problems)])
        )
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that adnotice can be told. Only `secret_key` is required."""

    secret_key: tuple[str, ...] = ()
    """One secret of at least 32 characters, or several to rotate: the last signs, all verify."""

    site_name: str = ""
    """The site's name as readers know it."""

    mode: Mode = Mode.MEASURE
    """What adnotice does until `adnotice mode` says otherwise: off, measure or ask."""

    prefix: str = "/_adnotice"
    """Where our own addresses begin."""

    site: str = "default"
    """The name under which this site's counts are kept."""

    hosts: Mapping[str, str] = field(default_factory=dict)
    """Host names to site names, for several sites in one process. When given, other hosts are neither injected nor
    counted."""

    gate: GateSettings = field(default_factory=GateSettings)
    inject: InjectSettings = field(default_factory=InjectSettings)
    detect: DetectSettings = field(default_factory=DetectSettings)
    notice: NoticeSettings = field(default_factory=NoticeSettings)
    count: CountSettings = field(default_factory=CountSettings)
    insight: InsightSettings = field(default_factory=InsightSettings)

    @classmethod
    def of(cls, **options: object) -> Self:
        """Settings from flat keywords: `Settings.of(secret_key=..., not_now_days=14)`.

        Raises `SettingsError` with every problem and its remedy.
        """
        return cls._compose(options, lambda name: name)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Settings from ADNOTICE_SECRET_KEY, ADNOTICE_SITE_NAME, …; lists are separated by commas, mappings are JSON.

        Raises `SettingsError` with every problem and its remedy.
        """
        texts = {
            name.removeprefix(ENVIRONMENT_PREFIX).lower(): text
            for name, text in environ.items()
            if name.startswith(ENVIRONMENT_PREFIX)
        }
        options = {name: _parse(text, _TYPES[name]) if name in _TYPES else text for name, text in texts.items()}
        return cls._compose(options, lambda name: ENVIRONMENT_PREFIX + name.upper())

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """Settings from a TOML file with the flat names at its top level.

        Raises `SettingsError` with every problem and its remedy, also when the file can't be read.
        """
        try:
            options = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SettingsError([f"{path} must be a TOML file that can be read: {error}"]) from None
        return cls._compose(options, lambda name: name)

    @classmethod
    def _compose(cls, options: Mapping[str, object], spell: Callable[[str], str]) -> Self:
        problems: list[str] = []
        own: dict[str, Any] = {}
        rooms: dict[str, dict[str, Any]] = {room: {} for room in _ROOMS}
        for name, given in options.items():
            if name not in _TYPES:
                problems.append(_unknown(name, spell))
                continue
            try:
                value = _convert(given, _TYPES[name])
            except (msgspec.ValidationError, TypeError) as error:
                problems.append(f"{spell(name)}: {error}, got {given!r}")
                continue
            if name in _HOME:
                rooms[_HOME[name]][name] = value
            else:
                own[name] = value
        settings = cls(**own, **{room: _ROOMS[room](**values) for room, values in rooms.items()})
        problems.extend(settings._problems())
        if problems:
            raise SettingsError(problems)
        return settings

    def _problems(self) -> Iterator[str]:
        yield from keys.problems(self.secret_key)
        if not self.prefix.startswith("/") or self.prefix.endswith("/") or not self.prefix.isprintable():
            yield f"prefix must begin with a slash and not end with one, such as /_adnotice, got {self.prefix!r}"
        if not self.site:
            yield "site must not be empty. The default is 'default'"
        if nameless := [host for host, site in self.hosts.items() if not site]:
            yield f"hosts must name a site for each host, got none for {', '.join(nameless)}"
        for room in _ROOMS:
            yield from getattr(self, room).problems()


def _unknown(name: str, spell: Callable[[str], str]) -> str:
    close = difflib.get_close_matches(name, _TYPES, n=1)
    hint = f"Did you mean {spell(close[0])}?" if close else f"Known are: {', '.join(map(spell, sorted(_TYPES)))}"
    return f"{spell(name)} is not a setting. {hint}"


def _convert(given: object, kind: Any) -> Any:
    if _takes_callable(kind):
        if given is not None and not callable(given):
            raise TypeError("must be a function")
        return given
    if kind == tuple[str, ...] and isinstance(given, str):
        return (given,)
    return msgspec.convert(given, kind, strict=False)


def _takes_callable(kind: Any) -> bool:
    return any(typing.get_origin(part) is collections.abc.Callable for part in (kind, *typing.get_args(kind)))


def _parse(text: str, kind: Any) -> object:
    if kind == tuple[str, ...]:
        return [part.strip() for part in text.split(",") if part.strip()]
    if typing.get_origin(kind) is collections.abc.Mapping:
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError:
            return text
    return text


_ROOMS: Final[Mapping[str, Any]] = {
    "gate": GateSettings,
    "inject": InjectSettings,
    "detect": DetectSettings,
    "notice": NoticeSettings,
    "count": CountSettings,
    "insight": InsightSettings,
}
_HOME: Final = {part.name: room for room, kind in _ROOMS.items() for part in fields(kind)}
_TYPES: Final[Mapping[str, Any]] = {
    name: kind
    for owner in (Settings, *_ROOMS.values())
    for name, kind in typing.get_type_hints(owner).items()
    if name not in _ROOMS
}
