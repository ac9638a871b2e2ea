"""Weeks of counts, with everything in them that pages tell of."""

from __future__ import annotations

from adnotice.count.model.tally import Dimension, Key, Metric
from tests.insight.conftest import SITE, Newsroom

WEEKS = 57
"""A year of weeks, and the four that are compared with those of a year ago."""


def count_weeks(newsroom: Newsroom) -> None:
    """A rate that moves, rows of every kind, half of the views drawn on some days."""
    now = newsroom.now
    for days in range(7 * WEEKS, 0, -1):
        newsroom.now = now - 86_400 * days
        views = {
            Metric.CLEAR: 700 + days * 37 % 61,
            Metric.PARTLY: 3,
            Metric.BLOCKED_CONTENT: 150 + days * 53 % 29,
            Metric.BLOCKED_HOSTS: 20 + days % 5,
            Metric.UNKNOWN: 31 + days % 7,
        }
        half = days % 3 == 0
        measured = sum(views.values())
        notice = {Metric.ASKED: 90, Metric.SHOWN: 81, Metric.HOWTO: 12, Metric.LATER: 33, Metric.ALLOWED: 4}
        whole = {
            **views,
            **notice,
            Metric.INJECTED: measured * (1 + half) + 190,
            Metric.REFUSED: 21,
            Metric.DECLINED: 9,
            Metric.TURNED_AWAY: 1,
        }
        deltas = {Key(SITE, Dimension.ALL, "", metric): n for metric, n in whole.items()}
        for dimension, values in (
            (Dimension.PAGE, ("/", "/harbour")),
            (Dimension.BROWSER, ("Chrome", "Firefox")),
            (Dimension.DEVICE, ("desktop", "phone")),
            (Dimension.SYSTEM, ("Windows", "Android")),
            (Dimension.LANGUAGE, ("en", "uk")),
            (Dimension.REFERRER, ("search.example", "news.example")),
        ):
            for metric, n in views.items():
                deltas[Key(SITE, dimension, values[0], metric)] = n * 3 // 5
                deltas[Key(SITE, dimension, values[1], metric)] = n // 5
        if half:
            deltas.update({Key(SITE, Dimension.SHARE, "0.5", metric): n for metric, n in views.items()})
        deltas[Key(SITE, Dimension.QUIET, "later", Metric.NOT_ASKED)] = 17
        for label, n in (("Become a patron", 5), ("Subscribe", 2)):
            deltas[Key(SITE, Dimension.SUPPORT, label, Metric.SUPPORT_LINK)] = n
        deltas[Key(SITE, Dimension.REFUSAL, "csp", Metric.REFUSED)] = 21
        deltas[Key(SITE, Dimension.GROUND, "script bait arrived", Metric.CLEAR)] = views[Metric.CLEAR]
        if days == 1:
            deltas[Key(SITE, Dimension.REFUSAL, "failed", Metric.REFUSED)] = 13
        newsroom.count_all(deltas)
