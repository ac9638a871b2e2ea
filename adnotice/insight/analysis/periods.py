"""Which days are looked at, and into which buckets they are cut."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, NamedTuple

import msgspec

from adnotice.count.model.calendar import first_of_month, months_before, next_month
from adnotice.count.model.tally import Grain, Period
from adnotice.insight.analysis.change import Against
from adnotice.language import Problem, gettext_noop

DEFAULT_DAYS: Final = 28
CHOICES: Final = (
    (gettext_noop("4 weeks"), ""),
    (gettext_noop("today"), "1"),
    (gettext_noop("7 days"), "7"),
    (gettext_noop("12 weeks"), "84"),
    (gettext_noop("12 months"), "365"),
)
"""What the page offers, each with its number of days up to today; without one, the last four whole weeks."""

MAX_DAYS: Final = 800
EARLIEST: Final = date(2020, 1, 1)
"""Nothing was counted before."""

HOURLY_DAYS: Final = 3
DAILY_DAYS: Final = 120


class Retention(NamedTuple):
    """For how long the store keeps hourly and daily counts, as the settings say; weekly ones as long as daily ones."""

    hours_kept_days: int = 31
    days_kept_months: int = 13

    def oldest_hours(self, today: date) -> date:
        """The first day whose hours are kept."""
        return today - timedelta(days=self.hours_kept_days)

    def oldest_day(self, today: date) -> date:
        """The first day that is kept by itself; of those before, whole months are."""
        return months_before(today, self.days_kept_months)


USUAL_RETENTION: Final = Retention()


class BadPeriod(Problem):
    """A period that can't be shown; the text says why and what to give."""


class Span(msgspec.Struct, frozen=True):
    """The days looked at, first and last included, in the operator's timezone, and how long a bucket is."""

    first: date
    last: date
    days: int
    grain: Grain
    timezone: str
    today: date

    @property
    def whole_weeks(self) -> bool:
        """Whether these are the last four whole weeks, today left out."""
        return self.days == DEFAULT_DAYS and self.last == self.today - timedelta(days=1)

    @property
    def period(self) -> Period:
        """The same as the store takes it."""
        return Period(self.first, self.last)


def choose_span(
    today: date,
    timezone: str,
    *,
    first: str = "",
    last: str = "",
    days: str = "",
    retention: Retention = USUAL_RETENTION,
) -> Span:
    """The span that was asked for; the last four whole weeks, today left out, when nothing was. One that begins before days are
    kept by themselves is made of whole months: no part of one can be told.

    Raises `BadPeriod` for what is no date, is the wrong way round or longer than 800 days.
    """
    whole = not (first or last or days)
    end = min(_date("last", last), today) if last else today - timedelta(days=whole)
    begin = _date("first", first) if first else end - timedelta(days=_days(days) - 1)
    if begin > end:
        raise BadPeriod(
            # Translators: first and last are keys of the address, and stay as they are.
            gettext_noop("first must not be after last or after today, got first={first} and last={last}"),
            first=begin,
            last=end,
        )
    length = (end - begin).days + 1
    if length > MAX_DAYS:
        raise BadPeriod(
            gettext_noop("a period has at most {most} days, got {days}. Choose a later first day"),
            most=MAX_DAYS,
            days=length,
        )
    grain = _grain(begin, length, today, retention)
    if grain is Grain.MONTH:
        begin, end = _whole_months(begin, end, today)
    return Span(begin, end, (end - begin).days + 1, grain, timezone, today)


def _whole_months(begin: date, end: date, today: date) -> Period:
    """The months of these days, to today at most; as many of the last ones as may be shown at once."""
    begin, end = first_of_month(begin), min(next_month(end) - timedelta(days=1), today)
    while (end - begin).days >= MAX_DAYS:
        begin = next_month(begin)
    return Period(begin, end)


def choose_against(text: str) -> Against:
    """With which weeks the last ones are compared: the four before when nothing was asked for. Raises `BadPeriod`."""
    try:
        return Against(text) if text else Against.FOUR_WEEKS
    except ValueError:
        known = ", ".join(each.value for each in Against)
        raise BadPeriod(
            # Translators: against is a key of the address, and stays as it is.
            gettext_noop("against must be one of {known}, got {given}"),
            known=known,
            given=repr(text[:40]),
        ) from None


def is_chosen(span: Span, days: str) -> bool:
    """Whether these are so many days up to today, or their months; without a number, the last four whole weeks."""
    if not days:
        return span.whole_weeks
    begin = span.today - timedelta(days=int(days) - 1)
    return span.last == span.today and span.first == (first_of_month(begin) if span.grain is Grain.MONTH else begin)


def neighbours(span: Span) -> tuple[Period, Period]:
    """As many days before these, and after; of whole months as many months."""
    after = span.last + timedelta(days=1)
    if span.grain is not Grain.MONTH:
        length = timedelta(days=span.days)
        return Period(span.first - length, span.last - length), Period(after, span.last + length)
    months = 12 * (span.last.year - span.first.year) + span.last.month - span.first.month + 1
    return (
        Period(months_before(span.first, months), span.first - timedelta(days=1)),
        Period(after, months_before(after, -months) - timedelta(days=1)),
    )


def _date(name: str, text: str) -> date:
    try:
        given = date.fromisoformat(text)
    except ValueError:
        raise BadPeriod(
            # Translators: {name} is a key of the address.
            gettext_noop("{name} must be a date such as 2026-11-01, got {given}"),
            name=name,
            given=repr(text[:40]),
        ) from None
    if given < EARLIEST:
        raise BadPeriod(
            # Translators: {name} is a key of the address.
            gettext_noop("{name} must not be before {earliest}, got {given}"),
            name=name,
            earliest=EARLIEST,
            given=given,
        )
    return given


def _days(text: str) -> int:
    if not text:
        return DEFAULT_DAYS
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MAX_DAYS)) and 1 <= int(text) <= MAX_DAYS):
        raise BadPeriod(
            # Translators: days is a key of the address, and stays as it is.
            gettext_noop("days must be a number from 1 to {most}, got {given}"),
            most=MAX_DAYS,
            given=repr(text[:40]),
        )
    return int(text)


def _grain(first: date, days: int, today: date, retention: Retention) -> Grain:
    if first < retention.oldest_day(today):
        return Grain.MONTH
    if days <= HOURLY_DAYS and first >= retention.oldest_hours(today):
        return Grain.HOUR
    return Grain.DAY if days <= DAILY_DAYS else Grain.WEEK
