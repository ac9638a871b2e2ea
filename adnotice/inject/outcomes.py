"""What became of the site's pages: told to whoever counts, and, where something is wrong, to the log."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from adnotice.http.sites import Sites
from adnotice.inject.log_throttle import LogThrottle
from adnotice.inject.memo.sizes import USUAL, MemorySizes, remember
from adnotice.inject.page_audience import PageAudience
from adnotice.page import MAX_PAGE_CHARACTERS, name_page
from adnotice.texts import REFUSALS
from adnotice.vocabulary import PageForProgram, PageInjected, PageRefused, Record, Refusal

FAILED: Final = "adnotice failed, the page went out as the app made it. Please report this"
FORBIDDEN: Final = "a page goes out without the tag. {0.means} {0.do}".format(REFUSALS[Refusal.CSP])


class Outcomes:
    """Records pages that a reader asked for. Prefetches, and what scripts and frames ask for, are not recorded, pages for known
    programs apart.

    A page that is not recorded starts the writer's thread all the same, which keeps the mode up to date from then on.
    """

    def __init__(
        self,
        record: Record,
        sites: Sites,
        begin: Callable[[], None],
        *,
        honour_gpc: bool = True,
        sizes: MemorySizes = USUAL,
    ) -> None:
        self._record = record
        self._begin = begin
        self._sites = sites
        self._honour_gpc = honour_gpc
        self._log = LogThrottle()
        self._audience = PageAudience(sizes.agents)
        self._most_pages = sizes.pages
        self._known: dict[str, dict[str, PageInjected]] = {}
        """By site and path, those that are not declined."""

    def injected(self, scope: dict[str, Any], path: str, site: str) -> None:
        """Records that the page at this path left with the tag."""
        seen, declined = self._audience.read(scope["headers"])
        if seen:
            self._record(self._injected(site, path, declined and self._honour_gpc))
            return
        program = self._audience.program(scope["headers"])
        if program is not None:
            self._record(PageForProgram(site, program))
        else:
            self._begin()

    def _injected(self, site: str, path: str, declined: bool) -> PageInjected:
        """The same value for the same page: it is hashed once."""
        if declined:
            return PageInjected(site, name_page(path), declined)
        pages = self._known.get(site)
        if pages is None:
            pages = self._known[site] = {}
        known = pages.get(path)
        if known is None:
            known = PageInjected(site, name_page(path), declined)
            if len(path) <= MAX_PAGE_CHARACTERS:
                remember(pages, path, known, self._most_pages)
        return known

    def refused(self, scope: dict[str, Any], refusal: Refusal) -> None:
        """Records that a page left without the tag."""
        site = self._sites.of(scope)
        if site is not None and scope["method"] != "HEAD" and self._audience.read(scope["headers"])[0]:
            self._record(PageRefused(site, refusal))
        else:
            self._begin()

    def refused_outside(self, scope: dict[str, Any], refusal: Refusal) -> None:
        """The same where no fence stands round it: never raises."""
        try:
            self.refused(scope, refusal)
        except Exception:  # noqa: BLE001 - whoever counts may fail; the page must go out
            self.failed(scope)

    def uncounted(self) -> None:
        """Records nothing: the mode is off, or was when the store was last asked."""
        self._begin()

    def forbidden(self, scope: dict[str, Any], path: str) -> None:
        """Records that the own policy of the page at this path forbids the tag, and says so."""
        self._log.complain(FORBIDDEN, name_page(path))
        self.refused(scope, Refusal.CSP)

    def failed(self, scope: dict[str, Any]) -> None:
        """Says that something of ours failed, and records the page; never raises."""
        with suppress(Exception):  # there is nobody left to tell; the page must go out
            self._log.complain(FAILED, name_page(scope["path"]), failed=True)
            self.refused(scope, Refusal.FAILED)
