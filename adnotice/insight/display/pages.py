"""The dashboard's HTML: templates, what they may call, and the headers that every page carries."""

from __future__ import annotations

import gzip
import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from adnotice import language
from adnotice.count.model.tally import Grain
from adnotice.insight.analysis.change import Change
from adnotice.insight.analysis.first_day import list_checks
from adnotice.insight.analysis.intervals import Share
from adnotice.insight.analysis.periods import Span
from adnotice.insight.analysis.rows import OneRow
from adnotice.insight.analysis.summary import Annotated, Bucket, Row, Summary
from adnotice.insight.display import charts, formats, labels, scales, sentences

HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    ),
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # without any, the login on plain http would come from the origin "null"
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "cache-control": "no-store",
    "x-robots-tag": "noindex, nofollow",
}
"""What stands on every page of ours, and on no page of the site's (OWASP ASVS 3.4). Pages hold no script, but for those of
figures, which name one by a number drawn for each page."""

POLICY: Final = "content-security-policy"
PREVIEWED: Final = (
    "default-src 'none'; script-src 'nonce-{nonce}'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SCRIPTED: Final = "; script-src 'nonce-{nonce}'; connect-src 'self'; trusted-types 'none'"


EVERY: Final = {
    Grain.HOUR: "hour by hour",
    Grain.DAY: "day by day",
    Grain.WEEK: "week by week",
    Grain.MONTH: "month by month",
}

PACKED_LEVEL: Final = 6
BRIEF_ROWS: Final = 5


class Pages:
    """Renders the templates, every value escaped."""

    def __init__(self, site_name: str) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.filters.update(
            number=formats.number,
            percent=formats.percent,
            interval=formats.interval,
            day=formats.day,
            local=formats.local,
            code=mark_code,
        )
        self._environment.globals.update(
            site_name=site_name or "adnotice",
            words=labels,
            sentences=sentences,
            formats=formats,
            draw=draw,
            list_checks=list_checks,
            draw_row=draw_row,
            draw_range=draw_range,
            draw_change=draw_change,
            dot=dot,
            bar=bar,
            top_of=top_of,
            top_of_tables=top_of_tables,
            BRIEF_ROWS=BRIEF_ROWS,
            _=say,
            ngettext=say_form,
            pgettext=say_in_context,
        )

    def write(self, template: str, **values: object) -> str:
        """The page as text."""
        return self._environment.get_template(template).render(**values)

    def render(
        self, template: str, *, base: str, status: int = 200, headers: dict[str, str] | None = None, **values: object
    ) -> HTMLResponse:
        """The page as a response, with the security headers. With a value `figures` (by which it is known whether they have
        changed) it looks again while it is open."""
        policy = {}
        if "figures" in values:
            values["script"] = secrets.token_urlsafe(16)
            policy = {POLICY: HEADERS[POLICY] + SCRIPTED.format(nonce=values["script"])}
        html = self.write(template, base=base, **values)
        return HTMLResponse(html, status, {**HEADERS, **policy, **(headers or {})})

    def render_preview(self, base: str, language: str, languages: Sequence[str], *, is_off: bool) -> HTMLResponse:
        """A page that holds the tag as the site's pages do, and nothing that could be taken for the operator's."""
        nonce = secrets.token_urlsafe(16)
        told = {"language": language, "languages": languages, "is_off": is_off, "nonce": nonce}
        html = self.write("preview.html", base=base, **told)
        return HTMLResponse(html, 200, {**HEADERS, POLICY: PREVIEWED.format(nonce=nonce)})

    def pack(self, page: HTMLResponse, accepted: str) -> HTMLResponse:
        """The same page, compressed where an Accept-Encoding header takes that. What is secret in it (the form's token) is written
        anew each time."""
        if not takes_gzip(accepted):
            return page
        body = gzip.compress(bytes(page.body), PACKED_LEVEL, mtime=0)
        headers = {name: value for name, value in page.headers.items() if name != "content-length"}
        return HTMLResponse(body, page.status_code, {**headers, "content-encoding": "gzip", "vary": "accept-encoding"})


def say(message: str, /, **values: object) -> Markup:
    """A message of the catalogue for a template: it is escaped, and each value unless it is markup already."""
    return _fill(language.find(message), values)


def say_form(one: str, other: str, n: int, /, **values: object) -> Markup:
    """The form of a message that the number takes, for a template."""
    return _fill(language.find_form(one, other, n), values)


def say_in_context(context: str, message: str, /, **values: object) -> Markup:
    """A message that is told from others of the same English by its context, for a template."""
    return _fill(language.find(message, context), values)


def _fill(message: str, values: Mapping[str, object]) -> Markup:
    return Markup(language.fill(escape(message), {name: escape(value) for name, value in values.items()}))  # noqa: S704 - all escaped


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header takes gzip."""
    offers = [each.replace(" ", "") for each in accepted.lower().split(",")]
    return any(each.partition(";")[0] == "gzip" and not each.endswith((";q=0", ";q=0.0")) for each in offers)


def mark_code(text: str) -> Markup:
    """A text in which `commands` stand between backticks, as elements; all of it escaped."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts))


# What charts.py returns was built by ElementTree, which escapes every text: Markup says so to Jinja.


def draw(summary: Summary) -> dict[str, Markup | float | bool | None]:
    """The charts of a summary, each in a wide and a narrow form of which the style sheet shows one; where the rate's axis
    begins, the rate of the weeks before that has a line (None: it has none), whether a dot is open."""
    grain, series, days = summary.span.grain, summary.series, summary.span.period
    before = find_before(summary)
    every = EVERY[grain]
    words = _tell_rates(series, grain, every, summary.annotations)
    rates = [
        charts.rate_chart(
            series,
            grain,
            frame,
            annotations=summary.annotations,
            modes=summary.modes,
            days=days,
            before=before,
            title=words["title"],
            description=words["description"],
        )
        for frame in charts.FRAMES
    ]
    views = [
        charts.views_chart(series, grain, frame, cached=summary.not_measured is None, **_tell_views(every))
        for frame in charts.LOW_FRAMES
    ]
    begins = charts.rate_axis((bucket.blocking for bucket in series), before).bottom
    unsure = any(bucket.blocking.rate is not None and charts.is_unsure(bucket, grain, days) for bucket in series)
    drawn = {"rates": Markup("".join(rates)), "views": Markup("".join(views))}  # noqa: S704 - charts escape what they hold
    return {**drawn, "begins": begins, "before": before, "unsure": unsure}


def find_before(summary: Summary) -> float | None:
    """The rate with which these weeks are compared, where the chart shows these weeks and no others."""
    change, span = summary.change, summary.span
    if change is None or summary.stopped or (change.first, change.last) != (span.first, span.last):
        return None
    return change.rate_before


def draw_row(row: OneRow, span: Span) -> dict[str, Markup | float]:
    """The rate of one row that is opened alone, in these days."""
    grain = span.grain
    words = _tell_rates(row.series, grain, EVERY[grain])
    rates = [
        charts.rate_chart(
            row.series,
            grain,
            frame,
            days=span.period,
            title=words["title"],
            description=words["description"],
        )
        for frame in charts.FRAMES
    ]
    begins = charts.rate_axis(bucket.blocking for bucket in row.series).bottom
    return {"rates": Markup("".join(rates)), "begins": begins}  # noqa: S704 - charts escape what they hold


def _tell_rates(
    series: Sequence[Bucket], grain: Grain, every: str, annotations: Sequence[Annotated] = ()
) -> dict[str, str]:
    known = [bucket for bucket in series if bucket.blocking.rate is not None and not bucket.blocking.few]
    if not known:
        text = "No part of this period has enough page views for a rate."
    else:
        lowest = min(known, key=lambda bucket: bucket.blocking.rate or 0)
        highest = max(known, key=lambda bucket: bucket.blocking.rate or 0)
        text = (
            f"Lowest {formats.percent(lowest.blocking.rate)} ({formats.bucket(lowest.start, grain)}), "
            f"highest {formats.percent(highest.blocking.rate)} ({formats.bucket(highest.start, grain)}). "
            "All numbers stand in the table below."
        )
    if annotations:
        text += f" {len(annotations)} marked: they stand in a table of their own."
    return {"title": f"Share of page views seen with ads blocked, {every}", "description": text}


def _tell_views(every: str) -> dict[str, str]:
    text = "Bars stacked from below: with ads blocked, with ads, without a clear answer, not measured. All numbers stand in the table below."
    return {"title": f"Page views, {every}", "description": text}


def draw_range(summary: Summary) -> Markup:
    """The rate with the range of what is not known."""
    return Markup(scales.range_scale(summary.rate, summary.range) if summary.rate is not None and summary.range else "")  # noqa: S704


def draw_change(found: Change) -> Markup:
    """A change beside what is usual."""
    return Markup(scales.change_scale(found))  # noqa: S704


def bar(share: Share, top: float) -> Markup:
    """A share as a bar, for a table's cell."""
    return Markup(scales.share_bar(share, top))  # noqa: S704


def top_of(shares: Iterable[Share]) -> float:
    """The end of the scale that the bars of one table share."""
    return max((each.rate for each in shares if each.rate is not None and not each.few), default=0.0) or 1.0


def top_of_tables(tables: Iterable[tuple[str, Sequence[Row]]]) -> float:
    """The end of the scale that the bars of several tables share."""
    return top_of(row.blocking for _, rows in tables for row in rows[:BRIEF_ROWS])


def dot(share: Share, top: float) -> Markup:
    """A share, drawn for a table's cell."""
    return Markup(charts.dot_plot(share, top))  # noqa: S704
