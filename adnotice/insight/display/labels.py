"""What the figures are called and what they count, in an editor's words. Reasons have theirs in `adnotice.texts`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from adnotice.count.model.language import NOT_KNOWN
from adnotice.count.model.tally import OTHER
from adnotice.insight.analysis.change import Against
from adnotice.insight.analysis.summary import NO_REFERRER, Annotated
from adnotice.insight.trail import Act, Deed
from adnotice.texts import UNKNOWN, Text, explain
from adnotice.vocabulary import Ground, Mode, Program, Quiet, Refusal, Rejection


class StepName(NamedTuple):
    """What a step of the funnel is called, and what it is a share of."""

    name: str
    of: str


MODES: Final[Mapping[Mode, str]] = {
    Mode.OFF: "adnotice is switched off: nothing is counted and nobody is asked. Switch it on with: adnotice mode measure",
    Mode.MEASURE: "adnotice counts and asks nobody. Ask readers with: adnotice mode ask",
    Mode.ASK: "adnotice counts, and asks readers whose browser blocks ads.",
}

MODE_NAMES: Final[Mapping[Mode, str]] = {
    Mode.OFF: "Off",
    Mode.MEASURE: "Measure only",
    Mode.ASK: "Ask (notice on)",
}

STEPS: Final[Mapping[str, StepName]] = {
    "blocked": StepName("Seen with ads blocked", "of page views with a clear answer"),
    "asked": StepName("Asked", "of those; the rest were left in peace"),
    "shown": StepName("Notice on screen", "of those asked; some leave before the notice comes up"),
    "howto": StepName("Steps opened", "of notices shown: “how to allow ads” was opened"),
    "later": StepName("Answered “not now”", "of notices shown"),
    "never": StepName("Answered “don’t ask again”", "of notices shown"),
    "supports": StepName("Answered “I already support you”", "of notices shown"),
    "rechecked": StepName("Checked again", "of notices shown: “check again” was pressed"),
    "allowed": StepName("Ads allowed again", "of notices shown: a check after the notice found that ads come through"),
}

PER_HUNDRED: Final[Mapping[str, str]] = {
    "howto": "Steps opened",
    "allowed": "Check found ads let through",
    "supports": "“I already support you”",
    "later": "“Not now”",
    "never": "“Don’t ask again”",
}
"""What followed the notice, as the first screen names it."""

AGAINST: Final[Mapping[Against, str]] = {
    Against.FOUR_WEEKS: "the 4 weeks before",
    Against.TWO_WEEKS: "the 2 weeks before",
    Against.ONE_WEEK: "the week before",
    Against.YEAR: "a year ago",
}
"""What the last weeks are compared with."""

BREAKDOWNS: Final[Mapping[str, tuple[str, str]]] = {
    "pages": ("Pages", "Page"),
    "browsers": ("Browsers", "Browser"),
    "devices": ("Devices", "Device"),
    "systems": ("Operating systems", "System"),
    "languages": ("Languages", "Language"),
    "referrers": ("Referrers", "Referrer"),
}

_APART: Final = (
    "Which pages these page views were of, and what else their browsers said, is not kept: adnotice counts each by itself, so "
    "that nobody can be followed. Nor is it how many of them were asked, or left without being measured."
)
NOT_COMBINED: Final[Mapping[str, str]] = {
    "pages": (
        "Which browsers, devices, systems, languages and referrers these page views had is not kept: adnotice counts each by "
        "itself, so that nobody can be followed. On what grounds, and why readers were not asked, is kept of the whole site."
    ),
    **dict.fromkeys(("browsers", "devices", "systems", "languages"), _APART),
    "referrers": f"{_APART[:-1]}, or what readers answered.",
}
"""What a row that is opened alone can't tell."""


WEIGHTS: Final[Mapping[str, str]] = {"wrong": "To mend:", "look": "Worth a look:", "know": "Good to know:"}


PROGRAMS: Final[Mapping[Program, str]] = {
    Program.ROBOT: "Robots, such as search engines",
    Program.HEADLESS: "Headless browsers, such as those of tests and screenshots",
    Program.TOOL: "Tools and scripts, such as curl",
}


