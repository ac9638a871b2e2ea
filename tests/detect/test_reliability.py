"""What can't be believed now: an ad host that is down accuses no reader, and comes back by itself."""

from __future__ import annotations

import random
from collections.abc import Callable

import anyio
import pytest

from adnotice.detect.history import FRESH_SECONDS, LAST, History
from adnotice.detect.host_check import Host, HostCheck
from adnotice.detect.reliability import MANY, Doubt, Sensor, Tally, doubt, jumped, tail
from adnotice.detect.sensors import Sensors
from adnotice.detect.verdict import Judgement
from adnotice.vocabulary import Ground, Kind, Verdict

pytestmark = pytest.mark.anyio

CLEAR = Judgement(Verdict.CLEAR, None, Ground.SCRIPT)
HOSTS = Judgement(Verdict.BLOCKED, Kind.HOSTS, Ground.PROBE)
CONTENT = Judgement(Verdict.BLOCKED, Kind.CONTENT, Ground.STOPPED)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_900_000_000.0

    def __call__(self) -> float:
        return self.now


class Host3(HostCheck):
    """A look whose answer the test sets: the real one asks the network (test_host_check.py)."""

    def __init__(self, host: Host = Host.NOT_KNOWN) -> None:
        super().__init__("")
        self.found = host

    async def host(self) -> Host:
        return self.found


@pytest.fixture
def short_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adnotice.detect.sensors.HOLD_TURN_SECONDS", 0.002)


def remember(history: History, *, failed: bool) -> None:
    if failed:
        history.failed(believed=True)
    else:
        history.worked(0.0)


async def see(beliefs: Sensors, judgement: Judgement, began: float = 0.0, *, counted: bool = True) -> Judgement:
    """One view as the endpoint handles it; a clear one saw its ad script work."""
    if judgement.kind is not None:
        tempered = await beliefs.temper(judgement)
        if counted:
            beliefs.failed(judgement)
        return tempered
    beliefs.worked(Sensor.BAITS, began)
    beliefs.worked(Sensor.PROBE, began)
    return judgement


def test_the_binomial_tail_is_exact() -> None:
    assert tail(10, 0, 0.3) == pytest.approx(1)
    assert tail(10, 10, 0.3) == pytest.approx(0.3**10)
    assert tail(3, 2, 0.5) == pytest.approx(0.5)
    assert tail(5, 3, 1.0) == 1.0


@pytest.mark.parametrize(
    ("many", "last", "usual", "found"),
    [
        (Tally(50, 45), Tally(20, 20), Tally(), Doubt.EVERYBODY),
        (Tally(50, 44), Tally(20, 20), Tally(), None),
        (Tally(49, 49), Tally(20, 20), Tally(), None),
        (Tally(50, 20), Tally(20, 20), Tally(1000, 80), Doubt.JUMP),
        (Tally(50, 10), Tally(20, 5), Tally(1000, 80), None),
        (Tally(50, 20), Tally(20, 20), Tally(40, 1), None),
        (Tally(50, 30), Tally(20, 14), Tally(1000, 600), None),
    ],
)
def test_a_sensor_is_doubted_when_it_fails_for_nearly_everybody_or_jumps(
    many: Tally, last: Tally, usual: Tally, found: Doubt | None
) -> None:
    assert doubt(many, last, usual) is found


def test_a_jump_that_another_sensor_shares_came_with_the_readers() -> None:
    assert doubt(Tally(50, 20), Tally(20, 20), Tally(1000, 80), Doubt.JUMP) is None


def test_ordinary_days_raise_no_doubt() -> None:
    chosen = random.Random(11)  # noqa: S311 - a simulation
    clock, doubts = Clock(), 0
    history = History(clock)
    for _ in range(20_000):
        clock.now += 1
        remember(history, failed=chosen.random() < 0.1)
        doubts += doubt(history.many(), history.last(), history.usual()) is not None
    assert doubts == 0


def test_memory_is_bounded_and_forgets_what_is_old() -> None:
    clock = Clock()
    history = History(clock)
    for number in range(100_000):
        clock.now += 1
        remember(history, failed=number % 10 == 0)
    assert history.many().tried == MANY
    assert len(history._slices) <= 24 * 60 + 1
    usual = history.usual()
    assert usual.tried == pytest.approx(86_400, rel=0.01)
    assert usual.failed == pytest.approx(8_640, rel=0.01)
    clock.now += FRESH_SECONDS + 1
    assert history.many() == Tally()


async def judge_all(beliefs: Sensors, clock: Clock, failing: Callable[[int], bool], views: int) -> list[Judgement]:
    """Views, one a second, ten under way at a time."""
    judged: list[Judgement] = []

    async def one(number: int) -> None:
        await anyio.sleep(number * 0.004)
        clock.now += 0.5
        judged.append(await see(beliefs, HOSTS if failing(number) else CLEAR, clock.now))

    async with anyio.create_task_group() as group:
        for number in range(views):
            group.start_soon(one, number)
    return judged


