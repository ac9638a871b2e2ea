"""Judgements tempered by what other views show: no reader is accused because an ad host is down."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Final

from adnotice.detect.history import History
from adnotice.detect.host_check import Host, HostCheck
from adnotice.detect.reliability import Doubt, Sensor, Tally, doubt
from adnotice.detect.verdict import Judgement, unknown
from adnotice.vocabulary import Ground, Kind
from adnotice.waiting import pause

logger: Final = logging.getLogger("adnotice")

HOLD_TURNS: Final = 30
HOLD_TURN_SECONDS: Final = 0.1
MAX_HELD: Final = 200

Recent = Callable[[], Mapping[str, int]]
"""Views of the last days by ground (`ViewJudged.ground`), all sites and processes together; answers from memory, with
nothing as long as it isn't known."""

BAITS_ARRIVED: Final = (Ground.SCRIPT, Ground.RETRY, Ground.IMAGE)


class Sensors:
    """Remembers how baits and ad script fare in this process, and sets aside what can't be believed now.

    A failing ad script is believed only with a proof of life, for its host may be down: the server's own look finds the
    host up, or, where the server has no way out, the script works in another view that began after this one had failed;
    an accusing report waits up to three seconds for one. Without proof the view is unknown.
    """

    def __init__(self, look: HostCheck, recent: Recent | None = None, clock: Callable[[], float] = time.time) -> None:
        self._look = look
        self._clock = clock
        self._histories = {sensor: History(clock) for sensor in Sensor}
        self._doubts: dict[Sensor, Doubt] = {}
        self._held = 0
        self._recent = recent

    @property
    def doubts(self) -> Mapping[Sensor, Doubt]:
        """What is set aside now, and why."""
        for sensor in Sensor:
            self._doubt(sensor)
        return dict(self._doubts)

    def worked(self, sensor: Sensor, began: float) -> None:
        """Remembers that it worked in a view that began then (seconds since the epoch, UTC); one that was counted."""
        self._histories[sensor].worked(began)
        if self._doubts and sensor in self._doubts:
            self._doubt(sensor)

    def failed(self, accusation: Judgement) -> None:
        """Remembers what failed in a view whose evidence accuses; only for one that was counted."""
        if accusation.ground is Ground.STAND_IN:
            return  # a blocker's own file says nothing of the ad script's host
        sensor = sensor_of(accusation)
        self._histories[sensor].failed(believed=sensor not in self._doubts)
        self._doubt(sensor)

    async def temper(self, judgement: Judgement) -> Judgement:
        """An accusation as it can be believed now. Leaves no memory: whether it counts is not known yet."""
        if self._recent is not None and (grounds := self._recent()):
            self._seed(grounds)
            self._recent = None
        sensor = sensor_of(judgement)
        self._doubt(sensor)
        if sensor is Sensor.BAITS:
            return unknown(Ground.BAITS_DOUBTED) if sensor in self._doubts else judgement
        if judgement.ground is Ground.STAND_IN:
            return judgement  # a blocker's file in place of the host's says nothing of the host
        return judgement if await self._believed() else unknown(Ground.PROBE_DOUBTED)

    def _doubt(self, sensor: Sensor) -> None:
        history = self._histories[sensor]
        other = next(self._doubts.get(each) for each in Sensor if each is not sensor)
        found = doubt(history.many(), history.last(), history.usual(), other)
        if found is self._doubts.get(sensor):
            return
        if found is None:
            del self._doubts[sensor]
            logger.warning("detection: the %s can be believed again", sensor)
        else:
            self._doubts[sensor] = found
            logger.warning("detection: the %s set aside, %s; what rests on it counts as unknown", sensor, found)

    async def _believed(self) -> bool:
        history = self._histories[Sensor.PROBE]
        if Sensor.PROBE in self._doubts or self._held >= MAX_HELD:
            return False
        failed_at = self._clock()
        self._held += 1
        try:
            if (host := await self._look.host()) is not Host.NOT_KNOWN:
                return host is Host.UP
            for _ in range(HOLD_TURNS):
                await pause(HOLD_TURN_SECONDS)
                if history.worked_in_view_after(failed_at):
                    return Sensor.PROBE not in self._doubts
            return False
        finally:
            self._held -= 1

    def _seed(self, grounds: Mapping[str, int]) -> None:
        arrived = sum(grounds.get(ground, 0) for ground in BAITS_ARRIVED)
        failed = grounds.get(Ground.PROBE, 0)
        stopped = grounds.get(Ground.STOPPED, 0)
        self._histories[Sensor.BAITS].seed(Tally(arrived + failed + stopped, stopped))
        self._histories[Sensor.PROBE].seed(Tally(arrived + failed, failed))


def sensor_of(accusation: Judgement) -> Sensor:
    """What failed where this is found."""
    return Sensor.BAITS if accusation.kind is Kind.CONTENT else Sensor.PROBE
