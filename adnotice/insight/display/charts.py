"""Series become accessible SVG: a title, a description, shapes that differ without colour. Each has a table twin."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

from adnotice.count.model.tally import Grain, Period
from adnotice.insight.analysis.intervals import Share
from adnotice.insight.analysis.marks import bucket_of
from adnotice.insight.analysis.summary import Annotated, Band, Bucket
from adnotice.insight.display import formats, labels
from adnotice.language import gettext, ngettext

RATE_STEPS: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25)
MAX_RATE_LINES: Final = 6
HOUR_STEPS: Final = (3, 6, 12, 24)
MAX_MARKED_BUCKETS: Final = 62
"""More points than this would hide the line."""

MARKS_ROOM: Final = 18
"""How much higher than the plot the words of marks stand, and how much lower the modes."""

LETTER: Final = 6.6
"""How wide a letter of the axis' font is on the whole; a text that turns out wider is cut by nothing."""

MAX_LETTERS: Final = 30

DOT_WIDTH: Final = 120
DOT_HEIGHT: Final = 14


class Frame(NamedTuple):
    """The size of a chart and the place of its plot, in pixels."""

    name: str
    width: int
    height: int
    left: int
    ticks: int
    """How many names the time axis has room for."""

    top: int = 10
    right: int = 8
    bottom: int = 26

    @property
    def plot_width(self) -> float:
        """How wide the plot is, without the names beside it."""
        return self.width - self.left - self.right

    @property
    def floor(self) -> float:
        """Where the plot's zero line is."""
        return self.height - self.bottom

    def centre(self, index: int, count: int) -> float:
        """The middle of one bucket's slot."""
        return self.left + (index + 0.5) * self.plot_width / count

    def level(self, part: float) -> float:
        """The height of a value, given as a part of the axis; what is above it is cut off."""
        return self.floor - max(0.0, min(part, 1.0)) * (self.floor - self.top)


FRAMES: Final = (Frame("wide", 704, 196, left=44, ticks=8), Frame("narrow", 330, 240, left=42, ticks=4))
LOW_FRAMES: Final = (Frame("wide", 960, 190, left=48, ticks=10), Frame("narrow", 330, 180, left=42, ticks=4))
"""A chart is drawn once for wide and once for narrow windows: scaling one would make its text too small to read."""


def rate_chart(
    series: Sequence[Bucket],
    grain: Grain,
    frame: Frame,
    *,
    title: str,
    description: str,
    annotations: Sequence[Annotated] = (),
    modes: Sequence[Band] = (),
    days: Period | None = None,
    before: float | None = None,
) -> str:
    """The blocking rate as a line; gaps where nothing was measured. `annotations` stand as dotted lines with as many of
    their words as there is room for, all of them under the pointer; `modes` as bands below. `days` are those looked
    at, `before` the rate that these days are compared with: a dashed line."""
    axis = rate_axis((bucket.blocking for bucket in series), before)
    frame = frame._replace(
        top=frame.top + MARKS_ROOM * bool(annotations), bottom=frame.bottom + (MARKS_ROOM + 2) * bool(modes)
    )
    svg = _begin("rate", frame, title, description)
    _bands(svg, frame, series, modes)
    marks = _place_marks(series, annotations)
    _marks(svg, frame, len(series), marks)
    _grid(svg, frame, [(axis.part(level), formats.step(level)) for level in axis.levels], zero=axis.bottom == 0)
    _time_axis(svg, frame, series, grain)
    if before is not None:
        height = _n(frame.level(axis.part(before)))
        SubElement(
            svg, "path", {"class": "before-line", "d": f"M{frame.left} {height}H{_n(frame.width - frame.right)}"}
        )
    marked = len(series) <= MAX_MARKED_BUCKETS
    for run in _runs(series):
        places = [(frame.centre(index, len(series)), bucket) for index, bucket in run]
        if len(places) > 1:
            line = [(x, frame.level(axis.part(bucket.blocking.rate or 0))) for x, bucket in places]
            SubElement(svg, "polyline", {"class": "rate-line", "points": _points(line)})
        for x, bucket in places:
            if marked or len(places) == 1:
                kind = "rate-dot open" if is_unsure(bucket, grain, days) else "rate-dot"
                y = frame.level(axis.part(bucket.blocking.rate or 0))
                SubElement(svg, "circle", {"class": kind, "cx": _n(x), "cy": _n(y), "r": "3.5"})
    said = {
        series[index].start: "".join(f". {labels.annotation(each)}" for each in found) for index, found in marks.items()
    }
    _hover(svg, frame, series, grain, lambda bucket: formats.point(bucket.blocking) + said.get(bucket.start, ""))
    return tostring(svg, encoding="unicode")


