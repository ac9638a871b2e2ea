"""What the first screen says, in whole sentences: page, report and mail take them from here.

docs/dashboard.md has each of them, with the situation in which it stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import Final

from adnotice.finding import Finding
from adnotice.insight.analysis.change import Change, Trend
from adnotice.insight.analysis.summary import Row, Summary
from adnotice.insight.display import formats, labels
from adnotice.vocabulary import Mode

WELL: Final = "well"
WRONG: Final = "wrong"
QUIET: Final = "quiet"

LEFT_OUT_NAMED: Final = 5
"""So many unusual days are named, the last ones."""

MUCH: Final = 0.02
"""Where a site moves by so much, it is said that smaller changes can't be seen."""


def headline(summary: Summary) -> tuple[str, str]:
    """The figure, which may be empty, and the rest of the first sentence."""
    views, blocking = summary.views, summary.blocking
    if summary.empty:
        known = summary.site in summary.sites
        return "", "Nothing has been counted in these days." if known else "Nothing has been counted yet."
    if blocking.rate is None:
        return "", "No page view has a clear answer yet."
    if summary.began and blocking.few:
        return "", f"Counting since the hour of {summary.began[11:13]}:00."
    if blocking.few:
        counted = f"{formats.number(views.blocked)} of {formats.number(views.decided)}"
        return counted, "page views so far are seen with ads blocked."
    return formats.percent(summary.rate), "of measured page views had ads blocked."


def first_day(summary: Summary) -> str:
    """What has been counted on a site's first day, as long as it is too little for a rate."""
    return (
        f"{formats.views(summary.views.decided)}, {formats.number(summary.views.blocked)} with ads blocked. "
        "Too few for a rate. Your own tests are among them."
    )


def counted_name(summary: Summary) -> str:
    """What `counted` is called: an estimate is no count."""
    return "Counted" if summary.sampled == 1 else "Estimated"


def counted(summary: Summary) -> str:
    """What the rate is made of, and from how many views it is estimated."""
    blocking, views = summary.blocking, summary.views
    text = f"{formats.number(blocking.n)} of {formats.number(blocking.of)} page views with a clear answer"
    if summary.sampled == 1:
        return f"{text}."
    drawn = (
        f"Measured were {formats.number(views.blocked)} of {formats.number(views.decided)}: "
        f"{formats.percent(summary.sampled)} of all page views are drawn"
    )
    if summary.interval:
        drawn += f". Drawing them leaves a range of {formats.interval(summary.interval)} (95% interval)"
    return f"{text}. {drawn}."


def not_known(summary: Summary) -> str:
    """How far off the rate can be."""
    if summary.pages_cached:
        return (
            "How many page views were not measured is not known: pages are cached. A cache or CDN sends copies of your pages "
            "that adnotice does not see leave."
        )
    if summary.cache_suggested:
        return (
            "How many page views were not measured is not known: more views than pages were reported. The health page says "
            "what to do."
        )
    if summary.range is None:
        return "Nothing was measured yet."
    told = f"{formats.views(summary.range.unanswered)} gave no clear answer or were not measured."
    if summary.blocking.few:
        return told
    ends = formats.between(summary.range.low, summary.range.high)
    return f"{told} Had none, or all, of them been seen with ads blocked, the rate would be {ends}."


def row_not_known(row: Row, table: str) -> str:
    """How far off a row's rate can be."""
    if row.range is None:
        return "Nothing was measured here."
    told = (
        f"{formats.views(row.range.unanswered)} gave no clear answer"
        f"{' or were not measured' if table == 'pages' else ''}. Had none, or all, of them been seen with ads blocked, the rate "
        f"would be {formats.between(row.range.low, row.range.high)}."
    )
    return told if table == "pages" else f"{told} How many more were not measured is known of pages alone."


def change(found: Change) -> str:
    """Whether the rate is changing; the yardstick always beside it, where there is one."""
    if found.first_before and found.last_before:
        return " ".join(_told(found, formats.days(found.first_before, found.last_before)))
    if found.points is not None and found.yardstick is not None:
        return " ".join(_judged(found, found.points, found.yardstick))
    if found.answer_on:
        return (
            "Too early to say whether it is changing. An answer can be given on "
            f"{formats.day(found.answer_on)} at the earliest."
        )
    return (
        f"Too few page views to say whether it is changing: {_need(found.weeks)} 50 with ads blocked and 50 with ads."
    )


def _need(weeks: int) -> str:
    return "each week needs" if weeks == 1 else f"each {weeks} weeks need"


def _moved(found: Change, points: float) -> str:
    """How far the last weeks are from others: the beginning of a sentence that goes on with those."""
    weeks = "whole week" if found.weeks == 1 else f"{found.weeks} whole weeks"
    if abs(points) < 0.0005:
        return f"The last {weeks} {'differs' if found.weeks == 1 else 'differ'} by less than 0.1 points from"
    return f"{'Up' if points > 0 else 'Down'} {formats.points(points)} points in the last {weeks} on"


def _told(found: Change, days: str) -> Iterator[str]:
    """The last weeks beside the same a year ago, which were these days."""
    if found.points is not None:
        was = f"{formats.percent(found.rate_before)} of {formats.number(found.views_before)} page views with a clear answer"
        now = f"{formats.percent(found.rate)} of {formats.number(found.views)}"
        yield f"{_moved(found, found.points)} the same weeks a year ago ({days}): {was}, now {now}."
        yield "That is told, not judged: how much this site moves in a year is not known."
    elif found.views is not None:
        yield (
            f"Too few page views to compare with the same weeks a year ago ({days}): {_need(found.weeks)} 50 with ads blocked "
            "and 50 with ads."
        )
    elif found.answer_on:
        yield f"The same weeks a year ago ({days}) were not all counted."
        yield f"They can be compared on {formats.day(found.answer_on)} at the earliest."
    else:
        yield (
            f"The same weeks a year ago ({days}) can't be compared: in one of them or of the last weeks nothing was counted, or "
            "days are not kept for so long."
        )


