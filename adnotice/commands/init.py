"""`adnotice init`: three questions, one file that server and commands read, a store, and the lines for the app found."""

from __future__ import annotations

import getpass
import json
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from adnotice.commands.arguments import Arguments
from adnotice.commands.frameworks import Framework, find_apps, name_target, write_lines
from adnotice.commands.stores import find_store
from adnotice.configuration import FILE_NAME, find_file, tell_source
from adnotice.count.stores.open import open_store, sqlite_file
from adnotice.inject.tag import make_tag
from adnotice.insight.access.passwords import hash_password
from adnotice.keys import new_secret
from adnotice.keywords import Keywords
from adnotice.settings import CONFIG_VARIABLE, PREFIX, Settings, variables_in

HEADING: Final = """\
# The settings of adnotice: the site's server and the commands both read this file. All there are: docs/settings.md.
# Whoever knows secret_key can invent views: keep this file out of version control, and readable by its owner alone.
"""
FOOT: Final = """\
mode = "measure"  # counts, asks nobody; when you have seen the figures: adnotice mode ask

# Where a proxy of yours stands in front, so that rates hold per reader:
# trusted_proxies = ["127.0.0.1"]
"""
NOTHING_FOUND: Final = "no app of FastAPI, Starlette, Litestar, Quart, Flask or Django was found here"


def begin_site(asked: Arguments) -> int:
    """Writes the file and begins the store, or begins the store alone where the file is there already."""
    file = find_file() or Path.cwd() / FILE_NAME
    if file.exists():
        return _go_on(asked, file)
    try:
        name, (hashed, made), url = _ask(asked, file)
    except (EOFError, KeyboardInterrupt):
        print("\nNothing was made.", file=sys.stderr)
        return 1
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    values: Keywords = {
        "site_name": name,
        "secret_key": new_secret(),
        "dashboard_password_hash": hashed,
        "store_url": url,
    }
    settings = Settings.of(**values)
    shown = begin_store(settings, url)
    try:
        _write(file, values)
    except OSError as error:
        print(f"{file} can't be written: {error.strerror}. Run this where you may write", file=sys.stderr)
        return 1
    print(f"{file} is written, for you alone to read.\n{shown} is there: counts go into it.")
    if made:
        print(f"The dashboard's password, shown this once: {made}")
    print("\n".join(_what_next(file)))
    return 0


def begin_store(settings: Settings, url: str) -> str:
    """The store's address, after it has begun where there was none. Raises `Unavailable` where there can't be one."""
    with closing(open_store(url, settings.count)) as store:
        return find_store(store)


def _go_on(asked: Arguments, file: Path) -> int:
    """What is left to do where the file is there: it is never changed."""
    if asked.site_name is not None or asked.password is not None:
        print(f"{file} is there already, and is not changed. Edit it, or remove it to begin anew", file=sys.stderr)
        return 2
    print(f"settings: {tell_source()}", file=sys.stderr)
    settings = Settings.from_file(file, os.environ, secret_key=new_secret())
    shown = begin_store(settings, asked.store or settings.count.store_url)
    print(f"{file} is there already, and is not changed.\n{shown} is there")
    print("\n".join(_what_next(file)))
    return 0


def _ask(asked: Arguments, file: Path) -> tuple[str, tuple[str, str], str]:
    """The site's name, what `_password` gives, the store's URL. Raises `ValueError` for a password that can't be."""
    terminal = sys.stdin.isatty()
    name = _answer(asked.site_name, "The site's name, as its readers know it", "", terminal=terminal)
    password = _password(asked.password, terminal=terminal)
    usual = f"sqlite:///{file.parent / 'adnotice.db'}"
    return name, password, _whole_url(_answer(asked.store, "Where counts go", usual, terminal=terminal))


def _answer(given: str | None, question: str, default: str, *, terminal: bool) -> str:
    """What the option says, else what the operator types; the default where nobody can be asked or nothing is typed."""
    if given is not None or not terminal:
        return default if given is None else given
    return input(f"{question}{f' [{default}]' if default else ''}: ").strip() or default


def _password(given: str | None, *, terminal: bool) -> tuple[str, str]:
    """The dashboard's password as its hash, and as it is where it was made here, else "". Raises `ValueError` for one that is
    too short or too long, or typed in two ways."""
    if given is None and terminal:
        given = getpass.getpass("A password for the dashboard [one is made]: ") or None
        if given is not None and given != getpass.getpass("Once more: "):
            raise ValueError("The two passwords differ. Nothing was made.")
    if given is not None:
        return hash_password(given), ""
    made = secrets.token_urlsafe(12)
    return hash_password(made), made


def _whole_url(url: str) -> str:
    """The URL with a SQLite file's whole path: the server may run in another folder."""
    name = url.removeprefix("sqlite:///")
    return f"sqlite:///{sqlite_file(url)}" if name not in ("", url) else url


def _write(file: Path, values: Keywords) -> None:
    """Writes the file, readable by its owner alone from its first moment; never over another. Raises `OSError`."""
    lines = [
        f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items()
    ]  # TOML's strings too
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as made:
        made.write(f"{HEADING}\n{''.join(lines)}{FOOT}")


def _what_next(file: Path) -> Iterator[str]:
    """The lines to add to the app that was found, and how to see that it works."""
    folder = Path.cwd()
    if file != folder / FILE_NAME:
        yield f"The server must be told too: {CONFIG_VARIABLE}={file}"
    if others := ", ".join(sorted(variables_in(os.environ))):
        yield f"These variables stand above the file: {others}"
    if _is_kept_by_git(folder):
        yield f"Keep it out of git: echo {FILE_NAME} >> .gitignore"
    apps = find_apps(folder)
    if not apps:
        yield f"\n{NOTHING_FOUND}. For a site that is not Python run this beside it:\n\n    adnotice serve\n"
        yield f"Let your server send what begins with {PREFIX}/ there, and put this into each page's <head>:\n"
        yield f"    {make_tag(f'{PREFIX}/client.js', '').plain.decode()}\n\nThen: adnotice doctor https://your.site"
        return
    first, *more = apps
    made = f"{first.file}, which makes the {first.framework.value} app {first.name}"
    if first.has_us:
        yield f"\nadnotice stands in {made}."
    else:
        yield f"\nIn {'your Django settings' if first.framework is Framework.DJANGO else made}:\n"
        yield "\n".join(f"    {line}".rstrip() for line in write_lines(first).splitlines())
    yield f"\nThen: adnotice doctor {name_target(first)}"
    if more:
        yield f"Found too: {', '.join(name_target(app) for app in more[:5])}"


def _is_kept_by_git(folder: Path) -> bool:
    """Whether git would take the file along; told without running git."""
    root = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)
    if root is None:
        return False
    ignoring = [each / ".gitignore" for each in (folder, *folder.parents) if each.is_relative_to(root)]
    ignored = [
        line.strip() for file in ignoring if file.is_file() for line in file.read_text("utf-8", "replace").splitlines()
    ]
    return not {FILE_NAME, f"/{FILE_NAME}", "*.toml"}.intersection(ignored)
