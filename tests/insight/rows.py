"""Rows as stores give them, of one ordinary day."""

from __future__ import annotations

from datetime import date

from adnotice.count.model.calendar import Starts
from adnotice.count.model.tally import Count, Metric

TODAY = date(2026, 11, 22)


NOW = Starts(hour="2026-11-22T15", day="2026-11-22", week="2026-11-16", month="2026-11-01")


O = Metric  # noqa: E741 - as short as it is often


ALL = {
    O.INJECTED: 1000,
    O.DECLINED: 30,
    O.CLEAR: 600,
    O.BLOCKED_CONTENT: 180,
    O.BLOCKED_HOSTS: 20,
    O.UNKNOWN: 50,
    O.ASKED: 120,
    O.SHOWN: 100,
    O.HOWTO: 20,
    O.LATER: 40,
    O.NEVER: 5,
    O.SUPPORTS: 3,
    O.RECHECKED: 15,
    O.ALLOWED: 10,
}


def counts(numbers: dict[Metric, int], value: str = "") -> list[Count]:
    return [Count(value, metric, n) for metric, n in numbers.items()]
