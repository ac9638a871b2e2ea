"""The settings of the notice room."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from adnotice.address import is_own_path, is_web_address
from adnotice.http.messages import Request as ReportRequest
from adnotice.notice.contrast import DARK, LIGHT, accent_problems
from adnotice.notice.wording import language_problems, load_live, wording_problems
from adnotice.notice.words import SAID_OF_ALLOWED, Words

MAX_SUPPORT_LINKS = 3
MAX_LABEL_CHARACTERS = 60
MAX_TEXT_CHARACTERS = 600
MAX_LINE_CHARACTERS = 120
MAX_DELAY_SECONDS = 600
"""A view's ticket holds longer; who has read for ten minutes is not interrupted for the first time then."""

_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
"""What names cookies and headers (RFC 9110, 5.6.2)."""

_COUNTRY: Final = re.compile("[A-Z]{2}")


@dataclass(frozen=True, kw_only=True)
class NoticeSettings:
    """What readers are asked, and when."""

    languages: tuple[str, ...] = ("en",)
    """The languages that readers are spoken to in, the site's own first: each page's own where it is among them. All but
    English need words that somebody has approved: `adnotice wording`. See docs/translating.md."""

    wording_folder: str = "adnotice-wording"
    """Where approved words are kept, one file a language; no upgrade changes them."""

    wording: Mapping[str, str] = field(default_factory=dict)
    """The operator's own sentences by name, in the first of the languages; the rest are ours. `{site}` stands for the site's
    name. All names: `adnotice wording --names`."""

    ads_are: str = ""
    """A line that is true of the site's ads, such as "No pop-ups, no sound": it stands under "More" where readers are spoken to
    in the first of the languages, which it is written in."""

    support_links: Mapping[str, str] = field(default_factory=dict)
    """Other ways to support the site: label to address (https:// or a path of this site)."""

    ask_on_first_page: bool = False
    """Ask on the first page of a visit too."""

    ask_delay_seconds: int = 0
    """Ask once the page has been looked at for so long after its verdict. A place that the page marks does not wait."""

    ask_scroll_percent: int = 0
    """Ask once so much of the page's height has been in the window: 0 at once, 100 at its end. A place that the page marks does
    not wait."""

    not_now_days: int = 30
    """How long "not now" holds."""

    ask_exclude: tuple[str, ...] = ()
    """Globs of paths where nobody is asked."""

    ask: Callable[[ReportRequest], bool] | None = None
    """The operator's own predicate over the view's report: false leaves the reader in peace. Where it fails, too."""

    count_allowed: bool = False
    """Remember for up to 180 days, in a cookie with the month, that a check found ads allowed: page views with ads since are
    counted, and the reader is not asked again. Readers are to be told; see docs/privacy.md."""

    quiet_cookie: str = ""
    """The name of a cookie by which the site knows its supporters: who has it, with any value, is never asked."""

    country_header: str = ""
    """The header in which a proxy or CDN of the site's own says the reader's country, such as CF-IPCountry."""

    ask_countries: tuple[str, ...] = ()
    """The countries in which readers are asked, as two letters (ISO 3166); empty: all."""

    privacy_link: str = ""
    """The site's own privacy page (https:// or a path of this site), linked from the public page about adnotice."""

    responsible: str = ""
    """Who answers for the measurement, as the public page names them: a name and a postal address."""

    contact: str = ""
    """How readers reach them: an e-mail address, or a page (https:// or a path of this site)."""

    purpose: str = ""
    """Why views are counted and readers are asked, in the operator's words; empty: in ours."""

    ground: str = ""
    """The legal ground that the operator relies on, for the public page; empty: it names none. See docs/privacy.md."""

    notice_shape: Literal["bar", "card"] = "bar"
    """What lies over the page: a bar at its bottom, or in large windows a card in the corner. Pages that mark a place for the
    notice have neither: docs/notice.md."""

    accent: str = ""
    """The colour of small headings and of the focus on light pages, as #rrggbb; empty: that of the page's text."""

    accent_dark: str = ""
    """The same on dark pages."""

    def problems(self) -> Iterator[str]:
        """Says what is wrong with these settings, each with its remedy."""
        yield from language_problems(self.languages)
        yield from wording_problems(self.wording)
        yield from self._link_problems()
        if not 1 <= self.not_now_days <= 400:
            yield f"not_now_days must be from 1 to 400 (browsers keep cookies no longer), got {self.not_now_days}"
        for name in ("responsible", "contact", "purpose", "ground"):
            if len(text := getattr(self, name)) > MAX_TEXT_CHARACTERS:
                yield f"{name} must have at most {MAX_TEXT_CHARACTERS} characters, got {len(text)}. Link to the rest: privacy_link"
        if len(self.ads_are) > MAX_LINE_CHARACTERS or "\n" in self.ads_are:
            yield (
                f"ads_are must be one line of at most {MAX_LINE_CHARACTERS} characters, got {len(self.ads_are)}. Say in a few "
                "words what is true of every ad"
            )
        yield from accent_problems("accent", self.accent, LIGHT)
        yield from accent_problems("accent_dark", self.accent_dark, DARK)
        yield from self._audience_problems()

    def _link_problems(self) -> Iterator[str]:
        if len(self.support_links) > MAX_SUPPORT_LINKS:
            yield (
                f"support_links takes at most {MAX_SUPPORT_LINKS} links (the notice stays small), got"
                f" {len(self.support_links)}. Link to one page that lists the others"
            )
        for label, address in self.support_links.items():
            if not label.strip() or len(label) > MAX_LABEL_CHARACTERS:
                yield (
                    f"support_links needs labels of 1 to {MAX_LABEL_CHARACTERS} characters, got {label!r}."
                    " Name the way to support you in a few words"
                )
            if not is_address(address):
                yield _address_problem(f"support_links[{label!r}]", address)
        if self.privacy_link and not is_address(self.privacy_link):
            yield _address_problem("privacy_link", self.privacy_link)

    def _audience_problems(self) -> Iterator[str]:
        if self.quiet_cookie and not _TOKEN.fullmatch(self.quiet_cookie):
            yield f"quiet_cookie must be the name of a cookie, without spaces or signs, got {self.quiet_cookie!r}"
        if self.country_header and not _TOKEN.fullmatch(self.country_header):
            yield f"country_header must be the name of a header such as CF-IPCountry, got {self.country_header!r}"
        if self.ask_countries and not self.country_header:
            yield "ask_countries needs country_header, the header in which your proxy or CDN says the country. Set both"
        for country in self.ask_countries:
            if not _COUNTRY.fullmatch(country):
                yield f"ask_countries takes countries as two capital letters such as UA, got {country!r}"
        if not 0 <= self.ask_delay_seconds <= MAX_DELAY_SECONDS:
            yield f"ask_delay_seconds must be from 0 to {MAX_DELAY_SECONDS}, got {self.ask_delay_seconds}. The default is 0: at once"
        if not 0 <= self.ask_scroll_percent <= 100:
            yield (
                f"ask_scroll_percent must be from 0 to 100 (of the page's height), got {self.ask_scroll_percent}. The default is"
                " 0: at once"
            )
        for glob in self.ask_exclude:
            if not glob.startswith(("/", "*")):
                yield f"ask_exclude takes globs of paths such as /account/*, got {glob!r}. Begin it with / or *"

    def warnings(self) -> Iterator[str]:
        """Says which languages readers are not spoken to in, although the settings name them."""
        live = load_live(self.languages, Path(self.wording_folder), self.wording)
        yield from live.waiting
        for language in lacking(live.words) if self.count_allowed else ():
            yield (
                f"count_allowed waits: nobody has approved what {language} says of it. Read it with adnotice wording --html "
                f"{language}, then: adnotice wording approve {language} --by NAME"
            )


def lacking(live: Mapping[str, Words]) -> list[str]:
    """The languages of these that can't tell readers what `count_allowed` keeps: it is off until they can."""
    return [language for language, words in live.items() if not all(words.said[name] for name in SAID_OF_ALLOWED)]


def is_address(address: str) -> bool:
    """Whether a link may lead there: https, or a path of the same site. Never a script, never another scheme."""
    return is_web_address(address) or is_own_path(address)


def _address_problem(name: str, address: str) -> str:
    return (
        f"{name} must be an https:// address or a path of this site such as /support, with no user and password in it, "
        f"got {address!r}"
    )