@pytest.mark.usefixtures("short_hold")
async def test_an_outage_of_the_ad_host_accuses_no_reader_and_ends_by_itself() -> None:
    clock = Clock()
    beliefs = Sensors(Host3(), clock=clock)
    chosen = random.Random(5)  # noqa: S311 - a simulation
    healthy = await judge_all(beliefs, clock, lambda _: chosen.random() < 0.08, 400)
    found = sum(each.kind is Kind.HOSTS for each in healthy)
    assert found >= 0.9 * sum(each is not CLEAR for each in healthy) > 0
    assert not beliefs.doubts

    outage = await judge_all(beliefs, clock, lambda _: True, 300)
    assert [each for each in outage if each.verdict is Verdict.BLOCKED] == []
    assert {each.ground for each in outage} == {Ground.PROBE_DOUBTED}
    assert Sensor.PROBE in beliefs.doubts

    clock.now += 60
    await judge_all(beliefs, clock, lambda _: False, 60)
    assert not beliefs.doubts
    again = await judge_all(beliefs, clock, lambda number: number % 12 == 0, 120)
    assert sum(each.kind is Kind.HOSTS for each in again) == 10


@pytest.mark.usefixtures("short_hold")
async def test_an_ad_host_that_never_worked_is_no_evidence_against_a_reader() -> None:
    beliefs = Sensors(Host3(), clock=Clock())
    for _ in range(12):
        assert (await see(beliefs, HOSTS)).ground is Ground.PROBE_DOUBTED


@pytest.mark.usefixtures("short_hold")
async def test_that_the_script_worked_before_is_no_proof_that_its_host_lives_now() -> None:
    clock = Clock()
    beliefs = Sensors(Host3(), clock=clock)
    for _ in range(20):
        await see(beliefs, CLEAR, began=clock.now - 1)
    for _ in range(20):
        assert (await see(beliefs, HOSTS)).ground is Ground.PROBE_DOUBTED


async def test_the_servers_own_look_is_proof_of_life_from_the_first_view_on() -> None:
    assert await see(Sensors(Host3(Host.UP), clock=Clock()), HOSTS) is HOSTS
    assert (await see(Sensors(Host3(Host.DOWN), clock=Clock()), HOSTS)).ground is Ground.PROBE_DOUBTED


async def test_a_script_that_works_for_nobody_is_set_aside_even_where_it_never_worked() -> None:
    beliefs = Sensors(Host3(Host.UP), clock=Clock())
    for _ in range(MANY):
        await see(beliefs, HOSTS)
    assert beliefs.doubts == {Sensor.PROBE: Doubt.EVERYBODY}
    assert (await see(beliefs, HOSTS)).ground is Ground.PROBE_DOUBTED


@pytest.mark.parametrize(("host", "kind"), [(Host.UP, Kind.HOSTS), (Host.DOWN, None)])
async def test_on_a_quiet_site_the_servers_own_look_decides(host: Host, kind: Kind | None) -> None:
    beliefs = Sensors(Host3(host), clock=Clock())
    for _ in range(100):
        await see(beliefs, CLEAR)
    assert (await see(beliefs, HOSTS)).kind is kind


@pytest.mark.parametrize(
    ("remembered", "doubts"), [({}, {}), ({Ground.SCRIPT: 1000, Ground.PROBE: 30}, {Sensor.PROBE: Doubt.JUMP})]
)
async def test_what_the_store_remembers_counts_as_usual(
    remembered: dict[str, int], doubts: dict[Sensor, Doubt]
) -> None:
    beliefs = Sensors(Host3(Host.UP), lambda: remembered, clock=Clock())
    for _ in range(LAST):
        await see(beliefs, HOSTS)
    assert beliefs.doubts == doubts


async def test_baits_that_are_stopped_for_nearly_everybody_are_set_aside_and_come_back() -> None:
    clock = Clock()
    beliefs = Sensors(Host3(), clock=clock)
    judged = [await see(beliefs, CONTENT) for _ in range(2 * MANY)]
    assert judged[-1].ground is Ground.BAITS_DOUBTED
    assert beliefs.doubts == {Sensor.BAITS: Doubt.EVERYBODY}
    for _ in range(MANY):
        await see(beliefs, CLEAR)
    assert not beliefs.doubts
    assert await see(beliefs, CONTENT) is CONTENT


async def test_a_check_again_leaves_no_memory() -> None:
    beliefs = Sensors(Host3(), clock=Clock())
    for _ in range(2 * MANY):
        assert await see(beliefs, CONTENT, counted=False) is CONTENT
    assert not beliefs.doubts


def test_a_jump_needs_a_usual_rate() -> None:
    assert not jumped(Tally(20, 20), Tally(MANY - 1, 0))
    assert jumped(Tally(20, 20), Tally(MANY, 0))
