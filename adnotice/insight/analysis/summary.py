"""The figures as values: what reports make and everything else shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from adnotice.count.model.tally import Count, Dimension, Metric, Point
from adnotice.count.stores.protocol import Health
from adnotice.finding import Finding
from adnotice.insight.analysis.change import Change
from adnotice.insight.analysis.intervals import Interval, Range, Share, share
from adnotice.insight.analysis.periods import Span
from adnotice.vocabulary import Mode

Numbers = Mapping[Metric, int]

NOTHING: Final[dict[Metric, int]] = dict.fromkeys(Metric, 0)
"""No count of anything; copied, since making it anew walks through the enum each time."""

TABLES: Final[Mapping[str, Dimension]] = {
    "pages": Dimension.PAGE,
    "browsers": Dimension.BROWSER,
    "devices": Dimension.DEVICE,
    "systems": Dimension.SYSTEM,
    "languages": Dimension.LANGUAGE,
    "referrers": Dimension.REFERRER,
}
"""The tables of rows by the names under which pages and exports have them."""

NO_REFERRER: Final = "(none)"
"""The row of the views that no other site led to, or none that says so."""


class ReportRows(msgspec.Struct, frozen=True):
    """What the reports are made from: one site's counts by dimension over the span, its series, and the names of
    the series' buckets, oldest first, also of those without counts. `drawn` has, by the share at which they were drawn,
    the series of the views that were measured while less than all were; they are among `points` too."""

    counts: Mapping[Dimension, Sequence[Count]]
    points: Sequence[Point]
    starts: Sequence[str]
    drawn: Mapping[float, Sequence[Point]] = {}


class Views(msgspec.Struct, frozen=True):
    """Page views by verdict: decided = clear + partly + blocked, measured = decided + unknown.

    `content` and `hosts` are the two kinds of `blocked`. `partly` is decided, and not blocked."""

    clear: int
    partly: int
    blocked: int
    content: int
    hosts: int
    unknown: int
    decided: int
    measured: int


class Row(msgspec.Struct, frozen=True):
    """One page, browser, device, system, language or referrer: the page views that its measured ones stand for, and the
    share of those seen with ads blocked.

    `range` is that share had none, or all, of its views without an answer been blocked. How many were not measured is
    kept by page alone: in other rows those are not in it."""

    name: str
    views: Views
    blocking: Share
    range: Range | None = None


class Bucket(msgspec.Struct, frozen=True):
    """One hour, day, week or month of the series; `so_far` when it isn't over yet. `views` are the page views that the
    measured ones stand for. `masked`: so few that they are not told, all numbers are 0."""

    start: str
    views: Views
    injected: int
    declined: int
    blocking: Share
    so_far: bool
    range: Range | None = None
    masked: bool = False

    @property
    def missing(self) -> int:
        """Pages that left with the tag and were not measured."""
        return max(0, self.injected - self.views.measured)


class Stop(msgspec.Struct, frozen=True):
    """Since the end of the bucket `since`, the last one with a report, `pages` left with the tag and nothing came back."""

    since: str
    pages: int


class Annotated(msgspec.Struct, frozen=True):
    """What is marked in the series: an annotation (`at` a day, `id` to remove it by), or a change of the mode (`at` to the
    minute, its `text` empty). `by` is an account, "operator" or "command line"."""

    at: str
    text: str
    by: str
    mode: Mode | None = None
    before: Mode | None = None
    id: str = ""


class Band(msgspec.Struct, frozen=True):
    """The mode that was in force at the end of each bucket from the one named `first` to `last`."""

    mode: Mode
    first: str
    last: str


class Step(msgspec.Struct, frozen=True):
    """One step of the funnel: `share.n` page views, as a share of the step named `of`."""

    name: str
    of: str
    share: Share


class Reason(msgspec.Struct, frozen=True):
    """A reason with how often it applied, as a share of all that it is one of."""

    name: str
    share: Share


class GroundRow(msgspec.Struct, frozen=True):
    """A ground, or a sign, with the page views that had it, by verdict. Each view has one ground, and none or some
    signs."""

    name: str
    views: Views


class Summary(msgspec.Struct, frozen=True):
    """Everything that the dashboard shows of one site over one span; the JSON is this, field for field."""

    sites: Sequence[str]
    site: str
    label: str
    mode: Mode
    peace_until: datetime | None
    """Until when everyone is left in peace, in the operator's local time; None: nobody said so, or it is over."""
    span: Span
    counts: Mapping[str, int]
    views: Views
    """As counted."""
    estimated: Views
    """The page views that these stand for: the same, where all page views are measured. Kinds, series and rows are
    parts of these."""
    rate: float | None
    interval: Interval | None
    """Of the rate, where only a share of all page views was measured; None where all were: then it is a count."""
    sampled: float
    """The share of page views that was drawn to be measured, on the whole: 1 where all were."""
    range: Range | None
    change: Change | None
    """The last whole weeks against those before, or the same a year ago, whatever days are shown; None where there is no
    site."""
    stopped: Stop | None
    """Where nothing comes back any more, whatever days are shown."""
    pages_cached: bool
    cache_suggested: bool
    not_measured: int | None
    kinds: Mapping[str, Share]
    series: Sequence[Bucket]
    pages: Sequence[Row]
    browsers: Sequence[Row]
    devices: Sequence[Row]
    systems: Sequence[Row]
    languages: Sequence[Row]
    referrers: Sequence[Row]
    funnel: Sequence[Step]
    quiet: Sequence[Reason]
    support_links: Sequence[Reason]
    """How often each link of the notice was taken, by its label; each once in a page view."""
    refusals: Sequence[Reason]
    rejections: Sequence[Reason]
    programs: Sequence[Reason]
    first_baits: int
    grounds: Sequence[GroundRow]
    signs: Sequence[GroundRow]
    last_view: str = ""
    """The last hour of the last 7 days in which a page view was measured, whatever days are shown; else empty."""
    began: str = ""
    """On a site's first day the hour that has its first count; else empty."""
    annotations: Sequence[Annotated] = ()
    """What was noted in these days, and changes of the mode, oldest first."""
    modes: Sequence[Band] = ()
    """Which mode was in force in which buckets; empty where no change of it is known."""

    @property
    def blocking(self) -> Share:
        """The blocking rate of page views as a share."""
        return share(self.estimated.blocked, self.estimated.decided, counted=self.views.decided)

    @property
    def names(self) -> Sequence[str]:
        """The sites to choose from: those that have counts, and this one."""
        return self.sites if not self.site or self.site in self.sites else [self.site, *self.sites]

    @property
    def empty(self) -> bool:
        """Whether nothing at all was counted in the span."""
        return not any(self.counts.values())


class Reading(msgspec.Struct, frozen=True):
    """A summary, how the store was when it was read, what was found in both, and what the settings don't look for;
    `hosts_sought`: whether ads' hosts out of reach are. `urgent` is what is to mend now, whatever days the summary is of."""

    summary: Summary
    health: Health
    findings: Sequence[Finding]
    unseen: Sequence[str]
    hosts_sought: bool = True
    urgent: Sequence[Finding] = ()


class Metrics(msgspec.Struct, frozen=True):
    """What Prometheus is told: counts of each site since the first of the month, what the dashboard shows of the first
    sites, reasons over all sites, state."""

    mode: Mode
    sites: Mapping[str, Mapping[Metric, int]] = {}
    readings: Mapping[str, Reading] = {}
    refusals: Mapping[str, int] = {}
    rejections: Mapping[str, int] = {}
    quiet: Mapping[str, int] = {}
    peace_until: float | None = None
    """In seconds since the epoch, UTC; 0: nobody said so, or it is over; None: the store can't say."""
    healthy: bool = False