def program(name: str) -> str:
    """Who asked for pages and is no reader."""
    return PROGRAMS[Program(name)] if name in list(Program) else UNKNOWN.means


DEVICES: Final[Mapping[str, str]] = {"desktop": "Computers", "phone": "Phones", "tablet": "Tablets"}


LANGUAGES: Final[Mapping[str, str]] = dict(
    part.split(":")
    for part in (
        "ar:Arabic bg:Bulgarian bn:Bengali bs:Bosnian ca:Catalan cs:Czech da:Danish de:German el:Greek en:English "
        "es:Spanish et:Estonian eu:Basque fa:Persian fi:Finnish fr:French ga:Irish gl:Galician he:Hebrew hi:Hindi "
        "hr:Croatian hu:Hungarian id:Indonesian is:Icelandic it:Italian ja:Japanese ka:Georgian ko:Korean lt:Lithuanian "
        "lv:Latvian mk:Macedonian ms:Malay nb:Norwegian nl:Dutch nn:Nynorsk no:Norwegian pl:Polish pt:Portuguese "
        "ro:Romanian ru:Russian sk:Slovak sl:Slovenian sq:Albanian sr:Serbian sv:Swedish sw:Swahili ta:Tamil th:Thai "
        "tr:Turkish uk:Ukrainian ur:Urdu vi:Vietnamese zh:Chinese"
    ).split()
)
"""The languages that browsers ask for most often (CLDR's English names); others stand under their codes."""


def row(name: str, table: str = "") -> str:
    """The name of a row in this table: the last one takes all that have none of their own."""
    if table == "devices":
        name = DEVICES.get(name, name)
    if table == "languages":
        name = LANGUAGES.get(name, name)
    if name == NO_REFERRER:
        return "None said"
    if name == NOT_KNOWN:
        return "Not known"
    return "All others" if name == OTHER else name


def subject(name: str, table: str) -> str:
    """A row of this table and its verb, before a share of the page views."""
    if name == NO_REFERRER:
        return "without another site as their referrer came"
    if name == NOT_KNOWN:
        return f"without a known {BREAKDOWNS[table][1].lower()} came"
    said = row(name, table)
    return f"browsers set to {said} brought" if table == "languages" else f"{said} brought"


def mode(given: Mode) -> str:
    """What adnotice does in this mode."""
    return MODES[given]


def annotation(given: Annotated) -> str:
    """What an annotation says; of a change of the mode, which."""
    if given.mode is None or given.before is None:
        return given.text
    return f"{MODE_NAMES[given.mode]}, before: {MODE_NAMES[given.before]}"


ACTS: Final[Mapping[Act, str]] = {
    Act.MODE: "Mode",
    Act.PEACE: "Everyone left in peace until",
    Act.PEACE_ENDED: "Readers asked again as the mode says",
    Act.ANNOTATED: "Annotation, of",
    Act.REMOVED: "Annotation removed, of",
    Act.TOKEN: "Token made:",
    Act.TOKEN_REVOKED: "Token taken back:",
    Act.LINK: "Shared link made:",
    Act.LINK_REVOKED: "Shared link taken back:",
}


CHECKS: Final[Mapping[str, str]] = {
    "tag": "A page left with the tag",
    "report": "Its report came back",
    "robots": "Robots were seen and left out",
    "answers": "Both answers were seen, with ads and with ads blocked",
    "notice": "The notice was switched on",
}
"""The steps of a site's first day."""


def deed(given: Deed) -> str:
    """What was changed, on one line."""
    if given.act is Act.MODE:
        names = [MODE_NAMES[Mode(name)] if name in list(Mode) else name for name in (given.to, given.before)]
        return f"Mode: {names[0]}, before: {names[1]}"
    return f"{ACTS[given.act]} {given.to}".rstrip()


def ground(name: str) -> Text:
    """What a verdict stands on."""
    return explain(Ground, name)


def quiet(name: str) -> Text:
    """Why a view was not asked."""
    return explain(Quiet, name)


def rejection(name: str) -> Text:
    """Why a request to one of our own addresses was refused."""
    return explain(Rejection, name)


def refusal(name: str) -> Text:
    """Why pages left without the tag, and what to do."""
    return explain(Refusal, name)
