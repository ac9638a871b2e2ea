"""The operator's pages: fetches, renders, answers; decides nothing about figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Final
from urllib.parse import quote

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from adnotice.count.stores.protocol import Health, Store
from adnotice.finding import Finding
from adnotice.http.headers import as_text, reason, retry_after
from adnotice.http.messages import REJECTED, STORE_UNAVAILABLE, Rejected
from adnotice.http.static_files import Asset, make_asset, read_static
from adnotice.insight.access.account import Account
from adnotice.insight.access.cookies import FORM, KNOWN, LANGUAGE, LINK, SESSION, Visitor
from adnotice.insight.access.forms import check_query, read_form
from adnotice.insight.access.grants import GrantKind
from adnotice.insight.access.login import KNOWN_BROWSER_SECONDS, Login, is_binding, safe_next
from adnotice.insight.access.sessions import ABSOLUTE_SECONDS
from adnotice.insight.analysis.periods import USUAL_RETENTION, BadPeriod, Retention
from adnotice.insight.analysis.query import MAX_WISH_CHARACTERS, WISHES, NoRow, Reader, Wish
from adnotice.insight.analysis.rows import ROW_WISHES, BadRows
from adnotice.insight.analysis.summarize import TOP_ROWS
from adnotice.insight.analysis.summary import TABLES
from adnotice.insight.api import EXPORTED_ROWS, Api
from adnotice.insight.blind_spots import USUAL, Sight
from adnotice.insight.display import rejection
from adnotice.insight.display.pages import Pages
from adnotice.insight.operations import Operations, below
from adnotice.insight.screens import ScreenRequest, Screens, name_state
from adnotice.insight.setting_rows import SettingGroup
from adnotice.insight.settings import InsightSettings
from adnotice.insight.threads import STORE_SECONDS, Threads
from adnotice.insight.wording import name_itself
from adnotice.keys import Keys
from adnotice.language import ENGLISH, ENGLISH_TAG, Catalogue, gettext, speaking
from adnotice.notice.negotiation import pick_language
from adnotice.vocabulary import Mode, Rejection, Unavailable

STYLE_SECONDS: Final = 300
LANGUAGE_SECONDS: Final = 366 * 86_400
STATE: Final = "/dashboard/state"
LOOKS: Final = ("lang", "shape", "state", "kind", "device", "scheme")
"""What the address of the preview chooses of the notice: static/src/operator/preview.js reads it."""


Compose = Callable[[ScreenRequest], HTMLResponse]
"""Makes a page. Blocks."""


class Dashboard:
    """An ASGI app below our prefix: dashboard, api/v1 and metrics, behind the password or the metrics token.

    `timezone` is the one in which the store cuts days; `pages_cached` says whether a shared cache answers for the
    pages, so that nobody can know how many page views were not measured (None: found from the counts). `health` says how
    counting is in this process and the others, `told` what this one knows of it without asking the store.
    `sight` says what is looked for, `retention` for how long hours and days are kept, `to_mend` what the settings leave open, in
    the language that is spoken, `setting` which mode they name, `settings_told` all of them as they are shown, `languages` those
    that readers are spoken to in, `spoken` those of these pages, by tag.
    """

    def __init__(
        self,
        settings: InsightSettings,
        *,
        keys: Keys,
        store: Callable[[], Store],
        site_name: str,
        mode: Callable[[], Mode],
        timezone: str = "UTC",
        pages_cached: bool | None = None,
        health: Callable[[], Health] | None = None,
        told: Callable[[], str] = str,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
        sight: Sight = USUAL,
        retention: Retention = USUAL_RETENTION,
        to_mend: Callable[[], Iterable[Finding]] = tuple,
        setting: Mode = Mode.MEASURE,
        settings_told: Callable[[], Sequence[SettingGroup]] = tuple,
        languages: Sequence[str] = ("en",),
        spoken: Mapping[str, Catalogue] = {ENGLISH_TAG: ENGLISH},
    ) -> None:
        self._spoken = spoken
        self._mode = mode
        self._languages = languages
        self._threads = Threads()
        self._login = Login(settings, keys=keys, store=store, threads=self._threads, clock=clock, ticks=ticks)
        self._reader = Reader(
            store,
            mode=mode,
            timezone=timezone,
            cached=pages_cached,
            clock=clock,
            health=health,
            retention=retention,
            sight=sight,
            to_mend=to_mend,
        )
        self._told = told
        api = Api(self._login, self._reader, self._threads, settings.k_min)
        self._pages = Pages(site_name, {tag: name_itself(catalogue) for tag, catalogue in spoken.items()})
        self._screens = Screens(
            self._reader,
            self._pages,
            self._login,
            least=settings.k_min,
            setting=setting,
            settings_told=settings_told,
        )
        operations = Operations(self._login, self._reader, store, self._threads, self._pages, setting=setting)
        self._style = make_asset("dashboard.css", read_static("dashboard.css"), STYLE_SECONDS)
        self._script = make_asset("dashboard.js", read_static("dashboard.js"), STYLE_SECONDS)
        self._app = Starlette(
            routes=[
                Route("/dashboard", self._overview),
                Route("/dashboard/", self._overview),
                Route("/dashboard/health", self._health),
                *(Route(f"/dashboard/{table}", self._rows) for table in TABLES),
                Route("/dashboard/login", self._enter, methods=["GET", "POST"]),
                Route("/dashboard/logout", self._leave, methods=["POST"]),
                Route("/dashboard/speak/{tag}", self._choose_language),
                Route("/dashboard/notice", self._notice),
                Route("/dashboard/preview", self._preview),
                Route("/dashboard/settings", self._settings),
                Route("/dashboard/access", self._access),
                Route("/dashboard/shared/{secret}", self._shared),
                Route("/dashboard/grant", operations.grant, methods=["POST"]),
                Route("/dashboard/peace", operations.change_peace, methods=["POST"]),
                Route("/dashboard/mode", operations.change_mode, methods=["POST"]),
                Route("/dashboard/annotations", operations.annotate, methods=["POST"]),
                Route("/dashboard/dashboard.css", partial(_answer_file, self._style)),
                Route("/dashboard/dashboard.js", partial(_answer_file, self._script)),
                Route(STATE, self._state),
                Route("/api/v1/summary", api.summary),
                Route("/api/v1/{table}.csv", api.table),
                Route("/api/v1/{table}/row", api.row),
                Route("/metrics", api.metrics),
            ],
            exception_handlers={HTTPException: self._no_page, Unavailable: self._store_is_away, Rejected: self._reject},
        )
        self._app.router.redirect_slashes = False

    @property
    def routes(self) -> Sequence[Route]:
        """Every address that is answered here."""
        return [route for route in self._app.routes if isinstance(route, Route)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request; for people in a language of theirs, for programs in English."""
        with speaking(self._pick_catalogue(Request(scope)) if _is_page(scope) else ENGLISH):
            if rejected := scope.get(REJECTED):
                answer = await self._reject(Request(scope), rejected)
                await answer(scope, receive, send)
            else:
                await self._app(scope, receive, send)

    def _pick_catalogue(self, request: Request) -> Catalogue:
        """The language that was chosen on these pages, else the first of the browser's that they speak, else the site's own."""
        chosen = Visitor.of(request).get(LANGUAGE)
        if chosen in self._spoken:
            return self._spoken[chosen]
        return self._spoken[pick_language(request.headers.get("accept-language", ""), list(self._spoken))]

    async def _choose_language(self, request: Request) -> Response:
        """Keeps the language that was chosen in a cookie, and goes back to where it was chosen."""
        visitor = Visitor.of(request)
        check_query(request, "back")
        response = _go(f"{visitor.base}/dashboard{below(safe_next(request.query_params.get('back', '')))}")
        visitor.put(response, LANGUAGE, pick_language(request.path_params["tag"], list(self._spoken)), LANGUAGE_SECONDS)
        return response

    # The pages

    async def _overview(self, request: Request) -> Response:
        return await self._show(request, self._screens.overview, shared=True)

    async def _health(self, request: Request) -> Response:
        return await self._show(request, self._screens.health)

    async def _settings(self, request: Request) -> Response:
        return await self._show(request, self._screens.settings)

    async def _notice(self, request: Request) -> Response:
        return await self._show(request, self._screens.notice)

    async def _rows(self, request: Request) -> Response:
        table = request.scope["path"].rpartition("/")[2]
        return await self._show(
            request, partial(self._screens.rows, table), *ROW_WISHES, "name", rows=EXPORTED_ROWS, shared=True
        )

    async def _show(
        self, request: Request, compose: Compose, *more: str, rows: int = TOP_ROWS, shared: bool = False
    ) -> Response:
        """The page that `compose` makes of a query that may have these keys more; `shared` ones stand behind links too."""
        visitor = Visitor.of(request)
        if not self._login.possible:
            return self._no_password(visitor)
        account = await self._login.admit(request)
        if account is None:
            return await self._keep_out(visitor, request)
        if account.shared and not shared:
            text = gettext("A shared link shows one site’s figures, and nothing else.")
            return self._message(visitor, 403, gettext("This page is not shared"), text)
        try:
            check_query(request, *WISHES, *more)
            query = {name: request.query_params[name][:MAX_WISH_CHARACTERS] for name in request.query_params}
            wish = _limit(Wish.of(query, visitor.host, rows), account)
            asked = ScreenRequest(visitor, account, wish, query, _find_place(visitor, request))
            page = await self._threads.run(partial(self._show_days, compose, asked))
            return self._pages.pack(page, request.headers.get("accept-encoding", ""))
        except NoRow as problem:
            return self._message(visitor, 404, gettext("There is no such row"), f"{problem.said}.")
        except (BadPeriod, BadRows) as problem:
            return self._message(visitor, 400, gettext("These figures can’t be shown"), problem.said)

    def _show_days(self, compose: Compose, asked: ScreenRequest) -> HTMLResponse:
        """The page of the days asked for; where they can't be shown that of the usual ones, which says why, with the choice kept."""
        try:
            return compose(asked)
        except BadPeriod as problem:
            usual = msgspec.structs.replace(asked.wish, first="", last="", days="")
            return compose(asked._replace(wish=usual, wrong=problem.said))

    async def _preview(self, request: Request) -> Response:
        """A page of ours that holds the tag, to look at the notice on."""
        visitor = Visitor.of(request)
        account = await self._login.admit(request)
        if account is None or account.shared:
            return await self._keep_out(visitor, request)
        check_query(request, *LOOKS)
        lang = request.query_params.get("lang", "")
        language = lang if lang in self._languages else self._languages[0]
        return self._pages.render_preview(visitor.base, language, self._languages, is_off=self._mode() is Mode.OFF)

    def _no_password(self, visitor: Visitor) -> Response:
        headers = {"x-adnotice": "no dashboard password is set"}
        return self._pages.render("no_password.html", base=visitor.base, status=403, headers=headers)

    async def _keep_out(self, visitor: Visitor, request: Request) -> Response:
        """To the login for who may have an account: ours, or the site's own; else what to do in words."""
        if not self._login.by_site:
            return self._to_login(visitor, request)
        if login := await self._login.where_to_log_in(request):
            asked = request.scope["query_string"].decode("latin-1")
            here = quote(f"{request.scope['path']}?{asked}" if asked else request.scope["path"])
            return _go(f"{login}{'&' if '?' in login else '?'}next={here}", {"x-adnotice": "not logged in"})
        return self._no_account(visitor)

    def _no_account(self, visitor: Visitor) -> Response:
        text = gettext(
            "These figures are for some accounts of this site alone. Log in to the site with one of them, then come back."
        )
        headers = {"x-adnotice": "the site lets this account not in"}
        return self._message(visitor, 403, gettext("You are not logged in"), text, headers)

    async def _shared(self, request: Request) -> Response:
        """From the address of a shared link to its figures."""
        visitor = Visitor.of(request)
        secret = request.path_params["secret"]
        link = await self._threads.run(lambda: self._login.grants().find(GrantKind.LINK, secret), STORE_SECONDS)
        if link is None or link.expires is None:
            text = gettext("It was taken back, or its time is over. Ask whoever gave it to you for another one.")
            return self._message(visitor, 404, gettext("This link leads nowhere any more"), text)
        response = _go(f"{visitor.base}/dashboard")
        visitor.put(response, LINK, secret, max(1, int(link.expires - self._reader.now().timestamp())), followed=True)
        return response

    async def _access(self, request: Request) -> Response:
        return await self._show(request, self._screens.access)

    def _to_login(self, visitor: Visitor, request: Request) -> Response:
        wanted = _find_place(visitor, request)
        query = f"?next={quote(wanted)}" if wanted else ""
        return _go(f"{visitor.base}/dashboard/login{query}", {"x-adnotice": "not logged in"})

    async def _state(self, request: Request) -> Response:
        """By what a page that is open knows whether its figures have changed."""
        visitor = Visitor.of(request)
        account = await self._login.admit(request)
        if account is None:
            raise Rejected(Rejection.LOGIN, "not logged in", status=401)
        query = {
            name: request.query_params[name][:MAX_WISH_CHARACTERS] for name in WISHES if name in request.query_params
        }
        try:
            wish = _limit(Wish.of(query, visitor.host, TOP_ROWS), account)
            reading = await self._threads.run(partial(self._reader.read, wish))
        except BadPeriod as problem:
            raise Rejected(Rejection.QUERY, str(problem)) from None
        return JSONResponse({"figures": name_state(reading)}, headers={"cache-control": "no-store"})

    # Logging in and out

    async def _enter(self, request: Request) -> Response:
        visitor = Visitor.of(request)
        if not self._login.possible:
            return self._no_password(visitor)
        if self._login.by_site:
            return self._no_account(visitor)
        if request.method != "POST":
            check_query(request, "next")
            return self._login_page(visitor, safe_next(request.query_params.get("next", "")))
        form = await read_form(request)
        wanted = safe_next(form.get("next", ""))
        try:
            self._login.check_form(visitor.get(FORM), form.get("token", ""))
            session = await self._login.enter(
                form.get("password", ""), address=visitor.address, known=visitor.get(KNOWN)
            )
        except Rejected as rejected:
            return self._login_page(visitor, wanted, rejected)
        response = _go(f"{visitor.base}/dashboard/{wanted}")
        visitor.put(response, SESSION, session, ABSOLUTE_SECONDS)
        visitor.put(response, KNOWN, self._login.know_browser(), KNOWN_BROWSER_SECONDS)
        return response

    def _login_page(self, visitor: Visitor, wanted: str, rejected: Rejected | None = None) -> Response:
        binding = visitor.get(FORM)
        if not is_binding(binding):
            binding = self._login.new_binding()
        response = self._pages.render(
            "login.html",
            base=visitor.base,
            status=rejected.status if rejected else 200,
            headers=as_text(*rejected.headers, reason(rejected.reason)) if rejected else None,
            token=self._login.sign_form(binding),
            wanted=wanted,
            back=wanted,
            problem=rejected.said if rejected else "",
            exposed=visitor.exposed,
        )
        visitor.put(response, FORM, binding, ABSOLUTE_SECONDS)
        return response

    async def _leave(self, request: Request) -> Response:
        visitor = Visitor.of(request)
        form = await read_form(request)
        self._login.check_form(visitor.get(SESSION), form.get("token", ""))
        await self._login.leave(visitor.get(SESSION))
        response = _go(f"{visitor.base}/dashboard/login")
        visitor.put(response, SESSION, "")
        return response

    # What went wrong

    def _message(
        self, visitor: Visitor, status: int, title: str, text: str, headers: dict[str, str] | None = None
    ) -> Response:
        return self._pages.render(
            "message.html", base=visitor.base, status=status, headers=headers, title=title, text=text
        )

    async def _no_page(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        title = gettext("No such page") if status == 404 else gettext("This page can’t be asked for in this way")
        return self._message(Visitor.of(request), status, title, gettext("Go back to the figures."), headers)

    async def _reject(self, request: Request, error: Exception) -> Response:
        rejected = error if isinstance(error, Rejected) else Rejected(Rejection.QUERY, str(error))
        if not _is_for_people(request.scope):
            answer = rejected.answer()
            return Response(answer.body, answer.status, as_text(*answer.headers))
        headers = as_text(*rejected.headers, reason(rejected.reason))
        return self._message(Visitor.of(request), rejected.status, *rejection.tell(rejected), headers)

    async def _store_is_away(self, request: Request, error: Exception) -> Response:
        seconds = error.retry_after if isinstance(error, Unavailable) else 5
        headers = as_text(retry_after(seconds), reason(STORE_UNAVAILABLE))
        if not _is_for_people(request.scope):
            return Response(f"{STORE_UNAVAILABLE}\n", 503, {**headers, "cache-control": "no-store"})
        text = gettext("The store gives no figures: {problem}.", problem=str(error).rstrip("."))
        rest = gettext(
            "Your pages are not affected. Browsers try their reports again for a while. Load this page again in a moment."
        )
        title = gettext("The figures can’t be read now")
        return self._message(Visitor.of(request), 503, title, f"{text} {self._told()} {rest}", headers)


def _is_for_people(scope: Scope) -> bool:
    """Whether a page is asked for; else it is a program that asks, a script of ours among them."""
    return _is_page(scope) and not scope["path"].endswith(STATE)


def _is_page(scope: Scope) -> bool:
    """Whether the address is the dashboard's or one below it, and not of the API."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "")).startswith("/dashboard")


def _find_place(visitor: Visitor, request: Request) -> str:
    """Where the request leads below the dashboard, to come back there later."""
    here = request.scope["path"].removeprefix(visitor.base + "/dashboard").lstrip("/")
    asked = request.scope["query_string"].decode("latin-1")
    return safe_next(f"{here}?{asked}" if asked else here)


def _limit(wish: Wish, account: Account) -> Wish:
    """The wish for what this account may see."""
    return msgspec.structs.replace(wish, site=account.site) if account.shared else wish


async def _answer_file(asset: Asset, request: Request) -> Response:
    answer = asset.choose({name.lower(): value for name, value in request.scope["headers"]})
    return Response(answer.body, answer.status, as_text(*answer.headers))


def _go(address: str, headers: Mapping[str, str] = {}) -> Response:
    return RedirectResponse(address, 303, {"cache-control": "no-store", **headers})
