"""What the first screen says, in whole sentences: page, report and mail take them from here.

docs/dashboard.md has each of them, with the situation in which it stands. Each is a message of the catalogue, whole; where many
would differ in a part alone, that part is a phrase with a fixed role in the sentence, which its context names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

import msgspec

from adnotice.count.model.language import NOT_KNOWN
from adnotice.finding import Finding
from adnotice.insight.analysis.change import Against, Change, Part, Trend
from adnotice.insight.analysis.intervals import FEW_VIEWS, Range
from adnotice.insight.analysis.periods import Span
from adnotice.insight.analysis.summary import NO_REFERRER, Row, Summary
from adnotice.insight.display import formats, labels
from adnotice.language import gettext, gettext_noop, ngettext, pgettext
from adnotice.vocabulary import Mode

WELL: Final = "well"
WRONG: Final = "wrong"
QUIET: Final = "quiet"

LEFT_OUT_NAMED: Final = 5
"""So many unusual days, or stretches of silent weeks, are named, the last ones."""

MUCH: Final = 0.02
"""Where a site moves by so much, it is said that smaller changes can't be seen."""


def headline(summary: Summary) -> tuple[str, str]:
    """The figure, which may be empty, and the rest of the first sentence."""
    views, blocking = summary.views, summary.blocking
    if summary.empty:
        known = summary.site in summary.sites
        return "", gettext("Nothing has been counted in these days.") if known else gettext(
            "Nothing has been counted yet."
        )
    if blocking.rate is None:
        return "", gettext("No page view has a clear answer yet.")
    if summary.began and blocking.few:
        hour = f"{summary.began[11:13]}:00"
        return "", gettext("Counting since the hour of {time}.", time=hour)
    if blocking.few:
        # Translators: begins the sentence "3 of 40 page views so far are seen with ads blocked."; written large.
        counted = pgettext("a figure", "{n} of {of}", n=formats.number(views.blocked), of=formats.number(views.decided))
        # Translators: goes on after "3 of 40"; its form is that of the second number.
        return counted, ngettext(
            "page view so far is seen with ads blocked.",
            "page views so far are seen with ads blocked.",
            views.decided,
        )
    # Translators: goes on after a figure such as "24.1%".
    return formats.percent(summary.rate), gettext("of measured page views had ads blocked.")


def first_day(summary: Summary) -> str:
    """What has been counted on a site's first day, as long as it is too little for a rate."""
    views = summary.views
    return ngettext(
        "{n} page view, {blocked} with ads blocked. Too few for a rate. Your own tests are among them.",
        "{n} page views, {blocked} with ads blocked. Too few for a rate. Your own tests are among them.",
        views.decided,
        n=formats.number(views.decided),
        blocked=formats.number(views.blocked),
    )


def counted_name(summary: Summary) -> str:
    """What `counted` is called: an estimate is no count."""
    # Translators: the head of a paragraph that says how many page views were counted, or estimated.
    return gettext("Counted") if summary.sampled == 1 else gettext("Estimated")


def counted(summary: Summary) -> str:
    """What the rate is made of, and from how many views it is estimated."""
    return " ".join(_count(summary))


def _count(summary: Summary) -> Iterator[str]:
    blocking, views = summary.blocking, summary.views
    # Translators: {n} of them had ads blocked; the form is that of {of}.
    yield ngettext(
        "{n} of {of} page view with a clear answer.",
        "{n} of {of} page views with a clear answer.",
        blocking.of,
        n=formats.number(blocking.n),
        of=formats.number(blocking.of),
    )
    if summary.sampled == 1:
        return
    yield gettext(
        "Measured were {n} of {of}: {share} of all page views are drawn.",
        n=formats.number(views.blocked),
        of=formats.number(views.decided),
        share=formats.percent(summary.sampled),
    )
    if summary.interval:
        # Translators: {range} is such as "23.8% to 24.4%".
        yield gettext(
            "Drawing them leaves a range of {range} (95% interval).", range=formats.interval(summary.interval)
        )


