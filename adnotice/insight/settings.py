"""The settings of the insight room."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request

from adnotice.address import is_own_path, is_web_address
from adnotice.insight.access.passwords import BadHash, parse_hash
from adnotice.insight.mail import BadMailUrl, MailServer
from adnotice.notice.wording import language_problems

ADDRESS: Final = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")


@dataclass(frozen=True, kw_only=True)
class InsightSettings:
    """Who may look at the figures, and who gets mail."""

    dashboard_password_hash: str = ""
    """Made by `adnotice hash-password`; empty, and no `authorize`: no dashboard."""

    metrics_token: str = ""
    """The bearer token that metrics and the JSON API take; empty: they need a dashboard session."""

    authorize: Callable[[Request], Any] | None = None
    """For sites with accounts of their own, in place of the password: a function (or coroutine function) that takes
    the request and returns the name of the account that may look at the figures and change the mode, None for who is
    not logged in, False for who is and may not look."""

    login_url: str = ""
    """Beside `authorize`: where who is not logged in is sent, with `next` as Django's logins take it (`/admin/login/`);
    empty: they are told to log in to the site first."""

    k_min: int = 5
    """An hour of one page with fewer page views is not told, nor is a row with fewer in what a shared link shows; 1: all is."""

    dashboard_languages: tuple[str, ...] = ("en",)
    """The languages of dashboard and mails, that of the mails first: on the dashboard each browser's own where it is among
    them. All but English need words that somebody has approved: `adnotice wording --dashboard`. See docs/translating.md."""

    mail_url: str = ""
    """The server that takes mail: smtp://user:password@host:587 (STARTTLS) or smtps://… (TLS, port 465); empty: none is
    sent. For `adnotice report --mail` and `adnotice watch --mail`."""

    mail_from: str = ""
    """The address that mail comes from."""

    mail_to: tuple[str, ...] = ()
    """The addresses that it goes to."""

    def problems(self) -> Iterator[str]:
        """Says what is wrong with these settings, each with its remedy."""
        if self.dashboard_password_hash:
            try:
                parse_hash(self.dashboard_password_hash)
            except BadHash as error:
                yield (
                    f"dashboard_password_hash must be made by: adnotice hash-password. {error}. A shell takes $ for the "
                    "begin of a variable: put the hash into single quotes (in a compose file write $$ for each $)"
                )
        if self.metrics_token and len(self.metrics_token) < 16:
            yield (
                f"metrics_token must have at least 16 characters, got {len(self.metrics_token)}. "
                "Make one with: adnotice new-secret"
            )
        if not (self.metrics_token.isascii() and self.metrics_token.isprintable()) or " " in self.metrics_token:
            yield "metrics_token must be ASCII without blanks: it travels in a header. Make one with: adnotice new-secret"
        if not 1 <= self.k_min <= 1_000:
            yield f"k_min must be from 1 to 1000, got {self.k_min}. The default is 5"
        if self.authorize is not None and self.dashboard_password_hash:
            yield "authorize and dashboard_password_hash are two ways in: give one of them"
        if self.login_url and self.authorize is None:
            yield "login_url needs authorize too: the function that knows who was logged in there"
        if self.login_url and not (is_own_path(self.login_url) or is_web_address(self.login_url)):
            yield f"login_url must be a path such as /admin/login/, or a whole https address, got {self.login_url[:80]!r}"
        for problem in language_problems(self.dashboard_languages):
            yield f"dashboard_{problem}"
        yield from self._mail_problems()

    def _mail_problems(self) -> Iterator[str]:
        if self.mail_url:
            try:
                MailServer.parse(self.mail_url)
            except BadMailUrl as error:
                yield f"mail_url {error}"
            for name, addresses in (("mail_from", (self.mail_from,)), ("mail_to", self.mail_to)):
                if not any(addresses):
                    yield f"mail_url needs {name} too, such as editor@news.example"
                    continue
                for address in addresses:
                    if not ADDRESS.fullmatch(address):
                        yield f"{name} must hold addresses such as editor@news.example, got {address[:80]!r}"
