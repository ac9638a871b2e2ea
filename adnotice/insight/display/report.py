"""The first screen as a mail: in words, with one chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from adnotice.count.model.tally import Grain
from adnotice.finding import Weight
from adnotice.insight.analysis.summary import Bucket, Reading, Summary
from adnotice.insight.display import formats, sentences
from adnotice.insight.display.charts import rate_axis
from adnotice.insight.display.paragraphs import fold
from adnotice.language import gettext

BAR: Final = 30
NAME: Final = 10
FIGURE: Final = 12
FIRST_WEEK_DAYS: Final = 7


class Letter(NamedTuple):
    """A report as it is sent: subject, paragraphs by their heads, and the lines of its chart: name, figure, length from 0 to 1."""

    subject: str
    said: list[tuple[str, str]]
    chart: list[tuple[str, str, float]]
    label: str


def write_report(reading: Reading, site_name: str) -> Letter:
    """What an editor is told each week. The change is judged in the first week of a month alone: who looks at it each
    week would be told of one or two a year that are none."""
    summary = reading.summary
    said = [("", " ".join(filter(None, sentences.headline(summary))))]
    if summary.blocking.rate is not None:
        said.append((sentences.counted_name(summary), sentences.counted(summary)))
    said.append((gettext("Not known"), sentences.not_known(summary)))
    said += [(gettext("Not looked for"), sentence) for sentence in reading.unseen]
    if summary.change:
        said.append((gettext("Change"), _tell_change(summary)))
    if board := sentences.for_the_board(summary):
        # Translators: the sentence that may be read out, in quotation marks.
        quoted = gettext("“{sentence}”", sentence=board)
        said.append((gettext("For the board"), quoted))
    said.append((gettext("The notice"), sentences.notice(summary)))
    if since := sentences.since_allowed(summary):
        said.append((gettext("Ads since"), since))
    if taken := sentences.support_links(summary):
        said.append((gettext("Support links"), taken))
    said += [
        (gettext("To mend"), f"{each.found} {each.do}") for each in reading.findings if each.weight is Weight.WRONG
    ]
    name = site_name or summary.site or "adnotice"
    subject = f"{name}: {said[0][1]}"
    return Letter(subject, said, _draw(summary), summary.label)


def _tell_change(summary: Summary) -> str:
    if summary.stopped or summary.change is None:
        return gettext("Not judged while nothing is counted.")
    if summary.span.today.day > FIRST_WEEK_DAYS:
        return gettext("It is judged once a month, in the first report of the month; the dashboard says it any day.")
    told = (sentences.change, sentences.largest_part, sentences.left_out)
    return " ".join(filter(None, (tell(summary.change) for tell in told)))


def _draw(summary: Summary) -> list[tuple[str, str, float]]:
    """A line for each part of the days that is over; as on the dashboard nothing is drawn where there are too few page views, and
    a part that has too few is marked, and has no bar."""
    known = [bucket for bucket in summary.series if bucket.blocking.rate is not None and not bucket.so_far]
    if summary.blocking.few or all(bucket.blocking.few for bucket in known):
        return []
    axis = rate_axis(bucket.blocking for bucket in known)
    return [(_name(bucket, summary.span.grain), *_measure(bucket, axis.top)) for bucket in known]


def _name(bucket: Bucket, grain: Grain) -> str:
    return formats.tick(bucket.start, grain)


def _measure(bucket: Bucket, top: float) -> tuple[str, float]:
    rate = bucket.blocking.rate or 0.0
    if bucket.blocking.few:
        # Translators: a rate, of few page views, in a narrow column.
        return gettext("{rate} (few)", rate=formats.percent(rate)), 0.0
    return formats.percent(rate), rate / top


def to_text(report: Letter, address: str = "") -> str:
    """The report as plain text, 72 columns wide."""
    lines: list[str] = [*fold(report.label), ""] if report.label else []
    for head, text in report.said:
        lines += [*fold(f"{head}: {text}" if head else text), ""]
    if report.chart:
        lines += [*fold(gettext("Share of page views with ads blocked, the bars from 0:")), ""]
        wide = max(NAME, *(len(name) for name, _, _ in report.chart))
        wider = max(FIGURE, *(len(figure) for _, figure, _ in report.chart))
        lines += [
            f"{name:>{wide}}  {figure:>{wider}}  {'#' * round(length * BAR)}" for name, figure, length in report.chart
        ]
        lines.append("")
    lines += _foot(address)
    return "\n".join(lines) + "\n"


def _foot(address: str) -> Sequence[str]:
    # Translators: more figures stand at this address.
    more = gettext("More: {address}", address=address) if address else gettext("More stands on the dashboard.")
    return [*fold(gettext("adnotice counts page views, never readers.")), *fold(more)]
