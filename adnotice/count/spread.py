"""One occurrence becomes the keys that it is counted under; what a reader's headers said is classified here."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from adnotice.agents import MAX_AGENT_CHARACTERS, classify_agent
from adnotice.count.language import MAX_LANGUAGE_CHARACTERS, name_language
from adnotice.count.tally import Dimension, Key, Outcome
from adnotice.events import (
    AdsAllowed,
    Choice,
    ChoiceMade,
    Kind,
    NoticeShown,
    Occurrence,
    PageInjected,
    PageRefused,
    Quiet,
    Verdict,
    ViewJudged,
)

Keys = tuple[Key, ...]

VERDICTS: Final = (Outcome.CLEAR, Outcome.BLOCKED_EXTENSION, Outcome.BLOCKED_NETWORK, Outcome.UNKNOWN)

BOT: Final = Outcome.BOT
ASKED: Final = Outcome.ASKED
_CHOICES: Final = {choice: Outcome(choice.value) for choice in Choice}


def spread(occurrence: Occurrence) -> Keys:
    """The keys under which this occurrence counts one each; none for what a bot did other than view."""
    if isinstance(occurrence, ViewJudged):
        return _spread_view(occurrence)
    if isinstance(occurrence, PageInjected):
        return _page_keys(occurrence.site, occurrence.page, occurrence.declined)
    if isinstance(occurrence, PageRefused):
        return _refusal_keys(occurrence.site, str(occurrence.reason))
    if isinstance(occurrence, NoticeShown):
        return _spread_answer(occurrence, Outcome.SHOWN)
    if isinstance(occurrence, ChoiceMade):
        return _spread_answer(occurrence, _CHOICES[occurrence.choice])
    return _spread_answer(occurrence, Outcome.ALLOWED)


def suspect_keys(view: ViewJudged) -> Keys:
    """The keys of a view that the served pages don't explain: apart, without what it claimed."""
    return _place_keys(view.site, view.page, Outcome.SUSPECT)


@lru_cache(maxsize=32)
def outcome_of(verdict: Verdict, kind: Kind | None) -> Outcome:
    """What a verdict is counted as."""
    if verdict is Verdict.CLEAR:
        return Outcome.CLEAR
    if verdict is Verdict.BLOCKED:
        return Outcome.BLOCKED_NETWORK if kind is Kind.NETWORK else Outcome.BLOCKED_EXTENSION
    return Outcome.UNKNOWN


def _spread_view(view: ViewJudged) -> Keys:
    site, outcome = view.site, outcome_of(view.verdict, view.kind)
    reader = _reader_keys(site, view.agent[:MAX_AGENT_CHARACTERS], view.language[:MAX_LANGUAGE_CHARACTERS], outcome)
    if reader is None:
        return _place_keys(site, view.page, BOT)
    keys = _place_keys(site, view.page, outcome) + reader + _ground_keys(site, view.evidence, outcome)
    for sign in view.signs:
        keys += _ground_keys(site, sign, outcome)
    if view.referrer:
        keys += (_key(site, Dimension.REFERRER, view.referrer, outcome),)
    if view.asked:
        return keys + _place_keys(site, view.page, ASKED)
    return keys + _quiet_keys(site, view.quiet)


def _spread_answer(answer: NoticeShown | ChoiceMade | AdsAllowed, outcome: Outcome) -> Keys:
    site = answer.site
    reader = _reader_keys(site, answer.agent[:MAX_AGENT_CHARACTERS], answer.language[:MAX_LANGUAGE_CHARACTERS], outcome)
    if reader is None:
        return ()
    keys = _place_keys(site, answer.page, outcome) + reader
    return (*keys, _key(site, Dimension.VARIANT, answer.variant, outcome)) if answer.variant else keys


# What is counted over and over is made once: the same tuples, and in them the same keys. What a header says is looked
# up here too; the headers stay in memory alone, the least used go first.


@lru_cache(maxsize=1024)
def _key(site: str, dimension: Dimension, value: str, outcome: Outcome) -> Key:
    return Key(site, dimension, value, outcome)


@lru_cache(maxsize=2048)
def _place_keys(site: str, page: str, outcome: Outcome) -> Keys:
    return (_key(site, Dimension.ALL, "", outcome), Key(site, Dimension.PAGE, page, outcome))


@lru_cache(maxsize=2048)
def _page_keys(site: str, page: str, declined: bool) -> Keys:
    keys = _place_keys(site, page, Outcome.INJECTED)
    return keys + _place_keys(site, page, Outcome.DECLINED) if declined else keys


@lru_cache(maxsize=2048)
def _reader_keys(site: str, agent: bytes, language: bytes, outcome: Outcome) -> Keys | None:
    """By what the reader's headers say; None for a bot."""
    read = classify_agent(agent.decode("latin-1"))
    if read.bot:
        return None
    return (
        _key(site, Dimension.BROWSER, read.browser, outcome),
        _key(site, Dimension.DEVICE, read.device, outcome),
        _key(site, Dimension.SYSTEM, read.system, outcome),
        _key(site, Dimension.LANGUAGE, name_language(language.decode("latin-1")), outcome),
    )


@lru_cache(maxsize=256)
def _ground_keys(site: str, evidence: str, outcome: Outcome) -> Keys:
    return (_key(site, Dimension.EVIDENCE, str(evidence), outcome),) if evidence else ()


@lru_cache(maxsize=256)
def _refusal_keys(site: str, reason: str) -> Keys:
    return (_key(site, Dimension.ALL, "", Outcome.REFUSED), _key(site, Dimension.REFUSAL, reason, Outcome.REFUSED))


@lru_cache(maxsize=256)
def _quiet_keys(site: str, reason: Quiet | None) -> Keys:
    if reason is None:
        return ()
    return (
        _key(site, Dimension.ALL, "", Outcome.NOT_ASKED),
        _key(site, Dimension.QUIET, str(reason), Outcome.NOT_ASKED),
    )
