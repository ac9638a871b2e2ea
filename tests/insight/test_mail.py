"""Mail through a real SMTP server; once, however many machines send it."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
import trustme

from adnotice.cli import main
from adnotice.commands.reporting import FOUND
from adnotice.count.model.tally import Metric
from adnotice.insight.mail import BadMailUrl, MailServer, NotSent, Once, write_mail
from adnotice.insight.settings import InsightSettings
from tests.insight.conftest import SITE, Newsroom
from tests.insight.mail_server import Inbox, serving_mail

pytestmark = pytest.mark.timeout(60)

AUTHORITY = trustme.CA()
TO = ("editor@news.example", "board@news.example")


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Inbox]:
    """A mail server that the settings name, and its inbox."""
    with serving_mail(AUTHORITY, "smtp") as (url, inbox):
        AUTHORITY.cert_pem.write_to_path(tmp_path / "authority.pem")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        monkeypatch.setenv("ADNOTICE_MAIL_URL", url)
        monkeypatch.setenv("ADNOTICE_MAIL_FROM", "adnotice@news.example")
        monkeypatch.setenv("ADNOTICE_MAIL_TO", ",".join(TO))
        monkeypatch.setenv("ADNOTICE_SITE_NAME", "The Daily <Example>")
        yield inbox


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


def a_message() -> EmailMessage:
    return write_mail(sender="a@news.example", to=TO, subject="one\r\nBcc: x@evil.example", text="ü", html="<p>ü</p>")


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_mail_goes_over_tls(scheme: str) -> None:
    with serving_mail(AUTHORITY, scheme) as (url, inbox):
        MailServer.parse(url).send(a_message(), context=trusting())
    (message,) = inbox.messages
    assert inbox.over_tls == [True]
    assert inbox.recipients == [list(TO)]
    assert message["Subject"] == "one Bcc: x@evil.example"
    assert message["Bcc"] is None
    assert message["Auto-Submitted"] == "auto-generated"
    assert [part.get_content().strip() for part in message.iter_parts()] == ["ü", "<p>ü</p>"]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_server_whose_certificate_nobody_vouches_for_gets_neither_password_nor_mail(scheme: str) -> None:
    with serving_mail(AUTHORITY, scheme) as (url, inbox), pytest.raises(NotSent, match="certificate verify failed"):
        MailServer.parse(url).send(a_message())
    assert inbox.messages == []


def test_a_wrong_password_is_told() -> None:
    with serving_mail(AUTHORITY, "smtp") as (url, inbox), pytest.raises(NotSent, match="535"):
        MailServer.parse(url)._replace(password="another").send(a_message(), context=trusting())
    assert inbox.messages == []


def test_a_password_that_smtp_can_not_say_is_told() -> None:
    with serving_mail(AUTHORITY, "smtp") as (url, inbox), pytest.raises(NotSent, match="did not take the mail"):
        MailServer.parse(url)._replace(password="pässword").send(a_message(), context=trusting())
    assert inbox.messages == []


def test_without_tls_mail_goes_no_further_than_this_machine() -> None:
    with serving_mail(AUTHORITY, "plain") as (url, inbox):
        server = MailServer.parse(url)
        with pytest.raises(NotSent, match="offers no TLS: nothing was sent"):
            send_elsewhere(server)
        server.send(a_message())
    assert len(inbox.messages) == 1


def send_elsewhere(server: MailServer) -> None:
    """Sends to the same server under a name that is not the loopback's."""
    real = socket.getaddrinfo
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: real("localhost", *rest, **more))
        server._replace(host="mail.example").send(a_message())


@pytest.mark.parametrize(
    "url", ["mail.example", "http://mail.example", "smtp://", "smtp://a:b", "smtp://h/x", "smtp://h:0x"]
)
def test_a_mail_url_that_names_no_server_is_refused(url: str) -> None:
    with pytest.raises(BadMailUrl, match="must be smtp://"):
        MailServer.parse(url)
    assert any("mail_url must be" in each for each in InsightSettings(mail_url=url).problems())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mail_to": TO}, "mail_url needs mail_from"),
        ({"mail_from": "a@b.example"}, "mail_url needs mail_to"),
        ({"mail_from": "a@b.example", "mail_to": ("a@b.example\nBcc: c@d.example",)}, "mail_to must hold addresses"),
    ],
)
def test_addresses_are_checked_where_mail_is_set(given: dict[str, object], said: str) -> None:
    assert any(said in each for each in InsightSettings(mail_url="smtp://localhost", **given).problems())  # type: ignore[arg-type]


def test_one_of_many_processes_does_a_thing_and_after_a_failure_the_next(newsroom: Newsroom) -> None:
    now = time.time()

    def once() -> Once:
        return Once(newsroom.store, "report:x", now, now + 86_400)

    tries = [once() for _ in range(5)]
    assert [each.claim() for each in tries] == [True, False, False, False, False]
    tries[0].release()
    assert [once().claim() for _ in range(3)] == [True, False, False]
    assert Once(newsroom.store, "report:y", now, now + 86_400).claim()


def run(newsroom: Newsroom, *words: str) -> int:
    return main([*words, "--store", newsroom.store.health().url])


def test_a_report_is_mailed_once_a_week_and_again_when_that_is_said(busy: Newsroom, inbox: Inbox) -> None:
    assert [run(busy, "report", "--mail") for _ in range(3)] == [0, 0, 0]
    (message,) = inbox.messages
    assert message["Subject"] == "The Daily <Example>: 25.0% of measured page views had ads blocked."
    text, html = (part.get_content() for part in message.iter_parts())
    assert "the rate would be 20.0% to 40.0%" in " ".join(text.split())
    assert "the rate would be 20.0% to 40.0%" in html
    assert "The Daily &lt;Example&gt;" in html
    assert run(busy, "report", "--mail", "--again") == 0
    assert len(inbox.messages) == 2


def test_a_report_that_the_server_refused_is_sent_by_the_next_run(busy: Newsroom, inbox: Inbox) -> None:
    inbox.full = True
    assert run(busy, "report", "--mail") == 1
    inbox.full = False
    assert run(busy, "report", "--mail") == 0
    assert len(inbox.messages) == 1


def test_watch_mails_what_it_found_once_a_day(newsroom: Newsroom, inbox: Inbox) -> None:
    newsroom.count({Metric.CLEAR: 40, Metric.INJECTED: 40})
    assert run(newsroom, "watch", "--mail") == 0
    assert inbox.messages == []
    newsroom.count({Metric.INJECTED: 50}, site="silent.example")
    assert [run(newsroom, "watch", "--mail", "--site", "silent.example") for _ in range(3)] == [FOUND] * 3
    (message,) = inbox.messages
    assert "50 pages left with the tag, and nothing comes back." in message.get_content()


def test_mail_that_was_never_set_up_is_asked_for_in_vain(busy: Newsroom, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("report", "watch"):
        assert run(busy, command, "--mail") == 2
        assert "--mail needs the settings mail_url" in capsys.readouterr().err


@pytest.mark.parametrize("form", [[], ["--html"]])
def test_a_report_goes_to_the_screen_or_into_a_file(
    busy: Newsroom, form: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(busy, "report", *form, "--site", SITE) == 0
    printed = capsys.readouterr().out
    assert "25.0% of measured page views had ads blocked." in printed
    assert run(busy, "report", *form, "--file", str(tmp_path / "report")) == 0
    assert (tmp_path / "report").read_text() == printed
