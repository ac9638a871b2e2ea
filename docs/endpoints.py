"""The addresses that docs/openapi.json has from here: short to say, each with every answer that it may give."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from adnotice.detect.client import PARTS
from adnotice.insight.access.grants import MAX_DAYS, GrantKind
from adnotice.insight.analysis.change import Against
from adnotice.insight.analysis.summary import TABLES
from adnotice.insight.annotations import MAX_CHARACTERS
from adnotice.insight.operations import DEFAULT
from adnotice.notice.device import Device
from adnotice.notice.endpoints import PARTS as NOTICE_PARTS
from adnotice.notice.endpoints import ChoiceReport
from adnotice.vocabulary import Kind, Mode

Item = dict[str, Any]

DAYS: Final[tuple[tuple[str, str, Item], ...]] = (
    ("site", "Which site; else the one named like the host, else the first.", {"type": "string", "maxLength": 300}),
    ("first", "The first day.", {"type": "string", "format": "date"}),
    ("last", "The last day.", {"type": "string", "format": "date"}),
    ("days", "So many days up to the last one, or up to today.", {"type": "integer", "minimum": 1, "maximum": 800}),
    (
        "against",
        "What the last whole weeks are compared with; else the four weeks before. `year` is described and not judged.",
        {"type": "string", "enum": [each.value for each in Against]},
    ),
)
SESSION: Final = [{"session": []}, {"link": []}]
OPERATOR: Final = [{"session": []}]


def answer(description: str, *types: str) -> Item:
    """One answer, of one of these types."""
    content = {each: {"schema": {} if each.endswith("json") else {"type": "string"}} for each in types}
    return {"description": description, **({"content": content} if content else {})}


def rejected(description: str, *types: str) -> Item:
    """An answer that says in a header why it is none."""
    made = answer(description, *(types or ("text/plain",)))
    return {**made, "headers": {"X-AdNotice": {"description": "Why it was rejected.", "schema": {"type": "string"}}}}


METHOD: Final = {"405": rejected("Another method.", "text/plain", "text/html")}
AWAY: Final = {"503": answer("The store is away, or adnotice’s settings can’t be used.", "text/html", "text/plain")}
FORM: Final = {
    "400": answer("No such form, or what it asks for can’t be done; the page says why.", "text/html", "text/plain"),
    "403": rejected(
        "From another site’s page, of nobody who is logged in, or with a token of another page.",
        "text/plain",
        "text/html",
    ),
    "408": rejected("The body came too late."),
    "413": rejected("The body is larger than a form."),
    "415": rejected("No form."),
    **METHOD,
    **AWAY,
}


def asset(summary: str, kind: str) -> Item:
    """A file of ours."""
    answers = {"200": answer("The file.", kind), "304": answer("The browser has it."), **METHOD}
    return {"get": {"summary": summary, "responses": answers}}


def query(*more: tuple[str, str, Item]) -> list[Item]:
    """The keys of a query: those that choose days, and these."""
    named = [*DAYS, *more]
    return [{"name": name, "in": "query", "description": said, "schema": schema} for name, said, schema in named]


def page(summary: str, *more: tuple[str, str, Item], shared: bool = False, days: bool = True) -> Item:
    """A page of the dashboard."""
    answers = {
        "200": answer("The page.", "text/html"),
        "303": answer("To the login."),
        "400": answer("Days that can’t be shown, or a key that is not known; the page says why.", "text/html"),
        "403": answer("No way in is set, or this account may not look.", "text/html"),
        "404": answer("No such row.", "text/html"),
        **METHOD,
        **AWAY,
    }
    told: Item = {"summary": summary, "security": SESSION if shared else OPERATOR, "responses": answers}
    if days:
        told["parameters"] = query(*more)
    return {"get": told}


def form(summary: str, fields: dict[str, Item], done: str, *needed: tuple[str, ...]) -> Item:
    """A form of ours, sent by one of our own pages, with that page's token; `needed`: sets of fields of which it has one."""
    schema: Item = {"type": "object", "required": ["token"], "properties": fields}
    if needed:
        schema["anyOf"] = [{"required": list(each)} for each in needed]
    body = {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}}
    answers = {
        "200": answer("Done; what is shown once stands on the page.", "text/html"),
        "303": answer(done),
        "429": rejected("Too many of them."),
        **FORM,
    }
    return {"post": {"summary": summary, "requestBody": body, "responses": answers}}