def not_known(summary: Summary) -> str:
    """How far off the rate can be."""
    if summary.pages_cached:
        return gettext(
            "How many page views were not measured is not known: pages are cached. A cache or CDN sends copies of your pages "
            "that adnotice does not see leave."
        )
    if summary.cache_suggested:
        return gettext(
            "How many page views were not measured is not known: more views than pages were reported. The health page says "
            "what to do."
        )
    if summary.range is None:
        return gettext("Nothing was measured yet.")
    told = _unanswered_or_not_measured(summary.range.unanswered, sampled=summary.sampled != 1)
    if summary.blocking.few or not summary.range.unanswered:
        return told
    return f"{told} {_had_all(summary.range, sampled=summary.sampled != 1)}"


def row_not_known(row: Row, table: str, *, sampled: bool = False) -> str:
    """How far off a row's rate can be; `sampled`: its numbers are estimates."""
    if row.range is None:
        return gettext("Nothing was measured here.")
    n = row.range.unanswered
    told = [(_unanswered_or_not_measured if table == "pages" else _unanswered)(n, sampled=sampled)]
    if n and not row.blocking.few:
        told.append(_had_all(row.range, sampled=sampled))
    if table != "pages":
        told.append(gettext("How many more were not measured is known of pages alone."))
    return " ".join(told)


def _unanswered_or_not_measured(n: int, *, sampled: bool) -> str:
    if sampled and n:
        return ngettext(
            "About {n} page view gave no clear answer or was not measured.",
            "About {n} page views gave no clear answer or were not measured.",
            n,
            n=formats.number(n),
        )
    return ngettext(
        "{n} page view gave no clear answer or was not measured.",
        "{n} page views gave no clear answer or were not measured.",
        n,
        n=formats.number(n),
    )


def _unanswered(n: int, *, sampled: bool) -> str:
    if sampled and n:
        return ngettext(
            "About {n} page view gave no clear answer.",
            "About {n} page views gave no clear answer.",
            n,
            n=formats.number(n),
        )
    return ngettext(
        "{n} page view gave no clear answer.", "{n} page views gave no clear answer.", n, n=formats.number(n)
    )


def row_counted(row: Row, *, sampled: bool) -> str:
    """Of a row too small for a rate its numbers; `sampled`: these are estimates."""
    views = row.views
    values = {"blocked": formats.number(views.blocked), "n": formats.number(views.decided)}
    if sampled and views.decided:
        # Translators: both numbers are estimates; the form is that of {n}.
        return ngettext(
            "About {blocked} of {n} page view with a clear answer was seen with ads blocked. Too few for a rate.",
            "About {blocked} of {n} page views with a clear answer were seen with ads blocked. Too few for a rate.",
            views.decided,
            **values,
        )
    return ngettext(
        "{blocked} of {n} page view with a clear answer was seen with ads blocked. Too few for a rate.",
        "{blocked} of {n} page views with a clear answer were seen with ads blocked. Too few for a rate.",
        views.decided,
        **values,
    )


def row_number(n: int, *, sampled: bool) -> str:
    """A number of a row's page views; `sampled`: it is an estimate."""
    if sampled and n:
        return pgettext("an estimated number, alone in a table", "about {n}", n=formats.number(n))
    return formats.number(n)


def _had_all(ends: Range, *, sampled: bool) -> str:
    if sampled:
        # Translators: "them" are the page views of the sentence before; {range} is such as "18.2% to 27.3%"; drawn are the page
        # views that were measured.
        return gettext(
            "Had none, or all, of them been seen with ads blocked, the rate would be {range}, with what drawing leaves open (95% "
            "interval).",
            range=formats.between(ends.low, ends.high),
        )
    # Translators: "them" are the page views of the sentence before; {range} is such as "18.2% to 27.3%".
    return gettext(
        "Had none, or all, of them been seen with ads blocked, the rate would be {range}.",
        range=formats.between(ends.low, ends.high),
    )


