"""Where the settings are when the code doesn't give them: one file that server and commands read, and the environment.

The file is the one that ADNOTICE_CONFIG names, else adnotice.toml in the folder where the process runs. Variables such as
ADNOTICE_SECRET_KEY stand above it, for who keeps secrets there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from typing import Final, Unpack

from adnotice.convert import Unfit, convert
from adnotice.keywords import Keywords
from adnotice.settings import CONFIG_VARIABLE, ENVIRONMENT_PREFIX, Settings, SettingsError, variables_in

FILE_NAME: Final = "adnotice.toml"
ENABLED_VARIABLE: Final = f"{ENVIRONMENT_PREFIX}ENABLED"
"""The one variable that stands above keywords too: with `false` a test run or an operator takes adnotice out."""

_GIVEN: Final[ContextVar[tuple[Mapping[str, object], str] | None]] = ContextVar("adnotice.configuration", default=None)


@contextmanager
def reading(options: Mapping[str, object], source: str) -> Iterator[None]:
    """Has what runs inside take these options for the settings that are there; `source` names them for people.

    For commands that a framework's own command runs, whose settings hold ours.
    """
    before = _GIVEN.set((options, source))
    try:
        yield
    finally:
        _GIVEN.reset(before)


def find_file(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The file of settings: the one that ADNOTICE_CONFIG names, there or not; else the folder's, where there is one."""
    named = environ.get(CONFIG_VARIABLE)
    if named:
        return Path(named).absolute()
    try:
        file = Path.cwd() / FILE_NAME
        return file if file.exists() else None
    except OSError:  # the folder has been removed, or can't be looked into
        return None


def read_settings(environ: Mapping[str, str] = os.environ, **defaults: Unpack[Keywords]) -> Settings:
    """The settings that the file and the environment hold; `defaults` where neither says anything.

    Raises `SettingsError` with every problem and its remedy.
    """
    if given := _GIVEN.get():
        return Settings.among(None, {**defaults, **given[0]})
    file = find_file(environ)
    if file is not None:
        return Settings.from_file(file, environ, **defaults)
    if not variables_in(environ) and not defaults:
        raise SettingsError(
            [
                f"secret_key is required, and there are no settings: no keywords, no {FILE_NAME} in {_here()}, "
                f"no variables ADNOTICE_…. {_first_step()}"
            ]
        )
    return Settings.from_env(environ, **defaults)


def choose_settings(settings: object, options: Mapping[str, object]) -> Settings:
    """The settings that the code gives; where it gives none, those of the file and the environment.

    Keywords beside a file are refused: the commands would read other settings than the server. Raises `SettingsError`.
    """
    if settings is None and not options:
        return read_settings()
    if is_switched_off():
        options = {**options, "enabled": False} if settings is None else options
        settings = replace(settings, enabled=False) if isinstance(settings, Settings) else settings
    file = find_file() if options else None
    if file is None:
        return Settings.among(settings, options)
    problem = (
        f"settings stand in the code ({', '.join(map(str, options))}) and in {file}, and the commands read the file alone. "
        "Move them into the file, or remove it"
    )
    return Settings.among(settings, options, [problem])


def is_switched_off(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment takes adnotice out, whatever the code says."""
    with suppress(Unfit):
        return not convert(environ.get(ENABLED_VARIABLE, "true"), bool, "")
    return False


def tell_source(environ: Mapping[str, str] = os.environ) -> str:
    """Where the settings come from, for people."""
    if given := _GIVEN.get():
        return given[1]
    file = find_file(environ)
    variables = ", ".join(sorted(variables_in(environ)))
    if file is not None:
        return f"{file} and {variables}" if variables else str(file)
    missing = f"no {FILE_NAME} in {_here()}"
    return f"{variables} ({missing})" if variables else f"the defaults ({missing}). {_first_step()}"


def _first_step() -> str:
    """What to do where no settings are found; a file further up is named, as commands are often run in a folder below."""
    with suppress(OSError):
        for folder in Path.cwd().parents:
            if (folder / FILE_NAME).is_file():
                return f"There is one in {folder}: run this there, or name it in {CONFIG_VARIABLE}"
    return f"Make the file with adnotice init; one that lies elsewhere is named in {CONFIG_VARIABLE}"


def _here() -> str:
    try:
        return str(Path.cwd())
    except OSError:
        return "this folder, which is gone"
