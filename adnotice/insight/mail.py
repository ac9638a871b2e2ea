"""Mail to the operator, by SMTP over TLS from the standard library; and who sends it where several machines could."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from adnotice.count.model.tally import Batch, Entry
from adnotice.count.stores.protocol import Store

SECONDS: Final = 30.0
PORTS: Final = {"smtp": 587, "smtps": 465}
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
"""Where mail may go without TLS: it does not leave the machine."""


class BadMailUrl(ValueError):
    """A mail_url that names no server; the text says what to give."""


class NotSent(Exception):
    """The mail was not taken; the text says by whom and why."""


class MailServer(NamedTuple):
    """Where mail is handed over: `smtps` speaks TLS from the first byte, `smtp` changes to it (STARTTLS)."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""

    @classmethod
    def parse(cls, url: str) -> MailServer:
        """The server in smtp://user:password@host:port. Raises `BadMailUrl`."""
        try:
            parts = urlsplit(url)
            port = parts.port or PORTS.get(parts.scheme, 0)
        except ValueError:  # no port, or half of an IPv6 address
            parts, port = urlsplit(""), 0
        if not (port and parts.hostname) or parts.path.strip("/") or parts.query or parts.fragment:
            raise BadMailUrl(
                "must be smtp://user:password@host:port (STARTTLS, port 587) or smtps://… (TLS, port 465), with % signs in "
                f"place of special characters, got {parts.scheme[:20]!r} and host {str(parts.hostname)[:80]!r}"
            )
        return cls(parts.scheme, parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""))

    def send(self, message: EmailMessage, *, context: ssl.SSLContext | None = None) -> None:
        """Hands the message over. Certificates are checked by `context`, else by the machine's own authorities.

        Raises `NotSent`, also where a server elsewhere offers no TLS: neither password nor figures go in the clear.
        """
        context = context or ssl.create_default_context()
        try:
            with self._connect(context) as server:
                if self.scheme == "smtp":
                    server.ehlo()
                    if server.has_extn("starttls"):
                        server.starttls(context=context)
                    elif self.host not in LOOPBACK:
                        raise NotSent(
                            f"{self.host}:{self.port} offers no TLS: nothing was sent. Use smtps:// if it has that"
                        )
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(message)
        except (OSError, smtplib.SMTPException, UnicodeError) as error:  # of a password, or a host, that SMTP can't say
            raise NotSent(f"{self.host}:{self.port} did not take the mail: {error}") from error

    def _connect(self, context: ssl.SSLContext) -> smtplib.SMTP:
        if self.scheme == "smtps":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=SECONDS, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=SECONDS)


def write_mail(*, sender: str, to: Sequence[str], subject: str, text: str, html: str = "") -> EmailMessage:
    """A message of plain text, and of HTML beside it where that is given. Line breaks in the subject become blanks."""
    message = EmailMessage()
    message["From"], message["To"] = sender, ", ".join(to)
    message["Subject"] = " ".join(subject.split())
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].rstrip(">") or None)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation answers
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


class Once:
    """Lets one of many processes do a thing, of those that share a store; the others hear that it is done.

    The thing is claimed before it is done: who is killed in between leaves it undone, and it is not done twice. Where it
    failed, `release` lets the next one try. Until `expires` (seconds since the epoch, UTC), which belongs to the thing and
    not to who asks, it is known.
    """

    def __init__(self, store: Store, name: str, now: float, expires: float) -> None:
        self._store = store
        self._note = f"once:{name}"
        self._now = now
        self._expires = expires
        self._tries = int(store.notes.get(self._note) or 0)

    def claim(self) -> bool:
        """Whether it is ours to do. Raises `Unavailable`."""
        entry = Entry(f"{self._note}:{self._tries}", self._expires)
        return self._store.commit(Batch(self._now, (entry,))) == [True]

    def release(self) -> None:
        """It failed: the next one may try. Raises `Unavailable`."""
        self._store.notes.put(self._note, str(self._tries + 1), self._expires)