def change(found: Change) -> str:
    """Whether the rate is changing; the yardstick always beside it, where there is one."""
    if found.first_before and found.last_before:
        return " ".join(_told(found, formats.days(found.first_before, found.last_before)))
    if found.points is not None and found.yardstick is not None:
        return " ".join(_judged(found, found.points, found.yardstick))
    if found.answer_on:
        return gettext(
            "Too early to say whether it is changing. An answer can be given on {day} at the earliest.",
            day=formats.day(found.answer_on),
        )
    if found.silent:
        return ngettext(
            "Enough was counted on too few days of the last week to say whether it is changing.",
            "Enough was counted on too few days of the last {n} weeks to say whether it is changing.",
            found.weeks,
            n=found.weeks,
        )
    # Translators: it needs 50 page views with ads blocked and 50 with ads. {n} is a number of weeks.
    return ngettext(
        "Too few page views to say whether it is changing: each week needs 50 with ads blocked and 50 with ads.",
        "Too few page views to say whether it is changing: each {n} weeks need 50 with ads blocked and 50 with ads.",
        found.weeks,
        n=found.weeks,
    )


class _Moved(NamedTuple):
    """How far the last weeks are from others, by the direction."""

    up: str
    down: str
    hardly: str


_MOVED: Final[Mapping[Against, _Moved]] = {
    Against.FOUR_WEEKS: _Moved(
        # Translators: percentage points such as 0.4; {rates} is the rate before, or "from … to …, without unusual days".
        gettext_noop("Up {points} points in the last 4 whole weeks on the 4 weeks before ({rates})."),
        # Translators: percentage points such as 0.4; {rates} is the rate before, or "from … to …, without unusual days".
        gettext_noop("Down {points} points in the last 4 whole weeks on the 4 weeks before ({rates})."),
        # Translators: percentage points such as 0.4; {rates} is the rate before, or "from … to …, without unusual days".
        gettext_noop("The last 4 whole weeks differ by less than 0.1 points from the 4 weeks before ({rates})."),
    ),
    Against.TWO_WEEKS: _Moved(
        # Translators: percentage points such as 0.4; {rates} is the rate before, or "from … to …, without unusual days".
        gettext_noop("Up {points} points in the last 2 whole weeks on the 2 weeks before ({rates})."),
        # Translators: percentage points such as 0.4; {rates} is the rate before, or "from … to …, without unusual days".
        gettext_noop("Down {points} points in the last 2 whole weeks on the 2 weeks before ({rates})."),
        # Translators: percentage points such as 0.4; {rates} is the rate before, or "from … to …, without unusual days".
        gettext_noop("The last 2 whole weeks differ by less than 0.1 points from the 2 weeks before ({rates})."),
    ),
    Against.ONE_WEEK: _Moved(
        # Translators: percentage points such as 0.4; {rates} is the rate before, or "from … to …, without unusual days".
        gettext_noop("Up {points} points in the last whole week on the week before ({rates})."),
        # Translators: percentage points such as 0.4; {rates} is the rate before, or "from … to …, without unusual days".
        gettext_noop("Down {points} points in the last whole week on the week before ({rates})."),
        # Translators: percentage points such as 0.4; {rates} is the rate before, or "from … to …, without unusual days".
        gettext_noop("The last whole week differs by less than 0.1 points from the week before ({rates})."),
    ),
    Against.YEAR: _Moved(
        # Translators: {days} are those weeks’ days, {before} and {now} rates such as "20.3% of 50,000".
        gettext_noop(
            "Up {points} points in the last 4 whole weeks on the same weeks a year ago ({days}): {before}, now {now}."
        ),
        # Translators: {days} are those weeks’ days, {before} and {now} rates such as "20.3% of 50,000".
        gettext_noop(
            "Down {points} points in the last 4 whole weeks on the same weeks a year ago ({days}): {before}, now {now}."
        ),
        # Translators: {days} are those weeks’ days, {before} and {now} rates such as "20.3% of 50,000".
        gettext_noop(
            "The last 4 whole weeks differ by less than 0.1 points from the same weeks a year ago ({days}): {before}, now {now}."
        ),
    ),
}


