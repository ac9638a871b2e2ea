"""The dashboard's HTML: templates, what they may call, and the headers that every page carries."""

from __future__ import annotations

import gzip
import secrets
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from adnotice import language
from adnotice.count.model.tally import Grain
from adnotice.http.headers import takes_gzip
from adnotice.insight.analysis.change import Change
from adnotice.insight.analysis.first_day import list_checks
from adnotice.insight.analysis.intervals import FEW_VIEWS, Share
from adnotice.insight.analysis.periods import Span
from adnotice.insight.analysis.rows import OneRow
from adnotice.insight.analysis.summary import Annotated, Bucket, Row, Summary
from adnotice.insight.display import charts, formats, labels, scales, sentences
from adnotice.language import gettext, gettext_noop, ngettext, spoken
from adnotice.notice.content import PREVIEW_STATES, SHAPES
from adnotice.templates import load_templates
from adnotice.vocabulary import Mode

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
    Grain.HOUR: gettext_noop("hour by hour"),
    Grain.DAY: gettext_noop("day by day"),
    Grain.WEEK: gettext_noop("week by week"),
    Grain.MONTH: gettext_noop("month by month"),
}

GRAINS: Final = {
    Grain.HOUR: gettext_noop("Hour"),
    Grain.DAY: gettext_noop("Day"),
    Grain.WEEK: gettext_noop("Week"),
    Grain.MONTH: gettext_noop("Month"),
}
"""The heads of columns of times."""

ALL_ROWS: Final = {
    "pages": gettext_noop("All pages"),
    "browsers": gettext_noop("All browsers"),
    "devices": gettext_noop("All devices"),
    "systems": gettext_noop("All operating systems"),
    "languages": gettext_noop("All languages"),
    "referrers": gettext_noop("All referrers"),
}
"""The links from a few rows of a table to all."""

AS_SET: Final = {
    Mode.OFF: gettext_noop("As the settings say: off"),
    Mode.MEASURE: gettext_noop("As the settings say: measure only"),
    Mode.ASK: gettext_noop("As the settings say: ask (notice on)"),
}
"""The button that takes back what was said to be the mode."""

PACKED_LEVEL: Final = 6
BRIEF_ROWS: Final = 5


class Pages:
    """Renders the templates, every value escaped. `languages` are those to choose from: the name of each in itself, by tag."""

    def __init__(self, site_name: str, languages: Mapping[str, str] = {}) -> None:
        self._environment = _load_environment()
        self._same = {"site_name": site_name or "adnotice", "languages": languages}
        """What stands on every page."""

    def write(self, template: str, **values: object) -> str:
        """The page as text."""
        return self._environment.get_template(template).render({**self._same, **values})

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

    def render_preview(self, base: str, shown_in: str, languages: Sequence[str], *, is_off: bool) -> HTMLResponse:
        """A page that holds the tag as the site's pages do, and nothing that could be taken for the operator's. The notice is
        shown in one of the languages that readers are spoken to in."""
        nonce = secrets.token_urlsafe(16)
        told = {"shown_in": shown_in, "languages": languages, "is_off": is_off, "nonce": nonce}
        told |= {"shapes": SHAPES, "states": PREVIEW_STATES}
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


@cache
def _load_environment() -> Environment:
    """The templates, and what they may call."""
    environment = load_templates(Path(__file__).parent / "templates")
    environment.filters.update(
        number=formats.number,
        percent=formats.percent,
        interval=formats.interval,
        day=formats.day,
        local=formats.local,
        code=mark_code,
        isolate=isolate,
        first_capital=first_capital,
    )
    environment.globals.update(
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
        FEW_VIEWS=FEW_VIEWS,
        grain=name_grain,
        all_of=name_all_rows,
        as_the_settings_say=name_setting,
        link=link,
        language=spoken,
        _=say,
        ngettext=say_form,
        pgettext=say_in_context,
    )
    return environment


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
    written = {name: escape(_write(value)) for name, value in values.items()}
    return Markup(language.fill(escape(message), written))  # noqa: S704 - all escaped


def _write(value: object) -> object:
    """A value as it stands in a message; markup stays markup."""
    return value if isinstance(value, Markup) else language.write_value(value)


def mark_code(text: str) -> Markup:
    """A text in which `commands` stand between backticks, as elements; all of it escaped."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts))


def isolate(text: str) -> Markup:
    """A name that may run in another direction than the sentence around it (HTML's bdi)."""
    return Markup("<bdi>{}</bdi>").format(text)


def link(address: str, text: str) -> Markup:
    """A link, to stand in a sentence."""
    return Markup('<a href="{}">{}</a>').format(address, text)


def first_capital(text: str) -> str:
    """A text with a capital letter first, the rest as it is."""
    return text[:1].upper() + text[1:]


def name_grain(span: Span) -> str:
    """The head of the column of times into which these days are cut."""
    return gettext(GRAINS[span.grain])


def name_all_rows(table: str) -> str:
    """What a link to all rows of a table says."""
    return gettext(ALL_ROWS[table])


def name_setting(mode: Mode) -> str:
    """What the button says that goes back to the mode of the settings."""
    return gettext(AS_SET[mode])


# What charts.py returns was built by ElementTree, which escapes every text: Markup says so to Jinja.


def draw(summary: Summary) -> dict[str, Markup | float | bool | None]:
    """The charts of a summary, each in a wide and a narrow form of which the style sheet shows one; where the rate's axis
    begins, the rate of the weeks before that has a line (None: it has none), whether a dot is open."""
    grain, series, days = summary.span.grain, summary.series, summary.span.period
    before = find_before(summary)
    every = gettext(EVERY[grain])
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
    words = _tell_rates(row.series, grain, gettext(EVERY[grain]))
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
        text = gettext("No part of this period has enough page views for a rate.")
    else:
        lowest = min(known, key=lambda bucket: bucket.blocking.rate or 0)
        highest = max(known, key=lambda bucket: bucket.blocking.rate or 0)
        text = gettext(
            "Lowest {lowest} ({lowest_when}), highest {highest} ({highest_when}). All numbers stand in the table below.",
            lowest=formats.percent(lowest.blocking.rate),
            lowest_when=formats.bucket(lowest.start, grain),
            highest=formats.percent(highest.blocking.rate),
            highest_when=formats.bucket(highest.start, grain),
        )
    if annotations:
        marked = ngettext(
            "{n} marked: it stands in a table of its own.",
            "{n} marked: they stand in a table of their own.",
            len(annotations),
            n=len(annotations),
        )
        text = f"{text} {marked}"
    # Translators: {every} is “hour by hour”, “day by day”, “week by week” or “month by month”.
    title = gettext("Share of page views seen with ads blocked, {every}", every=every)
    return {"title": title, "description": text}


def _tell_views(every: str) -> dict[str, str]:
    text = gettext(
        "Bars stacked from below: with ads blocked, with ads, without a clear answer, not measured. All numbers stand in the table below."
    )
    # Translators: {every} is “hour by hour”, “day by day”, “week by week” or “month by month”.
    return {"title": gettext("Page views, {every}", every=every), "description": text}


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
