"""Follows a page's steps in an empty HOME, has two readers come, and looks whether they were counted."""

from __future__ import annotations

import os
import re
import shutil
import socket
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.browser.internet import Internet
from tests.browser.reader import Browsers, DriverError, Page, wait_until
from tests.newcomer.fresh_root import fresh_root, needs
from tests.newcomer.steps import Run, Step, Visit, Write
from tests.newcomer.terminal import CommandFailed, Terminal

HOST: Final = "news.example"
"""What readers type; never localhost, for which filter lists make exceptions."""
START_SECONDS: Final = 60.0
REPORT_SECONDS: Final = 90.0
PASSED_ON: Final = ("PATH", "LANG", "TERM")
PIPS_OWN: Final = ("PIP_", "SSL_CERT")
"""How this machine reaches a package registry: no page can say that."""


class Missed(Exception):
    """The page promised something that did not come."""


@dataclass
class Seen:
    """What came of following a page."""

    commands: int = 0
    seconds: float = 0.0
    doctor: str = ""
    notice: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    dashboard: str = ""


@dataclass(frozen=True)
class NewSite:
    """What a `Page` needs to know of the site."""

    url: str = f"http://{HOST}"
    host: str = HOST
    prefix: str = "/_adnotice"


class Newcomer:
    """Somebody with an empty HOME, a wheel, and a page to follow."""

    def __init__(
        self, home: Path, wheel: Path, net: Internet, browsers: Browsers, *, pip_cache: Path | None = None
    ) -> None:
        self._home = home
        self._net = net
        self._browsers = browsers
        self._environment = make_environment(home, wheel)
        if pip_cache is not None:
            self._environment["PIP_CACHE_DIR"] = str(pip_cache)
        self._terminals: list[Terminal] = []
        self._readers: ExitStack = ExitStack()
        self._inside: list[str] = []
        self.seen = Seen()

    def follow(self, steps: list[Step]) -> Seen:
        """Does what the page says. Raises `CommandFailed` or `Missed`, with what stood in the terminals."""
        started = time.monotonic()
        port = next(step.port for step in steps if isinstance(step, Visit))
        begun = [step.commands[-1] for step in steps if isinstance(step, Run) and step.stays]
        for needed in sorted({port, *(each for command in begun for each in ports_named(command))}):
            if answers(needed):
                raise Missed(f"something else listens on port {needed} of this machine")
        self._net.serve(HOST, port)
        try:
            if any(isinstance(step, Run) and step.as_root for step in steps):
                if missing := needs():
                    raise Missed(f"this page needs {', '.join(missing)}")
                self._inside = self._readers.enter_context(fresh_root(self._home.parent / "machine"))
            self._open_terminal()
            for step in steps:
                self._do(step, port)
            self.seen.seconds = time.monotonic() - started
            self._check()
        except (AssertionError, DriverError, OSError) as error:
            raise Missed(f"{error}\n{self._printed()[-6000:]}") from error
        finally:
            for terminal in reversed(self._terminals):
                terminal.close()
            self._readers.close()
            await_end(port)
        return self.seen

    def _do(self, step: Step, port: int) -> None:
        if isinstance(step, Write):
            self._terminals[-1].write(step.path, step.text, adds=step.adds)
        elif isinstance(step, Run):
            self._run(step, port)
        else:
            self._visit()

    def _run(self, step: Run, port: int) -> None:
        if step.elsewhere:
            self._open_terminal()
        terminal = self._terminals[-1]
        self.seen.commands += len(step.commands)
        for command in step.commands[: -1 if step.stays else None]:
            self._note(terminal.run(command))
        if step.stays:
            begun = step.commands[-1]
            terminal.leave_running(begun)
            for awaited in sorted({port, *ports_named(begun)}):
                wait_until(lambda at=awaited: answers(at), f"{begun} answers on port {awaited}", START_SECONDS)

    def _note(self, printed: str) -> None:
        """Keeps what a newcomer would look at."""
        if found := re.search(r"(\d+) of (\d+) pages carry the tag; 0 wrong", printed):
            self.seen.doctor = found[0]
        if "metric,count" in printed:
            self.seen.counts = {name: int(n) for name, n in re.findall(r"^([a-z-]+),(\d+)\r?$", printed, re.MULTILINE)}

    def _visit(self) -> None:
        clear = self._open("chromium")
        blocked = self._open("firefox-ublock")
        self._await_report(clear)
        self._await_report(blocked)
        follow_a_link(blocked)
        self.seen.notice = blocked.notice().wait().text.strip().splitlines()[0]
        self._await_report(blocked)
        self.seen.dashboard = self._read_dashboard(clear)

    def _open(self, profile: str) -> Page:
        reader = self._browsers.reader(profile, NewSite())
        self._readers.callback(reader.close)
        return reader.open("/")

    def _await_report(self, page: Page) -> None:
        """Waits until the page's report has been sent."""
        wait_until(
            lambda: any(hit.path.endswith("/outcome") for hit in page.own_requests()),
            f"a report of {page.reader.profile.browser}; console: {page.console()}",
            REPORT_SECONDS,
        )

    def _read_dashboard(self, page: Page) -> str:
        """The dashboard's title, after the password that `adnotice init` printed has opened it."""
        found = re.search(r"password, shown this once: (\S+)", self._printed())
        if found is None:
            raise Missed("no password was printed")
        page.goto("/_adnotice/dashboard")
        page.run("document.querySelector('#password').value = args[0]", found[1])
        page.run("document.querySelector('#password').form.requestSubmit()")
        try:
            wait_until(lambda: is_there(page, "nav"), "the dashboard opens", START_SECONDS)
        except AssertionError as error:
            raise Missed(f"{error}: {page.run('return document.body.innerText')}") from error
        return str(page.run("return document.title"))

    def _check(self) -> None:
        counts = self.seen.counts
        for name, least in (("clear", 1), ("blocked-content", 2), ("shown", 1)):
            if counts.get(name, 0) < least:
                raise Missed(f"adnotice figures says {counts}, and {name} should be {least} at least")
        if not self.seen.doctor:
            raise Missed("adnotice doctor was never asked")

    def _open_terminal(self) -> None:
        log = self._home.parent / f"terminal-{len(self._terminals)}.txt"
        environment = {**self._environment, "HOME": "/root"} if self._inside else self._environment
        self._terminals.append(Terminal(self._home, environment, log, self._inside))

    def _printed(self) -> str:
        return "\n".join(terminal.printed for terminal in self._terminals)