def _moved(found: Change, points: float, **values: str) -> str:
    """How far the last weeks are from others."""
    told = _MOVED[found.against]
    if abs(points) < 0.0005:
        return gettext(told.hardly, **values)
    return gettext(told.up if points > 0 else told.down, points=formats.points(points), **values)


def _told(found: Change, days: str) -> Iterator[str]:
    """The last weeks beside the same a year ago, which were these days."""
    if found.points is not None:
        # Translators: a rate, and of how many page views it is; the form is that of {n}. Stands after a colon.
        before = ngettext(
            "{rate} of {n} page view with a clear answer",
            "{rate} of {n} page views with a clear answer",
            found.views_before or 0,
            rate=formats.percent(found.rate_before),
            n=formats.number(found.views_before),
        )
        now = pgettext(
            "a rate, of so many page views, after 'now'",
            "{rate} of {n}",
            rate=formats.percent(found.rate),
            n=formats.number(found.views),
        )
        yield _moved(found, found.points, days=days, before=before, now=now)
        yield gettext("That is told, not judged: how much this site moves in a year is not known.")
    elif found.views is not None:
        yield ngettext(
            "Too few page views to compare with the same weeks a year ago ({days}): each week needs 50 with ads blocked and 50 "
            "with ads.",
            "Too few page views to compare with the same weeks a year ago ({days}): each {n} weeks need 50 with ads blocked and "
            "50 with ads.",
            found.weeks,
            n=found.weeks,
            days=days,
        )
    elif found.answer_on:
        yield gettext(
            "The same weeks a year ago ({days}) were not all counted. They can be compared on {day} at the earliest.",
            days=days,
            day=formats.day(found.answer_on),
        )
    else:
        yield gettext(
            "The same weeks a year ago ({days}) can't be compared: in one of them or of the last weeks little or nothing was "
            "counted, or days are not kept for so long.",
            days=days,
        )


def _judged(found: Change, points: float, yardstick: float) -> Iterator[str]:
    rates = formats.percent(found.rate_before)
    if found.compared_from and any(day >= found.compared_from for day in found.left_out):
        rates = pgettext(
            "the rates before and now, in parentheses",
            "from {before} to {now}, without unusual days",
            before=rates,
            now=formats.percent(found.rate),
        )
    yield _moved(found, points, rates=rates)
    if found.silent:
        yield _silent(found.silent)
    often = formats.points(yardstick)
    is_seen, is_news = yardstick >= 0.0005, found.answer is Trend.UNUSUAL
    if not is_news:
        if is_seen:
            yield gettext("This site often moves by up to {points} points: no news.", points=often)
        else:
            yield gettext("This site often moves by less than 0.1 points: no news.")
        if yardstick >= MUCH:
            yield gettext("Changes below {points} points can’t be seen on this site.", points=often)
        return
    if is_seen:
        yield gettext(
            "That is more than usual: this site often moves by up to {points} points. Why is not known from these figures.",
            points=often,
        )
    else:
        yield gettext(
            "That is more than usual: this site often moves by less than 0.1 points. Why is not known from these figures."
        )
    if not found.season_known:
        yield gettext("It may be the season: there is no year to compare with.")


def _join_weeks(weeks: Sequence[date]) -> list[tuple[date, date]]:
    """The first and last day of each stretch of neighbouring weeks, which are given by their first days, oldest first."""
    stretches: list[tuple[date, date]] = []
    for first in weeks:
        last = first + timedelta(days=6)
        if stretches and stretches[-1][1] + timedelta(days=1) == first:
            stretches[-1] = (stretches[-1][0], last)
        else:
            stretches.append((first, last))
    return stretches


