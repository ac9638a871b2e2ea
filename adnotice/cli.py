"""The command line: everything an operator does that is not looking at the dashboard."""

from __future__ import annotations

import argparse
import codecs
import getpass
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from adnotice import __version__
from adnotice.approval import add_options, tell_wording
from adnotice.commands import (
    MODES,
    NoSite,
    change_mode,
    check_site,
    opened,
    store_url,
    whole_settings,
)
from adnotice.configuration import read_settings, tell_source
from adnotice.count.cdn_import import NotImportable, import_served, read_served
from adnotice.count.model.calendar import Calendar
from adnotice.count.model.page_templates import RoutePatterns
from adnotice.count.stores.migrate import migrate_store
from adnotice.count.stores.open import open_store
from adnotice.count.stores.protocol import NoStore
from adnotice.count.stores.sql.backup import back_up, restore
from adnotice.init import begin_site
from adnotice.insight.access.passwords import hash_password
from adnotice.insight.analysis.query import Reader, Wish
from adnotice.insight.api import EXPORTED_ROWS
from adnotice.insight.display import exports
from adnotice.insight.display.openmetrics import MAX_METRIC_SITES, to_openmetrics
from adnotice.keys import new_secret
from adnotice.mode import SETTLE_SECONDS
from adnotice.noting import add_annotate_options, annotate_site
from adnotice.reporting import FOUND, make_reader, send_report, watch_site
from adnotice.settings import SettingsError
from adnotice.vocabulary import Unavailable


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit status: 0 done, 1 could not be done, 2 wrongly asked."""
    asked = parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = asked.run
    try:
        return run(asked)
    except (NoStore, NoSite) as error:
        print(error, file=sys.stderr)
        return 2
    except (SettingsError, Unavailable) as error:
        print(error, file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="adnotice", description="The command line of adnotice.")
    top.add_argument("--version", action="version", version=f"adnotice {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        return made

    init = command(
        "init",
        begin_site,
        "Write adnotice.toml, which server and commands read, begin the store, and say which lines to add to your app.",
    )
    init.add_argument("--site-name", metavar="NAME", help="the site's name as readers know it; else asked for")
    init.add_argument(
        "--password",
        metavar="TEXT",
        help="the dashboard's password; else asked for, or made where nobody can be asked; shells keep what is typed here",
    )
    command("new-secret", print_secret, "Print a strong secret_key.")
    command("hash-password", print_hash, "Ask for a password and print its dashboard_password_hash.")
    mode = command("mode", change_mode, "Show the mode, or change it for every process that shares the store.")
    mode.add_argument("mode", nargs="?", choices=[str(mode) for mode in MODES], help="default: what the settings say")
    mode.add_argument("--create", action="store_true", help="begin the store where there is none yet")
    mode.add_argument(
        "--no-wait",
        dest="wait",
        action="store_false",
        help=f"return at once: for {SETTLE_SECONDS:g} seconds readers may still be answered by the mode before",
    )
    add_options(
        command("wording", tell_wording, "List the languages and who approved their words; print words; approve them.")
    )
    prune = command("prune", prune_store, "Remove what is past its retention.")
    backup = command("backup", back_up_store, "Copy a SQLite store into a new file while counting goes on.")
    backup.add_argument("file", type=Path, help="the new file")
    restore_ = command("restore", restore_store, "Put a backup where the store is; what was there is moved aside.")
    restore_.add_argument("file", type=Path, help="the backup")
    migrate = command("migrate", migrate_opened, "Bring a store that an older version wrote to this version's schema.")
    migrate.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")
    migrate.add_argument("--yes", action="store_true", help="there is a copy of the server's store: ask nothing")
    import_ = command("import", import_pages, "Take over daily page views that a CDN counted: CSV with day,page,views.")
    import_.add_argument("file", type=Path, help="the CSV file; a column named site may say which site")
    import_.add_argument("--site", help="the site of lines without one; else what the settings say")
    figures = command(
        "figures", print_figures, "Print a site's figures: JSON, a table of them as CSV, or for Prometheus."
    )
    figures.add_argument(
        "table", nargs="?", default="summary", help="summary (JSON), metrics, or a table: series, pages, …"
    )
    figures.add_argument("--site", default="", help="else the first one there is")
    for name, text in (
        ("days", "how many up to today; else the last 4 whole weeks"),
        ("first", "first day"),
        ("last", "last day"),
    ):
        figures.add_argument(f"--{name}", default="", help=text)
    report = command("report", send_report, "Tell the first screen of the dashboard in words: for a weekly mail.")
    report.add_argument("--html", action="store_true", help="as a page instead of plain text")
    report.add_argument("--file", type=Path, help="write it there instead of printing it")
    report.add_argument("--again", action="store_true", help="mail it although it was mailed this week")
    report.add_argument("--link", default="", metavar="URL", help="the dashboard's address, to stand below it")
    watch = command(
        "watch",
        watch_site,
        f"Look for what has gone wrong since yesterday: exit status {FOUND} where something was found. For a daily timer.",
    )
    for made in (report, watch):
        made.add_argument("--site", default="", help="else the first one there is")
        made.add_argument("--mail", action="store_true", help="mail it, once however many machines run this")
    annotate = command(
        "annotate", annotate_site, "Note what happened on a day: it is marked in the chart, for thirteen months."
    )
    add_annotate_options(annotate)
    doctor = command("doctor", see_doctor, "Ask a site whether its pages carry the tag, and say what is to mend.")
    doctor.add_argument("target", help="a public URL such as https://news.example, or an app such as module:app")
    doctor.add_argument(
        "paths", nargs="*", metavar="path", help="pages to ask for; else the first and some it links to"
    )
    doctor.add_argument("--prefix", help="the setting prefix; else what the settings here say")
    doctor.add_argument("--host", default="localhost", help="the Host that an app is asked by (default: %(default)s)")
    serve = command("serve", serve_alone, "Run adnotice on its own, for sites that are not Python.")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    serve.add_argument("--port", type=int, default=8009, help="the port to listen on (default: %(default)s)")
    for made in (init, mode, prune, backup, restore_, migrate, import_, figures, report, watch, annotate):
        made.add_argument("--store", metavar="URL", help="the store_url; else what the settings say")
    return top


def print_secret(_: argparse.Namespace) -> int:
    """Prints a new secret."""
    print(new_secret())
    return 0


def print_hash(_: argparse.Namespace) -> int:
    """Asks for a password twice (or reads a line that is piped in) and prints its hash."""
    if sys.stdin.isatty():
        password = getpass.getpass("Password for the dashboard: ")
        if password != getpass.getpass("Once more: "):
            print("The two passwords differ. Nothing was made.", file=sys.stderr)
            return 1
    else:
        password = sys.stdin.readline().rstrip("\n")
    try:
        hashed = hash_password(password)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(hashed)
    print("Quote it where a shell reads it, for its $: with single quotes; in a compose file as $$.", file=sys.stderr)
    return 0


def prune_store(asked: argparse.Namespace) -> int:
    """Removes what is past its retention."""
    with opened(asked) as store:
        print(f"{store.prune(time.time())} rows removed")
    return 0


def back_up_store(asked: argparse.Namespace) -> int:
    """Copies the store."""
    size = back_up(store_url(asked), asked.file)
    print(f"{asked.file}: {size} bytes")
    return 0


def restore_store(asked: argparse.Namespace) -> int:
    """Puts a backup where the store is."""
    aside = restore(asked.file, store_url(asked))
    print(f"restored; what was there before is {aside}" if aside else "restored")
    return 0


def migrate_opened(asked: argparse.Namespace) -> int:
    """Brings the store to this version's schema, or says what that would do."""

    def ask(question: str) -> bool:
        return sys.stdin.isatty() and input(f"{question} [y/N] ").strip().lower() in ("y", "yes")

    with opened(asked, older=True) as store:
        return migrate_store(
            store, dry_run=asked.dry_run, agreed=asked.yes, ask=ask, say=lambda line: print(line, flush=True)
        )


