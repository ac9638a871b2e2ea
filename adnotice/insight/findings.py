"""What the operator should look into: findings from the figures, each with what to do. None: all is well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from adnotice.count.model.tally import SUSPECTS, Metric
from adnotice.count.stores.protocol import Health
from adnotice.finding import Finding, Weight
from adnotice.insight.analysis.summary import Summary
from adnotice.insight.display import formats, labels, sentences
from adnotice.texts import DOUBTS, UNKNOWN
from adnotice.vocabulary import Mode, Refusal

ENOUGH_VIEWS: Final = 100
MUCH_MISSING: Final = 0.5
MUCH_UNKNOWN: Final = 0.1
MUCH_REFUSED: Final = 0.05
FEW_PAGES: Final = 3
LOOK_YOURSELF: Final = (
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
            found=f"The store does not take counts: {health.problem}.",
            do="Pages go out untouched meanwhile, and browsers try their reports again for a while. Mend the store.",
        )
    for process in health.processes:
        yield Finding(
            weight=Weight.WRONG,
            found=f"{process[:1].upper()}{process[1:]}.",
            do="Look at its log. Its readers’ reports are not counted while it can’t reach the store.",
        )
    if health.banner:
        yield Finding(
            weight=Weight.WRONG, found=health.banner, do="Counting goes on. Look into it before it happens again."
        )


def _mode(summary: Summary) -> Iterator[Finding]:
    if summary.mode is Mode.OFF:
        yield Finding(
            weight=Weight.LOOK, found="adnotice is switched off.", do="Switch it on with: adnotice mode measure"
        )
    if summary.peace_until:
        yield Finding(
            weight=Weight.KNOW,
            found=f"Everyone is left in peace until {formats.moment(summary.peace_until)}: nobody is asked, views are measured.",
            do="Nothing. Readers are asked again by themselves then; sooner with: adnotice peace --end",
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
            yield Finding(
                weight=Weight.WRONG if reason.name == Refusal.FAILED else Weight.LOOK,
                found=f"{formats.number(reason.share.n)} pages left without the tag ({reason.name}). {text.means}",
                do=text.do,
            )
    if summary.pages_cached:
        yield Finding(
            weight=Weight.KNOW,
            found="Your settings say that pages are cached (pages_cached).",
            do="Nothing. How many page views were not measured can’t be known then, nor the range that follows from it.",
        )
    if summary.cache_suggested:
        yield Finding(
            weight=Weight.LOOK,
            found="More page views were reported than pages left here: a cache or CDN may be sending copies, or somebody sends "
            "made-up reports.",
            do="If you have a cache in front, set pages_cached=True (ADNOTICE_PAGES_CACHED=true): then the views that were "
            "set aside count, those of the days before too. If not, set pages_cached=False and look into the access log.",
        )


def _silence(summary: Summary) -> Iterator[Finding]:
    """Pages leave with the tag, or baits are asked for, and no report comes back; or programs alone have asked."""
    if summary.stopped:
        yield Finding(weight=Weight.WRONG, found=sentences.stopped(summary), do=LOOK_YOURSELF)
    reports = (
        summary.views.measured + summary.counts[Metric.BOT] + sum(summary.counts[each] for each in SUSPECTS.values())
    )
    injected = summary.counts[Metric.INJECTED]
    if not reports and max(injected, summary.first_baits) >= FEW_PAGES:
        n = injected if injected >= FEW_PAGES else summary.first_baits
        left = "pages left with the tag" if injected >= FEW_PAGES else "views asked for their first bait"
        harmful = [each for each in summary.rejections if not labels.rejection(each.name).harmless]
        told = [f"{formats.number(each.share.n)} were refused ({each.name})" for each in summary.rejections]
        refused = f" Requests: {'; '.join(told)}. {labels.rejection(harmful[0].name).means}" if harmful else ""
        yield Finding(
            weight=Weight.WRONG,
            found=f"{formats.number(n)} {left}, and nothing comes back.{refused}",
            do=labels.rejection(harmful[0].name).do if harmful else LOOK_YOURSELF,
        )
    for each in summary.rejections if reports else ():
        text = labels.rejection(each.name)
        if not text.harmless and each.share.n >= FEW_PAGES and each.share.n > MUCH_REFUSED * (reports + each.share.n):
            yield Finding(
                weight=Weight.LOOK,
                found=f"{formats.number(each.share.n)} requests were refused ({each.name}). {text.means}",
                do=text.do,
            )
    if summary.programs and not summary.views.measured:
        n = sum(each.share.n for each in summary.programs)
        pages = "1 page was" if n == 1 else f"{formats.number(n)} pages were"
        yield Finding(
            weight=Weight.KNOW,
            found=f"{pages} asked for by robots; a headless browser is one, and so is a tool such as curl. They are in no rate.",
            do="Open a page in a browser of your own.",
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
            found=f"{formats.number(n)} counts stand under reasons that this version does not know.",
            do=UNKNOWN.do,
        )


def _views(summary: Summary) -> Iterator[Finding]:
    views, injected = summary.views, summary.counts[Metric.INJECTED]
    missing = summary.not_measured
    if missing is not None and injected >= ENOUGH_VIEWS and views.measured and missing > MUCH_MISSING * injected:
        yield Finding(
            weight=Weight.LOOK,
            found=f"{formats.percent(missing / injected)} of the pages with the tag were never measured.",
            do="Robots that don’t say so are the usual reason. Else look at a page with #adnotice=why.",
        )
    if views.measured >= ENOUGH_VIEWS and views.unknown > MUCH_UNKNOWN * views.measured:
        yield Finding(
            weight=Weight.LOOK,
            found=f"{formats.percent(views.unknown / views.measured)} of the measured page views have no clear answer.",
            do="See what the tests found, below. A Content-Security-Policy that stops our tests is the usual reason.",
        )
    for each in summary.grounds:
        if each.name in DOUBTS:
            text = labels.ground(each.name)
            yield Finding(
                weight=Weight.LOOK,
                found=f"{formats.number(each.views.measured)} page views have no clear answer because of a test that was set "
                f"aside. {text.means}",
                do=text.do,
            )
    if lost := summary.counts[Metric.TURNED_AWAY]:
        yield Finding(
            weight=Weight.LOOK,
            found=f"{formats.number(lost)} reports were turned away because the store could not take them.",
            do="Browsers try again for a while, so at most so many are missing. See whether the store keeps up.",
        )
    suspect = sum(summary.counts[metric] for metric in SUSPECTS.values())
    if suspect and summary.pages_cached:
        yield Finding(
            weight=Weight.KNOW,
            found=f"{formats.number(suspect)} reports were more than your pages explain; they count because pages_cached is set.",
            do="Nothing, if a cache was in front on these days. Else unset pages_cached: they are kept apart.",
        )
    elif suspect:
        yield Finding(
            weight=Weight.LOOK,
            found=f"{formats.number(suspect)} reports were more than your pages explain; they are in no rate.",
            do="Somebody may be sending made-up reports. Look into the server’s access log.",
        )
