"""The command line: everything an operator does that is not looking at the dashboard."""

from __future__ import annotations

import codecs
import getpass
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import click
import msgspec
from click.shell_completion import get_completion_class

from adnotice import __version__
from adnotice.annotate import annotate_site
from adnotice.approval import ACTIONS, tell_wording
from adnotice.arguments import Arguments
from adnotice.commands import (
    MODES,
    NoSite,
    change_mode,
    change_peace,
    check_site,
    find_store,
    opened,
    store_url,
    whole_settings,
)
from adnotice.configuration import read_settings, tell_source
from adnotice.count.cdn_import import NotImportable, import_served, read_served
from adnotice.count.model.calendar import Calendar
from adnotice.count.model.page_templates import RoutePatterns
from adnotice.count.stores.migrate import DONE, migrate_store
from adnotice.count.stores.open import open_store
from adnotice.count.stores.protocol import NoStore
from adnotice.count.stores.sql.backup import back_up, restore
from adnotice.init import begin_site
from adnotice.insight.access.passwords import hash_password
from adnotice.insight.analysis.change import Against
from adnotice.insight.analysis.query import Reader, Wish
from adnotice.insight.api import EXPORTED_ROWS
from adnotice.insight.display import exports
from adnotice.insight.display.openmetrics import MAX_METRIC_SITES, to_openmetrics
from adnotice.keys import new_secret
from adnotice.mode import SETTLE_SECONDS
from adnotice.notice.sentences import SOURCE
from adnotice.output import explain_failure, flush, take_any_letter
from adnotice.reporting import FOUND, make_reader, send_report, watch_site
from adnotice.settings import SettingsError
from adnotice.vocabulary import Unavailable

WIDTH: Final = 100
SHELLS: Final = ("bash", "zsh", "fish")
FILE: Final = click.Path(path_type=Path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit status: 0 done, 1 could not be done, 2 wrongly asked."""
    take_any_letter()
    try:
        status = adnotice.main(
            args=None if arguments is None else list(map(str, arguments)), prog_name="adnotice", standalone_mode=False
        )
        flush()
    except (NoStore, NoSite) as error:
        print(error, file=sys.stderr)
        return 2
    except (SettingsError, Unavailable) as error:
        print(error, file=sys.stderr)
        return 1
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        print("\nNothing was done.", file=sys.stderr)
        return 1
    except OSError as error:
        if said := explain_failure(error):
            print(said, file=sys.stderr)
        return 1
    return status if isinstance(status, int) else 0


class InOrder(click.Group):
    """Commands in the order in which an operator meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Their names."""
        return list(self.commands)


def choice_argument(name: str, choices: Sequence[str], **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """An argument that may be left out. How help shows its choices is said here: click's own way changed in 8.2."""
    options = {"required": False, "metavar": f"[{'|'.join(choices)}]", **options}
    return click.argument(name, type=click.Choice(choices), **options)


@click.group(cls=InOrder, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDTH})
@click.version_option(__version__, message="adnotice %(version)s")
def adnotice() -> None:
    """The command line of adnotice."""


store_option: Final = click.option("--store", metavar="URL", help="The store_url; else what the settings say.")
json_option: Final = click.option("--json", is_flag=True, help="Print JSON, for programs.")
site_option: Final = click.option("--site", default="", help="Else the first one there is.")
wait_option: Final = click.option(
    "--wait/--no-wait",
    default=True,
    help=f"Whether to wait until every process obeys; else, for {SETTLE_SECONDS:g} seconds, readers may still be answered by what held before.",
)
mail_option: Final = click.option("--mail", is_flag=True, help="Mail it, once however many machines run this.")


@adnotice.command()
@click.option("--site-name", metavar="NAME", help="The site's name as readers know it; else asked for.")
@click.option(
    "--password",
    metavar="TEXT",
    help="The dashboard's password; else asked for, or made where nobody can be asked; shells keep what is typed here.",
)
@store_option
def init(**given: Any) -> int:
    """Write adnotice.toml, which server and commands read, begin the store, and say which lines to add to your app."""
    return begin_site(Arguments(**given))


@adnotice.command("new-secret")
def print_secret() -> int:
    """Print a strong secret_key."""
    print(new_secret())
    return 0


@adnotice.command("hash-password")
def print_hash() -> int:
    """Ask for a password and print its dashboard_password_hash."""
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


@adnotice.command()
@choice_argument("mode", [str(mode) for mode in MODES])
@click.option("--create", is_flag=True, help="Begin the store where there is none yet.")
@wait_option
@json_option
@store_option
def mode(**given: Any) -> int:
    """Show the mode, or change it for every process that shares the store. default: what the settings say."""
    return change_mode(Arguments(**given))


