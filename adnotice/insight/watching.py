"""What `adnotice watch` looks at each day: what is to be mended, what has come up since, and whether the rate made a step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from statistics import median
from typing import Final, NamedTuple

import msgspec

from adnotice.count.model.tally import Dimension, Grain, Metric, Period
from adnotice.count.stores.protocol import Store
from adnotice.finding import Finding, Weight
from adnotice.insight.analysis.alarm import SILENT_DAYS, Alarm, watch
from adnotice.insight.analysis.query import Reader, Wish
from adnotice.insight.display import formats, labels
from adnotice.insight.findings import MUCH_REFUSED
from adnotice.language import gettext
from adnotice.texts import DOUBTS
from adnotice.vocabulary import Refusal

DAYS: Final = "2"
"""Today and yesterday: a site is looked at once a day, and today may have just begun."""

BASE_DAYS: Final = 14
RISE_FACTOR: Final = 3
FEWEST_REFUSED: Final = 20
ALARM: Final = "alarm:"
"""A note `alarm:<site>` has the day of the last alarm: the 28 days after it are silent."""


class Watched(NamedTuple):
    """What was found at a site, the gravest first, and what the alarm can see of it."""

    site: str
    findings: list[Finding]
    sight: str


def look(reader: Reader, store: Store, site: str) -> Watched:
    """Looks at a site. Raises `Unavailable` where the store gives nothing."""
    reading = reader.read(Wish(site, "", "", "", DAYS, 1))
    site = reading.summary.site
    yesterday = reader.now().date() - timedelta(days=1)
    found = [each for each in reading.findings if each.weight is Weight.WRONG or each.reason in DOUBTS]
    alarm = quiet_down(watch(reader.days(site), yesterday), last_alarm(store, site))
    found += [*find_rises(store, site, yesterday), *tell_step(alarm)]
    if alarm.raised and alarm.day:
        store.notes.put(ALARM + site, alarm.day.isoformat(), reader.now().timestamp() + SILENT_DAYS * 86_400)
    return Watched(site, found, tell_sight(alarm))


def quiet_down(alarm: Alarm, before: date | None) -> Alarm:
    """The same, silent for 28 days after the one before; another look at the same day says it again."""
    recent = alarm.day and before and 0 < (alarm.day - before).days <= SILENT_DAYS
    return msgspec.structs.replace(alarm, raised=False) if recent else alarm


def last_alarm(store: Store, site: str) -> date | None:
    """The day of the last alarm, if it is not forgotten."""
    said = store.notes.get(ALARM + site)
    return date.fromisoformat(said) if said else None


def tell_step(alarm: Alarm) -> Iterator[Finding]:
    """That the rate has made a step."""
    if alarm.raised and alarm.step is not None and alarm.rate is not None and alarm.day:
        step = alarm.points(alarm.step)
        yield Finding(
            weight=Weight.LOOK,
            # Translators: {points} has its sign, such as +3.1; {day} is a date, the last of the two days.
            found=gettext(
                "The rate made a step of {points} points in two days, up to {day}; it was {rate} in the days before.",
                points=formats.signed(step),
                day=formats.day(alarm.day),
                rate=formats.percent(alarm.rate),
            ),
            do=gettext(
                "Look at the dashboard: which pages, browsers or referrers have changed. A new page template, a new ad "
                "script or a blocker’s new list are usual reasons. Why is not known from these figures."
            ),
        )


def tell_sight(alarm: Alarm) -> str:
    """Which step this site can see at all."""
    if alarm.visible_step is None or alarm.rate is None:
        return gettext("Too few days are known to see a step of the rate.")
    return gettext(
        "A step of {points} points in two days would be seen; smaller ones are lost in this site’s usual movement.",
        points=formats.points(alarm.points(alarm.visible_step)),
    )


def find_rises(store: Store, site: str, yesterday: date) -> Iterator[Finding]:
    """Reasons why pages leave without the tag that came up yesterday, beside the 14 days before."""
    period = Period(yesterday - timedelta(days=BASE_DAYS), yesterday)
    pages = _by_day(store, site, period, Dimension.ALL, "", (Metric.INJECTED, Metric.REFUSED))
    whole = pages.get(yesterday, 0)
    for reason in sorted(
        {count.value for count in store.counts(site, Dimension.REFUSAL, Period(yesterday, yesterday))}
    ):
        text = labels.refusal(reason)
        refused = _by_day(store, site, period, Dimension.REFUSAL, reason, (Metric.REFUSED,))
        before = [refused.get(day, 0) / n for day, n in pages.items() if day != yesterday and n]
        n = refused.get(yesterday, 0)
        usual = median(before) if before else 0.0
        if text.harmless or reason not in list(Refusal) or n < FEWEST_REFUSED or not whole:
            continue
        if n / whole > max(MUCH_REFUSED, RISE_FACTOR * usual):
            # Translators: {day} is a date; {reason} is one word of English, such as csp.
            risen = gettext(
                "{share} of the pages of {day} left without the tag ({reason}), {usual} on a usual day before.",
                share=formats.percent(n / whole),
                day=formats.day(yesterday),
                reason=reason,
                usual=formats.percent(usual),
            )
            yield Finding(
                weight=Weight.LOOK, found=f"{risen} {gettext(text.means)}", do=gettext(text.do), reason=reason
            )


def _by_day(
    store: Store, site: str, period: Period, dimension: Dimension, value: str, metrics: Sequence[Metric]
) -> Mapping[date, int]:
    found: dict[date, int] = {}
    for start, metric, n in store.points(site, Grain.DAY, period, dimension, value):
        if metric in metrics:
            day = date.fromisoformat(start)
            found[day] = found.get(day, 0) + n
    return found
