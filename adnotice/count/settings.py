"""The settings of the count room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from adnotice.count.model.page_templates import route_problems

SCHEMES: Final = ("sqlite", "postgresql", "redis", "rediss", "redis+cluster", "rediss+cluster")


@dataclass(frozen=True, kw_only=True)
class CountSettings:
    """Where tallies are kept, how they are cut, and for how long."""

    store_url: str = "sqlite:///adnotice.db"
    """sqlite:///FILE, postgresql://…, redis://… or redis+cluster://…"""

    timezone: str = "UTC"
    """The IANA time zone in which hours, days, weeks and months are cut; fixed with the first count."""

    store_deadline_seconds: float = 5.0
    """How long a report may wait for its commit before it is answered 503."""

    hours_kept_days: int = 31
    """For how many days hourly counts are kept."""

    days_kept_months: int = 13
    """For how many months daily and weekly counts are kept."""

    months_kept: int = 25
    """For how many months monthly counts are kept."""

    max_pages: int = 1_000
    """How many pages are counted by name in an hour and in a day, each; `(other)` takes the rest. A week and a month
    take five times as many. Where all are given, the page with the fewest views gives way to one that has more."""

    name_after_views: int = 3
    """How many views a page, or a site that led here, needs before it is counted by name, the first and the last of them
    at least five seconds apart; until then they count under `(other)`. 1: at once, invented addresses too."""

    routes: tuple[str, ...] = ()
    """Templates of paths that are counted as one page, the first that fits: /article/{slug}, /archive/{day:path}. Empty:
    each path is a page."""

    pages_cached: bool | None = None
    """Whether a shared cache or a CDN answers for our pages, so that how many were served is not known here. Then no view
    is suspect, and those that were, on the days shown, count by their verdict. Nothing but this setting says so; None:
    the health page tells when more views are reported than pages were served."""

    suspect_factor: float = 3.0
    """Reports on a page, or on a site, beyond this many a served page and hour are counted as suspect; from an address
    that sends more than 60 an hour, beyond one a page; 0: never."""

    suspect_allowance: int = 100
    """So many reports an hour, on a page or on a site, need no served page to explain them."""

    def problems(self) -> Iterator[str]:
        """Says what is wrong with these settings, each with its remedy."""
        scheme = self.store_url.partition(":")[0]
        if scheme not in SCHEMES:
            yield (
                "store_url must begin with sqlite:///, postgresql://, redis:// or redis+cluster://, "
                f"got {scheme[:40]!r}. The default is sqlite:///adnotice.db"
            )
        elif scheme == "sqlite":
            yield from _file_problems(self.store_url)
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            yield f"timezone must be an IANA name such as Europe/Berlin, got {self.timezone!r}"
        if not 0.1 <= self.store_deadline_seconds <= 60:
            yield f"store_deadline_seconds must lie between 0.1 and 60, got {self.store_deadline_seconds:g}. The default is 5"
        yield from self._retention_problems()
        if not 10 <= self.max_pages <= 100_000:
            yield f"max_pages must lie between 10 and 100000, got {self.max_pages}. The default is 1000"
        if not 1 <= self.name_after_views <= 100:
            yield f"name_after_views must lie between 1 and 100, got {self.name_after_views}. The default is 3"
        yield from route_problems(self.routes)
        if self.suspect_factor < 0:
            yield f"suspect_factor must be 0 (never suspect) or more, got {self.suspect_factor:g}. The default is 3"
        if self.suspect_allowance < 0:
            yield f"suspect_allowance must be 0 or more, got {self.suspect_allowance}. The default is 100"

    def _retention_problems(self) -> Iterator[str]:
        if not 2 <= self.hours_kept_days <= 366:
            yield f"hours_kept_days must lie between 2 and 366, got {self.hours_kept_days}. The default is 31"
        if not 1 <= self.days_kept_months <= 25:
            yield f"days_kept_months must lie between 1 and 25, got {self.days_kept_months}. The default is 13"
        if not min(self.days_kept_months, 25) <= self.months_kept <= 25:
            yield (
                "months_kept must lie between days_kept_months and 25 (European data protection authorities "
                f"name 25 months as the longest), got {self.months_kept}. The default is 25"
            )


def _file_problems(url: str) -> Iterator[str]:
    """Says what is wrong with the address of a SQLite file."""
    name = url.removeprefix("sqlite:///")
    if name == url or not name or name.endswith("/") or name.startswith("file:") or "?" in name:
        yield f"store_url must name a file and nothing else, got {url!r}. Use sqlite:///adnotice.db"
    elif name.startswith(":memory:"):
        yield (
            "store_url must name a file: a database in memory is lost with its process, and no two processes share it, "
            f"got {url!r}. Use sqlite:///adnotice.db"
        )
