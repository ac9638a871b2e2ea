"""The commands that tell somebody: `adnotice report` each week, `adnotice watch` each day."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec

from adnotice.commands.arguments import Arguments
from adnotice.commands.processes import find_mode
from adnotice.commands.stores import check_site, opened, whole_settings
from adnotice.count.stores.protocol import NoStore, Store
from adnotice.finding import Finding, Weight
from adnotice.insight.analysis.query import Reader, Wish
from adnotice.insight.api import EXPORTED_ROWS
from adnotice.insight.display import labels
from adnotice.insight.display.pages import Pages
from adnotice.insight.display.paragraphs import fold
from adnotice.insight.display.report import to_text, write_report
from adnotice.insight.mail import MailServer, NotSent, Once, write_mail
from adnotice.insight.watching import Watched, look
from adnotice.language import ENGLISH, Catalogue, gettext, speaking
from adnotice.operator_pages import make_retention, make_sight
from adnotice.settings import Settings
from adnotice.vocabulary import Unavailable

FOUND: Final = 3
"""The exit status of `watch` where it found something."""

KEPT_DAYS: Final = 40
"""For so long it is known what has been mailed."""


def make_reader(store: Store, settings: Settings) -> Reader:
    """Reads figures as the dashboard does."""
    return Reader(
        lambda: store,
        mode=lambda: find_mode(store, settings.mode),
        timezone=settings.count.timezone,
        cached=settings.count.pages_cached,
        clock=time.time,
        retention=make_retention(settings),
        sight=make_sight(settings),
    )


def find_own_catalogue(settings: Settings) -> Catalogue:
    """The operators' own language, which mails speak: the first of the setting whose words somebody has approved."""
    return next(iter(settings.spoken().catalogues.values()))


def send_report(asked: Arguments) -> int:
    """Prints the first screen in words, writes it into a file, or mails it once a week."""
    settings = whole_settings()
    if asked.mail and not settings.insight.mail_url:
        return _no_mail()
    with speaking(find_own_catalogue(settings)):
        return _send_report(asked, settings)


def _send_report(asked: Arguments, settings: Settings) -> int:
    with opened(asked, settings) as store:
        check_site(store, asked.site)
        reader = make_reader(store, settings)
        reading = reader.read(Wish(asked.site, "", "", "", "", EXPORTED_ROWS))
        report = write_report(reading, settings.site_name)
        text = to_text(report, asked.link)
        html = Pages(settings.site_name).write("report.html", report=report, address=asked.link)
        if asked.mail:
            today = reading.summary.span.today
            monday = today - timedelta(days=today.weekday())
            name = f"report:{reading.summary.site}:{monday}"
            return mail_once(settings, store, name, monday, report.subject, text, html, again=asked.again)
    written = html if asked.html else text
    if asked.file:
        asked.file.write_text(written, encoding="utf-8")
    else:
        print(written, end="")
    return 0


def watch_site(asked: Arguments) -> int:
    """Says what has gone wrong, or has come up, since yesterday."""
    settings = whole_settings()
    if asked.mail and not settings.insight.mail_url:
        return _no_mail()
    with speaking(ENGLISH if asked.json else find_own_catalogue(settings)):
        return _watch_site(asked, settings)


def _watch_site(asked: Arguments, settings: Settings) -> int:
    try:
        with opened(asked, settings) as store:
            check_site(store, asked.site)
            reader = make_reader(store, settings)
            watched = look(reader, store, asked.site)
            status = FOUND if watched.findings else 0
            print(as_json(watched) if asked.json else tell(watched), end="")
            if asked.mail and watched.findings:
                today = reader.now().date()
                told = tell(watched)
                name = f"watch:{watched.site}:{today}:{hashlib.sha256(told.encode()).hexdigest()[:16]}"
                subject = f"{settings.site_name or watched.site or 'adnotice'}: {watched.findings[0].found}"
                return mail_once(settings, store, name, today, subject, told) or status
            return status
    except NoStore:
        raise
    except Unavailable as error:
        # Translators: {problem} is what the store says, in English.
        lines = fold(gettext("To mend: the store gives nothing: {problem}", problem=error), rest="  ")
        told = "\n".join([*lines, ""])
        nothing = Watched(
            asked.site, [Finding(weight=Weight.WRONG, found=f"the store gives nothing: {error}", do="")], ""
        )
        print(as_json(nothing) if asked.json else told, end="")
        if asked.mail:
            # Who has sent it already stands in the store, which gives nothing: each machine sends its own.
            # Translators: the subject of a mail; {site} is the site's name.
            subject = gettext("{site}: the store gives nothing", site=settings.site_name or "adnotice")
            return _send(settings, subject, told) or FOUND
        return FOUND


def tell(watched: Watched) -> str:
    """What was found, as lines to print or to mail."""
    lines = [
        line
        for each in watched.findings
        for line in (*fold(f"{labels.weight(each.weight)} {each.found}", rest="  "), *fold(each.do, "  ", "  "))
    ]
    return "\n".join([*(lines or fold(gettext("Nothing needs your attention."))), *fold(watched.sight), ""])


def as_json(watched: Watched) -> str:
    """The same for programs, on one line."""
    findings = [{"weight": each.weight, "found": each.found, "do": each.do} for each in watched.findings]
    told = {"site": watched.site, "findings": findings, "sight": watched.sight}
    return f"{msgspec.json.encode(told).decode()}\n"


def mail_once(
    settings: Settings,
    store: Store,
    name: str,
    day: date,
    subject: str,
    text: str,
    html: str = "",
    *,
    again: bool = False,
) -> int:
    """Mails something of that day once, however many processes try; returns the exit status."""
    expires = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=KEPT_DAYS)
    once = Once(store, name, time.time(), expires.timestamp())
    if not once.claim() and not again:
        print("mailed before, or by another machine: nothing was sent (--again: send it)", file=sys.stderr)
        return 0
    return _send(settings, subject, text, html, failed=once.release)


def _send(
    settings: Settings, subject: str, text: str, html: str = "", *, failed: Callable[[], None] | None = None
) -> int:
    insight = settings.insight
    message = write_mail(sender=insight.mail_from, to=insight.mail_to, subject=subject, text=text, html=html)
    try:
        MailServer.parse(insight.mail_url).send(message)
    except NotSent as error:
        if failed:
            failed()
        print(error, file=sys.stderr)
        return 1
    print(f"mailed to {', '.join(insight.mail_to)}", file=sys.stderr)
    return 0


def _no_mail() -> int:
    print("--mail needs the settings mail_url, mail_from and mail_to", file=sys.stderr)
    return 2
