"""One occurrence becomes the keys that it is counted under; what a reader's headers said is classified here."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from adnotice.agents import MAX_AGENT_CHARACTERS, classify_agent
from adnotice.count.model.language import MAX_LANGUAGE_CHARACTERS, name_language
from adnotice.count.model.tally import SUSPECTS, Dimension, Key, Metric
from adnotice.vocabulary import (
    AdsAllowed,
    BaitServed,
    ClearSinceAllowed,
    Ground,
    Kind,
    NoticeEvent,
    NoticeEventSeen,
    ObjectionMade,
    Occurrence,
    PageForProgram,
    PageInjected,
    PageRefused,
    Quiet,
    Refusal,
    Rejection,
    RequestRejected,
    Sign,
    Verdict,
    ViewJudged,
)

TallyKeys = tuple[Key, ...]

FIRST_BAIT: Final = "first"
"""Under this name the dimension `bait` has how many views asked for their first bait."""

_EVENTS: Final = {event: Metric(event.value) for event in NoticeEvent}


def spread(occurrence: Occurrence) -> TallyKeys:
    """The keys under which this occurrence counts one each; none for what a bot did other than view."""
    if isinstance(occurrence, ViewJudged):
        return _spread_view(occurrence)
    if isinstance(occurrence, PageInjected):
        return _page_keys(occurrence.site, occurrence.page, occurrence.declined)
    if isinstance(occurrence, PageRefused):
        return _refusal_keys(occurrence.site, occurrence.reason)
    if isinstance(occurrence, PageForProgram):
        return (_key(occurrence.site, Dimension.PROGRAM, occurrence.program.value, Metric.INJECTED),)
    if isinstance(occurrence, BaitServed):
        return (_key(occurrence.site, Dimension.BAIT, FIRST_BAIT, Metric.SERVED),)
    if isinstance(occurrence, RequestRejected):
        return _rejection_keys(occurrence.site, occurrence.reason)
    if isinstance(occurrence, NoticeEventSeen):
        return _spread_event(occurrence, _EVENTS[occurrence.event])
    if isinstance(occurrence, ObjectionMade):
        return (_key(occurrence.site, Dimension.ALL, "", Metric.OBJECTED),)
    if isinstance(occurrence, ClearSinceAllowed):
        return _spread_answer(occurrence, Metric.CLEAR_SINCE_ALLOWED)
    return _spread_answer(occurrence, Metric.ALLOWED)


def spread_all(counted: Iterable[tuple[Occurrence, int]]) -> dict[Key, int]:
    """How often each key counts for occurrences that took place so many times each. Raises `ValueError` below 0."""
    deltas: dict[Key, int] = {}
    for occurrence, n in counted:
        if n < 0:
            raise ValueError(f"nothing takes place {n} times: {occurrence}")
        for key in spread(occurrence) if n else ():
            deltas[key] = deltas.get(key, 0) + n
    return deltas


def is_bots(keys: TallyKeys) -> bool:
    """Whether these are the keys of a bot's view."""
    return keys[0].metric is Metric.BOT


def suspect_keys(view: ViewJudged) -> TallyKeys:
    """The keys of a view that the served pages don't explain: apart, by the verdict that it claims."""
    metric = metric_of(view.verdict, view.kind)
    reader = _reader_keys(view.site, view.agent[:MAX_AGENT_CHARACTERS], view.language[:MAX_LANGUAGE_CHARACTERS], metric)
    return _place_keys(view.site, view.page, SUSPECTS[metric] if reader else Metric.BOT)


@lru_cache(maxsize=32)
def metric_of(verdict: Verdict, kind: Kind | None) -> Metric:
    """What a verdict is counted as."""
    if verdict is Verdict.CLEAR:
        return Metric.CLEAR
    if verdict is Verdict.BLOCKED:
        return Metric.BLOCKED_HOSTS if kind is Kind.HOSTS else Metric.BLOCKED_CONTENT
    return Metric.PARTLY if verdict is Verdict.PARTLY else Metric.UNKNOWN


