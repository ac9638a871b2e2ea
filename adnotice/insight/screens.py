"""The dashboard's pages of figures: what is read for each, and handed to its template. Blocking calls."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlencode

import msgspec
from starlette.responses import HTMLResponse

from adnotice.detect.baits import SCRIPT
from adnotice.insight.access.account import Account
from adnotice.insight.access.cookies import Visitor
from adnotice.insight.access.grants import GrantKind
from adnotice.insight.access.login import Login
from adnotice.insight.analysis.change import Against
from adnotice.insight.analysis.periods import CHOICES, EARLIEST, is_chosen, neighbours
from adnotice.insight.analysis.query import WISHES, Reader, Wish
from adnotice.insight.analysis.rows import ROW_WISHES, add_up, choose_rows, narrow
from adnotice.insight.analysis.summary import Reading
from adnotice.insight.display import labels
from adnotice.insight.display.pages import Pages
from adnotice.insight.setting_rows import SettingGroup
from adnotice.language import gettext, pgettext
from adnotice.vocabulary import Mode, Unavailable


class ScreenRequest(NamedTuple):
    """Who asks, for what, and where: `place` is the address below the dashboard's, `query` its query; `wrong` says why its days
    can't be shown, others are shown then."""

    visitor: Visitor
    account: Account
    wish: Wish
    query: Mapping[str, str]
    place: str
    wrong: str = ""


class Screens:
    """Makes the pages. `least`: rows with fewer page views are not told where they must not be; `setting` is the mode that the
    settings name, `settings_told` all of them."""

    def __init__(
        self,
        reader: Reader,
        pages: Pages,
        login: Login,
        *,
        least: int,
        setting: Mode,
        settings_told: Callable[[], Sequence[SettingGroup]],
    ) -> None:
        self._reader = reader
        self._pages = pages
        self._login = login
        self._least = least
        self._setting = setting
        self._settings_told = settings_told

    def overview(self, asked: ScreenRequest) -> HTMLResponse:
        """The figures."""
        return self._compose("overview.html", asked, self._reader.read(asked.wish))

    def health(self, asked: ScreenRequest) -> HTMLResponse:
        """What is to mend, by process too."""
        reading = self._reader.read(asked.wish)
        beats: Sequence[object] = ()
        with suppress(Unavailable):  # what ails the store stands on the page already
            beats = self._reader.beats()
        return self._compose("health.html", asked, reading, beats=beats, verified=SCRIPT.verified)

    def settings(self, asked: ScreenRequest) -> HTMLResponse:
        """All settings."""
        return self._compose("settings.html", asked, self._reader.read(asked.wish), rooms=self._settings_told())

    def notice(self, asked: ScreenRequest) -> HTMLResponse:
        """The mode, and who changed what."""
        told = {"audit_events": self._reader.audit_events(), "setting": self._setting, "modes": list(Mode)}
        return self._compose("notice.html", asked, self._reader.read(asked.wish), **told)

    def access(self, asked: ScreenRequest) -> HTMLResponse:
        """Tokens and shared links."""
        kept = self._login.grants()
        told = {"tokens": kept.all(GrantKind.TOKEN), "links": kept.all(GrantKind.LINK), "moment": self._reader.local}
        return self._compose("access.html", asked, self._reader.read(asked.wish), **told)

    def rows(self, table: str, asked: ScreenRequest) -> HTMLResponse:
        """All rows of a table, or those chosen, or one alone. Raises `NoRow`, `BadRows`."""
        shared = asked.account.shared
        if name := asked.query.get("name"):
            reading, row = self._reader.open_row(asked.wish, table, name, self._least, shared=shared)
            return self._compose("row.html", asked, reading, row=row, table=table)
        wanted, by = (asked.query.get(each, "") for each in ROW_WISHES)
        reading = self._reader.read(asked.wish)
        whole = getattr((narrow(reading, self._least) if shared else reading).summary, table)
        rows = choose_rows(table, whole, wanted, by)
        told = {"rows": rows, "wanted": wanted, "by": by, "of": whole, "sum": add_up([row.views for row in rows])}
        return self._compose("rows.html", asked, reading, table=table, **told)

    def _compose(self, template: str, asked: ScreenRequest, reading: Reading, **values: object) -> HTMLResponse:
        figures, account = name_state(reading), asked.account
        if account.shared:
            reading = narrow(reading, self._least)
        summary, span = reading.summary, reading.summary.span
        chosen = (span.first.isoformat(), span.last.isoformat())
        against = name_against(asked.wish.against)
        choice = {"site": summary.site, "first": chosen[0], "last": chosen[1], **against}
        keep = {name: text for name, text in asked.query.items() if name not in WISHES and text}
        return self._pages.render(
            template,
            headers=None,
            status=400 if asked.wrong else 200,
            base=asked.visitor.base,
            summary=summary,
            findings=reading.findings,
            urgent=reading.urgent,
            unseen=reading.unseen,
            health=reading.health,
            query=urlencode(choice),
            keep=keep,
            hosts_sought=reading.hosts_sought,
            against=against,
            recent=list(_offer(reading, {**against, **keep})),
            steps=list(_step(reading, {**against, **keep})),
            compared=list(_compare(choice, asked.wish.against)),
            chosen=tuple(asked.query.get(name, "") for name in ("first", "last")) if asked.wrong else chosen,
            wrong=asked.wrong,
            here=f"?{urlencode(choice)}",
            back=asked.place,
            token="" if account.shared else self._login.sign_form(account.binding),
            by_site=self._login.by_site,
            exposed=asked.visitor.exposed,
            now=self._reader.now(),
            figures=figures,
            shared=account.shared,
            **values,
        )