@adnotice.command()
@click.option(
    "--until",
    metavar="TIME",
    default="",
    help="Such as '2027-03-01 18:00', or 18:00 for the next that comes; in the setting timezone.",
)
@click.option("--end", is_flag=True, help="Ask readers again as the mode says.")
@wait_option
@json_option
@store_option
def peace(**given: Any) -> int:
    """Leave everyone in peace until a time, as on the day of a disaster: nobody is asked, views are measured. Or show it."""
    return change_peace(Arguments(**given))


@adnotice.command()
@choice_argument("action", ACTIONS, default="list")
@click.argument("language", default="")
@click.option("--by", metavar="NAME", default="", help="Who has read the words and approves them.")
@click.option("--names", is_flag=True, help="Print the names of all sentences, with the English.")
@click.option(
    "--html",
    metavar="[LANGUAGE]",
    is_flag=False,
    flag_value=SOURCE,
    help="Print all words on one page, beside the English, for an editor and a lawyer.",
)
@click.option("--dashboard", is_flag=True, help="The words of dashboard and mails, in place of those for readers.")
@click.option("--folder", type=FILE, help="The setting wording_folder; else what the settings say.")
@json_option
def wording(**given: Any) -> int:
    """List the languages and who approved their words; print words; approve them. LANGUAGE is a tag such as uk or pt-BR, for approve
    and template."""
    return tell_wording(Arguments(**given))


@adnotice.command()
@json_option
@store_option
def prune(**given: Any) -> int:
    """Remove what is past its retention."""
    asked = Arguments(**given)
    with opened(asked) as store:
        removed = store.prune(time.time())
    print(
        msgspec.json.encode({"removed": removed}).decode()
        if asked.json
        else f"{removed:,} {'row' if removed == 1 else 'rows'} removed"
    )
    return 0


@adnotice.command()
@click.argument("file", type=FILE)
@json_option
@store_option
def backup(**given: Any) -> int:
    """Copy a SQLite store into a new FILE while counting goes on."""
    asked = Arguments(**given)
    url = store_url(asked)
    with progress("copying") as tell:
        size = back_up(url, asked.file, tell)
    told = msgspec.json.encode({"file": str(asked.file), "bytes": size}).decode()
    print(told if asked.json else f"{asked.file}: {size} bytes")
    return 0


@adnotice.command("restore")
@click.argument("file", type=FILE)
@store_option
def restore_store(**given: Any) -> int:
    """Put a backup where the store is; what was there is moved aside."""
    asked = Arguments(**given)
    aside = restore(asked.file, store_url(asked))
    print(f"restored; what was there before is {aside}" if aside else "restored")
    return 0


@adnotice.command("copy")
@click.argument("target", metavar="URL")
@store_option
def copy_all(**given: Any) -> int:
    """Copy all counts into another, empty store at URL: from SQLite to PostgreSQL, or back. Stop the site's servers first."""
    from adnotice.count.stores.sql.transfer import copy_store

    asked = Arguments(**given)
    settings = whole_settings()
    with opened(asked, settings) as source, closing(open_store(asked.target, settings.count)) as target:
        copied = copy_store(source, target)
        print(
            f"{copied} tallies are in {find_store(target)} now. Name it in the setting store_url, and start the servers"
        )
    return 0


@adnotice.command()
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@click.option("--yes", is_flag=True, help="There is a copy of the server's store: ask nothing.")
@json_option
@store_option
def migrate(**given: Any) -> int:
    """Bring a store that an older version wrote to this version's schema."""
    asked = Arguments(**given)

    def ask(question: str) -> bool:
        # Programs are asked nothing: they say --yes.
        return not asked.json and sys.stdin.isatty() and input(f"{question} [y/N] ").strip().lower() in ("y", "yes")

    told = sys.stderr if asked.json else sys.stdout
    with opened(asked, older=True) as store:
        plan = store.plan()
        status = migrate_store(
            store, dry_run=asked.dry_run, agreed=asked.yes, ask=ask, say=lambda line: print(line, file=told, flush=True)
        )
        if asked.json:
            migrated = status == DONE and bool(plan.steps) and not asked.dry_run
            print(msgspec.json.encode({**msgspec.structs.asdict(plan), "migrated": migrated}).decode())
        return status


