"""The order of checks: one of everybody before a second of anybody, and no place is lost."""

from __future__ import annotations

import threading
from collections import Counter

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adnotice.insight.access.fair_queue import FairChecks, Full

pytestmark = pytest.mark.anyio


class Desk:
    """Checks that take until they are let go, one after the other."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.go = threading.Semaphore(0)

    def check(self, who: str) -> str:
        self.order.append(who)
        self.go.acquire()
        return who


@settings(max_examples=30, deadline=None)
@given(
    asked=st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=30),
    at_once=st.integers(1, 3),
    most=st.integers(1, 30),
    leaving=st.sets(st.integers(0, 29)),
)
def test_everybody_has_one_turn_before_anybody_has_a_second_and_places_come_back(
    asked: list[str], at_once: int, most: int, leaving: set[int]
) -> None:
    async def run() -> None:
        desk, checks, full = Desk(), FairChecks(at_once, most), Counter[str]()

        async def ask(number: int, who: str) -> None:
            with anyio.move_on_after(0 if number in leaving else None):
                try:
                    assert await checks.run(who, lambda: desk.check(who)) == who
                except Full:
                    full[who] += 1

        async with anyio.create_task_group() as group:
            for number, who in enumerate(asked):
                group.start_soon(ask, number, who)
                await anyio.wait_all_tasks_blocked()
            for _ in asked:
                desk.go.release()
        if at_once == 1 and not leaving and not full:
            turns = [(asked[:place].count(who), place, who) for place, who in enumerate(asked)]
            assert desk.order == [asked[0], *(who for _, _, who in sorted(turns[1:]))]
        if not leaving:
            assert sum(full.values()) == max(0, len(asked) - at_once - most)
        with anyio.fail_after(5):  # every place has come back
            async with anyio.create_task_group() as group:
                for _ in range(at_once + most):
                    desk.go.release()
                    group.start_soon(checks.run, "late", lambda: desk.check("late"))

    anyio.run(run)


async def test_where_all_places_are_taken_who_has_most_gives_way_to_somebody_new() -> None:
    desk, checks = Desk(), FairChecks(1, 3)
    sent_away = 0

    async def flood() -> None:
        nonlocal sent_away
        try:
            await checks.run("stranger", lambda: desk.check("stranger"))
        except Full:
            sent_away += 1

    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(flood)
        await anyio.wait_all_tasks_blocked()
        assert sent_away == 6
        group.start_soon(checks.run, "new", lambda: desk.check("new"))
        await anyio.wait_all_tasks_blocked()
        assert sent_away == 7
        for _ in range(4):
            desk.go.release()
    assert desk.order == ["stranger", "new", "stranger", "stranger"]
