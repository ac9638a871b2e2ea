"""All settings: each room's own, composed; from keywords, the environment or a file; all problems at once."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Self, Unpack

import msgspec

from adnotice import keys
from adnotice.convert import Unfit, convert, show, takes_mapping
from adnotice.count.settings import CountSettings
from adnotice.count.stores.open import store_problems
from adnotice.detect.settings import DetectSettings
from adnotice.http.admission import AdmissionSettings
from adnotice.inject.settings import InjectSettings
from adnotice.insight.settings import InsightSettings
from adnotice.insight.wording import Spoken, load_spoken
from adnotice.keywords import Keywords
from adnotice.notice.settings import NoticeSettings
from adnotice.vocabulary import Mode

ENVIRONMENT_PREFIX: Final = "ADNOTICE_"
CONFIG_VARIABLE: Final = "ADNOTICE_CONFIG"
"""Names the file of settings; no setting itself."""

PREFIX: Final = "/_adnotice"
MAX_NAME_CHARACTERS: Final = 200

_NAME: Final = re.compile(r"[a-z_]*")
_PREFIX: Final = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")
_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_SERVICE: Final = re.compile(
    r"ADNOTICE(?:_[A-Z0-9_]+)?(?:_SERVICE_HOST|_SERVICE_PORT(?:_[A-Z0-9_]+)?"
    r"|_PORT_[0-9]+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)"
)
_SERVICE_PORT: Final = re.compile(r"ADNOTICE(?:_[A-Z0-9_]+)?_PORT")


class SettingsError(ValueError):
    """The settings can't be used; `problems` has a sentence for each thing that is wrong.

    `prefix` is where our addresses are expected nevertheless.
    """

    def __init__(self, problems: list[str], *, prefix: str = PREFIX) -> None:
        super().__init__(
            "\n".join(["adnotice can't start with these settings:", *(f"  * {each}" for each in problems)])
        )
        self.problems = problems
        self.prefix = prefix


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that adnotice can be told. Only `secret_key` is required."""

    secret_key: tuple[str, ...] = ()
    """One secret of at least 32 characters, or several to rotate: the last signs, all verify."""

    site_name: str = ""
    """The site's name as readers know it."""

    enabled: bool = True
    """False: as if adnotice were not there, whatever the store says; nothing is opened, not even a file, and no
    secret is needed. In the environment it stands above keywords too. For a site's own tests: `adnotice.testing`."""

    mode: Mode = Mode.MEASURE
    """The mode until `adnotice mode` says otherwise: off, measure or ask."""

    prefix: str = PREFIX
    """Where our own addresses begin."""

    site: str = "default"
    """The name under which this site's counts are kept."""

    hosts: Mapping[str, str] = field(default_factory=dict)
    """Host names to site names, for several sites in one process. When given, other hosts are neither injected nor
    counted."""

    admission: AdmissionSettings = field(default_factory=AdmissionSettings)
    inject: InjectSettings = field(default_factory=InjectSettings)
    detect: DetectSettings = field(default_factory=DetectSettings)
    notice: NoticeSettings = field(default_factory=NoticeSettings)
    count: CountSettings = field(default_factory=CountSettings)
    insight: InsightSettings = field(default_factory=InsightSettings)

    @classmethod
    def of(cls, **options: Unpack[Keywords]) -> Self:
        """Settings from flat keywords: `Settings.of(secret_key=..., not_now_days=14)`.

        Raises `SettingsError` with every problem and its remedy.
        """
        return cls._compose(options, _plain)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ, **defaults: Unpack[Keywords]) -> Self:
        """Settings from ADNOTICE_SECRET_KEY, ADNOTICE_SITE_NAME, …; lists are separated by commas, mappings are JSON.

        `defaults` hold where no variable says otherwise. Raises `SettingsError` with every problem and its remedy.
        """
        return cls._compose({**defaults, **_read_variables(environ)}, _spell_variable)

    @classmethod
    def from_file(cls, path: str | Path, environ: Mapping[str, str] = {}, **defaults: Unpack[Keywords]) -> Self:
        """Settings from a TOML file with the flat names at its top level; the variables in `environ` stand above it, and
        below it `defaults`.

        Raises `SettingsError` with every problem and its remedy, also when the file can't be read.
        """
        try:
            written = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            told = (
                f"{path} is not there. Make it with adnotice init, or name the file that is there in {CONFIG_VARIABLE}"
            )
            raise SettingsError([told]) from None
        except PermissionError:
            told = f"{path} can't be read by the user that this process runs as. Give it to that user (chown)"
            raise SettingsError([told]) from None
        except (OSError, ValueError) as error:
            raise SettingsError([f"{path} must be a TOML file that can be read: {error}"]) from None
        variables = _read_variables(environ)
        return cls._compose(
            {**defaults, **written, **variables},
            lambda name: _spell_variable(name) if name in variables else _plain(name),
        )

    @classmethod
    def among(cls, settings: object, options: Mapping[str, object], problems: Sequence[str] = ()) -> Self:
        """Settings given either as `Settings`, however they were made, or as flat keywords.

        Raises `SettingsError` with every problem and its remedy, after the `problems` that are known already.
        """
        problems = list(problems)
        if settings is not None and not isinstance(settings, Settings):
            problems.append(
                "settings must be made by Settings.of, Settings.from_env or Settings.from_file, "
                f"got {show(settings, secret=True)}"
            )
        if settings is not None and options:
            problems.append(f"give settings= or single options, not both; got also {', '.join(map(_plain, options))}")
        if isinstance(settings, Settings):
            options = {name: value for part in _parts(settings) for name, value in part.items()} | dict(options)
        return cls._compose(options, _plain, problems)

    def warnings(self) -> Iterator[str]:
        """Says what is allowed and yet seldom meant."""
        yield from self.admission.warnings()
        yield from self.notice.warnings()
        yield from map(str, self.spoken().waiting.values())

    def spoken(self) -> Spoken:
        """The operators' languages, as far as their words are approved."""
        return load_spoken(self.insight.dashboard_languages, Path(self.notice.wording_folder))

    @classmethod
    def _compose(cls, options: Mapping[str, object], spell: Callable[[str], str], problems: Sequence[str] = ()) -> Self:
        found = list(problems)
        wrong = set()
        rooms: dict[str, dict[str, Any]] = {room: {} for room in ("", *_ROOMS)}
        for name, given in options.items():
            if name not in _TYPES:
                found.append(_unknown(name, spell))
                continue
            try:
                rooms[_HOME.get(name, "")][name] = convert(given, _TYPES[name], EXAMPLES.get(name, ""))
            except Unfit as unfit:
                wrong.add(name)
                found.append(_misfit(name, given, str(unfit), spell))
        own = rooms.pop("")
        settings = cls(**own, **{room: _ROOMS[room](**values) for room, values in rooms.items()})
        for problem in settings._problems():
            name = "".join(_NAME.findall(problem)[:1])
            if name not in wrong:
                found.append(spell(name) + problem[len(name) :] if name in _TYPES else problem)
        if found:
            raise SettingsError(found, prefix=PREFIX if any(prefix_problems(settings.prefix)) else settings.prefix)
        return settings

    def _problems(self) -> Iterator[str]:
        if self.enabled:
            yield from keys.problems(self.secret_key)
        yield from prefix_problems(self.prefix)
        yield from site_problems("site", self.site)
        for host, site in self.hosts.items():
            if not _HOST.fullmatch(host):
                yield (
                    f"hosts must name hosts as the Host header does, such as news.example or localhost:8000, got "
                    f"{show(host)}. Write other alphabets as xn--…"
                )
            yield from site_problems(f"hosts[{show(host)}]", site)
        for room in _ROOMS:
            yield from getattr(self, room).problems()
        if self.enabled and not any(self.count.problems()):
            yield from store_problems(self.count)


