"""What these settings can't see, said beside the figures; and when what they see is to be doubted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

from adnotice.detect.bait_age import VERIFIED, judge_age
from adnotice.finding import Finding, Weight
from adnotice.insight.analysis.summary import Bucket
from adnotice.insight.display import formats
from adnotice.language import gettext, ngettext

ENOUGH_EXPECTED: Final = 20
"""So many views with a content blocker, expected and not found, are no chance: a tenth of 20 or fewer has 5 in a million
of Poisson's distribution."""


class Sight(NamedTuple):
    """What the settings have looked for: whether the site's ad script is watched, whether GPC is honoured."""

    probe: bool = False
    honour_gpc: bool = True


USUAL: Final = Sight()


def name_unseen(sight: Sight) -> tuple[str, ...]:
    """What counts as seen with ads or is not measured although ads may be blocked, a sentence each."""
    sentences = []
    if not sight.probe:
        sentences.append(
            gettext(
                "Blocking by DNS, VPNs, strict Firefox and standard Brave counts as seen with ads: the real rate is probably "
                "higher."
            )
        )
    if sight.honour_gpc:
        sentences.append(
            gettext(
                "Readers who send Global Privacy Control (Brave, DuckDuckGo, Privacy Badger, Firefox’s private windows) are not"
                " measured."
            )
        )
    return tuple(sentences)


def doubt(series: Sequence[Bucket], today: date, verified: date = VERIFIED) -> Iterator[Finding]:
    """Why baits may no longer be stopped: they were not held against lists of late, or they arrive everywhere at once."""
    yield from judge_age(today, verified, formats.day)
    over = [bucket.views for bucket in series if not bucket.so_far]
    if len(over) < 2:
        return
    *before, last = over
    decided = sum(views.decided for views in before)
    expected = last.decided * sum(views.content for views in before) / decided if decided else 0.0
    if expected >= ENOUGH_EXPECTED and last.content <= expected / 10:
        yield Finding(
            weight=Weight.WRONG,
            found=ngettext(
                "Our tests suddenly arrive everywhere: {n} page view with a content blocker where about "
                "{expected} were to be expected.",
                "Our tests suddenly arrive everywhere: {n} page views with a content blocker where about {expected} were to be "
                "expected.",
                last.content,
                n=formats.number(last.content),
                expected=formats.number(round(expected)),
            ),
            do=gettext(
                "Filter lists may have stopped naming the baits: install the newest adnotice. Until then take such days for"
                " not measured."
            ),
        )
