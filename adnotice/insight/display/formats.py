"""Numbers, shares and times as an editor reads them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from adnotice.count.model.tally import Grain
from adnotice.insight.analysis.intervals import Interval, Share
from adnotice.insight.display.conventions import here
from adnotice.language import gettext, ngettext, pgettext

NOTHING = "–"
TEN_THOUSAND = 1e4
"""From here on a compact number is told in thousands, where the language has a sign for them."""


def number(n: int | None) -> str:
    """1,234; a dash for what is not known."""
    return NOTHING if n is None else here().number(n)


def compact(n: float) -> str:
    """1,200 or 12k or 3.5M: for the axis of a chart."""
    ours = here()
    for limit, unit in ours.compact:
        if n >= limit:
            return unit.format(n=ours.figure(n / (1e3 if limit == TEN_THOUSAND else limit), ".3g"))
    return ours.figure(n, ",.0f")


def percent(rate: float | None) -> str:
    """24.1%; never 0 % or 100 % for what is only close to it; a dash where there is no rate."""
    if rate is None:
        return NOTHING
    if 0 < rate < 0.0005:
        return _under(_percent(0.001, ".1f"))
    if 0.9995 <= rate < 1:
        return _over(_percent(0.999, ".1f"))
    return _percent(rate, ".0f" if rate in (0, 1) else ".1f")


def step(rate: float) -> str:
    """10% or 2.5%: for the axis of a chart."""
    return _percent(rate, ".3g")


def between(low: float, high: float) -> str:
    """23.8% to 24.4%."""
    # Translators: a range, wherever in a sentence it stands.
    return pgettext("rates", "{low} to {high}", low=percent(low), high=percent(high))


def points(difference: float) -> str:
    """0.4 of a difference of .004: percentage points, without a sign."""
    return here().figure(abs(difference) * 100, ".1f")


def signed(difference: float) -> str:
    """+0.4, or 0.4 behind a minus sign, of a difference of .004: percentage points with their sign."""
    nothing = abs(round(difference * 100, 1)) == 0
    return here().figure(0, ".1f") if nothing else here().figure(difference * 100, "+.1f")


def views(n: int) -> str:
    """1 page view; 1,234 page views."""
    return ngettext("{n} page view", "{n} page views", n, n=number(n))


def whole(rate: float) -> str:
    """19%: a rate for a sentence that is read out; never 0 % or 100 % for what is only close to it."""
    if 0 < rate < 0.005:
        return _under(_percent(0.01, ".0f"))
    if 0.995 <= rate < 1:
        return _over(_percent(0.99, ".0f"))
    return _percent(rate, ".0f")


def interval(given: Interval | None) -> str:
    """The interval's two ends; a dash where there is none."""
    return NOTHING if given is None else between(given.low, given.high)


def day(given: date) -> str:
    """12 November 2026."""
    return here().write(here().day, given)


def days(first: date, last: date) -> str:
    """1 to 28 November 2026: what two days have in common is said once."""
    if first == last:
        return day(last)
    ours = here()
    pattern = ours.day_of_month if first.month == last.month else ours.day_and_month
    begin = ours.write(pattern if first.year == last.year else ours.day, first)
    # Translators: {first} is "1" or "1 October" or "1 October 2025", {last} a whole date.
    return pgettext("days", "{first} to {last}", first=begin, last=day(last))


def bucket(start: str, grain: Grain) -> str:
    """A bucket's whole name: 12 November 2026, 14:00; Thursday, 12 November 2026; Week from …; November 2026."""
    if grain is Grain.HOUR:
        return f"{day(_date(start))}, {_hour(start)}"
    given = _date(start)
    if grain is Grain.WEEK:
        # Translators: {day} is the week's first day.
        return gettext("Week from {day}", day=day(given))
    return here().write(here().month if grain is Grain.MONTH else here().weekday_and_day, given)


def tick(start: str, grain: Grain) -> str:
    """A bucket's short name, for an axis; midnight is named by its day."""
    given = _date(start)
    if grain is Grain.HOUR and start[11:13] != "00":
        return _hour(start)
    return here().write(here().short_month if grain is Grain.MONTH else here().short_date, given)


def point(share: Share) -> str:
    """A share in one line, for the tooltip of a chart."""
    if share.rate is None:
        return gettext("no page views with an answer")
    values = {"rate": percent(share.rate), "n": number(share.n), "of": number(share.of)}
    if share.few:
        # Translators: a rate, and of how many page views; the form is that of {of}.
        return ngettext(
            "{rate}, {n} of {of} page view, few page views",
            "{rate}, {n} of {of} page views, few page views",
            share.of,
            **values,
        )
    # Translators: a rate, and of how many page views; the form is that of {of}.
    return ngettext("{rate}, {n} of {of} page view", "{rate}, {n} of {of} page views", share.of, **values)


def moment(given: datetime) -> str:
    """12 November 2026, 14:05."""
    return f"{day(given.date())}, {given:%H:%M}"


def local(at: str) -> str:
    """12 November 2026, or 12 November 2026, 14:05: a day or a moment as annotations hold it."""
    return moment(datetime.fromisoformat(at)) if "T" in at else day(_date(at))


def hour_of_day(start: str) -> str:
    """Saturday 28 November, 15:00: the end of an hour's bucket."""
    end = datetime.fromisoformat(f"{start[:13]}:00") + timedelta(hours=1)
    return f"{here().write(here().weekday_and_date, end)}, {end:%H:%M}"


def within(start: str, today: date) -> str:
    """14:00–15:00, or Saturday 28 November, 14:00–15:00: an hour's bucket, by its two ends."""
    begin = datetime.fromisoformat(f"{start[:13]}:00")
    named = "" if begin.date() == today else f"{here().write(here().weekday_and_date, begin)}, "
    return f"{named}{begin:%H:%M}\N{EN DASH}{begin + timedelta(hours=1):%H:%M}"


def _under(rate: str) -> str:
    # Translators: a share that is smaller than this one, such as "under 0.1%".
    return gettext("under {rate}", rate=rate)


def _over(rate: str) -> str:
    # Translators: a share that is larger than this one, such as "over 99.9%".
    return gettext("over {rate}", rate=rate)


def _percent(rate: float, pattern: str) -> str:
    ours = here()
    return ours.percent.format(n=ours.figure(rate * 100, pattern))


def _date(start: str) -> date:
    return date.fromisoformat(start[:10])


def _hour(start: str) -> str:
    return start[11:13] + ":00" + start[13:]
