"""Writes the pages that follow from the code: docs/settings.md, docs/commands.md, docs/reasons.md, and the words in
docs/openapi.json; and adnotice/keywords.py, the settings as keywords for editors and type checkers. `make docs` runs it."""

from __future__ import annotations

import inspect
import json
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

import click
import msgspec

from adnotice import texts
from adnotice.cli import WIDTH, adnotice
from adnotice.count.settings import CountSettings
from adnotice.detect.report import Report
from adnotice.detect.settings import DetectSettings
from adnotice.http.admission import AdmissionSettings
from adnotice.inject.settings import InjectSettings
from adnotice.insight.display.exports import TABLE_NAMES
from adnotice.insight.settings import InsightSettings
from adnotice.notice.settings import NoticeSettings
from adnotice.settings import CONFIG_VARIABLE, ENVIRONMENT_PREFIX, Settings
from adnotice.settings_list import describe
from adnotice.texts import Text
from adnotice.vocabulary import Ground, Kind, Quiet, Verdict
from docs.endpoints import list_endpoints, query

HERE = Path(__file__).parent
ROOMS: tuple[Any, ...] = (
    InjectSettings,
    DetectSettings,
    NoticeSettings,
    CountSettings,
    InsightSettings,
    AdmissionSettings,
)


def default(field: Field[Any]) -> str:
    """The default as one would write it."""
    if field.name == "secret_key":
        return "required"
    value = field.default if field.default is not MISSING else field.default_factory()  # type: ignore[misc]
    return f"`{str(value) if isinstance(value, str) and value else repr(value)}`"


def settings_page() -> str:
    """The page on every setting."""
    lines = [
        "# Settings",
        "",
        "`adnotice init` writes them into adnotice.toml. `AdNoticeMiddleware(app)`, `adnotice serve` and every command read the",
        f"file that `{CONFIG_VARIABLE}` names, else adnotice.toml in the folder where they run; every command prints which one.",
        f"Variables stand above the file (`{ENVIRONMENT_PREFIX}MODE=ask`; lists are separated by commas, mappings are JSON), and",
        "are enough without one.",
        "",
        'In code they are keywords (`AdNoticeMiddleware(app, secret_key=..., mode="ask")`): refused where there is a file too,',
        "since the commands would read other settings than the server. Or read them yourself:",
        '`AdNoticeMiddleware(app, Settings.from_file("news.toml"))`, `Settings.from_env()`, `Settings.of(...)`.',
        "",
        "Whatever is wrong is said at once, with its remedy: `AdNoticeMiddleware` logs the list and lets no server start that",
        "asks it (lifespan); where none asks (daphne, mounted apps) pages go out untouched and our addresses answer 503.",
        "`Settings.of`, `from_env` and `from_file` raise `SettingsError` instead. Variables that Kubernetes sets for a service",
        "called adnotice (`ADNOTICE_PORT=tcp://…`) are passed over.",
        "",
        "This page is made from the code by `make docs`.",
    ]
    for owner in (Settings, *ROOMS):
        texts = describe(owner)
        named = [field for field in fields(owner) if field.name in texts]
        lines += ["", f"## {inspect.getdoc(owner)}", "", "| setting | default | meaning |", "|---|---|---|"]
        lines += [f"| `{field.name}` | {default(field)} | {texts[field.name]} |" for field in named]
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """The page on every command."""
    lines = ["# Commands", "", "This page is made from the code by `make docs`."]
    top = click.Context(adnotice, info_name="adnotice", **adnotice.context_settings)
    for name in adnotice.list_commands(top):
        context = click.Context(
            adnotice.commands[name], info_name=name, parent=top, terminal_width=WIDTH, max_content_width=WIDTH
        )
        lines += ["", f"## adnotice {name}", "", "```", context.get_help().rstrip(), "```"]
    return "\n".join(lines) + "\n"


TABLES: dict[str, tuple[str, Mapping[Any, Text]]] = {
    "Why a page leaves without the tag": ("refusal", texts.REFUSALS),
    "What a verdict stands on": ("ground, or sign beside it", texts.GROUNDS),
    "Why a request to one of our own addresses is rejected": ("rejection", texts.REJECTIONS),
    "Why a view is not asked": ("quiet reason", texts.QUIETS),
}


def reasons_page() -> str:
    """The page on every reason that figures are counted under."""
    lines = [
        "# Reasons",
        "",
        "The names that dashboard, health page, exports and `adnotice doctor` use: each with its meaning and what to do.",
        "",
        "This page is made from the code by `make docs`.",
    ]
    for title, (head, table) in TABLES.items():
        lines += ["", f"## {title}", "", f"| {head} | meaning | what to do | harmless |", "|---|---|---|---|"]
        lines += [
            f"| `{word.value}` | {cell(text.means)} | {cell(text.do)} | {'yes' if text.harmless else 'no'} |"
            for word, text in table.items()
        ]
    return "\n".join(lines) + "\n"