def import_pages(asked: argparse.Namespace) -> int:
    """Counts the page views of a CSV file; each day of a site once."""
    settings = whole_settings()
    try:
        with asked.file.open(encoding="utf-8-sig", newline="") as lines:
            served = read_served(lines, asked.site or settings.site, RoutePatterns(settings.count.routes).name)
    except (OSError, UnicodeDecodeError, NotImportable) as error:
        print(f"{asked.file}: {error}", file=sys.stderr)
        return 1
    print(f"site: {asked.site or settings.site}, where the file names no other", file=sys.stderr)
    with opened(asked, settings, create=True) as store:
        done = import_served(store, Calendar(settings.count.timezone), served)
    print(f"{done.views} views of {done.days} days imported")
    for site, day in done.known:
        print(f"{day} of {site} had been imported before: left as it was")
    return 0


def print_figures(asked: argparse.Namespace) -> int:
    """Prints what the dashboard shows, for other programs."""
    settings = whole_settings()
    with opened(asked, settings) as store:
        check_site(store, asked.site)
        reader = make_reader(store, settings)
        try:
            text = export(reader, asked.table, Wish.of(vars(asked), "", EXPORTED_ROWS))
        except ValueError as error:
            print(error, file=sys.stderr)
            return 1
    print(text.decode(), end="")
    return 0


def export(reader: Reader, name: str, wish: Wish) -> bytes:
    """The summary, the metrics, or one of the tables. Raises `ValueError` for a name or days that there are not."""
    if name == "metrics":
        return to_openmetrics(reader.measure(reader.health(), MAX_METRIC_SITES))[0]
    reading = reader.read(wish)
    print(f"site: {reading.summary.site or 'none yet'}", file=sys.stderr)
    if name == "summary":
        return exports.to_json(reading) + b"\n"
    tables = exports.tables(reading)
    if name not in tables:
        raise ValueError(f"no such table: {name!r}, there are: summary, metrics, {', '.join(tables)}")
    return exports.to_csv(tables[name]).removeprefix(codecs.BOM_UTF8)


def see_doctor(asked: argparse.Namespace) -> int:
    """Examines a site."""
    from adnotice.doctor import run_doctor

    sys.path.insert(0, "")  # module:app is looked for where the command is run, as uvicorn does
    prefix = asked.prefix or whole_settings().prefix
    return run_doctor(asked.target, paths=asked.paths, prefix=prefix, host=asked.host)


def serve_alone(asked: argparse.Namespace) -> int:
    """Runs adnotice on its own until it is ended."""
    try:
        import uvicorn
    except ImportError:
        print("adnotice serve needs uvicorn. Install it with: pip install 'adnotice[serve]'", file=sys.stderr)
        return 1
    from adnotice.serve import create_app

    print(f"settings: {tell_source()}", file=sys.stderr)
    settings = read_settings()
    with closing(open_store(settings.count.store_url, settings.count, create=False)) as store:
        print(f"store: {store.health().url}", file=sys.stderr)
    uvicorn.run(create_app(settings), host=asked.host, port=asked.port)
    return 0


if __name__ == "__main__":
    sys.exit(main())