@adnotice.command("import")
@click.argument("file", type=FILE)
@click.option("--site", help="The site of lines without one; else what the settings say.")
@json_option
@store_option
def import_pages(**given: Any) -> int:
    """Take over daily page views that a CDN counted: CSV with day,page,views; a column named site may say which site."""
    asked = Arguments(**given)
    settings = whole_settings()
    try:
        with asked.file.open(encoding="utf-8-sig", newline="") as lines:
            served = read_served(lines, asked.site or settings.site, RoutePatterns(settings.count.routes).name)
    except (OSError, UnicodeDecodeError, NotImportable) as error:
        print(f"{asked.file}: {error}", file=sys.stderr)
        return 1
    print(f"site: {asked.site or settings.site}, where the file names no other", file=sys.stderr)
    with opened(asked, settings, create=True) as store, progress("counting") as tell:
        done = import_served(store, Calendar(settings.count.timezone), served, tell)
    if asked.json:
        known = [{"site": site, "day": day} for site, day in done.known]
        print(msgspec.json.encode({"views": done.views, "days": done.days, "known": known}).decode())
        return 0
    views, days = "view" if done.views == 1 else "views", "day" if done.days == 1 else "days"
    print(f"{done.views:,} {views} of {done.days:,} {days} imported")
    for site, day in done.known:
        print(f"{day} of {site} had been imported before: left as it was")
    return 0


@adnotice.command()
@click.argument("table", default="summary")
@site_option
@click.option("--days", default="", help="How many up to today; else the last 4 whole weeks.")
@click.option("--first", default="", help="First day.")
@click.option("--last", default="", help="Last day.")
@click.option(
    "--against",
    type=click.Choice([each.value for each in Against]),
    default=Against.FOUR_WEEKS.value,
    help="What the last weeks are compared with; else the 4 weeks before.",
)
@store_option
def figures(**given: Any) -> int:
    """Print a site's figures. TABLE is summary (JSON), metrics (for Prometheus), or a table as CSV: series, pages, …"""
    asked = Arguments(**given)
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


@adnotice.command()
@click.option("--html", is_flag=True, help="As a page instead of plain text.")
@click.option("--file", type=FILE, help="Write it there instead of printing it.")
@click.option("--again", is_flag=True, help="Mail it although it was mailed this week.")
@click.option("--link", default="", metavar="URL", help="The dashboard's address, to stand below it.")
@site_option
@mail_option
@store_option
def report(**given: Any) -> int:
    """Tell the first screen of the dashboard in words: for a weekly mail."""
    return send_report(Arguments(**given))


@adnotice.command(
    help=f"Look for what has gone wrong since yesterday: exit status {FOUND} where something was found. For a daily timer."
)
@site_option
@mail_option
@json_option
@store_option
def watch(**given: Any) -> int:
    """Looks, and tells."""
    return watch_site(Arguments(**given))


@adnotice.command()
@click.argument("day", default="")
@click.argument("text", default="")
@click.option("--remove", metavar="ID", help="Forget the annotation of this id, as the list has it.")
@site_option
@json_option
@store_option
def annotate(**given: Any) -> int:
    """Note what happened on a DAY (2026-11-09, or today): it is marked in the chart, for thirteen months. Without one, list them."""
    return annotate_site(Arguments(**given))


@adnotice.command()
@click.argument("target")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--prefix", help="The setting prefix; else what the settings here say.")
@click.option("--host", default="localhost", show_default=True, help="The Host that an app is asked by.")
@json_option
def doctor(target: str, paths: tuple[str, ...], prefix: str | None, host: str, *, json: bool) -> int:
    """Ask a site whether its pages carry the tag, and say what is to mend. TARGET is a public URL such as https://news.example, or an
    app such as module:app; PATHs are pages to ask for, else the first and some it links to."""
    from adnotice.doctor import run_doctor

    sys.path.insert(0, "")  # module:app is looked for where the command is run, as uvicorn does
    return run_doctor(
        target,
        paths=list(paths),
        prefix=prefix or whole_settings().prefix,
        host=host,
        as_json=json,
        complain=lambda line: print(line, file=sys.stderr),
    )


@adnotice.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8009, show_default=True, help="The port to listen on.")
def serve(host: str, port: int) -> int:
    """Run adnotice on its own, for sites that are not Python."""
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
    if obstacle := find_obstacle(host, port):
        print(f"nobody can listen on {host}, port {port}: {obstacle}. Choose another with --port", file=sys.stderr)
        return 1
    uvicorn.run(create_app(settings), host=host, port=port)
    return 0


def find_obstacle(host: str, port: int) -> str:
    """Why nobody can listen there; empty where somebody can."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as tried:
        # As the server does: what has just ended is no obstacle, and :: is another address than 0.0.0.0.
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if tried.family is socket.AF_INET6:
            tried.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            return error.strerror or str(error)
    return ""


@adnotice.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> int:
    """Print what makes a shell complete these commands, such as: adnotice completion bash > ~/.local/share/bash-completion/completions/adnotice"""
    made = get_completion_class(shell)
    assert made is not None  # noqa: S101 - click knows these three
    print(made(adnotice, {}, "adnotice", "_ADNOTICE_COMPLETE").source())
    return 0


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, nothing elsewhere: told how much is left, of how much."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def tell(left: int, whole: int) -> None:
            bar.length = max(1, whole)
            bar.update(whole - left - bar.pos)

        yield tell


if __name__ == "__main__":
    sys.exit(main())
