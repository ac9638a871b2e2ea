"""WebKitGTK's MiniBrowser behind the same calls as driver.mjs: `driver.call("goto", page=..., url=...)`.

Spoken to in W3C WebDriver over HTTP. A context is a browser process of its own with a session of its own that keeps
nothing on disk, as Safari's private windows do: MiniBrowser has no other under automation. It is WebKit, not Safari:
the engine, its storage and its content filters are the same, the browser around them is not.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

import httpx

from tests.browser.driver import CALL_SECONDS, DriverError
from tests.count.servers import free_port

START_SECONDS: Final = 90.0
"""Compiling a real list of 80,000 rules takes 11 seconds of an idle core."""
SETTLE_SECONDS: Final = 0.5
"""Between a filter's being on disk and its being in use, of which nothing tells."""
KEYS: Final = {
    "Backspace": "\ue003",
    "Tab": "\ue004",
    "Enter": "\ue007",
    "Shift": "\ue008",
    "Control": "\ue009",
    "Escape": "\ue00c",
    "Space": " ",
    "ArrowLeft": "\ue012",
    "ArrowUp": "\ue013",
    "ArrowRight": "\ue014",
    "ArrowDown": "\ue015",
}
RUN: Final = """
  const args = [...arguments], done = args.pop();
  (async (...args) => {%s})(...args).then(
    (value) => done({value: value === undefined ? null : value}),
    (error) => done({error: String(error)}),
  );
"""


