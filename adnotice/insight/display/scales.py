"""One figure on a line: the rate with what is not known, a change beside its yardstick, a share as a bar.

For the eyes alone: what a scale shows stands in words beside it, so it is hidden from screen readers.
"""

from __future__ import annotations

import math
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from adnotice.insight.analysis.change import Change
from adnotice.insight.analysis.intervals import Range, Share
from adnotice.insight.display import formats
from adnotice.language import pgettext

WIDTH: Final = 430
HEIGHT: Final = 58
LINE: Final = 37
"""Where the axis lies, from the top."""

ROOM: Final = 76
"""How wide the words beside a band are at most."""

MIDDLE_ROOM: Final = 72
EDGE_ROOM: Final = 52
"""How far from the middle, and from the end, of a change's line an edge of its band must be to be named."""

LABEL_ROOM: Final = 118
"""How much room beside a band its name needs."""

STEPS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25)
BAR_WIDTH: Final = 60
BAR_HEIGHT: Final = 10


def range_scale(rate: float, found: Range) -> str:
    """The rate on a line from 0, and the band in which it lies whatever the views without an answer were."""
    step = next((each for each in STEPS if found.high * 1.25 <= 4 * each), STEPS[-1])
    top = min(1.0, max(1, math.ceil(found.high * 1.25 / step)) * step)

    def place(value: float) -> float:
        return 4 + (WIDTH - 8) * value / top

    svg = _begin()
    for number in range(round(top / step) + 1):
        _tick(svg, place(number * step), formats.step(number * step), first=number == 0, last=number * step >= top)
    low, high = place(found.low), place(found.high)
    _band(svg, "rest-band", low, high)
    for edge in (low, high):
        SubElement(svg, "path", {"class": "rest-edge", "d": f"M{_n(edge)} {LINE - 16}v16"})
    if low > ROOM + 4:
        # Translators: in a drawing: the rate if none of the unanswered page views had ads blocked. At most 9 letters and the rate.
        name = pgettext("chart", "{rate} if none", rate=formats.percent(found.low))
        _text(svg, low - 6, LINE - 4, "soft end", name)
    if high < WIDTH - ROOM:
        # Translators: in a drawing: the rate if all of the unanswered page views had ads blocked. At most 9 letters and the rate.
        name = pgettext("chart", "{rate} if all", rate=formats.percent(found.high))
        _text(svg, high + 6, LINE - 4, "soft", name)
    _dot(svg, place(rate), formats.percent(rate))
    return tostring(svg, encoding="unicode")


def change_scale(found: Change) -> str:
    """A change on a line with 0 in its middle, and the band of what is usual here; empty where nothing can be said."""
    if found.points is None or found.yardstick is None:
        return ""
    reach = max(abs(found.points), found.yardstick) * 1.25
    step = next((each for each in STEPS if reach <= 2 * each), STEPS[-1])
    top = max(2, math.ceil(reach / step)) * step

    def place(value: float) -> float:
        return WIDTH / 2 + (WIDTH / 2 - 4) * value / top

    svg = _begin()
    _band(svg, "usual-band", place(-found.yardstick), place(found.yardstick))
    for value in (-top, top):
        _tick(svg, place(value), formats.signed(value), first=value < 0, last=value > 0)
    edge = place(found.yardstick) - WIDTH / 2
    if MIDDLE_ROOM < edge < WIDTH / 2 - EDGE_ROOM:
        for value in (-found.yardstick, found.yardstick):
            _text(svg, place(value), HEIGHT - 4, "soft middle", formats.signed(value))
    side = -1 if found.points > 0 else 1
    if WIDTH / 2 - edge > LABEL_ROOM:
        # Translators: in a drawing, of the band of changes that are usual. At most 18 letters.
        name = pgettext("chart", "usual movement")
        _text(svg, WIDTH / 2 + side * (edge + 6), LINE - 4, "soft" + (" end" if side < 0 else ""), name)
    SubElement(svg, "path", {"class": "axis-middle", "d": f"M{_n(place(0))} {LINE - 18}v20"})
    # Translators: in a drawing: the rate of the weeks with which the last ones are compared. At most 14 letters and the rate.
    name = pgettext("chart", "{rate} before", rate=formats.percent(found.rate_before))
    _text(svg, place(0), HEIGHT - 4, "soft middle", name)
    _dot(svg, place(found.points), formats.signed(found.points))
    return tostring(svg, encoding="unicode")


def share_bar(share: Share, top: float) -> str:
    """A share as a bar from 0 to `top`, for a table's cell."""
    box = {"viewBox": f"0 0 {BAR_WIDTH} {BAR_HEIGHT}", "width": str(BAR_WIDTH), "height": str(BAR_HEIGHT)}
    svg = Element("svg", {"class": "share-bar", **box, "aria-hidden": "true"})
    if share.rate:
        shape = {"class": "bar-few" if share.few else "bar-blocked", "x": "0.5", "y": "1"}
        wide = max(1.0, (BAR_WIDTH - 1) * min(1.0, share.rate / top))
        SubElement(svg, "rect", {**shape, "width": _n(wide), "height": str(BAR_HEIGHT - 2)})
    return tostring(svg, encoding="unicode")


def _begin() -> Element:
    svg = Element("svg", {"class": "scale-line", "viewBox": f"0 0 {WIDTH} {HEIGHT}", "aria-hidden": "true"})
    SubElement(svg, "path", {"class": "zero", "d": f"M4 {LINE}H{WIDTH - 4}"})
    return svg


def _band(svg: Element, kind: str, low: float, high: float) -> None:
    shape = {"class": kind, "x": _n(low), "y": str(LINE - 14), "width": _n(max(0.5, high - low)), "height": "12"}
    SubElement(svg, "rect", shape)


def _tick(svg: Element, x: float, name: str, *, first: bool, last: bool) -> None:
    SubElement(svg, "path", {"class": "zero", "d": f"M{_n(x)} {LINE}v4"})
    _text(svg, x, HEIGHT - 4, "soft" + ("" if first else " end" if last else " middle"), name)


def _dot(svg: Element, x: float, name: str) -> None:
    SubElement(svg, "circle", {"class": "rate-dot ringed", "cx": _n(x), "cy": str(LINE - 8), "r": "5.5"})
    anchor = "" if x < 30 else " end" if x > WIDTH - 30 else " middle"
    _text(svg, x, 14, "strong" + anchor, name)


def _text(svg: Element, x: float, y: float, kind: str, text: str) -> None:
    SubElement(svg, "text", {"class": f"axis {kind}", "x": _n(x), "y": _n(y)}).text = text


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