def _offer(reading: Reading, keep: Mapping[str, str]) -> Iterable[tuple[str, str, bool]]:
    """The usual days: their name, their address, whether they are shown."""
    site, span = reading.summary.site, reading.summary.span
    for name, days in CHOICES:
        yield (
            gettext(name),
            urlencode({"site": site, **({"days": days} if days else {}), **keep}),
            is_chosen(span, days),
        )


def name_against(against: Against) -> Mapping[str, str]:
    """What the last weeks are compared with, as a query has it; nothing for what is usual."""
    return {} if against is Against.FOUR_WEEKS else {"against": against.value}


def _compare(choice: Mapping[str, str], now: Against) -> Iterable[tuple[str, str, bool]]:
    """What the last weeks may be compared with: its name, its address with the same days, whether it is chosen."""
    rest = {name: text for name, text in choice.items() if name != "against"}
    for against, name in labels.AGAINST.items():
        yield gettext(name), urlencode({**rest, **name_against(against)}), against is now


def _step(reading: Reading, keep: Mapping[str, str]) -> Iterable[tuple[str, str, str]]:
    """As many days or months before and after these: a sign, a name, the address. After these there may be none."""
    site, span = reading.summary.site, reading.summary.span
    earlier, later = pgettext("days", "Earlier"), pgettext("days", "Later")
    before, after = neighbours(span)
    for sign, name, (first, last) in (("‹", earlier, before), ("›", later, after)):  # noqa: RUF001 - they are meant
        if first >= EARLIEST and last < span.today:
            yield sign, name, urlencode({"site": site, "first": first, "last": last, **keep})


def name_state(reading: Reading) -> str:
    """A word that changes with what a page of figures shows."""
    shown = msgspec.structs.replace(
        reading.summary, pages=(), browsers=(), devices=(), systems=(), languages=(), referrers=()
    )
    told = msgspec.json.encode(
        (shown, reading.health.problem, [each.found for each in (*reading.urgent, *reading.findings)])
    )
    return hashlib.sha256(told).hexdigest()[:16]
