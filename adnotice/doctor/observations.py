"""What came back, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One answer, its body decoded; or, with `problem`, none."""

    url: str
    status: int = 0
    headers: Headers = ()
    body: bytes = b""
    problem: str = ""

    def header(self, name: str) -> str:
        """The header's values joined by commas; empty when missing."""
        wanted = name.lower().encode()
        return ", ".join(value.decode("latin-1") for key, value in self.headers if key.lower() == wanted)

    @property
    def media_type(self) -> str:
        """The Content-Type without its parameters."""
        return self.header("content-type").partition(";")[0].strip().lower()

    @property
    def summary(self) -> str:
        """What came, in a few words."""
        if self.problem:
            return self.problem
        return f"{self.status} {self.media_type or 'without a Content-Type'}, {len(self.body)} bytes"

    @property
    def cached_by(self) -> str:
        """The header that says that a cache answered; empty when none does."""
        for name in ("cf-cache-status", "x-cache", "x-cache-status", "x-proxy-cache"):
            if "HIT" in self.header(name).upper():
                return f"{name}: {self.header(name)}"
        age = self.header("age")
        return f"age: {age}" if age.isdigit() and age != "0" else ""


@dataclass(frozen=True, kw_only=True)
class PageSeen:
    """One page, asked for without compression and as browsers do."""

    path: str
    plain: Seen
    packed: Seen


@dataclass(frozen=True, kw_only=True)
class ProbeSeen:
    """One bait or control, asked for by two different views; `family` is the catalogue's name for its kind."""

    name: str
    family: str
    first: Seen
    second: Seen


@dataclass(frozen=True, kw_only=True)
class SiteSeen:
    """Everything that the doctor asked. `src` is the address of client.js as pages name it, `host` the page's Host;
    `public`: asked over the network, through whatever stands in front."""

    public: bool
    scheme: str
    host: str
    src: str
    pages: tuple[PageSeen, ...]
    client: Seen
    probes: tuple[ProbeSeen, ...]
    reports: tuple[Seen, ...]
    workers: tuple[Seen, ...] = ()
    """The service workers that the pages register."""
    sheets: tuple[Seen, ...] = ()
    """The style sheets of pages that have own words for readers who block ads."""


def cut(text: str | bytes, limit: int = 160) -> str:
    """The text for one line of output: printable, and not longer than this."""
    line = " ".join((text.decode("utf-8", "replace") if isinstance(text, bytes) else text).split())
    shown = "".join(character if character.isprintable() else "?" for character in line)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
