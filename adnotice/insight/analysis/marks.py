"""What the chart marks: annotations, changes of the mode, and which mode was in force when."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

import msgspec

from adnotice.insight.analysis.summary import Annotated, Band, Summary
from adnotice.insight.annotations import Annotation
from adnotice.insight.audit_log import AuditEvent, mode_changes
from adnotice.vocabulary import Mode


def mark(
    summary: Summary, annotations: Sequence[Annotation], audit_events: Sequence[AuditEvent], zone: tzinfo
) -> Summary:
    """The same summary with what was noted in its days, and the mode of each bucket as far as it is known."""
    changes = [(local(each.at, zone), each) for each in mode_changes(list(audit_events))]
    marks = [
        *(Annotated(each.day.isoformat(), each.text, each.by, id=each.id) for each in annotations),
        *(Annotated(at, "", each.by, mode=Mode(each.to), before=Mode(each.before)) for at, each in changes),
    ]
    span = summary.span
    inside = [each for each in marks if span.first.isoformat() <= each.at[:10] <= span.last.isoformat()]
    return msgspec.structs.replace(
        summary,
        annotations=sorted(inside, key=lambda each: each.at),
        modes=find_bands([each.start for each in summary.series], span.last, changes),
    )


def find_bands(starts: Sequence[str], last: date, changes: Sequence[tuple[str, AuditEvent]]) -> list[Band]:
    """The modes in force at the end of each bucket, runs of one mode together; none where no change is known."""
    if not starts or not changes:
        return []
    ends = [*starts[1:], (last + timedelta(days=1)).isoformat()]
    bands: list[Band] = []
    for start, end in zip(starts, ends, strict=True):
        past = [event for at, event in changes if at < end]
        now = Mode(past[-1].to if past else changes[0][1].before)
        if bands and bands[-1].mode is now:
            bands[-1] = msgspec.structs.replace(bands[-1], last=start)
        else:
            bands.append(Band(now, start, start))
    return bands


def bucket_of(at: str, starts: Sequence[str]) -> int:
    """The place of the bucket that holds this local day or moment; -1 before the first."""
    return bisect_right(list(starts), at if "T" in at else f"{at}T00") - 1


def local(at: float, zone: tzinfo) -> str:
    """The local time of a moment, to the minute, such as 2026-11-09T10:30."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone).strftime("%Y-%m-%dT%H:%M")