def _silent(silent: Sequence[date]) -> str:
    """That weeks with too few counted days, by their first days, are passed over."""
    named = _join_weeks(silent)[-LEFT_OUT_NAMED:]
    weeks = ", ".join(formats.days(first, last) for first, last in named)
    more = sum(first < named[0][0] for first in silent)
    if not more:
        # Translators: {weeks} are such as "9 to 15 November 2026, 30 November to 20 December 2026": weeks of which too few days have counts.
        return gettext(
            "Little or nothing was counted in some weeks ({weeks}): the counted weeks before them are compared in their place.",
            weeks=weeks,
        )
    # Translators: {weeks} are such as "9 to 15 November 2026, 30 November to 20 December 2026": weeks of which too few days have counts. {n} is how
    # many more such weeks there were before those named.
    return ngettext(
        "Little or nothing was counted in some weeks ({weeks}, and {n} week before): the counted weeks before them are compared in their place.",
        "Little or nothing was counted in some weeks ({weeks}, and {n} weeks before): the counted weeks before them are compared in their place.",
        more,
        n=formats.number(more),
        weeks=weeks,
    )


def largest_part(found: Change) -> str:
    """The row that is the largest part of an unusual change; empty where none moved otherwise than the rest, or the change is
    usual."""
    part = found.part
    if part is None:
        return ""
    # Translators: {came} is a clause such as "Firefox brought 31.0% of page views, before 24.0%"; "them" are its page views.
    if part.rate is None:
        return gettext(
            "Its largest part: {came}; then ads were blocked on {rate} of them.",
            came=_came(part),
            rate=formats.percent(part.rate_before),
        )
    if part.rate_before is None:
        # Translators: {came} is a clause such as "Firefox brought 31.0% of page views, before none"; "them" are its page views.
        return gettext(
            "Its largest part: {came}, with ads blocked on {rate} of them.",
            came=_came(part),
            rate=formats.percent(part.rate),
        )
    # Translators: {came} is a clause such as "Firefox brought 31.0% of page views, before 24.0%"; "them" are its page views.
    return gettext(
        "Its largest part: {came}, with ads blocked on {rate}, before {rate_before} of them.",
        came=_came(part),
        rate=formats.percent(part.rate),
        rate_before=formats.percent(part.rate_before),
    )


# Translators: a clause after "Its largest part:". {before} is a share such as "24.0%", or "none".
_CAME: Final = gettext_noop("{name} brought {share} of page views, before {before}")
# Translators: a clause after "Its largest part:". {name} is a language's name.
_CAME_IN_LANGUAGE: Final = gettext_noop("browsers set to {name} brought {share} of page views, before {before}")
# Translators: a clause after "Its largest part:".
_CAME_DIRECT: Final = gettext_noop("without another site as their referrer came {share} of page views, before {before}")
_CAME_UNKNOWN: Final[Mapping[str, str]] = {
    # Translators: a clause after "Its largest part:".
    "browsers": gettext_noop("without a known browser came {share} of page views, before {before}"),
    # Translators: a clause after "Its largest part:".
    "devices": gettext_noop("without a known device came {share} of page views, before {before}"),
    # Translators: a clause after "Its largest part:".
    "systems": gettext_noop("without a known system came {share} of page views, before {before}"),
    # Translators: a clause after "Its largest part:".
    "languages": gettext_noop("without a known language came {share} of page views, before {before}"),
}


def _came(part: Part) -> str:
    """How many page views came by a row of a table, and how many before."""
    told = _CAME_IN_LANGUAGE if part.table == "languages" else _CAME
    if part.name == NO_REFERRER:
        told = _CAME_DIRECT
    elif part.name == NOT_KNOWN and part.table in _CAME_UNKNOWN:
        told = _CAME_UNKNOWN[part.table]
    none = pgettext("a share of page views, after 'before'", "none")
    return gettext(
        told,
        name=labels.row(part.name, part.table),
        share=formats.percent(part.share),
        before=formats.percent(part.share_before) if part.share_before else none,
    )


