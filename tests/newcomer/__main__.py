"""`make newcomer`: follows each page of docs/start and writes what came of it into docs/start.md.

Names choose pages. `--each-line` follows a page once for each line of its blocks, without that line, and fails where
nobody would have missed it; `--lines 0-2` takes only those of its lines. It writes nothing.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.browser.internet import Internet
from tests.browser.newspaper import ROOT
from tests.browser.profiles import PROFILES
from tests.browser.reader import Browsers
from tests.newcomer.steps import leave_out_each_line, read_steps
from tests.newcomer.walk import CommandFailed, Missed, Newcomer, Seen

PAGES: Final = ROOT / "docs" / "start"
TABLE: Final = ROOT / "docs" / "start.md"
HEAD: Final = (
    "| page | commands | seconds | tag in | clear | blocked | notice shown | figures seen | on |\n"
    "|---|---|---|---|---|---|---|---|---|\n"
)
_TABLE: Final = re.compile(r"(<!-- made by make newcomer -->\n)(.*?)(<!-- -->)", re.DOTALL)


def main() -> int:
    """Follows the pages; 1 when one of them does not keep its promise."""
    asked = read_arguments()
    if missing := PROFILES["firefox-ublock"].needs() + PROFILES["chromium"].needs():
        raise SystemExit(f"make newcomer needs {', '.join(missing)}")
    pages = [PAGES / f"{name}.md" for name in asked.pages] or sorted(PAGES.glob("*.md"))
    with tempfile.TemporaryDirectory() as name, Internet() as net:
        browsers = Browsers(net, Path(name))
        try:
            if asked.each_line:
                return max(without_each_line(page, asked.wheel, net, browsers, asked.lines) for page in pages)
            return max(follow_page(page, asked.wheel, net, browsers) for page in pages)
        finally:
            browsers.close()


def read_arguments(given: list[str] | None = None) -> argparse.Namespace:
    """What was asked, in whichever order: Make gives the wheel, then what is in ARGS."""
    parser = argparse.ArgumentParser(prog="python -m tests.newcomer", description=__doc__)
    parser.add_argument("wheel", type=Path, help="what pip installs as adnotice")
    parser.add_argument("pages", nargs="*", help="names of pages in docs/start; else all")
    parser.add_argument("--each-line", action="store_true", help="without each line in turn; writes nothing")
    parser.add_argument("--lines", type=lines_between, default=range(1000), help="of --each-line, only these: 0-2")
    return parser.parse_intermixed_args(given)


def lines_between(given: str) -> range:
    """The lines from one number to another, both included."""
    first, _, last = given.partition("-")
    return range(int(first), int(last or first) + 1)


def follow_page(page: Path, wheel: Path, net: Internet, browsers: Browsers) -> int:
    """Follows one page and writes its row; 1 where it failed."""
    try:
        seen = follow(page, wheel, net, browsers)
    except (CommandFailed, Missed) as error:
        told = str(error)
        print(f"{page.stem}: FAILED: {told.splitlines()[0]}\n{told}", flush=True)
        return 1
    row = write_row(page, seen)
    print(row, flush=True)
    old = TABLE.read_text(encoding="utf-8")
    TABLE.write_text(put_row(old, page.stem, row), encoding="utf-8")
    return 0


def without_each_line(page: Path, wheel: Path, net: Internet, browsers: Browsers, lines: range) -> int:
    """Follows the page without each of these lines of its blocks; 1 where one was not missed."""
    unneeded = []
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        shorter, cache = Path(name) / page.name, Path(name) / "pip"
        for line, without in list(leave_out_each_line(text))[lines.start : lines.stop]:
            shorter.write_text(without, encoding="utf-8")
            if missed := _miss(shorter, wheel, net, browsers, cache):
                print(f"{page.stem} fails without {line!r}: {missed.splitlines()[0]}", flush=True)
            else:
                unneeded.append(line)
                print(f"{page.stem} does not need {line!r}", flush=True)
    return 1 if unneeded else 0


def _miss(page: Path, wheel: Path, net: Internet, browsers: Browsers, cache: Path) -> str:
    """Why a page without one of its lines can't be followed; empty where it can. What fails in our own tools is no answer."""
    try:
        read_steps(page)
    except ValueError as error:  # what is left is no page that can be followed
        return str(error)
    try:
        follow(page, wheel, net, browsers, pip_cache=cache)
    except (CommandFailed, Missed) as error:
        return str(error)
    return ""


def follow(page: Path, wheel: Path, net: Internet, browsers: Browsers, *, pip_cache: Path | None = None) -> Seen:
    """Follows the page in a HOME of its own, with a cache of pip's that is empty unless there is one."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "home"
        home.mkdir()
        return Newcomer(home, wheel, net, browsers, pip_cache=pip_cache).follow(read_steps(page))


def write_row(page: Path, seen: Seen) -> str:
    """A line of the table."""
    title = page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
    cells = [
        f"[{title}](start/{page.name})",
        str(seen.commands),
        f"{seen.seconds:.0f}",
        seen.doctor.partition(";")[0],
        str(seen.counts.get("clear", 0)),
        str(seen.counts.get("blocked-content", 0)),
        "yes" if seen.notice else "no",
        "yes" if seen.dashboard else "no",
        f"{datetime.now(UTC):%Y-%m-%d}",
    ]
    return f"| {' | '.join(cells)} |"


def put_row(document: str, name: str, row: str) -> str:
    """The document with this page's row in its table, in the place of an older one."""

    def renew(found: re.Match[str]) -> str:
        rows = {page_of(line): line for line in rows_in(found[2])} | {name: row}
        return found[1] + HEAD + "".join(f"{rows[each]}\n" for each in sorted(rows)) + found[3]

    return _TABLE.sub(renew, document)


def rows_in(table: str) -> Iterator[str]:
    """The table's lines that are of a page."""
    return (line for line in table.splitlines() if "(start/" in line)


def page_of(row: str) -> str:
    """The name of the page that a row is of."""
    return row.partition("(start/")[2].partition(".md)")[0]


if __name__ == "__main__":
    sys.exit(main())