def _judged(found: Change, points: float, yardstick: float) -> Iterator[str]:
    rates = formats.percent(found.rate_before)
    if any(day > found.last - timedelta(days=14 * found.weeks) for day in found.left_out):
        rates = f"from {rates} to {formats.percent(found.rate)}, without unusual days"
    yield f"{_moved(found, points)} {labels.AGAINST[found.against]} ({rates})."
    much = f"up to {formats.points(yardstick)}" if yardstick >= 0.0005 else "less than 0.1"
    often = f"his site often moves by {much} points"
    if found.answer is not Trend.UNUSUAL:
        yield f"T{often}: no news."
        if yardstick >= MUCH:
            yield f"Changes below {formats.points(yardstick)} points can’t be seen on this site."
        return
    yield f"That is more than usual: t{often}. Why is not known from these figures."
    if not found.season_known:
        yield "It may be the season: there is no year to compare with."


def largest_part(found: Change) -> str:
    """The row that is the largest part of an unusual change; empty where none moved otherwise than the rest, or the change is
    usual."""
    part = found.part
    if part is None:
        return ""
    was = formats.percent(part.share_before) if part.share_before else "none"
    told = f"Its largest part: {labels.subject(part.name, part.table)} {formats.percent(part.share)} of page views, before {was}"
    rates = [formats.percent(rate) for rate in (part.rate, part.rate_before) if rate is not None]
    if part.rate is None:
        return f"{told}; then ads were blocked on {rates[0]} of them."
    return f"{told}, with ads blocked on {', before '.join(rates)} of them."


def left_out(found: Change) -> str:
    """The unusual days that the change leaves out; empty where there are none."""
    days = found.left_out
    if not days:
        return ""
    more = f" and {len(days) - LEFT_OUT_NAMED} before" if len(days) > LEFT_OUT_NAMED else ""
    return f"Unusual days are left out: {', '.join(map(formats.day, days[-LEFT_OUT_NAMED:]))}{more}."


def status(summary: Summary, problem: str, urgent: Collection[Finding]) -> tuple[str, str]:
    """Whether counting goes on, in one line, and its weight: `well`, `wrong`, or `quiet`, where no view came of late and nothing
    says why. `problem` is what ails the store, `urgent` what there is to mend now."""
    if problem:
        return WRONG, "The store takes no counts now"
    if summary.stopped:
        return WRONG, f"Not counting since {formats.hour_of_day(summary.stopped.since)}"
    if summary.mode is Mode.OFF:
        return WRONG, "Switched off: nothing is counted"
    last = f"last view {formats.within(summary.last_view, summary.span.today)}" if summary.last_view else ""
    if urgent:
        return WRONG, f"Something is to mend; {last or 'no view in the last 7 days'}"
    if not last:
        return QUIET, "No view in the last 7 days"
    is_recent = summary.span.today - date.fromisoformat(summary.last_view[:10]) <= timedelta(days=1)
    return (WELL, f"Counting normally, {last}") if is_recent else (QUIET, f"No view of late; {last}")


def stopped(summary: Summary) -> str:
    """That nothing comes back any more; empty while something does."""
    if summary.stopped is None:
        return ""
    return (
        f"Nothing has been counted since {formats.hour_of_day(summary.stopped.since)}, though "
        f"{formats.number(summary.stopped.pages)} pages left with the tag."
    )


def for_the_board(summary: Summary) -> str:
    """A sentence to be read out; empty where there are too few views for a rate."""
    if summary.rate is None or summary.blocking.few:
        return ""
    span = summary.span
    days = formats.days(span.first, span.last)
    when = f"In the four weeks to {formats.day(span.last)}" if span.whole_weeks else f"From {days}"
    if span.first == span.last:
        when = f"On {days}"
    rest = "; how many there were besides is not known"
    if summary.range:
        low, high = formats.whole(summary.range.low), formats.whole(summary.range.high)
        rest = "" if low == high else f"; {low} to {high} if the rest is taken into account"
    share = formats.whole(summary.rate) if summary.sampled == 1 else f"about {formats.whole(summary.rate)}"
    return f"{when}, ads were blocked on {share} of the page views we could measure{rest}. Page views, not people."


def notice(summary: Summary) -> str:
    """What followed the notice."""
    shown, allowed = summary.counts["shown"], summary.counts["allowed"]
    if not shown:
        return f"Nobody was shown the notice in these days. {labels.mode(summary.mode)}"
    return (
        f"Of 100 notices shown, {formats.points(allowed / shown)} were followed by a check that found ads let through "
        f"({formats.number(allowed)} {'page' if summary.sampled == 1 else 'measured page'} views). Counted, not proved: some would have allowed ads anyway, and who allowed "
        "them without checking again is not in it."
    )


def support_links(summary: Summary) -> str:
    """How often the links of the notice were taken; empty where none was."""
    if not summary.support_links:
        return ""
    taken = "; ".join(f"“{labels.row(each.name)}” {formats.number(each.share.n)}" for each in summary.support_links)
    return f"Page views in which a reader took a support link of the notice: {taken}."


def since_allowed(summary: Summary) -> str:
    """How many views had ads since a check found them allowed; empty where none is counted (setting `count_allowed`)."""
    n = summary.counts["clear-since-allowed"]
    return (
        f"Page views with ads in browsers where a check had found them allowed before: {formats.number(n)}."
        if n
        else ""
    )