def field(said: str, **rules: Any) -> Item:
    """One field of a form: text, with what holds for it."""
    return {"type": "string", "description": said, **rules}


TOKEN: Final = {"token": field("The page’s own proof that it sends this form.")}
BACK: Final = {"back": field("Where to go afterwards, below the dashboard.")}
SITE: Final = {"site": field("Which site, by its name.", maxLength=300)}
TEXT: Final[Item] = {"type": "string", "maxLength": 300}


def list_endpoints() -> dict[str, Item]:
    """Each address below our prefix that is written down here, by its path."""
    _, schemas = msgspec.json.schema_components([ChoiceReport])
    choice = msgspec.json.decode(msgspec.json.encode(schemas["ChoiceReport"]))
    choice_answers = {
        "204": answer("Counted, or counted before."),
        "400": rejected("No choice: not JSON, or not of the schema."),
        **{each: FORM[each] for each in ("408", "413", "415")},
        "403": rejected("The ticket is not ours, or another site’s page sends it."),
        "429": rejected("Too many of them."),
        "503": rejected("The store is away."),
        **METHOD,
    }
    files = {
        **{f"/{name}": asset("A part of the test that a view may load", "text/javascript") for name in PARTS},
        "/notice.js": asset("What shows the notice", "text/javascript"),
        **{
            f"/{name}": asset("A part of the notice that is brought when it is needed", "text/javascript")
            for name in NOTICE_PARTS
        },
        "/about.js": asset("The public page’s script", "text/javascript"),
        "/about.css": asset("The public page’s style", "text/css"),
        "/dashboard/dashboard.js": asset("What looks again while the dashboard is open", "text/javascript"),
        "/dashboard/dashboard.css": asset("The dashboard’s style", "text/css"),
    }
    about = {"200": answer("The page, in the reader’s language.", "text/html"), **METHOD}
    back_to_about = {
        "303": answer("Back to the public page."),
        **{each: FORM[each] for each in ("400", "403", "408", "413", "415")},
        "429": rejected("Too many of them."),
        **METHOD,
    }

    def about_form(name: str, words: list[str], said: str) -> Item:
        schema = {"type": "object", "required": [name], "properties": {name: {"type": "string", "enum": words}}}
        body = {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}}
        return {"post": {"summary": said, "requestBody": body, "responses": back_to_about}}

    row_answers = {
        "200": answer("The row.", "application/json"),
        "400": rejected("A key that is not known, or days that can’t be shown."),
        "401": rejected("Neither a session nor a token."),
        "403": rejected("No way in is set."),
        "404": rejected("No such row, or no such table."),
        **METHOD,
        **AWAY,
    }
    row_parameters = [
        {"name": "table", "in": "path", "required": True, "schema": {"type": "string", "enum": list(TABLES)}},
        *query(("name", "The row’s name.", TEXT)),
    ]
    return {
        **files,
        "/choice": {
            "post": {
                "summary": "What a reader did with a notice",
                "requestBody": {"required": True, "content": {"application/json": {"schema": choice}}},
                "responses": choice_answers,
            }
        },
        "/notice": {
            "get": {
                "summary": "A notice to look at; nothing is counted",
                "parameters": [
                    {"name": name, "in": "query", "schema": schema}
                    for name, schema in (
                        ("lang", TEXT),
                        ("kind", {"type": "string", "enum": list(Kind)}),
                        ("device", {"type": "string", "enum": list(Device)}),
                    )
                ],
                "responses": {"200": answer("The notice’s words.", "application/json"), **METHOD},
            }
        },
        "/about": {
            "get": {"summary": "The public page: what is counted, and the reader’s own choices", "responses": about}
        },
        "/about/choice": about_form("choice", ["never", "forget"], "“Don’t ask again”, or forget that"),
        "/about/objection": about_form("objection", ["object", "withdraw"], "“Don’t count my views”, or do again"),
        "/dashboard": page("The figures", shared=True),
        "/dashboard/health": page("What is to mend, by process too"),
        "/dashboard/notice": page("The mode, what followed the notice, and who changed what"),
        "/dashboard/settings": page("All settings, secrets hidden"),
        "/dashboard/access": page("Tokens and shared links"),
        "/dashboard/preview": {
            "get": {
                "summary": "A page of ours to look at the notice on",
                "security": OPERATOR,
                "parameters": [{"name": "lang", "in": "query", "schema": TEXT}],
                "responses": page("")["get"]["responses"],
            }
        },
        **{
            f"/dashboard/{table}": page(
                f"All rows of {table}, some, or one alone",
                ("q", "A part of the name.", TEXT),
                (
                    "by",
                    "Of pages, `section`.",
                    {"type": "string", "enum": ["", "section"]} if table == "pages" else TEXT,
                ),
                ("name", "The row to open alone.", TEXT),
                shared=True,
            )
            for table in TABLES
        },
        "/dashboard/state": {
            "get": {
                "summary": "A word that changes with the figures",
                "security": SESSION,
                "parameters": query(),
                "responses": {
                    "200": answer("The word.", "application/json"),
                    "400": rejected("Days that can’t be shown."),
                    "401": rejected("Nobody is logged in."),
                    **METHOD,
                    **AWAY,
                },
            }
        },
        "/dashboard/shared/{secret}": {
            "get": {
                "summary": "From a shared link to its figures",
                "parameters": [{"name": "secret", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {
                    "303": answer("To the figures."),
                    "404": answer("A link that was taken back, is over, or never was.", "text/html"),
                    **METHOD,
                    **AWAY,
                },
            }
        },
        "/dashboard/login": {
            "get": {
                "summary": "The form to log in",
                "parameters": [{"name": "next", "in": "query", "schema": TEXT}],
                "responses": page("")["get"]["responses"],
            },
            **form(
                "Logs in",
                {**TOKEN, "password": field("The password."), "next": field("Where to go then.")},
                "To the figures.",
                ("password",),
            ),
        },
        "/dashboard/logout": form("Logs out, everywhere", TOKEN, "To the login."),
        "/dashboard/mode": form(
            "Puts a mode in force",
            {**TOKEN, **BACK, "to": field("The mode, or what the setting says.", enum=[*Mode, DEFAULT])},
            "Done; back.",
            ("to",),
        ),
        "/dashboard/peace": form(
            "Leaves everyone in peace until a time, or ends that",
            {
                **TOKEN,
                **BACK,
                "until": field("A local date and time such as 2026-05-03T23:00."),
                "end": field("Present: ask again now."),
            },
            "Done; back.",
            ("until",),
            ("end",),
        ),
        "/dashboard/annotations": form(
            "Notes what happened on a day, or removes that",
            {
                **TOKEN,
                **BACK,
                **SITE,
                "day": field("A date such as 2026-05-03, or today."),
                "text": field("What happened.", maxLength=MAX_CHARACTERS),
                "remove": field("Present: removes the annotation with this id."),
            },
            "Done; back.",
            ("site", "day", "text"),
            ("remove",),
        ),
        "/dashboard/grant": form(
            "Makes a token or a shared link, or takes one back",
            {
                **TOKEN,
                **BACK,
                **SITE,
                "kind": field("What is made, or taken back.", enum=list(GrantKind)),
                "name": field("For whom."),
                "days": field(f"How many days a link holds, 1 to {MAX_DAYS}.", pattern="^[0-9]{1,3}$"),
                "revoke": field("Present: takes back the one with this id."),
            },
            "Taken back.",
            ("kind", "name"),
            ("kind", "revoke"),
        ),
        "/api/v1/{table}/row": {
            "get": {
                "summary": "One row opened alone",
                "security": [{"token": []}, {"session": []}],
                "parameters": row_parameters,
                "responses": row_answers,
            }
        },
    }
