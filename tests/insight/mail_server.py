"""A real SMTP server on this machine, with a certificate of an authority of its own."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.count.servers import free_port

USER, PASSWORD = "editor", "p@ss/word"


class Inbox:
    """Keeps what arrives; refuses everything while `full`."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.over_tls: list[bool] = []
        self.full = False

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Takes one message."""
        if self.full:
            return "452 4.2.2 mailbox full"
        assert isinstance(envelope.content, bytes)
        message = BytesParser(_class=EmailMessage, policy=default).parsebytes(envelope.content)
        self.messages.append(message)
        self.recipients.append(list(envelope.rcpt_tos))
        self.over_tls.append(session.ssl is not None or bool(server.transport.get_extra_info("sslcontext")))
        return "250 taken"


def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
    """Lets the one user in."""
    fits = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=fits, handled=False)


@contextmanager
def serving_mail(authority: trustme.CA, scheme: str) -> Iterator[tuple[str, Inbox]]:
    """The server's address as a mail_url, and what arrives. `smtp` wants TLS and its user, `smtps` speaks TLS from
    the first byte, `plain` none at all."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    inbox, port = Inbox(), free_port()
    users = {"authenticator": check, "auth_required": True}
    options: dict[str, dict[str, Any]] = {
        "smtp": {"tls_context": context, "require_starttls": True, **users},
        "smtps": {"ssl_context": context},  # aiosmtpd lets users in after STARTTLS alone
        "plain": {},
    }
    controller = Controller(inbox, hostname="localhost", port=port, **options[scheme])
    controller.start()
    try:
        user = f"{USER}:p%40ss%2Fword@" if scheme == "smtp" else ""
        yield f"{'smtp' if scheme == 'plain' else scheme}://{user}localhost:{port}", inbox
    finally:
        controller.stop()