def follow_a_link(page: Page) -> None:
    """To another page of the site, or the same one again, as a reader gets there."""
    before = page.run("return performance.timeOrigin")
    found = page.run(
        "const there = [...document.links].find((each) => each.origin === location.origin && !each.hash);"
        "if (there) there.click(); return !!there"
    )
    assert found, "the page links to nothing of this site"
    wait_until(lambda: is_another(page, before), "the next page")


def is_another(page: Page, before: float) -> bool:
    """Whether the tab shows another document than the one that began then."""
    try:
        return bool(page.run("return document.readyState === 'complete' && performance.timeOrigin !== args[0]", before))
    except DriverError:
        return False


def is_there(page: Page, selector: str) -> bool:
    """Whether the page that holds such an element is there; looking while another one leaves is no failure."""
    body = "return document.readyState === 'complete' && !!document.querySelector(args[0])"
    try:
        return bool(page.run(body, selector))
    except DriverError:
        return False


def ports_named(command: str) -> list[int]:
    """The ports that a command says it will answer on: behind another server the site's own answers before it does."""
    return [int(port) for port in re.findall(r"--port (\d+)", command)]


def answers(port: int) -> bool:
    """Whether anything listens there."""
    with socket.socket() as asked:
        asked.settimeout(1)
        return asked.connect_ex(("127.0.0.1", port)) == 0


def await_end(port: int) -> None:
    """Returns once nobody listens there any more: servers end in order, and take their time."""
    deadline = time.monotonic() + START_SECONDS
    while answers(port) and time.monotonic() < deadline:
        time.sleep(0.1)


def make_environment(home: Path, wheel: Path) -> dict[str, str]:
    """An empty HOME's: nothing of this machine but how it reaches a registry, and that `adnotice` means the wheel.

    Outside of an environment of its own pip refuses to install, so that a page without that line fails here too.
    """
    name, version, tags = wheel.name.split("-", 2)
    links = home.parent / "wheels"
    links.mkdir()
    # The build number has pip take it before any other file of this version.
    shutil.copy(wheel, links / f"{name}-{version}-999-{tags}")
    return {
        **{name: value for name, value in os.environ.items() if name.startswith(PIPS_OWN) or name in PASSED_ON},
        "HOME": str(home),
        "PIP_FIND_LINKS": " ".join(filter(None, [os.environ.get("PIP_FIND_LINKS"), str(links)])),
        "PIP_REQUIRE_VIRTUALENV": "1",
        "PYTHONUNBUFFERED": "1",
    }


__all__ = ["CommandFailed", "Missed", "Newcomer", "Seen"]