def is_unsure(bucket: Bucket, grain: Grain, days: Period | None) -> bool:
    """Whether a bucket's rate rests on few page views or on a part of its time: it is not over, or is a week that reaches
    beyond the days looked at (a month is kept as a whole)."""
    if bucket.so_far or bucket.blocking.few:
        return True
    if days is None or grain is not Grain.WEEK:
        return False
    begin = date.fromisoformat(bucket.start)
    return begin < days.first or begin + timedelta(days=6) > days.last


class Axis(NamedTuple):
    """The rate axis: where it begins, where it ends, and the distance of its lines."""

    bottom: float
    top: float
    step: float

    def part(self, rate: float) -> float:
        """Where a rate lies between bottom (0) and top (1)."""
        return (rate - self.bottom) / (self.top - self.bottom)

    @property
    def levels(self) -> list[float]:
        """The rates at which it has a line."""
        return [self.bottom + n * self.step for n in range(round((self.top - self.bottom) / self.step) + 1)]


def rate_axis(shares: Iterable[Share], before: float | None = None) -> Axis:
    """The axis that shows the movement of the rates that are not due to few page views (of all, where there are no
    others), and the rate `before`, on six lines at most. It begins at 0 where that is near; else the page says where it begins."""
    known = [each for each in shares if each.rate is not None]
    rates = [each.rate or 0.0 for each in known if not each.few] or [each.rate or 0.0 for each in known] or [0.0]
    if before is not None:
        rates.append(before)
    low, high = min(rates), max(rates)
    margin = max(high - low, 0.01) / 4
    axis = _axis(max(0.0, low - margin), min(1.0, high + margin))
    return axis if axis.bottom > high / 4 else _axis(0.0, max(high, 0.01))


def _axis(low: float, high: float) -> Axis:
    for step in RATE_STEPS:
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first < MAX_RATE_LINES:
            break
    return Axis(round(first * step, 6), round(max(last, first + 1) * step, 6), step)


def views_chart(
    series: Sequence[Bucket], grain: Grain, frame: Frame, *, title: str, description: str, cached: bool
) -> str:
    """Page views as stacked bars: blocked, partly, clear, without a clear answer, and, where it is known, not measured."""
    svg = _begin("views", frame, title, description)
    hatch = SubElement(
        SubElement(svg, "defs"),
        "pattern",
        {"id": f"views-{frame.name}-hatch", "width": "5", "height": "5", "patternUnits": "userSpaceOnUse"},
    )
    SubElement(hatch, "path", {"class": "hatch", "d": "M0 5L5 0"})
    top, step = count_axis(max((max(each.views.measured, each.injected * (not cached)) for each in series), default=0))
    _grid(svg, frame, [(n * step / top, formats.compact(n * step)) for n in range(round(top / step) + 1)])
    _time_axis(svg, frame, series, grain)
    slot = frame.plot_width / max(1, len(series))
    wide = max(1.0, min(slot * 0.72, 40.0))
    for index, bucket in enumerate(series):
        left, base = frame.centre(index, len(series)) - wide / 2, 0
        missing = 0 if cached else bucket.missing
        for name, n in (
            ("blocked", bucket.views.blocked),
            ("partly", bucket.views.partly),
            ("clear", bucket.views.clear),
            ("unknown", bucket.views.unknown),
            ("missing", missing),
        ):
            if n:
                _bar(svg, frame, name, left, wide, base / top, (base + n) / top)
            base += n
    _hover(svg, frame, series, grain, lambda bucket: views_point(bucket, cached=cached))
    return tostring(svg, encoding="unicode")


