"""The command line: everything an operator does that is not looking at the dashboard."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import click
from click.shell_completion import get_completion_class

from adnotice import __version__
from adnotice.commands import credentials, upkeep
from adnotice.commands.annotate import annotate_site
from adnotice.commands.arguments import Arguments
from adnotice.commands.figures import print_figures
from adnotice.commands.importing import import_page_views
from adnotice.commands.init import begin_site
from adnotice.commands.mode import MODES, change_mode
from adnotice.commands.output import explain_failure, flush, take_any_letter
from adnotice.commands.peace import change_peace
from adnotice.commands.reporting import FOUND, send_report, watch_site
from adnotice.commands.serving import serve_alone
from adnotice.commands.stores import NoSite, whole_settings
from adnotice.commands.wording import ACTIONS, tell_wording
from adnotice.count.stores.protocol import NoStore
from adnotice.insight.analysis.change import Against
from adnotice.mode import SETTLE_SECONDS
from adnotice.notice.sentences import SOURCE
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
    return credentials.print_secret()


@adnotice.command("hash-password")
def print_hash() -> int:
    """Ask for a password and print its dashboard_password_hash."""
    return credentials.print_hash()


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
    return upkeep.prune_store(Arguments(**given))


@adnotice.command()
@click.argument("file", type=FILE)
@json_option
@store_option
def backup(**given: Any) -> int:
    """Copy a SQLite store into a new FILE while counting goes on."""
    return upkeep.back_up_store(Arguments(**given))


@adnotice.command("restore")
@click.argument("file", type=FILE)
@store_option
def restore_store(**given: Any) -> int:
    """Put a backup where the store is; what was there is moved aside."""
    return upkeep.restore_store(Arguments(**given))


@adnotice.command("copy")
@click.argument("target", metavar="URL")
@store_option
def copy_all(**given: Any) -> int:
    """Copy all counts into another, empty store at URL: from SQLite to PostgreSQL, or back. Stop the site's servers first."""
    return upkeep.copy_all(Arguments(**given))


@adnotice.command()
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@click.option("--yes", is_flag=True, help="There is a copy of the server's store: ask nothing.")
@json_option
@store_option
def migrate(**given: Any) -> int:
    """Bring a store that an older version wrote to this version's schema."""
    return upkeep.bring_up_to_date(Arguments(**given))


@adnotice.command("import")
@click.argument("file", type=FILE)
@click.option("--site", help="The site of lines without one; else what the settings say.")
@json_option
@store_option
def import_pages(**given: Any) -> int:
    """Take over daily page views that a CDN counted: CSV with day,page,views; a column named site may say which site."""
    return import_page_views(Arguments(**given))


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
    return print_figures(Arguments(**given))


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
    return serve_alone(host, port)


@adnotice.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> int:
    """Print what makes a shell complete these commands, such as: adnotice completion bash > ~/.local/share/bash-completion/completions/adnotice"""
    made = get_completion_class(shell)
    assert made is not None  # noqa: S101 - click knows these three
    print(made(adnotice, {}, "adnotice", "_ADNOTICE_COMPLETE").source())
    return 0


if __name__ == "__main__":
    sys.exit(main())
