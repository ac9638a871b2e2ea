"""What the figures are called and what they count, in an editor's words. Reasons have theirs in `adnotice.texts`.

The tables are English, marked for translators; the functions say what stands in them in the language that is spoken.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from adnotice.count.model.language import NOT_KNOWN
from adnotice.count.model.tally import OTHER
from adnotice.finding import Weight
from adnotice.insight.analysis.change import Against
from adnotice.insight.analysis.summary import NO_REFERRER, Annotated
from adnotice.insight.audit_log import AuditAction, AuditEvent
from adnotice.insight.display.conventions import here
from adnotice.language import gettext, gettext_noop, pgettext
from adnotice.texts import UNKNOWN, Text, explain
from adnotice.vocabulary import Ground, Mode, Program, Quiet, Refusal, Rejection


class StepName(NamedTuple):
    """What a step of the funnel is called, and what it is a share of."""

    name: str
    of: str


MODES: Final[Mapping[Mode, str]] = {
    Mode.OFF: gettext_noop(
        "adnotice is switched off: nothing is counted and nobody is asked. Switch it on with: adnotice mode measure"
    ),
    Mode.MEASURE: gettext_noop("adnotice counts and asks nobody. Ask readers with: adnotice mode ask"),
    Mode.ASK: gettext_noop("adnotice counts, and asks readers whose browser blocks ads."),
}

MODE_NAMES: Final[Mapping[Mode, str]] = {
    # Translators: the name of a mode, on a button and as a heading.
    Mode.OFF: gettext_noop("Off"),
    # Translators: the name of a mode, on a button and as a heading.
    Mode.MEASURE: gettext_noop("Measure only"),
    # Translators: the name of a mode, on a button and as a heading.
    Mode.ASK: gettext_noop("Ask (notice on)"),
}

PREVIEWS: Final[Mapping[str, str]] = {
    # Translators: shapes of the notice; then what is looked at of it, after a colon, one after the other.
    "bar": gettext_noop("A bar at the bottom of the window"),
    "card": gettext_noop("A card in the corner of large windows"),
    "asking": gettext_noop("asking"),
    "steps": gettext_noop("with its steps open"),
    "more": gettext_noop("with more open"),
    "still": gettext_noop("where ads are still blocked"),
    "thanks": gettext_noop("thanking"),
}

STEPS: Final[Mapping[str, StepName]] = {
    "blocked": StepName(gettext_noop("Seen with ads blocked"), gettext_noop("of page views with a clear answer")),
    # Translators: page views in which the reader was asked; then: of what they are a share.
    "asked": StepName(gettext_noop("Asked"), gettext_noop("of those; the rest were left in peace")),
    "shown": StepName(
        gettext_noop("Notice on screen"), gettext_noop("of those asked; some leave before the notice comes up")
    ),
    "howto": StepName(gettext_noop("Steps opened"), gettext_noop("of notices shown: “how to allow ads” was opened")),
    "later": StepName(gettext_noop("Answered “not now”"), gettext_noop("of notices shown")),
    "never": StepName(gettext_noop("Answered “don’t ask again”"), gettext_noop("of notices shown")),
    "supports": StepName(gettext_noop("Answered “I already support you”"), gettext_noop("of notices shown")),
    "rechecked": StepName(gettext_noop("Checked again"), gettext_noop("of notices shown: “check again” was pressed")),
    "allowed": StepName(
        gettext_noop("Ads allowed again"),
        gettext_noop("of notices shown: a check after the notice found that ads come through"),
    ),
}

PER_HUNDRED: Final[Mapping[str, str]] = {
    "howto": gettext_noop("Steps opened"),
    "allowed": gettext_noop("Check found ads let through"),
    "supports": gettext_noop("“I already support you”"),
    "later": gettext_noop("“Not now”"),
    "never": gettext_noop("“Don’t ask again”"),
}
"""What followed the notice, as the first screen names it."""

AGAINST: Final[Mapping[Against, str]] = {
    # Translators: what the last weeks are compared with: a choice, and after a colon.
    Against.FOUR_WEEKS: gettext_noop("the 4 weeks before"),
    # Translators: what the last weeks are compared with: a choice, and after a colon.
    Against.TWO_WEEKS: gettext_noop("the 2 weeks before"),
    # Translators: what the last week is compared with: a choice, and after a colon.
    Against.ONE_WEEK: gettext_noop("the week before"),
    # Translators: what the last weeks are compared with: a choice, and after a colon.
    Against.YEAR: gettext_noop("a year ago"),
}
"""What the last weeks are compared with."""

BREAKDOWNS: Final[Mapping[str, tuple[str, str]]] = {
    "pages": (gettext_noop("Pages"), gettext_noop("Page")),
    "browsers": (gettext_noop("Browsers"), gettext_noop("Browser")),
    "devices": (gettext_noop("Devices"), gettext_noop("Device")),
    "systems": (gettext_noop("Operating systems"), gettext_noop("System")),
    "languages": (gettext_noop("Languages"), gettext_noop("Language")),
    "referrers": (gettext_noop("Referrers"), gettext_noop("Referrer")),
}

_APART: Final = gettext_noop(
    "Which pages these page views were of, and what else their browsers said, is not kept: adnotice counts each by itself, so "
    "that nobody can be followed. Nor is it how many of them were asked, or left without being measured."
)
NOT_COMBINED: Final[Mapping[str, str]] = {
    "pages": gettext_noop(
        "Which browsers, devices, systems, languages and referrers these page views had is not kept: adnotice counts each by "
        "itself, so that nobody can be followed. On what grounds, and why readers were not asked, is kept of the whole site."
    ),
    **dict.fromkeys(("browsers", "devices", "systems", "languages"), _APART),
    "referrers": gettext_noop(
        "Which pages these page views were of, and what else their browsers said, is not kept: adnotice counts each by "
        "itself, so that nobody can be followed. Nor is it how many of them were asked, or left without being measured, or "
        "what readers answered."
    ),
}
"""What a row that is opened alone can't tell."""


