"""Which framework a folder's app is made with, and the lines that put adnotice in front of it. Reads files, runs none."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Final, NamedTuple

MAX_FILES: Final = 500
MAX_DEPTH: Final = 3
MAX_FILE_BYTES: Final = 500_000
SKIPPED: Final = frozenset(("node_modules", "site-packages", "tests", "test", "migrations", "docs", "build", "dist"))


class Framework(Enum):
    """What an app is made with."""

    FASTAPI = "FastAPI"
    STARLETTE = "Starlette"
    LITESTAR = "Litestar"
    QUART = "Quart"
    FLASK = "Flask"
    DJANGO = "Django"


class App(NamedTuple):
    """An app that was found: by what it is made, in which file (below the folder), and under which name there."""

    framework: Framework
    file: Path
    name: str
    has_us: bool = False
    """Whether its file imports adnotice already."""


_MAKERS: Final = {
    "FastAPI": Framework.FASTAPI,
    "Starlette": Framework.STARLETTE,
    "Litestar": Framework.LITESTAR,
    "Quart": Framework.QUART,
    "Flask": Framework.FLASK,
    "get_wsgi_application": Framework.DJANGO,
    "get_asgi_application": Framework.DJANGO,
}

ADDED: Final = """\
from adnotice import AdNoticeMiddleware

{name}.add_middleware(AdNoticeMiddleware)  # after every other add_middleware: what is added last stands outermost"""
WRAPPED: Final = """\
from adnotice import AdNoticeMiddleware

{name} = AdNoticeMiddleware({name})  # the last line"""

IN_FLASK: Final = """\
from adnotice.wsgi import AdNotice

{name}.wsgi_app = AdNotice({name}.wsgi_app)"""
IN_DJANGO: Final = """\
INSTALLED_APPS += ["adnotice.django"]
MIDDLEWARE = ["adnotice.django.middleware.AdNoticeMiddleware", *MIDDLEWARE]"""

_LINES: Final = {
    Framework.FASTAPI: ADDED,
    Framework.STARLETTE: ADDED,
    Framework.FLASK: IN_FLASK,
    Framework.DJANGO: IN_DJANGO,
}


def find_apps(folder: Path) -> list[App]:
    """The apps that the files of this folder make at their top level, those nearest to it first."""
    return [app for file in _sources(folder) for app in _apps_of(file, folder)]


def write_lines(app: App) -> str:
    """The lines to add to the file that makes this app."""
    return _LINES.get(app.framework, WRAPPED).format(name=app.name)


def name_target(app: App) -> str:
    """The app as `module:name`, as servers and `adnotice doctor` take it."""
    return f"{'.'.join(app.file.with_suffix('').parts).removesuffix('.__init__')}:{app.name}"


def _sources(folder: Path) -> Iterator[Path]:
    """The Python files to look at, a folder's own before those of the folders in it; a few hundred at most."""
    left = MAX_FILES
    level = [folder]
    for _ in range(MAX_DEPTH):
        inner: list[Path] = []
        for each in level:
            with suppress(OSError):
                entries = sorted(each.iterdir())
                inner += [entry for entry in entries if _may_hold_apps(entry)]
                for file in entries:
                    if file.suffix == ".py" and left:
                        left -= 1
                        yield file
        level = inner


def _may_hold_apps(entry: Path) -> bool:
    return (
        entry.is_dir()
        and not entry.is_symlink()
        and not entry.name.startswith((".", "_"))
        and entry.name not in SKIPPED
        and not (entry / "pyvenv.cfg").exists()
    )


def _apps_of(file: Path, folder: Path) -> Iterator[App]:
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of somebody else's code
            body = ast.parse(file.read_bytes()).body
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
        return
    has_us = any(map(_imports_us, body))
    for statement in body:
        made = _made_in(statement)
        if made is not None:
            yield App(made[0], file.relative_to(folder), made[1], has_us)


def _imports_us(statement: ast.stmt) -> bool:
    names = [each.name for each in statement.names] if isinstance(statement, ast.Import) else []
    names += [statement.module or ""] if isinstance(statement, ast.ImportFrom) else []
    return any(name.partition(".")[0] == "adnotice" for name in names)


def _made_in(statement: ast.stmt) -> tuple[Framework, str] | None:
    """The framework and the name of the app that this statement assigns."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, value = statement.targets[0], statement.value
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        target, value = statement.target, statement.value
    else:
        return None
    if not (isinstance(target, ast.Name) and isinstance(value, ast.Call)):
        return None
    called = value.func
    maker = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
    framework = _MAKERS.get(maker)
    return framework and (framework, target.id)