def views_point(bucket: Bucket, *, cached: bool) -> str:
    """A bucket's page views in one line."""
    views = bucket.views
    parts = [
        # Translators: page views; so are the next four.
        gettext("{n} with ads blocked", n=formats.number(views.blocked)),
        *([gettext("{n} partly", n=formats.number(views.partly))] if views.partly else ()),
        gettext("{n} with ads", n=formats.number(views.clear)),
        gettext("{n} without a clear answer", n=formats.number(views.unknown)),
    ]
    if not cached:
        parts.append(gettext("{n} not measured", n=formats.number(bucket.missing)))
    return ", ".join(parts)


def count_axis(highest: int) -> tuple[int, int]:
    """The top of a count axis and its step: 1, 2 or 5 times a power of ten, at most four steps, so five lines."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            step = factor * power
            if highest <= 4 * step:
                return max(1, math.ceil(highest / step)) * step, step
        power *= 10


def dot_plot(share: Share, top: float) -> str:
    """A share on one line from 0 to `top`, for a table's cell; hidden from screen readers, which have the number beside
    it."""
    box = f"0 0 {DOT_WIDTH} {DOT_HEIGHT}"
    svg = Element(
        "svg",
        {
            "class": "dot-plot",
            "viewBox": box,
            "width": str(DOT_WIDTH),
            "height": str(DOT_HEIGHT),
            "aria-hidden": "true",
        },
    )
    middle, reach = DOT_HEIGHT / 2, DOT_WIDTH - 8

    def place(rate: float) -> str:
        return _n(4 + min(rate / top, 1.0) * reach)

    SubElement(svg, "path", {"class": "dot-rule", "d": f"M4 {_n(middle)}H{DOT_WIDTH - 4}"})
    if share.rate is not None:
        SubElement(svg, "path", {"class": "dot-reach", "d": f"M4 {_n(middle)}H{place(share.rate)}"})
        kind = "rate-dot open" if share.few else "rate-dot"
        SubElement(svg, "circle", {"class": kind, "cx": place(share.rate), "cy": _n(middle), "r": "3.5"})
    return tostring(svg, encoding="unicode")


def _begin(name: str, frame: Frame, title: str, description: str) -> Element:
    label = f"{name}-{frame.name}"
    svg = Element(
        "svg",
        {
            "class": f"chart {frame.name}",
            "viewBox": f"0 0 {frame.width} {frame.height}",
            "role": "img",
            "aria-labelledby": f"{label}-title {label}-desc",
        },
    )
    SubElement(svg, "title", {"id": f"{label}-title"}).text = title
    SubElement(svg, "desc", {"id": f"{label}-desc"}).text = description
    return svg


def _grid(svg: Element, frame: Frame, levels: Sequence[tuple[float, str]], *, zero: bool = True) -> None:
    for part, name in levels:
        y = frame.level(part)
        kind = "zero" if part == 0 and zero else "grid"
        SubElement(svg, "path", {"class": kind, "d": f"M{frame.left} {_n(y)}H{frame.width - frame.right}"})
        text = {"class": "axis end", "x": str(frame.left - 8), "y": _n(y + 4)}
        SubElement(svg, "text", text).text = name


def _time_axis(svg: Element, frame: Frame, series: Sequence[Bucket], grain: Grain) -> None:
    for index in ticks([bucket.start for bucket in series], grain, frame.ticks):
        x = frame.centre(index, len(series))
        SubElement(svg, "path", {"class": "zero", "d": f"M{_n(x)} {_n(frame.floor)}v4"})
        text = {"class": "axis middle", "x": _n(x), "y": _n(frame.floor + 20)}
        SubElement(svg, "text", text).text = formats.tick(series[index].start, grain)


def _place_marks(series: Sequence[Bucket], annotations: Sequence[Annotated]) -> dict[int, list[Annotated]]:
    """The annotations by the bucket in which they stand."""
    starts = [bucket.start for bucket in series]
    found: dict[int, list[Annotated]] = {}
    for each in annotations:
        if (index := bucket_of(each.at, starts)) >= 0:
            found.setdefault(index, []).append(each)
    return found


def _marks(svg: Element, frame: Frame, count: int, marks: dict[int, list[Annotated]]) -> None:
    taken = float(frame.left)
    for index, found in sorted(marks.items()):
        texts = [gettext(labels.MODE_NAMES[each.mode]) if each.mode else each.text for each in found]
        x = frame.centre(index, count)
        SubElement(svg, "path", {"class": "mark", "d": f"M{_n(x)} {frame.top - 4}V{_n(frame.floor)}"})
        text, more = texts[0], len(texts) - 1
        if more:
            # Translators: {text} is an annotation; {n} more are of the same time.
            text = ngettext("{text} (and {n} more)", "{text} (and {n} more)", more, text=text, n=more)
        text = text if len(text) <= MAX_LETTERS else f"{text[: MAX_LETTERS - 1].rstrip()}…"
        wide = len(text) * LETTER
        begin = x - 3 if x + wide < frame.width else x - wide + 3
        if begin >= taken:
            at = {"class": "axis word" if begin > x - 4 else "axis word end", "x": _n(x), "y": str(frame.top - 8)}
            SubElement(svg, "text", at).text = text
            taken = begin + wide + LETTER


def _bands(svg: Element, frame: Frame, series: Sequence[Bucket], modes: Sequence[Band]) -> None:
    places = {bucket.start: index for index, bucket in enumerate(series)}
    slot = frame.plot_width / max(1, len(series))
    for band in modes:
        left, wide = frame.left + places[band.first] * slot, (places[band.last] - places[band.first] + 1) * slot
        shape = {"class": f"mode-{band.mode.value}", "x": _n(left), "y": _n(frame.floor + MARKS_ROOM + 8)}
        SubElement(svg, "rect", {**shape, "width": _n(max(1.0, wide - 1)), "height": "16"})
        name = gettext(labels.MODE_NAMES[band.mode])
        if len(name) * LETTER + 8 < wide:
            at = {"class": "axis word", "x": _n(left + 5), "y": _n(frame.floor + MARKS_ROOM + 20)}
            SubElement(svg, "text", at).text = name


def ticks(starts: Sequence[str], grain: Grain, room: int) -> list[int]:
    """Which buckets the time axis names: no more than there is room for, evenly, hours from midnight on."""
    if grain is Grain.HOUR:
        every = next((each for each in HOUR_STEPS if len(starts) <= each * room), HOUR_STEPS[-1])
        return [index for index, start in enumerate(starts) if int(start[11:13]) % every == 0]
    return list(range(0, len(starts), max(1, math.ceil(len(starts) / room))))


def _hover(svg: Element, frame: Frame, series: Sequence[Bucket], grain: Grain, tell: Callable[[Bucket], str]) -> None:
    slot = frame.plot_width / max(1, len(series))
    for index, bucket in enumerate(series):
        shape = {"class": "hover", "x": _n(frame.left + index * slot), "y": str(frame.top)}
        area = SubElement(svg, "rect", {**shape, "width": _n(slot), "height": _n(frame.floor - frame.top)})
        when = formats.bucket(bucket.start, grain)
        if bucket.so_far:
            # Translators: an hour, day, week or month that is not over.
            when = gettext("{when} (so far)", when=when)
        SubElement(area, "title").text = f"{when}: {tell(bucket)}"


def _runs(series: Sequence[Bucket]) -> Iterator[list[tuple[int, Bucket]]]:
    for known, run in groupby(enumerate(series), key=lambda item: item[1].blocking.rate is not None):
        if known:
            yield list(run)


def _bar(svg: Element, frame: Frame, name: str, left: float, wide: float, low: float, high: float) -> None:
    y, base = frame.level(high), frame.level(low)
    shape = {"class": f"bar-{name}", "x": _n(left), "y": _n(y), "width": _n(wide), "height": _n(max(base - y, 0.5))}
    if name == "unknown":
        shape["fill"] = f"url(#views-{frame.name}-hatch)"
    SubElement(svg, "rect", shape)


def _points(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in places)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