def prefix_problems(prefix: str) -> Iterator[str]:
    """Says what is wrong with the prefix: whatever could lead elsewhere, or reach us in another form than it left."""
    dots = {".", ".."}.intersection(prefix.split("/"))
    if not _PREFIX.fullmatch(prefix) or dots or len(prefix) > MAX_NAME_CHARACTERS:
        yield (
            "prefix must be a path such as /_adnotice or /media/adnotice, of letters, digits and - . _ ~, "
            f"without a slash at its end, got {show(prefix)}"
        )


def site_problems(name: str, site: str) -> Iterator[str]:
    """Says what is wrong with the name of a site."""
    if not site.strip() or site != site.strip() or not site.isprintable() or len(site) > MAX_NAME_CHARACTERS:
        yield (
            f"{name} must be a name of 1 to {MAX_NAME_CHARACTERS} characters in one line, without blanks at its ends, "
            f"got {show(site)}. The default is 'default'"
        )


def variables_in(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that are settings of ours, by their whole names."""
    return {
        name: text
        for name, text in environ.items()
        if name.startswith(ENVIRONMENT_PREFIX) and name != CONFIG_VARIABLE and not _is_of_a_service(name, text)
    }


def _read_variables(environ: Mapping[str, str]) -> dict[str, object]:
    texts = {name.removeprefix(ENVIRONMENT_PREFIX).lower(): text for name, text in variables_in(environ).items()}
    return {name: _parse(text, _TYPES[name]) if name in _TYPES else text for name, text in texts.items()}


def _spell_variable(name: str) -> str:
    return ENVIRONMENT_PREFIX + name.upper()


def _plain(name: str) -> str:
    return name if name.isprintable() and len(name) <= MAX_NAME_CHARACTERS else show(name)


def _misfit(name: str, given: object, unfit: str, spell: Callable[[str], str]) -> str:
    if given is None and name == "secret_key":
        return f"{spell(name)} is required, got None. {keys.REMEDY}"
    remedy = ". Leave it out for the default" if given is None else ""
    return f"{spell(name)} {unfit}, got {show(given, secret=name in SECRETS)}{remedy}"


REPLACED: Final[Mapping[str, tuple[str, ...]]] = {"consent": ("measure_consent", "ask_consent")}
"""Settings of older versions, and what says the same now."""


def _unknown(name: str, spell: Callable[[str], str]) -> str:
    if name in REPLACED:
        return f"{spell(name)} is no setting any more. Use {' and '.join(map(spell, REPLACED[name]))}"
    close = difflib.get_close_matches(name, _TYPES, n=1)
    hint = f"Did you mean {spell(close[0])}?" if close else f"Known are: {', '.join(map(spell, sorted(_TYPES)))}"
    return f"{_plain(spell(name))} is not a setting. {hint}"


def _parts(settings: Settings) -> Iterator[dict[str, object]]:
    """The settings' values by flat name, those of a room that is none left out."""
    yield {field.name: getattr(settings, field.name) for field in fields(settings) if field.name not in _ROOMS}
    for room, kind in _ROOMS.items():
        held = getattr(settings, room)
        if isinstance(held, kind):
            yield {field.name: getattr(held, field.name) for field in fields(kind)}


def _is_of_a_service(name: str, text: str) -> bool:
    """Whether Kubernetes has set this variable, for a service called adnotice or adnotice-…."""
    return _SERVICE.fullmatch(name) is not None or (
        _SERVICE_PORT.fullmatch(name) is not None and text.startswith(("tcp://", "udp://", "sctp://"))
    )


def _parse(text: str, kind: Any) -> object:
    if kind == tuple[str, ...]:
        return [part.strip() for part in text.split(",") if part.strip()]
    if takes_mapping(kind):
        try:
            return msgspec.json.decode(text.encode("utf-8", "surrogateescape"))
        except msgspec.DecodeError:
            return text
    return text


SECRETS: Final = frozenset(("secret_key", "store_url", "dashboard_password_hash", "metrics_token", "mail_url"))
"""Settings whose values no message shows."""

EXAMPLES: Final[Mapping[str, str]] = {
    "secret_key": '["the old secret", "the new one"]',
    "trusted_proxies": '["127.0.0.1"]',
    "include": '["/news/*"]',
    "exclude": '["/account/*", "/checkout/*"]',
    "ask_exclude": '["/account/*"]',
    "ask_countries": '["UA", "PL"]',
    "routes": '["/article/{slug}"]',
    "hosts": '{"news.example": "news"}',
    "languages": '["en", "uk"]',
    "wording": '{"title": "Ads pay for this page"}',
    "support_links": '{"Subscribe": "/subscribe"}',
}
"""Lists and mappings as one would write them."""

_ROOMS: Final[Mapping[str, Any]] = {
    "admission": AdmissionSettings,
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