def left_out(found: Change) -> str:
    """The unusual days that the change leaves out; empty where there are none."""
    if not found.left_out:
        return ""
    days = ", ".join(map(formats.day, found.left_out[-LEFT_OUT_NAMED:]))
    more = len(found.left_out) - LEFT_OUT_NAMED
    if more <= 0:
        return gettext("Unusual days are left out: {days}.", days=days)
    # Translators: {n} more days, which were before those named.
    return ngettext(
        "Unusual days are left out: {days} and {n} before.",
        "Unusual days are left out: {days} and {n} before.",
        more,
        n=more,
        days=days,
    )


def status(summary: Summary, problem: str, urgent: Collection[Finding]) -> tuple[str, str]:
    """Whether counting goes on, in one line, and its weight: `well`, `wrong`, or `quiet`, where no view came of late and nothing
    says why. `problem` is what ails the store, `urgent` what there is to mend now."""
    if problem:
        return WRONG, gettext("The store takes no counts now")
    if summary.stopped:
        # Translators: {hour} is such as "Saturday 28 November, 15:00".
        return WRONG, gettext("Not counting since {hour}", hour=formats.hour_of_day(summary.stopped.since))
    if summary.mode is Mode.OFF:
        return WRONG, gettext("Switched off: nothing is counted")
    # Below, {hour} is such as "14:00–15:00" or "Saturday 28 November, 14:00–15:00".
    hour = formats.within(summary.last_view, summary.span.today) if summary.last_view else ""
    if urgent:
        if hour:
            # Translators: {hour} is such as "14:00–15:00", or "Saturday 28 November, 14:00–15:00".
            return WRONG, gettext("Something is to mend; last view {hour}", hour=hour)
        return WRONG, gettext("Something is to mend; no view in the last 7 days")
    if not hour:
        return QUIET, gettext("No view in the last 7 days")
    if summary.span.today - date.fromisoformat(summary.last_view[:10]) <= timedelta(days=1):
        # Translators: {hour} is such as "14:00–15:00", or "Saturday 28 November, 14:00–15:00".
        return WELL, gettext("Counting normally, last view {hour}", hour=hour)
    # Translators: {hour} is such as "Saturday 28 November, 14:00–15:00".
    return QUIET, gettext("No view of late; last view {hour}", hour=hour)


def stopped(summary: Summary) -> str:
    """That nothing comes back any more; empty while something does."""
    if summary.stopped is None:
        return ""
    pages = summary.stopped.pages
    # Translators: {hour} is such as "Saturday 28 November, 15:00"; the form is that of the number of pages.
    return ngettext(
        "Nothing has been counted since {hour}, though {n} page left with the tag.",
        "Nothing has been counted since {hour}, though {n} pages left with the tag.",
        pages,
        hour=formats.hour_of_day(summary.stopped.since),
        n=formats.number(pages),
    )


def for_the_board(summary: Summary) -> str:
    """A sentence to be read out; empty where there are too few views for a rate."""
    if summary.rate is None or summary.blocking.few:
        return ""
    when, share = _when(_counted_days(summary)), formats.whole(summary.rate)
    if summary.sampled != 1:
        share = pgettext("an estimated share, in the middle of a sentence", "about {share}", share=share)
    # Translators: {when} is such as "In the four weeks to 28 November 2026"; {share} such as "19%", or "about 19%".
    if summary.range is None:
        return gettext(
            "{when}, ads were blocked on {share} of the page views we could measure; how many there were besides is not known. "
            "Page views, not people.",
            when=when,
            share=share,
        )
    low, high = formats.whole(summary.range.low), formats.whole(summary.range.high)
    if low == high:
        # Translators: {when} is such as "In the four weeks to 28 November 2026"; {share} such as "19%", or "about 19%".
        return gettext(
            "{when}, ads were blocked on {share} of the page views we could measure. Page views, not people.",
            when=when,
            share=share,
        )
    # Translators: {when} is such as "In the four weeks to 28 November 2026"; {share} such as "19%", or "about 19%".
    return gettext(
        "{when}, ads were blocked on {share} of the page views we could measure; {low} to {high} if the rest is taken into "
        "account. Page views, not people.",
        when=when,
        share=share,
        low=low,
        high=high,
    )


