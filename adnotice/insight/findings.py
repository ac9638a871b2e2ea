"""What the operator should look into: findings from the figures, each with what to do. None: all is well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from adnotice.count.model.tally import SUSPECTS, Metric
from adnotice.count.stores.protocol import Health
from adnotice.finding import Finding, Weight
from adnotice.insight.analysis.summary import Summary
from adnotice.insight.display import formats, labels, sentences
from adnotice.language import gettext, gettext_noop, ngettext
from adnotice.texts import DOUBTS, UNKNOWN
from adnotice.vocabulary import Mode, Refusal

ENOUGH_VIEWS: Final = 100
MUCH_MISSING: Final = 0.5
MUCH_UNKNOWN: Final = 0.1
MUCH_REFUSED: Final = 0.05
MUCH_REJECTED: Final = 0.05
FEW_PAGES: Final = 3
LOOK_YOURSELF: Final = gettext_noop(
    "Open a page of yours with #adnotice=why at the end of its address and read what it says on screen; `adnotice doctor` "
    "asks the site from outside."
)


def find(summary: Summary, health: Health, more: Iterable[Finding] = ()) -> list[Finding]:
    """All findings, the gravest first; `more` are those that others made."""
    found = [
        *more,
        *_store(health),
        *_mode(summary),
        *_pages(summary),
        *_views(summary),
        *_silence(summary),
        *_unknown(summary),
    ]
    return sorted(found, key=lambda each: list(Weight).index(each.weight))


def _store(health: Health) -> Iterator[Finding]:
    if health.problem:
        yield Finding(
            weight=Weight.WRONG,
            # Translators: {problem} is what the store says, in English.
            found=gettext("The store does not take counts: {problem}.", problem=health.problem),
            do=gettext(
                "Pages go out untouched meanwhile, and browsers try their reports again for a while. Mend the store."
            ),
        )
    for process in health.processes:
        yield Finding(
            weight=Weight.WRONG,
            found=f"{process[:1].upper()}{process[1:]}.",
            do=gettext("Look at its log. Its readers’ reports are not counted while it can’t reach the store."),
        )
    if health.banner:
        yield Finding(
            weight=Weight.WRONG,
            found=health.banner,
            do=gettext("Counting goes on. Look into it before it happens again."),
        )


def _mode(summary: Summary) -> Iterator[Finding]:
    if summary.mode is Mode.OFF:
        yield Finding(
            weight=Weight.LOOK,
            found=gettext("adnotice is switched off."),
            do=gettext("Switch it on with: adnotice mode measure"),
        )
    if summary.peace_until:
        yield Finding(
            weight=Weight.KNOW,
            # Translators: {moment} is such as "28 November 2026, 15:00".
            found=gettext(
                "Everyone is left in peace until {moment}: nobody is asked, views are measured.",
                moment=formats.moment(summary.peace_until),
            ),
            do=gettext("Nothing. Readers are asked again by themselves then; sooner with: adnotice peace --end"),
        )


def _pages(summary: Summary) -> Iterator[Finding]:
    injected, refused = summary.counts[Metric.INJECTED], summary.counts[Metric.REFUSED]
    for reason in summary.refusals:
        text = labels.refusal(reason.name)
        if reason.name == Refusal.FAILED or (
            text is not UNKNOWN
            and not text.harmless
            and injected + refused >= ENOUGH_VIEWS
            and reason.share.n > MUCH_REFUSED * (injected + refused)
        ):
            n = reason.share.n
            # Translators: {reason} is one word of English, such as csp.
            left = ngettext(
                "{n} page left without the tag ({reason}).",
                "{n} pages left without the tag ({reason}).",
                n,
                n=formats.number(n),
                reason=reason.name,
            )
            yield Finding(
                weight=Weight.WRONG if reason.name == Refusal.FAILED else Weight.LOOK,
                found=f"{left} {gettext(text.means)}",
                do=gettext(text.do),
                reason=reason.name,
            )
    if summary.pages_cached:
        yield Finding(
            weight=Weight.KNOW,
            found=gettext("Your settings say that pages are cached (pages_cached)."),
            do=gettext(
                "Nothing. How many page views were not measured can’t be known then, nor the range that follows from it."
            ),
        )
    if summary.cache_suggested:
        yield Finding(
            weight=Weight.LOOK,
            found=gettext(
                "More page views were reported than pages left here: a cache or CDN may be sending copies, or somebody sends "
                "made-up reports."
            ),
            do=gettext(
                "If you have a cache in front, set pages_cached=True (ADNOTICE_PAGES_CACHED=true): then the views that were "
                "set aside count, those of the days before too. If not, set pages_cached=False and look into the access log."
            ),
        )


def _silence(summary: Summary) -> Iterator[Finding]:
    """Pages leave with the tag, or baits are asked for, and no report comes back; or programs alone have asked."""
    if summary.stopped:
        yield Finding(weight=Weight.WRONG, found=sentences.stopped(summary), do=gettext(LOOK_YOURSELF))
    reports = (
        summary.views.measured + summary.counts[Metric.BOT] + sum(summary.counts[each] for each in SUSPECTS.values())
    )
    injected = summary.counts[Metric.INJECTED]
    if not reports and max(injected, summary.first_baits) >= FEW_PAGES:
        yield _tell_silence(summary, injected)
    for each in summary.rejections if reports else ():
        text = labels.rejection(each.name)
        if not text.harmless and each.share.n >= FEW_PAGES and each.share.n > MUCH_REJECTED * (reports + each.share.n):
            # Translators: {reason} is one word of English, such as origin.
            rejected = ngettext(
                "{n} request was rejected ({reason}).",
                "{n} requests were rejected ({reason}).",
                each.share.n,
                n=formats.number(each.share.n),
                reason=each.name,
            )
            yield Finding(
                weight=Weight.LOOK,
                found=f"{rejected} {gettext(text.means)}",
                do=gettext(text.do),
                reason=each.name,
            )
    if summary.programs and not summary.views.measured:
        n = sum(each.share.n for each in summary.programs)
        yield Finding(
            weight=Weight.KNOW,
            found=ngettext(
                "{n} page was asked for by robots; a headless browser is one, and so is a tool such as curl. It "
                "is in no rate.",
                "{n} pages were asked for by robots; a headless browser is one, and so is a tool such as curl. They are in no "
                "rate.",
                n,
                n=formats.number(n),
            ),
            do=gettext("Open a page in a browser of your own."),
        )


def _tell_silence(summary: Summary, injected: int) -> Finding:
    """Pages left, or baits were asked for, and nothing came back; with what was rejected, where that may be why."""
    n = injected if injected >= FEW_PAGES else summary.first_baits
    if injected >= FEW_PAGES:
        silence = ngettext(
            "{n} page left with the tag, and nothing comes back.",
            "{n} pages left with the tag, and nothing comes back.",
            n,
            n=formats.number(n),
        )
    else:
        # Translators: page views that asked for the first of the baits by which blockers are found.
        silence = ngettext(
            "{n} view asked for its first bait, and nothing comes back.",
            "{n} views asked for their first bait, and nothing comes back.",
            n,
            n=formats.number(n),
        )
    harmful = [labels.rejection(each.name) for each in summary.rejections if not labels.rejection(each.name).harmless]
    if not harmful:
        return Finding(weight=Weight.WRONG, found=silence, do=gettext(LOOK_YOURSELF))
    told = (
        # Translators: {n} requests; {reason} is one word of English, such as origin. Several stand one behind the other.
        ngettext(
            "{n} was rejected ({reason})",
            "{n} were rejected ({reason})",
            each.share.n,
            n=formats.number(each.share.n),
            reason=each.name,
        )
        for each in summary.rejections
    )
    # Translators: {rejected} is such as "9 were rejected (origin); 3 were rejected (rate)".
    requests = gettext("Requests: {rejected}.", rejected="; ".join(told))
    return Finding(
        weight=Weight.WRONG, found=f"{silence} {requests} {gettext(harmful[0].means)}", do=gettext(harmful[0].do)
    )


def _unknown(summary: Summary) -> Iterator[Finding]:
    """Names that the store holds and that this version has no text for."""
    counted = [
        *((labels.ground(each.name), each.views.measured) for each in (*summary.grounds, *summary.signs)),
        *((labels.quiet(each.name), each.share.n) for each in summary.quiet),
        *((labels.refusal(each.name), each.share.n) for each in summary.refusals),
        *((labels.rejection(each.name), each.share.n) for each in summary.rejections),
    ]
    if n := sum(n for text, n in counted if text is UNKNOWN):
        yield Finding(
            weight=Weight.LOOK,
            found=ngettext(
                "{n} count stands under a reason that this version does not know.",
                "{n} counts stand under reasons that this version does not know.",
                n,
                n=formats.number(n),
            ),
            do=gettext(UNKNOWN.do),
        )


def _views(summary: Summary) -> Iterator[Finding]:
    views, injected = summary.views, summary.counts[Metric.INJECTED]
    missing = summary.not_measured
    if missing is not None and injected >= ENOUGH_VIEWS and views.measured and missing > MUCH_MISSING * injected:
        yield Finding(
            weight=Weight.LOOK,
            found=gettext(
                "{share} of the pages with the tag were never measured.", share=formats.percent(missing / injected)
            ),
            do=gettext("Robots that don’t say so are the usual reason. Else look at a page with #adnotice=why."),
        )
    if views.measured >= ENOUGH_VIEWS and views.unknown > MUCH_UNKNOWN * views.measured:
        yield Finding(
            weight=Weight.LOOK,
            found=gettext(
                "{share} of the measured page views have no clear answer.",
                share=formats.percent(views.unknown / views.measured),
            ),
            do=gettext(
                "See what the tests found, below. A Content-Security-Policy that stops our tests is the usual reason."
            ),
        )
    for each in summary.grounds:
        if each.name in DOUBTS:
            text, n = labels.ground(each.name), each.views.measured
            unclear = ngettext(
                "{n} page view has no clear answer because of a test that was set aside.",
                "{n} page views have no clear answer because of a test that was set aside.",
                n,
                n=formats.number(n),
            )
            yield Finding(
                weight=Weight.LOOK, found=f"{unclear} {gettext(text.means)}", do=gettext(text.do), reason=each.name
            )
    if lost := summary.counts[Metric.TURNED_AWAY]:
        yield Finding(
            weight=Weight.LOOK,
            found=ngettext(
                "{n} report was turned away because the store could not take it.",
                "{n} reports were turned away because the store could not take them.",
                lost,
                n=formats.number(lost),
            ),
            do=gettext(
                "Browsers try again for a while, so at most so many are missing. See whether the store keeps up."
            ),
        )
    suspect = sum(summary.counts[metric] for metric in SUSPECTS.values())
    if suspect and summary.pages_cached:
        yield Finding(
            weight=Weight.KNOW,
            found=ngettext(
                "{n} report was more than your pages explain; it counts because pages_cached is set.",
                "{n} reports were more than your pages explain; they count because pages_cached is set.",
                suspect,
                n=formats.number(suspect),
            ),
            do=gettext("Nothing, if a cache was in front on these days. Else unset pages_cached: they are kept apart."),
        )
    elif suspect:
        yield Finding(
            weight=Weight.LOOK,
            found=ngettext(
                "{n} report was more than your pages explain; it is in no rate.",
                "{n} reports were more than your pages explain; they are in no rate.",
                suspect,
                n=formats.number(suspect),
            ),
            do=gettext("Somebody may be sending made-up reports. Look into the server’s access log."),
        )
