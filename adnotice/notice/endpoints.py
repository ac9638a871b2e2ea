"""The notice room's endpoints, and its answers to a judged view: whom to ask, what was chosen, what is measured."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import parse_qs

import msgspec

from adnotice.agents import classify_agent
from adnotice.http.headers import Header, header, reason, retry_after
from adnotice.http.messages import (
    NO_STORE,
    STORE_UNAVAILABLE,
    UNREADABLE,
    Answer,
    Asked,
    Endpoint,
    Rejected,
    Request,
    Routes,
    Rule,
    Visit,
)
from adnotice.http.static_files import make_asset, read_static
from adnotice.keys import Keys
from adnotice.lazy import Lazy
from adnotice.notice.about import USUAL, Practice, chosen_language
from adnotice.notice.content import Contents, NoticeState
from adnotice.notice.cookie import (
    NAME,
    Kept,
    clear_cookie,
    is_due,
    keeps,
    read_allowed,
    read_cookie,
    write_allowed,
    write_cookie,
)
from adnotice.notice.device import Device, find_device
from adnotice.notice.negotiation import pick_language
from adnotice.notice.policy import Policy, Situation
from adnotice.notice.settings import NoticeSettings, lacking
from adnotice.notice.ticket import Fault, Ticket, Tickets
from adnotice.notice.wording import load_live
from adnotice.notice.words import Words
from adnotice.objection import drop_objection, keep_objection, objects
from adnotice.page import name_location
from adnotice.vocabulary import (
    AdsAllowed,
    ClearSinceAllowed,
    Commit,
    Kind,
    Mode,
    NoticeEvent,
    NoticeEventSeen,
    ObjectionMade,
    Quiet,
    Record,
    Rejection,
    Unavailable,
    Verdict,
)

if TYPE_CHECKING:
    from adnotice.notice.about_page import AboutPage

logger: Final = logging.getLogger("adnotice")

MAX_CHOICE_BYTES: Final = 10_240
SCRIPT_MAX_AGE_SECONDS: Final = 300
PARTS: Final = ("bar.js", "card.js", "delayed.js", "marked.js", "panel.js", "preview.js", "sight.js")
"""What notice.js has brought when it is needed: a bar's place, a card's, what has it wait for the reader, marked places, what a
press brings, the operator's look at it, whether it is seen."""
FILES: Final = ("notice.js", *PARTS, "about.css", "about.js")
"""The collapsed notice and its parts; the public page's own."""

UNKNOWN: Final = Mode.MEASURE
"""What holds while the store can't say the mode: nobody is asked."""
NOT_BLOCKED: Final = {verdict: Asked(Quiet.NOT_BLOCKED) for verdict in Verdict} | {Verdict.PARTLY: Asked(Quiet.PARTLY)}

_COOKIE: Final = f"{NAME}=".encode()

_OBJECTIONS: Final[Mapping[str, tuple[str, Callable[[Request], Header]]]] = {
    "object": ("objected", keep_objection),
    "withdraw": ("counted", drop_objection),
}
"""What the public page's form may wish: how the page confirms it, and the cookie that keeps it."""


class ChoiceReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What notice.js posts; `label` is that of the support link that was taken."""

    ticket: str
    page: str
    choice: Literal["shown", "later", "never", "supports", "howto", "support-link"]
    label: str = ""


class Notices:
    """Asks readers, and takes their answers.

    `mode` says the mode as far as it is fresh: nobody is asked where it is not known, nor where `peace` says so. `practice` is what other rooms are
    set to do, told here so that the public page can tell readers.
    """

    def __init__(
        self,
        settings: NoticeSettings,
        *,
        keys: Keys,
        commit: Commit,
        mode: Callable[[], Mode | None],
        site_name: str,
        clock: Callable[[], float] = time.time,
        practice: Practice = USUAL,
        record: Record = lambda _: None,
        peace: Callable[[], bool] = bool,
    ) -> None:
        self._policy = Policy(
            first_page=settings.ask_on_first_page,
            not_now=timedelta(days=settings.not_now_days),
            exclude=settings.ask_exclude,
        )
        live = load_live(settings.languages, Path(settings.wording_folder), settings.wording).words
        self._languages = tuple(live)
        self._contents = Contents(settings, site_name, live)
        self._labels = tuple(settings.support_links)
        self._ask = settings.ask
        self._counts_allowed = settings.count_allowed and not lacking(live)
        self._quiet_cookie = settings.quiet_cookie
        self._country_header = settings.country_header.lower().encode()
        self._countries = frozenset(settings.ask_countries)
        self._tickets = Tickets(keys)
        self._commit = commit
        self._record = record
        self._mode = mode
        self._peace = peace
        self._clock = clock
        self._decode = msgspec.json.Decoder(ChoiceReport).decode
        self._about = Lazy(partial(_load_about, settings, site_name, practice, live))
        self._files = {name: make_asset(name, read_static(name), SCRIPT_MAX_AGE_SECONDS) for name in FILES}

    @property
    def routes(self) -> Routes:
        """Our endpoints."""
        take_choice = Rule(
            methods=("POST",),
            max_body_bytes=MAX_CHOICE_BYTES,
            content_types=(b"application/json", b"text/plain"),
            same_origin=True,
            limited=True,
        )
        take_form = Rule(
            methods=("POST",),
            max_body_bytes=256,
            content_types=(b"application/x-www-form-urlencoded",),
            same_origin=True,
            limited=True,
        )
        return {
            "choice": Endpoint(take_choice, self._take_choice),
            "notice": Endpoint(Rule(), self._preview),
            "about": Endpoint(Rule(), self._send_about),
            **dict.fromkeys(FILES, Endpoint(Rule(), self._send_file)),
            "about/choice": Endpoint(take_form, self._take_form),
            "about/objection": Endpoint(take_form, self._take_objection),
        }

    def ask(self, visit: Visit, request: Request) -> Asked:
        """Whether this view is asked or thanked, and what its browser then shows."""
        if visit.verdict is not Verdict.BLOCKED and not visit.returning and not _may_have_answered(request):
            return NOT_BLOCKED[visit.verdict]  # as most views are: nothing else can matter
        device = _device(request)
        language = pick_language(visit.language or request.header(b"accept-language"), self._languages)
        situation = replace(
            self._situation(request),
            left_out=self._is_left_out(request),
            supporter=bool(self._quiet_cookie) and _has_cookie(request, self._quiet_cookie),
            elsewhere=bool(self._countries) and request.header(self._country_header) not in self._countries,
            peace=self._peace(),
            can_act=self._contents.can_act(language, visit.kind, device, beside_appeal=visit.appeal),
        )
        headers = self._renew(situation, request)
        since: tuple[ClearSinceAllowed, ...] = ()
        if situation.allowed and visit.verdict is Verdict.CLEAR and not situation.bot:
            since = (ClearSinceAllowed(request.site, visit.page, *_reader(request)),)
        quiet = self._policy.quiet(visit, situation)
        if quiet is None:
            ticket = self._tickets.write(visit.id, request.site, self._clock())
            state = NoticeState.STILL if visit.returning else NoticeState.ASK
            content = self._contents.make(
                language,
                visit.kind,
                device,
                state,
                ticket,
                visit.language,
                request.header(b"accept-language"),
                beside_appeal=visit.appeal,
            )
            return Asked(None, content, headers=headers)
        if visit.returning and visit.verdict is Verdict.CLEAR and not situation.bot:
            thanks = None
            if self._policy.thanks(visit, situation):
                thanks = self._contents.make(language, None, device, NoticeState.THANKS, page_language=visit.language)
            return Asked(quiet, thanks, (AdsAllowed(request.site, visit.page, *_reader(request)), *since), headers)
        return Asked(quiet, None, since, headers)

    async def again(self, ticket: str, visit: Visit, request: Request) -> Asked:
        """What a reader is told who checked again in place; counts that, and once that ads are allowed now.

        Raises `Rejected` for a ticket that is not ours. One that is too old counts nothing, its reader is still told.
        """
        read = self._tickets.read(ticket, request.site, self._clock())
        if read is Fault.FORGED:
            raise Rejected(Rejection.TICKET, Fault.FORGED.value)
        situation = self._situation(request)
        headers: tuple[Header, ...] = ()
        if isinstance(read, Ticket) and not situation.bot:
            about = (request.site, visit.page)
            checked = NoticeEventSeen(*about, NoticeEvent.RECHECKED, *_reader(request))
            await self._commit(f"{read.view}:{NoticeEvent.RECHECKED}", read.expires, (checked,))
            if visit.verdict is Verdict.CLEAR:
                await self._commit(f"{read.view}:allowed", read.expires, (AdsAllowed(*about, *_reader(request)),))
                headers = self._keep_allowed(request)
        return Asked(Quiet.NOT_BLOCKED if visit.verdict is not Verdict.BLOCKED else None, headers=headers)

    async def _take_choice(self, request: Request) -> Answer:
        try:
            report = self._decode(request.body)
        except UNREADABLE as error:
            raise Rejected(Rejection.MALFORMED, f"the choice can't be read: {error}") from None
        event = NoticeEvent(report.choice)
        headers = self._keep(event, request)
        read = self._tickets.read(report.ticket, request.site, self._clock())
        if isinstance(read, Fault):
            return Answer(204, (reason(read.value), NO_STORE, *headers))
        about = (request.site, name_location(report.page))
        reader = _reader(request)
        # Only a label of the settings is counted by name, each once a view: nobody can write names into the store.
        known = event is NoticeEvent.SUPPORT_LINK and report.label in self._labels
        made = NoticeEventSeen(*about, event, *reader, label=report.label if known else "")
        once = f"{read.view}:{event}" + (f":{self._labels.index(report.label)}" if known else "")
        try:
            counted = await self._commit(once, read.expires, (made,))
        except Unavailable as unavailable:
            # the reader's wish is kept although it can't be counted now
            raise Rejected(Rejection.STORE, STORE_UNAVAILABLE, retry_after(unavailable.retry_after), *headers) from None
        except Rejected as rejected:  # beyond the site's rate
            raise Rejected(rejected.rejection, rejected.reason, *rejected.headers, *headers) from None
        note = () if counted else (reason("counted before"),)
        return Answer(204, (*note, NO_STORE, *headers))

    async def _take_form(self, request: Request) -> Answer:
        wish = _field(request, "choice")
        if wish == "forget":
            headers: tuple[Header, ...] = (clear_cookie(path=request.base, secure=request.secure),)
        elif wish == NoticeEvent.NEVER:
            headers = self._keep(NoticeEvent.NEVER, request)
        else:
            raise Rejected(
                Rejection.MALFORMED, f"choice must be one of: {NoticeEvent.NEVER}, forget; got {wish[:40]!r}"
            )
        return Answer(303, (_back_to_about(request, "saved"), NO_STORE, *headers))

    async def _take_objection(self, request: Request) -> Answer:
        wish = _field(request, "objection")
        if wish not in _OBJECTIONS:
            raise Rejected(
                Rejection.MALFORMED, f"objection must be one of: {', '.join(_OBJECTIONS)}; got {wish[:40]!r}"
            )
        said, change = _OBJECTIONS[wish]
        if wish == "object" and not objects(request):
            self._record(ObjectionMade(request.site))
        forgotten: tuple[Header, ...] = ()
        if wish == "object" and self._allowed(request):
            forgotten = (clear_cookie(path=request.base, secure=request.secure),)
        return Answer(303, (_back_to_about(request, said), NO_STORE, change(request), *forgotten))

    async def _preview(self, request: Request) -> Answer:
        asked = {name: values[-1] for name, values in parse_qs(request.query.decode("latin-1")).items()}
        browser = request.header(b"accept-language")
        language = pick_language(asked.get("lang") or browser, self._languages)
        kind = Kind(asked["kind"]) if asked.get("kind") in list(Kind) else Kind.CONTENT
        device = Device(asked["device"]) if asked.get("device") in list(Device) else _device(request)
        body = msgspec.json.encode(self._contents.preview(language, kind, device, browser))
        return Answer(200, (header(b"content-type", "application/json"), NO_STORE), body)

    async def _send_about(self, request: Request) -> Answer:
        mode, kept, allowed = self._mode() or UNKNOWN, self._kept(request), self._allowed(request)
        about = await self._about.get()
        return about.answer(request, mode, kept, objects=objects(request), allowed=allowed)

    async def _send_file(self, request: Request) -> Answer:
        return self._files[request.path].answer(request)

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock(), UTC).date()

    def _kept(self, request: Request) -> Kept | None:
        return read_cookie(request.cookie(NAME), self._today())

    def _allowed(self, request: Request) -> date | None:
        return read_allowed(request.cookie(NAME), self._today())

    def _keep_allowed(self, request: Request) -> tuple[Header, ...]:
        if not self._counts_allowed or self._has_lasting(request):
            return ()
        return (write_allowed(self._today(), path=request.base, secure=request.secure),)

    def _situation(self, request: Request) -> Situation:
        bot = classify_agent(request.header(b"user-agent")).bot
        allowed = self._counts_allowed and self._allowed(request) is not None
        return Situation(self._mode() or UNKNOWN, bot, self._kept(request), self._today(), allowed=allowed)

    def _is_left_out(self, request: Request) -> bool:
        if self._ask is None:
            return False
        try:
            return not self._ask(request)
        except Exception:  # the operator's code: whatever fails in it, nobody is asked, and the page's view is counted
            logger.exception("adnotice: the function given as the setting ask failed; the reader is not asked")
            return True

    def _has_lasting(self, request: Request) -> bool:
        """Whether an answer for good is kept: no other tab's older notice takes it back."""
        kept = self._kept(request)
        return kept is not None and kept.choice is not NoticeEvent.LATER and self._policy.holds(kept, self._today())

    def _keep(self, choice: NoticeEvent, request: Request) -> tuple[Header, ...]:
        if not keeps(choice) or (choice is NoticeEvent.LATER and self._has_lasting(request)):
            return ()
        kept = Kept(choice, self._today())
        return (write_cookie(kept, path=request.base, secure=request.secure, not_now=self._policy.not_now),)

    def _renew(self, situation: Situation, request: Request) -> tuple[Header, ...]:
        kept = situation.kept
        return self._keep(kept.choice, request) if kept and is_due(kept, situation.today) else ()