def _spread_view(view: ViewJudged) -> TallyKeys:
    site, metric = view.site, metric_of(view.verdict, view.kind)
    reader = _reader_keys(site, view.agent[:MAX_AGENT_CHARACTERS], view.language[:MAX_LANGUAGE_CHARACTERS], metric)
    if reader is None:
        return _place_keys(site, view.page, Metric.BOT)
    keys = _place_keys(site, view.page, metric) + reader + _ground_keys(site, view.ground, metric)
    for sign in view.signs:
        keys += _ground_keys(site, sign, metric)
    if view.share < 1:
        keys += (_key(site, Dimension.SHARE, f"{view.share:g}", metric),)
    if view.referrer:
        keys += (_key(site, Dimension.REFERRER, view.referrer, metric),)
    if view.asked:
        return keys + _place_keys(site, view.page, Metric.ASKED)
    return keys + _quiet_keys(site, view.quiet)


def _spread_event(seen: NoticeEventSeen, metric: Metric) -> TallyKeys:
    keys = _spread_answer(seen, metric)
    return (*keys, _key(seen.site, Dimension.SUPPORT, seen.label, metric)) if keys and seen.label else keys


def _spread_answer(answer: NoticeEventSeen | AdsAllowed | ClearSinceAllowed, metric: Metric) -> TallyKeys:
    site = answer.site
    reader = _reader_keys(site, answer.agent[:MAX_AGENT_CHARACTERS], answer.language[:MAX_LANGUAGE_CHARACTERS], metric)
    if reader is None:
        return ()
    keys = _place_keys(site, answer.page, metric) + reader
    return (*keys, _key(site, Dimension.VARIANT, answer.variant, metric)) if answer.variant else keys


# What is counted over and over is made once: the same tuples, and in them the same keys. What a header says is looked
# up here too; the headers stay in memory alone, the least used go first.


@lru_cache(maxsize=1024)
def _key(site: str, dimension: Dimension, value: str, metric: Metric) -> Key:
    return Key(site, dimension, value, metric)


@lru_cache(maxsize=2048)
def _place_keys(site: str, page: str, metric: Metric) -> TallyKeys:
    return (_key(site, Dimension.ALL, "", metric), Key(site, Dimension.PAGE, page, metric))


@lru_cache(maxsize=2048)
def _page_keys(site: str, page: str, declined: bool) -> TallyKeys:
    keys = _place_keys(site, page, Metric.INJECTED)
    return keys + _place_keys(site, page, Metric.DECLINED) if declined else keys


@lru_cache(maxsize=2048)
def _reader_keys(site: str, agent: bytes, language: bytes, metric: Metric) -> TallyKeys | None:
    """By what the reader's headers say; None for a bot."""
    read = classify_agent(agent.decode("latin-1"))
    if read.bot:
        return None
    return (
        _key(site, Dimension.BROWSER, read.browser, metric),
        _key(site, Dimension.DEVICE, read.device, metric),
        _key(site, Dimension.SYSTEM, read.system, metric),
        _key(site, Dimension.LANGUAGE, name_language(language.decode("latin-1")), metric),
    )


@lru_cache(maxsize=256)
def _ground_keys(site: str, ground: Ground | Sign, metric: Metric) -> TallyKeys:
    return (_key(site, Dimension.GROUND, ground.value, metric),)


@lru_cache(maxsize=256)
def _refusal_keys(site: str, reason: Refusal) -> TallyKeys:
    refused = Metric.REFUSED
    return (_key(site, Dimension.ALL, "", refused), _key(site, Dimension.REFUSAL, reason.value, refused))


@lru_cache(maxsize=256)
def _rejection_keys(site: str, reason: Rejection) -> TallyKeys:
    rejected = Metric.REJECTED
    return (_key(site, Dimension.ALL, "", rejected), _key(site, Dimension.REJECTION, reason.value, rejected))


@lru_cache(maxsize=256)
def _quiet_keys(site: str, reason: Quiet | None) -> TallyKeys:
    if reason is None:
        return ()
    return (
        _key(site, Dimension.ALL, "", Metric.NOT_ASKED),
        _key(site, Dimension.QUIET, reason.value, Metric.NOT_ASKED),
    )