def find_minibrowser() -> Path | None:
    """Where Debian put it: outside of the search path, beside the library."""
    return next(iter(sorted(Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser"))), None)


def needs() -> list[str]:
    """What this machine does not have of all that is needed."""
    missing = [] if find_minibrowser() else ["WebKitGTK's MiniBrowser is not installed"]
    return missing + [f"{name} is not installed" for name in ("WebKitWebDriver", "Xvfb") if shutil.which(name) is None]


@dataclass
class Session:
    """One browser process, and the driver process that speaks with it."""

    processes: tuple[subprocess.Popen[bytes], ...]
    http: httpx.Client
    path: str
    log: Path
    tabs: list[str] = field(default_factory=list)
    """Window handles that nobody has asked for yet: a session begins with one."""

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None, seconds: float = CALL_SECONDS) -> Any:
        """One command of the session's; raises `DriverError` with WebDriver's reason."""
        try:
            answer = self.http.request(method, self.path + path, json=body, timeout=seconds)
        except httpx.HTTPError as error:
            raise DriverError(f"{path}: {error!r}") from None
        value = answer.json()["value"]
        if answer.status_code != 200:
            raise DriverError(f"{path}: {value['error']}: {value['message']}")
        return value


class WebKitDriver:
    """All of WebKit's browsers of a test session, on a screen that nobody sees."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._launched: dict[str, list[str]] = {}
        self._sessions: dict[str, Session] = {}
        self._pages: dict[str, tuple[Session, str]] = {}
        self._numbers = itertools.count(1)
        self._errors = (folder / "webkit.log").open("ab")
        self._screen, self._display = start_screen(self._errors)

    def call(self, do: str, *, seconds: float = CALL_SECONDS, **options: Any) -> Any:
        """Asks for one thing and waits for it; raises `DriverError` with the reason, also for what WebKit can't do."""
        command = getattr(self, f"_do_{do}", None)
        if command is None:
            raise DriverError(f"{do}: WebKit's driver has no such command")
        return command(seconds=seconds, **options)

    def close(self) -> None:
        """Ends everything."""
        for name in list(self._sessions):
            self._do_endContext(context=name)
        self._screen.terminate()
        self._screen.wait(10)
        self._errors.close()

    # The commands, named and answered as in driver.mjs.

    def _do_launch(self, *, args: list[str], **_: Any) -> dict[str, Any]:
        name = f"webkit{next(self._numbers)}"
        self._launched[name] = args
        asked = [str(find_minibrowser()), "--version"]
        said = subprocess.run(asked, env=self._environment(), capture_output=True, text=True, check=True).stdout
        return {"id": name, "version": said.strip()}

    def _do_context(self, *, browser: str, **_: Any) -> str:
        name = f"context{next(self._numbers)}"
        self._sessions[name] = self._start(self._launched[browser], self._folder / name)
        return name

    def _do_endContext(self, *, context: str, **_: Any) -> None:  # noqa: N802 - driver.mjs' name
        session = self._sessions.pop(context)
        self._pages = {page: held for page, held in self._pages.items() if held[0] is not session}
        with contextlib.suppress(DriverError):  # it may have ended by itself
            session.ask("DELETE", "", seconds=10)
        session.http.close()
        for process in session.processes:
            process.terminate()
        for process in session.processes:
            process.wait(10)

    def _do_quit(self, *, browser: str, **_: Any) -> None:
        self._launched.pop(browser)

    def _do_page(self, *, context: str, alone: bool = False, **_: Any) -> str:
        session = self._sessions[context]
        if session.tabs:
            handle = session.tabs.pop()
        else:
            # a new one is asked for from one that is open: the last that was spoken to may have been closed
            session.ask("POST", "/window", {"handle": session.ask("GET", "/window/handles")[0]})
            handle = session.ask("POST", "/window/new", {"type": "window" if alone else "tab"})["handle"]
        name = f"page{next(self._numbers)}"
        self._pages[name] = session, handle
        self._at(name)
        return name

    def _do_closePage(self, *, page: str, **_: Any) -> None:  # noqa: N802 - driver.mjs' name
        session = self._at(page)
        if len(session.ask("GET", "/window/handles")) == 1:  # the browser ends with its last window
            session.tabs.append(session.ask("POST", "/window/new", {"type": "tab"})["handle"])
        session.ask("DELETE", "/window")
        del self._pages[page]

    def _do_goto(self, *, page: str, url: str, seconds: float, **_: Any) -> None:
        self._at(page).ask("POST", "/url", {"url": url}, seconds)

    def _do_reload(self, *, page: str, **_: Any) -> None:
        self._at(page).ask("POST", "/refresh", {})

    def _do_front(self, *, page: str, **_: Any) -> None:
        self._at(page)

    def _do_url(self, *, page: str, **_: Any) -> Any:
        return self._at(page).ask("GET", "/url")

    def _do_run(
        self, *, page: str, body: str, args: Any = (), frame: str | None = None, seconds: float, **_: Any
    ) -> Any:
        if frame is not None:
            raise DriverError("run: WebKit's driver looks into no frames")
        found = self._at(page).ask("POST", "/execute/async", {"script": RUN % body, "args": list(args)}, seconds)
        if "error" in found:
            raise DriverError(f"run: {found['error']}")
        return found["value"]

    def _do_click(self, *, page: str, x: float, y: float, **_: Any) -> None:
        move = {"type": "pointerMove", "duration": 0, "x": round(x), "y": round(y), "origin": "viewport"}
        steps = [move, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self._act(page, {"type": "pointer", "id": "mouse", "actions": steps})

    def _do_press(self, *, page: str, key: str, modifiers: list[str] | None = None, **_: Any) -> None:
        held = [KEYS[each] for each in modifiers or []]
        pressed = KEYS.get(key, key)
        steps = [{"type": "keyDown", "value": each} for each in (*held, pressed)]
        steps += [{"type": "keyUp", "value": each} for each in (pressed, *reversed(held))]
        self._act(page, {"type": "key", "id": "keys", "actions": steps})

    def _do_screenshot(self, *, page: str, path: str, **_: Any) -> None:
        Path(path).write_bytes(base64.b64decode(self._at(page).ask("GET", "/screenshot")))

    def _do_viewport(self, *, page: str, width: int, height: int, **_: Any) -> None:
        session = self._at(page)
        frame_width, frame_height = 0, 0
        for _turn in range(3):  # the window's frame is not known before it has been drawn
            session.ask("POST", "/window/rect", {"width": width + frame_width, "height": height + frame_height})
            time.sleep(0.2)
            inside = self._do_run(page=page, body="return [innerWidth, innerHeight]", seconds=CALL_SECONDS)
            frame_width += width - inside[0]
            frame_height += height - inside[1]

    def _do_cookies(self, *, context: str, **_: Any) -> Any:
        """Those that the page shown last would be sent with; WebDriver tells of no others."""
        return self._sessions[context].ask("GET", "/cookie")

    def _do_log(self, *, page: str, **_: Any) -> list[dict[str, str]]:
        """What the browser's console said, of all its pages."""
        lines = self._pages[page][0].log.read_text(errors="replace").splitlines()
        return [
            {"kind": "error" if " ERROR" in line else "log", "text": line.partition(" ")[2]}
            for line in lines
            if line.startswith("CONSOLE ")
        ]

    def _do_requests(self, **_: Any) -> list[str]:
        """None: only the line knows what was asked for; nothing in this browser goes past it."""
        return []

    def _act(self, page: str, source: dict[str, Any]) -> None:
        session = self._at(page)
        session.ask("POST", "/actions", {"actions": [source]})
        session.ask("DELETE", "/actions")

    def _at(self, page: str) -> Session:
        session, handle = self._pages[page]
        session.ask("POST", "/window", {"handle": handle})
        return session

    def _environment(self) -> dict[str, str]:
        # WebKit's sandbox refuses to run as root
        return {**os.environ, "DISPLAY": self._display, "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}

    def _start(self, args: list[str], folder: Path) -> Session:
        """Starts a browser, and the driver once it listens.

        Not by the driver: that gives up on a browser that is compiling a content filter.
        """
        folder.mkdir()
        log = folder / "log"
        inside, outside = free_port(), free_port()
        environment = {**self._environment(), "XDG_CACHE_HOME": str(folder)}
        with log.open("wb") as output:
            browser = subprocess.Popen(
                [str(find_minibrowser()), "--automation", *args],
                env={**environment, "WEBKIT_INSPECTOR_SERVER": f"127.0.0.1:{inside}"},
                stdout=output,
                stderr=output,
            )
            wait_for(lambda: listens(inside), "MiniBrowser listens", log)
            if any(arg.startswith("--content-filter=") for arg in args):
                compiled = "MiniBrowser/filters/ContentRuleList-*"
                wait_for(lambda: any(folder.glob(compiled)), "the content filter is compiled", log)
                time.sleep(SETTLE_SECONDS)
            driver = subprocess.Popen(
                ["WebKitWebDriver", f"--port={outside}", f"--target=127.0.0.1:{inside}"],
                env=environment,
                stdout=output,
                stderr=output,
            )
        wait_for(lambda: listens(outside), "WebKitWebDriver listens", log)
        http = httpx.Client(base_url=f"http://127.0.0.1:{outside}", trust_env=False)
        session = Session((driver, browser), http, "/session", log)
        made = session.ask("POST", "", {"capabilities": {"alwaysMatch": {"acceptInsecureCerts": True}}})
        session.path = f"/session/{made['sessionId']}"
        session.ask("POST", "/timeouts", {"script": int(CALL_SECONDS * 1000), "pageLoad": int(CALL_SECONDS * 1000)})
        session.tabs = session.ask("GET", "/window/handles")
        return session


def listens(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def wait_for(look: Callable[[], bool], what: str, log: Path) -> None:
    """Returns when it is seen; raises `DriverError` with what the browser said when it does not come, or can't."""
    deadline = time.monotonic() + START_SECONDS
    while not look():
        said = log.read_text(errors="replace")
        if time.monotonic() > deadline or "Cannot save filter" in said:
            raise DriverError(f"not seen: {what}. The browser said:\n{said}")
        time.sleep(0.05)


def start_screen(errors: IO[bytes]) -> tuple[subprocess.Popen[bytes], str]:
    """An X server without a screen, and the display's name, which it chooses itself."""
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "1920x1200x24", "-nolisten", "tcp"],
        stdout=subprocess.PIPE,
        stderr=errors,
    )
    assert screen.stdout is not None
    number = screen.stdout.readline().decode().strip()
    screen.stdout.close()
    if not number:
        raise DriverError("Xvfb gave no display; see webkit.log")
    return screen, f":{number}"
