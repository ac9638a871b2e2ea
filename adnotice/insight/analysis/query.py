"""Reads from the store what the reports are made of. Blocking calls."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from adnotice.count.ingest.heartbeat import Beat, examine, is_heard, read_beats
from adnotice.count.model.calendar import Calendar
from adnotice.count.model.tally import METRICS, OTHER, Count, Dimension, Grain, Metric, Period, Point
from adnotice.count.stores.protocol import MOST_VALUES, Health, Store
from adnotice.finding import Finding, Weight
from adnotice.insight.analysis.change import MAX_WEEKS, Against, Change, Day, Trend, compare
from adnotice.insight.analysis.largest_part import Stretch, find_part
from adnotice.insight.analysis.marks import mark
from adnotice.insight.analysis.periods import USUAL_RETENTION, BadPeriod, Retention, choose_against, choose_span
from adnotice.insight.analysis.rows import OneRow, fold_small, mask, open_row
from adnotice.insight.analysis.series import IN_ROWS, IN_SERIES, days_of, make_series
from adnotice.insight.analysis.stopped import find_last_view, find_stop
from adnotice.insight.analysis.summarize import TOP_ROWS, by_value, name_direct, summarize, total
from adnotice.insight.analysis.summary import NO_REFERRER, TABLES, Bucket, Metrics, Reading, ReportRows, Summary
from adnotice.insight.analysis.weighting import view
from adnotice.insight.annotations import Annotations, BadAnnotation
from adnotice.insight.audit_log import AuditEvent, AuditLog
from adnotice.insight.blind_spots import USUAL, Sight, doubt, name_unseen
from adnotice.insight.findings import find
from adnotice.language import Problem, gettext_noop
from adnotice.mode import NOTE, find_peace
from adnotice.vocabulary import Mode, Quiet, Refusal, Rejection, Word

TABLES_READ: Final = (
    Dimension.ALL,
    Dimension.BROWSER,
    Dimension.DEVICE,
    Dimension.SYSTEM,
    Dimension.LANGUAGE,
    Dimension.REFUSAL,
    Dimension.QUIET,
    Dimension.SUPPORT,
    Dimension.GROUND,
    Dimension.SHARE,
    Dimension.REJECTION,
    Dimension.PROGRAM,
    Dimension.BAIT,
)
"""What is read whole, all at once: few values each."""

MAX_WISH_CHARACTERS: Final = 300
RECENT_SECONDS: Final = 60
STOP_DAYS: Final = 7
"""How far back the last report is looked for."""

NOW_DAYS: Final = "2"
"""What is to mend now shows today or yesterday: today may have just begun."""

DOUBT_DAYS: Final = 28
"""Days beside which yesterday is held, to see whether baits are still stopped."""

URGENT: Final = (Dimension.ALL, Dimension.REFUSAL, Dimension.REJECTION, Dimension.BAIT)
"""Where that something is wrong shows."""

LABEL: Final = "label:"
"""A note `label:<site>` says what a site's figures are, such as: Sample figures, made up for the demo."""


WISHES: Final = ("site", "first", "last", "days", "against")
"""The keys of a query."""


class Wish(msgspec.Struct, frozen=True):
    """What a request wants to see: a site, or the one of this host, some days, so many rows of each table; and what the last
    weeks are compared with."""

    site: str
    host: str
    first: str
    last: str
    days: str
    rows: int
    against: Against = Against.FOUR_WEEKS

    @classmethod
    def of(cls, query: Mapping[str, str], host: str, rows: int) -> Wish:
        """The wish in a query. Raises `BadPeriod` for a site's name that no store can hold, and for weeks to compare with that
        there are not."""
        site, first, last, days, against = (query.get(name, "")[:MAX_WISH_CHARACTERS] for name in WISHES)
        if not site.isprintable():
            raise BadPeriod(
                # Translators: site is a key of the address, and stays as it is.
                gettext_noop("site must be a name of printable characters, got {given}"),
                given=repr(site[:40]),
            )
        return cls(site, host, first, last, days, rows, choose_against(against))

    @property
    def chosen(self) -> bool:
        """Whether days were asked for."""
        return bool(self.first or self.last or self.days)


class NoRow(Problem):
    """A row that its table has not in these days."""