def _load_about(settings: NoticeSettings, site_name: str, practice: Practice, live: Mapping[str, Words]) -> AboutPage:
    """The public page brings a library for templates, which few processes ever need."""
    from adnotice.notice.about_page import AboutPage

    return AboutPage(settings, site_name, practice, live)


def _back_to_about(request: Request, said: str) -> Header:
    """Back to the page, in the language that it was read in where the reader has chosen one."""
    chosen = f"&lang={tag}" if (tag := chosen_language(request)) else ""
    return header(b"location", f"{request.base}/about?{said}{chosen}")


def _has_cookie(request: Request, name: str) -> bool:
    """Whether the reader's browser sent a cookie of this name, with any value."""
    return any(part.partition("=")[0].strip() == name for part in request.header(b"cookie").split(";"))


def _device(request: Request) -> Device:
    return find_device(classify_agent(request.header(b"user-agent")), request.header(b"sec-ch-ua"))


def _field(request: Request, name: str) -> str:
    return parse_qs(request.body.decode("latin-1")).get(name, [""])[-1]


def _may_have_answered(request: Request) -> bool:
    """Whether a kept answer could stand in the cookies; cheap, for every report asks."""
    return _COOKIE in request.headers.get(b"cookie", b"")


def _reader(request: Request) -> tuple[bytes, bytes]:
    headers = request.headers
    return headers.get(b"user-agent", b""), headers.get(b"accept-language", b"")