def _counted_days(summary: Summary) -> Span:
    """The days that were looked at, without those before the first count and after the last one: nothing is said of them. A page
    that left is a count: where it was not measured, the range has it."""
    span, series = summary.span, summary.series
    counted = [number for number, bucket in enumerate(series) if bucket.views.measured or bucket.injected]
    if not counted:
        return span
    first, last = (date.fromisoformat(series[number].start[:10]) for number in (counted[0], counted[-1]))
    following = series[counted[-1] + 1 :]
    end = max(last, date.fromisoformat(following[0].start[:10]) - timedelta(days=1)) if following else span.last
    first, end = max(span.first, first), min(span.last, end)
    return msgspec.structs.replace(span, first=first, last=end, days=(end - first).days + 1)


def _when(span: Span) -> str:
    """The days of a sentence that begins with them."""
    if span.first == span.last:
        return pgettext("days, at the beginning of a sentence", "On {day}", day=formats.day(span.first))
    if span.whole_weeks:
        return pgettext(
            "days, at the beginning of a sentence", "In the four weeks to {day}", day=formats.day(span.last)
        )
    # Translators: {days} is such as "1 to 28 November 2026".
    return pgettext("days, at the beginning of a sentence", "From {days}", days=formats.days(span.first, span.last))


def notice(summary: Summary) -> str:
    """What followed the notice."""
    shown, allowed = summary.counts["shown"], summary.counts["allowed"]
    if not shown:
        nobody = gettext("Nobody was shown the notice in these days.")
        return f"{nobody} {labels.mode(summary.mode)}"
    if shown < FEW_VIEWS:
        # Translators: of few notices; both are numbers.
        told = gettext(
            "Notices shown: {shown}; followed by a check that found ads let through: {n}. Too few for a share.",
            shown=formats.number(shown),
            n=formats.number(allowed),
        )
    else:
        told = _allowed_of_hundred(allowed, shown, sampled=summary.sampled != 1)
    doubt = gettext(
        "Counted, not proved: some would have allowed ads anyway, and who allowed them without checking again is not in it."
    )
    return f"{told} {doubt}"


def _allowed_of_hundred(allowed: int, shown: int, *, sampled: bool) -> str:
    values = {"of_hundred": formats.points(allowed / shown), "n": formats.number(allowed)}
    if sampled:
        # Translators: {of_hundred} is a number such as 12.3; the form is that of {n}.
        return ngettext(
            "Of 100 notices shown, {of_hundred} were followed by a check that found ads let through ({n} measured page view).",
            "Of 100 notices shown, {of_hundred} were followed by a check that found ads let through ({n} measured page views).",
            allowed,
            **values,
        )
    # Translators: {of_hundred} is a number such as 12.3; the form is that of {n}.
    return ngettext(
        "Of 100 notices shown, {of_hundred} were followed by a check that found ads let through ({n} page view).",
        "Of 100 notices shown, {of_hundred} were followed by a check that found ads let through ({n} page views).",
        allowed,
        **values,
    )


def support_links(summary: Summary) -> str:
    """How often the links of the notice were taken; empty where none was."""
    if not summary.support_links:
        return ""
    taken = (
        pgettext(
            "a support link, and how many page views took it",
            "“{name}” {n}",
            name=labels.row(each.name),
            n=formats.number(each.share.n),
        )
        for each in summary.support_links
    )
    return gettext("Page views in which a reader took a support link of the notice: {links}.", links="; ".join(taken))


def since_allowed(summary: Summary) -> str:
    """How many views had ads since a check found them allowed; empty where none is counted (setting `count_allowed`)."""
    n = summary.counts["clear-since-allowed"]
    if not n:
        return ""
    return gettext(
        "Page views with ads in browsers where a check had found them allowed before: {n}.", n=formats.number(n)
    )
