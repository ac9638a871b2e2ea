"""What can be seen on a site's first day: whether each step from page to figure has been gone once."""

from __future__ import annotations

import msgspec

from adnotice.count.model.tally import Metric
from adnotice.insight.analysis.summary import Summary
from adnotice.vocabulary import Mode


class Check(msgspec.Struct, frozen=True):
    """One step, whether it was seen, and how often."""

    name: str
    done: bool
    n: int


def list_checks(summary: Summary) -> list[Check]:
    """The steps in their order."""
    counts, views = summary.counts, summary.views
    robots = counts[Metric.BOT] + sum(each.share.n for each in summary.programs)
    return [
        Check("tag", counts[Metric.INJECTED] > 0, counts[Metric.INJECTED]),
        Check("report", views.measured > 0, views.measured),
        Check("robots", robots > 0, robots),
        Check("answers", views.blocked > 0 and views.clear > 0, 0),
        Check("notice", summary.mode is Mode.ASK, counts[Metric.SHOWN]),
    ]