class Reader:
    """Reads one site's figures, in the operator's timezone."""

    def __init__(
        self,
        store: Callable[[], Store],
        *,
        mode: Callable[[], Mode],
        timezone: str,
        cached: bool | None,
        clock: Callable[[], float],
        health: Callable[[], Health] | None = None,
        retention: Retention = USUAL_RETENTION,
        sight: Sight = USUAL,
        to_mend: Callable[[], Iterable[Finding]] = tuple,
    ) -> None:
        self._store = store
        self._mode = mode
        self.health = health or (lambda: examine(store(), clock()))
        """How counting is; never raises, may block for as long as the store does."""
        self._calendar = Calendar(timezone)
        self._timezone = timezone
        self._zone = ZoneInfo(timezone)
        self._cached = cached
        self._clock = clock
        self._retention = retention
        self._sight = sight
        self._to_mend = to_mend
        self._kept: dict[str, tuple[int, Reading]] = {}

    def now(self) -> datetime:
        """The operator's local time."""
        return datetime.fromtimestamp(self._clock(), UTC).astimezone(self._zone)

    def read(self, wish: Wish) -> Reading:
        """The figures wished for; without a site's name, those that `choose_site` says.

        Raises `BadPeriod` for days that can't be shown.
        """
        return self._read(wish)[0]

    def _read(self, wish: Wish, whole: Dimension | None = None) -> tuple[Reading, Mapping[Dimension, list[Count]]]:
        """The figures, and the counts that they are made of; of one dimension the `whole`, all that was counted of its values."""
        span = choose_span(
            self.now().date(),
            self._timezone,
            first=wish.first,
            last=wish.last,
            days=wish.days,
            retention=self._retention,
        )
        store = self._store()
        sites = store.sites()
        labels = {name.removeprefix(LABEL): text for name, text in store.notes.values(LABEL).items()}
        site = wish.site or choose_site(sites, wish.host, labels)
        if not wish.chosen and not store.counts(site, Dimension.ALL, span.period):
            # The first day: there is nothing but today to look at.
            span = choose_span(span.today, self._timezone, days=str(span.days))
        counts = self._count(site, span.period, wish.rows, whole) if site else {}
        # A week's own tally would reach beyond the span's first and last day.
        grain = Grain.DAY if span.grain is Grain.WEEK else span.grain
        daily = self._daily(site, span.first if grain is Grain.DAY else span.today) if site else []
        points = self._points(site, grain, span.period, daily) if site else []
        drawn = self._drawn(site, grain, span.period, counts.get(Dimension.SHARE, ()))
        days = self.days(site, daily) if site else []
        hours = self._hours(site) if site else []
        summarize_site = partial(
            summarize,
            sites=sites,
            site=site,
            label=labels.get(site, ""),
            mode=self.mode(),
            cached=self._cached,
            rows_of_each=wish.rows,
            current=self._calendar.cut(self._clock()),
            stopped=find_stop(hours),
        )
        summary = summarize_site(
            ReportRows(counts, points, self._calendar.starts(span.grain, span.period), drawn),
            span=span,
            change=self._explain(site, self.judge(days, wish.against)) if site else None,
            last_view=find_last_view(hours),
            peace_until=self.peace(store),
        )
        if site and not days:
            summary = msgspec.structs.replace(summary, began=self._find_begin(site))
        summary = mark(summary, Annotations(store.notes).of(site), AuditLog(store.notes).all(), self._zone)
        health = self.health()
        findings = find(summary, health, [*self._to_mend(), *doubt(summary.series, span.today)])
        urgent = self._find_urgent(site, summarize_site, health, daily)
        unseen = name_unseen(self._sight)
        return Reading(summary, health, findings, unseen, hosts_sought=self._sight.probe, urgent=urgent), counts

    def open_row(
        self, wish: Wish, table: str, name: str, least: int, *, shared: bool = False
    ) -> tuple[Reading, OneRow]:
        """One row of a table alone, with the figures of the whole. Hours of a page with fewer than `least` page views are
        masked, in what is `shared` every bucket and row is. Raises `NoRow` for one that the table has not, and `BadPeriod`."""
        dimension = TABLES[table]
        reading, counts = self._read(wish, dimension)
        summary = reading.summary
        rows = getattr(summary, table)
        row = next((each for each in (fold_small(rows, least) if shared else rows) if each.name == name), None)
        if row is None or name in (OTHER, NO_REFERRER):
            raise NoRow(
                gettext_noop("nothing was counted of {name} in these days, or too little for a row of its own"),
                name=repr(name[:80]),
            )
        span = summary.span
        grain = Grain.DAY if span.grain is Grain.WEEK else span.grain
        points = self._store().points(summary.site, grain, span.period, dimension, name)
        starts = self._calendar.starts(span.grain, span.period)
        known = table == "pages" and summary.not_measured is not None
        series = make_series(points, starts, span.grain, self._calendar.cut(self._clock()), known=known)
        # Not the points' sum: a name may stand in a week's tally and not in each hour's, where it came too seldom.
        found = [each for each in counts[dimension] if each.value == name]
        if shared or (table == "pages" and span.grain is Grain.HOUR):
            series = mask(series, least)
        return reading, open_row(table, row, total(found), series)

    def _count(
        self, site: str, period: Period, rows: int, whole: Dimension | None = None
    ) -> dict[Dimension, list[Count]]:
        """What is read of every dimension. Of pages it is their views, and no more pages than become rows, unless views that were
        set aside count after all; of referrers it is all, to know how many views came by none. Of a `whole` one it is
        everything."""
        pages = MOST_VALUES if self._cached else rows + 1  # one may be "(other)", which is no row of the store's
        metrics = IN_SERIES if self._cached else IN_ROWS
        store = self._store()
        return {
            **store.tables(site, TABLES_READ, period),
            **{
                each: store.counts(site, each, period, most, METRICS if each is whole else metrics)
                for each, most in ((Dimension.PAGE, pages), (Dimension.REFERRER, MOST_VALUES))
            },
        }

    def _find_urgent(
        self, site: str, summarize_site: Callable[..., Summary], health: Health, daily: Sequence[Point]
    ) -> list[Finding]:
        """What is to mend now: by the counts of today and yesterday, and by yesterday beside the days before."""
        today = self.now().date()
        span = choose_span(today, self._timezone, days=NOW_DAYS)
        counts = self._store().tables(site, URGENT, span.period) if site else {}
        before = Period(today - timedelta(days=DOUBT_DAYS), today)
        starts = self._calendar.starts(Grain.DAY, before)
        series = make_series(within(daily, before), starts, Grain.DAY, self._calendar.cut(self._clock()))
        recent = summarize_site(ReportRows(counts, [], []), span=span)
        found = find(recent, health, [*self._to_mend(), *doubt(series, today)])
        return [each for each in found if each.weight is Weight.WRONG]

    def peace(self, store: Store) -> datetime | None:
        """Until when everyone is left in peace, as the operator's local time."""
        until = find_peace(store.notes, self._clock())
        return datetime.fromtimestamp(until, UTC).astimezone(self._zone) if until else None

    def mode(self) -> Mode:
        """The mode that the operator put in force, also where this process has not heard of it yet; else what it goes by."""
        said = self._store().notes.get(NOTE)
        return Mode(said) if said in list(Mode) else self._mode()

    def beats(self) -> list[tuple[datetime, bool, Beat]]:
        """What each process that was heard of lately says of itself: when it last did, and whether that is in time."""
        now = self._clock()
        return [(self.local(beat.at), is_heard(beat, now), beat) for beat in read_beats(self._store(), now)]

    def audit_events(self) -> list[tuple[datetime, AuditEvent]]:
        """Who changed what, at which local time, the last first."""
        return [(self.local(each.at), each) for each in reversed(AuditLog(self._store().notes).all())]

    def local(self, at: float) -> datetime:
        """The operator's local time of a moment in seconds since the epoch."""
        return datetime.fromtimestamp(at, UTC).astimezone(self._zone)

    def name_site(self, site: str) -> str:
        """The site of this name. Raises `BadAnnotation` for one that has no counts: what is noted of it would never be seen."""
        sites = self._store().sites()
        if site not in sites:
            if not sites:
                raise BadAnnotation(gettext_noop("there is no site {site}, there are: none yet"), site=repr(site[:80]))
            raise BadAnnotation(
                gettext_noop("there is no site {site}, there are: {sites}"),
                site=repr(site[:80]),
                sites=", ".join(sites),
            )
        return site

    def judge(self, days: Iterable[Day], against: Against = Against.FOUR_WEEKS) -> Change:
        """Whether a site's rate is changing, by its days."""
        today = self.now().date()
        return compare(days, against, today - timedelta(days=1), self._retention.oldest_day(today))

    def _explain(self, site: str, change: Change) -> Change:
        """The same with its largest part, where it is more than usual."""
        if (
            change.answer is not Trend.UNUSUAL
            or change.points is None
            or change.yardstick is None
            or change.compared_from is None
        ):
            return change
        now = self._view_rows(site, Period(change.first, change.last))
        before = self._view_rows(site, Period(change.compared_from, change.first - timedelta(days=1)))
        return msgspec.structs.replace(change, part=find_part(now, before, change.points, change.yardstick))

    def _view_rows(self, site: str, period: Period) -> Stretch:
        counts = self._count(site, period, MOST_VALUES)
        whole = total(counts[Dimension.ALL])
        counts[Dimension.REFERRER] = name_direct(counts[Dimension.REFERRER], whole)
        tables = {
            table: {name: view(numbers) for name, numbers in by_value(counts[dimension]).items()}
            for table, dimension in TABLES.items()
        }
        return Stretch(view(whole), tables)

    def _find_begin(self, site: str) -> str:
        """The hour of today that has the site's first count; empty where nothing is counted."""
        today = self.now().date()
        return next((each.start for each in self._store().points(site, Grain.HOUR, Period(today, today))), "")

    def _hours(self, site: str) -> list[Bucket]:
        """The hours of the last days, by which silence is told."""
        today = self.now().date()
        period = Period(today - timedelta(days=STOP_DAYS), today)
        hours = self._store().points(site, Grain.HOUR, period, metrics=IN_SERIES)
        starts = self._calendar.starts(Grain.HOUR, period)
        return make_series(hours, starts, Grain.HOUR, self._calendar.cut(self._clock()))

    def days(self, site: str, daily: Sequence[Point] | None = None) -> list[Day]:
        """The site's days up to yesterday, of two years at most, as they are kept one by one; `daily` where they have been read."""
        today = self.now().date()
        known = Period(self._first_known(today), today - timedelta(days=1))
        drawn = self._drawn(site, Grain.DAY, known, self._store().counts(site, Dimension.SHARE, known))
        read = self._daily(site, today) if daily is None else daily
        return days_of(within(read, known), drawn)

    def _daily(self, site: str, first: date) -> list[Point]:
        """All days that are known one by one, and those from the first looked at: read once, looked at in several ways."""
        today = self.now().date()
        return self._store().points(
            site, Grain.DAY, Period(min(first, self._first_known(today)), today), metrics=IN_SERIES
        )

    def _points(self, site: str, grain: Grain, period: Period, daily: Sequence[Point]) -> Sequence[Point]:
        return (
            within(daily, period)
            if grain is Grain.DAY
            else self._store().points(site, grain, period, metrics=IN_SERIES)
        )

    def _first_known(self, today: date) -> date:
        return max(self._retention.oldest_day(today), today - timedelta(weeks=MAX_WEEKS))

    def _drawn(self, site: str, grain: Grain, period: Period, shares: Iterable[Count]) -> dict[float, list[Point]]:
        """The series of the views that were drawn at each share below 1."""
        return {
            float(each): self._store().points(site, grain, period, Dimension.SHARE, each, IN_SERIES)
            for each in sorted({count.value for count in shares} - {OTHER})
        }

    def measure_nothing(self) -> Metrics:
        """What Prometheus is told while the store gives no counts."""
        return Metrics(self._mode())

    def measure(self, health: Health, most_sites: int) -> Metrics:
        """What Prometheus is told; what the dashboard shows, of so many sites at most."""
        store = self._store()
        today = self.now().date()
        month = Period(today.replace(day=1), today)
        sites = store.sites()

        def sum_up(dimension: Dimension, reasons: Sequence[Word]) -> dict[str, int]:
            return _by_reason([store.counts(site, dimension, month) for site in sites], reasons)

        return Metrics(
            self._mode(),
            sites={site: total(store.counts(site, Dimension.ALL, month)) for site in sites},
            readings={site: self._recent(site) for site in sorted(sites)[:most_sites]},
            refusals=sum_up(Dimension.REFUSAL, list(Refusal)),
            rejections=sum_up(Dimension.REJECTION, list(Rejection)),
            quiet=sum_up(Dimension.QUIET, list(Quiet)),
            peace_until=find_peace(store.notes, self._clock()) or 0,
            healthy=not (health.problem or health.processes),
        )

    def _recent(self, site: str) -> Reading:
        """What the page shows of a site when nothing is chosen; made anew once a minute, however often it is scraped."""
        minute = int(self._clock() // RECENT_SECONDS)
        kept = self._kept.get(site)
        if kept is None or kept[0] != minute:
            kept = self._kept[site] = (minute, self.read(Wish(site, "", "", "", "", TOP_ROWS)))
        return kept[1]


def within(daily: Iterable[Point], period: Period) -> list[Point]:
    """Those of the days that lie in the period."""
    first, last = period.first.isoformat(), period.last.isoformat()
    return [point for point in daily if first <= point.start <= last]


def choose_site(sites: Sequence[str], host: str, labelled: Collection[str] = ()) -> str:
    """The site to show when none was asked for: the one named like the host, else the first, those with a label (such
    as samples) last; empty when there is none."""
    return min(sites, key=lambda site: (site != host, site in labelled, site), default="")


def _by_reason(found: Sequence[Sequence[Count]], reasons: Sequence[Word]) -> dict[str, int]:
    sums = {reason.value: 0 for reason in reasons}
    for counts in found:
        for count in counts:
            if count.value in sums and count.metric in (Metric.REFUSED, Metric.REJECTED, Metric.NOT_ASKED):
                sums[count.value] += count.n
    return sums