WEIGHTS: Final[Mapping[str, str]] = {
    "wrong": gettext_noop("To mend:"),
    "look": gettext_noop("Worth a look:"),
    "know": gettext_noop("Good to know:"),
}


PROGRAMS: Final[Mapping[Program, str]] = {
    Program.ROBOT: gettext_noop("Robots, such as search engines"),
    Program.HEADLESS: gettext_noop("Headless browsers, such as those of tests and screenshots"),
    Program.TOOL: gettext_noop("Tools and scripts, such as curl"),
}


def program(name: str) -> str:
    """Who asked for pages and is no reader."""
    return gettext(PROGRAMS[Program(name)] if name in list(Program) else UNKNOWN.means)


DEVICES: Final[Mapping[str, str]] = {
    "desktop": gettext_noop("Computers"),
    "phone": gettext_noop("Phones"),
    "tablet": gettext_noop("Tablets"),
}


def row(name: str, table: str = "") -> str:
    """The name of a row in this table: the last one takes all that have none of their own."""
    if table == "devices" and name in DEVICES:
        return gettext(DEVICES[name])
    if table == "languages":
        name = here().languages.get(name, name)
    if name == NO_REFERRER:
        return pgettext("row of a table: page views that name no referrer", "None said")
    if name == NOT_KNOWN:
        return pgettext("row of a table: page views of a browser, device, system or language", "Not known")
    return pgettext("row of a table", "All others") if name == OTHER else name


def mode(given: Mode) -> str:
    """What adnotice does in this mode."""
    return gettext(MODES[given])


def preview(given: str) -> str:
    """What a shape or a state of the notice is called where operators look at it."""
    return gettext(PREVIEWS[given])


def mode_name(given: Mode) -> str:
    """What a mode is called."""
    return gettext(MODE_NAMES[given])


def weight(given: Weight) -> str:
    """How much a finding matters: the words before it."""
    return gettext(WEIGHTS[given.value])


def annotation(given: Annotated) -> str:
    """What an annotation says; of a change of the mode, which."""
    if given.mode is None or given.before is None:
        return given.text
    # Translators: a change of the mode, such as: Ask (notice on), before: Measure only
    return gettext("{mode}, before: {before}", mode=mode_name(given.mode), before=mode_name(given.before))


AUDIT_ACTIONS: Final[Mapping[AuditAction, str]] = {
    # Translators: a change, in a list of who changed what.
    AuditAction.MODE: gettext_noop("Mode: {to}, before: {before}"),
    # Translators: in a list of who changed what; {to} is a time.
    AuditAction.PEACE: gettext_noop("Everyone left in peace until {to}"),
    # Translators: in a list of who changed what.
    AuditAction.PEACE_ENDED: gettext_noop("Readers asked again as the mode says"),
    # Translators: in a list of who changed what; {to} is a date.
    AuditAction.ANNOTATED: gettext_noop("Annotation, of {to}"),
    # Translators: in a list of who changed what; {to} is a date.
    AuditAction.REMOVED: gettext_noop("Annotation removed, of {to}"),
    # Translators: in a list of who changed what; {to} is the name that somebody gave it.
    AuditAction.TOKEN: gettext_noop("Token made: {to}"),
    # Translators: in a list of who changed what; {to} is the name that somebody gave it.
    AuditAction.TOKEN_REVOKED: gettext_noop("Token taken back: {to}"),
    # Translators: in a list of who changed what; {to} is the name that somebody gave it.
    AuditAction.LINK: gettext_noop("Shared link made: {to}"),
    # Translators: in a list of who changed what; {to} is the name that somebody gave it.
    AuditAction.LINK_REVOKED: gettext_noop("Shared link taken back: {to}"),
}


CHECKS: Final[Mapping[str, str]] = {
    # Translators: a step of a site’s first day, done or not yet.
    "tag": gettext_noop("A page left with the tag"),
    # Translators: a step of a site’s first day, done or not yet: the page’s report.
    "report": gettext_noop("Its report came back"),
    # Translators: a step of a site’s first day, done or not yet.
    "robots": gettext_noop("Robots were seen and left out"),
    # Translators: a step of a site’s first day, done or not yet.
    "answers": gettext_noop("Both answers were seen, with ads and with ads blocked"),
    # Translators: a step of a site’s first day, done or not yet.
    "notice": gettext_noop("The notice was switched on"),
}
"""The steps of a site's first day."""


def audit_event(given: AuditEvent) -> str:
    """What was changed, on one line."""
    to, before = given.to, given.before
    if given.action is AuditAction.MODE:
        to, before = (mode_name(Mode(name)) if name in list(Mode) else name for name in (to, before))
    return gettext(AUDIT_ACTIONS[given.action], to=to, before=before).rstrip()


def ground(name: str) -> Text:
    """What a verdict stands on."""
    return explain(Ground, name)


def quiet(name: str) -> Text:
    """Why a view was not asked."""
    return explain(Quiet, name)


def rejection(name: str) -> Text:
    """Why a request to one of our own addresses was rejected."""
    return explain(Rejection, name)


def refusal(name: str) -> Text:
    """Why pages left without the tag, and what to do."""
    return explain(Refusal, name)