def cell(text: str) -> str:
    """The text as it can stand in a table."""
    return text.replace("<", "&lt;").replace("|", "\\|")


TYPES: Mapping[str, str] = {
    "tuple[str, ...]": "str | Sequence[str]",
    "Mode": 'Mode | Literal["off", "measure", "ask"]',
    "Consent": 'Literal["not-needed", "required"]',
}
"""What one may give for a setting that is kept as this type."""

KEYWORDS: str = '''\
"""The settings as keywords, for editors to complete and mypy and pyright to check. Made from the rooms' settings by `make docs`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypedDict

from starlette.requests import Request
from starlette.types import Scope

from adnotice.http.messages import Request as ReportRequest
from adnotice.vocabulary import Mode


class Keywords(TypedDict, total=False):
    """What `AdNoticeMiddleware(app, …)`, `AdNotice(app, …)` and `Settings.of(…)` take; Django's `ADNOTICE = {…}` too."""
'''


def keywords_module() -> str:
    """The module with a keyword for each setting, its type and its sentence."""
    lines = [KEYWORDS]
    for owner in (Settings, *ROOMS):
        sentences = describe(owner)
        for field in fields(owner):
            if field.name in sentences:
                assert isinstance(field.type, str)  # of a module whose annotations are postponed
                lines.append(f"    {field.name}: {TYPES.get(field.type, field.type).replace(chr(39), chr(34))}")
                lines += textwrap.wrap(
                    f'"""{sentences[field.name]}"""', 120, initial_indent="    ", subsequent_indent="    "
                )
                lines.append("")
    return "\n".join(lines[:-1]) + "\n"


def openapi() -> str:
    """The description of our endpoints for machines, with the words that the vocabulary has now and the report as it is read."""
    document = json.loads((HERE / "openapi.json").read_text(encoding="utf-8"))
    found = document["components"]["schemas"]["Found"]["properties"]
    for name, words in (("verdict", Verdict), ("kind", Kind), ("ground", Ground), ("quiet", Quiet)):
        found[name]["enum"] = [*(word.value for word in words), *((None,) if None in found[name]["enum"] else ())]
    _, components = msgspec.json.schema_components([Report], ref_template="#/components/schemas/{name}")
    schema = json.loads(msgspec.json.encode(components["Report"]))
    schema["description"] = inspect.cleandoc(schema["description"])  # some versions of msgspec do so, others don't
    document["components"]["schemas"]["Report"] = schema
    (table, *_) = document["paths"]["/api/v1/{table}.csv"]["get"]["parameters"]
    table["schema"]["enum"] = list(TABLE_NAMES)
    text = {"type": "string", "maxLength": 300}
    row_keys = (("q", "A part of the name, in tables of rows.", text), ("by", "Of pages, `section`.", text))
    for path, more in (("/api/v1/summary", ()), ("/api/v1/{table}.csv", row_keys)):
        parameters = document["paths"][path]["get"]["parameters"]
        known = {each["name"] for each in parameters}
        parameters += [each for each in query(*more) if each["name"] not in known]
    schemes = document["components"]["securitySchemes"]
    schemes["token"]["description"] = "The setting metrics_token, or a token that was made on the dashboard."
    schemes["link"] = {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-adn-link",
        "description": "Of who came by a shared link.",
    }
    document["info"]["title"] = "adnotice: every address below its prefix"
    document["info"]["description"] = (
        "Below the prefix (/_adnotice by default): the test, the notice, the public page, the dashboard, and the figures for "
        "other programs. Readers’ addresses serve the site's own pages only: no cross-origin use, no credentials but the "
        "reader's own choice. Those of figures take a dashboard session, a token, or, where it says so, a shared link; with the "
        "setting authorize the site's own accounts are the session."
    )
    document["paths"] |= list_endpoints()
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


PAGES = {
    "openapi.json": openapi,
    "settings.md": settings_page,
    "commands.md": commands_page,
    "reasons.md": reasons_page,
    "../adnotice/keywords.py": keywords_module,
}


def main() -> int:
    """Writes the pages and says which changed."""
    for name, make in PAGES.items():
        path = HERE / name
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        new = make()
        path.write_text(new, encoding="utf-8")
        print(f"{path.resolve().relative_to(HERE.parent)}: {'unchanged' if new == old else 'written'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
