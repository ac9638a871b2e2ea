"""The notice room's endpoints and its answers to judged views, as the composition root calls them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
import pytest

from adnotice.http.messages import Answer, Asked, Rejected, Request, Visit
from adnotice.keys import Keys
from adnotice.notice.device import Device
from adnotice.notice.endpoints import Notices
from adnotice.notice.settings import NoticeSettings
from adnotice.notice.ticket import LIFETIME_SECONDS
from adnotice.vocabulary import (
    AdsAllowed,
    ClearSinceAllowed,
    Kind,
    Mode,
    NoticeEvent,
    NoticeEventSeen,
    Occurrence,
    Quiet,
    Unavailable,
    Verdict,
)
from tests.conftest import SECRET

pytestmark = pytest.mark.anyio

VIEW = "0123456789abcdef0123456789abcdef"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0"
READER = (FIREFOX.encode(), b"en-GB,en;q=0.9")
START = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()


class Room:
    """A notice room with a ledger that counts each id once, a mode and a clock that tests set."""

    def __init__(self, **settings: object) -> None:
        self.counted: list[Occurrence] = []
        self.ids: dict[str, float] = {}
        self.mode = Mode.ASK
        self.now = START
        self.store_is_up = True
        self.notices = Notices(
            NoticeSettings(**settings),  # type: ignore[arg-type]
            keys=Keys(SECRET),
            commit=self.commit,
            mode=lambda: self.mode,
            site_name="The Daily Example",
            clock=lambda: self.now,
        )

    async def commit(self, id_: str, expires: float, occurrences: tuple[Occurrence, ...]) -> bool:
        if not self.store_is_up:
            raise Unavailable("the disk is full", retry_after=7)
        if id_ in self.ids:
            assert self.ids[id_] == expires, "an id and its expiry belong together"
            return False
        self.ids[id_] = expires
        self.counted.extend(occurrences)
        return True

    async def get(self, path: str, **options: object) -> Answer:
        return await self.notices.routes[path].answer(make_request(path, **options))  # type: ignore[arg-type]

    async def choose(
        self, choice: str, ticket: str, *, page: str = "/budget", label: str = "", **options: object
    ) -> Answer:
        said = {"ticket": ticket, "page": page, "choice": choice, **({"label": label} if label else {})}
        body = msgspec.json.encode(said)
        return await self.get("choice", body=body, **options)

    def ask(self, view: Visit, **options: object) -> Asked:
        return self.notices.ask(view, make_request("outcome", **options))  # type: ignore[arg-type]

    def ticket(self, view: str = VIEW) -> str:
        content = self.ask(visit(id=view)).content
        assert content is not None
        ticket: str = content["ticket"]
        return ticket


def make_request(
    path: str,
    *,
    body: bytes = b"",
    cookie: str = "",
    query: bytes = b"",
    secure: bool = True,
    site: str = "default",
    agent: str = FIREFOX,
    headers: Mapping[bytes, bytes] | None = None,
) -> Request:
    own = {b"user-agent": agent.encode(), b"accept-language": b"en-GB,en;q=0.9", **(headers or {})}
    if cookie:
        own[b"cookie"] = f"theme=dark; adnotice={cookie}".encode()
    method = "POST" if body else "GET"
    return Request(method, path, query, own, body, site, "/_adnotice", secure)


def visit(**changes: object) -> Visit:
    plain = Visit(VIEW, "/budget", Verdict.BLOCKED, Kind.CONTENT, first=False, returning=False, language="en")
    return msgspec.structs.replace(plain, **changes)


def header(answer: Answer | Asked, name: bytes) -> bytes | None:
    return dict(answer.headers).get(name)


# ---- a judged view ----


@pytest.mark.parametrize("cookie", ["", "later.2026-11-01"])
async def test_a_view_in_which_ads_arrive_in_spite_of_a_blocker_is_not_asked(cookie: str) -> None:
    asked = Room().ask(visit(verdict=Verdict.PARTLY, kind=None), cookie=cookie)
    assert (asked.quiet, asked.content) == (Quiet.PARTLY, None)


async def test_a_blocked_view_is_asked_and_gets_a_ticket() -> None:
    asked = Room().ask(visit())
    assert asked.quiet is None
    assert asked.occurrences == ()
    assert asked.content is not None
    assert asked.content["state"] == "ask"
    assert asked.content["ticket"].startswith(VIEW + ".")


async def test_a_quiet_view_gets_the_reason_and_nothing_to_show() -> None:
    assert Room().ask(visit(first=True)) == Asked(Quiet.FIRST_PAGE)


CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"


async def test_who_can_do_nothing_is_not_asked() -> None:
    asked = Room().ask(visit(kind=Kind.HOSTS), agent=CHROME)
    assert asked == Asked(Quiet.NOTHING_TO_DO)


async def test_who_can_only_support_is_asked_for_that() -> None:
    asked = Room(support_links={"Subscribe": "/subscribe"}).ask(visit(kind=Kind.HOSTS), agent=CHROME)
    assert asked.quiet is None
    assert asked.content is not None
    assert asked.content["blockers"] == []
    assert asked.content["text"]["body"].startswith("They don’t get through here.")


async def test_whose_browser_stops_the_hosts_of_ads_is_shown_how_to_let_it_be() -> None:
    brave = {b"sec-ch-ua": b'"Chromium";v="142", "Brave";v="142", "Not_A Brand";v="99"'}
    for options, name in [({"agent": CHROME, "headers": brave}, "Brave"), ({}, "Firefox protection")]:
        asked = Room().ask(visit(kind=Kind.HOSTS), **options)
        assert asked.content is not None
        assert asked.content["blockers"][0]["name"] == name


@pytest.mark.parametrize(
    ("cookie", "quiet"),
    [
        (b"hide_support=1", Quiet.SUPPORTER),
        (b"a=b; hide_support=", Quiet.SUPPORTER),
        (b"hide_support_not=1", None),
        (b"x=hide_support", None),
        (b"", None),
    ],
)
async def test_whom_the_site_knows_as_a_supporter_is_not_asked(cookie: bytes, quiet: Quiet | None) -> None:
    asked = Room(quiet_cookie="hide_support").ask(visit(), headers={b"cookie": cookie})
    assert asked.quiet is quiet


@pytest.mark.parametrize(
    ("country", "quiet"), [(b"UA", None), (b"PL", None), (b"DE", Quiet.COUNTRY), (b"", Quiet.COUNTRY)]
)
async def test_readers_are_asked_in_the_countries_that_were_named(country: bytes, quiet: Quiet | None) -> None:
    room = Room(country_header="CF-IPCountry", ask_countries=("UA", "PL"))
    assert room.ask(visit(), headers={b"cf-ipcountry": country}).quiet is quiet


async def test_the_operators_own_function_leaves_readers_in_peace() -> None:
    room = Room(ask=lambda request: request.header(b"x-plan") != "paid")
    assert room.ask(visit(), headers={b"x-plan": b"paid"}).quiet is Quiet.EXCLUDED
    assert room.ask(visit(), headers={b"x-plan": b"none"}).quiet is None


async def test_where_the_operators_own_function_fails_nobody_is_asked_and_the_log_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(request: Request) -> bool:
        raise KeyError("plan")

    assert Room(ask=fail).ask(visit()) == Asked(Quiet.EXCLUDED)
    assert "the function given as the setting ask failed" in caplog.text


async def test_following_a_support_link_is_counted_and_keeps_nothing() -> None:
    room = Room(support_links={"Subscribe": "/subscribe"})
    answer = await room.choose("support-link", room.ticket())
    assert answer.status == 204
    assert header(answer, b"set-cookie") is None
    assert [made.event for made in room.counted if isinstance(made, NoticeEventSeen)] == [NoticeEvent.SUPPORT_LINK]


async def test_support_links_are_counted_by_label_each_once_a_view() -> None:
    room = Room(support_links={"Subscribe": "/subscribe", "Become a patron": "https://patrons.example/news"})
    ticket = room.ticket()
    for label in ("Subscribe", "Subscribe", "Become a patron", "Subscribe"):
        await room.choose("support-link", ticket, label=label)
    assert [made.label for made in room.counted if isinstance(made, NoticeEventSeen)] == [
        "Subscribe",
        "Become a patron",
    ]


@pytest.mark.parametrize("label", ["", "<b>a name of mine</b>", "subscribe", "Subscribe ", "x" * 1500])
async def test_nobody_can_write_the_name_of_a_link_into_the_store(label: str) -> None:
    room = Room(support_links={"Subscribe": "/subscribe"})
    for _ in range(2):
        assert (await room.choose("support-link", room.ticket(), label=label)).status == 204
    assert [made.label for made in room.counted if isinstance(made, NoticeEventSeen)] == [""]


async def test_a_label_beside_another_choice_is_not_counted() -> None:
    room = Room(support_links={"Subscribe": "/subscribe"})
    await room.choose("howto", room.ticket(), label="Subscribe")
    assert [made.label for made in room.counted if isinstance(made, NoticeEventSeen)] == [""]


async def test_asking_counts_nothing_by_itself() -> None:
    room = Room()
    room.ask(visit())
    assert room.counted == []


async def test_who_acted_and_still_blocks_is_told_so() -> None:
    asked = Room().ask(visit(returning=True, first=True))
    assert asked.content is not None
    assert asked.content["state"] == "still"


async def test_who_acted_and_now_lets_ads_through_is_thanked_and_counted_with_the_view() -> None:
    asked = Room().ask(visit(verdict=Verdict.CLEAR, kind=None, returning=True))
    assert asked.quiet is Quiet.NOT_BLOCKED
    assert asked.content is not None
    assert (asked.content["state"], asked.content["ticket"]) == ("thanks", "")
    assert asked.occurrences == (AdsAllowed("default", "/budget", FIREFOX.encode(), b"en-GB,en;q=0.9"),)


async def test_a_bot_is_neither_thanked_nor_counted() -> None:
    asked = Room().ask(visit(verdict=Verdict.CLEAR, returning=True), agent="Googlebot/2.1")
    assert asked == Asked(Quiet.NOT_BLOCKED)


async def test_who_wants_no_notice_gets_no_thanks_but_counts() -> None:
    asked = Room().ask(visit(verdict=Verdict.CLEAR, returning=True), cookie="never.2026-11-20")
    assert asked.content is None
    assert len(asked.occurrences) == 1


@pytest.mark.parametrize(
    ("cookie", "quiet"),
    [("later.2026-11-01", Quiet.LATER), ("later.2026-10-01", None), ("supports.2026-01-01", Quiet.SUPPORTS)],
)
async def test_the_readers_kept_answer_is_obeyed(cookie: str, quiet: Quiet | None) -> None:
    assert Room().ask(visit(), cookie=cookie).quiet is quiet


async def test_dont_ask_again_is_renewed_with_the_answer_to_a_report() -> None:
    asked = Room().ask(visit(), cookie="never.2026-10-01")
    assert asked.quiet is Quiet.NEVER
    assert header(asked, b"set-cookie") == (
        b"adnotice=never.2026-11-22; Path=/_adnotice; Max-Age=34560000; HttpOnly; SameSite=Lax; Secure"
    )
    assert Room().ask(visit(), cookie="never.2026-11-01").headers == ()
    assert header(Room().ask(visit(verdict=Verdict.CLEAR), cookie="never.2026-10-01"), b"set-cookie") is not None


# ---- choices ----


@pytest.mark.parametrize("choice", ["later", "never", "supports"])
async def test_an_answer_is_counted_and_kept(choice: str) -> None:
    room = Room()
    answer = await room.choose(choice, room.ticket())
    assert answer.status == 204
    assert room.counted == [
        NoticeEventSeen("default", "/budget", NoticeEvent(choice), FIREFOX.encode(), b"en-GB,en;q=0.9")
    ]
    cookie = header(answer, b"set-cookie")
    assert cookie is not None
    assert cookie.startswith(f"adnotice={choice}.2026-11-22; Path=/_adnotice;".encode())


@pytest.mark.parametrize("kept", ["never.2026-11-01", "supports.2026-11-01"])
async def test_an_answer_for_good_is_not_taken_back_by_another_tabs_older_notice(kept: str) -> None:
    room = Room(count_allowed=True)
    later = await room.choose("later", room.ticket(), cookie=kept)
    assert header(later, b"set-cookie") is None
    assert len(room.counted) == 1
    assert await allow(room, cookie=kept) is None
    outlived = kept.replace("2026", "2025").replace("-11-", "-01-")
    assert header(await room.choose("later", room.ticket(), cookie=outlived), b"set-cookie") is not None


async def test_being_shown_is_counted_and_keeps_nothing() -> None:
    room = Room()
    answer = await room.choose("shown", room.ticket())
    assert room.counted == [
        NoticeEventSeen("default", "/budget", NoticeEvent.SHOWN, FIREFOX.encode(), b"en-GB,en;q=0.9")
    ]
    assert header(answer, b"set-cookie") is None


async def test_opening_the_steps_is_counted_and_keeps_nothing() -> None:
    room = Room()
    answer = await room.choose("howto", room.ticket())
    assert [type(each) for each in room.counted] == [NoticeEventSeen]
    assert header(answer, b"set-cookie") is None


async def test_a_choice_that_is_posted_again_counts_once_and_says_so() -> None:
    room = Room()
    ticket = room.ticket()
    first = await room.choose("later", ticket)
    room.now += 3600
    again = await room.choose("later", ticket)
    assert (first.status, again.status) == (204, 204)
    assert len(room.counted) == 1
    assert header(first, b"x-adnotice") is None
    assert header(again, b"x-adnotice") == b"counted before"


async def test_different_choices_of_one_view_each_count() -> None:
    room = Room()
    ticket = room.ticket()
    for choice in ("shown", "howto", "later", "later", "howto"):
        await room.choose(choice, ticket)
    assert len(room.counted) == 3


@pytest.mark.parametrize("ticket", ["", "x", f"{VIEW}.6a5c9a80.forged", "…"])
async def test_a_forged_ticket_counts_nothing_but_the_wish_is_kept(ticket: str) -> None:
    room = Room()
    answer = await room.choose("never", ticket)
    assert answer.status == 204
    assert room.counted == []
    assert header(answer, b"x-adnotice") == b"the ticket is not ours: nothing was counted"
    assert (header(answer, b"set-cookie") or b"").startswith(b"adnotice=never.")


async def test_an_expired_ticket_counts_nothing_but_the_wish_is_kept() -> None:
    room = Room()
    ticket = room.ticket()
    room.now += LIFETIME_SECONDS + 1
    answer = await room.choose("later", ticket)
    assert answer.status == 204
    assert room.counted == []
    assert header(answer, b"x-adnotice") == b"the ticket is older than 12 hours: nothing was counted"
    assert (header(answer, b"set-cookie") or b"").startswith(b"adnotice=later.2026-11-23;")


async def test_a_ticket_of_another_site_counts_nothing() -> None:
    room = Room()
    await room.choose("later", room.ticket(), site="other")
    assert room.counted == []


async def test_while_the_store_is_down_the_wish_is_kept_and_the_browser_tries_again() -> None:
    room = Room()
    ticket = room.ticket()
    room.store_is_up = False
    with pytest.raises(Rejected) as rejected:
        await room.choose("never", ticket)
    answer = rejected.value.answer()
    assert answer.status == 503
    assert header(answer, b"retry-after") == b"7"
    assert (header(answer, b"set-cookie") or b"").startswith(b"adnotice=never.")
    room.store_is_up = True
    await room.choose("never", ticket)
    assert len(room.counted) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"later"',
        b"\xff",
        b"[" * 1500,
        b'{"ticket": "x", "page": "/"}',
        b'{"ticket": "x", "page": "/", "choice": "always"}',
        b'{"ticket": "x", "page": "/", "choice": 1}',
        b'{"ticket": 1, "page": "/", "choice": "later"}',
        b'{"ticket": "x", "page": null, "choice": "later"}',
        b'{"ticket": "x", "page": "/", "choice": "later", "more": 1}',
        b'{"ticket": "\\ud800", "page": "/", "choice": "later"}',
    ],
)
async def test_what_is_no_choice_is_rejected_with_its_reason(body: bytes) -> None:
    room = Room()
    with pytest.raises(Rejected) as rejected:
        await room.notices.routes["choice"].answer(make_request("choice", body=body))
    assert rejected.value.status == 400
    assert rejected.value.reason.startswith("the choice can't be read: ")
    assert room.counted == []


async def test_a_page_is_counted_under_its_path_alone() -> None:
    room = Room()
    await room.choose("later", room.ticket(), page="/budget?reader=4711#top")
    await room.choose("later", room.ticket("f" * 32), page="javascript:alert(1)")
    assert [each.page for each in room.counted] == ["/budget", "(other)"]


async def test_everyone_who_answers_alike_on_one_day_gets_the_same_bytes() -> None:
    room = Room()
    answers = set()
    for number in range(20):
        room.now += 60
        answer = await room.choose("later", room.ticket(f"{number:032x}"), agent=f"Browser {number}")
        answers.add((answer.status, answer.headers, answer.body))
    assert len(answers) == 1


async def test_the_cookie_is_secure_on_https_only() -> None:
    room = Room()
    plain = await room.choose("later", room.ticket(), secure=False)
    assert b"Secure" not in (header(plain, b"set-cookie") or b"")


# ---- checked again in place ----


async def test_checking_again_counts_once_and_allowing_counts_once() -> None:
    room = Room()
    ticket = room.ticket()
    request = make_request("outcome")
    found = []
    for verdict in (Verdict.BLOCKED, Verdict.UNKNOWN, Verdict.CLEAR, Verdict.CLEAR):
        room.now += 60
        found.append((await room.notices.again(ticket, visit(id="e" * 32, verdict=verdict), request)).quiet)
    assert found == [None, Quiet.NOT_BLOCKED, Quiet.NOT_BLOCKED, Quiet.NOT_BLOCKED]
    assert [type(each) for each in room.counted] == [NoticeEventSeen, AdsAllowed]
    assert set(room.ids) == {f"{VIEW}:rechecked", f"{VIEW}:allowed"}


async def allow(room: Room, verdict: Verdict = Verdict.CLEAR, **request: object) -> bytes | None:
    """The cookie that a reader gets who checks again."""
    asked = await room.notices.again(room.ticket(), visit(verdict=verdict), make_request("outcome", **request))  # type: ignore[arg-type]
    return header(asked, b"set-cookie")


async def test_that_ads_were_found_allowed_is_remembered_by_month_where_the_operator_wants_it() -> None:
    assert await allow(Room()) is None
    room = Room(count_allowed=True)
    month = b"adnotice=allowed.2026-11; Path=/_adnotice; Max-Age=13737600; HttpOnly; SameSite=Lax; Secure"
    assert await allow(room) == month
    assert await allow(Room(count_allowed=True), Verdict.BLOCKED) is None
    assert await allow(Room(count_allowed=True), agent="Googlebot/2.1") is None
    with pytest.raises(Rejected):
        await room.notices.again("x", visit(verdict=Verdict.CLEAR), make_request("outcome"))


async def test_views_with_ads_since_are_counted_and_their_reader_is_not_asked_again() -> None:
    room = Room(count_allowed=True)
    cookie = "allowed.2026-11"
    clear = room.ask(visit(verdict=Verdict.CLEAR), cookie=cookie)
    assert clear == Asked(Quiet.NOT_BLOCKED, None, (ClearSinceAllowed("default", "/budget", *READER),))
    assert room.ask(visit(), cookie=cookie) == Asked(Quiet.ALLOWED)
    assert room.ask(visit(verdict=Verdict.CLEAR), cookie=cookie, agent="Googlebot/2.1").occurrences == ()
    room.now += 159 * 86_400  # to the 180th day after the first of the month
    assert room.ask(visit(verdict=Verdict.CLEAR), cookie=cookie).occurrences == ()
    assert room.ask(visit(), cookie=cookie).quiet is None
    off = Room()
    assert off.ask(visit(verdict=Verdict.CLEAR), cookie=cookie).occurrences == ()
    assert off.ask(visit(), cookie=cookie).quiet is None


@pytest.mark.parametrize(("cookie", "cleared"), [("allowed.2026-11", True), ("never.2026-11-01", False), ("", False)])
async def test_an_objection_clears_what_was_remembered_of_allowed_ads(cookie: str, cleared: bool) -> None:
    answer = await Room(count_allowed=True).get("about/objection", body=b"objection=object", cookie=cookie)
    lines = [value for name, value in answer.headers if name == b"set-cookie"]
    assert lines[0].startswith(b"adnotice-objection=1; ")
    forgotten = b"adnotice=; Path=/_adnotice; Max-Age=0; HttpOnly; SameSite=Lax; Secure"
    assert lines[1:] == [forgotten] * cleared


async def test_checking_again_with_a_ticket_that_is_not_ours_is_rejected() -> None:
    room = Room()
    with pytest.raises(Rejected) as rejected:
        await room.notices.again("x", visit(), make_request("outcome"))
    assert rejected.value.status == 403
    assert room.counted == []


async def test_checking_again_after_half_a_day_is_answered_and_not_counted() -> None:
    room = Room()
    ticket = room.ticket()
    room.now += LIFETIME_SECONDS + 1
    asked = await room.notices.again(ticket, visit(verdict=Verdict.CLEAR), make_request("outcome"))
    assert asked == Asked(Quiet.NOT_BLOCKED)
    assert room.counted == []


async def test_checking_again_waits_for_the_store() -> None:
    room = Room()
    ticket = room.ticket()
    room.store_is_up = False
    with pytest.raises(Unavailable):
        await room.notices.again(ticket, visit(), make_request("outcome"))


# ---- the rest ----


async def test_the_preview_speaks_the_pages_language_and_counts_nothing() -> None:
    room = Room()
    answer = await room.get("notice", query=b"lang=en-GB")
    content = msgspec.json.decode(answer.body)
    assert (content["preview"], content["ticket"], content["lang"]) == (True, "", "en")
    assert header(answer, b"cache-control") == b"no-store"
    assert room.counted == []


async def test_the_preview_shows_what_a_reader_elsewhere_would_meet() -> None:
    room = Room()
    agent = {b"user-agent": b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    usual = msgspec.json.decode((await room.get("notice", headers=agent)).body)
    assert (usual["kind"], usual["device"]) == ("content", "firefox")
    assert usual["choices"] == {"kind": [*Kind], "device": [*Device], "lang": ["en"]}
    other = msgspec.json.decode((await room.get("notice", query=b"kind=hosts&device=ios", headers=agent)).body)
    assert (other["kind"], other["device"]) == ("hosts", "ios")
    assert other["blockers"] != usual["blockers"]
    wrong = await room.get("notice", query=b"kind=%00&device=nokia&lang=xx", headers=agent)
    assert msgspec.json.decode(wrong.body) == usual


async def test_the_script_is_served_once_and_then_revalidated() -> None:
    room = Room()
    answer = await room.get("notice.js")
    etag = header(answer, b"etag")
    assert etag is not None
    assert header(answer, b"content-type") == b"text/javascript; charset=utf-8"
    assert (await room.get("notice.js", headers={b"if-none-match": etag})).status == 304


@pytest.mark.parametrize(
    ("path", "methods", "same_origin", "limited"),
    [
        ("choice", ("POST",), True, True),
        ("about/choice", ("POST",), True, True),
        ("notice", ("GET", "HEAD"), False, False),
        ("about", ("GET", "HEAD"), False, False),
        ("notice.js", ("GET", "HEAD"), False, False),
        ("about.css", ("GET", "HEAD"), False, False),
    ],
)
async def test_what_changes_something_is_bounded(
    path: str, methods: tuple[str, ...], same_origin: bool, limited: bool
) -> None:
    rule = Room().notices.routes[path].rule
    assert (rule.methods, rule.same_origin, rule.limited) == (methods, same_origin, limited)
    assert bool(rule.max_body_bytes) is (methods == ("POST",))


@pytest.mark.parametrize(
    ("wish", "cookie"), [(b"choice=never", b"adnotice=never.2026-11-22;"), (b"choice=forget", b"adnotice=; ")]
)
async def test_the_public_page_takes_an_answer_and_takes_it_back(wish: bytes, cookie: bytes) -> None:
    answer = await Room().get("about/choice", body=wish)
    assert answer.status == 303
    assert header(answer, b"location") == b"/_adnotice/about?saved"
    assert (header(answer, b"set-cookie") or b"").startswith(cookie)


@pytest.mark.parametrize("wish", [b"choice=later", b"choice=", b"x", b"choice=%00"])
async def test_the_public_page_takes_nothing_else(wish: bytes) -> None:
    with pytest.raises(Rejected, match="choice must be one of: never, forget"):
        await Room().get("about/choice", body=wish)
