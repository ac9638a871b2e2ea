"""What operators change on the dashboard: forms that come with a token, from our own pages alone (the router sees to that)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from adnotice.count.stores.protocol import Store
from adnotice.http.headers import as_text, reason
from adnotice.http.messages import Rejected
from adnotice.insight.access.account import Account
from adnotice.insight.access.cookies import Visitor
from adnotice.insight.access.forms import read_form
from adnotice.insight.access.grants import AccessGrant, BadGrant, GrantKind
from adnotice.insight.access.login import Login, safe_next
from adnotice.insight.analysis.query import Reader
from adnotice.insight.annotations import Annotations, BadAnnotation
from adnotice.insight.display import rejection
from adnotice.insight.display.pages import Pages
from adnotice.insight.mode_switch import DEFAULT, end_the_peace, leave_in_peace, switch_mode
from adnotice.insight.threads import Threads
from adnotice.language import Problem, gettext, gettext_noop
from adnotice.vocabulary import Mode

Operation = Callable[[Account, Mapping[str, str]], None]
"""Does what a form asks for. Blocks; raises `Problem` for what can't be done."""


MAX_DIGITS: Final = 6


class BadMode(Problem):
    """A mode that there is not."""


class Operations:
    """Takes forms: each is admitted, its token checked, what it asks for done, and the browser sent back."""

    def __init__(
        self,
        login: Login,
        reader: Reader,
        store: Callable[[], Store],
        threads: Threads,
        pages: Pages,
        *,
        setting: Mode,
    ) -> None:
        self._setting = setting
        self._login = login
        self._reader = reader
        self._store = store
        self._threads = threads
        self._pages = pages

    async def annotate(self, request: Request) -> Response:
        """Keeps an annotation, or removes one."""
        return await self._take(request, self._annotate, BadAnnotation)

    async def change_mode(self, request: Request) -> Response:
        """Puts another mode in force, or what the setting says."""
        return await self._take(request, self._change_mode, BadMode)

    async def _take(self, request: Request, change: Operation, *problems: type[Problem]) -> Response:
        visitor = Visitor.of(request)
        form = await read_form(request)
        back = safe_next(form.get("back", ""))

        def reject(status: int, told: rejection.Told, why: str = "") -> Response:
            return self._pages.render(
                "message.html",
                base=visitor.base,
                status=status,
                headers=as_text(reason(why)) if why else None,
                title=told.title,
                text=told.text,
                typed=rejection.list_typed(form),
                back=below(back),
            )

        account = await self._login.admit(request)
        if account is None or account.shared:
            return reject(403, rejection.tell_logged_out(), "log in first")
        try:
            self._login.check_form(account.binding, form.get("token", ""))
            await self._threads.run(partial(change, account, form))
        except Rejected as rejected:
            return reject(rejected.status, rejection.tell(rejected), rejected.reason)
        except problems as problem:
            return reject(400, rejection.Told(gettext("This was not done"), rejection.end(problem.said)))
        return RedirectResponse(f"{visitor.base}/dashboard{below(back)}", 303, {"cache-control": "no-store"})

    async def grant(self, request: Request) -> Response:
        """Makes a token or a shared link, and shows its secret this once; or takes one back."""
        made: list[tuple[GrantKind, AccessGrant, str]] = []

        def change(account: Account, form: Mapping[str, str]) -> None:
            made.extend(self._grant(account, form))

        answer = await self._take(request, change, BadGrant, BadAnnotation)
        if not made:
            return answer
        ((kind, grant, secret),) = made
        return self._pages.render(
            "granted.html", base=Visitor.of(request).base, kind=kind.value, grant=grant, secret=secret
        )

    def _grant(self, account: Account, form: Mapping[str, str]) -> Iterator[tuple[GrantKind, AccessGrant, str]]:
        now, kept = self._reader.now().timestamp(), self._login.grants()
        kind = form.get("kind", "")
        if kind not in list(GrantKind):
            raise BadGrant(
                gettext_noop("there is no kind {kind}, there are {kinds}"),
                kind=repr(kind[:40]),
                kinds=", ".join(GrantKind),
            )
        if "revoke" in form:
            kept.revoke(GrantKind(kind), form["revoke"], by=account.name, now=now)
            return
        site, days = "", None
        if kind == GrantKind.LINK:
            site, given = self._reader.name_site(form.get("site", "")), form.get("days", "")
            if not (given.isascii() and given.isdigit() and len(given) <= MAX_DIGITS):
                raise BadGrant(
                    gettext_noop("the days must be a number of at most {n} digits, got {given}"),
                    n=MAX_DIGITS,
                    given=repr(given[:40]),
                )
            days = int(given)
        grant, secret = kept.make(GrantKind(kind), form.get("name", ""), by=account.name, now=now, site=site, days=days)
        yield GrantKind(kind), grant, secret

    async def change_peace(self, request: Request) -> Response:
        """Leaves everyone in peace until a time, or ends that."""
        return await self._take(request, self._change_peace, Problem)

    def _change_peace(self, account: Account, form: Mapping[str, str]) -> None:
        notes, now = self._store().notes, self._reader.now()
        if "end" in form:
            end_the_peace(notes, by=account.name, now=now.timestamp())
            return
        given = form.get("until", "")
        try:
            until = datetime.fromisoformat(given)
            if until.tzinfo is None:  # as forms give it: a time of the site's own zone
                until = until.replace(tzinfo=now.tzinfo)
        except ValueError:
            raise Problem(
                gettext_noop("the time must be such as {example}, got {given}"),
                example=f"{now:%Y-%m-%dT23:00}",
                given=repr(given[:40]),
            ) from None
        leave_in_peace(notes, until.timestamp(), by=account.name, now=now.timestamp())

    def _change_mode(self, account: Account, form: Mapping[str, str]) -> None:
        wanted = form.get("to", "")
        if wanted not in (*Mode, DEFAULT):
            raise BadMode(
                gettext_noop("the mode must be {modes} or {default}, got {given}"),
                modes=", ".join(Mode),
                default=DEFAULT,
                given=repr(wanted[:40]),
            )
        switch_mode(
            self._store().notes,
            None if wanted == DEFAULT else Mode(wanted),
            setting=self._setting,
            before=self._reader.mode(),
            by=account.name,
            now=self._reader.now().timestamp(),
        )

    def _annotate(self, account: Account, form: Mapping[str, str]) -> None:
        kept = Annotations(self._store().notes)
        now = self._reader.now()
        if "remove" in form:
            kept.remove(form["remove"], by=account.name, now=now.timestamp())
            return
        site = self._reader.name_site(form.get("site", ""))
        day, text = form.get("day", ""), form.get("text", "")
        kept.add(site, day, text, by=account.name, now=now.timestamp(), today=now.date())


def below(back: str) -> str:
    """What follows the dashboard's address for a place below it."""
    return back if back.startswith("?") or not back else f"/{back}"
